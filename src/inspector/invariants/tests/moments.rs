//! What one sample finds: balls, epochs, records.

use super::*;

#[test]
fn before_the_first_serve_there_is_one_ball_and_nothing_to_compare() {
    let Invariants { balls, epochs, hash, serves, records, .. } = Game::new().looked();
    assert_eq!((&balls.holds, balls.balls, balls.holder), (&Holds::Yes, 1, None));
    assert_eq!((&epochs.holds, epochs.epoch), (&Holds::Yes, 0));
    assert!(matches!(hash.holds, Holds::CannotTell(_)), "{hash:?}");
    assert!(matches!(serves.holds, Holds::CannotTell(_)), "{serves:?}");
    assert_eq!(records.holds, Holds::Yes);
}

#[test]
fn an_honest_game_with_recalls_and_recoveries_holds_every_invariant() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    for action in 0..20 {
        game.play(3);
        if action % 3 == 1 {
            game.recover();
        } else if action % 3 == 2 {
            game.serve([LEFT, RIGHT, MIDDLE][action % 4 % 3]);
        }
        game.look(&mut invariants);
        let all_hold = invariants.formatted().iter().all(|invariant| invariant.holds == Holds::Yes);
        assert!(all_hold, "{action}: {invariants:#?}");
    }
    assert_eq!((invariants.epochs.hops, invariants.epochs.recoveries, invariants.epochs.recalls), (60, 7, 6));
    assert_eq!((invariants.hash.hops, invariants.hash.behind_ticks, invariants.hash.compared), (60, 0, 20));
    assert_eq!((invariants.serves.placed, invariants.serves.equal), (7, 6));
}

#[test]
fn a_second_ball_of_this_epoch_or_a_later_one_is_a_violation_and_an_older_one_is_late() {
    let mut game = Game::served();
    game.play(4);
    let epoch = game.ownership.epoch;
    let Owner::Pane(holder) = game.ownership.holder else { panic!("nobody") };
    let other = if holder == LEFT { RIGHT } else { LEFT };
    game.set_in_hand(other, epoch - 1);
    let balls = game.looked().balls;
    assert_eq!(
        (&balls.holds, balls.balls, &balls.late[..]),
        (&Holds::Yes, 1, &[Held { pane: other, epoch: epoch - 1 }][..])
    );
    for wrong in [epoch, epoch + 1] {
        game.set_in_hand(other, wrong);
        let balls = game.looked().balls;
        assert_eq!((is_violated(&balls.holds), balls.balls), (true, 2), "{balls:?}");
    }
    game.set_in_hand(other, epoch - 1);
    game.set_in_hand(holder, epoch + 1);
    assert!(is_violated(&game.looked().balls.holds), "nobody can be ahead of the baton");
    game.region().pane(holder).status.in_hand.store(99, Ordering::Release);
    assert_eq!(game.looked().balls.holds, Holds::Yes, "a word that somebody wrote by mistake is no ball");
}

#[test]
fn a_ball_that_cannot_be_read_is_no_ball() {
    let mut game = Game::served();
    game.play(1);
    let mut bad = game.record();
    bad.ball.x = f64::NAN;
    for owner in [game.ownership.holder, game.ownership.giver] {
        for epoch in [game.ownership.epoch - 1, game.ownership.epoch] {
            game.region().slot(owner).write_both(epoch, &bad);
        }
    }
    let Invariants { balls, epochs, records, .. } = game.looked();
    assert_eq!((is_violated(&balls.holds), balls.balls), (true, 0), "{balls:?}");
    assert!(matches!(epochs.holds, Holds::CannotTell(_)));
    assert!(is_violated(&records.holds), "{records:?}");
}

#[test]
fn epochs_that_do_not_add_up_are_a_violation_only_if_they_stay_so() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    game.play(2);
    // The supervisor has taken the ball and not counted it yet.
    game.reclaim(LEFT);
    for now_ns in [0, 1, 2, SECOND - 1] {
        invariants.look(game.region(), now_ns, 0);
        assert!(matches!(invariants.epochs.holds, Holds::CannotTell(_)), "{:?}", invariants.epochs);
    }
    game.counts.recoveries += 1;
    game.region().event_log.set_counts(&game.counts);
    invariants.look(game.region(), 2 * SECOND, 0);
    assert_eq!(invariants.epochs.holds, Holds::Yes);
    game.counts.recoveries += 1;
    game.region().event_log.set_counts(&game.counts);
    (3..=5).for_each(|second| invariants.look(game.region(), second * SECOND, 0));
    assert_eq!(invariants.epochs.holds, Holds::No("3 is not 4".to_owned()));
    assert_eq!(invariants.formatted()[1].formula, "3 ≠ 2 + 2 + 0");
}

#[test]
fn a_torn_copy_is_reported_and_no_violation_and_a_corrupt_record_is_one() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    game.play(2);
    let slot = game.region().pane(MIDDLE);
    slot.tear(game.ownership.epoch, &game.record());
    game.look(&mut invariants);
    assert!(invariants.records.torn.is_empty(), "it may be being written");
    let mut next = game.record();
    next.ball.tick += 1;
    slot.tear(game.ownership.epoch, &next);
    game.look(&mut invariants);
    assert!(invariants.records.torn.is_empty(), "its writer has come further");
    game.look(&mut invariants);
    assert_eq!((&invariants.records.holds, &invariants.records.torn[..]), (&Holds::Yes, &[MIDDLE][..]));
    let mut bad = game.record();
    bad.ball.vx = 0.0;
    game.region().pane(RIGHT).write_both(2, &bad);
    game.look(&mut invariants);
    let reported = &invariants.formatted()[4];
    assert_eq!(reported.holds, Holds::No("the right pane has a ball that this court cannot have".to_owned()));
}

#[test]
fn what_is_reported_has_the_numbers_in_it() {
    let mut game = Game::served();
    game.play(52);
    for _ in 0..3 {
        game.recover();
    }
    game.serve(LEFT);
    let reported = game.looked().formatted();
    assert_eq!(reported[0].formula, "1 = 1 (in the left pane) + 0 (elsewhere)");
    assert_eq!(reported[1].formula, "56 = 52 + 3 + 1");
    let (left, right) = reported[2].formula.split_once(" = ").unwrap();
    assert_eq!((left, left.len()), (right, 16));
    let json = serde_json::to_value(game.looked()).unwrap();
    assert_eq!((&json["epochs"]["holds"], &json["epochs"]["hops"]), (&"yes".into(), &52.into()));
}
