//! What a pane's process knows while it plays, which all of its parts share.

use super::view_state::{Audience, ViewState};
use crate::carrier::wire::Wire;
use crate::carrier::{Carriers, Seat};
use crate::error::Error;
use crate::game::PaneId;
use crate::protocol::doorbell::{FdBell, Wait};
use crate::protocol::{Phase, Record, Region, Setup, Slot, Tenure};

/// One pane's process at play.
pub struct Player<'a> {
    pub(super) seat: Seat<'a>,
    pub(super) setup: &'a Setup,
    pub(super) carriers: Carriers<'a>,
    /// Rung when the supervisor has something to do.
    pub(super) supervisor: &'a FdBell,
    /// Who looks on.
    pub(super) audience: Option<&'a dyn Audience>,
    pub(super) view_state: ViewState,
    /// How often it has heard that all windows are wanted in front.
    pub(super) raises: u64,
    /// In which tenure it has said that the game is over.
    pub(super) kept: Option<Tenure>,
    /// What keeps it from playing on.
    pub(super) failure: Option<Error>,
    /// When this process attached (`CLOCK_MONOTONIC`, ns).
    pub(super) born_ns: u64,
    /// The last record that this process has written, with its epoch: nobody else can write over it.
    pub(super) last: Option<(u64, Record)>,
}

impl<'a> Player<'a> {
    /// The player of the pane at `seat`, in a process that attached at `born_ns` and is sent its links over `wire`.
    #[must_use]
    pub fn new(
        seat: Seat<'a>,
        setup: &'a Setup,
        wire: &'a Wire,
        supervisor: &'a FdBell,
        audience: Option<&'a dyn Audience>,
        born_ns: u64,
    ) -> Self {
        // In real time the ball stays for a second: nobody watches for that long.
        let wait = if setup.paced { Wait::Block } else { setup.wait };
        Self {
            seat,
            setup,
            carriers: Carriers::new(seat, wire, wait),
            supervisor,
            audience,
            view_state: ViewState::default(),
            raises: seat.region.raises(),
            kept: None,
            failure: None,
            born_ns,
            last: None,
        }
    }

    /// The game is being stopped, or this process cannot play on.
    pub(super) fn is_stopping(&self) -> bool {
        self.region().header.phase() == Phase::Stopping
            || self.failure.is_some()
            || self.carriers.have_failed()
    }

    pub(super) fn me(&self) -> PaneId {
        self.seat.me
    }

    pub(super) fn region(&self) -> &'a Region {
        self.seat.region
    }

    pub(super) fn slot(&self) -> &'a Slot {
        self.region().pane(self.me())
    }

    /// Writes the record of this tenure.
    pub(super) fn write(&mut self, tenure: Tenure, record: &Record) {
        self.slot().write(tenure.epoch, record);
        self.last = Some((tenure.epoch, *record));
    }
}
