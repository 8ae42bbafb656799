//! A process of the game as it was found, and as a row of the table that a window and a terminal show.

use serde::Serialize;

use super::fds::Fd;
use super::meter::Usage;
use super::state::ProcessState;
use crate::game::{Court, PaneId};
use crate::inspector::moment::Moment;
use crate::platform::units::fmt_bytes;

/// A column.
#[derive(Debug)]
pub struct Column {
    /// What is above it.
    pub name: &'static str,
    /// What stands in it, in a sentence.
    pub meaning: &'static str,
    /// How many letters a terminal keeps for it.
    pub letters: usize,
}

/// The place of the name among the columns.
pub const NAME: usize = 0;
/// The place of the mark for the ball.
pub const BALL: usize = 1;
/// The place of the state.
pub const STATE: usize = 4;
/// The columns, the most wanted first.
pub const COLUMNS: [Column; 11] = [
    column("process", 12, "what it is in the game"),
    column("ball", 4, "whether the baton names its pane"),
    column("pid", 7, "the process id"),
    column("inc.", 4, "its incarnation: which process of its pane it is"),
    column("state", 30, "what the thread that manages the ball is doing, and on what it sleeps"),
    column("CPU", 7, "share of one CPU since the last sample, all threads together"),
    column("wake-ups/s", 10, "how often a thread of it woke up"),
    column("PSS", 9, "its memory; what it shares with others is divided among them"),
    column("switches", 15, "context switches of its threads so far: by their own sleep / against their will"),
    column("threads", 7, "how many threads it has"),
    column("fds", 4, "how many file descriptors it has open"),
];
/// What stands where there is no value.
const NOTHING: &str = "–";

const fn column(name: &'static str, letters: usize, meaning: &'static str) -> Column {
    Column { name, meaning, letters }
}

/// What a process is in the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "role", content = "pane")]
pub enum ProcessRole {
    /// The supervisor of all others.
    Launcher,
    /// It plays this pane.
    Pane(PaneId),
    /// It looks at the others.
    Inspector,
}

impl ProcessRole {
    pub(super) fn with_article(self, court: &Court) -> String {
        match self {
            Self::Launcher => "the launcher".to_owned(),
            Self::Pane(pane) => court.pane_name(pane),
            Self::Inspector => "the inspector".to_owned(),
        }
    }

    /// The pane that it plays.
    pub fn pane(self) -> Option<PaneId> {
        if let Self::Pane(pane) = self { Some(pane) } else { None }
    }
}

/// A process of the game.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProcessInfo {
    /// What it is in the game.
    #[serde(flatten)]
    pub role: ProcessRole,
    /// The same for people: "launcher", "left pane".
    pub name: String,
    /// Its process id; 0 if there has not been one yet.
    pub pid: u32,
    /// Which process of its pane it is, from 1; None for the others.
    pub incarnation: Option<u64>,
    /// What it is doing.
    pub state: ProcessState,
    /// What it costs; None if it is dead.
    pub usage: Option<Usage>,
    /// What it has open, in the order of the numbers.
    pub fds: Vec<Fd>,
}

impl ProcessInfo {
    /// Its name within a sentence: "the launcher", "inner pane 2".
    pub fn name_with_article(&self) -> String {
        if self.name.starts_with("inner") { self.name.clone() } else { format!("the {}", self.name) }
    }

    /// Whether its pane is the one that has the ball.
    pub fn has_ball(&self, holder: Option<PaneId>) -> bool {
        holder.is_some() && self.role.pane() == holder
    }

    /// Its row, while `holder` has the ball.
    pub fn cells(&self, holder: Option<PaneId>) -> [String; COLUMNS.len()] {
        let of_usage = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
        let usage = self.usage;
        [
            self.name.clone(),
            if self.has_ball(holder) { "here".to_owned() } else { String::new() },
            self.pid.to_string(),
            self.incarnation.map(|number| number.to_string()).unwrap_or_default(),
            self.state.to_string(),
            of_usage(usage.and_then(|usage| usage.cpu_percent).map(|percent| format!("{percent:.1} %"))),
            of_usage(usage.and_then(|usage| usage.wakeups_per_s).map(|rate| format!("{rate:.0}"))),
            of_usage(usage.and_then(|usage| usage.pss_bytes).map(fmt_bytes)),
            of_usage(
                usage.map(|usage| format!("{} / {}", usage.voluntary_switches, usage.involuntary_switches)),
            ),
            of_usage(usage.map(|usage| usage.threads.to_string())),
            of_usage(usage.map(|_| self.fds.len().to_string())),
        ]
    }
}

/// All processes of a game at one moment: the launcher, the panes from the left, the inspector.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Processes {
    /// When they were measured, by the clock of the caller, in nanoseconds.
    pub at_ns: u64,
    /// Who had the ball when their states were read.
    pub moment: Moment,
    /// In their order.
    pub all: Vec<ProcessInfo>,
}

impl Processes {
    /// The process of a pane.
    pub fn pane(&self, pane: PaneId) -> Option<&ProcessInfo> {
        self.all.iter().find(|process| process.role == ProcessRole::Pane(pane))
    }
}
