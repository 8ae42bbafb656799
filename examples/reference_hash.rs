//! The hash that a game of so many hops must have, whatever transport it used and whatever died in it: the reference
//! simulation, in one process.
//!
//! `cargo run --no-default-features --example reference_hash -- 3 7 1000` prints what
//! `tripong --headless --unpaced --panes 3 --seed 7 --hops 1000` reports.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::env;
use std::error::Error;

use tripong::game::{Court, MAX_PANES, ReferenceSimulation};

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: reference_hash PANES SEED HOPS, for example: reference_hash 3 7 1000";
    let arguments: Result<Vec<u64>, _> = env::args().skip(1).map(|argument| argument.parse()).collect();
    let [panes, seed, hops] = arguments.map_err(|_| usage)?[..] else { return Err(usage.into()) };
    let panes = u8::try_from(panes).ok().filter(|panes| (2..=MAX_PANES).contains(panes)).ok_or(usage)?;
    let court = Court { panes, seed };
    let mut game = ReferenceSimulation::new(court, court.middle());
    game.run_until(|ball| ball.hop == hops);
    println!("{:016x}", game.ball().hash);
    Ok(())
}
