use super::follow::INTERVALS;
use super::*;
use crate::game::{Court, PaneId};
use crate::platform::clock;
use crate::protocol::{
    Action, Arrival, End, Event, Owner, Ownership, Record, Region, Setup, TransportKind, What,
};
use crate::shm::Mapping;

const COURT: Court = Court { panes: 3, seed: 7 };
const LEFT: PaneId = PaneId(0);
const MIDDLE: PaneId = PaneId(1);
const RIGHT: PaneId = PaneId(2);

/// A game that is written by hand: each change of holder a millisecond after the last.
struct Game {
    mapping: Mapping<Region>,
    ownership: Ownership,
    hop: u64,
    start_ns: u64,
}

impl Game {
    fn new() -> Self {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        // Long enough ago for all that follows to be past.
        let start_ns = clock::now_ns() - 10_000_000_000;
        Self { mapping, ownership: Ownership::REST, hop: 0, start_ns }
    }

    fn region(&self) -> &Region {
        self.mapping.region()
    }

    fn at_ns(&self, epoch: u64) -> u64 {
        self.start_ns + epoch * 1_000_000
    }

    fn note(&self, at_ns: u64, what: What) {
        self.region().event_log.events.push(Event { at_ns, what }.words());
    }

    /// The supervisor puts the ball to a pane; its process takes it 10 µs later.
    fn serve(&mut self, to: PaneId) {
        let from = self.ownership.holder;
        self.ownership = self.region().baton.reclaim(self.ownership, to).unwrap();
        let epoch = self.ownership.epoch;
        self.note(self.at_ns(epoch), What::Served { pane: to, epoch, from });
        self.arrive(10_000);
    }

    fn recover(&mut self, pane: PaneId) {
        // The ledger has the same pane as giver and holder only through the supervisor.
        self.ownership = self.region().baton.reclaim(self.ownership, pane).unwrap();
        let epoch = self.ownership.epoch;
        self.note(self.at_ns(epoch), What::Recovered { pane, epoch });
    }

    fn swap(&mut self, to: PaneId) {
        self.ownership = self.region().baton.hand_off(self.ownership, to).unwrap();
        self.hop += 1;
    }

    fn hand_off(&mut self, to: PaneId) {
        self.swap(to);
        self.arrive(10_000);
    }

    fn arrive(&self, after_ns: u64) {
        let Owner::Pane(pane) = self.ownership.holder else { panic!("nobody") };
        let handed_ns = self.at_ns(self.ownership.epoch);
        let arrival =
            Arrival::of(self.ownership, TransportKind::Pipe, self.hop, handed_ns, handed_ns + after_ns);
        self.region().arrival_log(pane).push(arrival.words());
    }

    fn look(&self, flow: &mut Flow) {
        flow.follow(self.region(), &COURT);
    }

    fn format(&self, flow: &Flow) -> Vec<String> {
        let line = |(at_ns, entry): &(u64, Entry)| flow.format(*at_ns, *entry, &COURT);
        // Without the time and the length, which depends on now.
        flow.entries.iter().map(|entry| line(entry).split_once("  ").unwrap().1.to_owned()).collect()
    }
}

fn epochs(flow: &Flow) -> Vec<u64> {
    flow.intervals().map(|interval| interval.epoch).collect()
}

#[test]
fn before_the_first_serve_nothing_has_happened() {
    let (game, mut flow) = (Game::new(), Flow::default());
    game.look(&mut flow);
    assert!(flow.entries.is_empty() && flow.holder.is_none());
}

#[test]
fn an_interval_lasts_from_the_arrival_to_the_beginning_of_the_next_hand_off() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    game.look(&mut flow);
    game.hand_off(RIGHT);
    game.hand_off(MIDDLE);
    game.look(&mut flow);
    assert_eq!(epochs(&flow), [1, 2, 3]);
    let second = flow.interval_of(2).unwrap().clone();
    let (handed_ns, took_ns) = (game.at_ns(2), 10_000);
    let by = By::HandOff { from: MIDDLE, via: TransportKind::Pipe, handed_ns, took_ns: Some(took_ns) };
    let (from_ns, until_ns) = (Some(handed_ns + took_ns), Some(game.at_ns(3)));
    let expected = OwnershipInterval { pane: RIGHT, epoch: 2, hop: Some(1), from_ns, until_ns, by: Some(by) };
    assert_eq!(second, expected);
    // A process that comes back to the same ball logs it again: it has come only once.
    game.arrive(900_000);
    game.look(&mut flow);
    assert_eq!(flow.interval_of(3).unwrap().from_ns, Some(game.at_ns(3) + 10_000));
    let [first, last] = [1, 3].map(|epoch| flow.interval_of(epoch).unwrap());
    assert_eq!(first.by, Some(By::Served { at_ns: game.at_ns(1) }));
    assert_eq!((last.until_ns, flow.end_ns(last), flow.holder), (None, Some(flow.now_ns), Some(MIDDLE)));
    assert_eq!(flow.gaps().count(), 0);
    assert_eq!(game.format(&flow)[1], "epoch 2, hop 1: middle to right by pipe, 10.0 µs, stayed 990 µs");
}

#[test]
fn a_recall_and_a_recovery_name_the_pane_that_lost_the_ball() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    game.hand_off(LEFT);
    game.serve(RIGHT);
    game.note(game.at_ns(4) - 1, What::Died { pane: RIGHT, pid: 77, how: End::Signal(9) });
    game.recover(RIGHT);
    game.note(game.at_ns(4) + 5, What::Started { pane: RIGHT, pid: 78 });
    game.look(&mut flow);
    assert_eq!(flow.interval_of(3).unwrap().by, Some(By::Recalled { from: LEFT, at_ns: game.at_ns(3) }));
    assert_eq!(flow.interval_of(2).unwrap().until_ns, Some(game.at_ns(3)));
    assert_eq!(flow.interval_of(3).unwrap().until_ns, Some(game.at_ns(4)), "the dead one lost it here");
    let reported = [
        "the process of the right pane (pid 77) was killed by SIGKILL and was reaped",
        "epoch 4: recovered for the next process of right, its process has not taken it yet",
        "the right pane has a new process: pid 78",
    ];
    assert_eq!(game.format(&flow)[3..], reported);
    game.arrive(500_000);
    game.look(&mut flow);
    let reported = &game.format(&flow)[4];
    let had_it_late =
        "epoch 4, hop 1: recovered for the next process of right, which had it after 500 µs, here for ";
    assert!(reported.starts_with(had_it_late), "{reported}");
}

#[test]
fn what_was_overwritten_before_it_was_read_is_a_gap_and_nothing_is_invented() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    game.look(&mut flow);
    (0..200).for_each(|n| game.hand_off([LEFT, MIDDLE][n % 2]));
    game.look(&mut flow);
    let gaps: Vec<_> = flow.gaps().collect();
    // 63 of the 64 entries of each of the two arrival logs are there, and the giver of the oldest.
    let (from_ns, until_ns) = (Some(game.at_ns(1)), Some(game.at_ns(76)));
    assert_eq!(gaps, [Gap { first: 2, last: 74, from_ns, until_ns }]);
    assert_eq!(flow.end_ns(flow.interval_of(1).unwrap()), None, "nobody has logged when it left");
    let known_by_its_successor = flow.interval_of(75).unwrap();
    assert_eq!((known_by_its_successor.from_ns, known_by_its_successor.hop), (None, None));
    assert_eq!(epochs(&flow).len(), 1 + 127);
    assert_eq!(game.format(&flow)[1], "epochs 2 to 74: 73 changes of holder not seen");
}

#[test]
fn a_pane_that_died_before_it_logged_the_ball_is_known_by_what_came_after() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    game.swap(LEFT);
    game.look(&mut flow);
    let second = flow.interval_of(2).unwrap();
    assert_eq!((second.pane, second.from_ns, second.by), (LEFT, None, None));
    game.recover(LEFT);
    game.arrive(400_000);
    game.look(&mut flow);
    let second = flow.interval_of(2).unwrap();
    assert_eq!((second.from_ns, second.until_ns), (None, Some(game.at_ns(3))));
    let never_taken = "epoch 2: left had it, how it came was not seen, its process never took it";
    assert_eq!(game.format(&flow)[1], never_taken);
    assert_eq!(flow.gaps().count(), 0);
}

#[test]
fn a_hand_off_to_a_frozen_pane_is_known_by_the_record_of_its_giver() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    let handed_ns = game.at_ns(2);
    let ball = COURT.serve(LEFT, None);
    let record = Record { handed_ns, via: TransportKind::Socket, ..Record::served(ball, 1, 0) };
    game.region().pane(MIDDLE).write(1, &record);
    game.swap(LEFT);
    game.look(&mut flow);
    let by = By::HandOff { from: MIDDLE, via: TransportKind::Socket, handed_ns, took_ns: None };
    let interval = flow.interval_of(2).unwrap();
    assert_eq!((interval.by, interval.from_ns, interval.hop), (Some(by), None, Some(1)));
    assert_eq!(flow.interval_of(1).unwrap().until_ns, Some(handed_ns));
    let not_taken = "epoch 2, hop 1: middle to left by socket, its process has not taken it yet";
    assert_eq!(game.format(&flow)[1], not_taken);
    // When it runs again, it logs how long it took.
    game.arrive(70_000);
    game.look(&mut flow);
    assert!(game.format(&flow)[1].contains("by pipe, 70.0 µs, here for"), "{:?}", game.format(&flow));
}

#[test]
fn corrupt_entries_are_skipped_and_what_is_true_stays() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    game.hand_off(LEFT);
    let sound = Arrival::of(game.ownership, TransportKind::Shared, 1, game.at_ns(2), game.at_ns(2));
    let impossible = [
        [u64::MAX; 4],
        [0; 4],
        Arrival { epoch: 3, ..sound }.words(),
        Arrival { hop: 2, ..sound }.words(),
        Arrival { at_ns: sound.handed_ns - 1, ..sound }.words(),
        Arrival { at_ns: u64::MAX, ..sound }.words(),
        Arrival { giver: Owner::Pane(PaneId(3)), ..sound }.words(),
    ];
    impossible.iter().for_each(|words| game.region().arrival_log(RIGHT).push(*words));
    // A pane that never had it.
    game.region().arrival_log(RIGHT).push(sound.words());
    game.note(0, What::Recovered { pane: PaneId(9), epoch: 2 });
    game.note(u64::MAX, What::Reinitialized);
    game.look(&mut flow);
    assert_eq!(flow.corrupt, impossible.len() as u64 + 3);
    assert_eq!(epochs(&flow), [1, 2]);
    assert_eq!(flow.interval_of(2).map(|interval| interval.pane), Some(LEFT));
}

#[test]
fn a_corrupt_count_does_not_stop_the_flow() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    game.look(&mut flow);
    let entries = flow.entries.len();
    game.region().arrival_log(LEFT).set_count(u64::MAX);
    game.look(&mut flow);
    game.region().arrival_log(LEFT).set_count(0);
    game.hand_off(LEFT);
    game.look(&mut flow);
    game.look(&mut flow);
    assert_eq!(flow.entries.len(), entries + 1);
}

#[test]
fn actions_are_marks_with_a_word_each() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    for (number, action) in (2..).zip(Action::ALL) {
        game.note(game.at_ns(number), What::Done { pane: MIDDLE, action });
    }
    game.note(game.at_ns(8), What::Stalled { pane: MIDDLE });
    game.look(&mut flow);
    let words: Vec<_> = flow.marks().map(|mark| mark.event.what.word()).collect();
    assert_eq!(words, ["kill", "freeze", "continue", "hang", "tear", "stalled"]);
    assert_eq!(game.format(&flow)[2], "freeze (SIGSTOP), the middle pane: done");
}

#[test]
fn only_the_last_intervals_are_kept_and_what_was_forgotten_is_no_gap() {
    let (mut game, mut flow) = (Game::new(), Flow::default());
    game.serve(MIDDLE);
    for n in 0..INTERVALS + 500 {
        game.hand_off([LEFT, MIDDLE][n % 2]);
        if n % 50 == 0 {
            game.look(&mut flow);
        }
    }
    game.look(&mut flow);
    assert_eq!(flow.intervals().count(), INTERVALS);
    assert_eq!(flow.gaps().count(), 0);
}

#[test]
fn latencies_are_those_that_the_panes_have_counted() {
    let (game, mut flow) = (Game::new(), Flow::default());
    for (pane, ns) in [(LEFT, 1_000), (RIGHT, 2_000), (RIGHT, 900_000)] {
        game.region().latency(pane, TransportKind::Socket).record(ns);
    }
    game.look(&mut flow);
    let [socket] = &flow.latencies[..] else { panic!("one transport: {:?}", flow.latencies) };
    assert_eq!((socket.transport, socket.count, socket.percentiles.max), (TransportKind::Socket, 3, 900_000));
    assert_eq!(socket.bars.iter().map(|bar| bar.count).sum::<u64>(), 3);
}
