//! The hand-off to a neighbour.

use super::state::Player;
use crate::carrier::PATIENCE;
use crate::game::PaneId;
use crate::platform::clock;
use crate::protocol::failpoint::{self, Step};
use crate::protocol::{Card, Fenced, Record, Tenure};

impl Player<'_> {
    /// Hands the ball over to a neighbour and wakes it.
    pub(super) fn offer(&mut self, tenure: Tenure, mut record: Record, to: PaneId) -> Result<(), Fenced> {
        if let Some(hops) = self.setup.swap_every {
            self.region().swap_carrier(self.setup.carrier.after(record.ball.hop / hops));
        }
        record.handed_ns = clock::now_ns();
        record.via = self.region().carrier();
        self.write(tenure, &record);
        failpoint::reach(Step::BeforeSend);
        if !self.send(tenure, &mut record, to)? {
            return Ok(());
        }
        failpoint::reach(Step::BeforeSwap);
        self.region().baton.hand_off(tenure, to)?;
        failpoint::reach(Step::AfterSwap);
        self.carriers.by(record.via).announce(to);
        failpoint::reach(Step::AfterRing);
        Card::count(&self.slot().card.hops);
        // The other windows say where the ball is.
        self.ring_the_windows(|pane| pane != to);
        Ok(())
    }

    /// Sends the record by the carrier in force. While the taker cannot have it (it is dead, or has not read for a
    /// long time) the ball stays here. False if the game is stopped meanwhile.
    fn send(&mut self, tenure: Tenure, record: &mut Record, to: PaneId) -> Result<bool, Fenced> {
        loop {
            self.region().bell(self.me()).hear();
            if self.is_stopping() {
                return Ok(false);
            }
            if !self.region().baton.is_still(tenure) {
                return Err(Fenced);
            }
            let via = self.region().carrier();
            if via != record.via {
                record.via = via;
                self.write(tenure, record);
            }
            let carrier = self.carriers.by(via);
            match carrier.send(tenure.handed_to(to), record) {
                Ok(()) => return Ok(true),
                Err(_full_or_broken) => carrier.wait_to_send(to, PATIENCE),
            }
        }
    }
}
