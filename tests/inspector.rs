//! The inspector's process: what it may, that nobody misses it, and what comes of the actions that it asks for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs;
use std::os::fd::AsFd;

use common::memory::Memory;
use common::report::{assert_conserved, number};
use common::{Ended, Output, Program, TestProcess, run, wait_for, wait_until};
use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::game::PaneId;
use tripong::platform::sync::Ordering;
use tripong::protocol::doorbell::FdBell;
use tripong::protocol::{Action, Demand, RequestPage};
use tripong::shm::Mapping;

/// A game that is watched until a signal ends it, and its parts.
struct Watched {
    game: Program,
    panes: Vec<TestProcess>,
    inspector: TestProcess,
    memory: Memory,
}

fn inspector_of(launcher: &TestProcess) -> Option<TestProcess> {
    let is_inspector = |process: &TestProcess| {
        fs::read_to_string(format!("/proc/{}/cmdline", process.pid))
            .is_ok_and(|line| line.contains("watch:json"))
    };
    // Its name comes after its fds have been taken over.
    let is_ready =
        |process: &TestProcess| process.status("Name").is_some_and(|name| name == "tripong:inspect");
    TestProcess::children_of(launcher.pid)
        .into_iter()
        .find(|process| is_inspector(process) && is_ready(process))
}

impl Watched {
    fn start(arguments: &str) -> Self {
        let game = Program::start(&format!("--headless --watch --for 1min --seed 1 {arguments}"));
        let panes = game.panes(3);
        let memory = Memory::of(&panes[0]);
        memory.wait_for_ticks(20);
        let inspector = wait_for("the inspector", || inspector_of(game.launcher()));
        Self { game, panes, inspector, memory }
    }

    /// Asks for an action, as the inspector does, and waits until the supervisor has answered.
    fn ask(&self, action: Action, pane: u8) {
        let request_page = self.inspector.copy_of_fd(6).expect("the inspector's request page");
        let request_page = Mapping::<RequestPage>::attach_unread(request_page.as_fd()).unwrap();
        let answered = || self.memory.region().event_log.answered.load(Ordering::Acquire);
        let demand = Demand::Act(PaneId(pane), action);
        let number = request_page.shared().ask(demand, answered()).unwrap();
        FdBell::from(self.inspector.copy_of_fd(5).unwrap()).notify();
        wait_until("the supervisor to answer", || answered() == number);
    }

    /// Ends the game, which must have been conserved; returns its report, which is the last of its lines.
    fn stop(self) -> Value {
        self.game.launcher().signal(Signal::SIGTERM);
        let Output { ended, stdout, stderr } = self.game.finish();
        assert_eq!(ended, Ended::Code(143), "{stderr}");
        let report = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
        assert_conserved(&report);
        report
    }

    fn incarnation(&self, pane: u8) -> u64 {
        self.memory.incarnation(pane)
    }

    fn owner(&self) -> u8 {
        wait_for("an owner", || self.memory.owner()).try_into().unwrap()
    }
}

#[test]
fn the_inspector_can_only_read_the_region_and_holds_no_bell_and_no_link() {
    let watched = Watched::start("");
    let pid = watched.inspector.pid;
    let fds = watched.inspector.fds();
    assert_eq!(fds.keys().copied().take(7).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6], "{fds:?}");
    // All the rest is what it looks into.
    assert!(fds.values().skip(7).all(|name| name.starts_with("/proc")), "{fds:?}");
    assert!(
        fds[&3].starts_with("/memfd:tripong ") && fds[&6].starts_with("/memfd:tripong-request-page"),
        "{fds:?}"
    );
    let flags = |fd: u32| {
        let info = fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).unwrap();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap().trim().to_owned();
        i32::from_str_radix(&flags, 8).unwrap() & 3
    };
    assert_eq!(
        (flags(3), flags(6)),
        (0, 2),
        "the Region is open for reading only, the request page for both"
    );
    assert_eq!(fds[&5], "anon_inode:[eventfd]", "the supervisor's bell");
    let mappings = watched.inspector.mappings_of("/memfd:tripong");
    let mut rights: Vec<_> = mappings.iter().map(|(rights, _)| rights.as_str()).collect();
    rights.sort_unstable();
    assert_eq!(rights, ["r--s", "rw-s"], "{mappings:?}");
    watched.stop();
}

#[test]
fn a_game_is_the_same_with_an_inspector_and_without() {
    let arguments = "--headless --unpaced --hops 3000 --seed 7";
    let alone = run(&format!("{arguments} --json")).quiet_report(0);
    let watched = run(&format!("{arguments} --watch"));
    assert_eq!(watched.ended, Ended::Code(0), "{watched:?}");
    let watched: Value = serde_json::from_str(watched.stdout.lines().last().unwrap()).unwrap();
    assert_conserved(&watched);
    for field in ["hash", "hops", "ticks", "epoch", "restarts"] {
        assert_eq!(alone[field], watched[field], "{field}");
    }
}

#[test]
fn nobody_misses_an_inspector_that_is_killed() {
    let watched = Watched::start("");
    watched.inspector.signal(Signal::SIGKILL);
    wait_until("the inspector to be reaped", || watched.inspector.is_gone());
    watched.memory.wait_for_ticks(100);
    assert_eq!(number(&watched.stop(), "restarts"), 0);
}

#[test]
fn an_inspector_that_is_frozen_holds_nobody_up() {
    let watched = Watched::start("");
    watched.inspector.freeze();
    watched.memory.wait_for_ticks(300);
    // It is killed at the end, since it does not leave by itself.
    assert_eq!(number(&watched.stop(), "restarts"), 0);
}

#[test]
fn a_reader_that_goes_away_does_not_end_the_game() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = common::tripong();
    command.args(["--headless", "--watch", "--hops", "8", "--unpaced"]).stdout(writer);
    drop(reader);
    let output = Program::spawn(command).finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""), "{output:?}");
}

#[test]
fn a_pane_that_is_killed_on_request_is_succeeded_and_the_ball_goes_on() {
    let watched = Watched::start("--restarts unlimited");
    for pane in [0, 1, 2, watched.owner()] {
        let before = watched.incarnation(pane);
        watched.ask(Action::Kill, pane);
        wait_until("the next process", || watched.incarnation(pane) > before);
    }
    watched.memory.wait_for_ticks(100);
    assert_eq!(number(&watched.stop(), "restarts"), 4);
}

#[test]
fn a_pane_that_is_frozen_on_request_loses_the_ball_and_goes_on_when_it_is_continued() {
    let watched = Watched::start("--stall 300ms");
    let owner = watched.owner();
    let pane = &watched.panes[usize::from(owner)];
    watched.ask(Action::Freeze, owner);
    wait_until("it to stand still", || pane.status("State").is_some_and(|state| state.starts_with('T')));
    let counts = || watched.memory.region().event_log.counts();
    wait_until("the ball to be recalled", || counts().stalls >= 1);
    watched.memory.wait_for_ticks(20);
    watched.ask(Action::Continue, owner);
    wait_until("it to go on", || pane.status("State").is_some_and(|state| !state.starts_with('T')));
    let report = watched.stop();
    assert_eq!(number(&report, "restarts"), 0);
    assert!(number(&report, "recalls") >= 1, "{report}");
}

#[test]
fn a_pane_that_hangs_on_request_loses_the_ball_and_then_its_life() {
    let watched = Watched::start("--stall 300ms");
    let owner = watched.owner();
    let before = watched.incarnation(owner);
    watched.ask(Action::Hang, owner);
    // If the ball had just gone, it comes again, and then it hangs.
    wait_until("the next process", || watched.incarnation(owner) > before);
    watched.memory.wait_for_ticks(20);
    let counts = watched.memory.region().event_log.counts();
    assert!(counts.stalls >= 1 && counts.restarts == 1, "{counts:?}");
    watched.stop();
}

#[test]
fn a_pane_that_tears_a_record_on_request_dies_of_it_and_the_ball_goes_on_from_the_whole_copy() {
    let watched = Watched::start("--restarts unlimited");
    for pane in [0, 1, 2] {
        let before = watched.incarnation(pane);
        // Where the ball is elsewhere, it comes.
        watched.ask(Action::Tear, pane);
        wait_until("the next process", || watched.incarnation(pane) > before);
        watched.memory.wait_for_ticks(10);
    }
    let report = watched.stop();
    assert_eq!(
        (number(&report, "restarts"), number(&report, "recoveries")),
        (3, 3),
        "each died with the ball"
    );
}

#[test]
fn nonsense_on_the_request_page_is_answered_and_does_nothing() {
    let watched = Watched::start("");
    watched.ask(Action::Kill, 9);
    watched.memory.wait_for_ticks(20);
    assert_eq!(number(&watched.stop(), "restarts"), 0);
}
