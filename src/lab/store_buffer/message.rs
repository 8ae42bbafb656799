//! One stores data and then a flag, the other loads the flag and then the data.

use strum::VariantArray;

use super::order::Message;
use super::pair::{Place, check_rounds, orders, run};
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// Why x86 does not show it.
const EXPLANATION: &str = "Relaxed stores of different words may be seen in another order, and so may relaxed loads be done: the \
    language allows the flag without the data. An x86 processor never shows it, since its stores leave the store buffer in their \
    order, and its loads are done as if in theirs; ARM and POWER do show it, and so may a compiler on any processor, which may \
    exchange the two lines. So a program that works on your machine may be wrong: only the rules of the language say.\n\
    It takes both ends. Release at the store of the flag keeps the data before it, acquire at its load keeps the data after it; \
    then all that was written before is there. The game hands the ball over so: the record is written, then the baton is swapped \
    with release, and the taker loads the baton with acquire before it reads the record.";

/// The student chooses the orders.
pub(super) fn passing(draw: &mut Draw) -> Task {
    let choices = [
        "By the language yes; an x86 processor never shows it, an ARM processor may",
        "No, on no processor: the data were stored before the flag",
        "Yes, and every processor with two CPUs shows it within a million rounds",
        "No: one process's stores are always seen in their order, by the language",
    ];
    let text = "With all four steps relaxed, can A load a flag that is 1, and then data that are old?";
    let (predict, predicted) = Question::drawn(draw, text, &choices);
    let shown: Vec<_> =
        Message::VARIANTS.iter().copied().filter(|order| *order != Message::Relaxed).collect();
    let shown = draw.shuffle(shown);
    let best = shown.iter().position(|order| order.is_safe()).unwrap_or(0);
    let texts: Vec<_> = shown.iter().map(|order| text_of(*order)).collect();
    let right = Answers::predicted(predicted).chosen(Answer::Choice(best));
    let passing = right.clone();
    let chosen =
        move |choice: Option<&Answer>| choice.and_then(|answer| answer.means(&shown)).unwrap_or_default();
    let order_of = chosen.clone();
    Task {
        id: "message-passing",
        story: format!(
            "B writes a message, A reads it, both in the same moment, up to a million times and for 0.8 seconds at most:\n    B: \
            data.store(1, …); flag.store(1, …);\n    A: let seen = flag.load(…); let message = data.load(…);\nFirst all four are \
            Relaxed. Then it is done once more with the orders that you choose.\nInstead of 1, each round stores its own number: old data \
            are those of an earlier round.\n{}",
            orders()
        ),
        predict,
        choose: Some(Question::choice("Which orders forbid it by the language, with none to spare?", &texts)),
        conclude: None,
        act: Box::new(move |stage, choice| observe(stage, chosen(choice))),
        judge: Box::new(move |given, seen| judge(given, seen, order_of(given.choice.as_ref()), &right)),
        passing,
        failing: None,
        explanation: EXPLANATION,
        read_on: "Maranget, Sarkar and Sewell, A Tutorial Introduction to the ARM and POWER Relaxed Memory Models; src/protocol/baton.rs",
    }
}

fn text_of(order: Message) -> &'static str {
    match order {
        Message::Relaxed => "all four Relaxed",
        Message::Both => "flag.store Release, flag.load Acquire, the data Relaxed",
        Message::StoreOnly => "flag.store Release, all else Relaxed",
        Message::LoadOnly => "flag.load Acquire, all else Relaxed",
        Message::Data => "data.store Release, data.load Acquire, the flag Relaxed",
    }
}

/// The facts of one run, by their names.
fn names(run: &str) -> [String; 3] {
    COUNTED.map(|name| format!("{run}: {name}"))
}

const COUNTED: [&str; 3] = ["rounds", "flag seen", "old data behind the flag"];
const RUNS: [&str; 2] = ["relaxed", "your orders"];

fn observe(stage: &mut Stage<'_>, order: Message) -> Result<Observation> {
    let mut seen = Observation::default();
    for (name, order) in RUNS.into_iter().zip([Message::Relaxed, order]) {
        // The words of the run before have later numbers than this one would begin with.
        stage.memory().clear();
        let ([rounds, flags, old, _], place) =
            run(stage, &format!("message {order}"), text_of(order), &COUNTED)?;
        for (name, count) in names(name).iter().zip([rounds, flags, old]) {
            seen.count(name, count, "rounds");
        }
        stage.note(format!(
            "the flag was seen in {flags} of {rounds} rounds, and old data behind it in {old}"
        ));
        if name == RUNS[1] {
            place.add(&mut seen);
        }
    }
    Ok(seen)
}

fn judge(
    given: &Answers,
    seen: &Observation,
    order: Message,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    let (place, processor) = Place::of(seen)?;
    let keeps_order = matches!(processor, "x86_64" | "x86");
    let mut relaxed = [0; 3];
    for (name, order) in RUNS.into_iter().zip([Message::Relaxed, order]) {
        let mut counts = [0; 3];
        for (name, count) in names(name).iter().zip(&mut counts) {
            *count = seen.number_of(name)?;
        }
        let [rounds, flags, old] = counts;
        check_rounds(rounds)?;
        if flags > rounds || old > flags {
            return Err(format!(
                "of {rounds} rounds, {flags} with the flag and {old} with old data cannot be"
            ));
        }
        if old > 0 && (keeps_order || place.cpus == 1 || order.is_safe()) {
            return Err(format!(
                "old data behind the flag, here {old} times, cannot be seen on {processor} with: {}",
                text_of(order)
            ));
        }
        if order == Message::Relaxed {
            relaxed = counts;
        }
    }
    let [rounds, flags, old] = relaxed;
    let why = match (old, keeps_order) {
        (0, true) => {
            "This processor never shows it, and so this machine cannot; the language allows it, and your answer counts by that."
        }
        (0, false) => "It was not seen here and now; the language allows it, and your answer counts by that.",
        _ => "The language allows it, and this processor shows it.",
    };
    let truth = format!(
        "All relaxed, in {rounds} rounds ({processor}) the flag was seen {flags} times, and old data behind it {old} times. {why}"
    );
    Ok(Judgement::of(given, right, truth))
}
