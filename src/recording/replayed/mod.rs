//! The recorded game as one process has it that is given the lines in their order.
//!
//! Each line that names a tick or a hop is a goal: the game is simulated up to there, and what the line says is compared, bit by
//! bit. Two numbers say how far it is: the epoch in which the simulation is, and the last one that the lines have named. The
//! simulation never goes beyond the latter, and is behind it only after an `unseen` line, whose epochs are all hops: whatever
//! else begins an epoch is the launcher's own doing.

mod apply;
mod epochs;
mod history;
mod misfit;
mod processes;
mod run;
mod state;

use std::sync::Arc;

use self::history::History;
use self::state::State;
use crate::game::{Ball, Control, Court, MAX_PANES, Paddle, PaneId};
use crate::protocol::{GameSettings, TransportKind};
use crate::recording::line::{FORMAT, Header, Line};

pub use misfit::Misfit;
pub use processes::PaneProcess;

/// The recorded game, as far as its lines were applied. A clone of it is a keyframe; [`Replayed::keyframe`] makes a small one.
#[derive(Debug, Clone)]
pub struct Replayed {
    header: Arc<Header>,
    /// None before the `start` line, and where the game has gone back beyond the recording.
    state: Option<State>,
    /// The last epoch that a line has named.
    named: u64,
    history: History,
    processes: Vec<PaneProcess>,
    transport: TransportKind,
    settings: GameSettings,
    at: u64,
    /// When the owner had got the ball, if by a hop; else 0.
    taken: u64,
    tally: Tally,
    has_ended: bool,
    /// Ticks since the caller was last asked whether to go on.
    unasked: u64,
}

/// What was counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// States from which on the game was played: one, and one more after each gap.
    pub starts: u64,
    /// Hand-offs that have a line.
    pub hops: u64,
    /// Those of them whose state was compared.
    #[serde(rename = "hops_compared")]
    pub compared: u64,
    /// Epochs that were not seen.
    #[serde(rename = "epochs_unseen")]
    pub unseen: u64,
    /// Ticks that were simulated, those that were simulated again included.
    pub ticks: u64,
    /// Changes of what moves a paddle.
    pub controls: u64,
    /// The first serve, and recalls.
    pub serves: u64,
    /// Recoveries.
    pub recoveries: u64,
    /// Times that the Region was replaced.
    pub reinitializations: u64,
    /// Processes that died: all that have ended but those with exit code 0.
    pub deaths: u64,
}

impl Replayed {
    /// A recording that begins with this header.
    ///
    /// # Errors
    /// If this program cannot play such a game.
    pub fn begin(header: Header) -> Result<Self, Misfit> {
        if !(2..=MAX_PANES).contains(&header.panes) {
            return Err(misfit::differs("the number of panes", header.panes, "2 to 16"));
        }
        if !(1..=FORMAT).contains(&header.format) {
            return Err(misfit::differs("the format", header.format, format_args!("1 to {FORMAT}")));
        }
        Ok(Self {
            state: None,
            named: 0,
            history: History::default(),
            processes: vec![PaneProcess::default(); usize::from(header.panes)],
            transport: header.transport,
            settings: header.settings,
            at: 0,
            taken: 0,
            tally: Tally::default(),
            has_ended: false,
            unasked: 0,
            header: Arc::new(header),
        })
    }

    /// A clone that takes some kilobytes, for one of many keyframes. It can go back only a little: a line that goes back further
    /// is a [`Misfit::NotKept`] for it; then apply the lines from an earlier keyframe on.
    #[must_use]
    pub fn keyframe(&self) -> Self {
        let Self { header, state, processes, .. } = self;
        let (header, state, processes) = (header.clone(), state.clone(), processes.clone());
        Self { header, state, processes, history: self.history.recent(), ..*self }
    }

    /// What game it is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its court.
    pub fn court(&self) -> Court {
        Court { panes: self.header.panes, seed: self.header.seed }
    }

    /// The ball; None before the line `start`, and where the game has gone back beyond the recording.
    pub fn ball(&self) -> Option<Ball> {
        self.state.as_ref().map(|state| state.game.ball())
    }

    /// The pane that has the ball; None while it rests, too.
    pub fn holder(&self) -> Option<PaneId> {
        self.state.as_ref().and_then(State::holder)
    }

    /// The epoch in which the ball is.
    pub fn epoch(&self) -> u64 {
        self.state.as_ref().map_or(0, |state| state.epoch)
    }

    /// The paddle of a pane, where it is now; in the middle where nothing is known.
    pub fn paddle(&self, pane: PaneId) -> Paddle {
        let known = self.state.as_ref().filter(|_| pane <= self.court().last());
        known.map_or(Paddle::MIDDLE, |state| state.game.paddle(pane))
    }

    /// What moves the paddle of the pane that has the ball.
    pub fn control(&self) -> Control {
        self.state.as_ref().map_or(Control::Autopilot, |state| state.game.control())
    }

    /// The processes, one of each pane.
    pub fn processes(&self) -> &[PaneProcess] {
        &self.processes
    }

    /// The transport in force.
    pub fn transport(&self) -> TransportKind {
        self.transport
    }

    /// What users have chosen, and whether the ball stands still.
    pub fn settings(&self) -> &GameSettings {
        &self.settings
    }

    /// The latest time that a line has named, in ns since the recording began.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Whether the line `end` has come.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// What was counted so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }
}

/// The tick up to which the ball flies before this line is applied; None if the line does not say.
pub fn next_tick_of(line: &Line) -> Option<u64> {
    match line {
        Line::Hop(hop) => hop.tick,
        Line::Control(control) => control.tick.checked_sub(1),
        Line::Serve(serve) => serve.before.map(|ball| ball.tick),
        Line::Recovered(recovered) => Some(recovered.ball.tick),
        Line::End(end) => Some(end.ball.tick),
        _ => None,
    }
}
