//! The space bar and Enter, where nothing else takes them: they serve a ball that rests, and the space bar pauses one that
//! flies. While a ball flies Enter does nothing: it would take the ball away from where it is.

use egui::{Context, Event, Id, Key, Ui};

use crate::protocol::snapshot::Snapshot;

/// What such a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StartKey {
    /// As the button Start.
    Start,
    /// Stops the ball, or lets it fly on.
    Pause,
}

/// What is wanted. The paddle is moved by other keys: it leaves these two free when it has the focus.
pub(super) fn start_key(ui: &Ui, paddle: Id, snapshot: &Snapshot) -> Option<StartKey> {
    let focused = ui.memory(|memory| memory.focused());
    if focused.is_some_and(|focused| focused != paddle) {
        return None;
    }
    let [space, enter] = [Key::Space, Key::Enter].map(|key| is_pressed_alone(ui, key));
    match snapshot.is_in_play() {
        true => space.then_some(StartKey::Pause),
        false => (space || enter).then_some(StartKey::Start),
    }
}

/// A key that is held is pressed once. With Ctrl or Alt it is another program's.
fn is_pressed_alone(ui: &Ui, wanted: Key) -> bool {
    ui.input(|input| {
        input.events.iter().any(|event| match event {
            Event::Key { key, pressed: true, repeat: false, modifiers, .. } => {
                *key == wanted && !(modifiers.ctrl || modifiers.alt || modifiers.command)
            }
            _ => false,
        })
    })
}

/// To be called before a box is shown: the key that has opened it, and is still held, must not answer it.
pub(super) fn forget_held_keys(ctx: &Context) {
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            !matches!(event, Event::Key { key: Key::Space | Key::Enter, pressed: true, repeat: true, .. })
        });
    });
}
