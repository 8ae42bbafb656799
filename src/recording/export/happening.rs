//! What the exports show, out of the lines: processes, hand-offs, ownership intervals, and what befell the processes.

use std::fmt;

use crate::game::PaneId;
pub(super) use crate::platform::markup::plain;
use crate::platform::units::count;
use crate::protocol::{Action, End, TransportKind};
use crate::recording::line::Hop;

/// The process of a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    /// Of this recording, from 0: no two have the same.
    pub(super) number: u64,
    /// Its pane.
    pub(super) pane: PaneId,
    /// Which process of the pane, from 1; None if no line has named it.
    pub(super) incarnation: Option<u64>,
    /// Its pid; None as for the incarnation.
    pub(super) pid: Option<u32>,
    /// When it was started; None as for the incarnation.
    pub(super) started: Option<u64>,
}

/// A hand-off. Its times never go back, whatever the line has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HandOff {
    /// The line.
    pub(super) hop: Hop,
    /// Unlike the epoch, no two have the same, not even after the Region was replaced.
    pub(super) id: u64,
    /// Who gave it.
    pub(super) giver: Process,
    /// Who got it.
    pub(super) taker: Process,
    /// When the hand-off began: where the line has no time, after what was before.
    pub(super) offered: u64,
    /// When the taker had it: where the line has no time, as soon as it can have had it.
    pub(super) accepted: u64,
}

/// How an ownership interval began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// The recording began in it.
    Start,
    /// By a serve.
    Serve,
    /// By the hand-off with this id.
    Hop(u64),
    /// By a recovery.
    Recovery,
    /// By a reinitialization.
    Reinitialization,
}

/// How an ownership interval ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    /// By a hand-off.
    Hop,
    /// The process died.
    Died(End),
    /// By a recall.
    Recall,
    /// By a reinitialization.
    Reinitialization,
    /// What came next was not seen.
    NotSeen,
    /// It was there at the end of the recording.
    Stays,
}

impl fmt::Display for Went {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hop => f.write_str("handed over"),
            Self::Died(End::Code(0)) => f.write_str("the process ended"),
            Self::Died(how) => write!(f, "died ({})", how.cause()),
            Self::Recall => f.write_str("recalled"),
            Self::Reinitialization => f.write_str("the Region was replaced"),
            Self::NotSeen => f.write_str("not seen"),
            Self::Stays => f.write_str("the recording ended"),
        }
    }
}

/// For how long a process had the ball.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    /// Its epoch.
    pub(super) epoch: u64,
    /// Which process.
    pub(super) process: Process,
    /// From when on.
    pub(super) begin: u64,
    /// Until when; never before `begin`.
    pub(super) end: u64,
    /// How it began.
    pub(super) came: Came,
    /// How it ended.
    pub(super) went: Went,
}

/// Epochs that nobody saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotSeen {
    /// The first of them.
    pub(super) first: u64,
    /// The last of them.
    pub(super) last: u64,
    /// The last known time before them.
    pub(super) begin: u64,
    /// The first known time after them.
    pub(super) end: u64,
}

/// What is marked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// The recording begins; the pane that has the ball.
    Begins(Option<PaneId>),
    /// The first serve, to this pane.
    Serve(PaneId),
    /// A recall, to this pane from that one.
    Recall(PaneId, PaneId),
    /// A recovery of this pane's ball.
    Recovery(PaneId),
    /// The Region was replaced, for this reason.
    Reinitialization(String),
    /// A process began.
    Started,
    /// It ended.
    Died(End),
    /// It was stopped.
    Frozen,
    /// It goes on.
    Continued,
    /// No progress for too long.
    Stalled,
    /// No sign of life either.
    Hung,
    /// So many late writes were fenced.
    Fenced(u64),
    /// A goal; the points of the left and of the right side after it.
    Goal(u8, u8),
    /// An injected fault, and whether there was a process for it.
    Action(Action, bool),
    /// Another transport is in force.
    Transport(TransportKind),
    /// The settings were changed; whether the ball stands still.
    Settings(bool),
    /// The recording ends.
    Ends,
}

impl What {
    /// Its name: one or two words.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Begins(_) => "begin",
            Self::Serve(_) => "serve",
            Self::Recall(..) => "recall",
            Self::Recovery(_) => "recovery",
            Self::Reinitialization(_) => "reinitialization",
            Self::Started => "start",
            Self::Died(End::Code(0)) => "exit",
            Self::Died(_) => "death",
            Self::Frozen => "freeze",
            Self::Continued => "continue",
            Self::Stalled => "stall",
            Self::Hung => "hang",
            Self::Fenced(_) => "fenced",
            Self::Goal(..) => "goal",
            Self::Action(..) => "fault",
            Self::Transport(_) => "transport",
            Self::Settings(_) => "settings",
            Self::Ends => "end",
        }
    }
}

/// A sentence without its actor.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begins(Some(pane)) => write!(f, "the recording begins: {pane} has the ball"),
            Self::Begins(None) => f.write_str("the recording begins: the ball rests"),
            Self::Serve(pane) => write!(f, "serves to {pane}"),
            Self::Recall(to, from) => write!(f, "recalls the ball from {from} and serves to {to}"),
            Self::Recovery(pane) => write!(f, "recovers the ball for the next process of {pane}"),
            Self::Reinitialization(reason) => write!(f, "replaces the Region: {}", plain(reason)),
            Self::Started => f.write_str("starts"),
            Self::Died(End::Code(0)) => f.write_str("ends"),
            Self::Died(how) => write!(f, "dies ({})", how.cause()),
            Self::Frozen => f.write_str("is frozen (SIGSTOP)"),
            Self::Continued => f.write_str("continues (SIGCONT)"),
            Self::Stalled => f.write_str("makes no progress with the ball"),
            Self::Hung => f.write_str("shows no life: killed"),
            Self::Fenced(times) => write!(f, "{}", count(*times, "late write")).and(f.write_str(" fenced")),
            Self::Goal(left, right) => write!(f, "goal: {left} : {right}"),
            Self::Action(action, true) => write!(f, "fault: {}", action.in_words()),
            Self::Action(action, false) => write!(f, "fault without a process: {}", action.in_words()),
            Self::Transport(kind) => write!(f, "the transport is {} from now on", kind.in_words()),
            Self::Settings(true) => f.write_str("settings changed; paused"),
            Self::Settings(false) => f.write_str("settings changed"),
            Self::Ends => f.write_str("the recording ends"),
        }
    }
}

/// Something at a point of time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// When.
    pub(super) at: u64,
    /// In which epoch it was seen.
    pub(super) epoch: u64,
    /// What befell a process befell this one; None for what the launcher did.
    pub(super) process: Option<Process>,
    /// What.
    pub(super) what: What,
}

/// One of all these.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Happening {
    /// A hand-off, before the interval that ends with it.
    HandOff(HandOff),
    /// An interval, when it has ended.
    Interval(Interval),
    /// Epochs that nobody saw, when it is known how long they took.
    NotSeen(NotSeen),
    /// Anything else.
    Mark(Mark),
}
