//! A process status: what a pane's process reports of itself.

use super::window_status::WindowStatus;
use crate::game::mix;
use crate::platform::display::Place;
use crate::platform::privileges::Confinement;
use crate::platform::sync::{Ordering, ReadWrite, Rights, Word};
use crate::shm::shared;

/// Only this, mixed with the pid of the process, means that the process leaves.
const LEAVES: u64 = u64::from_be_bytes(*b"leaving!");

shared! {
    /// What a pane's process reports of itself. Its own process writes it, and while there is none (before the start, and
    /// between a death that was reaped and the next start) the supervisor does; everyone may read. The counts survive the
    /// process, and the next incarnation counts on.
    #[derive(Debug, Default)]
    #[repr(C, align(128))]
    pub struct ProcessStatus<M: Rights = ReadWrite> {
        /// The process id; 0 before the first attach.
        pub pid: Word<M>,
        /// 1 for the first process of this pane, +1 for every other. The supervisor's word.
        pub incarnation: Word<M>,
        /// Attached and ready to play: 1.
        pub ready: Word<M>,
        /// The epoch in which the process has a ball in its hands, plus 1; 0 while it has none.
        pub in_hand: Word<M>,
        /// How often the process has looked at the baton: it lives as long as this grows.
        pub heartbeats: Word<M>,
        /// Hand-offs given.
        pub hops: Word<M>,
        /// How often it was late: its ball had been taken.
        pub fenced: Word<M>,
        /// Frames whose record it has taken over.
        pub frames: Word<M>,
        /// Frames that it has rejected.
        pub rejected: Word<M>,
        /// How long the last hand-off to it took, in nanoseconds.
        pub took_ns: Word<M>,
        /// How often its user has pressed Start.
        pub serves_asked: Word<M>,
        /// How often its user has asked for the inspector.
        pub inspects_asked: Word<M>,
        /// The last epoch in which a person moved its paddle while it had the ball, plus 1; 0 if nobody ever has.
        pub by_hand: Word<M>,
        /// Where its user has put the window, as a [`Place`]; 0 while it is where it was put at first.
        pub place: Word<M>,
        /// Its user has closed the window: a word that only this process writes.
        pub(super) leaving: Word<M>,
        /// What the process could give up of its rights, as a [`Confinement`].
        pub confined: Word<M>,
        /// What it reports of its window. How the window manager keeps it outlives the process.
        pub window: WindowStatus<M>,
    }
}

impl<M: Rights> ProcessStatus<M> {
    /// Where the pane's user has put the window. A corrupt word is no place.
    pub fn place(&self) -> Option<Place> {
        Place::of_word(self.place.load(Ordering::Relaxed))
    }

    /// Whether the process with this pid has announced that it leaves. A corrupt word does not mean so.
    pub fn is_leaving(&self, pid: u32) -> bool {
        self.leaving.load(Ordering::Acquire) == last_word(pid)
    }
}

impl ProcessStatus {
    /// Makes the process status ready for the pane's next process. Only while there is none.
    pub fn expect(&self, incarnation: u64) {
        self.ready.store(0, Ordering::Relaxed);
        self.in_hand.store(0, Ordering::Relaxed);
        self.leaving.store(0, Ordering::Relaxed);
        self.window.expect();
        self.confined.store(Confinement::Unknown as u64, Ordering::Relaxed);
        self.incarnation.store(incarnation, Ordering::Release);
    }

    /// Stores where the pane's user has put the window.
    pub fn set_place(&self, place: Place) {
        self.place.store(place.encode(), Ordering::Relaxed);
    }

    /// Announces that this process ends because its user wants the game to end.
    pub fn leave(&self) {
        self.leaving.store(last_word(std::process::id()), Ordering::Release);
    }

    /// Adds 1, as the only writer of the process status. Wrapping: the word may be corrupt.
    pub fn count(cell: &Word) {
        cell.store(cell.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
    }
}

/// The word of a process that leaves.
fn last_word(pid: u32) -> u64 {
    mix(LEAVES, pid.into())
}
