//! The Arena: all that the processes of the bench share, word by word.

use std::hint::black_box;

use super::message::HEADER_BYTES;
use crate::bench::key::{MAX_PROCESSES, RowKey};
use crate::platform::sync::{Ordering, ReadWrite, Word};
use crate::protocol::doorbell::{Beside, Doorbell};
use crate::shm::{Mapped, shared};

/// Words of a payload that lies beside the bell: one cache line.
pub(super) const BESIDE_WORDS: usize = 8;
/// Words of a message before its payload.
pub(super) const HEADER_WORDS: usize = HEADER_BYTES / 8;
/// Up to here a message in a ring lies close to the next.
const PACKED_WORDS: usize = 32;
/// Words of two cache lines, which the processor fetches as one.
const LINES: usize = 16;

shared! {
    /// The shared bytes.
    #[derive(Debug)]
    #[repr(C)]
    pub struct Arena {
        ready: Ready,
        pub(in crate::bench) mailboxes: [Mailbox; MAX_PROCESSES],
        pub(in crate::bench) logs: [Log; MAX_PROCESSES],
        /// By receiver, of rows whose sender sends ahead.
        pub(super) counters: [Counter; MAX_PROCESSES],
    }
}

impl Mapped for Arena {
    type Rights = ReadWrite;
    const NAME: &'static str = "the Arena";
}

/// Where the message arrives at one process: the bell on which it waits and, beside it, the message. With a payload of up to
/// 64 bytes that is one pair of cache lines, and the giver's stores to the payload, before it takes the time, fetch both.
pub(in crate::bench) type Mailbox = Doorbell<Message>;

shared! {
    /// The message, as it lies in front of its taker. Written by the giver before it notifies.
    #[derive(Debug, Default)]
    #[repr(C)]
    pub(in crate::bench) struct Message {
        /// Whose message this is: the number of the hop, which only its taker waits for, and the flags of [`super::message`].
        /// Of a ring: the number of the last message that is there to be taken.
        pub(super) head: Word,
        pub(in crate::bench) sent_ns: Word,
        pub(super) sum: Word,
        pub(super) payload: [Word; BESIDE_WORDS],
    }
}

impl Beside for Message {
    #[inline]
    fn fetch(&self) {
        // Relaxed: the value is of no use, but its cache line is on its way with that of the bell, instead of after it.
        black_box(self.payload[BESIDE_WORDS - 1].load(Ordering::Relaxed));
    }
}

shared! {
    /// How many processes are ready to play.
    #[derive(Debug)]
    #[repr(C, align(128))]
    struct Ready(Word);
}

shared! {
    /// How many messages a receiver has taken and no longer reads.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub(super) struct Counter(Word);
}

impl Counter {
    /// Acquire: what the receiver has read of these messages it has read before; their room can be written again.
    #[inline]
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Release: as above.
    #[inline]
    pub(super) fn set(&self, taken: u64) {
        self.0.store(taken, Ordering::Release);
    }
}

shared! {
    /// What a process writes of a repetition when it has played it.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub(in crate::bench) struct Log {
        /// When the first of its counted hops was handed over, and when the last had come; `CLOCK_MONOTONIC`.
        pub(in crate::bench) first_ns: Word,
        pub(in crate::bench) last_ns: Word,
        /// Messages that it took, the uncounted ones among them.
        pub(in crate::bench) taken: Word,
        /// Those of them that are counted.
        pub(in crate::bench) counted: Word,
        /// Of a sender: for how long it has waited for room while messages were counted.
        pub(in crate::bench) waited_ns: Word,
        /// Its number, for those that signal it; written when the process begins.
        pub(super) pid: Word,
    }
}

// The model's atomics have another size.
#[cfg(not(all(test, feature = "model")))]
const _: () = {
    use std::mem::{align_of, offset_of, size_of};
    assert!(size_of::<Mailbox>() == 128 && align_of::<Mailbox>() == 128);
    // The bell, the message's header and the first half of the payload in one line, the rest in the next.
    assert!(offset_of!(Mailbox, beside) == 8);
    assert!(offset_of!(Message, payload) == 24);
    assert!(size_of::<Log>() == 128);
    assert!(offset_of!(Arena, mailboxes) == 128);
};

/// In place of the number of a hop, where there is none yet.
const NONE: u64 = u64::MAX;

impl Arena {
    /// Makes it ready for a repetition. No process plays while this happens.
    pub(in crate::bench) fn clear(&self) {
        // Relaxed: the processes that read this are started after it was written.
        let put = |cell: &Word, word: u64| cell.store(word, Ordering::Relaxed);
        put(&self.ready.0, 0);
        for mailbox in &self.mailboxes {
            mailbox.disarm();
            put(&mailbox.beside.head, NONE);
        }
        for log in &self.logs {
            let cells = [&log.first_ns, &log.last_ns, &log.taken, &log.counted, &log.waited_ns, &log.pid];
            cells.into_iter().for_each(|cell| put(cell, 0));
        }
        self.counters.iter().for_each(|counter| put(&counter.0, 0));
    }

    /// A process is ready to play.
    pub(in crate::bench) fn count_ready(&self) {
        self.ready.0.fetch_add(1, Ordering::Release);
    }

    /// How many are ready to play.
    pub(in crate::bench) fn ready(&self) -> u64 {
        self.ready.0.load(Ordering::Acquire)
    }
}

/// How many words the payloads of a row take that do not lie beside the bells.
pub(in crate::bench) fn buffer_words(key: &RowKey) -> usize {
    let words = key.bytes / 8;
    if !key.transport.is_in_memory() {
        0
    } else if key.mode.sends_ahead() {
        key.in_flight.saturating_mul(SlotShape::of(words).stride)
    } else if words <= BESIDE_WORDS {
        0
    } else {
        key.processes * stride(words)
    }
}

/// From one payload to the next.
#[inline]
fn stride(words: usize) -> usize {
    words.next_multiple_of(LINES)
}

/// How a message lies in the ring of a row whose sender sends ahead: head, time and checksum, and then the payload.
#[derive(Debug, Clone, Copy)]
pub(super) struct SlotShape {
    /// Where the payload begins.
    pub(super) payload: usize,
    pub(super) words: usize,
    /// From one message to the next.
    pub(super) stride: usize,
}

impl SlotShape {
    /// A small message is packed: the fewer cache lines, the faster. A large one has its payload on a cache line, to be copied
    /// fast.
    pub(super) fn of(words: usize) -> Self {
        let is_packed = words <= PACKED_WORDS;
        let payload = if is_packed { HEADER_WORDS } else { LINES / 2 };
        let all = payload + words;
        Self { payload, words, stride: if is_packed { all } else { all.next_multiple_of(LINES) } }
    }
}

/// What a process shares with the others: the Arena, and the payloads that are too large for it.
#[derive(Debug, Clone, Copy)]
pub(in crate::bench) struct SharedMemory<'a> {
    pub(in crate::bench) arena: &'a Arena,
    /// As many as [`buffer_words`].
    pub(in crate::bench) buffers: &'a [Word],
}

impl<'a> SharedMemory<'a> {
    /// The words of a payload of this many words at this process.
    #[inline]
    pub(super) fn payload(self, process: usize, words: usize) -> &'a [Word] {
        if words <= BESIDE_WORDS {
            &self.arena.mailboxes[process].beside.payload[..words]
        } else {
            &self.buffers[process * stride(words)..][..words]
        }
    }
}
