//! The two processes of the lab, from within: both do their part in the same moment, round after round.

use std::hint::black_box;

use super::order::{Flags, Message};
use crate::error::{Error, Result};
use crate::game::mix;
use crate::lab::stage::{Actor, LabMemory};
use crate::platform::clock;
use crate::platform::machine::run_on;
use crate::platform::sync::{Ordering, Word, spin_loop};

/// Where a process says that there is no other round.
const END: u64 = u64::MAX;
/// So often a process looks for the other one before it gives up its CPU.
const SPINS: u32 = 2_000;
/// Rounds between two looks at the clock.
const ROUNDS_PER_LOOK: u64 = 8;
/// At most so many idle steps before its part: who is first differs from round to round.
const MOST_IDLE: u64 = 64;

/// What the first process asks of the second, and of itself.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    rounds: u64,
    for_ns: u64,
}

/// Does what one line says: `flags Relaxed CPU ROUNDS NS`.
pub(super) fn act(actor: &mut Actor) -> Result<()> {
    let line = actor.hear()?;
    let words: Vec<_> = line.split(' ').collect();
    let &[verb, order, cpu, rounds, for_ns] = &words[..] else { return Ok(()) };
    let number = |word: &str| word.parse().unwrap_or(0);
    let wanted = Wanted { rounds: number(rounds), for_ns: number(for_ns) };
    let is_pinned = cpu.parse().is_ok_and(|cpu| run_on(cpu).is_ok());
    actor.say(if is_pinned { "pinned" } else { "free" })?;
    actor.hear()?;
    let unknown =
        || Error::failed(format_args!("understand {line:?}"))(std::io::ErrorKind::InvalidInput.into());
    let meeting = Meeting::of(actor.memory(), actor.part == "A");
    let counts = match verb {
        "flags" => flags(&meeting, order.parse().map_err(|_| unknown())?, wanted),
        "fence" => flags(&meeting, Flags::Fence(order.parse().map_err(|_| unknown())?), wanted),
        "message" => message(&meeting, order.parse().map_err(|_| unknown())?, wanted),
        _ => return Err(unknown()),
    };
    actor.say(&counts.map(|count| count.to_string()).join(" "))
}

/// What both processes meet at, from the side of one of them. Each word has a cache line of its own.
struct Meeting<'a> {
    is_first: bool,
    /// What the programs of the lab are about: this process's, and the other's.
    flags: [&'a Word; 2],
    /// In which round this process is, and the other.
    arrived: [&'a Word; 2],
    /// What the second process has read in even rounds, and in odd ones.
    results: [&'a Word; 2],
}

impl<'a> Meeting<'a> {
    fn of(memory: &'a LabMemory, is_first: bool) -> Self {
        let word = |index: usize| &memory.lonely[index].0;
        let (own, other) = if is_first { (0, 1) } else { (1, 0) };
        Self {
            is_first,
            flags: [word(own), word(other)],
            arrived: [word(2 + own), word(2 + other)],
            results: [word(4), word(5)],
        }
    }

    /// Waits until both are in this round; false if the other one has ended.
    #[inline(always)]
    fn meet(&self, round: u64) -> bool {
        let [own, other] = self.arrived;
        // Release and acquire: what each did before, the other sees after.
        own.store(round, Ordering::Release);
        let mut spins = 0;
        loop {
            match other.load(Ordering::Acquire) {
                END => return false,
                theirs if theirs >= round => return true,
                _ => {}
            }
            spins += 1;
            if spins % SPINS == 0 {
                std::thread::yield_now();
            } else {
                spin_loop();
            }
        }
    }

    fn end(&self) {
        self.arrived[0].store(END, Ordering::Release);
    }

    /// What the second process keeps of a round, for the first one.
    fn result(&self, round: u64) -> &Word {
        self.results[(round % 2) as usize]
    }

    /// Round after round, from 1: the part, and then what it has read to `count`, with what the other one has read in the same
    /// round. Only the first process counts and ends it.
    #[inline(always)]
    fn rounds(&self, wanted: Wanted, part: impl Fn(u64) -> u64, mut count: impl FnMut(u64, u64)) -> u64 {
        let end_ns = clock::now_ns().saturating_add(wanted.for_ns);
        let (mut round, mut before, mut jitter) = (0, 0, u64::from(self.is_first));
        loop {
            let is_last = round == wanted.rounds
                || (round > 0 && round.is_multiple_of(ROUNDS_PER_LOOK) && clock::now_ns() > end_ns);
            round += 1;
            jitter = mix(jitter, 1);
            if !self.meet(round) || (self.is_first && is_last) {
                break;
            }
            for idle in 0..jitter % MOST_IDLE {
                black_box(idle);
            }
            let read = part(round);
            if self.is_first {
                // What the other one has read in the round before is there: both have met since.
                if round > 1 {
                    count(before, self.result(round - 1).load(Ordering::Relaxed));
                }
                before = read;
            } else {
                self.result(round).store(read, Ordering::Relaxed);
            }
        }
        if self.is_first && round > 1 {
            // Both have met in this round: the one before is complete.
            count(before, self.result(round - 1).load(Ordering::Relaxed));
            self.end();
        }
        round - 1
    }
}

/// Both store to their flags and load the other's. Of these rounds: both read 1, only the first read 0, only the second, both.
fn flags(meeting: &Meeting<'_>, order: Flags, wanted: Wanted) -> [u64; 4] {
    let [own, other] = meeting.flags;
    let mut counts = [0; 4];
    // Flags are not made 0 again: 1 is this round's number, 0 any before it.
    let is_zero = |round: u64| u64::from(order.act(own, other, round) < round);
    meeting.rounds(wanted, is_zero, |first, second| {
        let index = (first + 2 * second).min(3);
        counts[index as usize] += 1;
    });
    counts
}

/// The first process reads a message that the second one writes. Rounds; those in which it saw the flag; and of these, those
/// with old data.
fn message(meeting: &Meeting<'_>, order: Message, wanted: Wanted) -> [u64; 4] {
    let (mut seen, mut old) = (0, 0);
    let [own, other] = meeting.flags;
    // The data are the first process's word, the flag is the second's: to the writer, its other and its own.
    let rounds = if meeting.is_first {
        let read = |round: u64| {
            let (flag, data) = order.read(own, other);
            u64::from(flag >= round) << 1 | u64::from(data < round)
        };
        meeting.rounds(wanted, read, |read, _| {
            seen += read >> 1;
            old += u64::from(read == 3);
        })
    } else {
        let write = |round: u64| {
            order.write(other, own, round);
            0
        };
        meeting.rounds(wanted, write, |_, _| {})
    };
    [rounds, seen, old, 0]
}
