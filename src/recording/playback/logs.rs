//! What the Region has of the past, at one moment of a recording: its logs, counts, latencies, and the last records of all owners. Each
//! is as long as in the Region, so one of these is some ten kilobytes, whatever the recording.

use std::collections::{BTreeMap, VecDeque};

use super::super::line::{self, ActionDone, Line};
use super::happening::Happening;
use super::segment::{RallyEnded, Segment};
use crate::game::{Ball, Control, Court, Paddle, PaneId};
use crate::protocol::{
    ControlChange, ControlLog, Counts, Event, EventLog, Owner, Ownership, RallyEnd, Record, What,
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
    pub(super) fn push(&mut self, entry: [u64; W], most: usize) {
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
    pub(super) origin_ns: u64,
    /// The latest time so far, since the recording began.
    pub(super) latest_ns: u64,
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

    pub(super) fn pane(&mut self, pane: PaneId) -> Option<&mut PaneLogs> {
        self.panes.get_mut(pane.index())
    }

    pub(super) fn event(&mut self, at: u64, what: What) {
        self.latest_ns = self.latest_ns.max(at);
        let event = Event { at_ns: self.time(at), what };
        self.events.push(event.words(), <EventLog>::KEPT_EVENTS);
        self.say(at, Happening::Event(what));
    }

    pub(super) fn say(&mut self, at: u64, happening: Happening) {
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

    pub(super) fn note_control(&mut self, of: line::Control) {
        let (epoch, tick, word) = (of.epoch, of.tick, of.word.0);
        let change = ControlChange { epoch, tick, control: Control::from_word(word) };
        let Some(pane) = self.pane(of.pane) else { return };
        pane.changes.push(change.words(), <ControlLog>::LENGTH);
        pane.control = word;
        if word != 0 {
            pane.by_hand = epoch + 1;
        }
    }

    pub(super) fn drop_the_ball_of(&mut self, pane: PaneId) {
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
}

/// Which half of a slot has the record of an epoch.
pub(super) fn half(epoch: u64) -> usize {
    usize::from(epoch & 1 == 1)
}

/// A record of which only the game is known.
pub(super) fn record_of(ball: Ball, paddle: Paddle, rally: u64) -> Record {
    Record { paddle, ..Record::served(ball, rally, 0) }
}
