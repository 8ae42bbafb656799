//! The Region in tables, one for each type in it: a row a field, with who may write it, its unit, and what it means. A
//! field without a row does not compile.

use std::mem::{offset_of, size_of};

use super::field::{RegionPart, Writer};
use super::units::Unit;
use crate::game::{MAX_PANES, PaneId};
use crate::protocol::doorbell::Doorbell;
use crate::protocol::recording_status::RecordingWords;
use crate::protocol::region::Controls;
use crate::protocol::slot::{Copy, Half};
use crate::protocol::{
    ArrivalLog, Baton, ControlLog, EventLog, Header, Histogram, Owner, ProcessStatus, RECORD_WORDS, Region,
    Ring, Slot, TransportKind, WindowStatus,
};

/// A field of one of the Region's types.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) offset: usize,
    pub(super) size: usize,
    /// Who may write it; None: the owner of what it is in.
    pub(super) writer: Option<Writer>,
    pub(super) shape: Shape,
}

/// A word's name, unit and meaning.
pub(super) type Entry = (&'static str, Unit, &'static str);

/// What a field is made of.
pub(super) enum Shape {
    /// A word, or several that are shown as one.
    Word(Unit, &'static str),
    /// Words with names of their own.
    Words(&'static [Entry]),
    /// A type with a table.
    Fields(&'static [Row]),
    /// So many alike, each with a name of its own.
    Each(usize, fn(usize) -> String, &'static Shape),
    /// One for each pane there can be, which owns it, and one field for those that the court does not have.
    Panes(&'static Shape),
    /// The same, each in a part of its own.
    Parts(fn(PaneId) -> RegionPart, RegionPart, &'static Shape),
    /// A part of the Region.
    In(RegionPart, &'static Shape),
}
use Shape::{Each, Fields, In, Panes, Parts, Word, Words};

const OWNER: Option<Writer> = None;
const SUPERVISOR: Option<Writer> = Some(Writer::Supervisor);
const HOLDER: Option<Writer> = Some(Writer::Holder);
const ANYONE: Option<Writer> = Some(Writer::Anyone);
const NOBODY: Option<Writer> = Some(Writer::Nobody);

/// The table of a type, in the order of its fields: a field, who may write it, what it is made of.
macro_rules! table {
    ($of:ident { $($field:tt: $writer:expr, $shape:expr;)* }) => {{
        const _: fn(&$of) = |it| { let $of { $($field: _),* } = it; };
        &[$(Row {
            name: stringify!($field),
            offset: offset_of!($of, $field),
            size: size_of_field(|it: &$of| &it.$field),
            writer: $writer,
            shape: $shape,
        }),*]
    }};
}

const fn size_of_field<S, T>(_field: fn(&S) -> &T) -> usize {
    size_of::<T>()
}

/// The table of a ring, of which the type is checked.
macro_rules! ring {
    ($of:ident $(. $field:ident)?: $words:literal words, $entries:literal entries, $entry:expr) => {{
        type Of = Ring<$words, $entries>;
        const _: fn(&$of) -> &Of = |it| &(*it)$(.$field)?;
        Fields(table!(Of {
            count: OWNER, Word(Unit::ring_count::<$entries>(), "How many entries there ever were; the newest is the one before this number, in a circle.");
            entries: OWNER, Each($entries, |i| format!("[{i}]"), &Words(&$entry));
        }))
    }};
}

pub(super) const REGION: &[Row] = table!(Region {
    header: SUPERVISOR, In(RegionPart::Header, &Fields(HEADER));
    baton: HOLDER, In(RegionPart::Baton, &Fields(BATON));
    bells: OWNER, In(RegionPart::Bells, &Panes(&Fields(BELL)));
    controls: ANYONE, In(RegionPart::Controls, &Fields(CONTROLS));
    links_sent: SUPERVISOR, In(RegionPart::LinksSent, &Panes(&Word(Unit::COUNT, "How many new links the pane's process has been sent.")));
    slots: OWNER, Fields(SLOTS);
    latencies: OWNER, In(RegionPart::Latencies, &Each(TransportKind::ALL.len(), |i| TransportKind::ALL[i].to_string(), &Panes(&Fields(HISTOGRAM))));
    commands: SUPERVISOR, In(RegionPart::Commands, &Panes(&Word(Unit::COMMAND, "What the supervisor has commanded the pane's process to do to itself.")));
    event_log: SUPERVISOR, In(RegionPart::EventLog, &Fields(EVENT_LOG));
    arrival_logs: OWNER, Parts(RegionPart::ArrivalLog, RegionPart::UnusedArrivalLogs, &ring!(ArrivalLog: 4 words, 64 entries, ARRIVAL));
    control_logs: OWNER, Parts(RegionPart::ControlLog, RegionPart::UnusedControlLogs, &ring!(ControlLog: 3 words, 128 entries, CONTROL));
});

const HEADER: &[Row] = table!(Header {
    magic: SUPERVISOR, Word(Unit::MAGIC, "Every Region begins so; it is written last, so a Region that has it is complete.");
    layout: SUPERVISOR, Word(Unit::COUNT, "The version of this layout; a child refuses any other.");
    panes: SUPERVISOR, Word(Unit::COUNT, "How many panes the court has.");
    seed: SUPERVISOR, Word(Unit::BITS, "What serves and the autopilot draw from: the same seed gives the same serves.");
    launcher_pid: SUPERVISOR, Word(Unit::PID, "The launcher; only its children may attach.");
    goal_hops: SUPERVISOR, Word(Unit::GOAL, "The pane that takes over the ball with this hop keeps it, and the game is over.");
    flags: SUPERVISOR, Word(Unit::SETUP_FLAGS, "Whether there are windows, real time, explanations at first, people who play, and a Start to wait for.");
    phase: SUPERVISOR, Word(Unit::PHASE, "Whether the game goes on; 2 asks every child to leave.");
    transport: SUPERVISOR, Word(Unit::TRANSPORT, "The transport with which the game began.");
    swap_every: SUPERVISOR, Word(Unit::COUNT, "The transport is swapped after every so many hops; 0 for never.");
    wait: SUPERVISOR, Word(Unit::WAIT, "How a pane waits for the ball in shared memory, if the game is not paced.");
    stall_ns: SUPERVISOR, Word(Unit::DURATION_NS, "After so long without progress the ball is recalled from its owner; 0 for never.");
    restarts: SUPERVISOR, Word(Unit::COUNT, "So many restarts of panes are tried within the time of the next word.");
    restarts_within_ns: SUPERVISOR, Word(Unit::DURATION_NS, "The time for so many restarts; 0 if they are not limited.");
    places: SUPERVISOR, Panes(&Word(Unit::PLACE, "Where the pane's window belongs on the screen."));
    has_spoken: ANYONE, Word(Unit::BITS, "Written by the first child that fails to start, so that one line is printed instead of one each.");
});

const BATON: &[Row] = table!(Baton {
    0: HOLDER, Word(Unit::BATON, "Who owns the ball, from whom, and how often that has changed: the one word that decides.");
});

const BELL: &[Row] = table!(Doorbell {
    word: ANYONE, Word(Unit::DOORBELL, "The futex: how the pane sleeps, or that it was notified. Its owner arms it, anyone notifies it.");
    place: OWNER, Word(Unit::DOORBELL_PLACE, "Where the pane began to wait, if it waits adaptively: a hint for the pane that waits for it.");
    beside: OWNER, Word(Unit::UNUSED, "Nothing lies beside the bell of a pane.");
});

const CONTROLS: &[Row] = table!(Controls {
    paddles: ANYONE, Panes(&Word(Unit::PADDLE_CONTROL, "Who moves the pane's paddle: the autopilot, a person who wants it here, or a key that is held."));
    transport: ANYONE, Word(Unit::TRANSPORT_IN_FORCE, "By what the next hand-off goes, and how often that was changed.");
    raises: ANYONE, Word(Unit::COUNT, "How often somebody wanted to see all windows in front.");
    records: ANYONE, Word(Unit::COUNT, "How often somebody has pressed Record: to begin a recording, or to end it.");
    explains: ANYONE, Word(Unit::FLAG, "Whether the windows explain the last hand-off.");
    paused: ANYONE, Word(Unit::FLAG, "Whether the ball in real time stands still.");
    speed: ANYONE, Word(Unit::PACE, "How fast time goes: 0 normal, 1 slow, 2 fast, 3 fastest.");
    tempo: ANYONE, Word(Unit::FLAG, "Whether time goes faster every five hits of a rally.");
    own_keys: ANYONE, Word(Unit::FLAG, "Whether keys move only the paddle of their own window.");
    rules: ANYONE, Word(Unit::RULES, "What the next serve begins: mode, ball size and autopilot, plus 1; 0 for the same again.");
    reduced_motion: ANYONE, Word(Unit::FLAG, "Whether the windows do without effects.");
    colors: ANYONE, Word(Unit::COUNT, "The colours of the windows: 0 the system's, 1 light, 2 dark, 3 high contrast.");
    zoom: ANYONE, Word(Unit::COUNT, "How large everything in the windows is, in percent; 0 for 100.");
    announces_hops: ANYONE, Word(Unit::FLAG, "Whether windows announce every hop to screen readers.");
    best: ANYONE, Word(Unit::COUNT, "The most hits of any rally so far.");
    rally_end: ANYONE, Word(Unit::RALLY_END, "How the last rally ended: the ball's owner writes it, and the windows show it for some seconds.");
});

/// Those of the panes, and the supervisor's.
const SLOTS: &[Row] = {
    const SIZE: usize = size_of::<Slot>();
    const PANES: usize = MAX_PANES as usize * SIZE;
    let panes = Parts(|pane| RegionPart::Slot(Owner::Pane(pane)), RegionPart::UnusedSlots, &Fields(SLOT));
    let supervisor = In(RegionPart::Slot(Owner::Supervisor), &Fields(SLOT_OF_SUPERVISOR));
    &[
        Row { name: "", offset: 0, size: PANES, writer: OWNER, shape: panes },
        Row { name: "", offset: PANES, size: SIZE, writer: SUPERVISOR, shape: supervisor },
    ]
};

const SLOT: &[Row] = table!(Slot {
    halves: OWNER, Each(2, |i| ["even", "odd"][i].to_owned(), &Fields(HALF));
    status: OWNER, Fields(STATUS);
});

const SLOT_OF_SUPERVISOR: &[Row] = table!(Slot {
    halves: OWNER, Each(2, |i| ["even", "odd"][i].to_owned(), &Fields(HALF));
    status: NOBODY, Word(Unit::UNUSED, "Only panes have a process status.");
});

const HALF: &[Row] = table!(Half {
    copies: OWNER, Each(2, |i| format!("copy[{i}]"), &Fields(COPY));
});

type Stored = Copy<{ RECORD_WORDS + 2 }>;
const COPY: &[Row] = table!(Stored { 0: OWNER, Words(&RECORD); });

const STATUS: &[Row] = table!(ProcessStatus {
    pid: OWNER, Word(Unit::PID, "The pane's process.");
    incarnation: SUPERVISOR, Word(Unit::COUNT, "Which process of its pane this is: 1 for the first.");
    ready: OWNER, Word(Unit::FLAG, "Whether the process has attached and can play.");
    in_hand: OWNER, Word(Unit::EPOCH_PLUS_ONE, "The epoch in which the process has the ball in its hands.");
    heartbeats: OWNER, Word(Unit::COUNT, "How often the process has read the baton: it lives as long as this grows.");
    hops: OWNER, Word(Unit::COUNT, "Hand-offs that the pane has given.");
    fenced: OWNER, Word(Unit::COUNT, "How often the pane was late, and its ball had been taken.");
    frames: OWNER, Word(Unit::COUNT, "Frames from a pipe or a socket whose record the pane has used.");
    rejected: OWNER, Word(Unit::COUNT, "Frames from a pipe or a socket that the pane has rejected.");
    took_ns: OWNER, Word(Unit::DURATION_NS, "How long the last hand-off to this pane took.");
    serves_asked: OWNER, Word(Unit::COUNT, "How often the pane's user has pressed Start.");
    inspects_asked: OWNER, Word(Unit::COUNT, "How often the pane's user has asked for the inspector.");
    by_hand: OWNER, Word(Unit::EPOCH_PLUS_ONE, "The last epoch in which a person moved the paddle while the pane had the ball.");
    place: OWNER, Word(Unit::PLACE, "Where the pane's user has put the window; 0 while it is where it was put at first.");
    leaving: OWNER, Word(Unit::BITS, "The pane's user has closed the window, if it is the word that this process alone says then.");
    confined: OWNER, Word(Unit::COUNT, "How much of its rights the process gave up: 1 none, for its window; 2 no Landlock; 3 refused; 4 part; 5 all.");
    window: OWNER, Fields(WINDOW);
});

const WINDOW: &[Row] = table!(WindowStatus {
    shown: OWNER, Word(Unit::WINDOW_SHOWN, "Whether the window of this process was painted and shown, and its number on an X11 server.");
    state: OWNER, Word(Unit::WINDOW_STATE, "How the window manager keeps the window: the pane's next process opens it so.");
    picture: OWNER, Word(Unit::PICTURE, "Where the window has the ball: on the screen, and in the picture that it paints.");
    above: OWNER, Word(Unit::WINDOWS_ABOVE, "The window right above it on an X11 server, and the highest of all: the pane's next window opens below them.");
});

/// Counts and the longest are one field.
const HISTOGRAM: &[Row] = {
    const _: fn(&Histogram) = |Histogram { counts: _, max_ns: _ }| ();
    let shape = Word(Unit::HISTOGRAM, "How many hand-offs to the pane took how long by this transport.");
    &[Row { name: "", offset: 0, size: offset_of!(Histogram, max_ns) + 8, writer: OWNER, shape }]
};

const EVENT_LOG: &[Row] = table!(EventLog {
    counts: SUPERVISOR, Words(&COUNTS);
    answered: SUPERVISOR, Word(Unit::COUNT, "The number of the last request of the inspector that was answered.");
    called: SUPERVISOR, Word(Unit::COUNT, "How often the inspector was asked for while it was there: its window comes forward.");
    recording: SUPERVISOR, Fields(RECORDING);
    events: SUPERVISOR, ring!(EventLog.events: 4 words, 256 entries, EVENT);
    serves: SUPERVISOR, ring!(EventLog.serves: 10 words, 64 entries, SERVE);
});

const RECORDING: &[Row] = table!(RecordingWords {
    since_ns: SUPERVISOR, Word(Unit::TIME_NS, "Since when the game is recorded; 0 while it is not.");
    bytes: SUPERVISOR, Word(Unit::COUNT, "How many bytes are in the recording's file.");
    file: SUPERVISOR, Word(Unit::RECORDING_NAME, "How the recording's file is called, by the time of its beginning; 0 if users have named it.");
});

/// The words of the ball, between others.
macro_rules! with_ball {
    ([$($before:expr),*] [$($after:expr),* $(,)?]) => {[
        $($before,)*
        ("tick", Unit::COUNT, "Ticks since the first serve, 240 a second."),
        ("hop", Unit::COUNT, "Hand-offs since the first serve."),
        ("x", Unit::LENGTH, "The ball's centre, across."),
        ("y", Unit::LENGTH, "The ball's centre, down."),
        ("vx", Unit::SPEED, "The ball's velocity, to the right."),
        ("vy", Unit::SPEED, "The ball's velocity, downwards."),
        ("hash", Unit::BITS, "The trajectory hash: over every serve, hand-off and goal so far."),
        ("score", Unit::SCORE, "How the game stands: mode, ball size, autopilot, whether a person has struck the ball, points, pause, hits, passes."),
        $($after,)*
    ]};
}

const RECORD: [Entry; RECORD_WORDS + 2] = with_ball!([("head", Unit::RECORD_HEAD, "Of which epoch the record is, and that it is one.")] [
    ("paddle", Unit::LENGTH, "The paddle's centre, down, in the pane that wrote the record."),
    ("rally", Unit::EPOCH, "The epoch that the last serve began; paddles of earlier epochs are forgotten."),
    ("due_ns", Unit::TIME_NS, "When the next tick is due."),
    ("handed_ns", Unit::TIME_NS, "When the hand-off of this record began."),
    ("via", Unit::TRANSPORT, "By what the record's giver hands the ball over."),
    ("number", Unit::SEQUENCE, "Counts the records written here: of the two copies the sound one with the later number counts."),
    ("checksum", Unit::CHECKSUM, "Over the words before it: a change of any of them shows."),
]);

const SERVE: [Entry; 10] = with_ball!([
    ("epoch", Unit::EPOCH, "The epoch that the serve began."),
    ("pane", Unit::PANE, "The pane to whose start the ball was put.")
] []);

const COUNTS: [Entry; 6] = [
    ("serves", Unit::COUNT, "How often the ball was put to a pane's start, the first time included."),
    ("recoveries", Unit::COUNT, "How often the ball was reclaimed from a dead pane or out of corrupt bytes."),
    ("restarts", Unit::COUNT, "Processes that were started after the first one of each pane."),
    ("died_as_owner", Unit::COUNT, "Panes that died with the ball."),
    ("stalls", Unit::COUNT, "Frozen or hung panes whose ball was taken."),
    ("reinitializations", Unit::COUNT, "How often the whole Region was replaced."),
];

const EVENT: [Entry; 4] = [
    ("at_ns", Unit::TIME_NS, "When the supervisor saw or did it."),
    ("what", Unit::EVENT_HEAD, "What the supervisor has seen or done, and to which pane."),
    ("number", Unit::EVENT_NUMBER, "The process or the epoch that the event is about."),
    ("spare", Unit::UNUSED, "Nothing yet."),
];

const ARRIVAL: [Entry; 4] = [
    ("head", Unit::ARRIVAL_HEAD, "The epoch that began when the ball came, from whom, and by what."),
    ("hop", Unit::COUNT, "Hops of the ball so far, this one included."),
    ("handed_ns", Unit::TIME_NS, "When the giver began the hand-off."),
    ("at_ns", Unit::TIME_NS, "When the pane had the ball in its hands."),
];

const CONTROL: [Entry; 3] = [
    (
        "epoch",
        Unit::CONTROL_EPOCH,
        "The epoch in which the pane had the ball; each begins with the autopilot.",
    ),
    ("tick", Unit::COUNT, "The first tick of the ball that was played with it."),
    ("word", Unit::PADDLE_CONTROL, "What has moved the pane's paddle from that tick on."),
];
