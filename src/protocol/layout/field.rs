//! A field of the Region: where it is, who may write it, and what it means.

use super::still::{Context, Still};
use super::units::Unit;
use crate::game::{Court, PaneId};
use crate::protocol::baton::Owner;

/// A part of the Region, as people look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionPart {
    /// What the game is.
    Header,
    /// Who owns the ball.
    Baton,
    /// What the panes sleep on.
    Bells,
    /// What users want.
    Controls,
    /// How many new links each process was sent.
    LinksSent,
    /// One owner's records, and its process status.
    Slot(Owner),
    /// The slots of panes that this court does not have.
    UnusedSlots,
    /// How long hand-offs took.
    Latencies,
    /// What a process is to do to itself.
    Commands,
    /// What the supervisor reports of itself.
    EventLog,
    /// A pane's last arrivals.
    ArrivalLog(PaneId),
    /// The arrival logs of panes that this court does not have.
    UnusedArrivalLogs,
    /// With which controls a pane has played lately.
    ControlLog(PaneId),
    /// The control logs of panes that this court does not have.
    UnusedControlLogs,
}

impl RegionPart {
    /// How the paths of its fields begin, what a person calls it, and whose it is.
    fn names(self) -> (&'static str, &'static str, Option<Owner>) {
        match self {
            Self::Header => ("header", "Header", None),
            Self::Baton => ("baton", "Baton", None),
            Self::Bells => ("bells", "Doorbells", None),
            Self::Controls => ("controls", "Controls", None),
            Self::LinksSent => ("links_sent", "Links sent", None),
            Self::Slot(owner) => ("slot", "Slot", Some(owner)),
            Self::UnusedSlots => ("slot[unused]", "Unused slots", None),
            Self::Latencies => ("latencies", "Latencies", None),
            Self::Commands => ("commands", "Commands", None),
            Self::EventLog => ("event_log", "Event log of the supervisor", None),
            Self::ArrivalLog(pane) => ("arrival_log", "Arrival log", Some(Owner::Pane(pane))),
            Self::UnusedArrivalLogs => ("arrival_log[unused]", "Unused arrival logs", None),
            Self::ControlLog(pane) => ("control_log", "Control log", Some(Owner::Pane(pane))),
            Self::UnusedControlLogs => ("control_log[unused]", "Unused control logs", None),
        }
    }

    /// How the paths of its fields begin.
    pub fn path(self) -> String {
        match self.names() {
            (path, _, None) => path.to_owned(),
            (path, _, Some(Owner::Pane(pane))) => format!("{path}[{}]", pane.0),
            (path, _, Some(Owner::Supervisor)) => format!("{path}[S]"),
        }
    }

    /// The same for people: the sign of its owner, where the code counts panes from 0.
    pub fn label(self, court: &Court) -> String {
        match self.names() {
            (path, _, Some(Owner::Pane(pane))) => format!("{path}[{}]", Writer::Pane(pane).sign(court)),
            _ => self.path(),
        }
    }

    /// What a person calls it.
    pub fn title(self, court: &Court) -> String {
        let (_, title, owner) = self.names();
        owner.map_or_else(|| title.to_owned(), |owner| format!("{title} of {}", owner.name(court)))
    }
}

/// Who may write a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// The launcher's supervisor.
    Supervisor,
    /// The process of this pane; while there is none, the supervisor.
    Pane(PaneId),
    /// Who holds the ball, and the supervisor, by compare-and-swap.
    Holder,
    /// Every process.
    Anyone,
    /// Nobody: it stays zero.
    Nobody,
}

impl Writer {
    /// What a person calls it.
    pub fn name(self, court: &Court) -> String {
        match self {
            Self::Supervisor => "supervisor".to_owned(),
            Self::Pane(pane) => Owner::Pane(pane).name(court),
            Self::Holder => "holder".to_owned(),
            Self::Anyone => "anyone".to_owned(),
            Self::Nobody => "nobody".to_owned(),
        }
    }

    /// One sign for it: S, H, *; for a pane L, M, R, or the number of an inner one (a to f for 10 to 15).
    pub fn sign(self, court: &Court) -> char {
        match self {
            Self::Supervisor => 'S',
            Self::Pane(PaneId(0)) => 'L',
            Self::Pane(pane) if pane == court.last() => 'R',
            Self::Pane(PaneId(1)) if court.panes == 3 => 'M',
            Self::Pane(pane) => char::from_digit(pane.number().into(), 16).unwrap_or('?'),
            Self::Holder => 'H',
            Self::Anyone => '*',
            Self::Nobody => '-',
        }
    }
}

/// A word of the Region, or several that are shown as one.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where it belongs.
    pub part: RegionPart,
    /// Its name within its part; empty where the part is one word.
    pub name: String,
    /// The pane whose place it is, where its part has one for each.
    pub pane: Option<PaneId>,
    /// Bytes from the beginning of the Region.
    pub offset: usize,
    /// Bytes: 8 or 4, or more where it is several words.
    pub size: usize,
    /// How it expresses what it means.
    pub unit: Unit,
    /// Who may write it.
    pub writer: Writer,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

impl Field {
    /// Its name within the Region.
    pub fn path(&self) -> String {
        join(&self.part.path(), &self.name)
    }

    /// Its name within its part, for people: with the signs of panes in place of their numbers.
    pub fn label(&self, court: &Court) -> String {
        let Some(pane) = self.pane else { return self.name.clone() };
        let sign = Writer::Pane(pane).sign(court);
        self.name.replacen(&format!("[{}]", pane.0), &format!("[{sign}]"), 1)
    }

    /// Its name within the Region, for people: `slot[L].status.pid`.
    pub fn full_label(&self, court: &Court) -> String {
        join(&self.part.label(court), &self.label(court))
    }

    /// What it holds in a still, for people.
    pub fn text(&self, still: &Still, court: &Court) -> String {
        let context = Context { still, court, offset: self.offset, size: self.size };
        self.unit.text(self.value(still), &context)
    }

    /// Its bytes in a still.
    pub fn bytes<'a>(&self, still: &'a Still) -> &'a [u8] {
        still.bytes(self.offset, self.size)
    }

    /// Its bytes in a still as a number; of several words, the first.
    pub fn value(&self, still: &Still) -> u64 {
        still.number(self.offset, self.size)
    }
}

/// The path of a field in what has this path: `status.pid`, `events[0]`.
pub(super) fn join(path: &str, field: &str) -> String {
    let is_close = path.is_empty() || field.is_empty() || field.starts_with('[');
    format!("{path}{}{field}", if is_close { "" } else { "." })
}
