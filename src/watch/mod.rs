//! The inspector without a window: on a terminal, or as lines of JSON where stdout is none.

mod lines;
mod terminal;

use std::io::{self, IsTerminal};

use crate::clock;
use crate::error::{Error, Result};
use crate::inspect::{Inspector, Shown, Watcher};
use crate::spawn::Screen;

pub(crate) use terminal::Settings as TerminalSettings;

/// How often it looks, in nanoseconds.
const LOOK_NS: u64 = 100_000_000;

/// Whether there is a terminal on which a picture can be drawn.
#[must_use]
pub fn can_draw() -> bool {
    io::stdout().is_terminal()
        && std::env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}

/// Watches until the game is over, or nobody wants to see it any more.
///
/// # Errors
/// [`Error::System`] if the bytes of the Region cannot be read, or the terminal cannot be used; [`Error::Failed`] if nobody
/// has read the last line to its end.
pub fn run(inspector: &Inspector, screen: Screen) -> Result<()> {
    let mut watcher = Watcher::new(inspector)?;
    match screen {
        Screen::Terminal => terminal::run(inspector, &mut watcher),
        Screen::Json | Screen::Window => {
            let are_whole = write_lines(inspector, &mut watcher)?;
            let unread = || Error::failed("write a line to the end")(io::ErrorKind::TimedOut.into());
            are_whole.then_some(()).ok_or_else(unread)
        }
    }
}

/// Tells whether the last line is whole, or nobody wants it.
fn write_lines(inspector: &Inspector, watcher: &mut Watcher) -> Result<bool> {
    let mut lines = lines::Lines::default();
    while inspector.is_running() {
        let are_due = lines.are_due(clock::now_ns());
        watcher.look(inspector, Shown { memory: are_due, processes: true });
        // A reader that has gone away (a closed pipe) wants no more.
        if are_due && lines.write(watcher).is_err() {
            return Ok(true);
        }
        clock::sleep_until(clock::now_ns() + LOOK_NS)?;
    }
    Ok(lines.are_whole())
}
