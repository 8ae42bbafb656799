//! A recording with a play head: forward and back, from mark to mark, and the recorded game in a Region.

use std::path::PathBuf;
use std::sync::Mutex;

use tripong::game::{Ball, GameMode, GameRules, PaneId, ReferenceSimulation};
use tripong::inspector::{ShownParts, Watcher};
use tripong::protocol::Ownership;
use tripong::protocol::snapshot::{Medians, Snapshot};
use tripong::recording::Line;
use tripong::recording::line::BallLine;
use tripong::recording::playback::{
    Ending, Goal, Head, LONGEST_STAND_NS, MOST_MARKS, MarkKind, Playback, Rate,
};

use super::common::wait_for;
use super::generator::{Author, author, eventful, written};

/// A file with these bytes that is gone as soon as it is open.
fn with_file<T>(bytes: &[u8], open: impl FnOnce(&PathBuf) -> T) -> T {
    static COUNT: Mutex<u32> = Mutex::new(0);
    let number = {
        let mut count = COUNT.lock().unwrap();
        *count += 1;
        *count
    };
    let path = std::env::temp_dir().join(format!("tripong-playback-{}-{number}.jsonl", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let opened = open(&path);
    std::fs::remove_file(&path).unwrap();
    opened
}

/// All of it is read.
fn play(bytes: &[u8]) -> Playback {
    let mut playback = with_file(bytes, |path| Playback::open(path).unwrap());
    wait_for("the end of the file", || {
        playback.advance(0);
        playback.known().ending.is_some().then_some(())
    });
    playback
}

fn play_game(game: &Author) -> Playback {
    let playback = play(&written(&game.lines, 10));
    assert_eq!(playback.known().ending, Some(Ending::Complete));
    playback
}

/// All that a viewer sees there.
#[derive(Debug, PartialEq)]
struct Seen {
    head: Head,
    snapshot: Snapshot,
    now_ns: u64,
    happenings: Vec<(u64, String)>,
}

/// What is seen at one of so many places, and the play head at all of them: medians take their time.
const EVERY: u64 = 31;

fn seen(playback: &Playback) -> Seen {
    let (now_ns, court) = (playback.now_ns(), playback.court());
    let snapshot = Snapshot::take_at(playback.region(), &court, &mut Medians::default(), now_ns);
    Seen { head: playback.head().clone(), snapshot, now_ns, happenings: playback.happenings(20) }
}

/// The same, but not the whole at every place.
fn glimpse(playback: &Playback) -> (Head, Option<Seen>) {
    let head = playback.head();
    (head.clone(), head.ball.tick.is_multiple_of(EVERY).then(|| seen(playback)))
}

/// Every place at which something changes, from the beginning to the end.
fn all_steps(playback: &mut Playback) -> Vec<(Head, Option<Seen>)> {
    playback.go(Goal::Start);
    let mut all = vec![glimpse(playback)];
    while playback.go(Goal::Ticks(1)) {
        all.push(glimpse(playback));
    }
    all
}

#[test]
fn every_tick_is_the_same_whether_it_is_come_to_from_before_or_from_behind() {
    for (panes, playable) in [(3, true), (5, false)] {
        let game = eventful(panes, 4, playable);
        let mut playback = play_game(&game);
        let forward = all_steps(&mut playback);
        assert!(forward.len() > 2000, "{}", forward.len());
        assert!(forward.is_sorted_by(|a, b| a.0.shown_ns < b.0.shown_ns));
        for expected in forward.iter().rev().skip(1) {
            assert!(playback.go(Goal::Ticks(-1)));
            assert_eq!(&glimpse(&playback), expected);
        }
        assert!(!playback.go(Goal::Ticks(-1)), "this is the beginning");
        // Leaps, and steps of many ticks.
        for at in [1, 700, 55, 1999, 1200, 1201, 3] {
            assert!(playback.go(Goal::Shown(forward[at].0.shown_ns)));
            assert_eq!(glimpse(&playback), forward[at]);
            playback.go(Goal::Ticks(300));
            playback.go(Goal::Ticks(-300));
            assert_eq!(glimpse(&playback), forward[at]);
        }
    }
}

#[test]
fn no_tick_is_left_out_and_every_ball_is_the_one_of_the_game() {
    let game = eventful(3, 4, true);
    let mut playback = play_game(&game);
    let forward = all_steps(&mut playback);
    for pair in forward.windows(2) {
        let [before, after] = [&pair[0].0, &pair[1].0];
        let goes_back = after.epoch != before.epoch && after.ball.tick <= before.ball.tick;
        let goes_on = (0..=1).contains(&after.ball.tick.wrapping_sub(before.ball.tick));
        assert!(goes_on || goes_back, "{before:?} {after:?}");
    }
    let mut balls = forward.iter().map(|(head, _)| BallLine::of(&head.ball));
    // In their order: a ball that was lost and comes again is there twice.
    let mut wanted = |ball: &BallLine| assert!(balls.any(|found| found == *ball), "{ball:?}");
    for line in &game.lines {
        match line {
            Line::Serve(serve) => wanted(&serve.ball),
            Line::Recovered(recovered) => wanted(&recovered.ball),
            Line::Reinitialized(back) => wanted(&back.ball),
            Line::End(end) => wanted(&end.ball),
            _ => {}
        }
    }
    let seen_so = |epoch, state| {
        let mut of_epoch = forward.iter().filter(|(head, _)| head.epoch == epoch);
        of_epoch.any(|(head, _)| BallLine::of(&head.ball).state == state)
    };
    for line in &game.lines {
        if let Line::Hop(hop) = line
            && let Some(state) = hop.state
        {
            assert!(seen_so(hop.epoch, state), "hop {}", hop.hop);
        }
    }
}

#[test]
fn from_mark_to_mark_and_from_hop_to_hop() {
    let mut playback = play_game(&eventful(3, 4, true));
    let kinds: Vec<_> = playback.marks().iter().map(|mark| mark.kind).collect();
    let count = |kind| kinds.iter().filter(|other| **other == kind).count();
    assert_eq!((count(MarkKind::Death), count(MarkKind::Recovery), count(MarkKind::Recall)), (2, 2, 2));
    assert_eq!(
        (count(MarkKind::Fault), count(MarkKind::Freeze), count(MarkKind::Reinitialization)),
        (2, 1, 1)
    );
    let mut places = Vec::new();
    while playback.go(Goal::Mark { forward: true, kind: None }) {
        places.push(playback.head().shown_ns);
    }
    let mut marked: Vec<_> = playback.marks().iter().map(|mark| mark.shown_ns).collect();
    marked.dedup();
    assert_eq!(places, marked);
    playback.go(Goal::End);
    let mut deaths = 0;
    while playback.go(Goal::Mark { forward: false, kind: Some(MarkKind::Death) }) {
        deaths += 1;
        let words = playback.happenings(1).remove(0).1;
        assert!(words.contains("was killed by SIGKILL"), "{words}");
        // The ball is still the one that the dead process has left.
        let snapshot = seen(&playback).snapshot;
        assert_eq!(snapshot.ball, Some(playback.head().ball));
    }
    assert_eq!(deaths, 2);
    playback.go(Goal::Start);
    let mut epochs = Vec::new();
    while playback.go(Goal::Hops(1)) {
        epochs.push(playback.head().epoch);
    }
    let begins = playback.head().epoch;
    assert_eq!(epochs.pop(), Some(begins), "then the end");
    assert!(playback.go(Goal::Hops(-1)));
    for expected in epochs.iter().rev() {
        assert_eq!(playback.head().epoch, *expected);
        assert!(playback.go(Goal::Hops(-1)));
    }
}

#[test]
fn goals_are_marked_at_their_tick_and_the_last_one_ends_the_match() {
    let mut game = author(2, 3, false);
    let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
    game.serve(PaneId(1), rules, &[]);
    while !game.ball().score.is_over() {
        game.tick();
    }
    game.end();
    let mut playback = play_game(&game);
    let score = game.ball().score;
    let goals = usize::from(score.left) + usize::from(score.right);
    assert_eq!(playback.marks().len(), goals, "{:?}", playback.marks());
    assert_eq!(playback.marks().last().map(|mark| mark.kind), Some(MarkKind::MatchEnd));
    while playback.go(Goal::Mark { forward: true, kind: None }) {
        let after = playback.head().ball.score;
        let text = playback.marks().iter().find(|mark| mark.shown_ns == playback.head().shown_ns).unwrap();
        assert!(text.text.contains(&format!("{} : {}", after.left, after.right)), "{text:?} {after}");
        assert!(playback.go(Goal::Ticks(-1)));
        let before = playback.head().ball.score;
        assert_eq!(before.left + before.right + 1, after.left + after.right);
        assert!(playback.go(Goal::Ticks(1)));
        let news = seen(&playback).snapshot.recent.rally_end.unwrap();
        assert!(news.is_goal);
    }
}

#[test]
fn flow_and_invariants_hold_over_the_recorded_game_wherever_it_is_looked_at() {
    for playable in [true, false] {
        let mut playback = play_game(&eventful(3, 4, playable));
        let mut watcher = Watcher::over(&playback).unwrap();
        let mut look = |playback: &Playback| {
            watcher.follow(playback, ShownParts { memory: true, processes: false });
            assert!(
                watcher.invariants.none_is_violated(),
                "{:#?} at {:?}",
                watcher.invariants,
                playback.head()
            );
            assert_eq!(watcher.flow.corrupt, 0, "{:?}", playback.head());
            // One clock: what the flow has as zero is the beginning of the recording, also after steps back.
            assert_eq!(watcher.flow.origin_ns(), playback.header().origin_ns);
            let holder = watcher.flow.holder;
            assert_eq!(holder, playback.head().holder);
            assert_eq!(watcher.memory.moment().epoch, playback.head().epoch);
            watcher.flow.intervals().count()
        };
        look(&playback);
        let mut most = 0;
        while playback.go(Goal::Ticks(40)) {
            most = most.max(look(&playback));
        }
        assert!(most > 10, "{most}");
        while playback.go(Goal::Ticks(-77)) {
            look(&playback);
        }
        playback.go(Goal::Fraction(0.9));
        assert!(look(&playback) > 3, "what was before it is there as well");
    }
}

#[test]
fn a_long_recording_takes_a_bounded_index_and_any_place_of_it_is_found() {
    let mut game = author(3, 9, false);
    game.serve(game.court.middle(), GameRules::default(), &[]);
    game.play_to_hop(8000);
    game.end();
    let mut playback = play_game(&game);
    let (keyframes, bytes) = playback.kept();
    assert!((256..=1024).contains(&keyframes) && bytes <= 32 << 20, "{keyframes} {bytes}");
    let mut reference = ReferenceSimulation::new(game.court, game.court.middle());
    for hop in [1, 2, 700, 1999, 2000, 5000, 7999] {
        reference.run_until(|ball| ball.hop == hop);
        assert!(playback.go(Goal::Hop(hop)));
        assert_eq!(playback.head().ball, reference.ball());
        assert!(playback.go(Goal::Ticks(-1)));
        assert_eq!(playback.head().ball.hop, hop - 1);
    }
    for hop in [6000, 3, 4500, 4499] {
        assert!(playback.go(Goal::Hop(hop)));
        assert_eq!(playback.head().ball.hop, hop);
        let Ball { tick, .. } = playback.head().ball;
        assert!(playback.go(Goal::Tick(tick + 5)) && playback.head().ball.tick == tick + 5);
        let at_ns = playback.head().at_ns;
        playback.go(Goal::Start);
        assert!(playback.go(Goal::Recorded(at_ns)));
        assert_eq!(playback.head().ball.tick, tick + 5);
    }
    assert!(!playback.go(Goal::Hop(8001)) && !playback.go(Goal::Tick(u64::MAX)));
    playback.go(Goal::End);
    assert_eq!(playback.head().ball, game.ball());
}

#[test]
fn what_can_be_read_of_a_broken_file_is_shown_and_the_line_is_named() {
    let game = eventful(3, 4, false);
    let text = String::from_utf8(written(&game.lines, 10)).unwrap();
    let whole = play_game(&game).known().length_ns;
    let place = text.rfind("{\"hop\"").unwrap();
    let number = text[..place].matches('\n').count() + 1;
    let length_of = |bytes: &[u8]| {
        let mut playback = play(bytes);
        playback.go(Goal::End);
        (playback.known().length_ns, playback.known().ending.clone().unwrap(), playback.head().clone())
    };
    let (length, ending, head) = length_of(&text.as_bytes()[..place + 9]);
    assert!(length < whole && length > whole / 2 && ending == Ending::Cut, "{ending:?}");
    assert_eq!(head.line as usize, number - 1);
    let changed = text[place..].replacen(",\"", ",\"f", 1);
    let changed = format!("{}{changed}", &text[..place]);
    let (same_length, ending, _) = length_of(changed.as_bytes());
    let Ending::Fault(why) = &ending else { panic!("{ending:?}") };
    assert!(why.contains(&format!("line {number}:")), "{why} instead of {number}");
    assert_eq!(same_length, length);
    for bytes in [&b""[..], b"hello\n", &text.as_bytes()[..300]] {
        let error = with_file(bytes, |path| Playback::open(path).map(drop)).unwrap_err().to_string();
        assert!(
            error.ends_with("`tripong --record FILE` makes a recording") && !error.contains('\n'),
            "{error}"
        );
    }
}

#[test]
fn time_goes_by_at_the_chosen_rate_and_stops_at_the_end() {
    const LOOK: u64 = 10_000_000;
    let mut playback = play_game(&eventful(3, 4, true));
    for (rate, factor) in [(Rate::Quarter, 1), (Rate::Real, 4), (Rate::Eightfold, 32)] {
        playback.go(Goal::Start);
        playback.set_rate(rate);
        playback.set_playing(true);
        for look in 0..=20 {
            playback.advance(7 + look * LOOK);
        }
        assert_eq!(playback.head().shown_ns, 20 * LOOK / 4 * factor);
    }
    let mut clock_ns = 0;
    while playback.is_playing() {
        clock_ns += 20 * LOOK;
        playback.advance(clock_ns);
        assert!(clock_ns < 1_000_000_000_000);
    }
    assert_eq!(playback.head().shown_ns, playback.known().length_ns);
    playback.set_playing(true);
    assert_eq!(playback.head().shown_ns, 0, "from the beginning");
    // A viewer that was stopped for an hour does not leap.
    playback.advance(5);
    playback.advance(3_600_000_000_000);
    assert!(playback.head().shown_ns <= 8 * 250_000_000);
}

#[test]
fn a_ball_that_rests_or_is_paused_is_shown_resting_for_two_seconds() {
    let mut game = author(3, 1, true);
    game.rest(60_000_000_000);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(2);
    game.end();
    let mut playback = play_game(&game);
    assert_eq!(seen(&playback).snapshot.ownership, Ownership::REST);
    assert!(playback.go(Goal::Hops(1)));
    let head = playback.head().clone();
    assert!(head.at_ns > 60_000_000_000 && head.shown_ns <= LONGEST_STAND_NS, "{head:?}");
    assert_eq!((head.epoch, head.holder), (1, Some(PaneId(1))));
}

#[test]
fn a_gap_in_a_game_of_people_is_passed_over_and_the_game_goes_on_from_what_is_known_after_it() {
    let mut game = author(3, 4, true);
    game.serve(game.court.middle(), GameRules::default(), &[]);
    game.play_to_hop(3);
    let seen = game.lines.len();
    game.look_away(true);
    game.play_to_hop(6);
    game.look_away(false);
    // What has moved the paddles there was not seen either.
    let unseen = game.lines.split_off(seen);
    game.lines.extend(unseen.into_iter().filter(|line| !matches!(line, Line::Control(_))));
    game.tell_of_a_gap();
    let again = game.start();
    game.push(again);
    game.play_to_hop(8);
    game.end();
    let mut playback = play_game(&game);
    let mut watcher = Watcher::over(&playback).unwrap();
    let forward = all_steps(&mut playback);
    let hops: Vec<_> = forward.iter().map(|(head, _)| head.ball.hop).collect();
    assert!([0, 1, 2, 3, 6, 7, 8].iter().all(|hop| hops.contains(hop)), "{hops:?}");
    assert!(!hops.contains(&4) && hops.is_sorted());
    assert!(forward.iter().all(|(head, _)| head.epoch == 0 || head.holder.is_some()));
    for (expected, _) in forward.iter().rev().skip(1) {
        assert!(playback.go(Goal::Ticks(-1)));
        assert_eq!(playback.head(), expected);
        watcher.follow(&playback, ShownParts { memory: false, processes: false });
        assert!(watcher.invariants.none_is_violated(), "{:#?}", watcher.invariants);
    }
}

#[test]
fn many_marks_are_thinned_and_that_is_known() {
    let mut game = author(3, 1, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play(10);
    (0..MOST_MARKS).for_each(|_| game.kill(false));
    game.end();
    let playback = play_game(&game);
    assert!(playback.marks().len() <= MOST_MARKS);
    let known = playback.known();
    assert_eq!(known.marks, playback.marks().len() as u64 + known.marks_left_out);
    assert_eq!(known.marks, 3 * MOST_MARKS as u64, "an action, a death and a recovery each");
}
