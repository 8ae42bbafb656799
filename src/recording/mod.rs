//! A recording: what happened in a game, line by line, so that it can be checked, shown again and exported.
//!
//! A recording is JSON Lines: the first line says what game it is, each other line one thing that happened ([`Line`]).
//! docs/RECORDING.md describes the lines for people, docs/json/recording.schema.json for programs.
//!
//! # Who writes what
//!
//! The launcher alone writes recordings ([`recorder`]), out of what it does itself and of what the Region holds anyway. It looks at
//! the Region after each look of the supervisor, and 20 times a second while it records. A pane's hop costs nothing more.
//!
//! | line | where the launcher has it from |
//! | --- | --- |
//! | `recording`, `start`, `settings`, `transport` | the Region |
//! | `serve`, `recovered`, `reinitialized`, `started`, `died`, `stalled`, `hung`, `action` | its own doing: no process can forge them |
//! | `frozen`, `continued` | the kernel (`waitid`) |
//! | `hop` | the taker's arrival log; tick and state from the giver's record, as long as its slot still has it |
//! | `control` | the control log of the pane |
//! | `fenced` | the count in the process status |
//! | `unseen` | epochs that no log holds any more when the launcher looks |
//! | `check`, `end` | itself |
//!
//! # What the physics depends on
//!
//! Between two lines the ball is a function of the state, of the serves, and of what moves the paddles. The autopilots move them
//! unless people do; only the pane that has the ball asks, once a tick, who moves its paddle. So a pane notes in its *control log*
//! with which control it has played, whenever that changes:
//!
//! ```text
//! hold(e)       control in force = autopilot, whatever it was in the epoch before
//! tick n        c = control now; c differs from the one in force: log (e, n, c), then play the tick with it: c is in force
//! write         the record of tick n comes after the log: a recorded tick has its controls in the log
//! hand-off      comes after the records: a reader that sees epoch e+1 in an arrival log sees all that was logged in e
//! fenced        a late process logs for an epoch that is over, a tick that nobody has: a reader ignores it
//! ```
//!
//! A game in which nobody may play logs nothing.
//!
//! # Order of lines
//!
//! 1. Epochs never fall, but by a `reinitialized` line, which goes back to the state that it names.
//! 2. The `control` lines of epoch e follow the line that begins e, in the order of ticks, and come before the line that begins e+1.
//! 3. Every epoch is begun by one line (`start`, `serve`, `hop`, `recovered`, `reinitialized`) or is in one `unseen` line.
//! 4. A line of a tick that was played and lost (its process died before the record) is followed by a line that goes back: the
//!    ball of a `recovered` or `serve` line may be of an earlier tick than what is known by then. What was after it is void.
//! 5. Lines that are no epochs (processes, settings) stand where the launcher has seen them.
//! 6. A recording that begins in the middle of a game begins with the next serve or hand-off of which all is known; `started` lines
//!    before it name the processes.
//! 7. Where people may play, nobody can play again what was not seen: after an `unseen` line the next epoch begins with a `start`. The
//!    same follows a `reinitialized` line whose state is not in the recording.
//!
//! # Replay
//!
//! [`Replayed`] is the game as one process has it that is given the lines in their order. A line names a tick, or a hop; up to
//! there the game is simulated, and what it says is compared, bit by bit. So a reader never has to look ahead.
//!
//! # Trust
//!
//! Files come from strangers. A reader holds one line (at most [`MAX_LINE`] bytes), one game, and a bounded history to go
//! back in; it checks every word before it uses it, and says for the first line that does not fit its number, what it says and what was
//! expected. A `check` line has the checksum of all bytes before it, so that a changed byte is found also where no physics
//! depends on it.

pub mod export;
pub mod folder;
pub mod line;
pub mod playback;
pub mod reader;
pub mod recorder;
mod recordings;
pub mod replayed;
mod session;
pub mod verify;
pub mod writer;

pub use line::Line;
pub use reader::Reader;
pub use recorder::Recorder;
pub use recordings::Recordings;
pub use replayed::Replayed;
pub use session::Session;

/// The longest line that a reader accepts, in bytes.
pub const MAX_LINE: usize = 16 * 1024;
