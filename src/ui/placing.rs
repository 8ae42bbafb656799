//! The place of the window on the screen: puts it there, and notices where its user puts it instead.
//!
//! Positions are only ever compared with each other: the position that the window manager reports may be off by the
//! title bar, always by the same amount. So a place that a user has chosen is the place that was asked for, moved by as much
//! as the window has moved since it stood there.

use std::time::{Duration, Instant};

use egui::{Context, Rect, ViewportCommand, pos2, vec2};

use crate::platform::display::Place;

/// The frame (from the third on) in which the size of the window's decoration is known for certain.
const KNOWN_FRAME: u64 = 3;
/// A window that has not moved in so many looks stands where it was put. Each look is a frame, so there are few; but more than one,
/// since on a busy machine the window manager may take its time.
const LOOKS: u32 = 4;
/// Between two looks, at least: a window that is moved is painted anyway.
const PERIOD: Duration = Duration::from_millis(60);

/// A window that has a place.
#[derive(Debug)]
pub(super) struct Placing {
    /// Where the window was put.
    asked: Place,
    /// Where its user has moved it, if so.
    chosen: Place,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    /// It is not yet known how much the frame takes.
    Opening,
    /// It was given its place; it was seen here, and looked for so many times since then, last at that time.
    Settling { at: Rect, looks: u32, last: Instant },
    /// It stands where it was put, and that is called so.
    Settled { at_first: Rect },
}

impl Placing {
    pub(super) fn new(asked: Place) -> Self {
        Self { asked, chosen: asked, stage: Stage::Opening }
    }

    /// To be called in every frame. Returns where the user has put the window, if that is news.
    pub(super) fn follow(&mut self, ctx: &Context) -> Option<Place> {
        let scale = ctx.pixels_per_point();
        let (rects, is_elsewhere) = ctx.input(|input| {
            let window = input.viewport();
            let states = [window.maximized, window.fullscreen, window.minimized];
            ((window.outer_rect, window.inner_rect), states.contains(&Some(true)))
        });
        // An icon has no place, and a window that fills the screen goes back to the place that it had.
        let ((Some(outer), Some(inner)), false) = (rects, is_elsewhere) else { return None };
        if self.stage == Stage::Opening {
            if ctx.cumulative_frame_nr() < KNOWN_FRAME {
                ctx.request_repaint();
                return None;
            }
            self.settle(ctx, outer, inner);
        }
        let at = Rect::from_min_size(outer.min * scale, outer.size() * scale);
        let now = Instant::now();
        let chosen = self.seen(at, now);
        if let Stage::Settling { last, .. } = self.stage {
            ctx.request_repaint_after(PERIOD.saturating_sub(now - last));
        }
        chosen
    }

    /// Gives the window, frame and all, exactly its place.
    fn settle(&self, ctx: &Context, outer: Rect, inner: Rect) {
        let Place { x, y, width, height } = self.asked;
        let scale = ctx.pixels_per_point();
        let whole = vec2(width.into(), height.into()) / scale;
        ctx.send_viewport_cmd(ViewportCommand::InnerSize(whole - (outer.size() - inner.size())));
        let points_px = ctx.input(|input| input.viewport().native_pixels_per_point.unwrap_or(1.0));
        if (points_px - 1.0).abs() > f32::EPSILON {
            // It was opened in points, before anybody knew how large those of this screen are.
            let at = pos2(x.into(), y.into()) / scale;
            ctx.send_viewport_cmd(ViewportCommand::OuterPosition(at));
        }
    }

    /// The window was seen there, in pixels.
    fn seen(&mut self, seen: Rect, now: Instant) -> Option<Place> {
        self.stage = match self.stage {
            Stage::Settling { at, looks, last } if at == seen && now - last >= PERIOD => match looks + 1 {
                LOOKS => Stage::Settled { at_first: at },
                looks => Stage::Settling { at, looks, last: now },
            },
            Stage::Settling { at, .. } if at != seen => Stage::Settling { at: seen, looks: 0, last: now },
            Stage::Opening => Stage::Settling { at: seen, looks: 0, last: now },
            as_before @ (Stage::Settling { .. } | Stage::Settled { .. }) => as_before,
        };
        let Stage::Settled { at_first } = self.stage else { return None };
        let chosen = moved(self.asked, at_first, seen);
        let is_news = chosen != self.chosen;
        self.chosen = chosen;
        is_news.then_some(chosen)
    }
}

/// A place, moved and stretched as the window was between these two samples.
fn moved(place: Place, from: Rect, to: Rect) -> Place {
    Place {
        x: shifted(place.x, to.left() - from.left()),
        y: shifted(place.y, to.top() - from.top()),
        width: shifted(place.width, to.width() - from.width()).max(1),
        height: shifted(place.height, to.height() - from.height()).max(1),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
fn shifted(pixels: u16, by: f32) -> u16 {
    (f32::from(pixels) + by).round().clamp(0.0, f32::from(u16::MAX)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Place = Place { x: 400, y: 100, width: 400, height: 500 };

    fn rect(x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(pos2(x, y), vec2(width, height))
    }

    /// A window whose manager reports it off by this much; and when it has settled.
    fn settled(off: f32) -> (Placing, Instant) {
        let (mut placing, begin) = (Placing::new(ASKED), Instant::now());
        for half in 0..=2 * LOOKS {
            assert!(!matches!(placing.stage, Stage::Settled { .. }), "too soon");
            let seen = placing.seen(rect(400.0, 100.0 + off, 400.0, 500.0), begin + PERIOD / 2 * half);
            assert_eq!(seen, None, "it is where it was put");
        }
        assert!(matches!(placing.stage, Stage::Settled { .. }), "in time");
        (placing, begin + PERIOD * LOOKS)
    }

    #[test]
    fn what_a_user_chooses_does_not_depend_on_how_far_off_the_manager_is() {
        for off in [0.0, 24.0, -24.0] {
            let (mut placing, at) = settled(off);
            let now = rect(430.0, 90.0 + off, 380.0, 520.0);
            let chosen = Place { x: 430, y: 90, width: 380, height: 520 };
            assert_eq!(placing.seen(now, at), Some(chosen));
            assert_eq!(placing.seen(now, at), None, "reported once");
            assert_eq!(placing.seen(rect(400.0, 100.0 + off, 400.0, 500.0), at), Some(ASKED), "and back");
        }
    }

    #[test]
    fn while_the_window_is_still_being_put_nobody_has_moved_it() {
        let (mut placing, begin) = (Placing::new(ASKED), Instant::now());
        for step in 0_u8..100 {
            let now = begin + PERIOD * u32::from(step);
            assert_eq!(placing.seen(rect(f32::from(step), 0.0, 300.0, 300.0), now), None);
        }
    }

    #[test]
    fn a_window_whose_manager_is_late_has_not_been_moved() {
        let (mut placing, begin) = (Placing::new(ASKED), Instant::now());
        let seen = [(400.0, begin), (400.0, begin + PERIOD * 20), (375.0, begin + PERIOD * 21)];
        for (height, now) in seen {
            assert_eq!(placing.seen(rect(400.0, 100.0, 400.0, height), now), None, "{height}");
        }
        for look in 22..30 {
            assert_eq!(placing.seen(rect(400.0, 100.0, 400.0, 375.0), begin + PERIOD * look), None);
        }
    }

    #[test]
    fn a_window_that_is_partly_off_the_screen_comes_back_to_its_edge() {
        let (mut placing, at) = settled(0.0);
        let chosen = placing.seen(rect(-30.0, 100.0, 400.0, 500.0), at);
        assert_eq!(chosen, Some(Place { x: 0, ..ASKED }));
    }
}
