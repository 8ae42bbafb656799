//! A consistent picture of the game, for windows and tests. It writes nothing.

use crate::game::{Ball, Control, Court, GameRules, Paddle, PaneId, Score};
use crate::platform::sync::{Ordering, Rights, Word};
use crate::protocol::{
    GameSettings, Histogram, Owner, Ownership, Recent, Record, RecordingStatus, Region, TransportKind,
};

/// How often a picture is tried before one without a ball is given.
const ATTEMPTS: usize = 100;

/// What can be seen of the game at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Who owns the ball.
    pub ownership: Ownership,
    /// The ball; None only if the Region is corrupt.
    pub ball: Option<Ball>,
    /// When the ball's next tick is due (`CLOCK_MONOTONIC`, ns), in a game in real time.
    pub due_ns: Option<u64>,
    /// Every pane, from left to right.
    pub panes: Vec<PaneView>,
    /// The transport in force: the next hand-off goes by it.
    pub transport: TransportKind,
    /// The hand-off by which the owner got the ball; None if the supervisor put it there.
    pub hand_off: Option<HandOff>,
    /// By transport, how long half of all hand-offs took at most, in nanoseconds; None if there was none yet. Only known
    /// while the windows explain.
    pub medians_ns: [Option<u64>; TransportKind::ALL.len()],
    /// What users have chosen.
    pub live_settings: GameSettings,
    /// The recording that goes on.
    pub recording: Option<RecordingStatus>,
    /// What has happened in the last seconds.
    pub recent: Recent,
}

/// A hand-off from one pane to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandOff {
    /// Which one, counted from 1.
    pub hop: u64,
    /// Who gave the ball.
    pub from: PaneId,
    /// Who got it.
    pub to: PaneId,
    /// By which transport.
    pub via: TransportKind,
    /// How long it took until the taker had the ball, in nanoseconds; None until the taker has reported it.
    pub took_ns: Option<u64>,
}

/// The medians of the last picture: they are counted anew only after a hand-off.
#[derive(Debug, Default)]
pub struct Medians {
    counted_at: Option<(u64, bool)>,
    ns: [Option<u64>; TransportKind::ALL.len()],
}

/// What can be seen of one pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaneView {
    /// Its process; 0 if there has not been one.
    pub pid: u64,
    /// How many processes it has had, this one included.
    pub incarnation: u64,
    /// Its paddle, where it is now.
    pub paddle: Paddle,
    /// Who moves the paddle.
    pub control: Control,
}

impl Snapshot {
    /// Looks at the Region until the ball, its owner, and the hand-off between them belong together.
    pub fn take(region: &Region<impl Rights>, court: &Court, medians: &mut Medians) -> Self {
        let picture = Self::look(region, court, medians);
        Self { recent: Recent::take(region), ..picture }
    }

    /// The same, where it is `now_ns`: of a game that was recorded.
    pub fn take_at(region: &Region<impl Rights>, court: &Court, medians: &mut Medians, now_ns: u64) -> Self {
        let picture = Self::look(region, court, medians);
        Self { recent: Recent::take_at(region, now_ns), ..picture }
    }

    /// All but what is recent.
    fn look(region: &Region<impl Rights>, court: &Court, medians: &mut Medians) -> Self {
        let (ownership, mut record, hand_off) = look(region, court);
        let live_settings = region.settings();
        if let (Ownership::REST, Some(record), Some(rules)) = (ownership, &mut record, live_settings.rules) {
            // The first serve will make it so.
            record.ball.score = Score::new(rules);
        }
        let panes = court.all_panes().map(|pane| view(region, court, pane, record.as_ref()));
        let is_received = hand_off.is_some_and(|hand_off| hand_off.took_ns.is_some());
        Self {
            ownership,
            ball: record.map(|record| record.ball),
            due_ns: record.map(|record| record.due_ns),
            panes: panes.collect(),
            transport: region.transport(),
            hand_off,
            medians_ns: if live_settings.explains {
                medians.at((ownership.epoch, is_received), region)
            } else {
                [None; 3]
            },
            live_settings,
            recording: region.event_log.recording(),
            recent: Recent::default(),
        }
    }

    /// How the game stands; as before the first serve where the ball cannot be read.
    pub fn score(&self) -> Score {
        self.ball.map(|ball| ball.score).unwrap_or_default()
    }

    /// Whether ticks pass: the ball flies, or lies still after a goal, and is not paused.
    pub fn has_ticks(&self) -> bool {
        self.is_in_play() && !self.live_settings.paused
    }

    /// Whether a window's keys move its own paddle only: users can want that for matches.
    pub fn has_own_keys(&self) -> bool {
        self.live_settings.own_keys && self.score().is_match()
    }

    /// Whether the ball flies: it was served, and the match is not over.
    pub fn is_in_play(&self) -> bool {
        self.holder().is_some() && !self.score().is_over()
    }

    /// What the next serve begins.
    pub fn next_rules(&self) -> GameRules {
        self.live_settings.rules.unwrap_or(self.score().rules)
    }

    /// The pane that owns the ball; None while it rests.
    pub fn holder(&self) -> Option<PaneId> {
        self.ownership.holder.pane()
    }
}

impl Medians {
    fn at(
        &mut self,
        moment: (u64, bool),
        region: &Region<impl Rights>,
    ) -> [Option<u64>; TransportKind::ALL.len()] {
        if self.counted_at != Some(moment) {
            self.counted_at = Some(moment);
            self.ns = TransportKind::ALL.map(|kind| {
                let all = Histogram::percentiles(region.latencies(kind));
                (all.count > 0).then_some(all.p50)
            });
        }
        self.ns
    }
}

/// The tick of the ball's life, and one pane at that tick. None if the ball cannot be read.
pub fn pane_now(region: &Region<impl Rights>, court: &Court, pane: PaneId) -> Option<(u64, PaneView)> {
    let (_, record, _) = look(region, court);
    let record = record?;
    Some((record.ball.tick, view(region, court, pane, Some(&record))))
}

/// What was read while one ownership lasted.
fn look(region: &Region<impl Rights>, court: &Court) -> (Ownership, Option<Record>, Option<HandOff>) {
    let mut last = Ownership::REST;
    for _ in 0..ATTEMPTS {
        let Some(ownership) = region.baton.look() else { continue };
        last = ownership;
        let hand_off = hand_off(region, court, ownership);
        if let Ok(record) = region.ball(ownership, court)
            && region.baton.is_still(ownership)
        {
            return (ownership, Some(record), hand_off);
        }
    }
    (last, None, None)
}

/// How the ball came to the holder of `ownership`. To be thrown away if the ownership is over meanwhile.
fn hand_off(region: &Region<impl Rights>, court: &Court, ownership: Ownership) -> Option<HandOff> {
    let (Owner::Pane(from), Owner::Pane(to)) = (ownership.giver, ownership.holder) else { return None };
    let given = region.ball_as_given(ownership, court).ok()?;
    let took_ns =
        region.has_received(ownership).then(|| region.pane(to).status.took_ns.load(Ordering::Relaxed));
    Some(HandOff { hop: given.ball.hop, from, to, via: given.via, took_ns })
}

fn view<M: Rights>(region: &Region<M>, court: &Court, pane: PaneId, record: Option<&Record>) -> PaneView {
    let slot = region.pane(pane);
    let control = region.control(pane);
    // Without a ball there is no tick: then a key has moved nothing yet.
    let paddle = match (control, record) {
        (Control::Autopilot, Some(record)) => slot.paddle_for(record, court),
        (Control::Autopilot, None) => Paddle::MIDDLE,
        (Control::Manual(paddle), _) => paddle,
        (Control::Held(key), record) => record.map_or(key.from, |record| key.paddle(record.ball.tick)),
    };
    let load = |cell: &Word<M>| cell.load(Ordering::Relaxed);
    PaneView { pid: load(&slot.status.pid), incarnation: load(&slot.status.incarnation), paddle, control }
}

// Miri has no memfd.
#[cfg(test)]
#[cfg(not(any(feature = "model", miri)))]
mod tests {
    use super::*;
    use crate::game::{Direction, HeldKey};
    use crate::protocol::Setup;
    use crate::shm::Mapping;

    const COURT: Court = Court { panes: 3, seed: 7 };
    const GIVER: PaneId = PaneId(0);
    const TAKER: PaneId = PaneId(1);

    /// The giver has the ball, and hands it over by pipe.
    fn hand_over(region: &Region, ownership: Ownership) -> Ownership {
        let mut record = Record::served(COURT.serve(TAKER, None), 1, 0);
        record.via = TransportKind::Pipe;
        region.pane(GIVER).write(ownership.epoch, &record);
        region.baton.hand_off(ownership, TAKER).unwrap()
    }

    #[test]
    fn a_hand_off_is_reported_with_its_time_as_soon_as_the_taker_has_the_ball() {
        let setup = Setup { explains: true, ..Setup::headless(COURT, 1) };
        let (_memfd, mapping) = Mapping::create(&setup).unwrap();
        let region = mapping.region();
        let mut medians = Medians::default();
        let mut take = || Snapshot::take(region, &COURT, &mut medians);
        let served = region.baton.reclaim(Ownership::REST, GIVER).unwrap();
        assert_eq!(take().hand_off, None, "it was the supervisor's");
        // What the taker's process status says is of an earlier hop, until it has this one.
        region.pane(TAKER).status.took_ns.store(1, Ordering::Relaxed);
        let ownership = hand_over(region, served);
        let via = TransportKind::Pipe;
        let expected = HandOff { hop: 1, from: GIVER, to: TAKER, via, took_ns: None };
        let before = take();
        assert_eq!((before.hand_off, before.medians_ns), (Some(expected), [None; 3]));
        region.latency(TAKER, via).record(7);
        region.pane(TAKER).status.took_ns.store(7, Ordering::Relaxed);
        region.pane(TAKER).status.in_hand.store(ownership.epoch + 1, Ordering::Release);
        let after = take();
        assert_eq!(after.hand_off, Some(HandOff { took_ns: Some(7), ..expected }));
        assert_eq!(after.medians_ns, [None, Some(7), None]);
    }

    #[test]
    fn a_held_key_is_seen_by_the_balls_tick_and_released_where_it_has_brought_the_paddle() {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let region = mapping.region();
        let served = region.baton.reclaim(Ownership::REST, TAKER).unwrap();
        let mut record = Record::served(COURT.serve(TAKER, None), 1, 0);
        let mut play_to = |tick| {
            record.ball.tick = tick;
            region.pane(TAKER).write(served.epoch, &record);
        };
        play_to(100);
        let (tick, view) = pane_now(region, &COURT, GIVER).unwrap();
        assert_eq!((tick, view.paddle, view.control), (100, Paddle::MIDDLE, Control::Autopilot));
        let key = HeldKey::pressed(view.paddle, Direction::Down, tick, TAKER);
        region.set_control(GIVER, Control::Held(key));
        let lower = |steps: f64| Paddle::at(Paddle::MIDDLE.y + steps * Paddle::STEP);
        let is_near = |a: Paddle, b: Paddle| (a.y - b.y).abs() < 1e-6;
        play_to(108);
        let snapshot = Snapshot::take(region, &COURT, &mut Medians::default());
        assert!(is_near(snapshot.panes[0].paddle, lower(8.0)), "{:?}", snapshot.panes[0]);
        let checkpoint = crate::protocol::Checkpoint::of(region, &COURT).unwrap();
        play_to(110);
        assert!(!region.release_key(GIVER, GIVER, 110), "the window of another pane has it");
        assert!(region.release_key(GIVER, TAKER, 110));
        assert!(!region.release_key(GIVER, TAKER, 111), "it was released");
        let put = |region: &Region| region.control(GIVER).paddle(u64::MAX).unwrap();
        assert!(is_near(put(region), lower(10.0)), "{:?}", region.control(GIVER));
        // A fresh Region has no window with a key.
        let (_memfd, fresh) = Mapping::create_zeroed().unwrap();
        checkpoint.lay_out(fresh.region(), &Setup::headless(COURT, 1));
        assert!(is_near(put(fresh.region()), lower(8.0)), "{:?}", fresh.region().control(GIVER));
        assert!(matches!(fresh.region().control(GIVER), Control::Manual(_)));
    }

    #[test]
    fn medians_are_counted_once_a_hop_and_only_while_somebody_reads_them() {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let region = mapping.region();
        let mut medians = Medians::default();
        let mut shared = || Snapshot::take(region, &COURT, &mut medians).medians_ns[0];
        region.latency(TAKER, TransportKind::Shared).record(5);
        assert_eq!(shared(), None, "nobody reads them");
        let seen = region.settings();
        region.change_settings(&seen, &GameSettings { explains: true, ..seen });
        assert_eq!(shared(), Some(5));
        region.latency(TAKER, TransportKind::Shared).record(1);
        assert_eq!(shared(), Some(5), "no hop since");
        region.baton.reclaim(Ownership::REST, GIVER).unwrap();
        assert_eq!(shared(), Some(1));
    }
}
