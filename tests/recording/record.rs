//! `--record`: real games of real processes, whatever befalls them, are recorded so that they can be played again, bit by bit.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::game::PaneId;
use tripong::protocol::{Action, End, TransportKind};
use tripong::recording::Line;

use super::common::memory::{BATON, Memory};
use super::common::recorded::{Recorded, TestFile};
use super::common::report::{assert_conserved, number};
use super::common::{
    Ended, Output, Program, TestProcess, by_transport, run, sleep_for_looks, tripong, wait_for, wait_until,
};

const TRANSPORTS: [&str; 3] = ["shared", "pipe", "socket"];

/// A game to its end, and its recording, which fits.
fn recorded(arguments: &str) -> (Value, Recorded) {
    let file = TestFile::new("jsonl");
    let output = run(&format!("{arguments} --json --record {}", file.name()));
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    assert!(last_line(&output).starts_with(&format!("tripong: recorded in {}: ", file.name())), "{output:?}");
    let (report, recorded) = (output.report(), Recorded::of(file.path()));
    assert_conserved(&report);
    recorded.assert_is_of(&report);
    (report, recorded)
}

fn last_line(output: &Output) -> &str {
    output.stderr.lines().last().unwrap_or_default()
}

/// A game that goes on until a signal ends it, and is recorded.
struct Recording {
    file: TestFile,
    game: Program,
    panes: Vec<TestProcess>,
    memory: Memory,
}

impl Recording {
    fn start(arguments: &str) -> Self {
        let file = TestFile::new("jsonl");
        let record = format!("--headless --json --for 5min --seed 1 --record {} {arguments}", file.name());
        let game = Program::start(&record);
        let panes = game.panes(3);
        let memory = Memory::of(&panes[0]);
        memory.wait_for_ticks(50);
        Self { file, game, panes, memory }
    }

    fn stop(self) -> (Value, Recorded) {
        self.game.launcher().signal(Signal::SIGTERM);
        let output = self.game.finish();
        assert_eq!(output.ended, Ended::Code(128 + Signal::SIGTERM as i32), "{output:?}");
        let (report, recorded) = (output.report(), Recorded::of(self.file.path()));
        assert_conserved(&report);
        recorded.assert_is_of(&report);
        (report, recorded)
    }
}

#[test]
fn a_game_in_real_time_has_a_line_with_the_state_of_every_hop_by_every_transport() {
    for transport in TRANSPORTS {
        let (report, recorded) =
            recorded(&format!("--headless --hops 4 --seed 7 --speed fastest --transport {transport}"));
        let hops = recorded.hops();
        assert_eq!(hops.len() as u64, number(&report, "hops"), "{transport}");
        for hop in hops {
            assert!(hop.state.is_some() && hop.offered.is_some() && hop.took.is_some(), "{hop:?}");
            assert_eq!(hop.via.name(), transport);
        }
        assert_eq!(recorded.starts().len(), 1);
        assert_eq!(recorded.end().unseen, 0);
        assert_eq!(recorded.count(|line| matches!(line, Line::Control(_))), 0, "nobody may play");
        assert_eq!(recorded.count(|line| matches!(line, Line::Started(_))), 3);
        let left = |line: &Line| matches!(line, Line::Died(died) if died.how == End::Code(0));
        assert_eq!(recorded.count(left), 3);
    }
}

#[test]
fn a_game_as_fast_as_it_goes_is_the_same_with_a_recording_and_counts_what_was_not_seen() {
    for transport in TRANSPORTS {
        let arguments =
            format!("--headless --unpaced --hops 3000 --seed 7 --swap-every 700 --transport {transport}");
        let without = run(&format!("{arguments} --json")).quiet_report(0);
        let (report, recorded) = recorded(&arguments);
        assert_eq!(report["hash"], without["hash"]);
        assert!(!recorded.hops().is_empty());
        let is_swap = |line: &Line| matches!(line, Line::Transport(_));
        let used: Vec<_> = TransportKind::ALL
            .into_iter()
            .filter(|kind| recorded.hops().iter().any(|hop| hop.via == *kind))
            .collect();
        assert!(used.len() > 1 && recorded.count(is_swap) > 0, "{used:?}");
    }
}

#[test]
fn whatever_is_killed_and_stopped_at_random_the_recording_fits() {
    for (transport, seed) in TRANSPORTS.into_iter().zip(1..) {
        let (report, recorded) =
            recorded(&format!("chaos --kills 15 --stops 15 --seed {seed} --transport {transport}"));
        let actions = |wanted: Action| {
            recorded.count(|line| matches!(line, Line::Action(it) if it.action == wanted && it.done))
        };
        assert_eq!(actions(Action::Freeze), actions(Action::Continue), "each that was stopped went on");
        assert!(actions(Action::Kill) > 0 && actions(Action::Freeze) >= 15, "{report}");
        let killed = |line: &Line| matches!(line, Line::Died(died) if died.how == End::Signal(9));
        assert_eq!(recorded.count(killed), number(&report, "restarts"), "{report}");
        let started = recorded.count(|line| matches!(line, Line::Started(_)));
        assert_eq!(started, 3 + number(&report, "restarts"), "{report}");
        let stalled = recorded.count(|line| matches!(line, Line::Stalled(_)));
        assert_eq!(stalled, number(&report, "stalls"), "{report}");
    }
}

#[test]
fn a_pane_that_dies_at_any_step_leaves_a_recording_that_fits() {
    // Some steps come once a tick, others once a hop.
    let steps = [
        ("accept", 3),
        ("before-write", 900),
        ("inside-write", 900),
        ("before-send", 3),
        ("before-swap", 3),
        ("after-swap", 3),
        ("after-notify", 3),
    ];
    for (step, count) in steps {
        let (report, recorded) = recorded(&format!(
            "--headless --unpaced --hops 40 --seed 3 --restarts unlimited --fail {step}:kill:{count}"
        ));
        assert!(number(&report, "restarts") > 0, "{step}: {report}");
        assert_eq!(
            recorded.count(|line| matches!(line, Line::Recovered(_))),
            number(&report, "recoveries"),
            "{step}"
        );
    }
}

#[test]
fn a_frozen_pane_its_recall_and_its_late_write_are_lines() {
    let game = Recording::start("--stall 200ms");
    let frozen = game.memory.freeze_the_owner(&game.panes);
    wait_until("another pane to play", || game.memory.owner().is_some_and(|owner| owner != frozen));
    game.memory.wait_for_ticks(20);
    game.panes[frozen].signal(Signal::SIGCONT);
    wait_until("the late pane to be fenced", || game.memory.fenced(frozen) == 1);
    game.memory.wait_for_ticks(300);
    let (_, recorded) = game.stop();
    let pane = PaneId(u8::try_from(frozen).unwrap());
    let place = |is_one: &dyn Fn(&Line) -> bool| recorded.lines.iter().position(is_one).unwrap();
    let order = [
        place(&|line| matches!(line, Line::Frozen(it) if it.pane == pane)),
        place(&|line| matches!(line, Line::Stalled(it) if it.pane == pane)),
        place(&|line| matches!(line, Line::Serve(it) if it.from == Some(pane))),
        place(&|line| matches!(line, Line::Continued(it) if it.pane == pane)),
        place(&|line| matches!(line, Line::Fenced(it) if it.pane == pane && it.count == 1)),
    ];
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn after_a_region_that_was_overwritten_the_recording_goes_back_with_the_game() {
    let cases: [fn(&Memory); 4] = [
        |memory| memory.overwrite_word(BATON, u64::MAX),
        |memory| memory.overwrite_word(BATON, 12_345_678 << 16 | 0x0102),
        |memory| memory.overwrite(0, &[0; 4096]),
        |memory| memory.overwrite(0, &vec![0xff; tripong::protocol::Region::SIZE]),
    ];
    for spoil in cases {
        let game = Recording::start("--speed fastest");
        wait_until("some hops", || game.memory.ball().is_some_and(|ball| ball.hop > 2));
        spoil(&game.memory);
        let old = game.panes[0].pid;
        let launcher = game.game.launcher().pid;
        let memory = wait_for("a fresh Region", || {
            let panes = TestProcess::children_of(launcher);
            let fresh =
                panes.iter().find(|pane| pane.pane() == Some(0) && pane.pid != old && pane.has_attached());
            fresh.and_then(Memory::try_of)
        });
        memory.wait_for_ticks(100);
        let (report, recorded) = game.stop();
        assert_eq!(number(&report, "reinitializations"), 1, "{report}");
        assert_eq!(recorded.count(|line| matches!(line, Line::Reinitialized(_))), 1);
        assert_eq!(recorded.game.tally().reinitializations, 1);
    }
}

#[test]
fn entries_of_logs_that_nobody_can_have_written_are_left_out_and_counted() {
    let game = Recording::start("--speed fastest");
    let pane = PaneId(1);
    let count = game.memory.region().arrival_log(pane).count();
    for words in [[u64::MAX; 4], [3 << 16 | 1, 9, 9, 9], [12_345 << 16, 7, 1, 2], [2 << 16 | 9 << 8, 1, 1, 1]]
    {
        game.memory.region().arrival_log(pane).push(words);
    }
    assert!(game.memory.region().arrival_log(pane).count() >= count + 4);
    game.memory.wait_for_ticks(200);
    game.game.launcher().signal(Signal::SIGTERM);
    let output = game.game.finish();
    let recorded = Recorded::of(game.file.path());
    assert!(recorded.end().corrupt >= 3, "{:?}", recorded.end());
    assert_eq!(format!("{:016x}", recorded.game.ball().unwrap().hash), output.report()["hash"]);
}

#[test]
fn a_killed_launcher_leaves_a_recording_without_its_last_second_that_can_be_played() {
    let game = Recording::start("--speed fastest");
    wait_until("some hops", || game.memory.ball().is_some_and(|ball| ball.hop > 4));
    let before = game.memory.ball().unwrap();
    sleep_for_looks(1);
    game.game.launcher().signal(Signal::SIGKILL);
    game.panes.iter().for_each(|pane| wait_until("the panes to end", || pane.has_ended()));
    let recorded = Recorded::of(game.file.path());
    assert!(!recorded.game.has_ended());
    assert!(recorded.game.ball().unwrap().hop >= before.hop, "all but the last second is there");
    assert!(recorded.hops().len() as u64 >= before.hop);
}

#[test]
fn a_game_that_ends_by_an_error_has_a_recording_to_its_end() {
    let file = TestFile::new("jsonl");
    let output = run(&format!(
        "--headless --unpaced --for 1min --seed 1 --restarts 2/1min --fail accept:kill:3 --json --record {}",
        file.name()
    ));
    assert_eq!(output.ended, Ended::Code(7), "{output:?}");
    let recorded = Recorded::of(file.path());
    assert!(recorded.end().game_over && recorded.game.has_ended());
    assert_eq!(recorded.count(|line| matches!(line, Line::Died(died) if died.how == End::Signal(9))), 3);
}

#[test]
fn the_same_lines_come_on_stdout_and_the_report_of_people_on_stderr() {
    let mut command = tripong();
    command.args(by_transport("--headless --hops 3 --speed fastest --seed 7 --record -"));
    let output = Program::spawn(command).finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    assert!(output.stderr.contains("ball       conserved: 1 ball, 3 hops"), "{output:?}");
    let file = TestFile::new("jsonl");
    fs::write(file.path(), &output.stdout).unwrap();
    let recorded = Recorded::of(file.path());
    assert_eq!((recorded.hops().len(), recorded.game.has_ended()), (3, true));
}

#[test]
fn a_reader_that_goes_away_ends_the_recording_and_not_the_game() {
    let mut command = tripong();
    command.args(by_transport("--headless --hops 6 --speed fastest --seed 7 --record -"));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut reader = child.stdout.take().unwrap();
    let mut first = [0; 13];
    reader.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"{\"recording\":");
    drop(reader);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("conserved: 1 ball, 6 hops"), "{stderr}");
    assert!(stderr.lines().last().unwrap().contains("its reader has gone away"), "{stderr}");
}

#[test]
fn no_child_has_the_file_of_the_recording() {
    let game = Recording::start("");
    let is_open = |process: &TestProcess| {
        let fds = fs::read_dir(format!("/proc/{}/fd", process.pid)).unwrap();
        let targets = fds.filter_map(|fd| fs::read_link(fd.unwrap().path()).ok());
        targets.into_iter().any(|target| target == game.file.path())
    };
    assert!(is_open(game.game.launcher()));
    assert!(!game.panes.iter().any(is_open));
    game.stop();
}

#[test]
fn a_file_that_cannot_be_made_is_one_line_before_the_game_starts() {
    let full = TestFile::new("jsonl");
    fs::write(full.path(), "{}\n").unwrap();
    let folder = TestFile::new("folder");
    fs::create_dir(folder.path()).unwrap();
    let inside = folder.path().join("game.jsonl");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let missing = folder.path().join("no/game.jsonl");
    let cases = [
        (full.name(), "there is a file with something in it"),
        (folder.name(), "Is a directory"),
        (missing.to_str().unwrap(), "No such file or directory"),
    ];
    for (name, why) in cases {
        let output = run(&format!("--headless --for 1min --record {name}"));
        assert_eq!(output.ended, Ended::Code(5), "{output:?}");
        assert_eq!((output.stdout.as_str(), output.stderr.lines().count()), ("", 1), "{output:?}");
        assert!(output.stderr.starts_with(&format!("tripong: failed to record in {name}: ")), "{output:?}");
        assert!(output.stderr.contains(why), "{output:?}");
    }
    assert_eq!(fs::read_to_string(full.path()).unwrap(), "{}\n", "it is left alone");
    if !rustix::process::geteuid().is_root() {
        let output = run(&format!("--headless --for 1min --record {}", inside.display()));
        assert!(output.stderr.contains("Permission denied"), "{output:?}");
    }
    fs::remove_dir(folder.path()).unwrap();
}

#[test]
fn stdout_is_for_one_kind_of_lines() {
    for other in ["--json", "--watch"] {
        let output = run(&format!("--headless --record - {other}"));
        assert_eq!((output.ended, output.stdout.as_str()), (Ended::Code(2), ""), "{output:?}");
        let says = format!("'--record -' cannot be used with '{other}'");
        assert!(output.stderr.contains(&says) && output.stderr.lines().count() == 1, "{output:?}");
    }
}

#[test]
fn a_compressed_recording_has_the_same_lines() {
    let file = TestFile::new("jsonl.zst");
    let output =
        run(&format!("--headless --hops 3 --speed fastest --seed 7 --json --record {}", file.name()));
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let recorded = Recorded::of(file.path());
    recorded.assert_is_of(&output.report());
    assert!(!fs::read(file.path()).unwrap().starts_with(b"{"), "it is compressed");
}
