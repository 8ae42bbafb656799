//! One ball, two processes, shared memory: the owner is killed, and the other process goes on with the same ball.
//!
//! `cargo run --no-default-features --example two_processes`

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::os::fd::{AsFd, AsRawFd};
use std::process::Command;
use std::time::{Duration, Instant};

use tripong::game::{Control, Court, Outcome, PaneId, ReferenceSimulation};
use tripong::platform::clock;
use tripong::protocol::{Owner, Ownership, Record, Region, Setup};
use tripong::shm::Mapping;

const COURT: Court = Court { panes: 2, seed: 7 };
const PANE: PaneId = PaneId(1);
const TICK_NS: u64 = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> Result<(), Box<dyn Error>> {
    match env::args().nth(1) {
        Some(memfd) => own_the_ball(&memfd),
        None => take_over_from_a_dead_owner(),
    }
}

/// The child. Nothing in it knows that it will be killed.
fn own_the_ball(memfd: &str) -> Result<(), Box<dyn Error>> {
    let memfd = OpenOptions::new().read(true).write(true).open(memfd)?;
    let (mapping, _setup) = Mapping::attach(memfd.as_fd())?;
    let ownership = mapping.region().baton.look().ok_or("the baton is no word of ours")?;
    play(mapping.region(), ownership, TICK_NS)?;
    Ok(())
}

/// Plays the ball of this ownership until it leaves the pane; every tick is a checkpoint in the owner's slot.
fn play(region: &Region, ownership: Ownership, tick_ns: u64) -> Result<Record, Box<dyn Error>> {
    let mut record = region.ball(ownership, &COURT).map_err(|_| "the record is no record of ours")?;
    while COURT.advance(PANE, &mut record.ball, &mut record.paddle, Control::Autopilot) == Outcome::Stays {
        region.slot(ownership.holder).write(ownership.epoch, &record);
        clock::sleep_until(clock::now_ns() + tick_ns)?;
    }
    Ok(record)
}

fn take_over_from_a_dead_owner() -> Result<(), Box<dyn Error>> {
    let (memfd, mapping) = Mapping::create(&Setup::headless(COURT, std::process::id()))?;
    let region = mapping.region();
    // The record before the swap: a process that sees the baton finds the ball.
    region.slot(Owner::Supervisor).write(0, &Record::served(COURT.serve(PANE, None), 1, 0));
    let ownership = region.baton.reclaim(Ownership::REST, PANE).map_err(|_| "somebody else has the ball")?;

    let path = format!("/proc/{}/fd/{}", std::process::id(), memfd.as_raw_fd());
    #[expect(clippy::disallowed_methods, reason = "an example is its own launcher")]
    let mut child = Command::new(env::current_exe()?).arg(path).spawn()?;
    let deadline = Instant::now() + PATIENCE;
    while region.ball(ownership, &COURT).is_ok_and(|record| record.ball.tick < 50)
        && Instant::now() < deadline
    {
        clock::sleep_until(clock::now_ns() + TICK_NS)?;
    }
    child.kill()?; // SIGKILL
    println!("{}: {}", child.id(), child.wait()?);

    let record = region.ball(ownership, &COURT).map_err(|_| "no copy of the record is sound")?;
    println!("the ball it left behind: tick {}, x {:.3}", record.ball.tick, record.ball.x);
    region.slot(Owner::Supervisor).write(ownership.epoch, &record);
    let mine = region.baton.reclaim(ownership, PANE).map_err(|_| "the dead do not hand over")?;
    let ball = play(region, mine, 0)?.ball;

    let mut alone = ReferenceSimulation::new(COURT, PANE);
    alone.run_until(|one| one.tick == ball.tick);
    println!("the ball when it leaves: tick {}, x {:.3}", ball.tick, ball.x);
    println!("the same as in one process alone: {}", alone.ball() == ball);
    Ok(())
}
