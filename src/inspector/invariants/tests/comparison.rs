//! The same game alone, compared.

use super::*;

#[test]
fn the_reference_simulation_keeps_to_its_budget_and_catches_up() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    game.play(10);
    invariants.look(game.region(), 0, 500);
    assert_eq!(invariants.hash.ticks, 500);
    let hash = &invariants.hash;
    assert!(matches!(hash.holds, Holds::CannotTell(_)), "nothing was compared yet: {hash:?}");
    let behind = invariants.hash.behind_ticks;
    invariants.look(game.region(), 0, 500);
    assert_eq!((invariants.hash.ticks, invariants.hash.behind_ticks), (1000, behind - 500));
    game.look(&mut invariants);
    let hash = &invariants.hash;
    assert_eq!((&hash.holds, hash.behind_ticks, hash.compared), (&Holds::Yes, 0, 1));
}

#[test]
fn a_ball_that_is_off_by_one_bit_is_a_violation_and_stays_one() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    game.play(3);
    game.look(&mut invariants);
    assert_eq!(invariants.hash.holds, Holds::Yes);
    let mut record = game.record();
    record.ball.y = f64::from_bits(record.ball.y.to_bits() ^ 1);
    record.ball.tick += 1;
    game.region().slot(game.ownership.holder).write(game.ownership.epoch, &record);
    game.look(&mut invariants);
    assert!(is_violated(&invariants.hash.holds), "{:?}", invariants.hash);
    game.play(3);
    game.look(&mut invariants);
    assert!(is_violated(&invariants.hash.holds) && !invariants.none_is_violated());
}

#[test]
fn a_paddle_moved_by_hand_ends_the_comparison_until_the_next_serve() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    game.play(2);
    game.look(&mut invariants);
    let by_hand = &game.region().pane(LEFT).status.by_hand;
    by_hand.store(game.ownership.epoch + 1, Ordering::Relaxed);
    // From here on the ball flies as nobody can know.
    let ball = game.reference.ball();
    game.reference =
        ReferenceSimulation::from_serve(COURT, game.reference.pane(), Ball { vy: -ball.vy, ..ball });
    game.play(2);
    game.look(&mut invariants);
    let Holds::CannotTell(why) = &invariants.hash.holds else { panic!("{:?}", invariants.hash) };
    assert!(why.contains("moved a paddle, last in epoch 3") && why.contains("press Start"), "{why}");
    game.serve(RIGHT);
    game.play(5);
    game.look(&mut invariants);
    let hash = &invariants.hash;
    assert_eq!((&hash.holds, hash.since_epoch, hash.hops), (&Holds::Yes, Some(6), 5));
    assert!(invariants.none_is_violated());
    // An inspector that looks only now comes to the same.
    assert_eq!((game.looked().hash.holds, game.looked().hash.since_epoch), (Holds::Yes, Some(6)));
}

#[test]
fn more_serves_than_the_event_log_keeps_are_compared_from_the_oldest_kept_on() {
    let (mut game, mut late) = (Game::served(), Invariants::new(COURT));
    for n in 0..100 {
        game.play(1);
        game.serve([LEFT, RIGHT][n % 2]);
        if n == 20 {
            // It is slow: one that looks in between would have seen them all.
            late.look(game.region(), 0, 10);
        }
    }
    game.play(3);
    let invariants = game.looked();
    // 63 of 101: the oldest began with epoch 1 + 2 * 38.
    let hash = &invariants.hash;
    assert_eq!((&hash.holds, hash.since_epoch), (&Holds::Yes, Some(77)), "{hash:?}");
    assert_eq!((invariants.serves.placed, invariants.serves.equal), (63, 62));
    game.look(&mut late);
    assert_eq!((late.hash.holds.clone(), late.hash.since_epoch), (Holds::Yes, Some(77)));
}

#[test]
fn a_serve_that_the_seed_does_not_draw_is_a_violation() {
    let mut game = Game::served();
    game.play(1);
    let ball = game.reference.ball();
    game.reference.serve(LEFT);
    let mut wrong = game.reference.ball();
    wrong.x += 0.5;
    game.rally = game.ownership.epoch + 1;
    game.reclaim(LEFT);
    game.log_serve(wrong);
    let invariants = game.looked();
    assert!(is_violated(&invariants.serves.holds), "{:?}", invariants.serves);
    assert!(ball.tick > 0);
}

#[test]
fn an_entry_that_is_no_serve_is_counted_and_the_comparison_begins_after_it() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    game.play(2);
    game.look(&mut invariants);
    game.region().event_log.serves.push([u64::MAX; 10]);
    game.serve(RIGHT);
    game.play(2);
    game.look(&mut invariants);
    game.look(&mut invariants);
    let hash = &invariants.hash;
    assert_eq!((&hash.holds, hash.since_epoch), (&Holds::Yes, Some(4)), "{hash:?}");
    assert_eq!(invariants.serves.corrupt, 1);
}

#[test]
fn a_serve_that_is_logged_late_is_waited_for() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    game.play(2);
    game.look(&mut invariants);
    game.reference.serve(LEFT);
    game.rally = game.ownership.epoch + 1;
    game.reclaim(LEFT);
    let ball = game.reference.ball();
    game.look(&mut invariants);
    assert_eq!((&invariants.hash.holds, invariants.hash.compared), (&Holds::Yes, 1));
    game.log_serve(ball);
    game.play(1);
    game.look(&mut invariants);
    assert_eq!((&invariants.hash.holds, invariants.hash.compared), (&Holds::Yes, 3));
}

#[test]
fn a_ball_that_goes_back_to_where_it_was_taken_over_is_the_same_game() {
    let (mut game, mut invariants) = (Game::served(), Invariants::new(COURT));
    game.play(1);
    let start = game.reference.clone();
    let tick = start.ball().tick;
    game.reference.run_until(|ball| ball.tick == tick + 50);
    game.write();
    game.look(&mut invariants);
    // Its owner has left a corrupt ball: it goes on from where it came in, and is recalled there.
    game.reference = start;
    game.recover();
    game.look(&mut invariants);
    game.serve(RIGHT);
    game.play(1);
    game.look(&mut invariants);
    assert!(invariants.none_is_violated(), "{invariants:#?}");
    assert_eq!(invariants.hash.behind_ticks, 0);
}
