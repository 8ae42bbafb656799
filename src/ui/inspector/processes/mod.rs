//! The processes of the game: a table of them, what can be done to each, what came of it, and what each has open.
//!
//! ```text
//! process      ball     pid   inc. state                              CPU     wake-ups/s
//! launcher              4711       (o) blocked: ppoll on its          0.0 %   3
//!                                      children, its bell and signals
//!     PSS 4.1 MiB   switches 120 / 2   threads 1   fds 14
//! left pane    here     4712  1    (>) pacing: clock_nanosleep        2.0 %   241
//!     PSS 5.0 MiB   switches 930 / 5   threads 1   fds 13
//!
//! left pane    [Kill] [Freeze] [Continue] [Hang] [Tear a record]
//! Kill, left pane: SIGKILL: the process dies with the ball. ...
//! What happened    +0.4 ms died: SIGKILL
//! > Open fds of the left pane: 14
//! ```

//!
//! The table has as many columns as fit, from the left; the values of the others stand below each process, with their names.

mod fds;
mod panel;
mod table;

pub use panel::ProcessesUi;
