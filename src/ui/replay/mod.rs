//! The windows of a replay: those of the panes, as they were, and one with the playback bar above the inspector's views. All are of
//! one process, since nothing in a replay can die: there is one play head, and every window shows the same moment.
//!
//! ```text
//! [Start] [Mark -] [Hop -] [Tick -] [ Play ] [Tick +] [Hop +] [Mark +] [End]   Speed (1/4|1/2|(1)|2|4|8)   [Panes] [?]
//!           D        R          G                 D
//! ──────────────────●────────────────────────────────────
//! 0:12.345 of 1:03.200   tick 2960, hop 12, epoch 15   The last mark: the process of the left pane was killed
//! (o) 1 Memory  ( ) 2 Processes  ( ) 3 Flow  ( ) 4 Invariants  ( ) 5 Marks
//! ```
//!
//! A thread of its own reads and plays the recording (`player.rs`) and publishes what is shown ([`Shown`]); the windows draw that, and
//! send back what their viewer wants. So a long recording freezes no window.

mod announcer;
mod bar;
mod command;
mod look;
mod marks;
mod pane_key;
mod place;
mod player;
mod processes;
mod scrubber;
mod shell;
mod shown;
mod stage;
mod window;

pub use bar::playback_bar_ui;
pub use processes::recorded_processes_ui;
pub use shell::{ReplayTab, ReplayUi, ReplayWanted};
pub use shown::{Playhead, RecordedProcess, RecordedState, Shown};
pub use window::run_replay;
