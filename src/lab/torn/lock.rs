//! What the reader of a sequence lock must look at.

use std::time::Duration;

use super::pair::{Pair, Run, numbers};
use super::record::{Check, Record, WORDS};
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;
use crate::platform::sync::Ordering;

/// So long both run at the same time.
const RUN: Duration = Duration::from_millis(400);

/// Why it takes both looks.
const EXPLANATION: &str = "The writer makes the sequence number odd before the first word, and even after the last. A reader \
    that finds an odd number begins while a record is being written; one that finds another number afterwards was overtaken. \
    Either look alone lets one of the two cases through, and with both no torn copy is ever taken: it is thrown away, and the \
    reader begins anew.\n\
    It also takes fences: without them the processor, or the compiler, may move the stores and loads of the words past those of \
    the number. The writer needs release order after the odd number, and at the even one, the reader acquire order at its first \
    look, and before its second.";

/// What is drawn.
#[derive(Clone, Copy)]
struct Drawn {
    /// The sequence number at first: even.
    sequence: u64,
    old: u64,
    /// After how many words of its copy the reader stands still, and the writer after how many words of its record.
    reader_stops: u64,
    writer_stops: u64,
    /// What can be chosen, in the order in which it is shown.
    shown: [Check; 3],
}

impl Drawn {
    fn check(&self, choice: Option<&Answer>) -> Check {
        choice.and_then(|answer| answer.means(&self.shown)).unwrap_or(Check::Both)
    }
}

fn text_of(check: Check) -> &'static str {
    match check {
        Check::Even => "the first number was even",
        Check::Same => "the second number is the same as the first",
        Check::Both => "the first number was even, and the second is the same",
    }
}

/// The student chooses the look.
pub(super) fn checks(draw: &mut Draw) -> Task {
    let shown = draw.shuffle(Check::ALL.to_vec());
    let drawn = Drawn {
        sequence: 2 * draw.within(10, 400),
        old: draw.within(100, 900),
        reader_stops: draw.within(3, 12),
        writer_stops: draw.within(3, 12),
        shown: [shown[0], shown[1], shown[2]],
    };
    let best = drawn.shown.iter().position(|check| *check == Check::Both).unwrap_or(0);
    let right = Answers::predicted(Answer::Number(drawn.sequence + 2)).chosen(Answer::Choice(best));
    let passing = right.clone();
    let (from, to) = (drawn.sequence - 10, drawn.sequence + 10);
    Task {
        id: "sequence-lock",
        story: story(&drawn),
        predict: Question::number("Which sequence number does the reader load after its copy?", "", from, to),
        choose: Some(Question::choice(
            "When is the reader to take its copy, so that it never takes a torn one?",
            &drawn.shown.map(text_of),
        )),
        conclude: None,
        act: Box::new(move |stage, choice| observe(stage, drawn, drawn.check(choice))),
        judge: Box::new(move |given, seen| judge(given, seen, drawn, &right)),
        passing,
        failing: None,
        explanation: EXPLANATION,
        read_on: "Linux, Documentation/locking/seqlock.rst; Boehm, Can seqlocks get along with programming language memory models?",
    }
}

fn story(drawn: &Drawn) -> String {
    let Drawn { sequence, old, reader_stops, writer_stops, .. } = drawn;
    format!(
        "Now a sequence lock: one word more, the sequence number, which is {sequence}. The writer adds 1 to it, stores the {WORDS} \
         words of a record, and adds 1 again. The reader loads the sequence number, copies the {WORDS} words, and loads the \
         sequence number once more. Then it takes the copy, or throws it away and begins anew: you choose by which look.\n\
         Record {old} is there, the sequence number is {sequence}, nobody writes. First the reader is stopped after {reader_stops} \
         words of its copy; the writer stores the whole record {}; the reader goes on. What you predict is about this copy.\n\
         Then the writer is stopped after {writer_stops} words of record {}, and the reader tries once. Then both run at the same \
         time for less than a second.",
        old + 1,
        old + 2,
    )
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn, check: Check) -> Result<Observation> {
    let Drawn { sequence, old, reader_stops, writer_stops, .. } = drawn;
    let code = Check::ALL.iter().position(|known| *known == check).unwrap_or(0) as u64;
    let mut pair = Pair::start(stage)?;
    pair.writer.say(&format!("bare {old}"));
    pair.writer.hear()?;
    // Nobody writes now.
    Record::of(stage.memory()).sequence().store(sequence, Ordering::Relaxed);
    pair.set("sequence number", sequence);
    pair.wrote(stage, &format!("has stored record {old}"));
    let mut seen = Observation::default();

    pair.reader.say(&format!("try {code} {reader_stops}"));
    pair.reader.wait_until_stopped()?;
    pair.read(stage, &format!("stands still after {reader_stops} words of its copy"));
    pair.writer.say(&format!("locked {}", old + 1));
    pair.writer.hear()?;
    pair.set("sequence number", Record::of(stage.memory()).sequence().load(Ordering::Relaxed));
    pair.wrote(stage, &format!("has stored record {}", old + 1));
    pair.reader.go_on();
    let [is_taken, is_torn, before, after] = numbers(&pair.reader.hear()?)?;
    pair.read(
        stage,
        &format!("loaded {before} before its copy and {after} after it, and {}", took(is_taken, is_torn)),
    );
    seen.count("sequence number before", before, "").count("sequence number after", after, "");
    seen.flag("the reader that was overtaken took a torn copy", is_taken == 1 && is_torn == 1);

    pair.writer.say(&format!("locked {} {writer_stops}", old + 2));
    pair.writer.wait_until_stopped()?;
    pair.set("sequence number", Record::of(stage.memory()).sequence().load(Ordering::Relaxed));
    pair.wrote(stage, &format!("stands still after {writer_stops} words of record {}", old + 2));
    pair.reader.say(&format!("try {code}"));
    let [is_taken, is_torn, before, after] = numbers(&pair.reader.hear()?)?;
    pair.read(stage, &format!("loaded {before} and {after}, and {}", took(is_taken, is_torn)));
    seen.flag("the reader amid a write took a torn copy", is_taken == 1 && is_torn == 1);
    pair.writer.go_on();
    pair.writer.hear()?;

    let Run { tries, taken, torn, .. } = pair.run(stage, "run-locked", code, RUN)?;
    seen.count("tries while both ran", tries, "tries").count("copies taken", taken, "copies");
    seen.count("torn copies taken", torn, "copies");
    Ok(seen)
}

fn took(is_taken: u64, is_torn: u64) -> &'static str {
    match (is_taken, is_torn) {
        (0, _) => "threw the copy away",
        (_, 0) => "took a whole copy",
        _ => "took a torn copy",
    }
}

fn judge(
    given: &Answers,
    seen: &Observation,
    drawn: Drawn,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    let check = drawn.check(given.choice.as_ref());
    let (before, after) =
        (seen.number_of("sequence number before")?, seen.number_of("sequence number after")?);
    if (before, after) != (drawn.sequence, drawn.sequence + 2) {
        return Err(format!("one record adds 2 to {}, and not {before} to {after}", drawn.sequence));
    }
    let overtaken = seen.is("the reader that was overtaken took a torn copy")?;
    let amid = seen.is("the reader amid a write took a torn copy")?;
    if (overtaken, amid) != (check == Check::Even, check == Check::Same) {
        return Err(format!("this is not what a reader does that takes a copy when {}", text_of(check)));
    }
    let [tries, taken, torn] =
        ["tries while both ran", "copies taken", "torn copies taken"].map(|name| seen.number_of(name));
    let (tries, taken, torn) = (tries?, taken?, torn?);
    if tries == 0 || taken > tries || torn > taken || (check == Check::Both && torn > 0) {
        return Err(format!(
            "of {tries} tries {taken} copies and {torn} torn ones cannot be taken by this look"
        ));
    }
    let stopped = match check {
        Check::Both => "neither the reader that was overtaken nor the one amid a write took its torn copy",
        Check::Even => "the reader that was overtaken took a torn copy: its first number was even",
        Check::Same => "the reader amid a write took a torn copy: the number was odd both times",
    };
    let truth = format!(
        "The reader loaded {before} before and {after} after its copy; {stopped}. While both ran, it took {taken} copies in \
         {tries} tries, of which {torn} were torn."
    );
    Ok(Judgement::of(given, right, truth))
}
