//! A task whose choice may be made again, on a terminal; and its receipt.

use std::fmt::Write as _;
use std::fs::{self, File};

use tripong::lab::catalogue::named;
use tripong::lab::exercise::{Answer, Identity, MOST_TRIES, Slot};
use tripong::lab::receipt::verify::{Expected, FaultKind, Played, judge};
use tripong::lab::receipt::{Receipt, tasks_of};

use crate::common::{Ended, Program, TestProcess, wait_until};
use crate::scratch::Scratch;
use nix::sys::signal::Signal;

/// A student types orders of steps, the last of which reaches the goal, and ends the lab after that.
fn tried(scratch: &Scratch, orders: &[&str]) -> Receipt {
    let whose = ["--student", "anna", "--course", "OS-101", "--term", "2026-autumn"];
    let identity =
        Identity { student: "anna".to_owned(), course: "OS-101".to_owned(), term: "2026-autumn".to_owned() };
    let tasks = tasks_of(named("races").unwrap(), identity.seed());
    let lose = tasks.iter().find(|task| task.id == "lose").unwrap();
    let passing = lose.choose.as_ref().unwrap().words(lose.passing.choice.as_ref().unwrap());
    // A prediction and a conclusion; Enter; a prediction; the orders; Enter. Then there is no more.
    let mut typed = "1\n1\n\n1\n".to_owned();
    for order in orders.iter().chain([&passing.as_str()]) {
        writeln!(typed, "{order}").unwrap();
    }
    typed.push('\n');
    let typed = scratch.write("typed", typed);
    let arguments = [&["lab", "races", "--headless", "--receipt", "a.json"][..], &whose].concat();
    let mut command = scratch.command(&arguments);
    command.stdin(File::open(typed).unwrap());
    let output = Program::spawn(command).finish();
    let receipt = fs::read(scratch.path("a.json")).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    serde_json::from_slice(&receipt).unwrap()
}

fn fault(mut receipt: Receipt, change: impl Fn(&mut Receipt)) -> FaultKind {
    change(&mut receipt);
    receipt.digest = receipt.digest_of().unwrap();
    let bytes = serde_json::to_vec(&receipt).unwrap();
    judge(&bytes, &Expected::default(), &mut Played::default()).unwrap_err().kind
}

pub(crate) fn an_order_of_steps_is_tried_until_it_reaches_its_goal_and_each_try_is_graded() {
    let scratch = Scratch::new("tries");
    let receipt = tried(&scratch, &["A", "BBBBB"]);
    let lose = &receipt.tasks[1];
    assert_eq!(lose.earlier.len(), 2, "{lose:#?}");
    assert!(lose.judgement.as_ref().unwrap().right.contains(&Slot::Choice), "{lose:#?}");
    let bytes = fs::read(scratch.path("a.json")).unwrap();
    let graded = judge(&bytes, &Expected::default(), &mut Played::default()).unwrap();
    assert!(graded.tasks[1].done && graded.tasks[1].points >= 1, "{graded:#?}");

    let same = |change: &dyn Fn(&mut Receipt)| fault(receipt.clone(), change);
    let kind = same(&|receipt| receipt.tasks[1].earlier[0].asked.answer = Answer::Order(vec![7]));
    assert_eq!(kind, FaultKind::Answers);
    let kind = same(&|receipt| {
        let observation = receipt.tasks[1].observation.clone();
        receipt.tasks[1].earlier[1].observation = observation;
    });
    assert_eq!(kind, FaultKind::Observation, "the facts of another order");
    let kind = same(&|receipt| receipt.tasks[1].earlier.swap(0, 1));
    assert_eq!(kind, FaultKind::Times);
    let kind = same(&|receipt| receipt.tasks[1].earlier[1].acted = None);
    assert!([FaultKind::Times, FaultKind::Answers].contains(&kind), "{kind:?}");
    let kind = same(&|receipt| {
        let one = receipt.tasks[1].earlier[0].clone();
        receipt.tasks[1].earlier = vec![one; MOST_TRIES];
    });
    assert!([FaultKind::Times, FaultKind::Questions].contains(&kind), "{kind:?}");
}

/// As a shell does whose user types `fg`, and the kernel when a process group loses its shell.
pub(crate) fn a_process_of_a_lab_that_others_continue_stands_still_again() {
    for lab in ["races", "death", "fencing"] {
        let scratch = Scratch::new(&format!("continued-{lab}"));
        let whose = ["--student", "anna", "--course", "OS-101", "--term", "2026-autumn"];
        let key = [&["lab", "key", "--lab", lab, "--answers", "passing"][..], &whose].concat();
        scratch.write("answers", scratch.expect(&key, 0).stdout);
        let run = [&["lab", lab, "--answers", "answers", "--receipt", "a.json"][..], &whose].concat();
        let program = scratch.start(&run);
        wait_until("the lab ends", || {
            for process in TestProcess::children_of(program.launcher().pid) {
                // One that has just ended is none to continue.
                let _sent = process.try_signal(Signal::SIGCONT);
            }
            program.launcher().has_ended()
        });
        let output = program.finish();
        assert_eq!(output.ended, Ended::Code(0), "{lab}: {}", output.stderr);
        let bytes = fs::read(scratch.path("a.json")).unwrap();
        let graded = judge(&bytes, &Expected::default(), &mut Played::default()).unwrap();
        assert_eq!(graded.points, graded.of, "{graded:#?}");
    }
}
