//! Shows the moments of an action one after the other, slowly enough to be followed, whatever they have taken.

use std::time::Duration;

use crate::lab::front::View;

/// So long each moment is shown before the next one, in seconds.
const EACH_SECS: f64 = 0.7;
/// So long all of them are shown together at the most, in seconds.
const ALL_SECS: f64 = 6.0;

/// How many moments of the action are shown by now.
#[derive(Debug, Default)]
pub(super) struct Pace {
    act: usize,
    shown: usize,
    /// When the last one of these was first shown, as egui counts seconds.
    at: f64,
    /// The student has seen enough of it.
    is_skipped: bool,
}

impl Pace {
    /// To be called in every frame. Returns when the next moment is due, if one waits.
    pub(super) fn follow(&mut self, now: f64, view: &View, is_still: bool) -> Option<Duration> {
        let (act, count) = (view.acts, view.moments.len());
        if act != self.act || count < self.shown {
            *self = Self { act, at: f64::NEG_INFINITY, ..Self::default() };
        }
        if is_still || self.is_skipped {
            self.shown = count;
        }
        let each = (ALL_SECS / count.max(1) as f64).min(EACH_SECS);
        while self.shown < count && now - self.at >= each {
            self.shown += 1;
            // Several at once where they are shorter than a frame.
            self.at = if now - self.at < 2.0 * each { self.at + each } else { now };
        }
        (self.shown < count).then(|| Duration::from_secs_f64((self.at + each - now).max(0.001)))
    }

    /// Shows all that is left of this action at once.
    pub(super) fn skip(&mut self) {
        self.is_skipped = true;
    }

    /// How many are shown.
    pub(super) fn shown(&self) -> usize {
        self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::front::Moment;

    #[test]
    fn moments_that_came_at_once_are_shown_one_by_one_and_many_of_them_faster() {
        let mut pace = Pace::default();
        let mut view = View { moments: vec![Moment::default(); 3], ..View::default() };
        let shown_at = |pace: &mut Pace, now: f64, view: &View| {
            let due = pace.follow(now, view, false);
            assert_eq!(due.is_some(), pace.shown() < view.moments.len());
            pace.shown()
        };
        assert_eq!(shown_at(&mut pace, 10.0, &view), 1, "the first at once");
        assert_eq!(shown_at(&mut pace, 10.5, &view), 1);
        assert_eq!(shown_at(&mut pace, 10.75, &view), 2);
        assert_eq!(shown_at(&mut pace, 20.0, &view), 3);
        view.moments.truncate(0);
        assert_eq!(shown_at(&mut pace, 21.0, &view), 0, "another task");
        view.moments = vec![Moment::default(); 600];
        assert_eq!(shown_at(&mut pace, 22.0, &view), 1);
        assert!(shown_at(&mut pace, 22.016, &view) > 1, "shorter than a frame");
        pace.skip();
        assert_eq!(shown_at(&mut pace, 22.1, &view), 600);
    }
}
