//! A recording on a terminal: the court at the play head, a bar with the marks, and the inspector's pages of it.
//!
//! ```text
//!  replay of game.jsonl  [1 Court]  2 Memory   3 Flow   4 Invariants
//! Hop 12, epoch 14, tick 2880. Middle pane, pid 4712, by pipe.
//! +- left 4711 ---+- middle 4712 -+- right 4713 --+
//!  ...
//!      D C        R            G
//! > 0:12.300 [======|---------------------] 1:02.000  x1
//! ```

mod bar;
mod keys;
mod view;

use std::path::Path;

use nix::sys::signal::Signal;

use self::view::{ReplayInput, ReplayView};
use super::session::Session;
use crate::error::{Error, Result, exit};
use crate::inspector::Watcher;
use crate::platform::clock;
use crate::platform::terminal::is_interactive;
use crate::recording::playback::Playback;

/// How often it is drawn while time goes by: 30 times a second.
const FRAME_NS: u64 = 33_333_333;
/// How often it is looked at what was read, as long as the file is read; and whether the terminal has another size.
const LOOK_NS: u64 = 200_000_000;

/// Shows a recording until the user has seen enough. Returns the exit code.
///
/// # Errors
/// [`Error::Failed`] if there is no recording, or no terminal with keys.
pub fn run(path: &Path) -> Result<u8> {
    if !is_interactive() {
        let action = format!("show the recording {} on this terminal", path.display());
        let why =
            "it has no keys, or cannot be drawn on (TERM); `tripong replay FILE --verify` needs no terminal";
        return Err(Error::Failed { action, source: std::io::Error::other(why) });
    }
    let mut session = Session::begin_alone()?;
    let mut playback = Playback::open(path)?;
    let mut watcher = Watcher::over(&playback)?;
    let mut view = ReplayView::new(&playback, session.is_ascii);
    loop {
        let now_ns = clock::now_ns();
        playback.advance(now_ns);
        watcher.follow(&playback, view.shown());
        session.draw(|frame| view.draw(frame, &playback, &watcher));
        if session.is_gone() {
            return Ok(exit::SIGNAL_BASE + Signal::SIGHUP as u8);
        }
        let moves = playback.is_playing() && session.is_drawn();
        let key = session.key(now_ns + if moves { FRAME_NS } else { LOOK_NS })?;
        if let Some(signal) = session.asked_to_end() {
            return Ok(exit::SIGNAL_BASE + signal as u8);
        }
        match key.and_then(|key| view.press(key, &mut playback, &mut watcher)) {
            Some(ReplayInput::Quit) => return Ok(0),
            Some(ReplayInput::Interrupt) => return Ok(exit::SIGNAL_BASE + Signal::SIGINT as u8),
            Some(ReplayInput::Stop) => session.stop_the_job(),
            None => {}
        }
    }
}
