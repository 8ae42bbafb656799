//! How fast the time of a game goes by: the speed that users choose, and the tempo of the rally. Neither changes what a tick
//! brings, only when it comes.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::game::{Score, TICKS_PER_SECOND};

/// One tick of a game at normal speed, in nanoseconds.
const TICK_NS: u64 = 1_000_000_000 / TICKS_PER_SECOND as u64;
/// So many hits raise the tempo by a step.
const HITS_A_STEP: u32 = 5;
/// So many steps double it; it rises no further.
const STEPS: u32 = 10;
/// A normal speed in units of [`Pace`].
const NORMAL: u64 = 2 * STEPS as u64;
/// Windows show a ball in real time so often.
const FRAMES_PER_SECOND: u64 = 60;

/// How fast the time of a game goes by. The trajectory stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Speed {
    /// Half as fast.
    Slow,
    /// A pane takes about a second to cross.
    #[default]
    Normal,
    /// Half as fast again.
    Fast,
    /// Twice as fast.
    Fastest,
}

impl Speed {
    /// Every speed, from slow to fast.
    pub const ALL: [Self; 4] = [Self::Slow, Self::Normal, Self::Fast, Self::Fastest];

    /// Its name on the command line and in the settings.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// How many half seconds of the game go by in a second.
    fn halves(self) -> u64 {
        self as u64 + 1
    }

    /// How long a tick takes at the tempo of a serve, in nanoseconds: none takes longer.
    pub fn tick_ns(self) -> u64 {
        Pace::of(self, Tempo::Steady, 0).tick_ns()
    }

    /// The speed of this number, as the Region has it.
    #[doc(hidden)]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|speed| speed.number() == number)
    }

    /// As a word. The normal speed is 0, so that zeroed bytes mean it.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Normal => 0,
            Self::Slow => 1,
            Self::Fast => 2,
            Self::Fastest => 3,
        }
    }
}

/// Whether a rally gets faster the longer it lasts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Tempo {
    /// It does not.
    #[default]
    Steady,
    /// By a tenth of the chosen speed every five hits, up to twice that speed.
    Rising,
}

impl Tempo {
    /// Its name on the command line and in the settings.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// As it is chosen by a check box: rising or not.
    pub fn rises(self) -> bool {
        self == Self::Rising
    }
}

impl From<bool> for Tempo {
    /// Rising, if so.
    fn from(rises: bool) -> Self {
        if rises { Self::Rising } else { Self::Steady }
    }
}

/// How fast time goes by at a moment of a rally, in twentieths of the normal speed. All that turns ticks into time, or time
/// into ticks, asks here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace(u64);

impl Pace {
    /// The fastest there is.
    pub const FASTEST: Self = Self(4 * NORMAL);

    /// That of a game which users want so fast, while its rally has so many hits.
    pub fn of(speed: Speed, tempo: Tempo, hits: u32) -> Self {
        let steps = if tempo.rises() { (hits / HITS_A_STEP).min(STEPS) } else { 0 };
        Self(speed.halves() * u64::from(STEPS + steps))
    }

    /// The same, by how the game stands.
    pub(super) fn at(speed: Speed, tempo: Tempo, score: &Score) -> Self {
        Self::of(speed, tempo, score.hits)
    }

    /// How long a tick takes, in nanoseconds.
    pub fn tick_ns(self) -> u64 {
        TICK_NS * NORMAL / self.0
    }

    /// How many ticks come in a second.
    pub fn ticks_per_second(self) -> u64 {
        u64::from(TICKS_PER_SECOND) * self.0 / NORMAL
    }

    /// Whether windows show this tick: 60 in a second, whatever the pace.
    pub fn is_shown(self, tick: u64) -> bool {
        let frames = |ticks: u64| {
            let twentieths = u128::from(ticks) * u128::from(NORMAL * FRAMES_PER_SECOND);
            twentieths / u128::from(self.0 * u64::from(TICKS_PER_SECOND))
        };
        frames(tick) != frames(tick.saturating_sub(1)) || tick == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pace of every speed after so many hits, at a rising tempo.
    fn rising(hits: u32) -> [Pace; 4] {
        Speed::ALL.map(|speed| Pace::of(speed, Tempo::Rising, hits))
    }

    #[test]
    fn at_every_pace_sixty_frames_fit_into_a_second() {
        // Miri is slow.
        let step = if cfg!(miri) { 30 } else { 1 };
        for pace in (0..60).step_by(step).flat_map(rising) {
            let frames =
                (1000..1000 + 10 * pace.ticks_per_second()).filter(|tick| pace.is_shown(*tick)).count();
            assert!(frames.abs_diff(600) <= 1, "{pace:?}: {frames} in ten seconds");
        }
    }

    #[test]
    fn without_a_rising_tempo_a_frame_is_a_whole_number_of_ticks() {
        for (speed, ticks) in Speed::ALL.into_iter().zip([2, 4, 6, 8]) {
            let pace = Pace::of(speed, Tempo::Steady, 1000);
            assert!((0..100).all(|tick: u64| pace.is_shown(tick) == tick.is_multiple_of(ticks)), "{speed:?}");
            assert_eq!(
                (pace.tick_ns(), pace),
                (2 * 4_166_666 * 2 / ticks.max(1), Pace::of(speed, Tempo::Rising, 4))
            );
        }
        assert_eq!(Speed::Normal.tick_ns(), 4_166_666);
    }

    #[test]
    fn the_tempo_rises_every_five_hits_and_no_further_than_to_twice_the_speed() {
        for (hits, percent) in [(0, 100), (4, 100), (5, 110), (9, 110), (10, 120), (50, 200), (u32::MAX, 200)]
        {
            let ticks = rising(hits).map(Pace::ticks_per_second);
            assert_eq!(ticks, [120, 240, 360, 480].map(|ticks| ticks * percent / 100), "{hits} hits");
        }
        assert!((0..100).flat_map(rising).all(|pace| pace.0 <= Pace::FASTEST.0));
        assert!(rising(50).contains(&Pace::FASTEST));
    }
}
