use super::*;
use crate::game::Lone;
use crate::game::{Ball, PaneId};
use crate::protocol::{Arrival, CarrierKind, Serve, Setup};
use crate::shm::Mapping;

const COURT: Court = Court { panes: 3, seed: 7 };
const LEFT: PaneId = PaneId(0);
const MIDDLE: PaneId = PaneId(1);
const RIGHT: PaneId = PaneId(2);
const SECOND: u64 = 1_000_000_000;
const PLENTY: u64 = u64::MAX;

/// A game as its panes and its supervisor write it, tick by tick, in one thread.
struct Game {
    mapping: Mapping<Region>,
    tenure: Tenure,
    lone: Lone,
    rally: u64,
    counts: Counts,
}

impl Game {
    fn new() -> Self {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let lone = Lone::new(COURT, MIDDLE);
        Self { mapping, tenure: Tenure::REST, lone, rally: 0, counts: Counts::default() }
    }

    fn served() -> Self {
        let mut game = Self::new();
        game.serve(MIDDLE);
        game
    }

    fn region(&self) -> &Region {
        self.mapping.region()
    }

    fn record(&self) -> Record {
        Record { via: CarrierKind::Shared, ..Record::served(self.lone.ball(), self.rally, 0) }
    }

    fn write(&self) {
        self.region().slot(self.tenure.holder).write(self.tenure.epoch, &self.record());
    }

    fn take(&mut self, to: PaneId) {
        self.region().slot(Owner::Supervisor).write(self.tenure.epoch, &self.record());
        self.tenure = self.region().baton.take(self.tenure, to).unwrap();
    }

    fn serve(&mut self, to: PaneId) {
        if self.tenure != Tenure::REST {
            self.lone.serve(to);
        }
        self.rally = self.tenure.epoch + 1;
        self.take(to);
        self.counts.serves += 1;
        self.tell_of_serve(self.lone.ball());
        self.region().journal.set_counts(&self.counts);
    }

    fn tell_of_serve(&self, ball: Ball) {
        let Owner::Pane(pane) = self.tenure.holder else { panic!("nobody") };
        let serve = Serve { epoch: self.tenure.epoch, pane, ball };
        self.region().journal.serves.push(serve.words());
    }

    fn recover(&mut self) {
        self.take(self.lone.pane());
        self.counts.recoveries += 1;
        self.region().journal.set_counts(&self.counts);
    }

    /// Until the ball has been handed over so many times more.
    fn play(&mut self, hops: u64) {
        for _ in 0..hops {
            let hop = self.lone.ball().hop;
            let pane = self.lone.pane();
            self.lone.run_until(|ball| ball.hop == hop && !ball_is_in(pane, ball));
            self.write();
            self.lone.run_until(|ball| ball.hop > hop);
            self.tenure = self.region().baton.hand_off(self.tenure, self.lone.pane()).unwrap();
        }
        self.write();
    }

    /// The pane's process says so twice, as one does that has a ball.
    fn set_holding(&self, pane: PaneId, epoch: u64) {
        let tenure = Tenure { epoch, giver: Owner::Supervisor, holder: Owner::Pane(pane) };
        self.region().trail(pane).push(Arrival::of(tenure, CarrierKind::Shared, 0, 0, 1).words());
        self.region().pane(pane).card.holding.store(epoch + 1, Ordering::Release);
    }

    fn look(&self, laws: &mut Laws) {
        laws.look(self.region(), 0, PLENTY);
    }

    fn looked(&self) -> Laws {
        let mut laws = Laws::new(COURT);
        self.look(&mut laws);
        laws
    }
}

fn ball_is_in(pane: PaneId, ball: &Ball) -> bool {
    COURT.outcome(pane, ball) == crate::game::Outcome::Stays
}

fn is_violated(holds: &Holds) -> bool {
    matches!(holds, Holds::No(_))
}

#[test]
fn before_the_first_serve_there_is_one_ball_and_nothing_to_compare() {
    let laws = Game::new().looked();
    assert_eq!((&laws.balls.holds, laws.balls.balls, laws.balls.holder), (&Holds::Yes, 1, None));
    assert_eq!((&laws.epochs.holds, laws.epochs.epoch), (&Holds::Yes, 0));
    assert!(matches!(laws.hash.holds, Holds::CannotTell(_)), "{:?}", laws.hash);
    assert!(matches!(laws.serves.holds, Holds::CannotTell(_)), "{:?}", laws.serves);
    assert_eq!(laws.records.holds, Holds::Yes);
}

#[test]
fn an_honest_game_with_recalls_and_recoveries_holds_every_law() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    for deed in 0..20 {
        game.play(3);
        if deed % 3 == 1 {
            game.recover();
        } else if deed % 3 == 2 {
            game.serve([LEFT, RIGHT, MIDDLE][deed % 4 % 3]);
        }
        game.look(&mut laws);
        assert!(laws.told().iter().all(|law| law.holds == Holds::Yes), "{deed}: {laws:#?}");
    }
    assert_eq!((laws.epochs.hops, laws.epochs.recoveries, laws.epochs.recalls), (60, 7, 6));
    assert_eq!((laws.hash.hops, laws.hash.behind_ticks, laws.hash.compared), (60, 0, 20));
    assert_eq!((laws.serves.placed, laws.serves.equal), (7, 6));
}

#[test]
fn a_second_ball_of_this_epoch_or_a_later_one_is_a_violation_and_an_older_one_is_late() {
    let mut game = Game::served();
    game.play(4);
    let epoch = game.tenure.epoch;
    let Owner::Pane(holder) = game.tenure.holder else { panic!("nobody") };
    let other = if holder == LEFT { RIGHT } else { LEFT };
    game.set_holding(other, epoch - 1);
    let balls = game.looked().balls;
    assert_eq!(
        (&balls.holds, balls.balls, &balls.late[..]),
        (&Holds::Yes, 1, &[Held { pane: other, epoch: epoch - 1 }][..])
    );
    for wrong in [epoch, epoch + 1] {
        game.set_holding(other, wrong);
        let balls = game.looked().balls;
        assert_eq!((is_violated(&balls.holds), balls.balls), (true, 2), "{balls:?}");
    }
    game.set_holding(other, epoch - 1);
    game.set_holding(holder, epoch + 1);
    assert!(is_violated(&game.looked().balls.holds), "nobody can be ahead of the baton");
    game.region().pane(holder).card.holding.store(99, Ordering::Release);
    assert_eq!(game.looked().balls.holds, Holds::Yes, "a word that somebody wrote by mistake is no ball");
}

#[test]
fn a_ball_that_cannot_be_read_is_no_ball() {
    let mut game = Game::served();
    game.play(1);
    let mut bad = game.record();
    bad.ball.x = f64::NAN;
    for owner in [game.tenure.holder, game.tenure.giver] {
        for epoch in [game.tenure.epoch - 1, game.tenure.epoch] {
            game.region().slot(owner).write_both(epoch, &bad);
        }
    }
    let laws = game.looked();
    assert_eq!((is_violated(&laws.balls.holds), laws.balls.balls), (true, 0), "{:?}", laws.balls);
    assert!(matches!(laws.epochs.holds, Holds::CannotTell(_)));
    assert!(is_violated(&laws.records.holds), "{:?}", laws.records);
}

#[test]
fn epochs_that_do_not_add_up_are_a_violation_only_if_they_stay_so() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    game.play(2);
    // The supervisor has taken the ball and not counted it yet.
    game.take(LEFT);
    for now_ns in [0, 1, 2, SECOND - 1] {
        laws.look(game.region(), now_ns, 0);
        assert!(matches!(laws.epochs.holds, Holds::CannotTell(_)), "{:?}", laws.epochs);
    }
    game.counts.recoveries += 1;
    game.region().journal.set_counts(&game.counts);
    laws.look(game.region(), 2 * SECOND, 0);
    assert_eq!(laws.epochs.holds, Holds::Yes);
    game.counts.recoveries += 1;
    game.region().journal.set_counts(&game.counts);
    (3..=5).for_each(|second| laws.look(game.region(), second * SECOND, 0));
    assert_eq!(laws.epochs.holds, Holds::No("3 is not 4".to_owned()));
    assert_eq!(laws.told()[1].formula, "3 ≠ 2 + 2 + 0");
}

#[test]
fn the_lone_game_keeps_to_its_budget_and_catches_up() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    game.play(10);
    laws.look(game.region(), 0, 500);
    assert_eq!(laws.hash.ticks, 500);
    assert!(matches!(laws.hash.holds, Holds::CannotTell(_)), "nothing was compared yet: {:?}", laws.hash);
    let behind = laws.hash.behind_ticks;
    laws.look(game.region(), 0, 500);
    assert_eq!((laws.hash.ticks, laws.hash.behind_ticks), (1000, behind - 500));
    game.look(&mut laws);
    assert_eq!((&laws.hash.holds, laws.hash.behind_ticks, laws.hash.compared), (&Holds::Yes, 0, 1));
}

#[test]
fn a_ball_that_is_off_by_one_bit_is_a_violation_and_stays_one() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    game.play(3);
    game.look(&mut laws);
    assert_eq!(laws.hash.holds, Holds::Yes);
    let mut record = game.record();
    record.ball.y = f64::from_bits(record.ball.y.to_bits() ^ 1);
    record.ball.tick += 1;
    game.region().slot(game.tenure.holder).write(game.tenure.epoch, &record);
    game.look(&mut laws);
    assert!(is_violated(&laws.hash.holds), "{:?}", laws.hash);
    game.play(3);
    game.look(&mut laws);
    assert!(is_violated(&laws.hash.holds) && !laws.none_is_violated());
}

#[test]
fn a_paddle_moved_by_hand_ends_the_comparison_until_the_next_serve() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    game.play(2);
    game.look(&mut laws);
    let by_hand = &game.region().pane(LEFT).card.by_hand;
    by_hand.store(game.tenure.epoch + 1, Ordering::Relaxed);
    // From here on the ball flies as nobody can know.
    let ball = game.lone.ball();
    game.lone = Lone::from_serve(COURT, game.lone.pane(), Ball { vy: -ball.vy, ..ball });
    game.play(2);
    game.look(&mut laws);
    let Holds::CannotTell(why) = &laws.hash.holds else { panic!("{:?}", laws.hash) };
    assert!(
        why.contains("a person has moved a paddle, last in epoch 3") && why.contains("press Start"),
        "{why}"
    );
    game.serve(RIGHT);
    game.play(5);
    game.look(&mut laws);
    assert_eq!((&laws.hash.holds, laws.hash.since_epoch, laws.hash.hops), (&Holds::Yes, Some(6), 5));
    assert!(laws.none_is_violated());
    // Somebody who looks only now comes to the same.
    assert_eq!((game.looked().hash.holds, game.looked().hash.since_epoch), (Holds::Yes, Some(6)));
}

#[test]
fn more_serves_than_the_journal_keeps_are_compared_from_the_oldest_kept_on() {
    let (mut game, mut late) = (Game::served(), Laws::new(COURT));
    for n in 0..100 {
        game.play(1);
        game.serve([LEFT, RIGHT][n % 2]);
        if n == 20 {
            // It is slow: one that looks in between would have seen them all.
            late.look(game.region(), 0, 10);
        }
    }
    game.play(3);
    let laws = game.looked();
    // 63 of 101: the oldest began with epoch 1 + 2 * 38.
    assert_eq!((&laws.hash.holds, laws.hash.since_epoch), (&Holds::Yes, Some(77)), "{:?}", laws.hash);
    assert_eq!((laws.serves.placed, laws.serves.equal), (63, 62));
    game.look(&mut late);
    assert_eq!((late.hash.holds.clone(), late.hash.since_epoch), (Holds::Yes, Some(77)));
}

#[test]
fn a_serve_that_the_seed_does_not_draw_is_a_violation() {
    let mut game = Game::served();
    game.play(1);
    let ball = game.lone.ball();
    game.lone.serve(LEFT);
    let mut wrong = game.lone.ball();
    wrong.x += 0.5;
    game.rally = game.tenure.epoch + 1;
    game.take(LEFT);
    game.tell_of_serve(wrong);
    let laws = game.looked();
    assert!(is_violated(&laws.serves.holds), "{:?}", laws.serves);
    assert!(ball.tick > 0);
}

#[test]
fn an_entry_that_is_no_serve_is_told_and_the_comparison_begins_after_it() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    game.play(2);
    game.look(&mut laws);
    game.region().journal.serves.push([u64::MAX; 10]);
    game.serve(RIGHT);
    game.play(2);
    game.look(&mut laws);
    game.look(&mut laws);
    assert_eq!((&laws.hash.holds, laws.hash.since_epoch), (&Holds::Yes, Some(4)), "{:?}", laws.hash);
    assert_eq!(laws.serves.nonsense, 1);
}

#[test]
fn a_serve_that_is_told_late_is_waited_for() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    game.play(2);
    game.look(&mut laws);
    game.lone.serve(LEFT);
    game.rally = game.tenure.epoch + 1;
    game.take(LEFT);
    let ball = game.lone.ball();
    game.look(&mut laws);
    assert_eq!((&laws.hash.holds, laws.hash.compared), (&Holds::Yes, 1));
    game.tell_of_serve(ball);
    game.play(1);
    game.look(&mut laws);
    assert_eq!((&laws.hash.holds, laws.hash.compared), (&Holds::Yes, 3));
}

#[test]
fn a_ball_that_goes_back_to_where_it_was_taken_over_is_the_same_game() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    game.play(1);
    let start = game.lone.clone();
    let tick = start.ball().tick;
    game.lone.run_until(|ball| ball.tick == tick + 50);
    game.write();
    game.look(&mut laws);
    // Its owner has left garbage: it goes on from where it came in, and is recalled there.
    game.lone = start;
    game.recover();
    game.look(&mut laws);
    game.serve(RIGHT);
    game.play(1);
    game.look(&mut laws);
    assert!(laws.none_is_violated(), "{laws:#?}");
    assert_eq!(laws.hash.behind_ticks, 0);
}

#[test]
fn a_torn_copy_is_told_and_no_violation_and_a_record_that_is_garbage_is() {
    let (mut game, mut laws) = (Game::served(), Laws::new(COURT));
    game.play(2);
    let slot = game.region().pane(MIDDLE);
    slot.tear(game.tenure.epoch, &game.record());
    game.look(&mut laws);
    assert!(laws.records.torn.is_empty(), "it may be being written");
    let mut next = game.record();
    next.ball.tick += 1;
    slot.tear(game.tenure.epoch, &next);
    game.look(&mut laws);
    assert!(laws.records.torn.is_empty(), "its writer has come further");
    game.look(&mut laws);
    assert_eq!((&laws.records.holds, &laws.records.torn[..]), (&Holds::Yes, &[MIDDLE][..]));
    let mut bad = game.record();
    bad.ball.vx = 0.0;
    game.region().pane(RIGHT).write_both(2, &bad);
    game.look(&mut laws);
    let told = &laws.told()[4];
    assert_eq!(told.holds, Holds::No("right has a ball that this court cannot have".to_owned()));
}

#[test]
fn what_is_told_has_the_numbers_in_it() {
    let mut game = Game::served();
    game.play(52);
    for _ in 0..3 {
        game.recover();
    }
    game.serve(LEFT);
    let told = game.looked().told();
    assert_eq!(told[0].formula, "1 = 1 (in the left pane) + 0 (elsewhere)");
    assert_eq!(told[1].formula, "56 = 52 + 3 + 1");
    let (left, right) = told[2].formula.split_once(" = ").unwrap();
    assert_eq!((left, left.len()), (right, 16));
    let json = serde_json::to_value(game.looked()).unwrap();
    assert_eq!((&json["epochs"]["holds"], &json["epochs"]["hops"]), (&"yes".into(), &52.into()));
}
