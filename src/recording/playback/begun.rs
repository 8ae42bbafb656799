//! What the logs have of a line that begins an epoch: who had the ball, in which state, and how it came.

use std::collections::VecDeque;

use super::super::line::{Hop, Recovered, Reinitialized, Serve, Start};
use super::happening::Happening;
use super::logs::{Logs, half, record_of};
use super::segment::Arrived;
use crate::game::{Ball, Paddle, PaneId};
use crate::protocol::{
    self, Arrival, ArrivalLog, Counts, EventLog, Histogram, Owner, Ownership, Record, TransportKind, What,
};
use crate::recording::Replayed;

/// So many arrivals of a pane are kept.
const KEPT_ARRIVALS: usize = <ArrivalLog>::LENGTH;

impl Logs {
    /// The game is recorded from here on. What was before is not known: its epochs that were no hops count as recoveries.
    pub(super) fn start(&mut self, start: &Start, after: &Replayed) {
        self.latest_ns = self.latest_ns.max(start.at);
        self.began_tick = after.ball().map_or(0, |ball| ball.tick);
        let (Some(pane), Some(ball)) = (start.pane, after.ball()) else { return };
        let before = start.epoch.saturating_sub(1);
        self.rally = before;
        self.ownership =
            Ownership { epoch: start.epoch, giver: Owner::Supervisor, holder: Owner::Pane(pane) };
        self.counts.serves = self.counts.serves.max(1);
        self.counts.recoveries = before.saturating_sub(ball.hop + self.counts.recalls());
        self.panes.iter_mut().for_each(|pane| pane.in_hand = 0);
        for ((pane, (_, tick)), logs) in self.court.all_panes().zip(&start.paddles).zip(&mut self.panes) {
            let record =
                Record { ball: Ball { tick: *tick, ..ball }, ..record_of(ball, after.paddle(pane), before) };
            // Where the paddle was at that tick: it moves as it did.
            let paddle = start
                .paddles
                .get(pane.index())
                .map_or(record.paddle, |(y, _)| Paddle::at(f64::from_bits(y.0)));
            logs.records[half(before)] = Some((before, Record { paddle, ..record }));
        }
        self.supervisor[half(before)] = Some((before, record_of(ball, after.paddle(pane), before)));
        self.take(pane, ball.hop, start.at);
    }

    pub(super) fn serve(&mut self, serve: &Serve, arrived: &Arrived) {
        let Some(ball) = serve.ball.ball() else { return };
        self.keep_the_last_record(arrived);
        let (epoch, pane, at_ns) = (serve.epoch, serve.pane, self.time(serve.at));
        let from = serve.from.map_or(Owner::Supervisor, Owner::Pane);
        self.rally = epoch;
        self.counts.serves += 1;
        self.give(epoch, Record::served(ball, epoch, at_ns), pane);
        let words = protocol::Serve { epoch, pane, ball }.words();
        self.serves.push(words, <EventLog>::KEPT_SERVES);
        self.event(serve.at, What::Served { pane, epoch, from });
        self.take(pane, ball.hop, serve.at);
    }

    pub(super) fn recover(&mut self, recovered: &Recovered, arrived: &Arrived) {
        let Some(ball) = recovered.ball.ball() else { return };
        self.keep_the_last_record(arrived);
        let (epoch, pane) = (recovered.epoch, recovered.pane);
        self.counts.recoveries += 1;
        let paddle = arrived.before.map_or(Paddle::MIDDLE, |before| before.paddle);
        self.give(epoch, record_of(ball, paddle, self.rally), pane);
        self.event(recovered.at, What::Recovered { pane, epoch });
        self.take(pane, ball.hop, recovered.at);
    }

    /// The supervisor gives the ball to a pane.
    fn give(&mut self, epoch: u64, record: Record, pane: PaneId) {
        let before = epoch.saturating_sub(1);
        self.supervisor[half(before)] = Some((before, record));
        self.ownership = Ownership { epoch, giver: Owner::Supervisor, holder: Owner::Pane(pane) };
    }

    pub(super) fn hop(&mut self, hop: &Hop, arrived: &Arrived, after: &Replayed) {
        let (from, to, via) = (hop.from, hop.to, hop.via);
        let (handed_ns, took) = (hop.offered.map_or(0, |offered| self.time(offered)), hop.took);
        if let Some(before) = arrived.before {
            let record = Record {
                due_ns: handed_ns,
                handed_ns,
                via,
                ..record_of(before.ball, before.paddle, self.rally)
            };
            let epoch = hop.epoch.saturating_sub(1);
            if let Some(giver) = self.pane(from) {
                giver.records[half(epoch)] = Some((epoch, record));
                giver.hops += 1;
                giver.in_hand = 0;
            }
        }
        self.ownership = Ownership { epoch: hop.epoch, giver: Owner::Pane(from), holder: Owner::Pane(to) };
        self.say(arrived.at_ns, Happening::HandOff { hop: hop.hop, from, to, via, took });
        // Where the offer has a time and the taker has none, it died before it had the ball.
        if took.is_none() && hop.offered.is_some() {
            return;
        }
        let at_ns = self.time(arrived.at_ns);
        let ball_hop = after.ball().map_or(hop.hop, |ball| ball.hop);
        let arrival = Arrival::of(self.ownership, via, ball_hop, handed_ns, at_ns);
        if let Some(taker) = self.pane(to) {
            taker.arrivals.push(arrival.words(), KEPT_ARRIVALS);
            taker.in_hand = hop.epoch + 1;
            taker.took_ns = took.unwrap_or(taker.took_ns);
        }
        if let Some(took) = took {
            let of = self.durations.entry((via.index(), to)).or_default();
            let place = u16::try_from(Histogram::place_of(took)).unwrap_or(u16::MAX);
            let count = of.counts.entry(place).or_default();
            (*count, of.max_ns) = (count.saturating_add(1), of.max_ns.max(took));
        }
    }

    /// A pane has the ball in its hands that the supervisor gave it: when, no line says.
    fn take(&mut self, pane: PaneId, hop: u64, at: u64) {
        let arrival = Arrival::of(self.ownership, TransportKind::Shared, hop, 0, self.time(at));
        let epoch = self.ownership.epoch;
        if let Some(taker) = self.pane(pane) {
            taker.arrivals.push(arrival.words(), KEPT_ARRIVALS);
            taker.in_hand = epoch + 1;
        }
    }

    /// The last record of the pane from which the ball is taken.
    fn keep_the_last_record(&mut self, arrived: &Arrived) {
        let (rally, epoch) = (self.rally, self.ownership.epoch);
        if let (Some(before), Owner::Pane(holder)) = (arrived.before, self.ownership.holder)
            && before.has_played
            && let Some(pane) = self.pane(holder)
        {
            pane.records[half(epoch)] = Some((epoch, record_of(before.ball, before.paddle, rally)));
        }
    }

    /// A fresh Region: of the past it has the serves, and the places of the paddles.
    pub(super) fn reinitialize(&mut self, back: &Reinitialized, after: &Replayed) {
        let rest = Self::new(self.court, self.origin_ns);
        let serves = std::mem::take(&mut self.serves);
        let kept = |words: &&[u64; 10]| words[0] <= back.back_to;
        let entries: VecDeque<_> = serves.entries.iter().filter(kept).copied().collect();
        let undone = serves.entries.len() - entries.len();
        let mut counts = Counts { reinitializations: self.counts.reinitializations + 1, ..self.counts };
        counts.serves = counts.serves.saturating_sub(undone as u64);
        counts.restarts += u64::from(self.court.panes);
        let happenings = std::mem::take(&mut self.happenings);
        let (by_hand, latest_ns) =
            (self.panes.iter().map(|pane| pane.by_hand.min(back.back_to + 1)), self.latest_ns);
        let by_hand: Vec<_> = by_hand.collect();
        let (lives, swaps) = (self.lives + 1, self.swaps);
        let rally = entries.back().map_or(self.rally.min(back.back_to), |words| words[0]);
        let controls: Vec<_> = self.panes.iter().map(|pane| pane.control).collect();
        *self = Self { latest_ns, lives, swaps, rally, happenings, ..rest };
        self.serves.entries = entries;
        for (pane, (by_hand, control)) in self.panes.iter_mut().zip(by_hand.into_iter().zip(controls)) {
            (pane.by_hand, pane.control) = (by_hand, control);
        }
        if let (Some(holder), Some(ball)) = (back.pane, after.ball()) {
            counts.recoveries = back.back_to.saturating_sub(ball.hop + counts.recalls());
            let records = self.court.all_panes().map(|pane| record_of(ball, after.paddle(pane), rally));
            let records: Vec<_> = records.collect();
            for (pane, record) in self.panes.iter_mut().zip(records) {
                pane.records[half(back.back_to)] = Some((back.back_to, record));
            }
            self.give(back.epoch, record_of(ball, after.paddle(holder), rally), holder);
            self.take(holder, ball.hop, back.at);
        } else {
            (counts.serves, counts.recoveries) = (0, 0);
        }
        self.counts = counts;
        self.event(back.at, What::Reinitialized);
    }
}
