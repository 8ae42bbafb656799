//! The lines of a recording, as they stand in the file. Times are in nanoseconds since the recording's own beginning
//! ([`Header::origin_ns`]); ticks, hops and epochs are those of the ball.

mod bits;
mod hop;
mod machine;

use serde::{Deserialize, Serialize};

pub use bits::{BallLine, Bits, Hex};
pub use hop::Hop;
pub use machine::Machine;

use crate::game::{GameRules, PaneId};
use crate::protocol::{Action, End, GameSettings, TransportKind};

/// The format that this program writes. It reads this one and all before it.
pub const FORMAT: u32 = 1;

/// One line: an object with one key, which says what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first line: what game this is.
    Recording(Box<Header>),
    /// The state from which on it is recorded.
    Start(Box<Start>),
    /// The ball was put to a pane's start: the first serve, or a recall.
    Serve(Box<Serve>),
    /// The ball was handed over.
    Hop(Hop),
    /// From this tick on something else moves the paddle of the pane that has the ball.
    Control(Control),
    /// The ball was taken from a dead process for the next one of its pane.
    Recovered(Box<Recovered>),
    /// The Region was replaced: the game goes back to a state before.
    Reinitialized(Box<Reinitialized>),
    /// Epochs that began while nobody looked.
    Unseen(Unseen),
    /// A pane has a new process.
    Started(Started),
    /// A pane's process has ended.
    Died(Died),
    /// A pane's process was stopped (SIGSTOP).
    Frozen(OfPane),
    /// A stopped process goes on (SIGCONT).
    Continued(OfPane),
    /// A pane has had the ball without progress for too long; a recall follows.
    Stalled(OfPane),
    /// A pane has shown no life for as long again, and was killed.
    Hung(OfPane),
    /// Late writes of a pane that were fenced.
    Fenced(Fenced),
    /// A fault that was injected: by chaos, or by the inspector.
    Action(ActionDone),
    /// Users have changed the settings.
    Settings(Settings),
    /// Another transport is in force.
    Transport(Transport),
    /// What the bytes before this line add up to.
    Check(Check),
    /// The recording was ended in order.
    End(Box<RecordingEnd>),
}

impl Line {
    /// When the launcher saw or did what it says, by the launcher's clock; None where it says no such time.
    pub fn at(&self) -> Option<u64> {
        match self {
            Self::Start(line) => Some(line.at),
            Self::Serve(line) => Some(line.at),
            Self::Recovered(line) => Some(line.at),
            Self::Reinitialized(line) => Some(line.at),
            Self::Started(line) => Some(line.at),
            Self::Died(line) => Some(line.at),
            Self::Frozen(line) | Self::Continued(line) | Self::Stalled(line) | Self::Hung(line) => {
                Some(line.at)
            }
            Self::Fenced(line) => Some(line.at),
            Self::Action(line) => Some(line.at),
            Self::Settings(line) => Some(line.at),
            Self::Transport(line) => Some(line.at),
            Self::End(line) => Some(line.at),
            Self::Recording(_) | Self::Hop(_) | Self::Control(_) | Self::Unseen(_) | Self::Check(_) => None,
        }
    }

    /// Whether it says where the ball was.
    pub fn has_ball(&self) -> bool {
        matches!(
            self,
            Self::Start(_)
                | Self::Serve(_)
                | Self::Hop(_)
                | Self::Recovered(_)
                | Self::Reinitialized(_)
                | Self::End(_)
        )
    }
}

/// What game this is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`] of the program that wrote it.
    pub format: u32,
    /// The version of that program.
    pub program: String,
    /// The layout of the Region.
    pub layout: u64,
    /// The seed of the court.
    pub seed: u64,
    /// The panes of the court.
    pub panes: u8,
    /// Whether the game was played in real time.
    pub paced: bool,
    /// Whether people could play.
    pub playable: bool,
    /// Whether it had windows.
    pub windows: bool,
    /// The transport in force at first.
    pub transport: TransportKind,
    /// The settings at first.
    pub settings: GameSettings,
    /// When it was begun, for people: seconds since 1970.
    pub unix_s: u64,
    /// The time 0 of all other lines (`CLOCK_MONOTONIC`, ns).
    pub origin_ns: u64,
    /// Where it was played.
    pub machine: Machine,
}

/// The state from which on the game is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// When it was read.
    pub at: u64,
    /// The epoch that has begun with this state. No control of it was logged yet.
    pub epoch: u64,
    /// The pane that has the ball; None while it rests.
    pub pane: Option<PaneId>,
    /// The ball.
    pub ball: BallLine,
    /// Of every pane, where the autopilot had its paddle when it last had the ball, and at which tick that was.
    pub paddles: Vec<(Hex, u64)>,
}

/// A serve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// When.
    pub at: u64,
    /// The epoch that began with it.
    pub epoch: u64,
    /// From which pane it is served.
    pub pane: PaneId,
    /// The pane that had it; None while it rested.
    pub from: Option<PaneId>,
    /// The ball as it was taken; None at the first serve.
    pub before: Option<BallLine>,
    /// By which rules it is served.
    pub rules: GameRules,
    /// The ball as it was put there.
    pub ball: BallLine,
}

/// Something else moves the paddle of the pane that has the ball. As an array: epoch, tick, pane, control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, PaneId, Hex)", into = "(u64, u64, PaneId, Hex)")]
pub struct Control {
    /// The epoch in which the pane has the ball.
    pub epoch: u64,
    /// The first tick that is played with it.
    pub tick: u64,
    /// Whose paddle.
    pub pane: PaneId,
    /// The word of the control, as in the Region: 0 for the autopilot, an `f64` for a place, or a held key.
    pub word: Hex,
}

/// A recovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recovered {
    /// When.
    pub at: u64,
    /// The epoch that began with it.
    pub epoch: u64,
    /// The pane that has it, before and after.
    pub pane: PaneId,
    /// The ball as the dead process has left it.
    pub ball: BallLine,
}

/// The Region was replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reinitialized {
    /// When.
    pub at: u64,
    /// The epoch of the state that the game goes back to.
    pub back_to: u64,
    /// The epoch that begins now: the next one, or 0 while the ball rests.
    pub epoch: u64,
    /// The pane that has the ball then; None while it rests.
    pub pane: Option<PaneId>,
    /// The ball of that state.
    pub ball: BallLine,
    /// Why.
    pub reason: String,
}

/// Epochs that began while nobody looked: how, is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unseen {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
}

/// A pane's new process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// When.
    pub at: u64,
    /// The pane.
    pub pane: PaneId,
    /// Which process of the pane, counted from 1.
    pub incarnation: u64,
    /// Its pid.
    pub pid: u32,
}

/// The end of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Died {
    /// When.
    pub at: u64,
    /// The pane.
    pub pane: PaneId,
    /// Which process of the pane, counted from 1.
    pub incarnation: u64,
    /// Its pid.
    pub pid: u32,
    /// How.
    #[serde(flatten)]
    pub how: End,
}

/// Something that befell a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfPane {
    /// When it was seen.
    pub at: u64,
    /// The pane.
    pub pane: PaneId,
}

/// Late writes of a pane that were fenced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fenced {
    /// When it was seen.
    pub at: u64,
    /// The pane.
    pub pane: PaneId,
    /// How often so far, by its own count.
    pub count: u64,
}

/// An injected fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionDone {
    /// When.
    pub at: u64,
    /// The pane.
    pub pane: PaneId,
    /// What.
    pub action: Action,
    /// Whether there was a process to do it to.
    pub done: bool,
}

/// Changed settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// When it was seen.
    pub at: u64,
    /// Whether the ball stands still.
    pub paused: bool,
    /// All others.
    pub settings: GameSettings,
}

/// Another transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transport {
    /// When it was seen.
    pub at: u64,
    /// The one in force from now on.
    pub transport: TransportKind,
}

/// What the bytes before this line add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// How many lines are before it.
    pub lines: u64,
    /// CRC-32 (that of zlib) of all their bytes, line ends included.
    pub crc32: u32,
}

/// The end of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingEnd {
    /// When.
    pub at: u64,
    /// The epoch at the end.
    pub epoch: u64,
    /// The pane that has the ball; None while it rests.
    pub pane: Option<PaneId>,
    /// The ball at the end.
    pub ball: BallLine,
    /// Epochs that were not seen.
    pub unseen: u64,
    /// Entries of logs that were corrupt, and are not in the recording.
    pub corrupt: u64,
    /// Whether the game has ended too, and not only its recording.
    pub game_over: bool,
}

impl From<(u64, u64, PaneId, Hex)> for Control {
    fn from((epoch, tick, pane, word): (u64, u64, PaneId, Hex)) -> Self {
        Self { epoch, tick, pane, word }
    }
}

impl From<Control> for (u64, u64, PaneId, Hex) {
    fn from(Control { epoch, tick, pane, word }: Control) -> Self {
        (epoch, tick, pane, word)
    }
}
