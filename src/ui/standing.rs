//! The window among the others of its desktop: panes are shown one after the other, so that every desktop has them in order, and a
//! window that comes back stands as its predecessor did, and takes the keyboard from nobody.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use eframe::egui_glow::CallbackFn;
use egui::{Context, Id, LayerId, Order, PaintCallback, Rect, vec2};
use winit::raw_window_handle::{HasWindowHandle, RawWindowHandle};

use crate::child::Attached;
use crate::game::PaneId;
use crate::platform::clock;
use crate::platform::display::{Area, News, Place, WindowState, X11Window, areas_of};
use crate::protocol::WindowStatus;

/// A pane waits no longer for the one before it, and each for a little longer than the one before.
const PATIENCE: Duration = Duration::from_secs(1);
const MORE_PATIENCE: Duration = Duration::from_millis(100);
/// How often a window looks whether it is its turn.
const LOOK_AGAIN: Duration = Duration::from_millis(4);
/// When a window manager has put all windows where they belong.
const SETTLED_AFTER: Duration = Duration::from_secs(1);
/// By how much a window may be beside the place that was asked for, in pixels: its frame, and what managers add.
const FRAME: i32 = 80;

/// How a window opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entrance {
    /// As the window manager wants it.
    Plain,
    /// It takes the keyboard from nobody, and stands as another one did before.
    Quiet {
        /// How that one was kept.
        state: WindowState,
        /// The window that was right above it, and the highest of all.
        above: [u32; 2],
    },
}

/// A window that is not yet shown, or was just now.
#[derive(Debug)]
pub(super) struct Opening {
    /// Somebody else notices when the window is shown.
    is_followed: bool,
    /// How many frames were painted, as far as it matters.
    frames: u8,
}

impl Opening {
    /// Of a window that is followed, or not.
    pub(super) fn new(is_followed: bool) -> Self {
        Self { is_followed, frames: 0 }
    }

    /// To be called at the end of every frame. The first one is shown when `wait_for_turn` returns. By then all of it is painted,
    /// glyphs and shaders too, but for what goes to the screen: windows that open one after the other wait for no more of each
    /// other than that.
    pub(super) fn follow(&mut self, ctx: &Context, wait_for_turn: impl Fn() + Send + Sync + 'static) {
        // A pass that is discarded is not painted.
        if self.frames > 0 || ctx.will_discard() {
            return;
        }
        self.frames = 1;
        let last = LayerId::new(Order::Debug, Id::unique("turn"));
        let rect = Rect::from_min_size(ctx.content_rect().min, vec2(1.0, 1.0));
        let callback = Arc::new(CallbackFn::new(move |_info, _painter| wait_for_turn()));
        ctx.layer_painter(last).add(PaintCallback { rect, callback });
        ctx.request_repaint();
    }

    /// To be called before every frame, also of a hidden window. The second one comes when the first was shown.
    pub(super) fn is_over(&mut self, status: &WindowStatus) {
        if self.frames == 1 && !self.is_followed {
            self.frames = 2;
            status.set_shown(0);
        }
    }
}

/// Waits until `is_turn`, but not for ever: `number` windows come before.
pub(super) fn wait_for_turn(number: u8, is_turn: impl Fn() -> bool) {
    let patience = PATIENCE + MORE_PATIENCE * u32::from(number);
    let give_up_ns = clock::now_ns() + clock::ns(patience);
    while !is_turn() && clock::now_ns() < give_up_ns {
        if clock::sleep_until(clock::now_ns() + clock::ns(LOOK_AGAIN)).is_err() {
            return;
        }
    }
}

/// Waits until the window of the pane before this one is shown.
pub(super) fn wait_for_the_one_before(attached: &Attached) {
    if let Some(before) = attached.me.0.checked_sub(1) {
        wait_for_turn(before, || attached.window_of(PaneId(before)).is_shown());
    }
}

/// Follows, over the window's whole life, how the window manager keeps it, and writes that to its `status`. Must be called before
/// the window is mapped. `has_come_back` is called a while after a quiet entrance. False where there is nothing to follow: on
/// Wayland.
pub(super) fn follow<A: Send + Sync + 'static>(
    creation: &eframe::CreationContext<'_>,
    owner: &Arc<A>,
    status: fn(&A) -> &WindowStatus,
    entrance: Entrance,
    has_come_back: fn(&A),
) -> bool {
    let Ok(RawWindowHandle::Xlib(handle)) = creation.window_handle().map(|handle| handle.as_raw()) else {
        return false;
    };
    let id = u32::try_from(handle.window).ok();
    let Some(mut window) = id.and_then(|id| X11Window::open(id).ok()) else { return false };
    if let Entrance::Quiet { state, .. } = entrance {
        // A window that cannot be prepared opens as any other.
        let _prepared = window.comes_back(state);
    }
    let (owner, ctx) = (Arc::clone(owner), creation.egui_ctx.clone());
    let follow = move || {
        // The server is gone, or the window: so is this process, in a moment.
        let _gone =
            keep_up(&mut window, &ctx, status(&owner), entrance, || in_a_while(&owner, has_come_back));
    };
    let thread = thread::Builder::new().name("desktop".to_owned()).stack_size(128 * 1024);
    thread.spawn(follow).is_ok()
}

fn keep_up(
    window: &mut X11Window,
    ctx: &Context,
    status: &WindowStatus,
    entrance: Entrance,
    has_come_back: impl Fn(),
) -> Result<(), Box<dyn std::error::Error>> {
    loop {
        let news = window.next()?;
        if let (News::Managed, Entrance::Quiet { above, .. }) = (news, entrance) {
            window.is_back(above)?;
            has_come_back();
        }
        if news == News::Managed {
            status.set_shown(window.id());
        }
        let before = status.state();
        let is_out_of_order = before.is_some_and(|state| state.is_out_of_order);
        let state = WindowState { is_out_of_order, ..window.state()? };
        if before != Some(state) {
            status.set_state(state);
            // The window may have been painted in its new size before it was said what it is now.
            ctx.request_repaint();
        }
        status.set_above(window.above()?);
    }
}

/// Once all windows are where they belong.
fn in_a_while<A: Send + Sync + 'static>(owner: &Arc<A>, act: fn(&A)) {
    let owner = Arc::clone(owner);
    let wait = move || {
        if clock::sleep_until(clock::now_ns() + clock::ns(SETTLED_AFTER)).is_ok() {
            act(&owner);
        }
    };
    // Nothing depends on it.
    let _started = thread::Builder::new().name("order".to_owned()).stack_size(128 * 1024).spawn(wait);
}

/// Notes that a pane's window has come back to another place, if the panes do not stand in order any more. Where they cannot all
/// be seen, as in tabs, nobody knows.
pub(super) fn look_for_a_lost_order(attached: &Attached) {
    let panes: Vec<_> = attached.setup.court.all_panes().collect();
    let ids: Vec<_> = panes.iter().map(|pane| attached.window_of(*pane).id()).collect();
    let areas = areas_of(&ids);
    let Some(own) = areas[attached.me.index()] else { return };
    if attached.place().is_some_and(|place| stands_at(own, place)) {
        return;
    }
    let is_wrong = |(pane, area): (PaneId, Option<Area>)| {
        let is_after = area.and_then(|area| comes_after(area, own));
        is_after.is_some_and(|is_after| is_after != (pane > attached.me))
    };
    if panes.into_iter().zip(areas).any(is_wrong) {
        attached.stands_out_of_order();
    }
}

fn stands_at(area: Area, place: Place) -> bool {
    let is_near = |at: i32, asked: u16| (-FRAME..=FRAME).contains(&(at - i32::from(asked)));
    is_near(area.x, place.x) && is_near(area.y, place.y)
}

/// Whether a window is to the right of another one, or below it in the same column; None if both are in the same place.
fn comes_after(a: Area, b: Area) -> Option<bool> {
    match (a.x - b.x, a.y - b.y) {
        (0, 0) => None,
        (0, down) => Some(down > 0),
        (across, _) => Some(across > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_in_one_place_have_no_order_and_others_have_one() {
        let at = |x, y| Area { x, y, width: 400, height: 300 };
        assert_eq!(comes_after(at(400, 20), at(0, 20)), Some(true));
        assert_eq!(comes_after(at(0, 20), at(400, 20)), Some(false));
        assert_eq!(comes_after(at(0, 300), at(0, 20)), Some(true), "one above the other");
        assert_eq!(comes_after(at(0, 20), at(0, 20)), None, "tabs");
    }

    #[test]
    fn nobody_waits_for_ever_for_a_window_that_never_comes() {
        wait_for_turn(0, || false);
        wait_for_turn(15, || true);
    }
}
