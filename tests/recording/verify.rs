//! Whether a recording fits is found out by playing it again: sound ones do, and whatever is changed is found, with its line.

use std::io::Cursor;

use tripong::game::{Ball, Control, GameMode, GameRules, PaneId};
use tripong::recording::line::{BallLine, Control as ControlLine, Hex, Hop};
use tripong::recording::reader::Reader;
use tripong::recording::replayed::Misfit;
use tripong::recording::verify::{Checked, Failure, check};
use tripong::recording::{Line, Replayed};

use super::damage::small;
use super::generator::{Author, author, eventful, written};

/// What a check of these bytes comes to.
pub(crate) fn checked(bytes: &[u8]) -> Checked {
    match Reader::new(Cursor::new(bytes.to_vec())) {
        Ok(mut reader) => check(&mut reader, &mut |_| true),
        Err(fault) => panic!("{fault}"),
    }
}

pub(crate) fn assert_fits(game: &Author, what: &str) -> Checked {
    let found = checked(&written(&game.lines, 10));
    assert!(found.failure.is_none(), "{what}: {}", found.failure.unwrap());
    assert!(found.is_complete, "{what}: {found:?}");
    assert_eq!(found.ball, Some(game.ball()), "{what}");
    found
}

/// The one line that says why these lines do not fit, and at which of them that is found.
pub(crate) fn misfit(lines: &[Line]) -> (u64, String) {
    let found = checked(&written(lines, 10));
    match found.failure {
        Some(Failure::Misfit { line, misfit }) => (line, misfit.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_game_fits_whatever_befalls_it_with_any_number_of_panes_by_hand_or_not() {
    for panes in [2, 3, 5, 16] {
        for seed in 0..8 {
            for playable in [false, true] {
                let game = eventful(panes, seed, playable);
                let found = assert_fits(&game, &format!("{panes} panes, seed {seed}, playable {playable}"));
                let tally = found.tally;
                assert_eq!(
                    (tally.serves, tally.recoveries, tally.reinitializations, tally.deaths),
                    (3, 2, 1, 2)
                );
                assert_eq!((tally.unseen > 0, tally.controls > 0), (!playable, playable), "{tally:?}");
                assert!(tally.compared > 5 && tally.compared <= tally.hops, "{tally:?}");
            }
        }
    }
}

/// Adds time to the last hop before each line of this kind.
fn got_late(lines: &mut [Line], is_next: impl Fn(&Line) -> bool) -> usize {
    let begins = |line: &Line| matches!(line, Line::Hop(_) | Line::Serve(_) | Line::Recovered(_));
    let mut last_hop = None;
    let mut changed = 0;
    for index in 0..lines.len() {
        if let Some(before) = last_hop.filter(|_| is_next(&lines[index]))
            && let Line::Hop(Hop { took: Some(took), .. }) = &mut lines[before]
        {
            *took += 3_600_000_000_000;
            changed += 1;
        }
        if begins(&lines[index]) {
            last_hop = matches!(lines[index], Line::Hop(_)).then_some(index);
        }
    }
    changed
}

#[test]
fn a_frozen_process_may_note_late_that_it_had_got_the_ball_that_was_recalled_from_it() {
    let mut changed = 0;
    for seed in 0..40 {
        let mut game = eventful(3, seed, false);
        changed +=
            got_late(&mut game.lines, |line| matches!(line, Line::Serve(serve) if serve.from.is_some()));
        assert_fits(&game, &format!("seed {seed}"));
    }
    assert!(changed > 0);
    let mut game = author(3, 1, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(3);
    assert!(got_late(&mut game.lines, |line| matches!(line, Line::Hop(_))) > 0);
    assert!(misfit(&game.lines).1.contains("when its giver had got it"));
}

#[test]
fn a_match_fits_to_its_end_and_no_line_after_it_does() {
    let mut game = author(2, 3, false);
    let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
    game.serve(PaneId(0), rules, &[]);
    game.play_to_hop(u64::MAX);
    assert!(game.ball().score.is_over());
    let ended = game.clone();
    game.end();
    assert_fits(&game, "a match");
    let mut beyond = ended;
    let last = beyond.lines.iter().rev().find_map(|line| match line {
        Line::Hop(hop) => Some(*hop),
        _ => None,
    });
    let mut hop = last.unwrap();
    (hop.epoch, hop.hop, hop.from, hop.to) = (hop.epoch + 1, hop.hop + 1, hop.to, hop.from);
    beyond.push(Line::Hop(hop));
    let (line, why) = misfit(&beyond.lines);
    // There is a check line after every ten.
    let number = beyond.lines.len() + (beyond.lines.len() - 1) / 10;
    assert_eq!(line, number as u64);
    assert!(why.contains("the match is over"), "{why}");
}

#[test]
fn what_a_hop_says_is_compared_bit_by_bit_and_the_line_says_what_was_expected() {
    let mut game = author(3, 7, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(6);
    let place = game.lines.iter().rposition(|line| matches!(line, Line::Hop(hop) if hop.state.is_some()));
    let place = place.unwrap();
    let Line::Hop(good) = game.lines[place] else { panic!() };
    let tick = good.tick.unwrap();
    let at = format!("hop {} at tick {tick}", good.hop);
    let flip = |word: usize| {
        let mut state = good.state.unwrap();
        state.0[word] ^= 1;
        Some(state)
    };
    let cases = [
        (Hop { state: flip(0), ..good }, format!("{at}: x is ")),
        (Hop { state: flip(1), ..good }, format!("{at}: y is ")),
        (Hop { state: flip(2), ..good }, format!("{at}: vx is ")),
        (Hop { state: flip(3), ..good }, format!("{at}: vy is ")),
        (Hop { state: flip(4), ..good }, format!("{at}: hash is ")),
        (
            Hop { tick: Some(tick + 1), ..good },
            format!("hop {}: tick is {}, expected {tick}", good.hop, tick + 1),
        ),
        (Hop { tick: None, ..good }, "a state without a tick".to_owned()),
        (Hop { from: good.to, ..good }, format!("{at}: the giver is ")),
        (Hop { to: good.from, ..good }, format!("{at}: the taker is ")),
        (Hop { hop: good.hop + 1, ..good }, "the number of the hop is ".to_owned()),
        (Hop { epoch: good.epoch + 1, ..good }, ": the epoch is ".to_owned()),
        (Hop { offered: None, ..good }, "since an offer that has none".to_owned()),
        (Hop { offered: Some(1), ..good }, "the time of the offer is 1, expected at least ".to_owned()),
        (Hop { offered: Some(u64::MAX), ..good }, ": its time is ".to_owned()),
    ];
    for (bad, expected) in cases {
        let mut lines = game.lines.clone();
        lines[place] = Line::Hop(bad);
        let (line, why) = misfit(&lines);
        assert_eq!(line, 1 + (place + place / 10) as u64, "{why}");
        assert!(why.contains(&expected), "{why:?} instead of {expected:?}");
    }
}

#[test]
fn a_paddle_that_was_moved_otherwise_is_found_where_it_strikes() {
    let game = eventful(3, 1, true);
    let controls = || (0..game.lines.len()).filter(|place| matches!(game.lines[*place], Line::Control(_)));
    let mut found = 0;
    for place in controls() {
        let mut lines = game.lines.clone();
        lines.remove(place);
        let removed = checked(&written(&lines, 10)).failure;
        found += usize::from(removed.is_some());
        let Line::Control(control) = game.lines[place] else { panic!() };
        let impossible = [
            (ControlLine { word: Hex(1), ..control }, "is no word of a control"),
            (ControlLine { epoch: control.epoch + 1, ..control }, "the epoch is "),
            (ControlLine { tick: control.tick + 100_000, ..control }, "never comes"),
            (ControlLine { tick: 0, ..control }, "the tick of the control is 0, expected more than "),
            (ControlLine { pane: PaneId(3), ..control }, "the number of a pane is 3, expected 0 to 2"),
        ];
        for (bad, expected) in impossible {
            let mut lines = game.lines.clone();
            lines[place] = Line::Control(bad);
            let (line, why) = misfit(&lines);
            assert_eq!(line, 1 + (place + place / 10) as u64, "{why}");
            assert!(why.contains(expected), "{why:?} instead of {expected:?}");
        }
    }
    // Most of them move a paddle that strikes nothing.
    assert!(found > 10, "{found}");
}

#[test]
fn a_control_of_an_epoch_that_is_over_is_a_late_writers_and_changes_nothing() {
    let mut game = eventful(3, 1, true);
    let end = game.lines.pop().unwrap();
    let word = Hex(Control::Manual(tripong::game::Paddle::MIDDLE).word());
    game.push(Line::Control(ControlLine { epoch: game.epoch - 1, tick: 5, pane: PaneId(0), word }));
    game.push(end);
    assert_fits(&game, "late");
}

/// Every kind of line that has a ball, with one that is another.
#[test]
fn a_ball_that_is_another_is_found_in_every_line_that_has_one() {
    let game = eventful(3, 2, false);
    let changes: [fn(&mut BallLine); 9] = [
        |ball| ball.state.0[0] ^= 1,
        |ball| ball.state.0[1] ^= 1 << 40,
        |ball| ball.state.0[2] = f64::NAN.to_bits(),
        |ball| ball.state.0[3] ^= 1,
        |ball| ball.state.0[4] ^= 1,
        |ball| ball.tick += 1,
        |ball| ball.hop += 1,
        |ball| ball.score.0 ^= 1 << 17,
        |ball| ball.tick = u64::MAX,
    ];
    let mut kinds = 0;
    for place in 0..game.lines.len() {
        for change in changes {
            let mut lines = game.lines.clone();
            let balls: Vec<&mut BallLine> = match &mut lines[place] {
                Line::Start(start) => vec![&mut start.ball],
                Line::Serve(serve) => serve.before.iter_mut().chain(Some(&mut serve.ball)).collect(),
                Line::Recovered(recovered) => vec![&mut recovered.ball],
                Line::Reinitialized(back) => vec![&mut back.ball],
                Line::End(end) => vec![&mut end.ball],
                _ => continue,
            };
            balls.into_iter().for_each(change);
            kinds += 1;
            let (line, why) = misfit(&lines);
            assert_eq!(line, 1 + (place + place / 10) as u64, "{why}");
        }
    }
    assert!(kinds >= 8 * changes.len(), "{kinds}");
}

#[test]
fn a_clone_is_a_keyframe_from_which_the_rest_is_the_same() {
    let game = eventful(3, 6, true);
    let Line::Recording(header) = &game.lines[0] else { panic!() };
    let mut replayed = Replayed::begin(*header.clone()).unwrap();
    let mut keyframes = Vec::new();
    for (place, line) in game.lines.iter().enumerate().skip(1) {
        replayed.apply(line, &mut |_| true).unwrap();
        keyframes.push((place, replayed.clone(), replayed.keyframe()));
    }
    for (place, whole, mut small) in keyframes {
        let mut whole = whole;
        for line in &game.lines[place + 1..] {
            whole.apply(line, &mut |_| true).unwrap();
            small.apply(line, &mut |_| true).unwrap();
        }
        assert_eq!((whole.ball(), small.ball()), (Some(game.ball()), Some(game.ball())));
    }
}

#[test]
fn between_two_lines_the_ball_is_where_it_was_at_every_tick() {
    let mut game = author(3, 8, true);
    game.serve(PaneId(1), GameRules::default(), &[]);
    let mut truth: Vec<(usize, Ball)> = Vec::new();
    while game.ball().hop < 5 {
        game.tick();
        truth.push((game.lines.len(), game.ball()));
    }
    let Line::Recording(header) = &game.lines[0] else { panic!() };
    let mut replayed = Replayed::begin(*header.clone()).unwrap();
    let mut applied = 1;
    for (lines, ball) in truth {
        for line in &game.lines[applied..lines] {
            replayed.apply(line, &mut |_| true).unwrap();
        }
        applied = applied.max(lines);
        replayed.advance_to(ball.tick, &mut |_| true).unwrap();
        assert_eq!(replayed.ball(), Some(ball));
    }
}

#[test]
fn a_check_ends_when_its_caller_does_not_want_to_go_on() {
    let mut game = author(3, 7, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    // As if a launcher had not looked for centuries.
    let unseen = tripong::recording::line::Unseen { first: 2, last: 1 << 47 };
    game.push(Line::Unseen(unseen));
    let mut lines = game.lines.clone();
    let Line::Serve(serve) = &lines[lines.len() - 2] else { panic!("{:?}", lines[lines.len() - 2]) };
    let ball = BallLine { tick: 1 << 50, hop: (1 << 47) - 1, ..serve.ball };
    lines.push(Line::Recovered(Box::new(tripong::recording::line::Recovered {
        at: 9,
        epoch: (1 << 47) + 1,
        pane: PaneId(1),
        ball,
    })));
    let mut reader = Reader::new(Cursor::new(written(&lines, 100))).unwrap();
    let mut asked = 0;
    let found = check(&mut reader, &mut |_| {
        asked += 1;
        asked < 20
    });
    assert!(matches!(found.failure, Some(Failure::Stopped)), "{found:?}");
    assert!((1_000_000..3_000_000).contains(&found.tally.ticks), "{found:?}");
    let Line::Recording(header) = &lines[0] else { panic!() };
    let mut replayed = Replayed::begin(*header.clone()).unwrap();
    let (last, others) = lines.split_last().unwrap();
    others.iter().skip(1).for_each(|line| replayed.apply(line, &mut |_| true).unwrap());
    assert_eq!(replayed.apply(last, &mut |_| false), Err(Misfit::Stopped));
}

/// Writes `tests/corpus/recording/`, on which the properties are tried.
#[test]
#[ignore = "writes the corpus of the properties anew"]
fn write_the_corpus() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/recording");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, first: u8, bytes: &[u8]| {
        std::fs::write(folder.join(name), [&[first], bytes].concat()).unwrap();
    };
    let good = small();
    write("small", b'0', &good);
    write("small-repaired", b'1', &good);
    write("cut-off", b'0', &good[..good.len() - 100]);
    let compressed = ruzstd::encoding::compress_to_vec(&*good, ruzstd::encoding::CompressionLevel::Fastest);
    write("compressed", b'0', &compressed);
    write("compressed-cut-off", b'0', &compressed[..compressed.len() / 2]);
    let mut bomb = Vec::new();
    let zeros = vec![b'\n'; 4 << 20];
    bomb.extend(ruzstd::encoding::compress_to_vec(&*good, ruzstd::encoding::CompressionLevel::Fastest));
    bomb.extend(ruzstd::encoding::compress_to_vec(&*zeros, ruzstd::encoding::CompressionLevel::Fastest));
    write("compressed-bomb", b'0', &bomb);
    let mut game = author(3, 7, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.push(Line::Unseen(tripong::recording::line::Unseen { first: 2, last: (1 << 48) - 2 }));
    let ball = BallLine { tick: 1 << 52, hop: 1 << 40, ..BallLine::of(&game.ball()) };
    let pane = PaneId(1);
    let recovered = tripong::recording::line::Recovered { at: 9, epoch: (1 << 48) - 1, pane, ball };
    game.push(Line::Recovered(Box::new(recovered)));
    write("centuries", b'1', &written(&game.lines, 100));
    let mut back = author(2, 1, true);
    back.serve(PaneId(0), GameRules::default(), &[]);
    let kept = back.clone();
    back.play_to_hop(2);
    back.recall(PaneId(1), 3);
    back.go_back_to(&kept);
    back.play(2);
    back.end();
    write("goes-back", b'1', &written(&back.lines, 6));
    write("two", b'1', &[good.clone(), good].concat());
}
