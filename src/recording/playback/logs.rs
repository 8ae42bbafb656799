//! What the Region has of the past, at one moment of a recording: its logs, counts, latencies, and the last records of all owners. Each
//! is as long as in the Region, so one of these is some ten kilobytes, whatever the recording.

use std::collections::{BTreeMap, VecDeque};

use super::super::line::{self, ActionDone, Hop, Line, Recovered, Reinitialized, Serve, Start};
use super::happening::Happening;
use super::segment::{Arrived, RallyEnded, Segment};
use crate::game::{Ball, Control, Court, Paddle, PaneId};
use crate::protocol::{
    self, Arrival, ArrivalLog, ControlChange, ControlLog, Counts, Event, EventLog, Histogram, Owner,
    Ownership, RallyEnd, Record, TransportKind, What,
};
use crate::recording::Replayed;

/// So many happenings are kept for the list in words.
pub(super) const HAPPENINGS: usize = 64;
/// A machine that has run for so long has not been built.
const LATEST_ORIGIN_NS: u64 = 1 << 62;

/// The last entries of a ring.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail<const W: usize> {
    /// The number of the first one that is kept.
    pub(super) first: u64,
    pub(super) entries: VecDeque<[u64; W]>,
}

impl<const W: usize> Tail<W> {
    fn push(&mut self, entry: [u64; W], most: usize) {
        self.entries.push_back(entry);
        if self.entries.len() > most {
            self.entries.pop_front();
            self.first += 1;
        }
    }

    /// How many there ever were.
    pub(super) fn count(&self) -> u64 {
        self.first + self.entries.len() as u64
    }
}

/// An owner's records, of the even and of the odd epochs.
pub(super) type Halves = [Option<(u64, Record)>; 2];

/// What the Region has of one pane.
#[derive(Debug, Clone, Default)]
pub(super) struct PaneLogs {
    pub(super) arrivals: Tail<4>,
    pub(super) changes: Tail<3>,
    pub(super) records: Halves,
    /// Hand-offs given.
    pub(super) hops: u64,
    /// As the word of the process status.
    pub(super) by_hand: u64,
    /// The word of the control with which it has played last.
    pub(super) control: u64,
    pub(super) took_ns: u64,
    /// As the word of the process status.
    pub(super) in_hand: u64,
}

/// Hand-offs by one transport to one pane.
#[derive(Debug, Clone, Default)]
pub(super) struct Durations {
    pub(super) counts: BTreeMap<u16, u32>,
    pub(super) max_ns: u64,
}

/// All of it.
#[derive(Debug, Clone)]
pub(super) struct Logs {
    pub(super) court: Court,
    origin_ns: u64,
    /// The latest time so far, since the recording began.
    latest_ns: u64,
    pub(super) events: Tail<4>,
    pub(super) serves: Tail<10>,
    pub(super) panes: Vec<PaneLogs>,
    pub(super) supervisor: Halves,
    pub(super) durations: BTreeMap<(usize, PaneId), Durations>,
    pub(super) counts: Counts,
    pub(super) ownership: Ownership,
    /// The tick of the ball when its epoch began.
    pub(super) began_tick: u64,
    /// The epoch of the last serve.
    pub(super) rally: u64,
    pub(super) swaps: u64,
    pub(super) rally_end: Option<RallyEnd>,
    /// How often the Region was replaced.
    pub(super) lives: u64,
    pub(super) happenings: VecDeque<(u64, Happening)>,
}

impl Logs {
    /// Before the first line of a recording whose times begin at `origin_ns`.
    pub(super) fn new(court: Court, origin_ns: u64) -> Self {
        let (events, serves, supervisor, durations, counts, happenings) = Default::default();
        let (latest_ns, began_tick, rally, swaps, lives) = Default::default();
        let panes = vec![PaneLogs::default(); usize::from(court.panes)];
        let origin_ns = if origin_ns > LATEST_ORIGIN_NS { 0 } else { origin_ns };
        let (ownership, rally_end) = (Ownership::REST, None);
        #[rustfmt::skip]
        let logs = Self {
            court, origin_ns, latest_ns, events, serves, panes, supervisor, durations, counts, ownership, began_tick,
            rally, swaps, rally_end, lives, happenings,
        };
        logs
    }

    /// A time of the recording, by the clock of its machine.
    pub(super) fn time(&self, at_ns: u64) -> u64 {
        self.origin_ns.saturating_add(at_ns)
    }

    /// The latest time of all that is here, by the clock of its machine; `at_ns` if that is later.
    pub(super) fn now_ns(&self, at_ns: u64) -> u64 {
        self.time(self.latest_ns.max(at_ns))
    }

    /// A rally that has ended, as the Region has it.
    pub(super) fn word_of(&self, end: &RallyEnded) -> RallyEnd {
        RallyEnd::of(&end.before, end.pane, self.time(end.at_ns))
    }

    /// About how many bytes this takes.
    pub(super) fn bytes(&self) -> usize {
        let of_pane = |pane: &PaneLogs| {
            size_of::<PaneLogs>() + 32 * pane.arrivals.entries.len() + 24 * pane.changes.entries.len()
        };
        let panes: usize = self.panes.iter().map(of_pane).sum();
        let durations: usize = self.durations.values().map(|of| 128 + 16 * of.counts.len()).sum();
        let happenings = self.happenings.len() * size_of::<(u64, Happening)>();
        let rings = 32 * self.events.entries.len() + 80 * self.serves.entries.len();
        // Buffers grow by doubling.
        size_of::<Self>() + 2 * (panes + happenings + rings) + durations
    }

    fn pane(&mut self, pane: PaneId) -> Option<&mut PaneLogs> {
        self.panes.get_mut(pane.index())
    }

    fn event(&mut self, at: u64, what: What) {
        self.latest_ns = self.latest_ns.max(at);
        let event = Event { at_ns: self.time(at), what };
        self.events.push(event.words(), <EventLog>::KEPT_EVENTS);
        self.say(at, Happening::Event(what));
    }

    fn say(&mut self, at: u64, happening: Happening) {
        self.latest_ns = self.latest_ns.max(at);
        self.happenings.push_back((at, happening));
        if self.happenings.len() > HAPPENINGS {
            self.happenings.pop_front();
        }
    }

    /// Takes down a line that does not say where the ball is.
    pub(super) fn note(&mut self, line: &Line) {
        match *line {
            Line::Control(control) => self.note_control(control),
            Line::Started(of) => {
                self.counts.restarts += u64::from(of.incarnation > 1);
                self.event(of.at, What::Started { pane: of.pane, pid: of.pid });
            }
            Line::Died(of) => {
                self.counts.died_as_owner += u64::from(self.ownership.holder == Owner::Pane(of.pane));
                self.drop_the_ball_of(of.pane);
                self.event(of.at, What::Died { pane: of.pane, pid: of.pid, how: of.how });
            }
            Line::Frozen(of) => self.say(of.at, Happening::Frozen(of.pane)),
            Line::Continued(of) => self.say(of.at, Happening::Continued(of.pane)),
            Line::Stalled(of) => {
                self.counts.stalls += 1;
                self.event(of.at, What::Stalled { pane: of.pane });
            }
            Line::Hung(of) => self.event(of.at, What::Hung { pane: of.pane }),
            Line::Fenced(of) => {
                self.drop_the_ball_of(of.pane);
                self.say(of.at, Happening::Fenced(of.pane));
            }
            Line::Action(ActionDone { at, pane, action, done: true }) => {
                self.event(at, What::Done { pane, action });
            }
            Line::Action(ActionDone { at, pane, action, .. }) => {
                self.event(at, What::NotDone { pane, action });
            }
            Line::Settings(ref of) => self.say(of.at, Happening::Settings { paused: of.paused }),
            Line::Transport(of) => {
                self.swaps += 1;
                self.say(of.at, Happening::Transport(of.transport));
            }
            Line::Unseen(of) => {
                self.say(self.latest_ns, Happening::Unseen { first: of.first, last: of.last });
            }
            _ => {}
        }
    }

    fn note_control(&mut self, of: line::Control) {
        let (epoch, tick, word) = (of.epoch, of.tick, of.word.0);
        let change = ControlChange { epoch, tick, control: Control::from_word(word) };
        let Some(pane) = self.pane(of.pane) else { return };
        pane.changes.push(change.words(), <ControlLog>::LENGTH);
        pane.control = word;
        if word != 0 {
            pane.by_hand = epoch + 1;
        }
    }

    fn drop_the_ball_of(&mut self, pane: PaneId) {
        if let Some(pane) = self.pane(pane) {
            pane.in_hand = 0;
        }
    }

    /// Takes down all of a segment, and the line that ends it, after which the game is as in `after`.
    pub(super) fn pass(&mut self, segment: &Segment, after: &Replayed) {
        segment.lines.iter().for_each(|numbered| self.note(&numbered.line));
        self.rally_end = segment.rally_ends.last().map(|end| self.word_of(end)).or(self.rally_end);
        let Some(arrived) = &segment.end else { return };
        self.leave_its_control(segment);
        match &arrived.line {
            Line::Start(start) => self.start(start, after),
            Line::Serve(serve) => self.serve(serve, arrived),
            Line::Hop(hop) => self.hop(hop, arrived, after),
            Line::Recovered(recovered) => self.recover(recovered, arrived),
            Line::Reinitialized(back) => self.reinitialize(back, after),
            _ => return,
        }
        self.began_tick = after.ball().map_or(0, |ball| ball.tick);
    }

    /// A pane that has played an epoch without a word about its control has played it with the autopilot.
    fn leave_its_control(&mut self, segment: &Segment) {
        let Owner::Pane(holder) = self.ownership.holder else { return };
        let has_changed = segment.lines.iter().any(|numbered| matches!(numbered.line, Line::Control(_)));
        if !has_changed
            && segment.has_ticks()
            && let Some(pane) = self.pane(holder)
        {
            pane.control = 0;
        }
    }

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

    fn serve(&mut self, serve: &Serve, arrived: &Arrived) {
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

    fn recover(&mut self, recovered: &Recovered, arrived: &Arrived) {
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

    fn hop(&mut self, hop: &Hop, arrived: &Arrived, after: &Replayed) {
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
    fn reinitialize(&mut self, back: &Reinitialized, after: &Replayed) {
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

/// So many arrivals of a pane are kept.
const KEPT_ARRIVALS: usize = <ArrivalLog>::LENGTH;

/// Which half of a slot has the record of an epoch.
pub(super) fn half(epoch: u64) -> usize {
    usize::from(epoch & 1 == 1)
}

/// A record of which only the game is known.
pub(super) fn record_of(ball: Ball, paddle: Paddle, rally: u64) -> Record {
    Record { paddle, ..Record::served(ball, rally, 0) }
}
