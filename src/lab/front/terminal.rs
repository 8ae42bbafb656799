//! On a terminal: lines out, lines in. Every line makes sense alone, so a screen reader reads them as they come.

use std::io::{self, BufRead};

use super::{Front, Picture, Scene, Step};
use crate::error::Result;
use crate::lab::exercise::{Answer, Kind, Question, Slot};
use crate::platform::output;

/// A student at a terminal.
#[derive(Debug, Default)]
pub struct Terminal;

impl Terminal {
    fn print(&self, text: &str) -> Result<()> {
        output::print("the lab", &format!("{text}\n"), None)
    }

    /// The next line that is typed; None at the end of the input.
    fn line(&self) -> Option<String> {
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim().to_owned()),
        }
    }
}

impl Front for Terminal {
    fn scene(&mut self, scene: &Scene) -> Result<()> {
        match scene.step {
            Step::Predict => {
                if scene.task == 1 {
                    self.print(&format!(
                        "Lab {}: {}. {} minutes.\n{}",
                        scene.lab, scene.title, scene.minutes, scene.aim
                    ))?;
                }
                self.print(&format!("\nTask {} of {}\n{}", scene.task, scene.tasks, scene.story))
            }
            Step::Choose if scene.observation.is_empty() => Ok(()),
            Step::Choose => {
                self.print("\nThe goal is not reached yet. What was observed:")?;
                scene.observation.iter().try_for_each(|fact| self.print(&format!("  {fact}")))
            }
            Step::Act => self.print("\nNow it happens:"),
            Step::Conclude => {
                self.print("\nWhat was observed:")?;
                scene.observation.iter().try_for_each(|fact| self.print(&format!("  {fact}")))
            }
            Step::Explain => explain(self, scene),
            Step::End => self.print(&format!(
                "\nThe lab is done: {} of {} points. Your receipt: {}",
                scene.points, scene.of, scene.receipt
            )),
        }
    }

    fn event(&mut self, text: &str) {
        // A reader that has gone away is noticed at the next question.
        let _shown = self.print(&format!("  {text}"));
    }

    fn picture(&mut self, _: &Picture) {}

    fn ask(&mut self, slot: Slot, question: &Question) -> Result<Option<Answer>> {
        self.print(&format!("\nYour {slot}: {}", question.text))?;
        self.print(&prompt(&question.kind))?;
        loop {
            let Some(line) = self.line() else { return Ok(None) };
            match parse(&question.kind, &line) {
                Some(answer) => match question.fault(&answer) {
                    None => return Ok(Some(answer)),
                    Some(why) => self.print(&format!("  {why}"))?,
                },
                None => self.print(&format!("  {line:?} is no answer. {}", prompt(&question.kind)))?,
            }
        }
    }

    fn proceed(&mut self) -> Result<bool> {
        self.print("\nEnter goes on.")?;
        Ok(self.line().is_some())
    }
}

fn explain(front: &Terminal, scene: &Scene) -> Result<()> {
    if scene.done.iter().all(|done| done.slot != Slot::Conclusion) {
        front.print("\nWhat was observed:")?;
        scene.observation.iter().try_for_each(|fact| front.print(&format!("  {fact}")))?;
    }
    let Some(judgement) = &scene.judgement else { return Ok(()) };
    front.print(&format!("\n{}", judgement.truth))?;
    for done in &scene.done {
        let verdict = if judgement.right.contains(&done.slot) { "right" } else { "wrong" };
        front.print(&format!("Your {}: {}: {verdict}", done.slot, done.question.words(&done.answer)))?;
    }
    front.print(&format!("\nWhy: {}\nRead on: {}", scene.explanation, scene.read_on))
}

/// What can be typed.
fn prompt(kind: &Kind) -> String {
    let listed = |items: &[String]| {
        items.iter().enumerate().map(|(index, item)| format!("  {}  {item}\n", index + 1)).collect::<String>()
    };
    match kind {
        Kind::Choice(of) => format!("{}Type a number, then Enter.", listed(of)),
        Kind::Number { unit, from, to } => format!("Type a number from {from} to {to} ({unit}), then Enter."),
        Kind::Order(of) => {
            format!("{}Type all numbers in your order, such as 2 1 3, then Enter.", listed(of))
        }
        Kind::Steps(of) => {
            let each = of.iter().map(|process| format!("  {}: {}\n", process.name, process.steps.join("; ")));
            format!(
                "{}Type which process does its next step, again and again, such as AAB, then Enter.",
                each.collect::<String>()
            )
        }
    }
}

fn parse(kind: &Kind, line: &str) -> Option<Answer> {
    match kind {
        Kind::Choice(_) => Some(Answer::Choice(line.parse::<usize>().ok()?.checked_sub(1)?)),
        Kind::Number { .. } => Some(Answer::Number(line.parse().ok()?)),
        Kind::Order(_) => {
            let numbers = line.split([' ', ',']).filter(|word| !word.is_empty());
            let numbers: Option<Vec<_>> =
                numbers.map(|word| word.parse::<usize>().ok()?.checked_sub(1)).collect();
            numbers.map(Answer::Order)
        }
        Kind::Steps(of) => {
            let letters = line.chars().filter(|letter| !letter.is_whitespace());
            let index = |letter: char| {
                of.iter().position(|process| process.name.eq_ignore_ascii_case(&letter.to_string()))
            };
            letters.map(index).collect::<Option<Vec<_>>>().map(Answer::Order)
        }
    }
}
