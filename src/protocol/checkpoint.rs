//! The whole state of a game at one moment, outside the Region: what a fresh Region is laid out from when the old one
//! was overwritten.

use super::baton::{Owner, Ownership};
use super::header::Setup;
use super::process_status::ProcessStatus;
use super::record::Record;
use super::region::Region;
use super::settings::GameSettings;
use crate::game::{Control, Court, Paddle};
use crate::platform::sync::{Ordering, Rights, Word};

/// A game at one moment, from which it can go on exactly as it would have.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Who owned the ball.
    pub ownership: Ownership,
    /// The ball as its owner had it.
    pub record: Record,
    panes: Vec<PaneState>,
    /// The transport in force, with the count of its swaps.
    transport: u64,
    settings: GameSettings,
}

/// What of a pane outlives its processes.
#[derive(Debug, Clone)]
struct PaneState {
    /// Its newest record, with the epoch: from it comes the place of its paddle.
    newest: Option<(u64, Record)>,
    control: Control,
    status: [u64; 7],
}

/// The words of a process status that outlive the process.
fn kept<M: Rights>(status: &ProcessStatus<M>) -> [&Word<M>; 7] {
    let ProcessStatus { hops, fenced, serves_asked, place, by_hand, window, .. } = status;
    [hops, fenced, serves_asked, place, by_hand, &window.state, &window.above]
}

impl Checkpoint {
    /// The game as the Region has it now. None if the ball changed hands meanwhile, or cannot be read.
    pub fn of<M: Rights>(region: &Region<M>, court: &Court) -> Option<Self> {
        let ownership = region.baton.look()?;
        let own = region.slot(ownership.holder).read(ownership.epoch, court);
        let record = own.or_else(|_| region.ball_as_taken(ownership, court)).ok()?;
        if let Owner::Pane(pane) = ownership.holder
            && !court.can_have(pane, &record.ball)
        {
            return None;
        }
        let pane_state = |pane| {
            let slot = region.pane(pane);
            let newest = if ownership.holder == Owner::Pane(pane) && own.is_ok() {
                // The owner goes on meanwhile: what belongs to this moment is the record that was read.
                Some((ownership.epoch, record))
            } else {
                slot.newest(court)
            };
            let status = kept(&slot.status).map(|cell| cell.load(Ordering::Relaxed));
            PaneState { newest, control: region.control(pane), status }
        };
        let panes: Vec<_> = court.all_panes().map(pane_state).collect();
        let began_meanwhile = |state: &PaneState| {
            own.is_err() && state.newest.is_some_and(|(epoch, _)| epoch >= ownership.epoch)
        };
        if panes.iter().any(began_meanwhile) {
            return None;
        }
        let (transport, settings) = (region.transport_word(), region.settings());
        let checkpoint = Self { ownership, record, panes, transport, settings };
        region.baton.is_still(ownership).then_some(checkpoint)
    }

    /// Lays it out in a Region of zeroed bytes that nobody else has yet. The ball is where it was; its owner's next
    /// process goes on with it, in the next epoch, as after a recovery.
    pub fn lay_out(&self, region: &Region, setup: &Setup) {
        region.initialize(setup);
        region.set_transport_word(self.transport);
        region.set_settings(&self.settings);
        for (pane, state) in setup.court.all_panes().zip(&self.panes) {
            let slot = region.pane(pane);
            if let Some((epoch, record)) = &state.newest {
                slot.write(*epoch, record);
            }
            // All processes are dead: nobody holds a key any more.
            let by_hand = state.control.paddle(self.record.ball.tick);
            region.set_control(pane, by_hand.map_or(Control::Autopilot, Control::Manual));
            let cells = kept(&slot.status).into_iter().zip(state.status);
            cells.for_each(|(cell, word)| cell.store(word, Ordering::Relaxed));
        }
        if self.ownership != Ownership::REST {
            region.slot(Owner::Supervisor).write_both(self.ownership.epoch, &self.record);
            region.baton.lay_down(self.laid_out().0);
        }
    }

    /// Of every pane, where the autopilot had its paddle when it last had the ball, and at which tick that was.
    pub fn paddles(&self) -> Vec<(Paddle, u64)> {
        let now = (self.record.paddle, self.record.ball.tick);
        let left = |(index, pane): (usize, &PaneState)| match &pane.newest {
            _ if self.ownership.holder.index() == index => now,
            Some((epoch, record)) => record.paddle_left(*epoch, &self.record),
            None => (Paddle::MIDDLE, now.1),
        };
        self.panes.iter().enumerate().map(left).collect()
    }

    /// Who owns the ball, and the ball, in a Region in which this is laid out.
    pub fn laid_out(&self) -> (Ownership, Record) {
        let before = self.ownership;
        let rests = before == Ownership::REST;
        (if rests { before } else { before.reclaimed_for(before.holder) }, self.record)
    }
}
