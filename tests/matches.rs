//! Whole matches by real processes, and what users may do to the time of a game: held against the same game in one
//! process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use common::memory::{Memory, game};
use common::report::{self, assert_conserved, number};
use common::{Ended, Output, Program, TestProcess, Watchdog, run, sleep_for_looks, wait_until};
use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::game::ReferenceSimulation;
use tripong::game::{BallSize, Court, GameMode, GameRules, Skill};
use tripong::protocol::{GameSettings, Speed};

/// The same match in one process, here: its hash and its score.
fn alone(seed: u64, size: BallSize) -> (String, [u64; 2]) {
    let _watchdog = Watchdog::start();
    let court = Court { panes: 3, seed };
    let mut game = ReferenceSimulation::by(
        GameRules { mode: GameMode::Match, size, ..GameRules::default() },
        court,
        court.middle(),
    );
    game.run_until(|_| false);
    let ball = game.ball();
    (format!("{:016x}", ball.hash), [ball.score.left.into(), ball.score.right.into()])
}

fn reported(report: &Value) -> (String, [u64; 2]) {
    let score = ["left", "right"].map(|side| number(&report["score"], side));
    (report["hash"].as_str().unwrap().to_owned(), score)
}

const MATCH: &str = "--headless --unpaced --json --mode match";

#[test]
fn a_match_is_the_same_by_every_transport_with_every_ball() {
    for (seed, size) in [(1, BallSize::Normal), (2, BallSize::Small), (3, BallSize::Large)] {
        let expected = alone(seed, size);
        for how in ["shared", "pipe", "socket", "shared --swap-every 1"] {
            let arguments = format!("{MATCH} --seed {seed} --ball {} --transport {how}", size.name());
            let report = run(&arguments).quiet_report(0);
            assert_conserved(&report);
            assert_eq!(reported(&report), expected, "{arguments}");
            assert_eq!((&report["mode"], &report["ball_size"]), (&"match".into(), &size.name().into()));
            assert!(report["score"]["winner"].is_string(), "{report}");
        }
    }
}

#[test]
fn a_match_survives_every_death_with_its_score() {
    let expected = alone(4, BallSize::Normal);
    for step in ["before-write", "inside-write", "before-swap", "after-swap", "accept"] {
        for transport in ["shared", "pipe"] {
            let count = if step.contains("write") { 20_000 } else { 40 };
            let arguments = format!(
                "{MATCH} --seed 4 --restarts unlimited --transport {transport} --fail {step}:kill:{count}"
            );
            let Output { ended, stdout, stderr } = run(&arguments);
            assert_eq!(ended, Ended::Code(0), "{arguments}: {stdout}{stderr}");
            let report = serde_json::from_str(&stdout).unwrap();
            assert_conserved(&report);
            assert_eq!(reported(&report), expected, "{arguments}");
            assert!(number(&report, "restarts") > 0, "{arguments}: {report}");
        }
    }
}

#[test]
fn the_text_report_of_a_match_reports_the_score() {
    let (_, [left, right]) = alone(1, BallSize::Normal);
    let Output { ended, stdout, .. } = run("--headless --unpaced --mode match --seed 1");
    assert_eq!(ended, Ended::Code(0));
    let line = format!("score      left {left}, right {right}: left wins");
    assert!(stdout.lines().any(|reported| reported == line), "{stdout}");
}

#[test]
fn a_rally_has_no_score() {
    let report = run("--headless --unpaced --json --hops 50 --seed 1").quiet_report(0);
    assert_eq!((&report["mode"], &report["ball_size"]), (&"rally".into(), &"normal".into()));
    assert!(report["score"].is_null(), "{report}");
    let passes = number(&report, "passes");
    assert!(passes > 0 && passes <= 50, "{report}");
}

/// Stops the game, of which nothing was to be said.
fn stop(game: Program) -> Value {
    let (report, stderr) = report::stop(game);
    assert_eq!(stderr, "", "{report}");
    report
}

/// Says that the game is paused, as a window does, and wakes nobody; the owner sees it before its next tick.
fn pause(memory: &Memory) -> u64 {
    memory.region().set_paused(true);
    memory.wait_until_it_stands()
}

#[test]
fn a_paused_ball_stands_still_is_not_recalled_and_flies_on_as_it_would_have() {
    let (game, _panes, memory) = game("--stall 300ms");
    let ticks = pause(&memory);
    sleep_for_looks(2);
    assert_eq!(memory.ticks(), Some(ticks));
    memory.region().set_paused(false);
    memory.wait_for_ticks(100);
    let report = stop(game);
    assert_eq!(number(&report, "recalls"), 0, "nobody took it for frozen: {report}");
}

#[test]
fn a_paused_game_sleeps() {
    let (game, panes, memory) = game("");
    pause(&memory);
    let naps = || panes.iter().map(TestProcess::naps).sum::<u64>();
    wait_until("all panes to be still for some looks", || {
        let before = naps();
        sleep_for_looks(3);
        // A pane looks up once a second.
        naps() - before < 3 * 3 * 3
    });
    stop(game);
}

#[test]
fn after_a_pause_the_ball_does_not_hurry() {
    let (game, _panes, memory) = game("");
    let before = pause(&memory);
    sleep_for_looks(2);
    let start = std::time::Instant::now();
    memory.region().set_paused(false);
    memory.wait_for_ticks(100);
    let most = start.elapsed().as_secs_f64() * 240.0 + 2.0;
    let ticks = memory.ticks().unwrap() - before;
    assert!(ticks as f64 <= most + 24.0, "{ticks} ticks where there was time for {most}");
    stop(game);
}

#[test]
fn a_paused_ball_of_a_dead_process_waits_with_the_next_one() {
    let (game, panes, memory) = game("");
    let ticks = pause(&memory);
    let owner = memory.owner().unwrap();
    panes[owner].signal(Signal::SIGKILL);
    wait_until("the next process", || memory.incarnation(owner as u8) == 2);
    wait_until("the next process to be ready", || game.panes(3)[owner].has_attached());
    sleep_for_looks(2);
    assert_eq!(memory.ticks(), Some(ticks));
    memory.region().set_paused(false);
    memory.wait_for_ticks(100);
    game.launcher().signal(Signal::SIGTERM);
    let report = game.finish().report();
    assert_conserved(&report);
    assert_eq!(number(&report, "recoveries"), 1, "{report}");
}

#[test]
fn speed_changes_no_hash() {
    let speeds = Speed::ALL.map(|speed| format!("--speed {}", speed.name()));
    // Conserved means: the same ball as one process has that knows no time.
    let games = speeds.map(|speed| Program::start(&format!("--headless --json --hops 4 --seed 5 {speed}")));
    let hashes = games.map(|game| {
        let report = game.finish().quiet_report(0);
        assert_conserved(&report);
        report["hash"].clone()
    });
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");
}

#[test]
fn at_no_speed_a_game_runs_ahead_of_its_clock() {
    for (speed, per_second) in [("slow", 120.0), ("fastest", 480.0)] {
        let start = std::time::Instant::now();
        let report = run(&format!("--headless --json --for 1s --seed 5 --speed {speed}")).quiet_report(0);
        let most = start.elapsed().as_secs_f64() * per_second + 2.0;
        assert!(number(&report, "ticks") as f64 <= most, "{speed}: {report}");
        assert!(number(&report, "ticks") >= 12, "{speed}: {report}");
    }
}

#[test]
fn what_users_want_next_begins_with_the_next_serve() {
    let (game, panes, memory) = game("--stall 300ms");
    let rules = GameRules { mode: GameMode::Match, size: BallSize::Large, autopilot: Skill::Fair };
    let seen = memory.region().settings();
    memory.region().change_settings(&seen, &GameSettings { rules: Some(rules), ..seen });
    memory.wait_for_ticks(100);
    let now = |memory: &Memory| memory.ball().map(|ball| ball.score.rules);
    assert_eq!(now(&memory), Some(GameRules::default()), "not before");
    // A recall is a serve.
    let owner = memory.freeze_the_owner(&panes);
    wait_until("the ball to be recalled", || memory.owner().is_some_and(|pane| pane != owner));
    assert_eq!(now(&memory), Some(rules));
    panes[owner].signal(Signal::SIGCONT);
    memory.wait_for_ticks(100);
    game.launcher().signal(Signal::SIGTERM);
    let report = game.finish().report();
    assert_conserved(&report);
    assert_eq!((&report["mode"], &report["ball_size"]), (&"match".into(), &"large".into()));
}
