//! How a game with windows ends: a line for its players, a report for programs, a verdict for those who watch.

use std::ffi::OsString;

use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::cli::{Game, Mode};
use tripong::game::{BallSize, Control, GameMode, GameRules, Paddle, PaneId, Skill};
use tripong::protocol::{GameSettings, Speed, Tempo, TransportKind};

use crate::common::memory::Memory;
use crate::common::process::wait_until_gone;
use crate::common::{Ended, Output, Program, wait_until};
use crate::desktop::Desktop;
use crate::{ESCAPE, serve};

/// All of them.
pub(crate) const TESTS: &[(&str, fn())] = &[
    ("the_last_line_of_a_game_names_a_command_that_plays_it_again", the_last_line_plays_it_again),
    ("the_last_line_comes_after_every_end_in_order_and_stdout_stays_empty", after_every_end_in_order),
    ("a_game_with_windows_has_a_report_for_programs", a_report_for_programs),
    ("chaos_in_windows_ends_with_its_verdict_in_a_window", chaos_shows_its_verdict),
    ("ctrl_c_ends_a_verdict_at_once", ctrl_c_ends_a_verdict),
    ("a_killed_launcher_takes_its_verdict_along", a_killed_launcher_takes_its_verdict_along),
];

const VERDICT: &str = "tripong: verdict";

/// The last line of a game, without its command line, and that.
fn last_line(output: &Output) -> (&str, &str) {
    let line = output.stderr.lines().last().unwrap_or_else(|| panic!("no line: {output:?}"));
    line.split_once("; again: ").unwrap_or_else(|| panic!("{output:?}"))
}

fn game_of(command_line: &str) -> Game {
    match Mode::from_args(command_line.split(' ').map(OsString::from)).unwrap() {
        Mode::Launcher(game) => *game,
        other => panic!("{other:?}"),
    }
}

fn hops(memory: &Memory) -> u64 {
    memory.ball().map_or(0, |ball| ball.hop)
}

fn the_last_line_plays_it_again() {
    let desktop = Desktop::start();
    let command_line = "tripong --seed 42 --mode match --ball large --transport pipe --stall 3s";
    let game = desktop.tripong(command_line.strip_prefix("tripong ").unwrap());
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    serve(&desktop, &windows);
    wait_until("some hops", || hops(&memory) > 2);
    panes[1].signal(Signal::SIGKILL);
    wait_until("the pane to be reaped", || panes[1].is_gone());
    game.panes(3);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!((output.ended, output.stdout.as_str()), (Ended::Code(143), ""), "{output:?}");
    let (summary, again) = last_line(&output);
    assert!(summary.starts_with("tripong: seed 42, "), "{summary}");
    assert!(summary.contains(" hops, 1 death (the ball survived), left ") && summary.contains(" : right "));
    let (played, same) = (game_of(command_line), game_of(again));
    assert_eq!(Game { chosen: played.chosen, ..same.clone() }, played, "{again}");
    // Whatever is remembered by then.
    let rules = Some(GameRules { mode: GameMode::Rally, size: BallSize::Small, autopilot: Skill::Hard });
    let (speed, tempo) = (Speed::Slow, Tempo::Rising);
    let other = GameSettings { rules, speed, tempo, ..GameSettings::default() };
    let remembered = GameSettings::default();
    assert_eq!(same.settings(Some(other)), played.settings(Some(remembered)), "{again}");
}

fn after_every_end_in_order() {
    let desktop = Desktop::start();
    for (how, code) in [("closed", 0), ("ctrl-C", 130)] {
        let game = desktop.tripong("--seed 7");
        let windows = desktop.windows(3);
        let memory = Memory::of(&game.panes(3)[0]);
        serve(&desktop, &windows);
        memory.region().swap_transport(TransportKind::Socket);
        wait_until("some hops", || hops(&memory) > 2);
        match how {
            "closed" => desktop.close(&windows[1]),
            _ => game.launcher().signal(Signal::SIGINT),
        }
        let output = game.finish();
        assert_eq!((output.ended, output.stdout.as_str()), (Ended::Code(code), ""), "{how}: {output:?}");
        let (summary, again) = last_line(&output);
        assert_eq!(output.stderr.lines().count(), 1, "{how}: {output:?}");
        assert!(summary.contains(" hops") && !summary.contains("death"), "{how}: {summary}");
        assert_eq!(
            again,
            "tripong --seed 7 --mode rally --ball normal --autopilot fair --speed normal --tempo steady --transport socket",
            "{how}"
        );
        desktop.wait_until_empty();
    }
}

fn a_report_for_programs() {
    let desktop = Desktop::start();
    for by_hand in [false, true] {
        let game = desktop.tripong("--seed 3 --json");
        let windows = desktop.windows(3);
        let memory = Memory::of(&game.panes(3)[0]);
        serve(&desktop, &windows);
        if by_hand {
            let far = Control::Manual(Paddle::at(*Paddle::RANGE.end()));
            (0..3).for_each(|pane| memory.region().set_control(PaneId(pane), far));
        }
        wait_until("some hops", || hops(&memory) > 4);
        desktop.close(&windows[0]);
        let output = game.finish();
        assert_eq!(output.ended, Ended::Code(0), "{output:?}");
        let report = output.report();
        assert_eq!((&report["type"], &report["conserved"]), (&"report".into(), &true.into()), "{report}");
        assert_eq!(report["played_by_hand"], by_hand, "{report}");
        assert_eq!(report["expected_hash"].is_null(), by_hand, "{report}");
        assert!(by_hand || report["expected_hash"] == report["hash"], "{report}");
        last_line(&output);
    }
}

/// Chaos with these arguments, until its verdict is in a window.
fn verdict(desktop: &Desktop, arguments: &str) -> Program {
    let game = desktop.tripong(&format!("chaos --windows --kills 2 --stops 1 {arguments}"));
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    serve(desktop, &windows);
    let window = desktop.window_titled(VERDICT);
    wait_until_gone(&panes);
    assert_eq!(desktop.all_windows(), [window], "no pane is left, and the verdict stays");
    game
}

fn chaos_shows_its_verdict() {
    let desktop = Desktop::start();
    for as_json in [false, true] {
        let game = verdict(&desktop, if as_json { "--json" } else { "" });
        desktop.key(ESCAPE);
        let output = game.finish();
        assert_eq!(output.ended, Ended::Code(0), "{output:?}");
        desktop.wait_until_empty();
        if as_json {
            let report = output.report();
            let of = |key: &str| report[key].clone();
            assert_eq!((of("type"), of("kills"), of("stops")), ("chaos".into(), 2.into(), 1.into()));
            assert_eq!((of("conserved"), of("lost"), of("duplicated")), (true.into(), 0.into(), 0.into()));
            assert_eq!(of("hash_equal"), Value::from(true), "{report}");
        } else {
            let starts = |line: &str| output.stdout.lines().any(|it| it.starts_with(line));
            assert!(starts("ball       conserved: 1 ball") && starts("chaos      2 kills"), "{output:?}");
            assert!(starts("lost       0, duplicated 0"), "{output:?}");
        }
    }
}

fn ctrl_c_ends_a_verdict() {
    let desktop = Desktop::start();
    let game = verdict(&desktop, "");
    game.launcher().signal(Signal::SIGINT);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(130), "{output:?}");
    assert!(output.stdout.contains("lost       0, duplicated 0"), "{output:?}");
    desktop.wait_until_empty();
}

fn a_killed_launcher_takes_its_verdict_along() {
    let desktop = Desktop::start();
    let game = verdict(&desktop, "");
    game.launcher().signal(Signal::SIGKILL);
    desktop.wait_until_empty();
}
