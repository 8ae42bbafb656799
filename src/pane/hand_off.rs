//! A hand-off: the ball when it comes, read, noted and measured; and when it leaves to a neighbour.

use super::state::Player;
use crate::game::{Paddle, PaneId};
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::failpoint::{self, FailpointStep};
use crate::protocol::{Arrival, Fenced, Owner, Ownership, ProcessStatus, Record, TransportKind};
use crate::transport::PATIENCE;

impl Player<'_> {
    /// The ball of this ownership: as an earlier process of this pane has left it, or as it came.
    pub(super) fn ball(&mut self, ownership: Ownership) -> Option<Record> {
        // A ball that is given to this pane is in it, or the baton is not what the giver has written.
        let is_here = |record: &Record| self.endpoint.court.can_have(self.endpoint.me, &record.ball);
        // A corrupt record of its own, be it of this epoch or of one long ago, is as good as none.
        let played = self.region().ball_as_played(ownership, self.endpoint.court).ok().flatten();
        let record = played.or_else(|| self.region().ball_as_given(ownership, self.endpoint.court).ok());
        let record = record.filter(is_here)?;
        // It is looked at again while the game is being stopped: it has come only once.
        if !self.region().has_received(ownership) {
            self.receive(ownership, &record, played.is_none());
        }
        let is_handed = played.is_none() && ownership.giver != Owner::Supervisor;
        // The supervisor's record has this pane's paddle, and so has its own.
        let paddle = if is_handed { self.paddle_for(&record) } else { record.paddle };
        Some(Record { handed_ns: 0, via: TransportKind::Shared, paddle, ..record })
    }

    /// Where the autopilot has this pane's paddle: as this process remembers it, or else as the one before has left it.
    fn paddle_for(&self, record: &Record) -> Paddle {
        match &self.last {
            Some((epoch, mine)) => mine.paddle_later(*epoch, record),
            None => self.slot().paddle_for(record, self.endpoint.court),
        }
    }

    /// The ball has come: notes it, and if a neighbour has just handed it over, takes what came with it, and measures.
    fn receive(&mut self, ownership: Ownership, record: &Record, is_handed: bool) {
        let is_handed = is_handed && ownership.giver != Owner::Supervisor;
        if is_handed {
            self.transports.by(record.via).receive(ownership, record);
        }
        let now_ns = clock::now_ns();
        // A hand-off that began before this process, or has not begun, cannot be measured.
        let is_measured = is_handed && (self.born_ns..=now_ns).contains(&record.handed_ns);
        let handed_ns = if is_measured { record.handed_ns } else { 0 };
        let arrival = Arrival::of(ownership, record.via, record.ball.hop, handed_ns, now_ns);
        self.region().arrival_log(self.me()).push(arrival.words());
        if is_measured {
            let took_ns = now_ns - handed_ns;
            self.region().latency(self.me(), record.via).record(took_ns);
            self.slot().status.took_ns.store(took_ns, Ordering::Relaxed);
        }
    }

    /// Hands the ball over to a neighbour and wakes it.
    pub(super) fn offer(
        &mut self,
        ownership: Ownership,
        mut record: Record,
        to: PaneId,
    ) -> Result<(), Fenced> {
        if let Some(hops) = self.setup.swap_every {
            self.region().swap_transport(self.setup.transport.after(record.ball.hop / hops));
        }
        record.handed_ns = clock::now_ns();
        record.via = self.region().transport();
        self.write(ownership, &record);
        failpoint::reach(FailpointStep::BeforeSend);
        if !self.send(ownership, &mut record, to)? {
            return Ok(());
        }
        failpoint::reach(FailpointStep::BeforeSwap);
        self.region().baton.hand_off(ownership, to)?;
        failpoint::reach(FailpointStep::AfterSwap);
        self.transports.by(record.via).notify(to);
        failpoint::reach(FailpointStep::AfterNotify);
        ProcessStatus::count(&self.slot().status.hops);
        // The other windows show where the ball is.
        self.notify_the_windows(|pane| pane != to);
        Ok(())
    }

    /// Sends the record by the transport in force. While the taker cannot have it (it is dead, or has not read for a
    /// long time) the ball stays here. False if the game is stopped meanwhile.
    fn send(&mut self, ownership: Ownership, record: &mut Record, to: PaneId) -> Result<bool, Fenced> {
        loop {
            self.region().bell(self.me()).disarm();
            if self.is_stopping() {
                return Ok(false);
            }
            if !self.region().baton.is_still(ownership) {
                return Err(Fenced);
            }
            let via = self.region().transport();
            if via != record.via {
                record.via = via;
                self.write(ownership, record);
            }
            let transport = self.transports.by(via);
            match transport.send(ownership.handed_to(to), record) {
                Ok(()) => return Ok(true),
                Err(_full_or_broken) => transport.wait_to_send(to, PATIENCE),
            }
        }
    }
}
