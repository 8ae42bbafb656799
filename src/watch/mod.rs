//! The inspector without a window: on a terminal, or as lines of JSON where stdout is none.

mod lines;

use crate::clock;
use crate::error::Result;
use crate::inspect::{Inspector, Watcher};
use crate::spawn::Screen;

/// How often it looks, in nanoseconds.
const LOOK_NS: u64 = 100_000_000;

/// Watches until the game is over, or nobody wants to see it any more.
///
/// # Errors
/// [`Error::System`](crate::error::Error::System) if the bytes of the Region cannot be read.
pub fn run(inspector: &Inspector, screen: Screen) -> Result<()> {
    let mut watcher = Watcher::new(inspector)?;
    let mut lines = lines::Lines::default();
    while inspector.is_running() {
        watcher.look(inspector);
        // A reader that has gone away (a closed pipe) wants no more.
        if lines.write(&watcher).is_err() {
            break;
        }
        clock::sleep_until(clock::now_ns() + LOOK_NS);
    }
    let _terminal = screen;
    Ok(())
}
