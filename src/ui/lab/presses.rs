//! Keys that were pressed in this frame, each with what was held then: on a slow display a frame sees Shift go down and up again.

use egui::{Event, Key, Modifiers, Ui};

/// The presses of these keys, in their order, repeated ones too.
pub(super) fn presses(ui: &Ui, wanted: &[Key]) -> Vec<(Key, Modifiers)> {
    ui.input(|input| {
        let pressed = |event: &Event| match event {
            Event::Key { key, pressed: true, modifiers, .. } if wanted.contains(key) => {
                Some((*key, *modifiers))
            }
            _ => None,
        };
        input.events.iter().filter_map(pressed).collect()
    })
}

/// Takes all presses of a key without Shift and the like away. Whether there was one, and not only repeated.
pub(super) fn take(ui: &Ui, wanted: Key) -> bool {
    ui.input_mut(|input| {
        let mut is_pressed = false;
        input.events.retain(|event| match event {
            Event::Key { key, pressed: true, repeat, modifiers, .. }
                if *key == wanted && modifiers.is_none() =>
            {
                is_pressed |= !repeat;
                false
            }
            _ => true,
        });
        is_pressed
    })
}
