//! The tasks: no check, a check, an epoch, a death.

use super::program::{Design, NAMES};
use super::run::observe;
use super::truth::{MS, SILENCE_NS, Seen, Setup};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::steps::Crossing;

/// Nothing is heard of an owner for longer than a lab can last: an hour.
const LONGEST_MS: u64 = 3_600_000;

/// The tasks, in their order.
pub(super) const IDS: [&str; 4] = ["no-check", "check", "epoch", "killed"];

/// What happens in each task.
pub(super) fn setups(draw: &mut Draw) -> [Setup; 4] {
    let seed = draw.seed();
    let mut setup = |design, steps: usize| {
        let (others, before) = (draw.within(1, 40), draw.below(steps - 1) + 2);
        Setup { design, seed, crossing: Crossing::new(seed, others), before, dies: false }
    };
    let plain = setup(Design::Plain, 4);
    let checked = setup(Design::Checked, 4);
    let epoch = setup(Design::Epoch, 4);
    let killed = Setup { dies: true, ..setup(Design::Plain, 4) };
    // As often between the second look and the store as before the second look.
    let checked = if draw.below(2) == 0 { checked } else { Setup { before: 5, ..checked } };
    [plain, checked, epoch, killed]
}

/// All tasks.
pub(super) fn all(draw: &mut Draw) -> Vec<Task> {
    let [plain, checked, epoch, killed] = setups(draw);
    vec![no_check(&plain, draw), check(&checked, draw), with_epoch(&epoch), death(&killed, draw)]
}

/// What a task adds to a setup.
struct Asked {
    id: &'static str,
    story: String,
    predict: Question,
    conclude: Question,
    right: Answers,
    explanation: &'static str,
    read_on: &'static str,
}

/// What there is, and what happens.
fn story(setup: &Setup) -> String {
    let word = if setup.design == Design::Epoch {
        let epoch = setup.crossing.epoch();
        format!(
            "A shared word says in which epoch who has the ball; it is changed by compare-and-swap only, and every change adds 1 \
             to the epoch. At first it says: epoch {epoch}, owner."
        )
    } else {
        "A shared word says who has the ball; there is no epoch in it. At first it says: owner.".to_owned()
    };
    let fate = if setup.dies {
        format!(
            "Before its step {} the owner is killed (SIGKILL), and the supervisor reaps it. Then the supervisor",
            setup.before
        )
    } else {
        format!("Before its step {} the owner is frozen (SIGSTOP). The supervisor", setup.before)
    };
    let after = if setup.dies {
        "Then the neighbour looks at the word, and takes the ball if it is its own."
    } else {
        "Now the owner goes on (SIGCONT) and does the rest of its steps. Then the neighbour looks at the word, and takes the ball \
         if it is its own."
    };
    format!(
        "{word}\nThe owner of the ball {}.\n{fate} sees no new record for {} ms, takes the owner for dead and recalls the ball: it \
         writes \"replacement\" into the word. The replacement, another process for the same pane, which was started beforehand and has stood still until now, looks at the word and takes the \
         ball from the owner's last record. {after} All three are asked whether they have a ball.",
        setup.design.listed(),
        SILENCE_NS / MS
    )
}

/// One of these in an order that is drawn; and the first of them, the right one, as the answer.
fn drawn(text: &str, of: &[&'static str], draw: &mut Draw) -> (Question, Answer) {
    let items = draw.shuffle(of.to_vec());
    let right = items.iter().position(|item| *item == of[0]).unwrap_or(0);
    (Question::choice(text, &items), Answer::Choice(right))
}

fn no_check(setup: &Setup, draw: &mut Draw) -> Task {
    let (predict, who) = drawn(
        "Who has a ball when all are asked?",
        &[
            "the replacement and the neighbour",
            "the owner and the replacement",
            "the replacement only",
            "the neighbour only",
            "nobody",
        ],
        draw,
    );
    let (conclude, why) = drawn(
        "Why did that happen?",
        &[
            "the owner acted on what it had seen in the word before it was frozen",
            "SIGCONT gave the ball back to the owner",
            "the replacement took the ball from a record that was out of date",
            "the neighbour looked at the word too early",
        ],
        draw,
    );
    Asked {
        id: IDS[0],
        story: story(setup),
        predict,
        conclude,
        right: Answers::predicted(who).concluded(why),
        explanation: "A process that is frozen notices nothing: after SIGCONT its next instruction is the one that it was about to \
                      execute, and what it knows is as old as the freeze. So the owner stored into the word as if no time had \
                      passed. The neighbour believed the word, and the replacement believed its own memory: two balls. A page that \
                      is swapped in from a slow disk, a debugger, a paused virtual machine or a laptop's lid do the same as \
                      SIGSTOP.",
        read_on: "man 7 signal (SIGSTOP, SIGCONT); Kleppmann, How to do distributed locking (2016); docs/FAULTS.md of this \
                  project",
    }
    .task(setup)
}

fn check(setup: &Setup, draw: &mut Draw) -> Task {
    let balls = setup.modelled().balls();
    let (conclude, what) = drawn(
        "What would make the hand-over safe, before whichever step the owner is frozen?",
        &[
            "to check and to store in one instruction that nothing can come between",
            "to look at the word three times before the store",
            "a longer time before the supervisor recalls",
            "to store first and look at the word after it",
        ],
        draw,
    );
    Asked {
        id: IDS[1],
        story: story(setup),
        predict: Question::number("How many of the three have a ball when all are asked?", "balls", 0, 3),
        conclude,
        right: Answers::predicted(Answer::Number(balls)).concluded(what),
        explanation: "A second look helps if the freeze comes before it: then the owner sees that the ball is another's, and drops \
                      its own. It does not help if the freeze comes between the look and the store: check, then act. However often \
                      a process looks, there is a last look, and after it a moment before the store. Only an instruction that \
                      compares and writes at once has no such moment.",
        read_on: "OSTEP chapter 28 (compare-and-swap); src/pane/hand_off.rs of this project",
    }
    .task(setup)
}

fn with_epoch(setup: &Setup) -> Task {
    let epoch = setup.crossing.epoch();
    let in_the_end = format!(
        "{} After that the replacement plays on and hands the ball over by the same steps; the neighbour looks again.",
        story(setup)
    );
    Asked {
        id: IDS[2],
        story: in_the_end,
        predict: Question::number(
            "How many of the three have a ball when all are asked for the first time?",
            "balls",
            0,
            3,
        ),
        conclude: Question::number("Which epoch is in the word in the end, after the replacement's hand-off?", "(epoch)", 0, 99),
        right: Answers::predicted(Answer::Number(1)).concluded(Answer::Number(epoch + 2)),
        explanation: "The recall made a new epoch, and no epoch comes back. The owner's swap named the word of the old epoch, so it \
                      failed: the owner was fenced, and dropped its ball. What it had written meanwhile is its own record of an \
                      epoch that is over; nobody reads that. So the supervisor may be wrong about a death without harm, and the \
                      ball flew on as it would have without the freeze: the neighbour's hash is that of the reference simulation. \
                      The epoch is a fencing token, as in Chubby's sequencers and ZooKeeper's zxid.",
        read_on: "src/protocol/baton.rs of this project; Burrows, The Chubby lock service (2006), section 2.4",
    }
    .task(setup)
}

fn death(setup: &Setup, draw: &mut Draw) -> Task {
    let (conclude, why) = drawn(
        "The supervisor waited as long as before. Why can it not do without the kill, by waiting longer?",
        &[
            "a process that is stopped or slow looks like a dead one for any time; only one that was reaped never comes back",
            "SIGKILL tells the owner to give the ball back first",
            "after a longer time the kernel continues every stopped process",
            "the record would be out of date by then",
        ],
        draw,
    );
    Asked {
        id: IDS[3],
        story: story(setup),
        predict: Question::number("How many of the three have a ball when all are asked?", "balls", 0, 3),
        conclude,
        right: Answers::predicted(Answer::Number(setup.modelled().balls())).concluded(why),
        explanation: "SIGKILL cannot be caught, and it ends a stopped process too. When wait has reaped it, it executes no further \
                      instruction: the word is safe from it, without any epoch. A timeout proves nothing of the kind: silence is \
                      what a dead, a stopped and a slow process have in common, and no length of time tells them apart \
                      (in an asynchronous system no failure detector is perfect). Where a process cannot be killed for certain, on \
                      another machine for example, an epoch is the only way. The game uses both: it reaps dead processes, and \
                      fences slow ones.",
        read_on: "man 2 wait; man 2 pidfd_open; Chandra and Toueg, Unreliable failure detectors (1996)",
    }
    .task(setup)
}

impl Asked {
    fn task(self, setup: &Setup) -> Task {
        let (acted, judged, right) = (*setup, *setup, self.right.clone());
        Task {
            id: self.id,
            story: self.story,
            predict: self.predict,
            choose: None,
            conclude: Some(self.conclude),
            act: Box::new(move |stage, _| observe(stage, &acted)),
            judge: Box::new(move |given, seen| {
                let model = checked(&judged, seen)?;
                Ok(Judgement::of(given, &right, truth(&judged, &model)))
            }),
            passing: self.right,
            failing: None,
            explanation: self.explanation,
            read_on: self.read_on,
        }
    }
}

/// What the model gives; an error if something else was observed.
fn checked(setup: &Setup, seen: &Observation) -> Result<Seen, String> {
    let silence = seen.number_of("silence before the recall")?;
    let least = SILENCE_NS / MS;
    if !(least..LONGEST_MS).contains(&silence) {
        return Err(format!("the supervisor waits for {least} ms, and not {silence}"));
    }
    let model = setup.modelled();
    let expected = model.facts_after(silence * MS, setup);
    if expected.0.len() != seen.0.len() {
        return Err(format!("there are {} facts, and not {}", expected.0.len(), seen.0.len()));
    }
    match expected.0.iter().zip(&seen.0).find(|(expected, seen)| expected != seen) {
        Some((expected, seen)) => Err(format!("the steps give \"{expected}\", and not \"{seen}\"")),
        None => Ok(model),
    }
}

fn truth(setup: &Setup, model: &Seen) -> String {
    let have = model.asked.first().copied().unwrap_or_default();
    let names: Vec<_> = NAMES.iter().zip(have).filter(|(_, has)| *has).map(|(name, _)| *name).collect();
    let balls = if model.balls() == 1 { "1 ball".to_owned() } else { format!("{} balls", model.balls()) };
    let what = if setup.dies { "killed" } else { "frozen" };
    let epochs = if setup.design == Design::Epoch { format!("; {}", model.epochs()) } else { String::new() };
    format!("The owner was {what} before step {}: {balls} ({}){epochs}.", setup.before, names.join(" and "))
}
