//! The Yard: all that the processes of the bench share, word by word.

use std::hint::black_box;
use std::time::Duration;

use super::row_key::{MAX_BYTES, MAX_PROCESSES, WAITS};
use super::spoil::{Delay, Spoil};
use crate::error::Refusal;
use crate::platform::clock;
use crate::platform::sync::{Ordering, ReadWrite, Word};
use crate::protocol::CarrierKind;
use crate::protocol::doorbell::{Beside, Doorbell, Wait};
use crate::shm::{Mapped, shared};

/// First word of every Yard.
const MAGIC: u64 = u64::from_be_bytes(*b"trip-bch");
/// Grows with every change of the layout or of a word's meaning.
const LAYOUT: u64 = 1;
/// Words of a payload that lies beside the bell: one cache line.
pub(super) const BESIDE_WORDS: usize = 8;
const MAX_WORDS: usize = MAX_BYTES / 8;

shared! {
    /// The shared bytes.
    #[derive(Debug)]
    #[repr(C)]
    pub struct Yard {
        header: Header,
        berths: [Berth; MAX_PROCESSES],
        logs: [Log; MAX_PROCESSES],
        holds: [Hold; MAX_PROCESSES],
    }
}

impl Mapped for Yard {
    type Rights = ReadWrite;
    const NAME: &'static str = "the Yard";
}

/// Where the token arrives at one process: the bell on which it waits and, beside it, the token. With a payload of up to
/// 64 bytes that is one pair of cache lines, and the giver's stores to the payload, before it takes the time, fetch both.
pub(super) type Berth = Doorbell<Cargo>;

shared! {
    /// The token, as it lies in front of its taker. Written by the giver before it rings.
    #[derive(Debug, Default)]
    #[repr(C)]
    pub(super) struct Cargo {
        /// Whose token this is: the number of the hop, which only its taker waits for, and the flags of [`super::token`].
        pub(super) head: Word,
        pub(super) sent_ns: Word,
        pub(super) sum: Word,
        pub(super) payload: [Word; BESIDE_WORDS],
    }
}

impl Beside for Cargo {
    fn fetch(&self) {
        // Relaxed: the value is of no use, but its cache line is on its way with that of the bell, instead of after it.
        black_box(self.payload[BESIDE_WORDS - 1].load(Ordering::Relaxed));
    }
}

shared! {
    /// A payload that is too large to lie beside the bell.
    #[derive(Debug)]
    #[repr(C, align(128))]
    struct Hold([Word; MAX_WORDS]);
}

shared! {
    /// What a process tells of a repetition when it has played it. Its own words.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub(super) struct Log {
        /// When the first of its counted hops was handed over, and when the last had come; `CLOCK_MONOTONIC`.
        pub(super) first_ns: Word,
        pub(super) last_ns: Word,
        /// Hops that it took, the uncounted ones among them.
        pub(super) taken: Word,
    }
}

shared! {
    /// What is to be played. The launcher's words, written before the processes start, but for `ready`.
    #[derive(Debug)]
    #[repr(C, align(128))]
    struct Header {
        magic: Word,
        layout: Word,
        launcher_pid: Word,
        processes: Word,
        carrier: Word,
        wait: Word,
        bytes: Word,
        warmup_hops: Word,
        hops: Word,
        time_ns: Word,
        corrupt_hop: Word,
        delay_ns: Word,
        delay_per_mille: Word,
        /// How many processes are ready to play.
        ready: Word,
        cpus: [Word; MAX_PROCESSES],
    }
}

// The model's atomics have another size.
#[cfg(not(all(test, feature = "model")))]
const _: () = {
    use std::mem::{align_of, offset_of, size_of};
    assert!(size_of::<Berth>() == 128 && align_of::<Berth>() == 128);
    // The bell, the token's header and the first half of the payload in one line, the rest in the next.
    assert!(offset_of!(Berth, beside) == 8);
    assert!(offset_of!(Cargo, payload) == 24);
    assert!(size_of::<Log>() == 128);
    assert!(offset_of!(Yard, berths) == 256);
};

/// What a repetition is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setup {
    pub(super) launcher_pid: u32,
    pub(super) processes: usize,
    pub(super) carrier: CarrierKind,
    pub(super) wait: Wait,
    pub(super) bytes: usize,
    /// Hops before the counted ones, at most.
    pub(super) warmup_hops: u64,
    /// Counted hops, at most; rounded up to whole rounds.
    pub(super) hops: u64,
    /// For how long, at most, hops are counted.
    pub(super) time: Duration,
    /// Where each process runs, if it is to run there only.
    pub(super) cpus: Vec<Option<usize>>,
    pub(super) spoil: Spoil,
}

impl Setup {
    /// Bytes of the payload as words.
    pub(super) fn words(&self) -> usize {
        self.bytes / 8
    }
}

/// In place of a number that there is not.
const NONE: u64 = u64::MAX;

impl Yard {
    /// Lays everything out for a repetition. Nobody plays while this happens.
    pub(super) fn lay_out(&self, setup: &Setup) {
        // Relaxed: who reads this is started, or started again, after it was written.
        let put = |cell: &Word, word: u64| cell.store(word, Ordering::Relaxed);
        let header = &self.header;
        put(&header.layout, LAYOUT);
        put(&header.launcher_pid, setup.launcher_pid.into());
        put(&header.processes, setup.processes as u64);
        put(&header.carrier, setup.carrier as u64);
        put(&header.wait, setup.wait as u64);
        put(&header.bytes, setup.bytes as u64);
        put(&header.warmup_hops, setup.warmup_hops);
        put(&header.hops, setup.hops);
        put(&header.time_ns, clock::ns(setup.time));
        put(&header.corrupt_hop, setup.spoil.corrupt.unwrap_or(NONE));
        let (delay, per_mille) =
            setup.spoil.delay.map_or((Duration::ZERO, 0), |delay| (delay.by, delay.per_mille));
        put(&header.delay_ns, clock::ns(delay));
        put(&header.delay_per_mille, per_mille);
        put(&header.ready, 0);
        for (cell, cpu) in header.cpus.iter().zip(&setup.cpus) {
            put(cell, cpu.map_or(NONE, |cpu| cpu as u64));
        }
        for berth in &self.berths {
            berth.hear();
            put(&berth.beside.head, NONE);
        }
        for log in &self.logs {
            [&log.first_ns, &log.last_ns, &log.taken].into_iter().for_each(|cell| put(cell, 0));
        }
        // Last: a Yard that is only begun is none.
        header.magic.store(MAGIC, Ordering::Release);
    }

    /// What the launcher has laid out, checked.
    ///
    /// # Errors
    /// [`Refusal`] says what is wrong with it.
    pub(super) fn setup(&self) -> Result<Setup, Refusal> {
        let header = &self.header;
        let load = |cell: &Word| cell.load(Ordering::Acquire);
        let number = |cell: &Word| usize::try_from(load(cell)).unwrap_or(usize::MAX);
        if load(&header.magic) != MAGIC {
            return Err(Refusal::Magic(load(&header.magic)));
        }
        if load(&header.layout) != LAYOUT {
            return Err(Refusal::Layout { found: load(&header.layout), expected: LAYOUT });
        }
        let processes = number(&header.processes);
        if !(2..=MAX_PROCESSES).contains(&processes) {
            return Err(Refusal::Panes(processes as u64));
        }
        let delay = Delay {
            by: Duration::from_nanos(load(&header.delay_ns)),
            per_mille: load(&header.delay_per_mille),
        };
        Ok(Setup {
            launcher_pid: u32::try_from(load(&header.launcher_pid)).unwrap_or(0),
            processes,
            carrier: *CarrierKind::ALL.get(number(&header.carrier)).unwrap_or(&CarrierKind::Shared),
            wait: *WAITS.get(number(&header.wait)).unwrap_or(&Wait::Block),
            bytes: number(&header.bytes).min(MAX_BYTES),
            warmup_hops: load(&header.warmup_hops),
            hops: load(&header.hops),
            time: Duration::from_nanos(load(&header.time_ns)),
            cpus: header.cpus[..processes]
                .iter()
                .map(|cell| usize::try_from(load(cell)).ok())
                .map(|cpu| cpu.filter(|cpu| *cpu != usize::MAX))
                .collect(),
            spoil: Spoil {
                corrupt: Some(load(&header.corrupt_hop)).filter(|hop| *hop != NONE),
                delay: Some(delay).filter(|delay| delay.per_mille > 0),
            },
        })
    }

    /// Where the token arrives at this process.
    pub(super) fn berth(&self, process: usize) -> &Berth {
        &self.berths[process]
    }

    /// The words of a payload of this many words at this process.
    pub(super) fn payload(&self, process: usize, words: usize) -> &[Word] {
        if words <= BESIDE_WORDS {
            &self.berths[process].beside.payload[..words]
        } else {
            &self.holds[process].0[..words]
        }
    }

    /// What this process tells.
    pub(super) fn log(&self, process: usize) -> &Log {
        &self.logs[process]
    }

    /// A process is ready to play.
    pub(super) fn count_ready(&self) {
        self.header.ready.fetch_add(1, Ordering::Release);
    }

    /// How many are ready to play.
    pub(super) fn ready(&self) -> u64 {
        self.header.ready.load(Ordering::Acquire)
    }
}
