//! Two copies, written in turn: what the game does.

use super::pair::{Pair, numbers};
use super::record::{Victim, WORDS};
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// Why the last whole record stays.
const EXPLANATION: &str = "Of two copies one is always whole: the writer overwrites the one that nobody needs, and numbers and \
    checks it only when all of its words are there. A reader takes the copy with the later number whose checksum fits. It \
    waits for nobody, whatever became of the writer, and gets the last record that was complete. Overwriting the later one \
    loses the newest record in the very moment in which the writer dies.\n\
    So do the game's records: a slot has two halves, for even and odd epochs, each of two copies with number and checksum. A \
    killed owner loses at most the tick that it was just writing, and that tick is played again with the same result.";

/// What is drawn.
#[derive(Clone, Copy)]
struct Drawn {
    /// The last record that is written as a whole.
    last: u64,
    words: u64,
    shown: [Victim; 2],
}

impl Drawn {
    fn victim(&self, choice: Option<&Answer>) -> Victim {
        choice.and_then(|answer| answer.means(&self.shown)).unwrap_or(Victim::Earlier)
    }

    /// What a reader gets.
    fn got(&self, victim: Victim) -> u64 {
        match victim {
            Victim::Earlier => self.last,
            Victim::Later => self.last - 1,
        }
    }
}

fn text_of(victim: Victim) -> &'static str {
    match victim {
        Victim::Earlier => "the copy with the earlier number",
        Victim::Later => "the copy with the later number",
    }
}

/// The writer dies amid a copy.
pub(super) fn two(draw: &mut Draw) -> Task {
    let shown = draw.shuffle(Victim::ALL.to_vec());
    let drawn = Drawn { last: draw.within(100, 900), words: draw.within(1, 14), shown: [shown[0], shown[1]] };
    let Drawn { last, words, shown } = drawn;
    let best = shown.iter().position(|victim| *victim == Victim::Earlier).unwrap_or(0);
    let right = Answers::predicted(Answer::Number(last)).chosen(Answer::Choice(best));
    let passing = right.clone();
    Task {
        id: "two-copies",
        story: format!(
            "Now there is room for two copies of a record. The writer stores the {WORDS} words of a copy, then its number, then a \
             checksum of all of it. A reader looks at both copies, and takes the one with the later number of those whose checksum \
             fits.\nRecord {} is whole in one copy, record {last} in the other. The writer begins record {}, and is killed (SIGKILL) \
             after {words} of its {WORDS} words. Then the reader looks.\nFor your prediction, the writer overwrites the copy with the \
             earlier number. Afterwards you choose which one it really overwrites.",
            last - 1,
            last + 1
        ),
        predict: Question::number("Which record does the reader get (0 for none)?", "", 0, 1_000),
        choose: Some(Question::choice(
            "Which copy is the writer to overwrite, so that no record that was whole is lost?",
            &shown.map(text_of),
        )),
        conclude: None,
        act: Box::new(move |stage, choice| observe(stage, drawn, drawn.victim(choice))),
        judge: Box::new(move |given, seen| judge(given, seen, drawn, &right)),
        passing,
        failing: None,
        explanation: EXPLANATION,
        read_on: "src/protocol/slot.rs and src/protocol/record.rs; Peterson, Concurrent reading while writing (1983)",
    }
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn, victim: Victim) -> Result<Observation> {
    let Drawn { last, words, .. } = drawn;
    let mut pair = Pair::start(stage)?;
    for number in [last - 1, last] {
        pair.writer.say(&format!("copy {number}"));
        pair.writer.hear()?;
        pair.wrote(stage, &format!("has stored record {number}"));
    }
    let code = Victim::ALL.iter().position(|known| *known == victim).unwrap_or(0);
    pair.writer.say(&format!("copy {} {words} {code}", last + 1));
    pair.writer.wait_until_stopped()?;
    pair.wrote(
        stage,
        &format!("stands still after {words} words of record {}, in {}", last + 1, text_of(victim)),
    );
    let end = pair.writer.kill()?;
    pair.wrote(stage, &format!("is dead ({end})"));
    pair.reader.say("newest");
    let [got] = numbers(&pair.reader.hear()?)?;
    pair.set("the reader's record", got);
    pair.read(stage, &format!("got record {got}"));
    let mut seen = Observation::default();
    seen.count("the reader got record", got, "");
    Ok(seen)
}

fn judge(
    given: &Answers,
    seen: &Observation,
    drawn: Drawn,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    let victim = drawn.victim(given.choice.as_ref());
    let (got, expected) = (seen.number_of("the reader got record")?, drawn.got(victim));
    if got != expected {
        return Err(format!("the reader gets record {expected} here, and not {got}"));
    }
    let truth = match victim {
        Victim::Earlier => format!("The reader got record {got}, the last that was whole."),
        Victim::Later => format!(
            "The reader got record {got}: record {} was whole, and was lost with its copy. Had the writer overwritten the \
             earlier one, the reader would have got record {}.",
            drawn.last, drawn.last
        ),
    };
    Ok(Judgement::of(given, right, truth))
}
