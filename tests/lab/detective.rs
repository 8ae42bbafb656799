//! The flaws of the lab `detective`: each is noticed by what it should be noticed by, and without one nothing is. The games are those
//! of the lab: the real launcher, a planned stop, a planned kill.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::panic::catch_unwind;

use libtest_mimic::Trial;
use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::lab::detective::codes;

use crate::common::{Ended, Output, Program, TestProcess, nap, wait_for, wait_until};
use crate::scratch::Scratch;

/// With this seed the pane that stops is the middle one, and its ball was on its way to the right.
const SEED: u64 = 1;
const HOPS: u64 = 40;

pub(crate) fn trials() -> Vec<Trial> {
    let games = codes(SEED).into_iter().map(|(flaw, code)| {
        Trial::test(format!("detective::what_is_noticed_of::{flaw}"), move || {
            check_often(&flaw, code);
            Ok(())
        })
    });
    let test = |name: &str, test: fn()| {
        Trial::test(format!("detective::{name}"), move || {
            test();
            Ok(())
        })
    };
    let others = [
        test("a_code_of_another_seed_starts_no_game", a_code_of_another_seed_starts_no_game),
        test("a_killed_lab_leaves_nothing_behind", a_killed_lab_leaves_nothing_behind),
    ];
    games.chain(others).collect()
}

/// What a game has left.
struct Game {
    output: Output,
    report: Value,
    recording: String,
    verdict: Value,
}

impl Game {
    fn play(flaw: &str, code: u64) -> Self {
        let scratch = Scratch::new(&format!("detective-{flaw}"));
        let arguments = format!(
            "--headless --unpaced --json --stall 400ms --for 60s --record game.jsonl --seed {SEED} --hops {HOPS} --flaw {code}"
        );
        let arguments: Vec<_> = arguments.split(' ').collect();
        let program = Program::spawn({
            let mut command = scratch.command(&arguments);
            command.process_group(0).stderr(File::create(scratch.path("stderr")).unwrap());
            command
        });
        let read = |name: &str| fs::read_to_string(scratch.path(name)).unwrap();
        let mut before = None;
        wait_for("the end of the game", || {
            continue_after_the_recall(program.launcher(), &read("stderr"), &mut before);
            program.launcher().has_ended().then_some(())
        });
        assert!(program.survivors().is_empty());
        let output = program.finish();
        let verdict = scratch.run(&["replay", "game.jsonl", "--verify", "--json"]);
        let verdict = serde_json::from_str(&verdict.stdout).unwrap();
        let report = output.report();
        Self { output, report, recording: read("game.jsonl"), verdict }
    }

    fn number(&self, key: &str) -> u64 {
        self.report[key].as_u64().unwrap()
    }

    /// The line of this kind that comes first, from 0 on.
    fn first(&self, kind: &str) -> Option<usize> {
        self.recording.lines().position(|line| line.starts_with(&format!("{{\"{kind}\"")))
    }
}

/// The stopped pane goes on some time after its ball was recalled: by then the ball waits for it again. `before` is how often the
/// launcher had recalled the ball when the pane was first seen stopped.
fn continue_after_the_recall(launcher: &TestProcess, reported: &str, before: &mut Option<usize>) {
    let recalls = reported.matches("the ball was recalled").count();
    let panes = TestProcess::children_of(launcher.pid).into_iter();
    let stopped = panes.filter(|pane| pane.status("State").is_some_and(|state| state.starts_with('T')));
    for pane in stopped {
        if recalls > *before.get_or_insert(recalls) {
            (0..20).for_each(|_| nap());
            pane.signal(Signal::SIGCONT);
        }
    }
}

/// A late process must be late: on a machine under load it may not be. The lab too plays again then.
fn check_often(flaw: &str, code: u64) {
    let tries = if flaw == "is-not-fenced" { 3 } else { 1 };
    let is_seen = |_| catch_unwind(|| check(flaw, code)).is_ok();
    if !(1..tries).any(is_seen) {
        check(flaw, code);
    }
}

fn check(flaw: &str, code: u64) {
    let game = Game::play(flaw, code);
    let context = || format!("{flaw}: {:?}\n{:#}\n{}", game.output, game.verdict, game.recording);
    let is_violated = ["keeps-it", "changes-it", "plays-on"].contains(&flaw);
    assert_eq!(game.output.ended, Ended::Code(if is_violated { 6 } else { 0 }), "{}", context());
    assert_eq!(game.report["conserved"], !is_violated, "{}", context());
    assert_eq!(game.number("balls") > 1, flaw == "keeps-it", "{}", context());
    let is_as_alone = game.report["hash"] == game.report["expected_hash"];
    let is_compared = ["changes-it", "plays-on"].contains(&flaw);
    assert_eq!(is_as_alone, !is_compared, "{}", context());
    assert_eq!(game.verdict["fits"], !is_compared, "{}", context());
    let replaced = ["swaps-first", "is-not-fenced", "counts-it"].contains(&flaw);
    assert_eq!(game.number("reinitializations") > 0, replaced, "{}", context());
    let first = |kind| game.first(kind).unwrap_or(usize::MAX);
    match flaw {
        // A death makes it visible.
        "swaps-first" => assert!(first("died") < first("reinitialized"), "{}", context()),
        // A late process does.
        "is-not-fenced" => {
            assert!(first("continued") < first("reinitialized"), "{}", context());
            assert!(first("reinitialized") < first("died") || killed(&game) == 3, "{}", context());
        }
        // Nothing is needed.
        "counts-it" => assert_eq!(first("frozen"), usize::MAX, "{}", context()),
        "is-silent" => {
            assert!(game.number("recalls") >= 2, "{}", context());
            assert!(first("stalled") < first("frozen"), "{}", context());
        }
        // Both faults are survived: the epochs are those of the plan.
        "none" => {
            assert_eq!((game.number("recoveries"), game.number("recalls")), (1, 1), "{}", context());
            assert_eq!(game.number("epoch"), 1 + HOPS + 2, "{}", context());
            assert_eq!(game.report["fenced"], 1, "{}", context());
        }
        _ => {}
    }
}

/// Processes that were killed: the supervisor kills all when it replaces the Region.
fn killed(game: &Game) -> usize {
    game.recording.lines().filter(|line| line.contains("{\"died\"") && line.contains("\"signal\":9")).count()
}

fn a_code_of_another_seed_starts_no_game() {
    let (_, code) = codes(SEED).pop().unwrap();
    let scratch = Scratch::new("detective-code");
    let line = format!("--headless --hops 5 --seed 2 --flaw {code}");
    let output = scratch.run(&line.split(' ').collect::<Vec<_>>());
    assert_eq!(output.ended, Ended::Code(5), "{output:?}");
    assert!(output.stderr.contains("is no code for seed 2"), "{output:?}");
}

fn a_killed_lab_leaves_nothing_behind() {
    let scratch = Scratch::new("detective-killed");
    let key = ["lab", "key", "--lab", "detective", "--student", "s", "--answers", "passing"];
    scratch.write("answers.json", scratch.expect(&key, 0).stdout);
    let mut command = scratch.command(&[
        "lab",
        "detective",
        "--student",
        "s",
        "--answers",
        "answers.json",
        "--receipt",
        "r.json",
    ]);
    command.process_group(0);
    let lab = Program::spawn(command);
    let pid = lab.launcher().pid;
    let all = wait_for("a game of the lab", || {
        let all = TestProcess::group_of(pid);
        // The lab, a launcher, its three panes.
        (all.len() >= 5).then_some(all)
    });
    lab.launcher().signal(Signal::SIGKILL);
    wait_until("all of them to end", || all.iter().all(TestProcess::has_ended));
    wait_until("nothing else to be there", || lab.survivors().is_empty());
    let mut left: Vec<_> =
        fs::read_dir(scratch.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["answers.json", "r.json"]);
}
