//! What a pane's process knows while it plays, which all of its parts share, and the window that looks on.

use crate::error::Error;
use crate::game::{Ball, Control, PaneId};
use crate::protocol::doorbell::{FdBell, Wait};
use crate::protocol::{GameSettings, Ownership, Phase, RallyEnd, Record, Region, Setup, Slot, TransportKind};
use crate::transport::control_socket::ControlSocket;
use crate::transport::{Endpoint, Transports};

/// The window that looks on, if there is one.
pub trait Observer: Sync {
    /// Something to see has changed.
    fn show(&self);
    /// The same, even where nobody can see it: the window is wanted in front.
    fn come_forward(&self);
}

/// What the observer has last been shown while nothing flew here.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ViewState {
    /// Which process had it.
    pub(super) ownership: Option<Ownership>,
    /// Whether it had it in its hands already, and so how long the hand-off took.
    pub(super) is_received: bool,
    /// Whether something moved here.
    pub(super) moves: bool,
    pub(super) transport: TransportKind,
    pub(super) live_settings: GameSettings,
    /// How the game stands.
    pub(super) score: Option<ShownScore>,
    /// How many events the supervisor has noted, and how the last rally ended.
    pub(super) news: (u64, Option<RallyEnd>),
    /// What moves the paddle here: a key in another window may.
    pub(super) control: Option<Control>,
}

/// Points of both sides, hits, and whether the ball lies still after a goal.
pub(super) type ShownScore = (u8, u8, u32, bool);

/// What a paddle or an outer wall changes of how the game stands, and the serve after a goal.
pub(super) fn score(ball: &Ball) -> ShownScore {
    let score = &ball.score;
    (score.left, score.right, score.hits, score.pause > 0)
}

/// One pane's process at play.
pub struct Player<'a> {
    pub(super) endpoint: Endpoint<'a>,
    pub(super) setup: &'a Setup,
    pub(super) transports: Transports<'a>,
    /// Notified when the supervisor has something to do.
    pub(super) supervisor: &'a FdBell,
    /// The window that looks on.
    pub(super) observer: Option<&'a dyn Observer>,
    pub(super) view_state: ViewState,
    /// How often it has come to the front since all windows were wanted there.
    pub(super) raises: u64,
    /// In which ownership it has reported that the game is over.
    pub(super) kept: Option<Ownership>,
    /// What keeps it from playing on.
    pub(super) failure: Option<Error>,
    /// When this process attached (`CLOCK_MONOTONIC`, ns).
    pub(super) born_ns: u64,
    /// The last record that this process has written, with its epoch: nobody else can write over it.
    pub(super) last: Option<(u64, Record)>,
    /// The control that it has played with last, and in which epoch.
    pub(super) in_force: (u64, Control),
}

impl<'a> Player<'a> {
    /// The player of the pane at `endpoint`, in a process that attached at `born_ns` and is sent its links over `control_socket`.
    pub fn new(
        endpoint: Endpoint<'a>,
        setup: &'a Setup,
        control_socket: &'a ControlSocket,
        supervisor: &'a FdBell,
        observer: Option<&'a dyn Observer>,
        born_ns: u64,
    ) -> Self {
        // In real time the ball stays for a second: nobody watches for that long.
        let wait = if setup.paced { Wait::Block } else { setup.wait };
        Self {
            endpoint,
            setup,
            transports: Transports::new(endpoint, control_socket, wait),
            supervisor,
            observer,
            view_state: ViewState::default(),
            raises: endpoint.region.raises(),
            kept: None,
            failure: None,
            born_ns,
            last: None,
            in_force: (0, Control::Autopilot),
        }
    }

    /// The game is being stopped, or this process cannot play on.
    pub(super) fn is_stopping(&self) -> bool {
        self.region().header.phase() == Phase::Stopping
            || self.failure.is_some()
            || self.transports.failure.is_some()
    }

    pub(super) fn me(&self) -> PaneId {
        self.endpoint.me
    }

    pub(super) fn region(&self) -> &'a Region {
        self.endpoint.region
    }

    pub(super) fn slot(&self) -> &'a Slot {
        self.region().pane(self.me())
    }

    /// Writes the record of this ownership.
    pub(super) fn write(&mut self, ownership: Ownership, record: &Record) {
        self.slot().write(ownership.epoch, record);
        self.last = Some((ownership.epoch, *record));
    }
}
