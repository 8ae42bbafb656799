//! `tripong ps`: the pids of all running games, each game by itself. Other tests play meanwhile, so their games may be there too.

#![allow(clippy::expect_used, reason = "that is how a test fails")]

mod common;

use common::process::wait_until_gone;
use common::report::stop;
use common::{Ended, Output, Program, tripong};

fn ps() -> Output {
    let mut command = tripong();
    command.arg("ps");
    Program::spawn(command).finish()
}

/// The lines of one game: the launcher's, and those that follow it until the next launcher's.
fn lines_of(output: &Output, launcher: u32) -> Vec<String> {
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""), "{output:?}");
    let start = format!("{launcher:>8}  launcher: ");
    let mut lines = output.stdout.lines().skip_while(|line| !line.starts_with(&start)).map(str::to_owned);
    let first = lines.next();
    first.into_iter().chain(lines.take_while(|line| !line.contains("  launcher: "))).collect()
}

#[test]
fn each_of_two_games_is_listed_with_its_own_pids() {
    let games = ["--headless --for 1h --json", "--headless --for 1h --panes 2 --json"].map(Program::start);
    let panes = [games[0].panes(3), games[1].panes(2)];
    let output = ps();
    let titles: [&[&str]; 2] = [&["left pane", "middle pane", "right pane"], &["left pane", "right pane"]];
    for ((game, panes), titles) in games.iter().zip(&panes).zip(titles) {
        let lines = lines_of(&output, game.launcher().pid);
        assert!(lines[0].contains("--headless --for 1h"), "{lines:?}");
        let expected: Vec<_> =
            panes.iter().zip(titles).map(|(pane, title)| format!("{:>8}  {title}", pane.pid)).collect();
        assert_eq!(lines[1..], expected);
    }
    let launchers = [games[0].launcher().pid, games[1].launcher().pid];
    for game in games {
        stop(game);
    }
    panes.iter().for_each(|panes| wait_until_gone(panes));
    let output = ps();
    for launcher in launchers {
        assert_eq!(lines_of(&output, launcher), [""; 0], "an ended game is not listed");
    }
}

#[test]
fn an_inspector_is_listed_with_its_game() {
    let game = Program::start("--headless --for 1h --watch --json");
    game.panes(3);
    let inspector = common::wait_for("the inspector to be listed", || {
        let lines = lines_of(&ps(), game.launcher().pid);
        lines.last().filter(|line| line.ends_with("  inspector")).cloned()
    });
    let pid: u32 = inspector.split_whitespace().next().and_then(|pid| pid.parse().ok()).expect("a pid");
    let children = common::TestProcess::children_of(game.launcher().pid);
    assert!(children.iter().any(|child| child.pid == pid), "{inspector}");
    drop(game);
}
