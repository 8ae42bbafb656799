//! Inter-process communication you can watch: one pong ball crosses three processes.
//!
//! The executable `tripong` re-executes itself once per pane of a pong court. All processes map one sealed memfd,
//! the [`Region`](protocol::Region). Exactly one of them owns the ball; [the law](protocol) says how it changes
//! hands without ever being lost or doubled, whatever dies in between.
//!
//! Data flows one way: [`launcher`] → [`protocol::Region`] → [`child`] → [`play`] → [`snapshot`] → [`ui`]. The
//! [`court`] is pure: the same seed gives the same game in one process ([`lone`]) and in many.

pub mod bench;
pub mod carrier;
pub mod chaos;
pub mod child;
pub mod cli;
pub mod clock;
pub mod court;
pub mod display;
pub mod doctor;
pub mod doorbell;
pub mod error;
pub mod failpoint;
pub mod fds;
pub mod inspect;
pub mod launcher;
pub mod licenses;
pub mod lone;
pub mod notice;
pub mod play;
pub mod privileges;
pub mod protocol;
pub mod report;
pub mod settings;
pub mod shm;
pub mod signals;
pub mod snapshot;
pub mod spawn;
pub mod supervisor;
pub mod sync;
pub mod ui;
pub mod watch;
