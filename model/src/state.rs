//! What there is: the shared words, the supervisor, and what only the checker knows.

use crate::links::{Links, Via};
use crate::process::Process;
use crate::{Bounds, Mutant};

/// A slot's number: a pane's, or [`SUPERVISOR`].
pub type Owner = u8;

/// Panes of the modelled court.
pub const PANES: u8 = 3;
/// The supervisor's slot.
pub const SUPERVISOR: Owner = PANES;
/// Where a process goes on that was taken for dead and is not. Only a mutant has one.
pub const LATE: usize = PANES as usize;

/// The baton, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ownership {
    pub epoch: u8,
    pub giver: Owner,
    pub holder: Owner,
}

impl Ownership {
    /// Before the first serve.
    pub const REST: Self = Self { epoch: 0, giver: SUPERVISOR, holder: SUPERVISOR };

    /// The ownership after this one.
    pub fn next(self, giver: Owner, holder: Owner) -> Self {
        Self { epoch: self.epoch + 1, giver, holder }
    }
}

/// The ball. Where it is inside its pane does not matter, only for how long it has been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ball {
    pub tick: u8,
    pub hop: u8,
    /// The pane in which its centre is: another one than the owner's after the tick that makes it leave.
    pub pane: u8,
    /// Ticks since it came into this pane.
    pub age: u8,
}

impl Ball {
    /// As its next holder takes it over.
    pub fn handed_over(self) -> Self {
        Self { hop: self.hop + 1, ..self }
    }

    /// As it is put to the start of a pane.
    pub fn served(self, pane: u8) -> Self {
        Self { pane, age: 0, ..self }
    }

    /// One tick. After `crossing` ticks it leaves the pane, to `to`.
    pub fn advanced(self, crossing: u8, to: u8) -> Self {
        let tick = self.tick + 1;
        if self.age + 1 < crossing {
            Self { tick, age: self.age + 1, ..self }
        } else {
            Self { tick, age: 0, pane: to, ..self }
        }
    }
}

/// A record. Its reader gets a whole one or none, which is what the loom scenarios hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    pub epoch: u8,
    pub ball: Ball,
    /// How the hand-off that follows travels.
    pub via: Via,
}

/// What the supervisor takes the ball for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// Serve or recall: to the start of this pane.
    Serve(u8),
    /// The process of this pane has died.
    Recover(u8),
}

/// What the supervisor does with its next atomic step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doing {
    /// It waits for a death, a press of Start, or a stalled owner.
    Idle,
    /// Look at the baton.
    Look(Task),
    /// Read the holder's record.
    ReadOwn(Task, Ownership),
    /// Read the giver's record.
    ReadGiven(Task, Ownership),
    /// Write its own record.
    Write(Task, Ownership, Ball),
    /// Take the ball.
    Swap(Task, Ownership, Ball),
    /// The mutant that writes its record after it has taken the ball.
    WriteLate(Task, Ownership, Ball),
    /// Notify every bell.
    Notify(Task),
    /// Start a new process.
    Respawn(u8),
    /// Send its neighbours their ends of the new links.
    Link(u8),
}

/// Something that must not happen has happened in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alarm {
    /// The ball was played or taken on from another place than where it was.
    WrongBall,
    /// Somebody whose ownership was over has handed the ball over.
    LateHandOff,
    /// A frame has changed the ball that was taken over.
    OtherBall,
}

/// One moment of the game.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    // What is shared.
    pub baton: Ownership,
    pub slots: [[Option<Record>; 2]; PANES as usize + 1],
    // What is in the kernel.
    pub links: Links,
    // Who plays.
    pub processes: [Process; PANES as usize + 1],
    pub supervisor: Doing,
    // What may still be done to them.
    pub left: Bounds,
    // What only the checker knows.
    /// The ball as it truly is.
    pub truth: Ball,
    /// The tick of the true ball when the supervisor looked at the baton.
    pub seen_tick: u8,
    pub recoveries: u8,
    pub recalls: u8,
    pub wake: Option<Alarm>,
    /// The epoch whose frame was read by a process that has died since.
    pub lost_frame: u8,
}

impl State {
    /// The ball rests, and the supervisor is about to serve it from the middle.
    pub fn first(bounds: Bounds, panes: u8) -> Self {
        let ball = Ball { tick: 0, hop: 0, pane: 1, age: 0 };
        let mut slots = [[None; 2]; PANES as usize + 1];
        slots[usize::from(SUPERVISOR)][0] = Some(Record { epoch: 0, ball, via: Via::Shared });
        let process = |pane| if pane < panes { Process::new(pane) } else { Process::none(pane) };
        let processes = [process(0), process(1), process(2), Process::none(0)];
        Self {
            baton: Ownership::REST,
            slots,
            links: Links::sound(),
            processes,
            supervisor: Doing::Look(Task::Serve(1)),
            left: bounds,
            truth: ball,
            seen_tick: 0,
            recoveries: 0,
            recalls: 0,
            wake: None,
            lost_frame: 0,
        }
    }

    fn record(&self, owner: Owner, epoch: u8, mutant: Mutant) -> Option<Record> {
        let record = self.slots[usize::from(owner)][half(epoch, mutant)];
        record.filter(|record| record.epoch == epoch)
    }

    /// The owner's record of that epoch.
    pub fn read(&self, owner: Owner, epoch: u8, mutant: Mutant) -> Option<Ball> {
        self.record(owner, epoch, mutant).map(|record| record.ball)
    }

    /// The giver's record as the holder takes it over.
    pub fn read_given(&self, ownership: Ownership, mutant: Mutant) -> Option<Ball> {
        let ball = self.read(ownership.giver, ownership.epoch.checked_sub(1)?, mutant)?;
        let is_counted_here = ownership.giver != SUPERVISOR && mutant != Mutant::HopCountedByTheGiver;
        Some(if is_counted_here { ball.handed_over() } else { ball })
    }

    /// How the giver's record says that the ball has travelled.
    pub fn given_via(&self, ownership: Ownership, mutant: Mutant) -> Via {
        let record = self.record(ownership.giver, ownership.epoch.saturating_sub(1), mutant);
        record.map_or(Via::Shared, |record| record.via)
    }

    /// The ball as a process that reads it now would find it.
    pub fn ball(&self, mutant: Mutant) -> Option<Ball> {
        let own = self.read(self.baton.holder, self.baton.epoch, mutant);
        own.or_else(|| self.read_given(self.baton, mutant))
    }

    /// Writes a record.
    pub fn write(&mut self, owner: Owner, record: Record, mutant: Mutant) {
        self.slots[usize::from(owner)][half(record.epoch, mutant)] = Some(record);
    }

    /// Raises the alarm; the first one stays.
    pub fn raise(&mut self, wake: Alarm) {
        self.wake.get_or_insert(wake);
    }
}

fn half(epoch: u8, mutant: Mutant) -> usize {
    if mutant == Mutant::OneHalf { 0 } else { usize::from(epoch & 1) }
}
