//! A writer that stands still, or dies, amid a record under a sequence lock.

use super::pair::{Pair, numbers};
use super::record::WORDS;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;
use crate::protocol::End;

/// Why there is no copy any more.
const EXPLANATION: &str = "The number is odd, and only the writer would ever make it even. A sequence lock lets the writer go on \
    whatever readers do, and lets readers go on only while the writer does: it is wait-free for the one, and not even \
    lock-free for the others. Within a kernel that is fine, since nothing preempts the writer there. Between processes the \
    writer may be stopped by anybody, at any word, or killed with half a record in memory, and no one can tell which of its words \
    are new.\n\
    The game's records must be readable after their writer was killed: that is what a recovery is. So they are no \
    plain sequence lock.";

/// What is drawn.
#[derive(Clone, Copy)]
struct Drawn {
    old: u64,
    words: u64,
    tries: u64,
}

/// The reader tries, and tries.
pub(super) fn writer(draw: &mut Draw) -> Task {
    let drawn =
        Drawn { old: draw.within(100, 900), words: draw.within(1, 14), tries: 100 * draw.within(10, 90) };
    let Drawn { old, words, tries } = drawn;
    let choices = [
        "The writer never waits for readers; readers may wait for ever",
        "Readers never wait for the writer; the writer may wait for ever",
        "Neither ever waits for the other",
        "Whichever of them comes first makes the other wait",
    ];
    let (conclude, conclusion) = Question::drawn(draw, "What does a sequence lock promise?", &choices);
    let right = Answers::predicted(Answer::Number(0)).concluded(conclusion);
    let passing = right.clone();
    Task {
        id: "stuck-writer",
        story: format!(
            "The same sequence lock, with the right look. Record {old} is there. The writer begins record {} and is stopped \
             (SIGSTOP) after {words} of {WORDS} words. The reader tries {tries} times to get a whole copy. Then the writer is killed \
             (SIGKILL) where it stands, and the reader tries {tries} times more.",
            old + 1
        ),
        predict: Question::number(
            format!("How many whole copies does the reader get in all {} tries?", 2 * tries),
            "copies",
            0,
            2 * tries,
        ),
        choose: None,
        conclude: Some(conclude),
        act: Box::new(move |stage, _| observe(stage, drawn)),
        judge: Box::new(move |given, seen| judge(given, seen, drawn, &right)),
        passing,
        failing: None,
        explanation: EXPLANATION,
        read_on: "Herlihy and Shavit, The Art of Multiprocessor Programming, chapter 3 (wait-free, lock-free); src/protocol/slot.rs",
    }
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let Drawn { old, words, tries } = drawn;
    let mut pair = Pair::start(stage)?;
    pair.writer.say(&format!("locked {old}"));
    pair.writer.hear()?;
    pair.wrote(stage, &format!("has stored record {old}"));
    pair.reader.say("tries 1");
    let [before] = numbers(&pair.reader.hear()?)?;
    pair.read(stage, &format!("got {before} copy in 1 try"));
    pair.writer.say(&format!("locked {} {words}", old + 1));
    pair.writer.wait_until_stopped()?;
    pair.wrote(stage, &format!("stands still after {words} words of record {}", old + 1));
    let tried = |pair: &mut Pair, stage: &mut Stage<'_>| -> Result<u64> {
        pair.reader.say(&format!("tries {tries}"));
        let [copies] = numbers(&pair.reader.hear()?)?;
        pair.read(stage, &format!("got {copies} copies in {tries} tries"));
        Ok(copies)
    };
    let stopped = tried(&mut pair, stage)?;
    let end = pair.writer.kill()?;
    pair.wrote(stage, &format!("is dead ({end})"));
    let dead = tried(&mut pair, stage)?;
    let mut seen = Observation::default();
    seen.count("copies in one try before", before, "copies");
    seen.count("copies while the writer was stopped", stopped, "copies");
    seen.count("copies after it was killed", dead, "copies");
    seen.flag("the writer was killed by SIGKILL", matches!(end, End::Signal(9)));
    Ok(seen)
}

fn judge(
    given: &Answers,
    seen: &Observation,
    drawn: Drawn,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    if seen.number_of("copies in one try before")? != 1 {
        return Err("while nobody writes, every try gets a copy".to_owned());
    }
    let [stopped, dead] = ["copies while the writer was stopped", "copies after it was killed"];
    let copies = seen.number_of(stopped)?.max(seen.number_of(dead)?);
    if copies > 0 {
        return Err("while the sequence number is odd, no try gets a copy".to_owned());
    }
    if !seen.is("the writer was killed by SIGKILL")? {
        return Err("the writer was killed, and by SIGKILL".to_owned());
    }
    let truth = format!("The reader got no copy in {} tries, and would get none for ever.", 2 * drawn.tries);
    Ok(Judgement::of(given, right, truth))
}
