//! Processes that do not die of SIGKILL: those in a frozen cgroup (version 1). Each fault is a row of docs/FAULTS.md.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use common::memory::game;
use common::process::wait_until_gone;
use common::report::{assert_conserved, number};
use common::{Ended, Program, TestProcess, tripong, wait_for, wait_until};
use libtest_mimic::{Arguments, Trial};
use nix::poll::poll;
use nix::sys::signal::Signal;
use tripong::error::exit;

const FREEZER: &str = "/sys/fs/cgroup/freezer";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let tests: [(&str, fn()); 5] = [
        ("a_pane_that_cannot_die_amid_a_game_is_started_again", a_pane_amid_a_game),
        ("a_pane_that_cannot_die_is_left_to_init_and_the_report_is_given", a_pane_at_the_end),
        ("a_pane_that_cannot_die_outlives_a_fresh_region_and_the_game_goes_on", a_pane_at_a_reinitialization),
        ("a_game_of_the_doctor_that_cannot_die_is_left_to_init", a_game_of_the_doctor),
        ("a_process_of_the_bench_that_cannot_die_is_left_to_init", a_process_of_the_bench),
    ];
    let missing = Freezer::new("try").err();
    let trials = tests.map(|(name, test)| {
        let trial = Trial::test(name, move || {
            test();
            Ok(())
        });
        match &missing {
            Some(error) => {
                let reason = format!("ignored: no group can be made in {FREEZER}: {error}");
                trial.with_kind(reason).with_ignored_flag(true)
            }
            None => trial,
        }
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

/// A group of processes that can be frozen: then they do not even die. Dropped, it thaws them.
struct Freezer(PathBuf);

impl Freezer {
    fn new(name: &str) -> io::Result<Self> {
        let group = Path::new(FREEZER).join(format!("tripong-{}-{name}", std::process::id()));
        fs::create_dir(&group)?;
        Ok(Self(group))
    }

    fn freeze(&self, process: &TestProcess) {
        self.write("cgroup.procs", &process.pid.to_string());
        self.write("freezer.state", "FROZEN");
        let state = || fs::read_to_string(self.0.join("freezer.state")).unwrap();
        wait_until("a process to be frozen", || state() == "FROZEN\n");
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).unwrap();
    }
}

impl Drop for Freezer {
    fn drop(&mut self) {
        let thawed = fs::write(self.0.join("freezer.state"), "THAWED");
        // Busy until the last of its processes has ended. Also a test that has failed leaves nothing behind.
        let removed = (0..1000).any(|_| {
            let is_removed = fs::remove_dir(&self.0).is_ok();
            is_removed || poll(&mut [], 10_u8).is_err()
        });
        assert!(std::thread::panicking() || thawed.is_ok() && removed, "{} is still there", self.0.display());
    }
}

/// A process that was frozen, and what the program has said of it in the meantime: it ends as soon as it can.
fn assert_left(freezer: Freezer, name: &str, process: &TestProcess, program: Program, code: i32) -> String {
    wait_until("the program to end", || program.launcher().has_ended());
    assert!(!process.has_ended(), "it cannot");
    // It holds the program's stderr open.
    drop(freezer);
    wait_until("it to end", || process.has_ended());
    let output = program.finish();
    assert_eq!(output.ended, Ended::Code(code), "{output:?}");
    let line =
        format!("tripong: {name} (pid {}) does not die (state D): 5s have passed since SIGKILL", process.pid);
    assert!(output.stderr.lines().any(|said| said.starts_with(&line)), "{output:?}");
    assert_eq!(output.stderr.matches("left to init").count(), 1, "{output:?}");
    output.stdout
}

fn a_pane_at_the_end() {
    let (game, mut panes, _) = game("");
    let freezer = Freezer::new("end").unwrap();
    let frozen = panes.swap_remove(1);
    freezer.freeze(&frozen);
    game.launcher().signal(Signal::SIGTERM);
    wait_until_gone(&panes);
    let stdout = assert_left(freezer, "pane 2", &frozen, game, 143);
    assert_conserved(&serde_json::from_str(&stdout).unwrap());
}

fn a_pane_amid_a_game() {
    let (game, panes, memory) = game("--stall 300ms");
    let freezer = Freezer::new("amid").unwrap();
    let owner = wait_for("an owner", || memory.owner());
    let frozen = panes.into_iter().nth(owner).unwrap();
    freezer.freeze(&frozen);
    let pane = u8::try_from(owner).unwrap();
    // It may have handed the ball over just before: then the ball comes back some time.
    wait_until("the next process", || memory.incarnation(pane) == 2);
    memory.wait_for_ticks(50);
    game.launcher().signal(Signal::SIGTERM);
    let stdout = assert_left(freezer, &format!("pane {}", owner + 1), &frozen, game, 143);
    assert_conserved(&serde_json::from_str(&stdout).unwrap());
}

fn a_pane_at_a_reinitialization() {
    let (game, mut panes, memory) = game("--stall off");
    let freezer = Freezer::new("reinitialization").unwrap();
    let frozen = panes.swap_remove(2);
    freezer.freeze(&frozen);
    // A header of zeros: no process keeps this Region.
    memory.overwrite(common::memory::HEADER, &[0; 64]);
    wait_until_gone(&panes);
    let of_now = || {
        let mut children = TestProcess::children_of(game.launcher().pid);
        children.retain(|child| child.pid != frozen.pid && child.has_attached());
        children
    };
    wait_until("fresh panes", || of_now().len() == 3);
    let memory = common::memory::Memory::of(&of_now()[0]);
    memory.wait_for_ticks(50);
    game.launcher().signal(Signal::SIGTERM);
    let stdout = assert_left(freezer, "pane 3", &frozen, game, 143);
    let report = serde_json::from_str(&stdout).unwrap();
    assert_conserved(&report);
    assert_eq!(number(&report, "restarts"), 3, "{report}");
}

fn a_game_of_the_doctor() {
    let mut command = tripong();
    command.arg("doctor");
    let doctor = Program::spawn(command);
    let freezer = Freezer::new("doctor").unwrap();
    // The game is short, and the only process that the doctor starts where there is no display.
    let game = wait_for("a game", || TestProcess::children_of(doctor.launcher().pid).pop());
    freezer.freeze(&game);
    let name = "`tripong --headless --unpaced --hops 100 --seed 1 --json`";
    let stdout = assert_left(freezer, name, &game, doctor, exit::NO_DISPLAY.into());
    assert!(stdout.contains("a game without windows had not ended after 20s"), "{stdout}");
}

fn a_process_of_the_bench() {
    let mut command = tripong();
    command.args("bench --transports pipe --placement unpinned --processes 3 --time 1h".split(' '));
    let bench = Program::spawn(command);
    let processes = || TestProcess::children_of(bench.launcher().pid);
    let is_playing = |process: &TestProcess| process.threads() > 1;
    wait_until("the processes", || processes().len() == 3 && processes().iter().all(is_playing));
    let mut processes = processes();
    let freezer = Freezer::new("bench").unwrap();
    let frozen = processes.swap_remove(0);
    freezer.freeze(&frozen);
    bench.launcher().signal(Signal::SIGTERM);
    wait_until_gone(&processes);
    wait_until("the bench to end", || bench.launcher().has_ended());
    let line = format!("process {} of the bench", number_of(&frozen));
    assert_eq!(assert_left(freezer, &line, &frozen, bench, 143), "");
}

/// Which process of the bench it is.
fn number_of(process: &TestProcess) -> String {
    let line = fs::read_to_string(format!("/proc/{}/cmdline", process.pid)).unwrap();
    line.split('\0').find_map(|argument| argument.strip_prefix("bench:")).unwrap().to_owned()
}
