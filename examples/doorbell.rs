//! Two processes wake each other by a shared futex, and measure how long a wake-up takes.
//!
//! `cargo run --no-default-features --example doorbell`

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::os::fd::{AsFd, AsRawFd};
use std::process::Command;
use std::time::{Duration, Instant};

use tripong::platform::sync::{Ordering, ReadWrite, Word};
use tripong::protocol::doorbell::Doorbell;
use tripong::shm::{Mapped, Mapping, shared};

const ROUNDS: u64 = 1000;
/// Nobody waits longer than this for a wake-up, should one be lost with a process.
const PATIENCE: Duration = Duration::from_secs(1);

shared! {
    /// What the two share. The compiler checks that each field may lie in shared memory.
    struct Table {
        /// Where each of them sleeps.
        bells: [Doorbell; 2],
        /// Even: it is the parent's turn.
        turn: Word,
    }
}

impl Mapped for Table {
    type Rights = ReadWrite;
    const NAME: &'static str = "the table";
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(path) = env::args().nth(1) {
        let memfd = OpenOptions::new().read(true).write(true).open(path)?;
        let mapping = Mapping::<Table>::attach_unread(memfd.as_fd())?;
        return (0..ROUNDS).try_for_each(|round| take_turn(mapping.shared(), 1, 2 * round + 1));
    }
    let (memfd, mapping) = Mapping::<Table>::create_zeroed()?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), memfd.as_raw_fd());
    #[expect(clippy::disallowed_methods, reason = "an example is its own launcher")]
    let mut child = Command::new(env::current_exe()?).arg(path).spawn()?;
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let begun = Instant::now();
        take_turn(mapping.shared(), 0, 2 * round)?;
        rounds.push(begun.elapsed());
    }
    // The child takes the last turn.
    println!("the child ended: {}", child.wait()?);
    rounds.sort_unstable();
    println!("a wake-up there and one back: median {:?} of {ROUNDS}", rounds[rounds.len() / 2]);
    Ok(())
}

/// Waits until it is this turn, and hands the next one to the other process.
fn take_turn(table: &Table, me: usize, turn: u64) -> Result<(), Box<dyn Error>> {
    let deadline = Instant::now() + 30 * PATIENCE;
    loop {
        // The bell before the turn: a notification in between is not slept through.
        table.bells[me].disarm();
        if table.turn.load(Ordering::Acquire) == turn {
            break;
        }
        if Instant::now() > deadline {
            return Err("the other process has not taken its turn for 30 s".into());
        }
        table.bells[me].sleep(PATIENCE);
    }
    table.turn.store(turn + 1, Ordering::Release);
    table.bells[1 - me].notify_word();
    Ok(())
}
