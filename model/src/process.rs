//! A pane's process: whether it runs, what it does next, and what only it knows.

use crate::ball::{Ball, Ownership};
use crate::links::{Frame, Via};

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
    /// For a hand-off by this transport: on the futex, or until a frame is in a link of this kind.
    On(Via),
    /// With a frame in hand that came ahead of the swap, or with a ball that a link has refused: until its eventfd is
    /// written, whatever else wakes it.
    OnFds,
}

/// A hand-off that is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Offer {
    pub ownership: Ownership,
    pub ball: Ball,
    pub via: Via,
    /// A link has refused it before, so the bell was disarmed since.
    pub is_again: bool,
}

/// What a pane's process does with its next atomic step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// Look at the bell.
    Disarm,
    /// Take over new links, and read what is in the links.
    Receive,
    /// Look at the baton.
    Look,
    /// The mutant that looks at the bell after the baton.
    DisarmLate,
    /// The mutant that reads frames after it has looked at the baton, here its epoch.
    ReceiveLate(u8),
    /// Say in the bell how it sleeps, if it has not notified.
    Arm(Sleep),
    /// Sleep until woken.
    Asleep(Sleep),
    /// Read its own record of this ownership.
    ReadOwn(Ownership),
    /// Read the giver's record of the epoch before.
    ReadGiven(Ownership),
    /// Look once more for the frame that came with this record.
    Fetch(Ownership, Ball),
    /// See that the ownership is still the current one, and advance the ball.
    Play(Ownership, Ball),
    /// Write the record of a tick.
    Write(Ownership, Ball),
    /// Hand the ball over: this step.
    Offer(Offer, OfferStep),
    /// A link has refused the ball: wait until it can be tried again.
    Refused(Offer, WaitStep),
    /// Wake whom it has notified: on its futex, or by its eventfd.
    Wake { pane: u8, futex: bool },
    /// The goal is reached, and the ball stays here.
    Keep(Ownership),
}

/// The steps of a hand-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfferStep {
    Write,
    Send,
    Swap,
    Notify,
}

/// The steps of a giver that a link has refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitStep {
    /// Look at the bell, and take over new links.
    Disarm,
    /// See that the ownership is still the current one, and try again.
    Look,
    /// Notify the taker, so that it empties its links.
    Notify,
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
    /// The bell has notified since this process heard it. Only kept where it can still matter.
    pub is_notified: bool,
    /// It sleeps, and its futex was woken or its eventfd written.
    pub is_woken: bool,
    /// A frame that it has read, until the baton decides.
    pub hand: Option<Frame>,
}

impl Process {
    /// A new process of a pane.
    pub fn new(pane: u8) -> Self {
        Self { pane, life: Life::Running, at: At::Disarm, is_notified: false, is_woken: false, hand: None }
    }

    /// No process.
    pub fn none(pane: u8) -> Self {
        Self { life: Life::Gone, ..Self::new(pane) }
    }

    /// Goes on there. A notification is forgotten where the process will disarm the bell anew before it sleeps.
    pub fn go(&mut self, at: At) {
        self.at = at;
        self.is_notified &= self.minds_notifications();
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

    fn minds_notifications(&self) -> bool {
        use At::{Arm, Asleep, DisarmLate, Fetch, Keep, Look, ReadGiven, ReadOwn, Receive, ReceiveLate};
        match self.at {
            Receive | Look | DisarmLate | ReceiveLate(_) | Arm(_) | Asleep(_) => true,
            ReadOwn(_) | ReadGiven(_) | Fetch(..) | Keep(_) => true,
            At::Offer(offer, step) => offer.is_again && matches!(step, OfferStep::Write | OfferStep::Send),
            At::Refused(_, step) => step != WaitStep::Disarm,
            _ => false,
        }
    }
}
