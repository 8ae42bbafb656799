//! The same game alone, compared.

use super::*;

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
