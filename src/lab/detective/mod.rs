//! The lab `detective`: a game whose protocol breaks one rule, another for each student. Launcher, supervisor, recorder and inspector
//! are those of every game; the panes play by the protocol in `pane`, with one flaw of docs/MUTANTS.md. The student finds out
//! which one.

mod evidence;
mod flaw;
mod game;
mod hand_off;
mod judge;
mod pane;
mod texts;

use std::cell::RefCell;
use std::rc::Rc;

use self::evidence::{self as fact, SHOWN, SOUND};
use self::game::{Played, Shown};
use self::judge::Noticed;
use super::exercise::{Answer, Answers, Draw, Judgement, Lab, Observation, Question, Slot, Task};
use super::stage::{Actor, Stage};
use crate::error::{Error, Result};

use self::flaw::{Case, Flaw, Plan};
pub use self::pane::play as play_with_flaw;

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "detective",
    title: "Which rule is broken?",
    aim: "You can say which rule of a hand-off protocol is broken, by what its games leave behind, and show where.",
    minutes: 10,
    tasks,
    act: plays_no_part,
};

/// So often a game is played until its flaw was seen.
const TRIES: usize = 3;

/// The codes of games with the planned faults in a court of this seed, by the names of their flaws; and `none`, without one.
#[doc(hidden)]
pub fn codes(seed: u64) -> Vec<(String, u64)> {
    let flaws = std::iter::once(None).chain(Flaw::ALL.into_iter().map(Some));
    let name = |flaw: Option<Flaw>| flaw.map_or("none".to_owned(), |flaw| flaw.to_string());
    flaws.map(|flaw| (name(flaw), Case { flaw, has_faults: true }.code(seed))).collect()
}

/// The processes of this lab are those of games.
fn plays_no_part(actor: &mut Actor) -> Result<()> {
    let none = std::io::Error::other(format!("it has no part {:?}", actor.part));
    Err(Error::failed("act in the lab `detective`")(none))
}

/// A court, and when in its games what happens.
type Ground = (u64, Plan);

/// The game in windows beside the lab: that of the last task which has opened one.
type InWindows = Rc<RefCell<Option<Shown>>>;

fn tasks(draw: &mut Draw) -> Vec<Task> {
    let flaws = draw.shuffle(Flaw::ALL.to_vec());
    let offered = draw.shuffle(Flaw::ALL.to_vec());
    let grounds = [ground(draw), ground(draw), ground(draw)];
    let shown = InWindows::default();
    vec![
        report(flaws[0], &offered, grounds[0]),
        case(flaws[1], &offered, grounds[1], Rc::clone(&shown)),
        epoch(flaws[1], grounds[2], shown),
    ]
}

fn ground(draw: &mut Draw) -> Ground {
    loop {
        // More than half of all seeds have a plan.
        let seed = draw.within(1, 999_999);
        if let Some(plan) = Plan::of(seed) {
            return (seed, plan);
        }
    }
}

fn rules(text: &str, offered: &[Flaw]) -> Question {
    Question::choice(text, &offered.iter().map(|flaw| flaw.in_words()).collect::<Vec<_>>())
}

fn place(flaw: Flaw, offered: &[Flaw]) -> Answer {
    Answer::Choice(offered.iter().position(|other| *other == flaw).unwrap_or_default())
}

/// A report is read before the game is played.
fn report(flaw: Flaw, offered: &[Flaw], ground: Ground) -> Task {
    let right = Answers::predicted(place(flaw, offered));
    let passing = right.clone();
    let (_, plan) = ground;
    let kept = RefCell::default();
    Task {
        id: "report",
        story: format!("{}\n{}", texts::GAMES, texts::symptoms(flaw, &plan)),
        predict: rules("Which rule does the protocol of this game break?", offered),
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| play_until_seen(stage, ground, flaw, [(case_of(flaw), "")], &kept)),
        judge: Box::new(move |given, seen| {
            check_the_flawed(seen, flaw, &plan)?;
            Ok(Judgement::of(given, &right, texts::truth(seen, flaw)?))
        }),
        passing,
        failing: None,
        explanation: texts::WHO_NOTICES,
        read_on: texts::READ_ON,
    }
}

/// The student's own case, beside the same game by a protocol that keeps the rules.
fn case(flaw: Flaw, offered: &[Flaw], ground: Ground, shown: InWindows) -> Task {
    let (seed, plan) = ground;
    // The serve, every hand-off, one recall, one recovery.
    let last = Answer::Number(1 + plan.hops + 2);
    let right = Answers::predicted(last).concluded(place(flaw, offered));
    let passing = right.clone();
    let kept = RefCell::default();
    let in_windows = Case { flaw: Some(flaw), has_faults: false };
    Task {
        id: "case",
        story: texts::case(seed, &plan, in_windows),
        predict: Question::number(
            "How many epochs has the game at its end that is played by a protocol which keeps all rules?",
            "(epoch)",
            1,
            99,
        ),
        choose: None,
        conclude: Some(rules("Which rule does the protocol of your case break?", offered)),
        act: Box::new(move |stage, _| {
            let sound = Case { flaw: None, has_faults: true };
            let cases = [(case_of(flaw), ""), (sound, SOUND)];
            let seen = play_until_seen(stage, ground, flaw, cases, &kept)?;
            show_in_windows(stage, &shown, seed, in_windows)?;
            Ok(seen)
        }),
        judge: Box::new(move |given, seen| {
            check_the_flawed(seen, flaw, &plan)?;
            judge::check(seen, SOUND, &plan)?;
            if !judge::shows(seen, SOUND, None)? {
                return Err("nothing is noticed of a game that keeps the rules".to_owned());
            }
            let truth = format!("{} {}", texts::truth(seen, flaw)?, texts::beside(seen)?);
            Ok(Judgement::of(given, &right, truth))
        }),
        passing,
        failing: None,
        explanation: texts::explanation(flaw),
        read_on: texts::READ_ON,
    }
}

/// Where it shows.
fn epoch(flaw: Flaw, ground: Ground, shown: InWindows) -> Task {
    let (seed, plan) = ground;
    let noticed = Answer::Choice(Noticed::of(flaw).index());
    let passing = Answers::predicted(noticed.clone()).concluded(Answer::Number(judge::epoch_of(flaw, &plan)));
    let kept = RefCell::default();
    Task {
        id: "epoch",
        story: texts::again(seed, &plan, flaw),
        predict: Question::choice(
            "What notices first that this rule is broken?",
            &Noticed::ALL.map(|(_, text)| text),
        ),
        choose: None,
        conclude: Some(Question::number(
            "Counted from the serve, which began epoch 1: which epoch shows that the rule is broken?",
            "(epoch)",
            1,
            99,
        )),
        act: Box::new(move |stage, _| {
            let seen = play_until_seen(stage, ground, flaw, [(case_of(flaw), "")], &kept)?;
            show_in_windows(stage, &shown, seed, Case { flaw: Some(flaw), has_faults: false })?;
            Ok(seen)
        }),
        judge: Box::new(move |given, seen| {
            check_the_flawed(seen, flaw, &plan)?;
            let epochs = judge::epochs(seen, flaw, &plan)?;
            let is_right = matches!(given.conclusion, Some(Answer::Number(epoch)) if epochs.contains(&epoch));
            let (first, last) = epochs.into_inner();
            let which =
                if first == last { format!("epoch {first}") } else { format!("epochs {first} to {last}") };
            let truth = format!("{} It shows in {which}.", texts::truth(seen, flaw)?);
            let judged = Judgement::of(given, &Answers::predicted(noticed.clone()), truth);
            Ok(judged.with(Slot::Conclusion, is_right))
        }),
        passing,
        failing: None,
        explanation: texts::epochs(flaw),
        read_on: texts::READ_ON,
    }
}

/// Opens this game in windows, in place of the one before.
fn show_in_windows(stage: &mut Stage<'_>, shown: &InWindows, seed: u64, case: Case) -> Result<()> {
    // Its windows go before others come.
    drop(shown.take());
    *shown.borrow_mut() = game::show_in_windows(stage, seed, case)?;
    Ok(())
}

fn case_of(flaw: Flaw) -> Case {
    Case { flaw: Some(flaw), has_faults: true }
}

/// Plays these cases, the one with the flaw first, until the flaw was seen. The recordings stay until the lab is over.
fn play_until_seen<const N: usize>(
    stage: &mut Stage<'_>,
    ground: Ground,
    flaw: Flaw,
    cases: [(Case, &'static str); N],
    kept: &RefCell<Vec<Played>>,
) -> Result<Observation> {
    let mut tries = 0;
    loop {
        tries += 1;
        let played = game::play(stage, ground, cases.map(|(case, _)| case))?;
        let mut seen = Observation::default();
        for (played, (_, prefix)) in played.iter().zip(cases) {
            fact::add(&mut seen, prefix, played)?;
        }
        let is_shown = judge::shows(&seen, "", Some(flaw)).unwrap_or(false);
        if !is_shown && tries < TRIES {
            stage.note("nothing of the flaw was seen: the game is played again");
            continue;
        }
        seen.flag(SHOWN, is_shown);
        let note =
            |played: &Played| format!("`tripong replay {} --verify` checks the recording", played.path());
        played.iter().for_each(|played| stage.note(note(played)));
        kept.borrow_mut().extend(played);
        return Ok(seen);
    }
}

/// Whether the facts can be those of a game with this flaw.
fn check_the_flawed(seen: &Observation, flaw: Flaw, plan: &Plan) -> std::result::Result<(), String> {
    judge::check(seen, "", plan)?;
    if seen.is(SHOWN)? == judge::shows(seen, "", Some(flaw))? {
        Ok(())
    } else {
        Err("whether the flaw was seen follows from the other facts, and they say otherwise".to_owned())
    }
}
