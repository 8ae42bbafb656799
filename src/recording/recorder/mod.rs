//! The recorder: the launcher's look at its game, as lines. The supervisor says what it has done itself; all else is read from the
//! Region, which has it in every game.

mod chain;
mod happened;
mod header;
mod logs;
mod start;
#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;

use std::time::{Duration, Instant};

use self::chain::{Chain, Known};
use self::header::header;
use self::logs::Logs;
use self::start::Seen;
use super::line::{BallLine, Fenced, Line, RecordingEnd, Settings, Started, Transport};
use crate::game::Court;
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::{GameSettings, Owner, Ownership, Record, Region, TransportKind};
use crate::supervisor::{Happened, Supervisor};

/// So often the Region is looked at while the ball flies.
const LOOK: Duration = Duration::from_millis(50);
/// The same while the ball stands still: somebody may let it go on at any moment, and no bell says so.
const SLOW_LOOK: Duration = Duration::from_millis(100);
/// No look sooner than this after the one before, unless something has happened: chaos looks 5000 times a second.
const SHORTEST: Duration = Duration::from_millis(10);
/// So often the end is looked for while the ball goes on.
const ATTEMPTS: usize = 10;

/// Where the lines go.
pub trait Sink {
    /// Takes a line. Never waits.
    fn write(&mut self, line: &Line);

    /// Whether it keeps up with hand-offs.
    fn has_room_for_hops(&self) -> bool {
        true
    }
}

impl Sink for Vec<Line> {
    fn write(&mut self, line: &Line) {
        self.push(line.clone());
    }
}

/// Records a game, while it is called after each look of the supervisor.
#[derive(Debug)]
pub struct Recorder<S> {
    sink: S,
    court: Court,
    is_paced: bool,
    is_playable: bool,
    /// The time 0 of the recording.
    origin_ns: u64,
    chain: Chain,
    logs: Logs,
    /// While a start is waited for: what was seen of the panes at the last look.
    seen: Option<Seen>,
    settings: GameSettings,
    transport: TransportKind,
    fenced: Vec<u64>,
    /// At this look controls were lost, perhaps of the epoch that is played now.
    has_lost_controls: bool,
    looked: Instant,
}

impl<S: Sink> Recorder<S> {
    /// Begins a recording: of a game that begins, or of one that is played already. From now on the supervisor keeps what happens.
    pub fn begin(supervisor: &Supervisor, mut sink: S) -> Self {
        supervisor.keep_happenings(true);
        let (setup, region) = (supervisor.setup(), supervisor.region());
        let court = setup.court;
        let origin_ns = clock::now_ns();
        let header = header(supervisor, origin_ns);
        let (settings, transport) = (header.settings, header.transport);
        sink.write(&Line::Recording(Box::new(header)));
        let mut recorder = Self {
            sink,
            court,
            is_paced: setup.paced,
            is_playable: setup.is_playable,
            origin_ns,
            chain: Chain::new(setup.is_playable),
            logs: Logs::new(court, origin_ns),
            seen: None,
            // A pause is in a line of its own, and not in the header.
            settings: GameSettings { paused: false, ..settings },
            transport,
            fenced: court.all_panes().map(|pane| fenced(region, pane)).collect(),
            has_lost_controls: false,
            looked: Instant::now(),
        };
        recorder.logs.skip_to_now(region);
        for pane in court.all_panes().filter(|pane| supervisor.child(*pane).is_some()) {
            let (incarnation, pid) = supervisor.process(pane);
            recorder.chain.push(Line::Started(Started { at: 0, pane, incarnation, pid }));
        }
        recorder.start_at_rest(region);
        recorder.note_changes(region);
        recorder.write();
        recorder
    }

    /// Where the lines go.
    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    /// Whether the recording still waits for a state from which on it can be played again: the next hand-off, or a serve.
    pub fn waits_for_a_start(&self) -> bool {
        self.chain.waits_for_a_start()
    }

    /// Looks at the game: after each look of the supervisor. Returns when to look again, where nothing else says so.
    pub fn look(&mut self, supervisor: &Supervisor) -> Option<Instant> {
        if self.looked.elapsed() < SHORTEST && !supervisor.has_happenings() {
            return Some(self.looked + SHORTEST);
        }
        self.looked = Instant::now();
        self.collect(supervisor, false);
        self.write();
        self.next_look(supervisor)
    }

    /// Ends the recording; of a game that is over, when all of its processes have ended. Returns where the lines went.
    pub fn end(mut self, supervisor: &Supervisor, game_over: bool) -> S {
        for _ in 0..ATTEMPTS {
            // The ball before the logs: what moved its paddle is in them by then.
            let state = if game_over { supervisor.settled() } else { self.now_played(supervisor) };
            self.collect(supervisor, true);
            let Some((ownership, record)) = state else { break };
            let went_on = self.chain.last().is_some_and(|last| last.epoch > ownership.epoch);
            if game_over || !went_on {
                self.write_the_end(supervisor.region(), ownership, &record, game_over);
                break;
            }
        }
        self.write();
        supervisor.keep_happenings(false);
        self.sink
    }

    fn now_played(&self, supervisor: &Supervisor) -> Option<(Ownership, Record)> {
        let ownership = supervisor.region().baton.look()?;
        supervisor.region().ball(ownership, &self.court).ok().map(|record| (ownership, record))
    }

    fn write_the_end(&mut self, region: &Region, ownership: Ownership, record: &Record, game_over: bool) {
        if self.chain.waits_for_a_start() && self.chain.may_start_at(ownership.epoch) {
            let start = start::here(region, &self.court, ownership, record);
            self.start(start);
        }
        self.chain.come_to_the_end(ownership.epoch);
        let is_known = self.chain.last().is_some_and(|last| last.epoch == ownership.epoch);
        if self.chain.waits_for_a_start() || !is_known {
            // Nobody can say whether the ball is as it was played: the recording stays without its last line.
            return;
        }
        let Chain { unseen, corrupt, .. } = self.chain;
        self.chain.push(Line::End(Box::new(RecordingEnd {
            at: self.now(),
            epoch: ownership.epoch,
            pane: ownership.holder.pane(),
            ball: BallLine::of(&record.ball),
            unseen,
            corrupt,
            game_over,
        })));
    }

    /// All that is new, in its order, as lines of the chain.
    fn collect(&mut self, supervisor: &Supervisor, is_last: bool) {
        let mut happenings = supervisor.take_happenings();
        let is_replacement = |what: &Happened| matches!(what, Happened::Reinitialized(_));
        let replaced = happenings.iter().rposition(|it| is_replacement(&it.what)).map_or(0, |last| last + 1);
        let new = happenings.split_off(replaced);
        // What these have left in a Region is gone.
        happenings.into_iter().for_each(|happening| self.note(happening));
        let region = supervisor.region();
        let anchors: Vec<_> = new.iter().filter_map(|happening| happening.begun()).collect();
        let look = self.logs.read(region, &mut self.chain, &anchors, self.is_playable);
        for taken in new.iter().filter_map(|happening| happening.taken()) {
            self.logs.find_the_one_under_way(region, taken, &mut self.chain);
        }
        self.has_lost_controls = look.as_ref().is_some_and(|look| look.lost_controls);
        if self.has_lost_controls {
            self.seen = None;
        }
        if !self.sink.has_room_for_hops() {
            self.chain.leave_out_hops();
        }
        new.into_iter().for_each(|happening| self.note(happening));
        if let Some(look) = look {
            let is_gone = |owner: Owner| owner.pane().is_some_and(|pane| supervisor.child(pane).is_none());
            // The taker of an earlier one has noted it, or never will.
            let is_final = is_last || is_gone(look.before.holder);
            let is_complete =
                |known: &Known| is_final || known.arrived_ns.is_some() || known.hop.epoch < look.before.epoch;
            self.chain.write_hops(look.before.epoch, is_complete);
        }
        self.wait_for_a_start(region);
        self.note_changes(region);
    }

    /// A resting ball is a start.
    fn start_at_rest(&mut self, region: &Region) {
        if self.chain.waits_for_a_start()
            && region.baton.look() == Some(Ownership::REST)
            && let Ok(record) = region.ball(Ownership::REST, &self.court)
        {
            let ball = BallLine::of(&record.ball);
            self.start(start::with_paddles_in_the_middle(&self.court, 0, None, ball));
        }
    }

    /// In the middle of a game: a hand-off of which all is known is one.
    fn wait_for_a_start(&mut self, region: &Region) {
        if !self.chain.waits_for_a_start() {
            self.seen = None;
            return;
        }
        let now = region.baton.look();
        let before = self.seen.take();
        if let Some((seen, now)) =
            before.as_ref().zip(now).filter(|(_, now)| self.chain.may_start_at(now.epoch))
            && let Some(start) = seen.start(region, &self.court, now)
        {
            self.start(start);
            return;
        }
        self.seen = Seen::now(region, &self.court);
    }

    fn start(&mut self, start: super::line::Start) {
        let at = self.now();
        self.chain.start(super::line::Start { at, ..start });
    }

    /// What is read as it is now: only that it has changed is known.
    fn note_changes(&mut self, region: &Region) {
        let at = self.now();
        let now = region.settings();
        // The best rally is no choice of anybody.
        let settings = GameSettings { best: self.settings.best, ..now };
        if settings != self.settings {
            self.settings = settings;
            self.chain.push(Line::Settings(Settings { at, paused: now.paused, settings: now }));
        }
        let transport = region.transport();
        if transport != self.transport {
            self.transport = transport;
            self.chain.push(Line::Transport(Transport { at, transport }));
        }
        let latest = self.chain.last().map_or(0, |last| last.epoch);
        for pane in self.court.all_panes() {
            let (count, before) = (fenced(region, pane), &mut self.fenced[pane.index()]);
            // A process is late once an epoch at most; any other count is corrupt.
            if (before.saturating_add(1)..=latest).contains(&count) {
                self.chain.push(Line::Fenced(Fenced { at, pane, count }));
            }
            *before = if count <= latest { count } else { *before };
        }
    }

    /// A time on the clock of the recording: now.
    fn now(&self) -> u64 {
        clock::now_ns().saturating_sub(self.origin_ns)
    }

    fn write(&mut self) {
        for line in self.chain.take() {
            self.sink.write(&line);
        }
    }

    fn next_look(&self, supervisor: &Supervisor) -> Option<Instant> {
        let region = supervisor.region();
        let flies = region.baton.look().is_none_or(|ownership| ownership.holder != Owner::Supervisor);
        // Only the supervisor ends a rest, and then it looks.
        let is_over = || supervisor.ball().is_some_and(|ball| ball.score.is_over());
        if !flies || is_over() {
            return None;
        }
        let is_still = self.is_paced && region.is_paused();
        Some(Instant::now() + if is_still { SLOW_LOOK } else { LOOK })
    }
}

fn fenced(region: &Region, pane: crate::game::PaneId) -> u64 {
    region.pane(pane).status.fenced.load(Ordering::Relaxed)
}
