//! Recordings that go back, miss epochs, or begin amid a game: where another `start` must follow, and where it must not.

use tripong::game::{GameRules, PaneId};
use tripong::recording::Line;
use tripong::recording::line::{Bits, Hex};

use super::generator::{Author, author};
use super::verify::{assert_fits, misfit};

/// It fits to its end if a `start` line comes next, and only then.
fn assert_needs_a_start(mut game: Author) {
    let mut without = game.clone();
    game.push(game.start());
    game.play_to_hop(12);
    game.end();
    assert_eq!(assert_fits(&game, "with a start").tally.starts, 2);
    without.play_to_hop(12);
    without.end();
    let (_, why) = misfit(&without.lines);
    assert!(why.contains("no `start` line before it"), "{why}");
}

#[test]
fn a_line_that_goes_back_further_than_is_kept_is_named_as_such() {
    let mut game = author(3, 7, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(3);
    let kept = game.clone();
    // At each recovery the state is kept: so many that the first are forgotten.
    for _ in 0..5000 {
        game.kill(false);
        game.play(1);
    }
    game.go_back_to(&kept);
    let (_, why) = misfit(&game.lines);
    assert!(why.contains("longer ago than a reader keeps"), "{why}");
}

#[test]
fn a_game_that_goes_back_beyond_the_recording_needs_a_start_and_fits_from_there() {
    for playable in [false, true] {
        let mut game = author(3, 7, playable);
        game.serve(PaneId(1), GameRules::default(), &[]);
        game.play_to_hop(3);
        let kept = game.clone();
        game.play_to_hop(6);
        // The recording begins here.
        let header = game.lines[0].clone();
        let start = game.start();
        game.lines = vec![header, start];
        game.play_to_hop(9);
        game.go_back_to(&kept);
        assert_needs_a_start(game);
    }
}

#[test]
fn in_a_game_that_people_play_what_was_not_seen_is_a_gap_and_a_start_follows() {
    let mut game = author(3, 7, true);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(3);
    game.look_away(true);
    game.play_to_hop(7);
    game.look_away(false);
    let is_control = |line: &Line| matches!(line, Line::Control(_));
    // The controls of the epochs that were not seen are not there, and the last hop is a start.
    let seen = game.lines.iter().rposition(|line| matches!(line, Line::Hop(_))).unwrap();
    let mut rest = game.lines.split_off(seen + 1);
    rest.retain(|line| !is_control(line));
    game.lines.extend(rest);
    game.tell_of_a_gap();
    assert_needs_a_start(game);
}

#[test]
fn before_the_first_start_the_game_may_go_back_and_epochs_may_be_missed() {
    let mut game = author(3, 9, true);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(4);
    let kept = game.clone();
    game.play_to_hop(6);
    game.lines.truncate(1);
    game.go_back_to(&kept);
    game.play_to_hop(8);
    // The hops since then were not seen.
    game.lines.truncate(2);
    game.miss(kept.epoch + 2, game.epoch - 1);
    game.push(game.start());
    game.play_to_hop(12);
    game.end();
    assert_eq!(assert_fits(&game, "begun late").tally.starts, 1);
}

#[test]
fn a_recording_of_a_game_that_runs_already_begins_with_any_epoch() {
    let mut game = author(3, 9, true);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(40);
    let (header, start) = (game.lines[0].clone(), game.start());
    game.lines = vec![header, start];
    game.play_to_hop(50);
    game.end();
    assert_fits(&game, "begun late");
    let Line::Start(good) = &game.lines[1] else { panic!() };
    let changes: [fn(&mut tripong::recording::line::Start); 9] = [
        |start| start.paddles.truncate(2),
        |start| start.paddles[0].1 = u64::MAX,
        |start| start.paddles[0].0 = Hex(f64::NAN.to_bits()),
        |start| start.paddles[0].0 = Hex(9.0_f64.to_bits()),
        |start| start.pane = None,
        |start| start.pane = Some(PaneId(200)),
        |start| start.epoch = 3,
        |start| start.epoch = u64::MAX,
        |start| start.ball.state = Bits([0, 0, 0, 4.8_f64.to_bits(), 0]),
    ];
    for change in changes {
        let mut bad = good.clone();
        change(&mut bad);
        let mut lines = game.lines.clone();
        lines[1] = Line::Start(bad);
        assert_eq!(misfit(&lines).0, 2);
    }
}
