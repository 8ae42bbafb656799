//! What the processes of a lab share: a page of words, and bells to wait on.

use crate::platform::sync::{Ordering, ReadWrite, Word};
use crate::protocol::doorbell::Doorbell;
use crate::shm::{Mapped, shared};

/// Words that a lab may use as it likes.
pub const WORDS: usize = 512;
/// Bells, each in a cache line of its own.
pub const BELLS: usize = 16;

shared! {
    /// The shared bytes of a lab.
    #[derive(Debug)]
    #[repr(C)]
    pub struct LabMemory {
        /// The process that started the others.
        conductor: Lonely,
        /// One cache line each: what one process writes does not slow what another reads.
        pub lonely: [Lonely; 16],
        /// One behind the other.
        pub words: [Word; WORDS],
        /// To wait on.
        pub bells: [Bell; BELLS],
    }
}

shared! {
    /// A word in a cache line of its own.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct Lonely(pub Word);
}

shared! {
    /// A bell in a cache line of its own.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct Bell(pub Doorbell<()>);
}

impl Mapped for LabMemory {
    type Rights = ReadWrite;
    const NAME: &'static str = "the memory of the lab";
}

impl LabMemory {
    /// Names the process that starts the others. Before it starts them.
    pub(super) fn begin(&self) {
        // Relaxed: a process that reads this is started after it was written.
        self.conductor.0.store(u64::from(std::process::id()), Ordering::Relaxed);
    }

    /// The process that starts the others.
    pub(super) fn conductor(&self) -> u32 {
        // A pid that is wrong is no parent: the process ends.
        u32::try_from(self.conductor.0.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Makes all words zero. No process of a lab runs while this happens.
    pub fn clear(&self) {
        // Relaxed, for the same reason.
        self.words
            .iter()
            .chain(self.lonely.iter().map(|word| &word.0))
            .for_each(|word| word.store(0, Ordering::Relaxed));
        self.bells.iter().for_each(|bell| bell.0.disarm());
    }
}
