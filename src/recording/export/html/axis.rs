//! The time axis of a band.

use std::ops::RangeInclusive;

/// Where the time begins and ends, in units of the picture.
pub(super) const LEFT: f64 = 74.0;
pub(super) const RIGHT: f64 = 788.0;
/// The width of the picture: a letter of 11 units has 7 points on a page of A4.
pub(super) const WIDTH: f64 = 800.0;

/// So many marks an axis has about, or down to the half of it: their steps are round.
const MARKS: f64 = 7.0;
/// And never more than this.
const MOST: u8 = 20;
/// Steps of at least this many ns are labelled with the time of the recording; finer ones with the time of the band.
const FINE_NS: f64 = 1e6;

/// From when to when, in ns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) begin: u64,
    pub(super) end: u64,
}

impl Axis {
    /// Where a time is. What is before or after the band is at its edge.
    pub(super) fn x(&self, at: u64) -> f64 {
        let length = self.end.saturating_sub(self.begin).max(1);
        let since = at.clamp(self.begin, self.end.max(self.begin)) - self.begin;
        LEFT + (RIGHT - LEFT) * (since as f64 / length as f64)
    }

    /// Whether the band has this time.
    pub(super) fn has(&self, at: u64) -> bool {
        self.range().contains(&at)
    }

    fn range(&self) -> RangeInclusive<u64> {
        self.begin..=self.end
    }

    /// The marks: where, and what stands there.
    pub(super) fn marks(&self) -> Vec<(f64, String)> {
        let length = self.end.saturating_sub(self.begin).max(1) as f64;
        let step = round(length / MARKS);
        let is_fine = step < FINE_NS;
        let begin = self.begin as f64;
        let first = if is_fine { 0.0 } else { (begin / step).ceil() * step - begin };
        let mark = |index: u8| {
            let since = first + f64::from(index) * step;
            let x = LEFT + (RIGHT - LEFT) * (since / length);
            (x, if is_fine { fine(since, step) } else { coarse(begin + since, step) })
        };
        (0..MOST).map(mark).filter(|(x, _)| (LEFT..=RIGHT + 0.5).contains(x)).collect()
    }
}

/// The next number of the series 1, 2, 5, 10, ...
fn round(step: f64) -> f64 {
    let unit = 10_f64.powf(step.max(1.0).log10().floor());
    let times = step / unit;
    unit * if times <= 1.0 {
        1.0
    } else if times <= 2.0 {
        2.0
    } else if times <= 5.0 {
        5.0
    } else {
        10.0
    }
}

fn coarse(ns: f64, step: f64) -> String {
    let decimals = match step {
        ..1e7 => 3,
        ..1e8 => 2,
        ..1e9 => 1,
        _ => 0,
    };
    format!("{:.decimals$} s", ns / 1e9)
}

fn fine(since: f64, step: f64) -> String {
    if step < 1e3 { format!("+{since:.0} ns") } else { format!("+{:.0} µs", since / 1e3) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_are_round_and_lie_within_the_band() {
        for length in [1, 9, 77, 1_000, 123_456, 9_999_999, 20_000_000_000, u64::MAX / 2] {
            let axis = Axis { begin: 1_234_567_891, end: 1_234_567_891 + length };
            let marks = axis.marks();
            assert!((1..=21).contains(&marks.len()), "{length}: {marks:?}");
            assert!(marks.iter().all(|(x, _)| (LEFT..=RIGHT + 0.5).contains(x)), "{length}: {marks:?}");
        }
        for (length, expected) in [(14, ["0 s", "2 s", "4 s"]), (16, ["0 s", "5 s", "10 s"])] {
            let marks = Axis { begin: 0, end: length * 1_000_000_000 }.marks();
            let labels: Vec<_> = marks.iter().map(|mark| mark.1.as_str()).take(3).collect();
            assert_eq!(labels, expected, "{length} s");
        }
    }
}
