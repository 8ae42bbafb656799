//! Which key moves which paddle, from whichever window has the focus; and the pause.

use egui::{Event, Key, Modifiers, Ui};

use super::intent::Intent;
use super::widgets::keep_arrows;
use crate::game::{Control, Court, Paddle, PaneId};
use crate::protocol::Zoom;
use crate::protocol::snapshot::Snapshot;

/// How fast a held key moves a paddle, in court units per second.
const KEY_SPEED: f64 = 3.0;
/// A frame that took longer moves a paddle no further, in seconds.
const LONGEST_FRAME_SECS: f32 = 0.05;

/// Two keys and the paddle that they move up and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Keys {
    up: Key,
    down: Key,
    pane: PaneId,
}

/// The keys of all paddles that can be moved from the window of `me`. I and K move the inner paddle of the window that
/// has the focus, and from an outer window the first inner one.
fn all(court: &Court, me: PaneId) -> impl Iterator<Item = Keys> {
    let inner = if is_inner(court, me) { Some(me) } else { (court.panes > 2).then_some(PaneId(1)) };
    let outer = [
        Keys { up: Key::W, down: Key::S, pane: PaneId(0) },
        Keys { up: Key::ArrowUp, down: Key::ArrowDown, pane: court.last() },
    ];
    outer.into_iter().chain(inner.map(|pane| Keys { up: Key::I, down: Key::K, pane }))
}

fn is_inner(court: &Court, pane: PaneId) -> bool {
    pane != PaneId(0) && pane != court.last()
}

/// The keys that move a pane's paddle, for people.
pub(super) fn names(court: &Court, pane: PaneId) -> &'static str {
    match pane {
        PaneId(0) => "W / S",
        _ if pane == court.last() => "Up / Down",
        _ => "I / K",
    }
}

/// What the keys want.
pub(super) fn keys_ui(ui: &Ui, court: &Court, me: PaneId, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    // They move a paddle, whatever has the focus.
    keep_arrows(ui, false);
    // Of somebody else: ctrl-W closes a window elsewhere.
    if ui.input(|input| input.modifiers.command || input.modifiers.ctrl || input.modifiers.alt) {
        return;
    }
    for Keys { up, down, pane } in all(court, me) {
        let (direction, seconds) = ui.input(|input| {
            let is_down = |key| f64::from(u8::from(input.key_down(key)));
            (is_down(down) - is_down(up), f64::from(input.stable_dt.min(LONGEST_FRAME_SECS)))
        });
        if direction != 0.0
            && let Some(view) = snapshot.panes.get(pane.index())
        {
            let paddle = Paddle::at(view.paddle.y + direction * KEY_SPEED * seconds);
            intents.push(Intent::Control(pane, Control::Manual(paddle)));
            // A held key sends nothing more, so the next frame must come by itself.
            ui.ctx().request_repaint();
        }
    }
    if snapshot.is_in_play() && wants_pause(ui) {
        intents.push(Intent::change(snapshot, |to| to.paused = !to.paused));
    }
}

/// F2, and Ctrl with plus, minus and 0: how large everything is, in all windows. Also while a box is open.
pub(super) fn size_keys_ui(ui: &Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let zoom = snapshot.live_settings.zoom;
    let wanted = ui.input_mut(|input| {
        let mut pressed = |modifiers, key| input.consume_key(modifiers, key);
        if pressed(Modifiers::NONE, Key::F2) {
            Some(zoom.toggled())
        } else if pressed(Modifiers::COMMAND, Key::Plus) || pressed(Modifiers::COMMAND, Key::Equals) {
            Some(zoom.stepped(true))
        } else if pressed(Modifiers::COMMAND, Key::Minus) {
            Some(zoom.stepped(false))
        } else {
            pressed(Modifiers::COMMAND, Key::Num0).then_some(Zoom::NORMAL)
        }
    });
    let wanted = wanted.filter(|wanted| *wanted != zoom);
    intents.extend(wanted.map(|wanted| Intent::change(snapshot, |to| to.zoom = wanted)));
}

/// P. The space bar is in `start_keys.rs`.
fn wants_pause(ui: &Ui) -> bool {
    let is_p = |event: &Event| matches!(event, Event::Key { key: Key::P, pressed: true, repeat: false, .. });
    ui.input(|input| input.events.iter().any(is_p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_moves_both_outer_paddles_and_one_inner_paddle() {
        let panes = |panes, me| {
            let court = Court { panes, seed: 1 };
            all(&court, PaneId(me)).map(|keys| keys.pane.0).collect::<Vec<_>>()
        };
        assert_eq!(panes(2, 0), [0, 1], "without an inner pane I and K move nothing");
        assert_eq!((0..3).map(|me| panes(3, me)).collect::<Vec<_>>(), vec![[0, 2, 1]; 3]);
        assert_eq!(panes(5, 3), [0, 4, 3], "that of the window itself");
        assert_eq!(panes(5, 4), [0, 4, 1], "the first inner one");
    }
}
