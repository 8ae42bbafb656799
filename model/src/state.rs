//! What there is: the shared words, the supervisor, and what only the checker knows.

use crate::ball::{Ball, Owner, Ownership, PANES, SUPERVISOR};
use crate::bounds::Bounds;
use crate::links::{End, Links, Via, neighbours};
use crate::mutant::Mutant;
use crate::process::Process;

/// Where a process goes on that was taken for dead and is not. Only a mutant has one.
pub const LATE: usize = PANES as usize;

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

impl State {
    /// Gives a new process its ends of new links.
    pub fn link_up(&mut self, pane: u8) {
        for other in neighbours(pane)
            .filter(|other| self.processes[usize::from(*other)].is_there())
            .collect::<Vec<_>>()
        {
            self.links.set_end(pane, other, End::Sound);
        }
    }

    /// Sends the other ends to the neighbours.
    pub fn link_neighbours(&mut self, pane: u8) {
        let has_links = self.processes[usize::from(pane)].is_there();
        for other in neighbours(pane)
            .filter(|other| has_links && self.processes[usize::from(*other)].is_there())
            .collect::<Vec<_>>()
        {
            if self.links.end(other, pane) == End::Broken {
                self.links.set_end(other, pane, End::Offered);
            }
        }
    }
}
