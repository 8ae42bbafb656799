//! Recordings: what is written of real games, what a reader makes of a file, and that no change of it goes unseen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod command;
mod damage;
mod disk;
mod document;
mod files;
mod gaps;
mod generator;
mod large;
mod playback;
mod record;
mod staged;
mod verify;
