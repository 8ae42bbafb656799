//! The Region of a real game, looked at while it was played, and the one that its recording lays out at the same tick: they have the
//! same words, as far as a recording has them.

use nix::sys::signal::Signal;
use tripong::game::{Control, Court, Outcome, PaneId};
use tripong::inspector::{ShownParts, Watcher};
use tripong::platform::sync::Ordering;
use tripong::protocol::{
    Arrival, Corrupt, Counts, Event, GameSettings, Histogram, Owner, Ownership, Percentiles, Record, Region,
    TransportKind, What,
};
use tripong::recording::playback::{Ending, Goal, MarkKind, Playback};

use super::common::memory::Memory;
use super::common::recorded::TestFile;
use super::common::{Ended, Program, TestProcess, wait_for, wait_until};

const COURT: Court = Court { panes: 3, seed: 1 };

/// What is in a half of a slot.
type Half = Result<Option<(u64, Record)>, Corrupt>;

/// What a Region has that a recording has too.
#[derive(Debug, PartialEq)]
struct Words {
    ownership: Ownership,
    ball: Record,
    records: Vec<[Half; 2]>,
    statuses: Vec<[u64; 7]>,
    controls: Vec<Control>,
    transport: (TransportKind, u64),
    settings: GameSettings,
    counts: Counts,
    /// The recorder reads the clock for itself, so their times are some microseconds apart.
    events: Vec<Option<What>>,
    serves: Vec<[u64; 10]>,
    arrivals: Vec<Vec<Option<Arrival>>>,
    latencies: Vec<Percentiles>,
}

/// A record without what only paces it, or tells how a recovered ball once came.
fn plain(record: Record, owner: Owner) -> Record {
    let plain = Record { due_ns: 0, ..record };
    if owner == Owner::Supervisor { Record { via: TransportKind::Shared, ..plain } } else { plain }
}

fn records(region: &Region) -> Vec<[Half; 2]> {
    let owners = COURT.all_panes().map(Owner::Pane).chain([Owner::Supervisor]);
    let of = |owner: Owner| {
        let of = region.slot(owner).records(&COURT);
        of.map(|record| record.map(|record| record.map(|(epoch, record)| (epoch, plain(record, owner)))))
    };
    owners.map(of).collect()
}

fn status(region: &Region, pane: PaneId) -> [u64; 7] {
    let status = &region.pane(pane).status;
    let words = [&status.pid, &status.incarnation, &status.in_hand, &status.hops, &status.fenced];
    let [pid, incarnation, in_hand, hops, fenced] = words.map(|word| word.load(Ordering::Acquire));
    let [took_ns, by_hand] = [&status.took_ns, &status.by_hand].map(|word| word.load(Ordering::Acquire));
    [pid, incarnation, in_hand, hops, fenced, took_ns, by_hand]
}

fn arrivals(region: &Region, pane: PaneId) -> Vec<Option<Arrival>> {
    let entries = region.arrival_log(pane).since(0).entries.into_iter().map(Arrival::from_words);
    // When a pane had what the supervisor gave it is in no recording.
    let at_ns = |arrival: &Arrival| if arrival.via.is_some() { arrival.at_ns } else { 0 };
    let known = |arrival: Arrival| Arrival { at_ns: at_ns(&arrival), ..arrival };
    entries.map(|arrival| arrival.map(known)).collect()
}

/// None if the ball was handed over meanwhile, flew on, or is about to leave its pane.
fn words(region: &Region) -> Option<Words> {
    let ownership = region.baton.look()?;
    let ball = region.ball_as_played(ownership, &COURT).ok()??;
    // On its last tick it is the taker's in a recording.
    let holder = ownership.holder.pane()?;
    if COURT.outcome(holder, &ball.ball) != Outcome::Stays {
        return None;
    }
    let events = region.event_log.events.since(0).entries.into_iter();
    let words = Words {
        ownership,
        ball: plain(ball, ownership.holder),
        records: records(region),
        statuses: COURT.all_panes().map(|pane| status(region, pane)).collect(),
        controls: COURT.all_panes().map(|pane| region.control(pane)).collect(),
        transport: (region.transport(), region.swaps()),
        settings: region.settings(),
        counts: region.event_log.counts(),
        events: events.map(|words| Event::from_words(words).map(|event| event.what)).collect(),
        serves: region.event_log.serves.since(0).entries,
        arrivals: COURT.all_panes().map(|pane| arrivals(region, pane)).collect(),
        latencies: TransportKind::ALL.map(|kind| Histogram::percentiles(region.latencies(kind))).to_vec(),
    };
    let is_same =
        region.baton.is_still(ownership) && region.ball_as_played(ownership, &COURT) == Ok(Some(ball));
    is_same.then_some(words)
}

/// The words some ticks later, in the middle of a flight.
fn look(memory: &Memory, samples: &mut Vec<Words>) {
    memory.wait_for_ticks(30);
    samples.push(wait_for("a tick during which all can be read", || words(memory.region())));
    // What befalls the game next is not of this tick.
    memory.wait_for_ticks(5);
}

/// A game with a kill of each kind, a recall and another transport, and what it looked like in between.
fn play(file: &TestFile) -> Vec<Words> {
    let arguments = "--headless --json --for 5min --seed 1 --stall 300ms --transport pipe";
    let game = Program::start(&format!("{arguments} --record {}", file.name()));
    let mut panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    let mut samples = Vec::new();
    look(&memory, &mut samples);
    let hops = || memory.ball().map_or(0, |ball| ball.hop);
    wait_until("some hops", || hops() > 1);
    look(&memory, &mut samples);
    let owner = memory.freeze_the_owner(&panes);
    wait_until("a recall", || memory.region().event_log.counts().recalls() == 1);
    panes[owner].signal(Signal::SIGCONT);
    wait_until("it to be fenced", || memory.fenced(owner) == 1);
    look(&memory, &mut samples);
    let owner = wait_for("an owner", || memory.owner());
    kill(&memory, &panes, owner);
    panes = game.panes(3);
    look(&memory, &mut samples);
    let other = wait_for("an owner", || memory.owner()).wrapping_add(1) % 3;
    kill(&memory, &panes, other);
    game.panes(3);
    let before = hops();
    wait_until("some hops", || hops() > before + 1);
    look(&memory, &mut samples);
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(128 + Signal::SIGTERM as i32));
    samples
}

fn kill(memory: &Memory, panes: &[TestProcess], pane: usize) {
    let place = PaneId(u8::try_from(pane).unwrap());
    panes[pane].signal(Signal::SIGKILL);
    wait_until("another process", || {
        let status = &memory.region().pane(place).status;
        memory.incarnation(place.0) == 2 && status.ready.load(Ordering::Acquire) == 1
    });
}

#[test]
fn a_recording_lays_out_what_was_in_the_region_of_the_real_game() {
    let file = TestFile::new("jsonl");
    let samples = play(&file);
    let mut playback = Playback::open(file.path()).unwrap();
    wait_until_read(&mut playback);
    assert_eq!(playback.known().ending, Some(Ending::Complete));
    for sample in &samples {
        let tick = sample.ball.ball.tick;
        assert!(playback.go(Goal::Tick(tick)), "{tick}");
        assert_eq!(playback.head().epoch, sample.ownership.epoch, "no tick was played twice");
        assert_eq!(words(playback.region()).as_ref(), Some(sample), "at tick {tick}");
    }
    let of = |kind| playback.marks().iter().filter(|mark| mark.kind == kind).count();
    assert_eq!((of(MarkKind::Recall), of(MarkKind::Death), of(MarkKind::Freeze)), (1, 2, 1));
    let mut watcher = Watcher::over(&playback).unwrap();
    playback.go(Goal::Start);
    while playback.go(Goal::Ticks(60)) {
        watcher.follow(&playback, ShownParts { memory: false, processes: false });
        assert!(watcher.invariants.none_is_violated(), "{:#?}", watcher.invariants);
        assert_eq!(watcher.flow.corrupt, 0);
    }
}

fn wait_until_read(playback: &mut Playback) {
    wait_for("the end of the file", || {
        playback.advance(0);
        playback.known().ending.is_some().then_some(())
    });
}
