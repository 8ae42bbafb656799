//! The two processes, made real: stopped before each step, let go on one step at a time.

use super::outcome::{Balls, Outcome, cells};
use super::program::{Bits, Mind, NAMES, Programs, Step, WORDS};
use crate::error::{Error, Result};
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{Actor, LabProcess, Stage};
use crate::lab::steps::{Said, Walker, Words, answer, let_go_on, wait_for_step};

/// The two processes of the programs. They begin anew whenever they have done all their steps.
pub(super) struct Pair<'a> {
    programs: &'a Programs,
    balls: Balls,
    processes: Vec<LabProcess>,
}

impl<'a> Pair<'a> {
    /// Starts both. Each stands still before its first step.
    pub(super) fn start(stage: &mut Stage<'_>, programs: &'a Programs, balls: Balls) -> Result<Self> {
        let mut processes = Vec::new();
        for (who, name) in NAMES.iter().enumerate() {
            let mut process = stage.start(name, Vec::new())?;
            let is_giver = who == programs.giver;
            process.say(&task_line(is_giver.then_some(balls.new), &programs.steps[who]));
            processes.push(process);
        }
        Ok(Self { programs, balls, processes })
    }

    /// Runs both in this order of all steps, and returns what they say in the end. With `aloud`, every step is shown.
    pub(super) fn run(&mut self, stage: &mut Stage<'_>, order: &[usize], aloud: bool) -> Result<Outcome> {
        for (who, process) in self.processes.iter_mut().enumerate() {
            wait_for_step(stage.memory(), process, who, 0)?;
        }
        self.programs.lay_out(stage.memory(), self.balls.old);
        let mut stops = 2;
        if aloud {
            stage.show(&self.picture(stage));
        }
        for who in order {
            let said = let_go_on(stage.memory(), &mut self.processes[*who], *who)?;
            stops += 1;
            if aloud {
                let step = self.programs.steps[*who][said.done - 1];
                stage.note(format!("{} has done its step {}: {}", NAMES[*who], said.done, step.text()));
                stage.show(&self.picture(stage));
            }
        }
        let mut has = [None; 2];
        for (who, process) in self.processes.iter_mut().enumerate() {
            has[who] = parse_ball(&answer(stage.memory(), process, who)?);
        }
        Ok(Outcome::new(self.programs, &self.balls, has, stage.memory(), stops))
    }

    fn picture(&self, stage: &Stage<'_>) -> Picture {
        let memory = stage.memory();
        let process = |(who, process): (usize, &LabProcess)| {
            let Said { done, has_ball } = Said::of(memory, who);
            let next = self.programs.steps[who].get(done);
            let state = next.map_or_else(
                || "stopped after its last step".to_owned(),
                |step| format!("stopped before step {}: {}", done + 1, step.text()),
            );
            ProcessPicture { name: NAMES[who].to_owned(), pid: process.pid(), state, has_ball }
        };
        let words: [u64; WORDS] = std::array::from_fn(|at| memory.load(at));
        let cell = |(name, value): (&str, String)| Cell { name: name.to_owned(), value };
        Picture {
            processes: self.processes.iter().enumerate().map(process).collect(),
            cells: cells(self.programs, &words).into_iter().map(cell).collect(),
        }
    }
}

/// What a process is to do: the ball that it has, or `none`; then its steps.
fn task_line(ball: Option<Bits>, steps: &[Step]) -> String {
    let steps: Vec<_> = steps.iter().map(Step::to_string).collect();
    format!("{};{}", ball_line(ball), steps.join(" "))
}

fn ball_line(ball: Option<Bits>) -> String {
    ball.map_or_else(|| "none".to_owned(), |ball| ball.map(|word| word.to_string()).join(" "))
}

fn parse_ball(line: &str) -> Option<Bits> {
    let words: Option<Vec<u64>> = line.split(' ').map(|word| word.parse().ok()).collect();
    words?.try_into().ok()
}

/// A process of this lab: does its steps, says what it has in the end, and begins anew.
pub(super) fn act(actor: &mut Actor) -> Result<()> {
    let line = actor.hear()?;
    let wrong =
        || Error::failed("find the steps of a process of the lab")(std::io::ErrorKind::InvalidData.into());
    let (ball, steps) = line.split_once(';').ok_or_else(wrong)?;
    let steps: Option<Vec<Step>> = steps.split(' ').map(|step| step.parse().ok()).collect();
    let steps = steps.ok_or_else(wrong)?;
    let begin = parse_ball(ball).map_or_else(Mind::default, Mind::giver);
    let number = NAMES.iter().position(|name| *name == actor.part).ok_or_else(wrong)?;
    let mut walker = Walker::new(actor, number);
    loop {
        let mut mind = begin;
        walker.walk(mind.has_ball, &steps, |step| {
            mind.perform(*step, actor.memory());
            Ok(mind.has_ball)
        })?;
        actor.say(&ball_line(mind.has_ball.then_some(mind.ball)))?;
    }
}
