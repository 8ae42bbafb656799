//! The labs on what the kernel does with bytes: every choice is done and judged, what a kernel cannot do is refused, and a machine that
//! hides /proc costs no point.

use std::fs;

use serde_json::{Value, json};
use tripong::lab::catalogue::named;
use tripong::lab::exercise::{Kind, Slot, Value as Observed};
use tripong::lab::receipt::{Receipt, TaskReceipt, tasks_of};

use crate::common::{Ended, Program, clean, is_installed, program};
use crate::scratch::Scratch;

const STUDENT: &str = "anna";

fn whose() -> [&'static str; 6] {
    ["--student", STUDENT, "--course", "OS-101", "--term", "2026-autumn"]
}

/// The answers that are all right.
fn passing(scratch: &Scratch, lab: &str) -> Value {
    let key = [&["lab", "key", "--lab", lab, "--answers", "passing"][..], &whose()].concat();
    serde_json::from_str(&scratch.expect(&key, 0).stdout).unwrap()
}

/// What a lab makes of these answers.
fn done(scratch: &Scratch, lab: &str, answers: &Value) -> Receipt {
    let answers = scratch.write("answers.json", answers.to_string());
    let file = scratch.path("receipt.json");
    // Of a lab before.
    let _gone = fs::remove_file(&file);
    let run = ["lab", lab, "--answers", answers.to_str().unwrap(), "--receipt", file.to_str().unwrap()];
    scratch.expect(&[&run[..], &whose()].concat(), 0);
    scratch.expect(&["lab", "verify", file.to_str().unwrap()], 0);
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

fn task<'a>(receipt: &'a Receipt, id: &str) -> &'a TaskReceipt {
    receipt.tasks.iter().find(|task| task.id == id).unwrap()
}

fn choices(receipt: &Receipt, id: &str) -> usize {
    let asked = task(receipt, id).asked.iter().find(|asked| asked.slot == Slot::Choice).unwrap();
    let Kind::Choice(of) = &asked.question.kind else { panic!("{id} has no choices") };
    of.len()
}

/// How many of the choices of these tasks are right, of how many. All of them are done.
fn tried(lab: &str, ids: &[&str]) -> Vec<(usize, usize)> {
    let scratch = Scratch::new(&format!("{lab}-choices"));
    let mut answers = passing(&scratch, lab);
    let first = done(&scratch, lab, &answers);
    let of: Vec<_> = ids.iter().map(|id| choices(&first, id)).collect();
    let mut right = vec![0; ids.len()];
    for choice in 0..of.iter().copied().max().unwrap() {
        for (id, of) in ids.iter().zip(&of) {
            answers["tasks"][id]["choice"] = json!({ "choice": choice % of });
        }
        let receipt = done(&scratch, lab, &answers);
        for (place, (id, of)) in ids.iter().zip(&of).enumerate() {
            let judgement = task(&receipt, id).judgement.as_ref().unwrap();
            assert!(judgement.right.contains(&Slot::Prediction), "{id}: {judgement:?}");
            right[place] += usize::from(choice < *of && judgement.right.contains(&Slot::Choice));
        }
    }
    right.into_iter().zip(of).collect()
}

pub(crate) fn one_way_breaks_a_deadlock_without_loss_and_two_rules_avoid_it() {
    assert_eq!(tried("deadlock", &["break", "rule"]), [(1, 6), (2, 4)]);
}

pub(crate) fn one_protocol_keeps_messages_apart_on_a_stream() {
    assert_eq!(tried("messages", &["frames"]), [(1, 4)]);
}

/// A lab, its task, a fact, and what the fact cannot be.
type Impossible = (&'static str, &'static str, &'static str, fn(&Observed) -> Observed);

/// What no kernel answers.
#[rustfmt::skip]
const IMPOSSIBLE: &[Impossible] = &[
    ("messages", "borders", "first read", more),
    ("messages", "borders", "reads", more),
    ("messages", "short-read", "first read", more),
    ("messages", "short-read", "second read", more),
    ("messages", "short-read", "MSG_TRUNC after the first", not),
    ("messages", "length", "recv returned", more),
    ("messages", "length", "sockets", other_text),
    ("messages", "empty", "first read", more),
    ("messages", "closed", "first read", more),
    ("messages", "closed", "second read waits", not),
    ("messages", "frames", "messages found", more),
    ("messages", "frames", "sizes your way", other_text),
    ("ends", "forgotten", "first read", more),
    ("ends", "forgotten", "second read waits", not),
    ("ends", "forgotten", "read after the close", more),
    ("ends", "forgotten", "reader has", other_text),
    ("ends", "no-reader", "the one that ignores SIGPIPE", other_text),
    ("ends", "no-reader", "the one with the default", other_text),
    ("ends", "capacity", "page", more),
    ("ends", "capacity", "F_GETPIPE_SZ", more),
    ("ends", "capacity", "fitted", more),
    ("ends", "capacity", "fitted of the second", more),
    ("ends", "part", "in it before", more),
    ("ends", "part", "taken", more),
    ("ends", "part", "second write", other_text),
    ("ends", "mix", "small messages", more),
    ("ends", "mix", "small ones that are whole", more),
    ("ends", "mix", "pieces of the two large ones", |_| Observed::Number(1)),
    ("deadlock", "fill", "A's pipe holds", more),
    ("deadlock", "fill", "A has written", more),
    ("deadlock", "fill", "B has written", |_| Observed::Number(0)),
    ("deadlock", "fill", "A", |_| Observed::Text("has done all".to_owned())),
    ("deadlock", "fill", "seen in", other_text),
    ("deadlock", "cycle", "A", |_| Observed::Text("is blocked in read".to_owned())),
    ("deadlock", "cycle", "A writes into", other_text),
    ("deadlock", "cycle", "B writes into", other_text),
    ("deadlock", "kill", "A's write", other_text),
    ("deadlock", "kill", "A's next write", other_text),
    ("deadlock", "kill", "B has read", more),
    ("deadlock", "break", "A has written", more),
    ("deadlock", "break", "B has read", |_| Observed::Number(0)),
    ("deadlock", "break", "A", |_| Observed::Text("is blocked in write".to_owned())),
    ("deadlock", "rule", "A if both read first", |_| Observed::Text("has done all".to_owned())),
    ("deadlock", "rule", "B", |_| Observed::Text("is blocked in write".to_owned())),
    ("deadlock", "rule", "A has read", more),
];

fn more(value: &Observed) -> Observed {
    let Observed::Number(number) = value else { panic!("{value:?} is no number") };
    Observed::Number(number + 1)
}

fn not(value: &Observed) -> Observed {
    let Observed::Flag(is_so) = value else { panic!("{value:?} is no flag") };
    Observed::Flag(!is_so)
}

fn other_text(value: &Observed) -> Observed {
    let Observed::Text(text) = value else { panic!("{value:?} is no text") };
    Observed::Text(format!("9{text}").replace('[', "[9"))
}

pub(crate) fn what_no_kernel_answers_is_refused() {
    let scratch = Scratch::new("kernel-impossible");
    for lab in ["messages", "ends", "deadlock"] {
        let receipt = done(&scratch, lab, &passing(&scratch, lab));
        for (_, id, name, change) in IMPOSSIBLE.iter().filter(|impossible| impossible.0 == lab) {
            let mut task = task(&receipt, id).clone();
            let fact = task.observation.0.iter_mut().find(|fact| fact.name == *name);
            let fact = fact.unwrap_or_else(|| panic!("{lab}, {id}: no fact {name:?}"));
            let before = std::mem::replace(&mut fact.value, Observed::Flag(false));
            fact.value = change(&before);
            let after = fact.value.clone();
            let judged = judge(&receipt, &task);
            assert!(judged.is_err(), "{lab}, {id}: {name} = {after:?} in place of {before:?}: {judged:?}");
        }
    }
}

fn judge(receipt: &Receipt, done: &TaskReceipt) -> Result<Vec<Slot>, String> {
    let tasks = tasks_of(named(&receipt.lab).unwrap(), receipt.identity.seed());
    let task = tasks.iter().find(|task| task.id == done.id).unwrap();
    (task.judge)(&done.answers(), &done.observation).map(|judgement| judgement.right)
}

pub(crate) fn a_missing_fact_is_never_worth_a_point() {
    let scratch = Scratch::new("kernel-missing");
    for lab in ["messages", "ends", "deadlock"] {
        let receipt = done(&scratch, lab, &passing(&scratch, lab));
        for task in &receipt.tasks {
            let whole = judge(&receipt, task).unwrap();
            for place in 0..task.observation.0.len() {
                let mut less = task.clone();
                let fact = less.observation.0.remove(place);
                let judged = judge(&receipt, &less);
                assert!(judged.iter().all(|right| *right == whole), "{lab}, {}: {}", task.id, fact.name);
            }
            let nothing =
                TaskReceipt { observation: tripong::lab::exercise::Observation::default(), ..task.clone() };
            assert!(judge(&receipt, &nothing).is_err(), "{lab}, {}", task.id);
        }
    }
}

/// Whether calls can be refused to a program.
pub(crate) fn can_refuse() -> bool {
    is_installed("strace")
        && program("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|end| end.success())
}

/// As Yama does it, or a container without rights; to the lab itself, not to its processes.
pub(crate) fn a_hidden_proc_is_a_fact_and_costs_no_point() {
    let scratch = Scratch::new("kernel-hidden");
    let hidden = ["syscall", "fd/5", "fd/6", "fd/7"].iter().flat_map(|path| ["-P", path]);
    for lab in ["messages", "ends", "deadlock"] {
        let answers = scratch.write("answers.json", passing(&scratch, lab).to_string());
        let file = scratch.path(&format!("{lab}.json"));
        let mut command = program("strace");
        command
            .args(["-qq", "-o", "/dev/null", "-e", "inject=openat,readlinkat:error=EACCES"])
            .args(hidden.clone());
        command.args([env!("CARGO_BIN_EXE_tripong"), "lab", lab, "--answers"]).arg(answers);
        command.arg("--receipt").arg(&file).args(whose());
        let output = Program::spawn(clean(command)).finish();
        assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""), "{lab}: {output:?}");
        let receipt: Receipt = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        for task in &receipt.tasks {
            assert_eq!(judge(&receipt, task).unwrap().len(), task.asked.len(), "{lab}: {task:?}");
        }
        let facts = receipt.tasks.iter().flat_map(|task| &task.observation.0);
        for fact in facts.filter(|fact| fact.name == "seen in" || fact.name == "who has what was read in") {
            let Observed::Text(how) = &fact.value else { panic!("{fact:?}") };
            let ways = ["/proc/PID/wchan", "/proc/PID/stat", "the list of what was passed on"];
            assert!(ways.contains(&how.as_str()), "{lab}: {fact:?}");
        }
    }
}
