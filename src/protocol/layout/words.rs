//! What every word of the Region's types means.

use std::mem::{offset_of, size_of};

use super::Unit;
use crate::protocol::Card;
use crate::protocol::doorbell::Doorbell;
use crate::protocol::header::Header;
use crate::protocol::latency::Histogram;
use crate::protocol::region::Controls;

/// Who may write a word, where the owner of its part is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Supervisor,
    /// The part's owner.
    Owner,
    Anyone,
}

/// A field of one of the Region's types; an array where `size` is more than a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) name: &'static str,
    pub(super) offset: usize,
    pub(super) size: usize,
    pub(super) by: By,
    pub(super) unit: Unit,
    pub(super) meaning: &'static str,
}

/// The fields of a type, in their order. Does not compile while one of them is missing.
macro_rules! words {
    ($of:ident { $($field:ident: $by:ident, $unit:expr, $meaning:literal;)* }) => {{
        let _every_field_is_here = |it: &$of| { let $of { $($field: _),* } = it; };
        [$(Word {
            name: stringify!($field),
            offset: offset_of!($of, $field),
            size: size_of_field(|it: &$of| &it.$field),
            by: By::$by,
            unit: $unit,
            meaning: $meaning,
        }),*]
    }};
}

fn size_of_field<S, T>(_field: fn(&S) -> &T) -> usize {
    size_of::<T>()
}

pub(super) fn header() -> impl IntoIterator<Item = Word> {
    words!(Header {
        magic: Supervisor, Unit::Magic, "Every Region begins so; it is written last, so a Region that has it is complete.";
        layout: Supervisor, Unit::Count, "The version of this layout; a child refuses any other.";
        panes: Supervisor, Unit::Count, "How many panes the court has.";
        seed: Supervisor, Unit::Bits, "What serves and the autopilot draw from: the same seed gives the same serves.";
        launcher_pid: Supervisor, Unit::Pid, "The launcher; only its children may attach.";
        goal_hops: Supervisor, Unit::Goal, "The pane that takes over the ball with this hop keeps it, and the game is over.";
        flags: Supervisor, Unit::SetupFlags, "Whether there are windows, real time, and explanations at first.";
        phase: Supervisor, Unit::Phase, "Whether the game goes on; 2 tells every child to leave.";
        carrier: Supervisor, Unit::Carrier, "The carrier with which the game began.";
        swap_every: Supervisor, Unit::Count, "The carrier is swapped after every so many hops; 0 for never.";
        wait: Supervisor, Unit::Wait, "How a pane waits for the ball in shared memory, if the game is not paced.";
        stall_ns: Supervisor, Unit::DurationNs, "After so long without progress the ball is recalled from its owner; 0 for never.";
        restarts: Supervisor, Unit::Count, "So many restarts of panes are tried within the time of the next word.";
        restarts_within_ns: Supervisor, Unit::DurationNs, "The time for so many restarts; 0 if they are not limited.";
        places: Supervisor, Unit::Place, "Where the pane's window belongs on the screen.";
        has_spoken: Anyone, Unit::Bits, "Written by the first child that fails to start, so that one line is printed instead of one each.";
    })
}

pub(super) fn bell() -> impl IntoIterator<Item = Word> {
    words!(Doorbell {
        word: Anyone, Unit::Doorbell, "The futex: how the pane sleeps, or that it was rung. Its owner arms it, anyone rings it.";
        place: Owner, Unit::DoorbellPlace, "Where the pane began to wait, if it waits adaptively: a hint for who waits for it.";
        beside: Owner, Unit::Unused, "Nothing lies beside the bell of a pane.";
    })
}

pub(super) fn controls() -> impl IntoIterator<Item = Word> {
    words!(Controls {
        paddles: Anyone, Unit::PaddleControl, "Who moves the pane's paddle: the autopilot, or a person who wants it here.";
        carrier: Anyone, Unit::CarrierInForce, "By what the next hand-off goes, and how often that was changed.";
        raises: Anyone, Unit::Count, "How often somebody wanted to see all windows in front.";
        explains: Anyone, Unit::Flag, "Whether the windows explain the last hand-off.";
        paused: Anyone, Unit::Flag, "Whether the ball in real time stands still.";
        speed: Anyone, Unit::Pace, "How fast time goes: 0 normal, 1 slow, 2 fast, 3 fastest.";
        rules: Anyone, Unit::Rules, "What the next serve begins: mode and ball size, plus 1; 0 for the same again.";
        reduced_motion: Anyone, Unit::Flag, "Whether the windows do without effects.";
        colors: Anyone, Unit::Count, "The colours of the windows: 0 the system's, 1 light, 2 dark, 3 high contrast.";
        zoom: Anyone, Unit::Count, "How large everything in the windows is, in percent; 0 for 100.";
        best: Anyone, Unit::Count, "The most hits of any rally so far.";
    })
}

pub(super) fn card() -> impl IntoIterator<Item = Word> {
    words!(Card {
        pid: Owner, Unit::Pid, "The pane's process.";
        incarnation: Supervisor, Unit::Count, "Which process of its pane this is: 1 for the first.";
        ready: Owner, Unit::Flag, "Whether the process has attached and can play.";
        holding: Owner, Unit::EpochPlusOne, "The epoch in which the process has the ball in its hands.";
        looks: Owner, Unit::Count, "How often the process has looked at the baton: it lives as long as this grows.";
        hops: Owner, Unit::Count, "Hand-offs that the pane has given.";
        fenced: Owner, Unit::Count, "How often the pane was late, and its ball had been taken.";
        frames: Owner, Unit::Count, "Frames from a pipe or a socket whose record the pane has used.";
        rejected: Owner, Unit::Count, "Frames from a pipe or a socket that the pane has rejected.";
        took_ns: Owner, Unit::DurationNs, "How long the last hand-off to this pane took.";
        serves_asked: Owner, Unit::Count, "How often the pane's user has pressed Start.";
        inspects_asked: Owner, Unit::Count, "How often the pane's user has asked for the inspector.";
        by_hand: Owner, Unit::EpochPlusOne, "The last epoch in which a person moved the paddle while the pane had the ball.";
        place: Owner, Unit::Place, "Where the pane's user has put the window; 0 while it is where it was put at first.";
        leaving: Owner, Unit::Bits, "The pane's user has closed the window, if it is the word that this process alone says then.";
        confined: Owner, Unit::Count, "How much of its rights the process gave up: 1 none, for its window; 2 no Landlock; 3 refused; 4 part; 5 all.";
    })
}

/// The words of a histogram, which are shown as one.
pub(super) fn histogram() -> impl IntoIterator<Item = Word> {
    words!(Histogram {
        counts: Owner, Unit::Histogram, "How many hand-offs to the pane took how long by this carrier.";
        max_ns: Owner, Unit::DurationNs, "The longest hand-off to the pane by this carrier.";
    })
}

/// The words of the ball, in a record and in a serve.
pub(super) const BALL: [(&str, Unit, &str); 8] = [
    ("tick", Unit::Count, "Ticks since the first serve, 240 a second."),
    ("hop", Unit::Count, "Hand-offs since the first serve."),
    ("x", Unit::Length, "The ball's centre, across."),
    ("y", Unit::Length, "The ball's centre, down."),
    ("vx", Unit::Speed, "The ball's velocity, to the right."),
    ("vy", Unit::Speed, "The ball's velocity, downwards."),
    ("hash", Unit::Bits, "The golden hash: over every serve, hand-off and goal so far."),
    ("standing", Unit::Standing, "How the game stands: mode, ball size, points, pause, hits, passes."),
];

/// The words of a record before and after those of the ball.
pub(super) const RECORD_HEAD: (&str, Unit, &str) =
    ("head", Unit::RecordHead, "Of which epoch the record is, and that it is one.");
pub(super) const RECORD_REST: [(&str, Unit, &str); 7] = [
    ("paddle", Unit::Length, "The paddle's centre, down, in the pane that wrote the record."),
    ("rally", Unit::Epoch, "The epoch that the last serve began; paddles of earlier epochs are forgotten."),
    ("due_ns", Unit::TimeNs, "When the next tick is due."),
    ("handed_ns", Unit::TimeNs, "When the hand-off of this record began."),
    ("via", Unit::Carrier, "By what the record's giver hands the ball over."),
    (
        "number",
        Unit::Sequence,
        "Counts the records written here: of the two copies the sound one with the later number counts.",
    ),
    ("checksum", Unit::Checksum, "Over the words before it: a change of any of them shows."),
];

/// The journal's counts, in their order.
pub(super) const COUNTS: [(&str, &str); 6] = [
    ("serves", "How often the ball was put to a pane's start, the first time included."),
    ("recoveries", "How often the ball was taken back from a dead pane or out of garbage."),
    ("restarts", "Processes that were started after the first one of each pane."),
    ("died_as_owner", "Panes that died with the ball."),
    ("stalls", "Frozen or hung panes whose ball was taken."),
    ("renewals", "How often the whole Region was replaced."),
];

/// The words of an event in the journal.
pub(super) const EVENT: [(&str, Unit, &str); 4] = [
    ("at_ns", Unit::TimeNs, "When the supervisor saw or did it."),
    ("what", Unit::EventHead, "What the supervisor has seen or done, and to which pane."),
    ("number", Unit::EventNumber, "The process or the epoch that the event is about."),
    ("spare", Unit::Unused, "Nothing yet."),
];

/// The words of a serve in the journal, before those of the ball.
pub(super) const SERVE_HEAD: [(&str, Unit, &str); 2] = [
    ("epoch", Unit::Epoch, "The epoch that the serve began."),
    ("pane", Unit::Pane, "The pane to whose start the ball was put."),
];

/// The words of an arrival in a pane's trail.
pub(super) const ARRIVAL: [(&str, Unit, &str); 4] = [
    ("head", Unit::ArrivalHead, "The epoch that began when the ball came, from whom, and by what."),
    ("hop", Unit::Count, "Hops of the ball so far, this one included."),
    ("handed_ns", Unit::TimeNs, "When the giver began the hand-off."),
    ("at_ns", Unit::TimeNs, "When the pane had the ball in its hands."),
];
