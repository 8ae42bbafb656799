//! Whole headless games by real processes, held against the same game in one process.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::time::Instant;

use command_fds::{CommandFdExt, FdMapping};
use common::report::number;
use common::{Ended, Output, Program, TestProcess, Watchdog, run, tripong};
use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::game::ReferenceSimulation;
use tripong::game::{Ball, Court, TICKS_PER_SECOND};

/// The ball of the same game in one process, here.
fn alone(panes: u8, seed: u64, done: impl Fn(&Ball) -> bool) -> Ball {
    let _watchdog = Watchdog::start();
    let court = Court { panes, seed };
    let mut game = ReferenceSimulation::new(court, court.middle());
    game.run_until(done);
    game.ball()
}

/// The invariants of a game to which nothing was done.
fn assert_conserved(report: &Value) {
    common::report::assert_conserved(report);
    for field in ["restarts", "recoveries", "recalls", "fenced"] {
        assert_eq!(number(report, field), 0, "nothing was recovered or recalled: {report}");
    }
    let children = report["children"].as_array().unwrap();
    let hops: u64 = children.iter().map(|child| number(child, "hops")).sum();
    assert_eq!(hops, number(report, "hops"), "the hops of the children add up: {report}");
}

#[test]
fn many_processes_play_the_same_game_as_one() {
    for (panes, hops, seeds) in
        [(2, 300, [1, 2]), (3, 500, [3, 4]), (5, 300, [5, 6]), (16, 300, [7, u64::MAX])]
    {
        for seed in seeds {
            let arguments =
                format!("--headless --unpaced --json --panes {panes} --hops {hops} --seed {seed}");
            let report = run(&arguments).quiet_report(0);
            assert_conserved(&report);
            let expected = alone(panes, seed, |ball| ball.hop == hops);
            assert_eq!(report["hash"], format!("{:016x}", expected.hash), "{arguments}: {report}");
            assert_eq!(
                (number(&report, "hops"), number(&report, "ticks")),
                (hops, expected.tick),
                "{arguments}"
            );
            assert_eq!((number(&report, "panes"), number(&report, "seed")), (u64::from(panes), seed));
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_game_again() {
    let [one, other] =
        [(); 2].map(|()| run("--headless --unpaced --hops 400 --seed 11 --json").quiet_report(0));
    assert_eq!((&one["hash"], &one["ticks"]), (&other["hash"], &other["ticks"]));
    let third = run("--headless --unpaced --hops 400 --seed 12 --json").quiet_report(0);
    assert_ne!(one["hash"], third["hash"], "another seed, another game");
}

#[test]
fn a_game_without_a_seed_draws_one_and_says_which() {
    let report = run("--headless --unpaced --hops 50 --json").quiet_report(0);
    assert_conserved(&report);
    let again =
        run(&format!("--headless --unpaced --hops 50 --json --seed {}", report["seed"])).quiet_report(0);
    assert_eq!(report["hash"], again["hash"]);
}

#[test]
fn the_report_has_every_field_with_its_type() {
    let report = run("--headless --unpaced --hops 200 --json --seed 1").quiet_report(0);
    for field in ["version", "transport", "hash", "expected_hash"] {
        assert!(report[field].is_string(), "{field}: {report}");
    }
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["transport"], common::transport());
    assert!(report["conserved"].is_boolean(), "{report}");
    for field in
        ["panes", "seed", "hops", "ticks", "balls", "epoch", "restarts", "recoveries", "recalls", "fenced"]
    {
        number(&report, field);
    }
    assert!(number(&report, "cpu_ns_per_hop") > 0, "{report}");
    let latency = ["p50", "p99", "p999", "max"].map(|field| number(&report["handoff_ns"], field));
    assert!(latency[0] > 0 && latency.is_sorted(), "{report}");
    let hash = report["hash"].as_str().unwrap();
    assert!(hash.len() == 16 && u64::from_str_radix(hash, 16).is_ok(), "{hash}");
}

#[test]
fn the_report_names_every_child_once_with_its_own_pid() {
    let game = Program::start("--headless --for 1min --panes 5 --json");
    let panes = game.panes(5);
    game.launcher().signal(Signal::SIGTERM);
    let report = game.finish().quiet_report(143);
    let children = report["children"].as_array().unwrap();
    assert_eq!(children.len(), 5, "{report}");
    for (number_of_pane, (child, pane)) in children.iter().zip(&panes).enumerate() {
        assert_eq!(number(child, "pane"), number_of_pane as u64, "{report}");
        assert_eq!(number(child, "pid"), u64::from(pane.pid), "{report}");
        assert_eq!(number(child, "incarnation"), 1, "{report}");
    }
}

#[test]
fn a_paced_game_never_runs_ahead_of_the_clock() {
    let start = Instant::now();
    let report = run("--headless --for 1s --seed 5 --json").quiet_report(0);
    let most = start.elapsed().as_secs_f64() * f64::from(TICKS_PER_SECOND) + 2.0;
    assert_conserved(&report);
    let ticks = number(&report, "ticks");
    assert!(ticks as f64 <= most, "{ticks} ticks where there was time for {most}");
    // Few enough that no busy machine fails here; on an idle one they are 240.
    assert!(ticks >= 24, "only {ticks} ticks in a second");
    assert_eq!(report["hash"], hash_alone(5, &report));
}

/// The hash of the same game of three panes in one process, which has come as far. The tick alone does not tell: the
/// ball that leaves a pane at a tick is there before the hop and after it.
fn hash_alone(seed: u64, report: &Value) -> String {
    let end = (number(report, "ticks"), number(report, "hops"));
    format!("{:016x}", alone(3, seed, |ball| (ball.tick, ball.hop) >= end).hash)
}

#[test]
fn an_unpaced_game_that_is_ended_by_the_time_is_whole() {
    let report = run("--headless --unpaced --for 300ms --seed 6 --json").quiet_report(0);
    assert_conserved(&report);
    assert_eq!(report["hash"], hash_alone(6, &report));
}

#[test]
fn a_game_that_ends_at_once_has_one_ball_too() {
    let report = run("--headless --for 0s --seed 7 --json").quiet_report(0);
    assert_eq!((&report["conserved"], number(&report, "balls")), (&Value::Bool(true), 1), "{report}");
}

#[test]
fn the_text_report_reports_the_same_as_the_json() {
    let Output { ended, stdout, stderr } = run("--headless --unpaced --hops 200 --seed 1");
    assert_eq!((ended, stderr.as_str()), (Ended::Code(0), ""));
    let ball = alone(3, 1, |ball| ball.hop == 200);
    let beginnings = [
        format!("ball       conserved: 1 ball, 200 hops, {} ticks", ball.tick),
        format!("hash       {:016x}, the same as one process alone (seed 1)", ball.hash),
        format!("panes      3, transport {}", common::transport()),
        "hand-off   p50 ".to_owned(),
        "cpu        ".to_owned(),
    ];
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(lines.len(), beginnings.len(), "{stdout}");
    for (line, beginning) in lines.iter().zip(&beginnings) {
        assert!(line.starts_with(beginning), "{line:?} does not start with {beginning:?}");
    }
}

#[test]
fn no_child_is_left_when_the_game_is_over() {
    let start = |end: &[&str]| {
        let mut command = tripong();
        command.args(["--headless", "--panes", "16"]).args(end).process_group(0);
        Program::spawn(command)
    };
    let done = start(&["--unpaced", "--hops", "50"]);
    let stopped = start(&["--for", "1min"]);
    let panes = stopped.panes(16);
    assert_eq!(TestProcess::group_of(stopped.launcher().pid).len(), 17, "as long as it goes on");
    stopped.launcher().signal(Signal::SIGTERM);
    for game in [&done, &stopped] {
        assert_eq!(game.survivors().len(), 0, "{game:?}");
    }
    assert!(panes.iter().all(TestProcess::is_gone), "not even as zombies");
}

#[test]
fn a_child_has_exactly_the_declared_fds() {
    // What the launcher's parent leaves open by mistake ends with the launcher.
    let foreign = File::open("/dev/zero").unwrap().into();
    let mut command = tripong();
    command.args(["--headless", "--for", "1min"]);
    command.fd_mappings(vec![FdMapping { parent_fd: foreign, child_fd: 7 }]).unwrap();
    let game = Program::spawn(command);
    let panes = game.panes(3);
    assert_eq!(game.launcher().fds()[&7], "/dev/zero");
    for pane in panes {
        let fds: BTreeMap<_, _> = pane.fds();
        // The ends of its links come later, from 10 on: see tests/transports.rs.
        let first: Vec<_> = fds.keys().copied().take(10).collect();
        assert_eq!(first, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "{fds:?}");
        let is_link = |name: &String| name.starts_with("pipe:") || name.starts_with("socket:");
        assert!(fds.values().skip(10).all(is_link), "{fds:?}");
        assert_eq!(
            (fds[&0].as_str(), fds[&1].as_str()),
            ("/dev/null", "/dev/null"),
            "stdout is the report's alone"
        );
        assert!(fds[&3].starts_with("/memfd:tripong"), "{fds:?}");
        assert!(fds[&4].starts_with("pipe:"), "{fds:?}");
        assert!(fds[&6].starts_with("socket:"), "{fds:?}");
        assert!([5, 7, 8, 9].iter().all(|fd| fds[fd] == "anon_inode:[eventfd]"), "{fds:?}");
    }
}

#[test]
fn all_processes_map_the_same_memory_and_no_two_games_share_it() {
    let games = [(); 2].map(|()| Program::start("--headless --for 1min"));
    let inodes = games.each_ref().map(|game| {
        let panes = game.panes(3);
        let all = panes.iter().chain([game.launcher()]).map(|process| process.mappings_of("/memfd:tripong"));
        let all: Vec<_> = all.collect();
        assert!(all.iter().all(|mappings| mappings.len() == 1 && mappings[0].0 == "rw-s"), "{all:?}");
        let inodes: BTreeSet<_> = all.into_iter().flatten().map(|(_, inode)| inode).collect();
        assert_eq!(inodes.len(), 1, "{inodes:?}");
        inodes
    });
    assert_ne!(inodes[0], inodes[1]);
}
