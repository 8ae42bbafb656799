//! The ball when it comes: read, noted and measured.

use super::state::Player;
use crate::game::Paddle;
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::{Arrival, CarrierKind, Owner, Record, Tenure};

impl Player<'_> {
    /// The ball of this tenure: as an earlier process of this pane has left it, or as it came.
    pub(super) fn ball(&mut self, tenure: Tenure) -> Option<Record> {
        // A ball that is given to this pane is in it, or the baton is not what the giver has written.
        let is_here = |record: &Record| self.seat.court.can_have(self.seat.me, &record.ball);
        // Own garbage, be it of this epoch or of one long ago, is as good as none.
        let played = self.region().ball_as_played(tenure, self.seat.court).ok().flatten();
        let record = played.or_else(|| self.region().ball_as_given(tenure, self.seat.court).ok());
        let record = record.filter(is_here)?;
        // It is looked at again while the game is being stopped: it has come only once.
        if !self.region().has_received(tenure) {
            self.receive(tenure, &record, played.is_none());
        }
        let is_handed = played.is_none() && tenure.giver != Owner::Supervisor;
        // The supervisor's record has this pane's paddle, and so has its own.
        let paddle = if is_handed { self.paddle_for(&record) } else { record.paddle };
        Some(Record { handed_ns: 0, via: CarrierKind::Shared, paddle, ..record })
    }

    /// Where the autopilot has this pane's paddle: as this process remembers it, or else as the one before has left it.
    fn paddle_for(&self, record: &Record) -> Paddle {
        match &self.last {
            Some((epoch, mine)) => mine.paddle_later(*epoch, record),
            None => self.slot().paddle_for(record, self.seat.court),
        }
    }

    /// The ball has come: notes it, and if a neighbour has just handed it over, takes what came with it, and measures.
    fn receive(&mut self, tenure: Tenure, record: &Record, is_handed: bool) {
        let is_handed = is_handed && tenure.giver != Owner::Supervisor;
        if is_handed {
            self.carriers.by(record.via).receive(tenure, record);
        }
        let now_ns = clock::now_ns();
        // A hand-off that began before this process, or has not begun, cannot be measured.
        let is_measured = is_handed && (self.born_ns..=now_ns).contains(&record.handed_ns);
        let handed_ns = if is_measured { record.handed_ns } else { 0 };
        let arrival = Arrival::of(tenure, record.via, record.ball.hop, handed_ns, now_ns);
        self.region().trail(self.me()).push(arrival.words());
        if is_measured {
            let took_ns = now_ns - handed_ns;
            self.region().latency(self.me(), record.via).record(took_ns);
            self.slot().card.took_ns.store(took_ns, Ordering::Relaxed);
        }
    }
}
