//! What a repetition is, and what is to go wrong in it: the launcher writes it to the stdin of each process.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::floor::FloorKey;
use super::key::RowKey;
use crate::platform::clock;

/// What a repetition is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RepetitionSetup {
    pub(super) launcher_pid: u32,
    /// The row.
    pub(super) key: RowKey,
    /// A floor, in place of the row: of `key` then only how many processes there are, and where.
    pub(super) floor: Option<FloorKey>,
    /// Hops before the counted ones, at most.
    pub(super) warmup_hops: u64,
    /// Counted hops, at most; rounded up to whole rounds.
    pub(super) hops: u64,
    /// For how long, at most, hops are counted.
    pub(super) time: Duration,
    /// Where each process runs, if it is to run there only.
    pub(super) cpus: Vec<Option<usize>>,
    /// Words of the memfd of the payloads, which is the first fd after the fixed ones; 0 where there is none.
    pub(super) buffers: usize,
    pub(super) spoil: Spoil,
}

/// Some of the hops are held up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delay {
    /// For so long.
    pub(super) by: Duration,
    /// So many of a thousand.
    pub(super) per_mille: u64,
}

/// What is to go wrong on purpose, for the self-checks. Only in a debug build does anything.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spoil {
    /// The hop whose payload is changed on the way.
    pub(super) corrupt: Option<u64>,
    /// The hops that are held up.
    pub(super) delay: Option<Delay>,
    /// The hop whose message is not sent.
    pub(super) lose: Option<u64>,
    /// So many of a thousand that each hop takes longer.
    pub(super) slow_per_mille: Option<u64>,
}

impl Spoil {
    /// Changes the payload if this is the hop.
    #[inline(always)]
    pub(super) fn corrupt(self, hop: u64, flip: impl FnOnce()) {
        if cfg!(debug_assertions) && self.corrupt == Some(hop) {
            flip();
        }
    }

    /// Whether this is the hop whose message is lost.
    #[inline(always)]
    pub(super) fn loses(self, hop: u64) -> bool {
        cfg!(debug_assertions) && self.lose == Some(hop)
    }

    /// Holds the message up if this is one of the hops: as many of each thousand as were asked for, evenly spread.
    #[inline(always)]
    pub(super) fn delay(self, hop: u64) {
        if !cfg!(debug_assertions) {
            return;
        }
        if let Some(Delay { by, per_mille }) = self.delay
            && (hop + 1) * per_mille / 1000 > hop * per_mille / 1000
        {
            // Where it is refused there is no delay to be seen, and a test that asked for one fails.
            let _slept = clock::sleep_until(clock::now_ns() + clock::ns(by));
        }
    }

    /// Holds the next hop up by its share of the last one, and returns since when it is on its way.
    #[inline(always)]
    pub(super) fn slow(self, last_ns: u64) -> Option<u64> {
        let per_mille = self.slow_per_mille.filter(|_| cfg!(debug_assertions))?;
        // The last one has this share in it already.
        let by = u128::from(last_ns) * u128::from(per_mille) / u128::from(1000 + per_mille);
        let since = clock::now_ns();
        while u128::from(clock::now_ns() - since) < by {
            std::hint::spin_loop();
        }
        Some(since)
    }
}
