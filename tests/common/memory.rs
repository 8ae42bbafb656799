//! The Region of a running game, as a pane that has gone mad could read and overwrite it.

use std::fs::File;
use std::mem::offset_of;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use tripong::game::{Ball, Court, PaneId};
use tripong::platform::sync::{Ordering, Word};
use tripong::protocol::{Owner, Ownership, Region, Slot};
use tripong::shm::Mapping;

use super::{Program, TestProcess, sleep_for_looks, wait_for, wait_until};

/// Where the words of the header begin.
pub(crate) const HEADER: u64 = offset_of!(Region, header) as u64;
/// Where the baton is.
pub(crate) const BATON: u64 = offset_of!(Region, baton) as u64;
/// A slot begins with two halves of so many bytes, for even and for odd epochs.
pub(crate) const HALF: u64 = 256;
/// A half begins with two copies of the record, which are so many bytes apart.
pub(crate) const COPY: u64 = 128;
/// Bytes of a record, with its number and its checksum.
pub(crate) const RECORD: usize = 128;

/// A paced game without windows that goes on until a signal ends it, its three panes and their memory, after the ball has
/// flown for a while.
pub(crate) fn game(arguments: &str) -> (Program, Vec<TestProcess>, Memory) {
    let game = Program::start(&format!("--headless --json --for 5min --seed 1 {arguments}"));
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    memory.wait_for_ticks(50);
    (game, panes, memory)
}

/// The memory that the panes of one game share.
pub(crate) struct Memory {
    /// To write to.
    pub(crate) file: File,
    mapping: Mapping<Region>,
    court: Court,
}

impl Memory {
    /// That of a pane which has attached.
    pub(crate) fn of(pane: &TestProcess) -> Self {
        Self::try_of(pane).expect("a pane that lives, with a sound Region")
    }

    /// None if the pane has ended meanwhile, or its Region is none.
    pub(crate) fn try_of(pane: &TestProcess) -> Option<Self> {
        let path = format!("/proc/{}/fd/3", pane.pid);
        let file = File::options().read(true).write(true).open(path).ok()?;
        let (mapping, setup) = Mapping::attach(file.as_fd()).ok()?;
        Some(Self { file, mapping, court: setup.court })
    }

    pub(crate) fn region(&self) -> &Region {
        self.mapping.region()
    }

    /// Writes any bytes to any place.
    pub(crate) fn overwrite(&self, offset: u64, bytes: &[u8]) {
        self.file.write_all_at(bytes, offset).unwrap();
    }

    /// Writes a word.
    pub(crate) fn overwrite_word(&self, offset: u64, word: u64) {
        self.overwrite(offset, &word.to_ne_bytes());
    }

    /// Reads a word.
    pub(crate) fn read_word(&self, offset: u64) -> u64 {
        let mut word = [0; 8];
        self.file.read_exact_at(&mut word, offset).unwrap();
        u64::from_ne_bytes(word)
    }

    /// Where a slot is.
    pub(crate) fn offset_of_slot(&self, owner: Owner) -> u64 {
        let slot: *const Slot = self.region().slot(owner);
        (slot.addr() - std::ptr::from_ref(self.region()).addr()) as u64
    }

    /// Where a word of a process status is.
    pub(crate) fn offset_of_word(&self, word: &Word) -> u64 {
        (std::ptr::from_ref(word).addr() - std::ptr::from_ref(self.region()).addr()) as u64
    }

    /// Who has the ball.
    pub(crate) fn ownership(&self) -> Option<Ownership> {
        self.region().baton.look()
    }

    /// The pane that has the ball, once it has begun to play.
    pub(crate) fn owner(&self) -> Option<usize> {
        let ownership = self.ownership()?;
        let Owner::Pane(pane) = ownership.holder else { return None };
        self.region().pane(pane).read(ownership.epoch, &self.court).ok()?;
        Some(pane.index())
    }

    /// Ticks of the ball's life so far; None while it cannot be read.
    pub(crate) fn ticks(&self) -> Option<u64> {
        let record = self.region().ball(self.ownership()?, &self.court).ok()?;
        Some(record.ball.tick)
    }

    /// The ball; None while it cannot be read.
    pub(crate) fn ball(&self) -> Option<Ball> {
        Some(self.region().ball(self.ownership()?, &self.court).ok()?.ball)
    }

    /// Which process of its pane plays it, from 1.
    pub(crate) fn incarnation(&self, pane: u8) -> u64 {
        self.region().pane(PaneId(pane)).status.incarnation.load(Ordering::Acquire)
    }

    /// How often this pane was late.
    pub(crate) fn fenced(&self, pane: usize) -> u64 {
        let pane = PaneId(u8::try_from(pane).unwrap());
        self.region().pane(pane).status.fenced.load(Ordering::Acquire)
    }

    /// Waits until the ball has flown on for so many ticks.
    pub(crate) fn wait_for_ticks(&self, ticks: u64) {
        let before = wait_for("a ball", || self.ticks());
        wait_until("the ball to fly on", || self.ticks().is_some_and(|now| now >= before + ticks));
    }

    /// Waits until the ball does not fly for a while, and returns the tick at which it stands.
    pub(crate) fn wait_until_it_stands(&self) -> u64 {
        wait_for("the ball to come to a stand", || {
            let ticks = self.ticks()?;
            sleep_for_looks(1);
            (self.ticks() == Some(ticks)).then_some(ticks)
        })
    }

    /// Freezes the pane that has the ball, while it has it, and returns which it is.
    pub(crate) fn freeze_the_owner(&self, panes: &[TestProcess]) -> usize {
        wait_for("the owner to stand still with the ball", || {
            let owner = self.owner()?;
            panes[owner].freeze();
            if self.owner() == Some(owner) {
                return Some(owner);
            }
            panes[owner].signal(nix::sys::signal::Signal::SIGCONT);
            None
        })
    }
}
