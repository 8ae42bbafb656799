//! A record that nothing guards: copied while its writer stands still in it, and while it runs.

use super::pair::{ENOUGH, LONGEST_RUN, Pair, Run, numbers};
use super::record::WORDS;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// Why a copy has words of two records.
const STOPPED: &str = "Each word is atomic: it is the old one or the new one. The record is 15 words, and nothing makes them one: \
    a reader sees the memory as it is at that moment, with as many new words as were stored. The kernel may stop a process \
    between any two instructions: for a SIGSTOP, for a page fault, or because its time slice is over. Each word of the torn copy \
    is a fine number; nothing in it says that it does not belong to its neighbours.\n\
    With a ball of the game this would be a place of one tick with a speed of another.";
/// Why it happens without anybody stopping anything.
const RUNNING: &str = "On two CPUs the copy and the write happen at the same time, and a copy is torn whenever they overlap; on one CPU a copy is \
    torn whenever the writer's time slice ended inside a record, which is where it spends its time. Short is not atomic: \
    atomic is what the processor does in one piece, and that is one aligned word. A test that copies once an hour would almost \
    never see this, and a game that runs for days would.";

/// The writer stands still after some words.
pub(super) fn stopped(draw: &mut Draw) -> Task {
    let (old, words) = (draw.within(100, 800), draw.within(3, 12));
    let new = old + draw.within(1, 99);
    let story = format!(
        "A writer and a reader share memory. A record is {WORDS} words of eight bytes, one behind the other, and all {WORDS} words of \
         a record are its number. Record {old} is there.\nThe writer stores record {new}, word by word from the first. After \
         {words} words it is stopped by SIGSTOP. Now the reader copies all {WORDS} words."
    );
    let right = Answers::predicted(Answer::Number(words));
    let passing = right.clone();
    Task {
        id: "stopped",
        story,
        predict: Question::number(
            format!("How many words of the copy are of record {new}?"),
            "words",
            0,
            WORDS as u64,
        ),
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| observe_stopped(stage, old, new, words)),
        judge: Box::new(move |given, seen| judge_stopped(given, seen, old, new, &right)),
        passing,
        failing: None,
        explanation: STOPPED,
        read_on: "OSTEP, chapter 26 (concurrency); man 7 signal (SIGSTOP); src/protocol/record.rs",
    }
}

fn observe_stopped(stage: &mut Stage<'_>, old: u64, new: u64, words: u64) -> Result<Observation> {
    let mut pair = Pair::start(stage)?;
    pair.writer.say(&format!("bare {old}"));
    pair.writer.hear()?;
    pair.wrote(stage, &format!("has stored record {old}"));
    pair.writer.say(&format!("bare {new} {words}"));
    pair.writer.wait_until_stopped()?;
    pair.wrote(stage, &format!("stands still after {words} words of record {new}"));
    pair.reader.say("copy");
    let said = pair.reader.hear()?;
    let copied: [u64; WORDS] = numbers(&said)?;
    pair.set("the copy", &said);
    pair.read(stage, &format!("has copied {WORDS} words: {said}"));
    pair.writer.go_on();
    pair.writer.hear()?;
    pair.wrote(stage, "goes on, and has stored the rest");
    let of = |number: u64| copied.iter().filter(|word| **word == number).count() as u64;
    let mut seen = Observation::default();
    seen.count(&format!("words of record {new}"), of(new), "words");
    seen.count(&format!("words of record {old}"), of(old), "words");
    seen.text("the copy", said);
    Ok(seen)
}

fn judge_stopped(
    given: &Answers,
    seen: &Observation,
    old: u64,
    new: u64,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    let Some(Answer::Number(words)) = right.prediction else {
        return Err("the task has no answer".to_owned());
    };
    let counted = [new, old].map(|number| seen.number_of(&format!("words of record {number}")));
    let counted = [counted[0].clone()?, counted[1].clone()?];
    if counted != [words, WORDS as u64 - words] {
        return Err(format!("the writer stood still after {words} words, and the copy has {counted:?}"));
    }
    let truth =
        format!("The copy has {words} words of record {new} and {} of record {old}: it is torn.", counted[1]);
    Ok(Judgement::of(given, right, truth))
}

/// Both run.
pub(super) fn running(draw: &mut Draw) -> Task {
    let choices = [
        "Yes, words of two records; but each word is whole",
        "No: 15 words are copied faster than anything can come between",
        "No: loads and stores of words are atomic, so the record is as well",
        "Yes, words of two records, and also words of which one half is old and one is new",
    ];
    let text = "Can one copy have something of two records?";
    let (predict, right) = Question::drawn(draw, text, &choices);
    let right = Answers::predicted(right);
    let passing = right.clone();
    Task {
        id: "running",
        story: format!(
            "Nobody is stopped any more. The writer stores record after record, each {WORDS} words, as fast as it can; the reader \
             copies the {WORDS} words again and again, at the same time. Words are stored and loaded atomically (relaxed), and \
             nothing else is done. The upper and the lower half of each word are both the number of the record, so that a word \
             shows whether it is whole.\nThe reader ends after {ENOUGH} torn copies, or after a second."
        ),
        predict,
        choose: None,
        conclude: None,
        act: Box::new(|stage, _| observe_running(stage)),
        judge: Box::new(move |given, seen| judge_running(given, seen, &right)),
        passing,
        failing: None,
        explanation: RUNNING,
        read_on: "Intel SDM, volume 3, Guaranteed Atomic Operations; std::sync::atomic; OSTEP, chapter 26",
    }
}

fn observe_running(stage: &mut Stage<'_>) -> Result<Observation> {
    let mut pair = Pair::start(stage)?;
    let Run { written, taken, torn, torn_words, first, .. } =
        pair.run(stage, "run-bare", ENOUGH, LONGEST_RUN)?;
    let mut seen = Observation::default();
    seen.count("records written", written, "records");
    seen.count("copies", taken, "copies");
    seen.count("torn copies", torn, "copies");
    seen.count("words that are not whole", torn_words, "words");
    if torn > 0 {
        let (words, from, to) = first;
        seen.text(
            "the first torn copy",
            format!("{words} words of record {from}; the last word is of record {to}"),
        );
    }
    Ok(seen)
}

fn judge_running(
    given: &Answers,
    seen: &Observation,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    let [written, copies, torn, torn_words] =
        ["records written", "copies", "torn copies", "words that are not whole"]
            .map(|name| seen.number_of(name));
    let (written, copies, torn, torn_words) = (written?, copies?, torn?, torn_words?);
    if copies == 0 || torn > copies || torn > ENOUGH {
        return Err(format!("{torn} of {copies} copies cannot be torn: the reader ends after {ENOUGH}"));
    }
    if torn > 0 && written == 0 {
        return Err("no copy is torn while nothing is written".to_owned());
    }
    if torn_words > 0 {
        return Err("an aligned word is stored and loaded in one piece".to_owned());
    }
    let truth = if torn > 0 {
        format!("{torn} of {copies} copies were torn, and no word was.")
    } else {
        format!(
            "None of {copies} copies was torn here and now, which happens where the two hardly ever ran at the same time; nothing \
             forbids it, as the writer that stood still showed."
        )
    };
    Ok(Judgement::of(given, right, truth))
}
