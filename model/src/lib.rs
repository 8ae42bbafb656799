//! The hand-off protocol as a state machine: two or three panes, the supervisor, and everything that can happen to
//! them between any two atomic steps. The protocol itself is the documentation of `src/protocol/mod.rs` in the crate
//! `tripong`; what is modelled and what is not stands in `docs/MODELS.md`.

#![allow(missing_docs, reason = "the variants and fields say what they are")]

pub mod ball;
mod bell;
mod bounds;
mod check;
mod game;
pub mod invariants;
pub mod links;
mod mutant;
mod offer;
mod pane;
pub mod process;
mod protocol;
pub mod state;
mod supervisor;

pub use bounds::Bounds;
pub use check::Verdict;
pub use mutant::Mutant;
pub use protocol::{Action, Protocol};
