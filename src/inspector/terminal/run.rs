//! From the first picture on the terminal to the last.

use std::io::{self, IsTerminal};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::getppid;

use super::session::Session;
use super::view::{View, ViewInput};
use crate::error::{Error, Result};
use crate::inspector::attached::LOOK_NS;
use crate::inspector::{Inspector, Watcher};
use crate::platform::clock;

/// Whether there is a terminal on which a picture can be drawn.
pub fn can_draw() -> bool {
    io::stdout().is_terminal()
        && std::env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}

/// Shows the game until it is over, or until nobody can see it any more.
///
/// # Errors
/// [`Error::System`] if the terminal cannot be used.
pub fn run(inspector: &Inspector) -> Result<()> {
    let mut watcher = Watcher::new(inspector)?;
    let mut session = Session::enter().map_err(Error::system("draw on the terminal"))?;
    let mut view = View::new(&inspector.setup);
    while inspector.is_running() {
        let next_look_ns = clock::now_ns() + LOOK_NS;
        watcher.look(inspector, view.shown());
        // A terminal that has gone away wants no more; the launcher notices by itself.
        while session.draw(|frame| view.draw(frame, &watcher)).is_ok() {
            let left = Duration::from_nanos(next_look_ns.saturating_sub(clock::now_ns()));
            let Some(key) = session.key(left)? else { break };
            match view.press(key, &mut watcher) {
                Some(ViewInput::Quit) => ask_to_stop(inspector),
                // Where the last request waits for its answer, for less than a millisecond, one can press again.
                Some(ViewInput::Do((pane, action))) => {
                    let _is_asked = inspector.ask(action, pane);
                }
                None => {}
            }
        }
        if session.is_gone() {
            break;
        }
    }
    Ok(())
}

/// A terminal that gives every key as it is sends no signal at ctrl-C either: so it is sent from here, to the launcher,
/// which decides.
fn ask_to_stop(inspector: &Inspector) {
    let parent = getppid();
    // Another process's child by now: the launcher has ended, and so will this process.
    if parent.as_raw().cast_unsigned() == inspector.setup.launcher_pid {
        // It cannot be a stranger as long as this process is its child.
        let _sent = kill(parent, Signal::SIGINT);
    }
}
