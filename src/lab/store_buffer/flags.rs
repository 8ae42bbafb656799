//! Each stores to its own flag, then loads the other's.

use strum::VariantArray;

use super::order::Fence;
use super::pair::{Place, check_rounds, orders, run};
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// What can come of a round, as the facts name it.
const OUTCOMES: [&str; 4] = ["both read 1", "only A read 0", "only B read 0", "both read 0"];

const ALL_FOUR: &str = "1 and 1, 0 and 1, 1 and 0, and also 0 and 0";
const ONE_IS_FIRST: &str = "1 and 1, 0 and 1, 1 and 0; never 0 and 0: one of the two stores is the first";
const ONLY_ONES: &str = "1 and 1 only: each load comes after both stores";
const NOT_BOTH: &str = "0 and 1, or 1 and 0 only: exactly one of the two is the first";

/// Why nobody is the first.
const RELAXED: &str = "A store goes into the store buffer of its CPU first, and from there to the cache, where others see it, a \
    little later. The load does not wait for that. So both loads can be done while both stores still wait in the buffers: both \
    read 0, and no order of the four steps, one after the other, explains it. All processors in use do this, x86 as well.\n\
    This is how Dekker's and Peterson's algorithms break: each raises its flag, sees the other's down, and enters.";
/// Why release and acquire do not help.
const RELEASE_ACQUIRE: &str = "Release keeps what stands before a store before it, acquire keeps what stands after a load after \
    it. Here the store stands before the load, and neither of the two keeps a store before a later load of another word. On x86 \
    every store is a release and every load an acquire, without any further instruction: this program is the same machine code as \
    the relaxed one, with the same store buffer.";
/// What helps.
const FENCE: &str = "A sequentially consistent fence (mfence, or an instruction with lock, on x86) makes the load wait until the \
    store has left the buffer. If both processes have one between store and load, one of the fences is the first, and the \
    process of the other one reads 1. The other fences keep loads and stores in order, but never a store before a later load; on x86 they \
    are no instruction at all, which the counts show.\n\
    The game's doorbell does without it. Sleeper and giver change one and the same word by an atomic read-modify-write: one comes \
    first there, and the other one sees it. No notification is slept through, whatever a store buffer does.";

/// A task of this kind.
struct Program {
    id: &'static str,
    /// What each process does, for its story.
    code: &'static str,
    /// What its processes are asked to do.
    line: &'static str,
    explanation: &'static str,
}

const READ_ON: &str = "Sewell and others, x86-TSO (2010); Intel SDM, volume 3, Memory Ordering; Bos, Rust Atomics and Locks, chapters 3 and 7";

/// Nothing keeps the two apart.
pub(super) fn relaxed(draw: &mut Draw) -> Task {
    two(
        draw,
        Program {
            id: "relaxed",
            code: "mine.store(1, Relaxed); let seen = other.load(Relaxed);",
            line: "flags Relaxed",
            explanation: RELAXED,
        },
    )
}

/// The orders that most use.
pub(super) fn release_acquire(draw: &mut Draw) -> Task {
    two(
        draw,
        Program {
            id: "release-acquire",
            code: "mine.store(1, Release); let seen = other.load(Acquire);",
            line: "flags ReleaseAcquire",
            explanation: RELEASE_ACQUIRE,
        },
    )
}

fn two(draw: &mut Draw, Program { id, code, line, explanation }: Program) -> Task {
    let text = "What can A and B read, by the rules of the language and of this kind of processor?";
    let (predict, right) = Question::drawn(draw, text, &[ALL_FOUR, ONE_IS_FIRST, ONLY_ONES, NOT_BOTH]);
    let right = Answers::predicted(right);
    let passing = right.clone();
    Task {
        id,
        story: story(code),
        predict,
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| observe(stage, line, code)),
        judge: Box::new(move |given, seen| {
            let truth = counted(seen, false)?;
            Ok(Judgement::of(given, &right, truth))
        }),
        passing,
        failing: None,
        explanation,
        read_on: READ_ON,
    }
}

fn story(code: &str) -> String {
    format!(
        "Two words in shared memory, the flag of A and the flag of B, are 0. A and B each run on a CPU of their own, if there are two, \
         and do this in the same moment:\n    {code}\nmine is A's flag for A and B's for B; other is the other one. That is \
         done up to a million times, for 0.8 seconds at most, and what the two have read is counted.\nNobody sets the flags \
         back: in each round both store its number, which counts as 1, and any earlier number counts as 0.\n{}",
        orders()
    )
}

fn observe(stage: &mut Stage<'_>, line: &str, code: &str) -> Result<Observation> {
    let (counts, place) = run(stage, line, code, &OUTCOMES)?;
    let mut seen = Observation::default();
    seen.count("rounds", counts.iter().sum(), "rounds");
    for (name, count) in OUTCOMES.into_iter().zip(counts) {
        seen.count(name, count, "rounds");
    }
    place.add(&mut seen);
    stage.note(format!("both read 0 in {} of {} rounds", counts[3], counts.iter().sum::<u64>()));
    Ok(seen)
}

/// What was seen, in a sentence; an error if it cannot be.
fn counted(seen: &Observation, is_forbidden: bool) -> std::result::Result<String, String> {
    let (place, processor) = Place::of(seen)?;
    let rounds = seen.number_of("rounds")?;
    check_rounds(rounds)?;
    let mut counts = [0; 4];
    for (name, count) in OUTCOMES.into_iter().zip(&mut counts) {
        *count = seen.number_of(name)?;
    }
    let [.., both] = counts;
    // A number of a receipt may be any.
    if counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count)) != Some(rounds) {
        return Err(format!("what came of {rounds} rounds adds up to another number"));
    }
    if both > 0 && is_forbidden {
        return Err(format!(
            "both cannot read 0, here in {both} rounds, with this fence between store and load"
        ));
    }
    if both > 0 && place.cpus == 1 {
        return Err(format!("on one CPU both cannot read 0, here in {both} rounds: it has one store buffer"));
    }
    Ok(match (both, is_forbidden, place.cpus) {
        (0, true, 2) => {
            format!("In {rounds} rounds on two CPUs ({processor}) both never read 0: the fence forbids it.")
        }
        (0, true, _) => format!(
            "In {rounds} rounds both never read 0. The fence forbids it; one CPU would not show it in any case."
        ),
        (0, false, 1) => format!(
            "This machine has one CPU for both, and so one store buffer, which cannot show it: both read 0 in none of {rounds} \
             rounds. Nothing in the program forbids it, and your answer counts by that."
        ),
        (0, false, _) => format!(
            "Both read 0 in none of {rounds} rounds here and now ({processor}): the two met too seldom in the same moment. Nothing in \
             the program forbids it, and your answer counts by that."
        ),
        _ => format!("Both read 0 in {both} of {rounds} rounds ({processor})."),
    })
}

/// The student chooses a fence.
pub(super) fn fence(draw: &mut Draw) -> Task {
    let (predict, predicted) = Question::drawn(
        draw,
        "With fence(SeqCst) in this place, what can A and B read?",
        &[ONE_IS_FIRST, ALL_FOUR, ONLY_ONES, NOT_BOTH],
    );
    let shown = draw.shuffle(Fence::VARIANTS.to_vec());
    let best = shown.iter().position(|fence| *fence == Fence::SeqCst).unwrap_or(0);
    let texts: Vec<_> = shown.iter().map(|fence| format!("fence({fence})")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let (conclude, concluded) = doorbell(draw);
    let right = Answers::predicted(predicted).chosen(Answer::Choice(best)).concluded(concluded);
    let passing = right.clone();
    let chosen =
        move |choice: Option<&Answer>| choice.and_then(|answer| answer.means(&shown)).unwrap_or_default();
    let fence_of = chosen.clone();
    Task {
        id: "fence",
        story: story("mine.store(1, Relaxed); fence(…); let seen = other.load(Relaxed);"),
        predict,
        choose: Some(Question::choice("Which fence is to stand there, so that both never read 0?", &texts)),
        conclude: Some(conclude),
        act: Box::new(move |stage, choice| {
            let fence = chosen(choice);
            let code = format!("mine.store(1, Relaxed); fence({fence}); let seen = other.load(Relaxed);");
            observe(stage, &format!("fence {fence}"), &code)
        }),
        judge: Box::new(move |given, seen| {
            let fence = fence_of(given.choice.as_ref());
            let truth = counted(seen, fence == Fence::SeqCst)?;
            Ok(Judgement::of(given, &right, format!("With fence({fence}): {truth}")))
        }),
        passing,
        failing: None,
        explanation: FENCE,
        read_on: "man 2 futex; src/protocol/doorbell/mod.rs; std::sync::atomic::fence; Bos, Rust Atomics and Locks, chapter 3",
    }
}

fn doorbell(draw: &mut Draw) -> (Question, Answer) {
    let text = "A sleeper marks that it sleeps, then looks whether the ball has come; the giver hands over the ball, then looks \
        whether somebody sleeps. If both miss the other, the sleeper sleeps on. Which of these helps, without that fence?";
    Question::drawn(
        draw,
        text,
        &[
            "Both change one and the same word by an atomic read-modify-write",
            "Both store with release and load with acquire",
            "Both marks lie in one cache line",
            "The sleeper looks twice",
        ],
    )
}
