//! What one look finds: balls, epochs, records.

use super::*;

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
    assert_eq!(told.holds, Holds::No("the right pane has a ball that this court cannot have".to_owned()));
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
