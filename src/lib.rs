//! Inter-process communication you can watch: one pong ball crosses three processes.
//!
//! The executable `tripong` re-executes itself once per pane of a pong court. All processes map one sealed memfd,
//! the [`Region`](protocol::Region). Exactly one of them owns the ball; [the protocol](protocol) says how it changes
//! hands without ever being lost or doubled, whatever dies in between.
//!
//! # The library
//!
//! The library serves the executable and its tests, and makes no promise to stay as it is from version to version. Its parts
//! are public to be read, tried and measured, from the bottom up:
//!
//! - [`error`]: what can go wrong, in one line each, and the exit codes.
//! - [`shm`]: a memfd, sealed so that no peer can take the pages away, and mapped.
//! - [`game`]: the court, a pure function of its seed, with a running hash over every hand-off; the same game in one process.
//! - [`protocol`]: how one owner at a time is kept among processes that can die anywhere. One atomic word, named
//!   transitions, records that survive their writer.
//! - [`doorbell`]: sleep and wake across processes, on a shared futex or an eventfd.
//! - [`transport`]: the same hand-off through shared memory, a pipe or a socket.
//! - [`supervisor`]: starts processes, watches them (pidfd), reaps and respawns them, without a race on pids.
//!
//! # Features
//!
//! Without any, these parts are all there is.
//!
//! - `terminal` (default): the executable, with its command line, bench, doctor and the inspector on a terminal.
//! - `windows` (default): the executable's windows; it brings `terminal` along.
//! - `model`: the unit tests run on loom's atomics, in every order in which threads can meet. For `cargo test` alone.
//!
//! # Example
//!
//! A game in one process, to its thousandth hand-off. Three processes come to the same hash, by any transport and with any of
//! them killed on the way: `tripong --headless --unpaced --hops 1000 --seed 7` prints it.
//!
//! ```
//! use tripong::game::{Court, ReferenceSimulation};
//!
//! let court = Court { panes: 3, seed: 7 };
//! let mut game = ReferenceSimulation::new(court, court.middle());
//! game.run_until(|ball| ball.hop == 1000);
//! assert_eq!(game.ball().hash, 0xc5a2_eb49_2760_98e9);
//! ```

#![cfg_attr(
    not(feature = "windows"),
    allow(
        dead_code,
        unused_imports,
        reason = "its users are in parts of the program that this build leaves out"
    )
)]

#[cfg(feature = "terminal")]
#[doc(hidden)]
pub mod bench;
#[doc(hidden)]
pub mod child;
#[cfg(feature = "terminal")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "terminal")]
#[doc(hidden)]
pub mod doctor;

pub mod game;
#[doc(hidden)]
pub mod inspector;
#[cfg(feature = "terminal")]
#[doc(hidden)]
pub mod lab;
#[cfg(feature = "terminal")]
#[doc(hidden)]
pub mod launcher;
#[doc(hidden)]
pub mod pane;
#[doc(hidden)]
pub mod platform;
pub mod protocol;
#[cfg(feature = "terminal")]
#[doc(hidden)]
pub mod recording;
pub mod shm;
pub mod supervisor;
pub mod transport;
#[cfg(feature = "windows")]
#[doc(hidden)]
pub mod ui;

#[doc(inline)]
pub use platform::error;
#[doc(inline)]
pub use protocol::doorbell;
