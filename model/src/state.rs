//! What there is: the shared words, the processes, the supervisor, and what only the checker knows.

use crate::links::{Frame, Links, Via};
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
pub struct Tenure {
    pub epoch: u8,
    pub giver: Owner,
    pub holder: Owner,
}

impl Tenure {
    /// Before the first serve.
    pub const REST: Self = Self { epoch: 0, giver: SUPERVISOR, holder: SUPERVISOR };

    /// The tenure after this one.
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

/// Whether a process can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Life {
    Running,
    Stopped,
    /// It has ended, and nobody has noticed yet.
    Dead,
    /// There is no process.
    Gone,
}

/// How a process sleeps; while it does, its bell says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sleep {
    /// For a hand-off by this carrier: on the futex, or until a frame is in a link of this kind.
    On(Via),
    /// With a frame in hand that came ahead of the swap, or with a ball that a link has refused: until its eventfd is
    /// written, whatever else wakes it.
    OnFds,
}

/// A hand-off that is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Offer {
    pub tenure: Tenure,
    pub ball: Ball,
    pub via: Via,
    /// A link has refused it before, so the bell was heard since.
    pub is_again: bool,
}

/// What a pane's process does with its next atomic step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// Look at the bell.
    Hear,
    /// Take over new links, and read what is in the links.
    Receive,
    /// Look at the baton.
    Look,
    /// The mutant that looks at the bell after the baton.
    HearLate,
    /// The mutant that reads frames after it has looked at the baton, here its epoch.
    ReceiveLate(u8),
    /// Say in the bell how it sleeps, if it has not rung.
    Arm(Sleep),
    /// Sleep until woken.
    Asleep(Sleep),
    /// Read its own record of this tenure.
    ReadOwn(Tenure),
    /// Read the giver's record of the epoch before.
    ReadGiven(Tenure),
    /// Look once more for the frame that came with this record.
    Fetch(Tenure, Ball),
    /// See that the tenure is still the current one, and advance the ball.
    Play(Tenure, Ball),
    /// Write the record of a tick.
    Write(Tenure, Ball),
    /// Hand the ball over: this step.
    Offer(Offer, OfferStep),
    /// A link has refused the ball: wait until it can be tried again.
    Refused(Offer, WaitStep),
    /// Wake whom it has rung: on its futex, or by its eventfd.
    Wake { pane: u8, futex: bool },
    /// The goal is reached, and the ball stays here.
    Keep(Tenure),
}

/// The steps of a hand-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfferStep {
    Write,
    Send,
    Swap,
    Announce,
}

/// The steps of a giver that a link has refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitStep {
    /// Look at the bell, and take over new links.
    Hear,
    /// See that the tenure is still the current one, and try again.
    Look,
    /// Ring the taker, so that it empties its links.
    Ring,
    /// Wake it, by its futex or its eventfd.
    Wake {
        futex: bool,
    },
    Arm,
    Asleep,
}

/// A pane's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Process {
    pub pane: u8,
    pub life: Life,
    pub at: At,
    /// The bell has rung since this process heard it. Only kept where it can still matter.
    pub is_rung: bool,
    /// It sleeps, and its futex was woken or its eventfd written.
    pub is_woken: bool,
    /// A frame that it has read, until the baton decides.
    pub hand: Option<Frame>,
}

impl Process {
    /// A new process of a pane.
    pub fn new(pane: u8) -> Self {
        Self { pane, life: Life::Running, at: At::Hear, is_rung: false, is_woken: false, hand: None }
    }

    /// No process.
    pub fn none(pane: u8) -> Self {
        Self { life: Life::Gone, ..Self::new(pane) }
    }

    /// Goes on there. A ring is forgotten where the process will hear the bell anew before it sleeps.
    pub fn go(&mut self, at: At) {
        self.at = at;
        self.is_rung &= self.minds_rings();
        self.is_woken &= self.sleeps().is_some();
    }

    /// How it sleeps, if it does.
    pub fn sleeps(&self) -> Option<Sleep> {
        match self.at {
            At::Asleep(sleep) => Some(sleep),
            At::Refused(_, WaitStep::Asleep) => Some(Sleep::OnFds),
            _ => None,
        }
    }

    fn minds_rings(&self) -> bool {
        use At::{Arm, Asleep, Fetch, HearLate, Keep, Look, ReadGiven, ReadOwn, Receive, ReceiveLate};
        match self.at {
            Receive | Look | HearLate | ReceiveLate(_) | Arm(_) | Asleep(_) => true,
            ReadOwn(_) | ReadGiven(_) | Fetch(..) | Keep(_) => true,
            At::Offer(offer, step) => offer.is_again && matches!(step, OfferStep::Write | OfferStep::Send),
            At::Refused(_, step) => step != WaitStep::Hear,
            _ => false,
        }
    }
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
    ReadOwn(Task, Tenure),
    /// Read the giver's record.
    ReadGiven(Task, Tenure),
    /// Write its own record.
    Write(Task, Tenure, Ball),
    /// Take the ball.
    Swap(Task, Tenure, Ball),
    /// The mutant that writes its record after it has taken the ball.
    WriteLate(Task, Tenure, Ball),
    /// Ring every bell.
    Ring(Task),
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
    /// Somebody whose tenure was over has handed the ball over.
    LateHandOff,
    /// A frame has changed the ball that was taken over.
    OtherBall,
}

/// One moment of the game.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    // What is shared.
    pub baton: Tenure,
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
    pub alarm: Option<Alarm>,
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
            baton: Tenure::REST,
            slots,
            links: Links::new(),
            processes,
            supervisor: Doing::Look(Task::Serve(1)),
            left: bounds,
            truth: ball,
            seen_tick: 0,
            recoveries: 0,
            recalls: 0,
            alarm: None,
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
    pub fn read_given(&self, tenure: Tenure, mutant: Mutant) -> Option<Ball> {
        let ball = self.read(tenure.giver, tenure.epoch.checked_sub(1)?, mutant)?;
        let is_counted_here = tenure.giver != SUPERVISOR && mutant != Mutant::HopCountedByTheGiver;
        Some(if is_counted_here { ball.handed_over() } else { ball })
    }

    /// How the giver's record says that the ball has travelled.
    pub fn given_via(&self, tenure: Tenure, mutant: Mutant) -> Via {
        let record = self.record(tenure.giver, tenure.epoch.saturating_sub(1), mutant);
        record.map_or(Via::Shared, |record| record.via)
    }

    /// The ball as whoever looks now would find it.
    pub fn ball(&self, mutant: Mutant) -> Option<Ball> {
        let own = self.read(self.baton.holder, self.baton.epoch, mutant);
        own.or_else(|| self.read_given(self.baton, mutant))
    }

    /// Writes a record.
    pub fn write(&mut self, owner: Owner, record: Record, mutant: Mutant) {
        self.slots[usize::from(owner)][half(record.epoch, mutant)] = Some(record);
    }

    /// Raises the alarm; the first one stays.
    pub fn raise(&mut self, alarm: Alarm) {
        self.alarm.get_or_insert(alarm);
    }
}

fn half(epoch: u8, mutant: Mutant) -> usize {
    if mutant == Mutant::OneHalf { 0 } else { usize::from(epoch & 1) }
}
