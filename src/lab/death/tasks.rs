//! The tasks: one for each design, and one for all three.

use super::design::{Design, STEPS};
use super::left::Found;
use super::run::deaths;
use super::truth::{Setup, add_facts, must_be};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};

/// Where the ball can be, and whether what was found is that.
type Kind = (&'static str, fn(Found) -> bool);

/// Sets of steps that are offered under a design: all that a program of it can lose after, and some that none does.
pub(super) fn sets(design: Design) -> &'static [&'static [usize]] {
    match design {
        Design::Pipe => &[&[1, 5, 6, 7], &[1, 2, 5, 6, 7], &[1, 5, 6], &[1, 2, 5, 6], &[]],
        Design::Shared => &[&[1, 2, 3, 6, 7], &[1, 2, 3, 5, 6, 7], &[1, 2, 3, 7], &[5, 6, 7], &[]],
        Design::Baton => &[&[], &[2, 7], &[4, 5], &[1, 2, 5, 6, 7], &[1, 6]],
    }
}

fn set_text(set: &[usize]) -> String {
    if set.is_empty() {
        return "after none of them".to_owned();
    }
    let steps: Vec<_> = set.iter().map(usize::to_string).collect();
    format!("after {}", steps.join(", "))
}

/// The question which steps lose the ball, and which answer is right.
fn losing(setup: &Setup, draw: &mut Draw) -> (Question, Answer) {
    let lost = setup.losing();
    let sets = draw.shuffle(sets(setup.program.design).to_vec());
    let right = sets.iter().position(|set| *set == lost).unwrap_or(0);
    let texts: Vec<_> = sets.iter().map(|set| set_text(set)).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    (
        Question::choice("After which steps does the death of the process lose the ball?", &texts),
        Answer::Choice(right),
    )
}

/// The question about one step, and which answer is right.
fn about_one(setup: &Setup, draw: &mut Draw) -> (Question, Answer) {
    let step = draw.below(STEPS) + 1;
    let found = setup.found_after(step);
    if setup.program.design == Design::Baton {
        let before = setup.crossing.before.ball.tick;
        let tick = match found {
            Found::Ball(ball, _) => ball.tick,
            _ => before,
        };
        let text = format!(
            "Before step 1 the ball had played {before} ticks. With how many ticks did the supervisor find it after the death \
             at step {step}?"
        );
        return (Question::number(text, "ticks", before.saturating_sub(9), before + 9), Answer::Number(tick));
    }
    let kinds: &[Kind] = &[
        ("whole, where another process finds it", |found| found.is_ball()),
        ("nowhere: it was only in the memory of the dead process", |found| found == Found::Nothing),
        ("half of it is left", |found| matches!(found, Found::Bytes(_))),
        ("what is taken for the ball is none, or an old one", |found| found == Found::Wrong),
    ];
    let kinds = draw.shuffle(kinds.to_vec());
    let right = kinds.iter().position(|(_, is_so)| is_so(found)).unwrap_or(0);
    let texts: Vec<_> = kinds.iter().map(|(text, _)| *text).collect();
    (
        Question::choice(format!("Where was the ball after the death at step {step}?"), &texts),
        Answer::Choice(right),
    )
}

/// The task on one design.
pub(super) fn one(setup: &Setup, draw: &mut Draw) -> Task {
    let design = setup.program.design;
    let (predict, lost) = losing(setup, draw);
    let (conclude, where_it_was) = about_one(setup, draw);
    let passing = Answers::predicted(lost).concluded(where_it_was);
    let (right, acted, judged) = (passing.clone(), *setup, *setup);
    let (id, explanation, read_on) = texts(design);
    Task {
        id,
        story: format!(
            "{}\nA hand-off has eight steps.\n{}\nIt is done eight times. In time 1 the process that has done step 1 is killed \
             (SIGKILL) right after it, in time 2 after step 2, and so on. The other process lives, and has forgotten the ball \
             if it has handed it over. Then we look for the ball in what is left. If what is taken for it there mixes two \
             balls, or is an old one, the ball counts as lost too.",
            design.story(),
            setup.program.listed()
        ),
        predict,
        choose: None,
        conclude: Some(conclude),
        act: Box::new(move |stage, _| {
            let mut seen = Observation::default();
            let _found = deaths(stage, &acted, false, &mut seen)?;
            Ok(seen)
        }),
        judge: Box::new(move |given, seen| {
            let mut expected = Observation::default();
            add_facts(&mut expected, design, &judged.all_found(), STEPS as u64);
            must_be(&expected, seen)?;
            let truth = format!("The ball was lost {}.", set_text(&judged.losing()));
            Ok(Judgement::of(given, &right, truth))
        }),
        passing,
        failing: None,
        explanation,
        read_on,
    }
}

fn texts(design: Design) -> (&'static str, &'static str, &'static str) {
    match design {
        Design::Pipe => (
            "pipe",
            "Bytes that were written into a pipe are the kernel's: they outlive the writer, and a reader gets them as long as \
             somebody keeps the pipe open. But read takes them out. From then on until the next write the only copy is in the \
             memory of one process, and the kernel frees that memory when the process dies. So a pipe keeps the ball on its \
             way, and not while it is played. The game's transports `pipe` and `socket` carry a copy: the record that counts \
             stays in the Region.",
            "man 7 pipe; man 2 read; docs/TRANSPORTS.md of this project",
        ),
        Design::Shared => (
            "struct",
            "Shared memory outlives its processes, so whatever was stored is still there. But a struct that is written only at \
             a hand-off is out of date at all other times, and nothing says whose the ball is: after a death nobody can tell a \
             ball in hand from one that was handed over. A flag that is set before the struct is complete even makes an old or \
             a mixed ball count. Nothing is recovered that was not recorded.",
            "man 7 shm_overview; OSTEP chapter 42 (crash consistency: the same for disks)",
        ),
        Design::Baton => (
            "baton",
            "At every moment one whole copy of the record is in shared memory: a copy that is being written does not count until \
             its number and its checksum fit, and then the older one is not needed. The baton says whose record counts, and it \
             changes by one compare-and-swap, after the record: there is no step between \"not yet handed over\" and \"handed \
             over\". What is lost is at most the tick that was not recorded, and the physics plays it again as it was: the \
             trajectory hash shows it. The supervisor recovers into the next epoch, so even a process that was not dead could do \
             no harm.",
            "src/protocol/mod.rs (failure, invariants) and src/supervisor/reclaim.rs of this project; docs/FAULTS.md",
        ),
    }
}

/// What is chosen as the reason, and whether it is the right one.
const REASONS: [(&str, bool); 4] = [
    (
        "outside the processes there is a whole record at every step, a word that says whose it is, and somebody who looks there",
        true,
    ),
    ("shared memory is safer than a pipe", false),
    ("a compare-and-swap cannot be interrupted by SIGKILL", false),
    ("the supervisor asks the processes where the ball is", false),
];

/// Answers to the question which designs keep the ball, by pipe, struct, baton.
const SURVIVORS: [(&str, [bool; 3]); 6] = [
    ("none of them", [false; 3]),
    ("the pipe only", [true, false, false]),
    ("struct and flag only", [false, true, false]),
    ("the baton only", [false, false, true]),
    ("pipe and baton", [true, false, true]),
    ("all three", [true; 3]),
];

/// One of these, each with what it means.
fn choice<T>(text: &str, of: &[(&str, T)]) -> Question {
    let texts: Vec<_> = of.iter().map(|(text, _)| *text).collect();
    Question::choice(text, &texts)
}

/// What is done in the last task.
const EVERYBODY: &str = "All three designs again, with the same steps, each done eight times. But now everybody dies: A and B both stand \
                there from the beginning, and after each of the eight steps both are killed, as by a power switch for processes. \
                What is left are the pipes, the words, and the supervisor of the baton: 16 deaths of each design, 48 in all. \
                As before, a ball that mixes two, or is an old one, counts as lost.";
/// A and B, after each of the steps.
const DEATHS_OF_ALL: u64 = 2 * STEPS as u64;
/// Why it ends so.
const WHY: &str = "It makes no difference that both died: where a design has lost the ball, the process that lived did not have it \
                      either. What counts is what stands outside the processes at every single step: the whole ball, whose it is, \
                      and that somebody acts on it. That is what a log is for a file system and a checkpoint for a cluster. Even \
                      the launcher's death would change nothing if somebody kept the Region; the game ends then, because nobody \
                      would look any more.";

/// The task on all three designs: everything dies.
pub(super) fn all(setups: &[Setup; 3], draw: &mut Draw) -> Task {
    let survive = setups.each_ref().map(|setup| setup.losing().is_empty());
    let survivors = draw.shuffle(SURVIVORS.to_vec());
    let reasons = draw.shuffle(REASONS.to_vec());
    let of_survivors = survivors.iter().position(|(_, which)| *which == survive).unwrap_or(0);
    let of_reasons = reasons.iter().position(|(_, is_right)| *is_right).unwrap_or(0);
    let passing = Answers::predicted(Answer::Choice(of_survivors)).concluded(Answer::Choice(of_reasons));
    let (right, acted, judged) = (passing.clone(), *setups, *setups);
    Task {
        id: "everybody",
        story: EVERYBODY.to_owned(),
        predict: choice("Which designs have the ball after every one of the eight steps?", &survivors),
        choose: None,
        conclude: Some(choice("Why does it survive there?", &reasons)),
        act: Box::new(move |stage, _| {
            let mut seen = Observation::default();
            for setup in &acted {
                let _found = deaths(stage, setup, true, &mut seen)?;
            }
            Ok(seen)
        }),
        judge: Box::new(move |given, seen| {
            let mut expected = Observation::default();
            for setup in &judged {
                add_facts(&mut expected, setup.program.design, &setup.all_found(), DEATHS_OF_ALL);
            }
            must_be(&expected, seen)?;
            let lost = judged.each_ref().map(|setup| setup.losing().len());
            let truth = format!(
                "Of its eight hand-offs, the pipe lost the ball in {}, struct and flag in {}, the baton in {}.",
                lost[0], lost[1], lost[2]
            );
            Ok(Judgement::of(given, &right, truth))
        }),
        passing,
        failing: None,
        explanation: WHY,
        read_on: "docs/FAULTS.md and src/protocol/mod.rs of this project; OSTEP chapter 42 (journaling)",
    }
}
