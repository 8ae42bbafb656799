//! What the letter keys of the game print on this keyboard: the layout, as the display server has it.
//!
//! The game knows a key by its place, so that a player's hand lies the same on every keyboard. What people read is what is printed
//! there. A thread reads it from the display server, over a connection of its own, and sleeps there until it changes: so neither
//! a server that does not answer nor a strange layout stops a window.

mod keymap;
mod layout;
mod wayland;
mod x11;

use std::thread;

use crate::platform::display::variable;

pub use layout::{KeyboardLayout, LetterKey};

/// Reports the layout of the keyboard, and again whenever it changes, from a thread of its own. Where it cannot be
/// read, nothing is ever reported.
pub(crate) fn watch(report: impl FnMut(KeyboardLayout) + Send + 'static) {
    let watch = move || {
        // As the window library chooses. The server has closed the connection, or has no keyboard: what is known stays.
        let _ended = match variable("WAYLAND_DISPLAY") {
            Some(name) => wayland::watch(&name, report),
            None => x11::watch(report),
        };
    };
    // Without it the labels are those of an American keyboard.
    let _started = thread::Builder::new().name("keyboard".to_owned()).stack_size(256 * 1024).spawn(watch);
}
