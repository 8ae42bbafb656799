//! From the first picture on the terminal to the last.

use nix::sys::signal::{Signal, kill};
use nix::unistd::getppid;

use super::session::Session;
use super::view::{View, ViewInput};
use crate::error::{Result, exit};
use crate::inspector::attached::LOOK_NS;
use crate::inspector::{Inspector, Watcher};
use crate::platform::clock;
use crate::protocol::Demand;

/// How often a court is drawn on which something moves: 30 times a second.
const FRAME_NS: u64 = 33_333_333;

/// Shows the game until it is over, or until nobody can see it any more. Returns the exit code.
///
/// # Errors
/// [`Error::System`](crate::error::Error::System) if the terminal cannot be used.
pub fn run(inspector: &Inspector) -> Result<u8> {
    let mut watcher = Watcher::new(inspector)?;
    let mut session = Session::begin()?;
    let mut view = View::new(&inspector.setup);
    view.is_ascii = session.is_ascii;
    let mut next_look_ns = 0;
    let mut was_pressed = false;
    while inspector.is_running() {
        let now_ns = clock::now_ns();
        if now_ns >= next_look_ns {
            watcher.look(inspector, view.shown());
            next_look_ns = now_ns + LOOK_NS;
        } else {
            watcher.glance(inspector);
        }
        session.draw(|frame| view.draw(frame, &watcher));
        if session.is_gone() {
            return Ok(exit::TERMINAL_GONE);
        }
        // What a key has done is seen soon.
        let moves = session.is_drawn() && (was_pressed || view.moves(&watcher));
        let until_ns = if moves { next_look_ns.min(now_ns + FRAME_NS) } else { next_look_ns };
        let key = session.key(until_ns)?;
        was_pressed = key.is_some();
        match key.and_then(|key| view.press(key, &mut watcher)) {
            Some(ViewInput::Interrupt) => interrupt(inspector),
            Some(ViewInput::Stop) => session.stop_the_job(),
            Some(ViewInput::Ask(Demand::Quit)) if !inspector.ask(Demand::Quit) => interrupt(inspector),
            // Where too many requests wait one can press again.
            Some(ViewInput::Ask(demand)) if demand != Demand::Quit => {
                let _is_asked = inspector.ask(demand);
            }
            Some(ViewInput::Ask(_)) | None => {}
        }
    }
    Ok(0)
}

/// A terminal that gives every key as it is sends no signal at ctrl-C either: so it is sent from here, to the launcher,
/// which decides.
fn interrupt(inspector: &Inspector) {
    let parent = getppid();
    // Another process's child by now: the launcher has ended, and so will this process.
    if parent.as_raw().cast_unsigned() == inspector.setup.launcher_pid {
        // It cannot be a stranger as long as this process is its child.
        let _sent = kill(parent, Signal::SIGINT);
    }
}
