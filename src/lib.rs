//! Inter-process communication you can watch: one pong ball crosses three processes.
//!
//! The executable `tripong` re-executes itself once per pane of a pong court. All processes map one sealed memfd,
//! the [`Region`](protocol::Region). Exactly one of them owns the ball; [the protocol](protocol) says how it changes
//! hands without ever being lost or doubled, whatever dies in between.
//!
//! Data flows one way: [`launcher`] → [`protocol::Region`] → [`child`] → [`play`] → [`snapshot`] → [`ui`]. The
//! [`court`] is pure: the same seed gives the same game in one process ([`reference_simulation`]) and in many.
//!
//! # The library
//!
//! The library is the executable's own, and its tests'. It makes no promise to stay as it is from version to version; it
//! is public to be read, tried and measured, a part at a time:
//!
//! - [`protocol`]: how one owner at a time is kept among processes that can die anywhere. One atomic word, named
//!   transitions, records that survive their writer.
//! - [`shm`]: a memfd, sealed so that no peer can take the pages away, mapped without a pointer of its own.
//! - [`doorbell`]: sleep and wake across processes, on a shared futex or an eventfd.
//! - [`transport`]: the same hand-off through shared memory, a pipe or a socket.
//! - [`supervisor`] and [`spawn`]: start, watch (pidfd), reap and start again, without a race on pids.
//! - [`court`] and [`reference_simulation`]: the game as a pure function of its seed, with a running hash over every hand-off.
//! - [`mod@bench`]: what a hand-off costs on real processes.
//!
//! A game in one process, to its thousandth hand-off. Three processes come to the same hash, by any transport and with any of
//! them killed on the way: `tripong --headless --unpaced --hops 1000 --seed 7` prints it.
//!
//! ```
//! use tripong::game::Court;
//! use tripong::game::ReferenceSimulation;
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
pub mod bench;
pub mod child;
#[cfg(feature = "terminal")]
pub mod cli;
#[cfg(feature = "terminal")]
pub mod doctor;
pub mod error;
#[cfg(any(test, fuzzing))]
#[cfg(all(feature = "terminal", not(feature = "model")))]
#[doc(hidden)]
pub mod fuzzing;
pub mod game;
pub mod inspector;
#[cfg(feature = "terminal")]
pub mod launcher;
pub mod pane;
pub mod platform;
pub mod protocol;
pub mod shm;
pub mod supervisor;
pub mod transport;
#[cfg(feature = "windows")]
pub mod ui;
