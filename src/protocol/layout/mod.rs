//! The layout of the Region for people: every word with its name, its place, its unit, who may write it, and what it
//! means. The types themselves are the source: offsets come from `offset_of!`, and a field that is not described here
//! does not compile.

mod assembly;
mod words;

use super::baton::Owner;
use super::region::Region;
use crate::game::{Court, PaneId};

/// A part of the Region, as people look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the game is.
    Header,
    /// Who owns the ball.
    Baton,
    /// What the panes sleep on.
    Bells,
    /// What users want.
    Controls,
    /// How many new links each process was sent.
    Wiring,
    /// One owner's records, and its card.
    Slot(Owner),
    /// The slots of panes that this court does not have.
    UnusedSlots,
    /// How long hand-offs took.
    Latencies,
    /// What a process is to do to itself.
    Orders,
    /// What the supervisor tells of itself.
    Journal,
    /// A pane's last arrivals.
    Trail(PaneId),
    /// The trails of panes that this court does not have.
    UnusedTrails,
}

impl Part {
    /// How the paths of its fields begin.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::Header => "header".to_owned(),
            Self::Baton => "baton".to_owned(),
            Self::Bells => "bells".to_owned(),
            Self::Controls => "controls".to_owned(),
            Self::Wiring => "wiring".to_owned(),
            Self::Slot(Owner::Pane(pane)) => format!("slot[{}]", pane.0),
            Self::Slot(Owner::Supervisor) => "slot[S]".to_owned(),
            Self::UnusedSlots => "slot[unused]".to_owned(),
            Self::Latencies => "latencies".to_owned(),
            Self::Orders => "orders".to_owned(),
            Self::Journal => "journal".to_owned(),
            Self::Trail(pane) => format!("trail[{}]", pane.0),
            Self::UnusedTrails => "trail[unused]".to_owned(),
        }
    }

    /// What a person calls it.
    #[must_use]
    pub fn title(self, court: &Court) -> String {
        match self {
            Self::Header => "Header".to_owned(),
            Self::Baton => "Baton".to_owned(),
            Self::Bells => "Doorbells".to_owned(),
            Self::Controls => "Controls".to_owned(),
            Self::Wiring => "Wiring".to_owned(),
            Self::Slot(owner) => format!("Slot of {}", owner_name(owner, court)),
            Self::UnusedSlots => "Unused slots".to_owned(),
            Self::Latencies => "Latencies".to_owned(),
            Self::Orders => "Orders".to_owned(),
            Self::Journal => "Journal of the supervisor".to_owned(),
            Self::Trail(pane) => format!("Trail of {}", owner_name(Owner::Pane(pane), court)),
            Self::UnusedTrails => "Unused trails".to_owned(),
        }
    }
}

/// What a person calls an owner: "pane 0 (left)".
#[must_use]
pub fn owner_name(owner: Owner, court: &Court) -> String {
    match owner {
        Owner::Pane(pane) if pane <= court.last() => format!("{pane} ({})", court.name(pane)),
        Owner::Pane(pane) => format!("{pane}, which this court does not have"),
        Owner::Supervisor => "the supervisor".to_owned(),
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
    #[must_use]
    pub fn name(self, court: &Court) -> String {
        match self {
            Self::Supervisor => "supervisor".to_owned(),
            Self::Pane(pane) => owner_name(Owner::Pane(pane), court),
            Self::Holder => "holder".to_owned(),
            Self::Anyone => "anyone".to_owned(),
            Self::Nobody => "nobody".to_owned(),
        }
    }

    /// One sign for it: S, H, *, or the number of the pane (a to f for 10 to 15).
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Supervisor => 'S',
            Self::Pane(pane) => char::from_digit(pane.0.into(), 16).unwrap_or('?'),
            Self::Holder => 'H',
            Self::Anyone => '*',
            Self::Nobody => '-',
        }
    }
}

/// How a word says what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The letters at the beginning of every Region.
    Magic,
    /// A number of something.
    Count,
    /// A count, of which 0 stands for none.
    Goal,
    /// 1 or 0.
    Flag,
    /// Nanoseconds.
    DurationNs,
    /// `CLOCK_MONOTONIC`, nanoseconds; 0 is never.
    TimeNs,
    /// A process id; 0 is none.
    Pid,
    /// 64 bits that mean nothing one by one: a hash, a seed.
    Bits,
    /// The checksum over the words of the record before it.
    Checksum,
    /// A length in court units, as the bits of an f64.
    Length,
    /// A speed in court units per second, as the bits of an f64.
    Speed,
    /// An epoch.
    Epoch,
    /// An epoch plus 1; 0 is none.
    EpochPlusOne,
    /// First word of a record: `epoch:48 | tag:16`.
    RecordHead,
    /// `epoch:48 | giver:8 | holder:8`.
    Baton,
    /// A carrier's number.
    Carrier,
    /// The carrier in force, and above 8 bits how often it was swapped.
    CarrierInForce,
    /// 32 bits: awake, rung, or asleep on what, and which process of the pane.
    Doorbell,
    /// 32 bits: where an adaptive waiter waits.
    DoorbellPlace,
    /// The header's flags.
    SetupFlags,
    /// Whether the game goes on.
    Phase,
    /// How the panes wait.
    Wait,
    /// Four times 16 bits: left, top, width and height of a window, in physical pixels.
    Place,
    /// Who moves a paddle: 0 is the autopilot, else a length.
    PaddleControl,
    /// How fast the time of the game goes by.
    Pace,
    /// What the next serve begins, plus 1; 0 for the same again.
    Rules,
    /// `rules:3 | left:7 | right:7 | pause:8 | hits:20 | passes:19`.
    Standing,
    /// How many records were written before and with this copy.
    Sequence,
    /// `incarnation:56 | deed:8`.
    Order,
    /// A pane's number.
    Pane,
    /// Second word of an event: what, to which pane, and details.
    EventHead,
    /// Third word of an event: a pid or an epoch.
    EventNumber,
    /// First word of an arrival: `epoch:48 | giver:8 | carrier:8`.
    ArrivalHead,
    /// How many entries a ring ever had; it holds the last ones of so many.
    RingCount(u16),
    /// 1024 counts of 32 bits, by how long hand-offs took, and the longest.
    Histogram,
    /// Not in use in this court.
    Unused,
    /// Nothing, up to the next part, so that parts do not share cache lines.
    Padding,
}

impl Unit {
    /// What a person calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Magic => "ASCII",
            Self::Count | Self::Goal => "count",
            Self::Flag => "yes or no",
            Self::DurationNs => "ns",
            Self::TimeNs => "ns, CLOCK_MONOTONIC",
            Self::Pid => "pid",
            Self::Bits | Self::Checksum => "64 bits",
            Self::Length => "f64, court units",
            Self::Speed => "f64, court units/s",
            Self::Epoch => "epoch",
            Self::EpochPlusOne => "epoch + 1",
            Self::RecordHead => "epoch:48 tag:16",
            Self::Baton => "epoch:48 giver:8 holder:8",
            Self::Carrier => "carrier",
            Self::CarrierInForce => "swaps:56 carrier:8",
            Self::Doorbell => "incarnation:24 state:8",
            Self::DoorbellPlace => "waits:1 lucky:1 CPU:30",
            Self::SetupFlags => "flags",
            Self::Phase => "phase",
            Self::Wait => "wait",
            Self::Place => "x:16 y:16 w:16 h:16, px",
            Self::PaddleControl => "0, or f64, court units",
            Self::Pace => "pace",
            Self::Rules => "rules + 1",
            Self::Standing => "rules:3 points:14 pause:8 hits:20 passes:19",
            Self::Sequence => "count",
            Self::Order => "incarnation:56 deed:8",
            Self::Pane => "pane",
            Self::EventHead => "details:48 pane:8 kind:8",
            Self::EventNumber => "pid or epoch",
            Self::ArrivalHead => "epoch:48 giver:8 carrier:8",
            Self::RingCount(_) => "count",
            Self::Histogram => "1024 counts:32, and ns",
            Self::Unused | Self::Padding => "none",
        }
    }

    /// Whether it says anything: neither padding nor unused.
    #[must_use]
    pub fn is_in_use(self) -> bool {
        !matches!(self, Self::Unused | Self::Padding)
    }
}

/// A word of the Region, or several that are shown as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where it belongs.
    pub part: Part,
    /// Its name within its part; empty where the part is one word.
    pub name: String,
    /// Bytes from the beginning of the Region.
    pub offset: usize,
    /// Bytes: 8 or 4, or more where it is several words.
    pub size: usize,
    /// How it says what it means.
    pub unit: Unit,
    /// Who may write it.
    pub writer: Writer,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

impl Field {
    /// Its name within the Region.
    #[must_use]
    pub fn path(&self) -> String {
        let separator = if self.name.is_empty() || self.name.starts_with('[') { "" } else { "." };
        format!("{}{separator}{}", self.part.path(), self.name)
    }
}

/// All fields of the Region of one court, by their offsets, without a gap.
#[derive(Debug, Clone)]
pub struct Layout {
    court: Court,
    fields: Vec<Field>,
}

impl Layout {
    /// Bytes that it describes.
    pub const SIZE: usize = Region::SIZE;

    /// The layout for a court: panes that it does not have are folded.
    #[must_use]
    pub fn of(court: Court) -> Self {
        Self { court, fields: assembly::fields(court) }
    }

    /// The court.
    #[must_use]
    pub fn court(&self) -> &Court {
        &self.court
    }

    /// All fields, by offset.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The number of the field with this path, such as `slot[0].card.pid`.
    #[must_use]
    pub fn position(&self, path: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.path() == path)
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
