//! What the libraries of a pane's window need not load: they would do it in each of many processes.

use std::env;
use std::process::Command;

use super::Display;

/// The file of key sequences that make one character.
const KEY_SEQUENCES: &str = "XCOMPOSEFILE";
/// libX11 takes any file for one, and this one has no line. Without it, it reads thousands of lines before a window opens.
const NO_SEQUENCES: &str = "/dev/null";

/// Keeps a process whose window nobody writes in from loading what only writing needs. What a user has set stays.
pub(crate) fn load_less(command: &mut Command, display: &Display) {
    let is_chosen = env::var_os(KEY_SEQUENCES).is_some();
    if needs_no_sequences(display, is_chosen) {
        command.env(KEY_SEQUENCES, NO_SEQUENCES);
    }
}

/// On Wayland nothing reads them with libX11.
fn needs_no_sequences(display: &Display, is_chosen: bool) -> bool {
    matches!(display, Display::X11 { .. }) && !is_chosen
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    #[test]
    fn a_file_of_key_sequences_that_a_user_has_chosen_stays() {
        let area = Place { x: 0, y: 0, width: 1, height: 1 };
        let x11 = Display::X11 { area, others: Vec::new(), scale_percent: 100, overrides_scale: false };
        assert!(needs_no_sequences(&x11, false));
        assert!(!needs_no_sequences(&x11, true), "chosen");
        assert!(!needs_no_sequences(&Display::Wayland, false));
    }
}
