//! The window of a lab: a process of its own, which shows what the process that conducts the lab says on stdin, and says on stdout
//! what the student answers.
//!
//! ```text
//! Where messages begin                      Task 1 of 3   Points 0 of 5   [Projector] [Light] [?]
//! ────────────────────────────────────────────────────────────────────────────────────────────────
//! A writer and a reader have a socket ...    | [ writer     ]  [ socket ]  [ reader     ]
//!                                            | [ pid 4711   ]  [ 15     ]  [ pid 4712   ]
//! How many bytes does this one read return?  | 1  process writer (pid 4711) was started
//!   [ 17 ] bytes  ------o----------          | 2  the writer has written: 5 7 3
//! ────────────────────────────────────────────────────────────────────────────────────────────────
//! [ Predict (Enter) ]  a number from 0 to 100                                  [ End the lab (Esc) ]
//! ```
//!
//! What is to be seen is a `View` (`lab/front/view.rs`); the window adds only time: an action that takes some milliseconds is shown
//! moment by moment, so that it can be followed (`pace.rs`).

mod announcer;
mod answer;
mod court;
mod number;
mod order;
mod outcome;
mod pace;
mod page;
mod place;
mod presses;
mod shell;
mod steps;
mod text;
mod window;

pub use shell::LabUi;
pub use window::run_lab;
