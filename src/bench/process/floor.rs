//! The processes of a floor: what a hand-over, a copy or a call costs without any protocol.
//!
//! Two processes share one word: the number of the hop, and its flags. The one whose turn it is writes the next number. They take
//! the time as the processes of a row do, so that one reading of the clock is in both.

use std::hint::black_box;

use hdrhistogram::Histogram;

use super::conductor::Conductor;
use super::ready::wait_for_all;
use super::tally::Tally;
use crate::bench::floor::{FloorKey, FloorKind};
use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::{Arena, COUNTED, LAST};
use crate::error::Result;
use crate::platform::clock;
use crate::platform::sync::{Ordering, Word, Word32, futex, spin_loop};

/// The flags of a head, in the two highest bits of the word.
const FLAGS: u32 = ((COUNTED | LAST) >> 32) as u32;
/// How often the word is looked at before it is looked at again after a pause, as in a doorbell.
const LOOKS: u32 = 16;

/// Plays process `me` of a floor. The launcher has the deadline, as for rows.
pub(super) fn play(
    setup: &RepetitionSetup,
    floor: &FloorKey,
    me: usize,
    arena: &Arena,
) -> Result<Histogram<u64>> {
    // Not the first mailbox: on its word process 0 waits until all are ready.
    let mailbox = &arena.mailboxes[1];
    let pair = Pair { setup, me, arena, word: &mailbox.word, sent_ns: &mailbox.beside.sent_ns };
    match floor.kind {
        FloorKind::FutexPair => pair.one_way(wait_on_futex, wake_futex),
        FloorKind::YieldSwitch => pair.one_way(|_, _| std::thread::yield_now(), |_| {}),
        FloorKind::CacheLine => pair.there_and_back(),
        FloorKind::Memcpy => alone(setup, arena, copies(floor)),
        FloorKind::EmptyCall => alone(setup, arena, calls(floor)),
    }
}

/// Two processes that share a word.
struct Pair<'a> {
    setup: &'a RepetitionSetup,
    me: usize,
    arena: &'a Arena,
    word: &'a Word32,
    sent_ns: &'a Word,
}

impl Pair<'_> {
    /// The latency of each hop, one way: from just before the word is written to just after it was seen.
    fn one_way(self, wait: impl Fn(&Word32, u32), wake: impl Fn(&Word32)) -> Result<Histogram<u64>> {
        let Self { setup, me, arena, .. } = self;
        let mut tally = Tally::new()?;
        wait_for_all(me, setup, arena);
        let mut conductor = Conductor::new(setup);
        // Hop 0 is what the word is before a process writes it. Process 0 gives the odd hops, and takes the even ones.
        let mut before = 0;
        if me == 0 {
            before = head_word(conductor.round(1, clock::now_ns()));
            self.give(before, &wake);
        }
        loop {
            let head = self.take(before, &wait);
            let now_ns = clock::now_ns();
            let sent_ns = self.sent_ns.load(Ordering::Relaxed);
            tally.take();
            let is_over = head & LAST_FLAG != 0;
            // The second process answers with the same flags, so the first one is the last to see the end.
            if !is_over || me == 1 {
                let hop = (head & !FLAGS) + 1;
                before = if me == 0 {
                    head_word(conductor.round(hop.into(), now_ns))
                } else {
                    (head & FLAGS) | hop
                };
                self.give(before, &wake);
            }
            if head & COUNTED_FLAG != 0 {
                tally.count(sent_ns, now_ns);
            }
            if is_over {
                return Ok(tally.finish(&arena.logs[me]));
            }
        }
    }

    #[inline(always)]
    fn give(&self, head: u32, wake: impl Fn(&Word32)) {
        self.sent_ns.store(clock::now_ns(), Ordering::Relaxed);
        // Release: a process that sees this hop sees when it was given.
        self.word.store(head, Ordering::Release);
        wake(self.word);
    }

    #[inline(always)]
    fn take(&self, before: u32, wait: impl Fn(&Word32, u32)) -> u32 {
        loop {
            let head = self.word.load(Ordering::Acquire);
            if head != before {
                return head;
            }
            wait(self.word, before);
        }
    }

    /// The latency of a hop and its answer, as the first process sees it: the second one reads no clock.
    fn there_and_back(self) -> Result<Histogram<u64>> {
        let Self { setup, me, arena, word, .. } = self;
        let mut tally = Tally::new()?;
        wait_for_all(me, setup, arena);
        let mut conductor = Conductor::new(setup);
        let mut given = 0;
        if me == 1 {
            loop {
                let head = spin(word, given);
                given = head + 1;
                word.store(given, Ordering::Release);
                if head & LAST_FLAG != 0 {
                    return Ok(tally.finish(&arena.logs[me]));
                }
            }
        }
        loop {
            let head = conductor.round(u64::from(given & !FLAGS) + 1, clock::now_ns());
            given = head_word(head);
            let sent_ns = clock::now_ns();
            word.store(given, Ordering::Release);
            given = spin(word, given);
            let now_ns = clock::now_ns();
            tally.take();
            if head & COUNTED != 0 {
                tally.count(sent_ns, now_ns);
            }
            if head & LAST != 0 {
                return Ok(tally.finish(&arena.logs[me]));
            }
        }
    }
}

const COUNTED_FLAG: u32 = (COUNTED >> 32) as u32;
const LAST_FLAG: u32 = (LAST >> 32) as u32;

/// A head in half its bits. A floor is over long before its numbers reach the flags.
fn head_word(head: u64) -> u32 {
    (head as u32 & !FLAGS) | (head >> 32) as u32 & FLAGS
}

/// Looks at the word until it is another one.
fn spin(word: &Word32, before: u32) -> u32 {
    loop {
        for _ in 0..LOOKS {
            let found = word.load(Ordering::Acquire);
            if found != before {
                return found;
            }
            spin_loop();
        }
    }
}

fn wait_on_futex(word: &Word32, before: u32) {
    // Refused only if the word has changed already, and the caller looks at it next.
    let _woken = futex::wait(word.as_futex(), futex::Flags::empty(), before, None);
}

fn wake_futex(word: &Word32) {
    // A wake fails for a bad address only, and this one is a live reference.
    let _woken = futex::wake(word.as_futex(), futex::Flags::empty(), 1);
}

/// One process does the same again and again, and takes the time of each.
fn alone(setup: &RepetitionSetup, arena: &Arena, mut task: impl FnMut()) -> Result<Histogram<u64>> {
    let mut tally = Tally::new()?;
    let mut conductor = Conductor::new(setup);
    for hop in 0.. {
        let before_ns = clock::now_ns();
        let head = conductor.round(hop, before_ns);
        task();
        let now_ns = clock::now_ns();
        tally.take();
        if head & COUNTED != 0 {
            tally.count(before_ns, now_ns);
        }
        if head & LAST != 0 {
            break;
        }
    }
    Ok(tally.finish(&arena.logs[0]))
}

/// So many copies as are timed together, each into the next buffer.
fn copies(floor: &FloorKey) -> impl FnMut() {
    let (bytes, buffers) = (floor.bytes.unwrap_or(0), floor.in_flight.unwrap_or(1));
    let source = vec![1u8; bytes];
    // Written once before the time is taken, so that their pages are there.
    let mut targets = vec![vec![2u8; bytes]; buffers];
    let (together, mut next) = (floor.timed_together(), 0);
    move || {
        for _ in 0..together {
            let target = &mut targets[next];
            target.copy_from_slice(black_box(&source));
            black_box(target);
            next = if next + 1 < buffers { next + 1 } else { 0 };
        }
    }
}

/// So many system calls as are timed together.
fn calls(floor: &FloorKey) -> impl FnMut() {
    let together = floor.timed_together();
    move || {
        for _ in 0..together {
            black_box(rustix::process::getppid());
        }
    }
}
