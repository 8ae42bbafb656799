//! Keys by their place on the keyboard, whatever they print there.

use egui::{Event, InputState, Key};

/// The place of a key, by what an American keyboard prints there. The few keys whose place is not known have only what they
/// print.
pub(super) fn place_of(key: Key, physical_key: Option<Key>) -> Key {
    physical_key.unwrap_or(key)
}

/// Whether the key at this place was pressed just now, and not only repeated.
pub(super) fn is_pressed(input: &InputState, place: Key) -> bool {
    input.events.iter().any(|event| match event {
        Event::Key { key, physical_key, pressed: true, repeat: false, .. } => {
            place_of(*key, *physical_key) == place
        }
        _ => false,
    })
}
