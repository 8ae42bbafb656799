//! How the windows look, as users want it: colours and size.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// Which colours the windows have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Colors {
    /// Light or dark, as the desktop has it; dark where it has no preference.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// White and strong colours on black.
    Contrast,
}

impl Colors {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Contrast];

    /// Its name in the settings.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// As a word. Zeroed bytes mean the system's.
    pub(super) fn number(self) -> u64 {
        self as u64
    }

    /// The colours of a word; a corrupt word means the system's.
    pub(super) fn from_number(number: u64) -> Self {
        Self::ALL.into_iter().find(|colors| colors.number() == number).unwrap_or_default()
    }
}

/// How large everything in the windows is, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Zoom(u16);

impl Zoom {
    /// As the desktop has it.
    pub const NORMAL: Self = Self(100);
    /// For a projector: large enough for the last row.
    pub const PROJECTOR: Self = Self(200);
    /// The least and the most, in percent.
    const RANGE: std::ops::RangeInclusive<u16> = 50..=400;
    /// By how much a key changes it, in percent.
    const STEP: u16 = 25;

    /// So many times as large as the desktop has it; None if that is not from 0.5 to 4.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "50 to 400")]
    pub fn of_factor(factor: f64) -> Option<Self> {
        let is_possible = (0.5..=4.0).contains(&factor);
        is_possible.then(|| Self((factor * 100.0).round() as u16))
    }

    /// How many times as large as the desktop has it.
    pub fn factor(self) -> f32 {
        f32::from(self.0) / 100.0
    }

    /// In percent.
    pub fn percent(self) -> u16 {
        self.0
    }

    /// A step larger, or smaller.
    pub fn stepped(self, is_larger: bool) -> Self {
        let stepped = if is_larger { self.0 + Self::STEP } else { self.0 - Self::STEP };
        Self(stepped.clamp(*Self::RANGE.start(), *Self::RANGE.end()))
    }

    /// Projector size, or back from it.
    pub fn toggled(self) -> Self {
        if self.is_for_projector() { Self::NORMAL } else { Self::PROJECTOR }
    }

    /// Whether it is as large as a projector needs it.
    pub fn is_for_projector(self) -> bool {
        self.0 >= Self::PROJECTOR.0
    }

    /// As a word. The normal size is 0, so that zeroed bytes mean it.
    pub(super) fn number(self) -> u64 {
        if self == Self::NORMAL { 0 } else { self.0.into() }
    }

    /// The size of a word; a corrupt word means the normal one.
    pub(super) fn from_number(number: u64) -> Self {
        let percent = u16::try_from(number).ok().filter(|percent| Self::RANGE.contains(percent));
        percent.map_or(Self::NORMAL, Self)
    }
}

impl From<Zoom> for f64 {
    fn from(zoom: Zoom) -> Self {
        Self::from(zoom.0) / 100.0
    }
}

impl TryFrom<f64> for Zoom {
    type Error = &'static str;

    fn try_from(factor: f64) -> Result<Self, Self::Error> {
        Self::of_factor(factor).ok_or("it must be a number from 0.5 to 4")
    }
}

impl Default for Zoom {
    fn default() -> Self {
        Self::NORMAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zoom_is_from_a_half_to_four_whatever_is_wanted() {
        assert_eq!([0.49, 4.01, f64::NAN, -1.0].map(Zoom::of_factor), [None; 4]);
        assert_eq!([0.5, 1.25, 4.0].map(|factor| Zoom::of_factor(factor).unwrap().percent()), [50, 125, 400]);
        assert_eq!([0, 49, 401, u64::MAX].map(Zoom::from_number), [Zoom::NORMAL; 4], "corrupt");
        let (mut small, mut large) = (Zoom::NORMAL, Zoom::NORMAL);
        for _ in 0..50 {
            (small, large) = (small.stepped(false), large.stepped(true));
        }
        assert_eq!((small.factor(), large.factor()), (0.5, 4.0));
    }

    #[test]
    fn a_zoom_is_read_as_it_was_written() {
        for percent in Zoom::RANGE {
            assert_eq!(Zoom::from_number(Zoom(percent).number()), Zoom(percent));
        }
    }
}
