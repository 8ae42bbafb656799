//! Which key moves which paddle, from whichever window has the focus; and the pause. A key is known by its place on the
//! keyboard, whatever it prints there.

use std::collections::HashSet;
use std::time::Duration;

use egui::{Event, InputState, Key, Modifiers, Ui};

use super::intent::Intent;
use super::key_labels::KeyLabels;
use super::key_places::{is_pressed, place_of};
use super::widgets::keep_arrows;
use crate::game::{Control, Court, Direction, Paddle, PaneId, TICKS_PER_SECOND};
use crate::protocol::Zoom;
use crate::protocol::snapshot::Snapshot;

/// How fast a held key moves a paddle while no ticks pass, in court units per second: as in the game.
const KEY_SPEED: f64 = Paddle::STEP * TICKS_PER_SECOND as f64;
/// From one frame to the next while a window moves a paddle.
const FRAME: Duration = Duration::from_millis(16);
/// A window that was not drawn for longer than this moves a paddle no further meanwhile, in seconds.
const LONGEST_FRAME_SECS: f64 = 0.5;
/// What a key moves that was pressed and released between two frames, in court units: as much as in eight ticks.
const TAP: f64 = 8.0 * Paddle::STEP;

/// Two keys and the paddle that they move up and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Keys {
    up: Key,
    down: Key,
    pane: PaneId,
}

/// The keys of a pane's paddle.
fn of(court: &Court, pane: PaneId) -> Keys {
    let (up, down) = match pane {
        PaneId(0) => (Key::W, Key::S),
        _ if pane == court.last() => (Key::ArrowUp, Key::ArrowDown),
        _ => (Key::I, Key::K),
    };
    Keys { up, down, pane }
}

/// The keys of all paddles that can be moved from the window of `me`: its own, or those of the others too. I and K move the
/// inner paddle of the window that has the focus, and from an outer window the first inner one.
fn all(court: &Court, me: PaneId, only_own: bool) -> impl Iterator<Item = Keys> {
    let inner = if is_inner(court, me) { Some(me) } else { (court.panes > 2).then_some(PaneId(1)) };
    let panes = [PaneId(0), court.last()].into_iter().chain(inner);
    panes.filter(move |pane| !only_own || *pane == me).map(|pane| of(court, pane))
}

fn is_inner(court: &Court, pane: PaneId) -> bool {
    pane != PaneId(0) && pane != court.last()
}

/// The keys that move a pane's paddle, for people.
pub(super) fn names(court: &Court, pane: PaneId, labels: &KeyLabels) -> String {
    let Keys { up, down, .. } = of(court, pane);
    format!("{} / {}", labels.name(up), labels.name(down))
}

/// The keys that are down in this window, by their places: egui counts those that print the same as one.
#[derive(Debug, Default)]
pub(super) struct HeldKeys {
    down: HashSet<Key>,
    /// Those that went down in this frame.
    pressed: HashSet<Key>,
    /// The time of the last frame, in which a key moved a paddle though no tick passed.
    moved_at: Option<f64>,
}

impl HeldKeys {
    /// Takes up what happened to the keys since the last frame. To be called in every frame, also behind a box.
    pub(super) fn follow(&mut self, input: &InputState) {
        self.pressed.clear();
        for event in &input.events {
            match event {
                Event::Key { key, physical_key, pressed, repeat, .. } => {
                    let place = place_of(*key, *physical_key);
                    if !*pressed {
                        self.down.remove(&place);
                    } else if self.down.insert(place) && !*repeat {
                        self.pressed.insert(place);
                    }
                }
                // Released while another window has the keyboard.
                Event::WindowFocused(false) => self.down.clear(),
                _ => {}
            }
        }
        if !input.focused {
            self.down.clear();
            self.pressed.clear();
        }
    }

    /// Where these keys move their paddle.
    fn direction(&self, keys: Keys) -> Option<Direction> {
        direction(self.down.contains(&keys.up), self.down.contains(&keys.down))
    }

    /// Where they have moved it within this frame, and were released again.
    fn tapped(&self, keys: Keys) -> Option<Direction> {
        let is_tapped = |key: Key| self.pressed.contains(&key) && !self.down.contains(&key);
        direction(is_tapped(keys.up), is_tapped(keys.down))
    }

    /// How long ago the last frame was, if a key moved a paddle in it as well.
    fn frame_secs(&mut self, input: &InputState) -> f64 {
        let before = self.moved_at.replace(input.time);
        let secs = before.map_or_else(|| f64::from(input.predicted_dt), |before| input.time - before);
        secs.clamp(0.0, LONGEST_FRAME_SECS)
    }
}

fn direction(up: bool, down: bool) -> Option<Direction> {
    match (up, down) {
        (true, false) => Some(Direction::Up),
        (false, true) => Some(Direction::Down),
        // Both keep it where it is.
        (true, true) | (false, false) => None,
    }
}

/// What the keys want; with a box before the window they want nothing.
pub(super) fn keys_ui(
    ui: &Ui,
    court: &Court,
    me: PaneId,
    snapshot: &Snapshot,
    held: &mut HeldKeys,
    is_behind_a_box: bool,
    intents: &mut Vec<Intent>,
) {
    ui.input(|input| held.follow(input));
    if !is_behind_a_box {
        // They move a paddle, whatever has the focus.
        keep_arrows(ui, false);
    }
    // Of somebody else: ctrl-W closes a window elsewhere.
    let is_combined =
        ui.input(|input| input.modifiers.command || input.modifiers.ctrl || input.modifiers.alt);
    let mut moved = Vec::new();
    if !is_behind_a_box && !is_combined {
        let secs = ui.input(|input| held.frame_secs(input));
        for keys in all(court, me, snapshot.has_own_keys()) {
            move_paddle(ui, me, snapshot, held, keys, secs, intents);
            moved.extend(held.direction(keys).is_some().then_some(keys.pane));
        }
        if snapshot.is_in_play() && wants_pause(ui) {
            intents.push(Intent::change(snapshot, |to| to.paused = !to.paused));
        }
    }
    let is_released = |pane: &PaneId| !moved.contains(pane);
    for pane in court.all_panes().filter(is_released) {
        let control = snapshot.panes.get(pane.index()).map(|view| view.control);
        intents.extend(control.and_then(|control| control.key_of(me)).map(|_| Intent::Release(pane)));
    }
    if moved.is_empty() || snapshot.has_ticks() {
        held.moved_at = None;
    }
}

/// What a paddle's keys want. While ticks pass, the tick moves it; otherwise this window does, as far as in `secs`, the time
/// since the last frame.
fn move_paddle(
    ui: &Ui,
    me: PaneId,
    snapshot: &Snapshot,
    held: &HeldKeys,
    keys: Keys,
    secs: f64,
    intents: &mut Vec<Intent>,
) {
    let Some(view) = snapshot.panes.get(keys.pane.index()) else { return };
    let by = |length: f64, direction: Direction| {
        let paddle = Paddle::at(view.paddle.y + direction.sign() * length);
        Intent::Control(keys.pane, Control::Manual(paddle))
    };
    match held.direction(keys) {
        Some(direction) if snapshot.has_ticks() => {
            let is_held = view.control.key_of(me).is_some_and(|key| key.direction == direction);
            intents.extend((!is_held).then_some(Intent::Hold(keys.pane, direction)));
        }
        Some(direction) => {
            // At the end of its line there is nothing left to do.
            if by(TAP, direction) != by(0.0, direction) {
                intents.push(by(KEY_SPEED * secs, direction));
                // A held key sends nothing more, so the next frame must come by itself; where no display paces them, at this rate.
                ui.ctx().request_repaint_after(FRAME);
            }
        }
        None => intents.extend(held.tapped(keys).map(|direction| by(TAP, direction))),
    }
}

/// F2, and Ctrl with plus, minus and 0: how large everything is, in all windows. Also while a box is open.
pub(super) fn size_keys_ui(ui: &Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let wanted = wanted_zoom(ui, snapshot.live_settings.zoom);
    intents.extend(wanted.map(|wanted| Intent::change(snapshot, |to| to.zoom = wanted)));
}

/// The size that these keys choose, if it is another than this one.
pub(super) fn wanted_zoom(ui: &Ui, zoom: Zoom) -> Option<Zoom> {
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
    wanted.filter(|wanted| *wanted != zoom)
}

/// P. The space bar is in `start_keys.rs`.
fn wants_pause(ui: &Ui) -> bool {
    ui.input(|input| is_pressed(input, Key::P))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_moves_both_outer_paddles_and_one_inner_paddle() {
        let panes = |panes, me| {
            let court = Court { panes, seed: 1 };
            all(&court, PaneId(me), false).map(|keys| keys.pane.0).collect::<Vec<_>>()
        };
        assert_eq!(panes(2, 0), [0, 1], "without an inner pane I and K move nothing");
        assert_eq!((0..3).map(|me| panes(3, me)).collect::<Vec<_>>(), vec![[0, 2, 1]; 3]);
        assert_eq!(panes(5, 3), [0, 4, 3], "that of the window itself");
        assert_eq!(panes(5, 4), [0, 4, 1], "the first inner one");
    }

    #[test]
    fn with_keys_of_its_own_a_window_moves_only_its_own_paddle() {
        let court = Court { panes: 5, seed: 1 };
        for pane in court.all_panes() {
            assert_eq!(all(&court, pane, true).map(|keys| keys.pane).collect::<Vec<_>>(), [pane]);
        }
    }
}
