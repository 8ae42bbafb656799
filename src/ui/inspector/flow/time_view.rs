//! Which part of time the diagram shows.

/// The shortest time that is shown, in seconds: a hand-off takes some microseconds.
const MIN_SPAN_S: f64 = 2e-6;
/// The longest, in seconds.
const MAX_SPAN_S: f64 = 4.0 * 3600.0;
/// So much of the span is free beyond the running edge, so that what happens now has space for its word.
const AHEAD: f64 = 0.08;

/// A part of time, in seconds since the first thing that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TimeView {
    span_s: f64,
    /// The right edge; None while it follows the running edge.
    right_s: Option<f64>,
}

impl Default for TimeView {
    /// A pane takes about a second to cross: some hand-offs are seen at once.
    fn default() -> Self {
        Self { span_s: 10.0, right_s: None }
    }
}

impl TimeView {
    pub(super) fn is_following(&self) -> bool {
        self.right_s.is_none()
    }

    /// From when to when, if now is `now_s`.
    pub(super) fn range_s(&self, now_s: f64) -> (f64, f64) {
        let right_s = self.right_s.unwrap_or(now_s + AHEAD * self.span_s);
        (right_s - self.span_s, right_s)
    }

    pub(super) fn follow(&mut self) {
        self.right_s = None;
    }

    /// By so many of its own spans, to the right if positive.
    pub(super) fn pan(&mut self, spans: f64, now_s: f64) {
        let (_, right_s) = self.range_s(now_s);
        self.set_right(right_s + spans * self.span_s, now_s);
    }

    /// Shows `factor` times as much. While it follows, it still does; otherwise the middle stays where it is.
    pub(super) fn zoom(&mut self, factor: f64, now_s: f64) {
        let (left_s, right_s) = self.range_s(now_s);
        self.span_s = (self.span_s * factor).clamp(MIN_SPAN_S, MAX_SPAN_S);
        if !self.is_following() {
            self.right_s = Some((left_s + right_s) / 2.0 + self.span_s / 2.0);
        }
    }

    /// Shows this part: the pointer has panned or zoomed.
    pub(super) fn set(&mut self, (left_s, right_s): (f64, f64), now_s: f64) {
        self.span_s = (right_s - left_s).clamp(MIN_SPAN_S, MAX_SPAN_S);
        self.set_right(right_s, now_s);
    }

    /// Moves as far as it takes to show this moment.
    pub(super) fn reveal(&mut self, at_s: f64, now_s: f64) {
        let (left_s, right_s) = self.range_s(now_s);
        if !(left_s..=right_s).contains(&at_s) {
            self.right_s = Some(at_s + self.span_s / 2.0);
        }
    }

    /// A view that comes to the running edge follows it.
    fn set_right(&mut self, right_s: f64, now_s: f64) {
        let edge_s = now_s + AHEAD * self.span_s;
        // Within about a pixel: the pointer is not exact.
        self.right_s = (right_s < edge_s - self.span_s * 1e-3).then_some(right_s);
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn it_follows_until_it_is_panned_away_and_again_when_it_comes_back() {
        let mut view = TimeView::default();
        assert_eq!(view.range_s(100.0), (90.8, 100.8));
        view.pan(-0.5, 100.0);
        assert!(!view.is_following());
        assert_eq!(view.range_s(105.0), (85.8, 95.8), "it stays there");
        view.pan(2.0, 105.0);
        assert!(view.is_following());
    }

    #[test]
    fn zooming_keeps_the_edge_while_it_follows_and_the_middle_otherwise() {
        let mut view = TimeView::default();
        view.zoom(0.5, 100.0);
        assert!(view.is_following());
        view.pan(-1.0, 100.0);
        let middle = |view: &TimeView| view.range_s(100.0).0.midpoint(view.range_s(100.0).1);
        let before = middle(&view);
        view.zoom(0.1, 100.0);
        assert!((middle(&view) - before).abs() < 1e-9);
        (0..100).for_each(|_| view.zoom(0.1, 100.0));
        let (left, right) = view.range_s(100.0);
        assert!(right - left > 1e-6, "never to nothing");
    }

    #[test]
    fn what_is_revealed_is_in_the_middle_and_what_is_seen_moves_nothing() {
        let mut view = TimeView::default();
        view.reveal(95.0, 100.0);
        assert!(view.is_following());
        view.reveal(20.0, 100.0);
        assert_eq!(view.range_s(100.0), (15.0, 25.0));
    }
}
