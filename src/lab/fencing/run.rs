//! The three processes, made real.

use super::program::{
    Design, Has, Mind, NAMES, NEIGHBOUR, OWNER, REPLACEMENT, Step, WORD, lay_out, recall, record_of,
};
use super::truth::{Event, SILENCE_NS, Seen, Setup, neighbours_ball};
use crate::error::{Error, Result};
use crate::lab::exercise::Observation;
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{Actor, LabProcess, Stage};
use crate::lab::steps::{Crossing, Said, Walker, Words, court, let_go_on, wait_for_step};
use crate::platform::clock;

/// The three, at work.
struct Scene<'a> {
    setup: &'a Setup,
    steps: [Vec<Step>; 3],
    processes: Vec<LabProcess>,
    seen: Seen,
}

/// Plays a freeze, or a death, on real processes.
pub(super) fn observe(stage: &mut Stage<'_>, setup: &Setup) -> Result<Observation> {
    let Setup { design, seed, crossing, .. } = *setup;
    lay_out(stage.memory(), design, seed, &crossing);
    let seen = Seen::new(stage.memory());
    let mut scene = Scene { setup, steps: design.steps(), processes: Vec::new(), seen };
    for (who, name) in NAMES.iter().enumerate() {
        let mut process = stage.start(name, Vec::new())?;
        process.say(&task_line(seed, crossing.before.ball.hop, &scene.steps[who]));
        wait_for_step(stage.memory(), &mut process, who, 0)?;
        scene.processes.push(process);
    }
    scene.show(stage, "")?;
    for event in setup.script() {
        scene.happen(stage, event)?;
    }
    let ball = neighbours_ball(stage.memory(), seed);
    if let Some(ball) = ball.filter(|_| design == Design::Epoch) {
        stage.played(ball.hop, ball.hash);
    }
    scene.seen.ball = ball;
    Ok(scene.seen.facts(design))
}

impl Scene<'_> {
    fn happen(&mut self, stage: &mut Stage<'_>, event: Event) -> Result<()> {
        match event {
            Event::Step(who) => {
                let said = let_go_on(stage.memory(), &mut self.processes[who], who)?;
                let step = self.steps[who][said.done - 1];
                let text = format!("the {} has done its step {}: {}", NAMES[who], said.done, step.text());
                self.show(stage, &text)
            }
            Event::Kill => {
                let end = self.processes[OWNER].kill()?;
                self.show(stage, &format!("the owner was killed and reaped: {end}"))
            }
            Event::Recall => self.recall(stage),
            Event::Ask => self.ask(stage),
        }
    }

    /// Hears nothing of the owner for a while, and gives its ball to the replacement.
    fn recall(&mut self, stage: &mut Stage<'_>) -> Result<()> {
        let memory = stage.memory();
        let ticks = || record_of(memory, OWNER, &court(self.setup.seed)).map(|record| record.ball.tick);
        let (from, before) = (stage.now_ns(), ticks());
        clock::sleep_until(clock::now_ns() + SILENCE_NS)?;
        let silence_ns = if ticks() == before { stage.now_ns() - from } else { 0 };
        let owner = &mut self.processes[OWNER];
        let state = if self.setup.dies {
            owner.letter().map_or_else(|| "gone".to_owned(), String::from)
        } else {
            // What this wait has seen. At a second look somebody may have sent SIGCONT.
            wait_for_step(memory, owner, OWNER, self.setup.before - 1)?;
            "T".to_owned()
        };
        recall(memory, self.setup.design);
        self.seen.recalled(memory, &state, silence_ns);
        self.show(
            stage,
            &format!(
                "no record of the owner for {} ms: the supervisor recalls the ball",
                silence_ns / 1_000_000
            ),
        )
    }

    fn ask(&mut self, stage: &mut Stage<'_>) -> Result<()> {
        let mut have = [false; 3];
        for (who, has) in have.iter_mut().enumerate() {
            let lives = self.processes[who].look()?.is_none();
            *has = lives && Said::of(stage.memory(), who).has_ball;
        }
        self.seen.ask(have, stage.memory());
        let names: Vec<_> = NAMES.iter().zip(have).filter(|(_, has)| *has).map(|(name, _)| *name).collect();
        let names = if names.is_empty() { "nobody".to_owned() } else { names.join(" and ") };
        self.show(stage, &format!("asked who has a ball: {names}"))
    }

    fn show(&mut self, stage: &mut Stage<'_>, text: &str) -> Result<()> {
        if !text.is_empty() {
            stage.note(text);
        }
        let memory = stage.memory();
        let mut picture = Picture::default();
        for (who, process) in self.processes.iter_mut().enumerate() {
            let Said { done, has_ball } = Said::of(memory, who);
            let end = process.look()?;
            let state = match (end, self.steps[who].get(done)) {
                (Some(end), _) => format!("dead: {end}"),
                (None, Some(step)) => format!("stopped before step {}: {}", done + 1, step.text()),
                (None, None) => "stopped after its last step".to_owned(),
            };
            let (name, has_ball) = (NAMES[who].to_owned(), has_ball && end.is_none());
            picture.processes.push(ProcessPicture { name, pid: process.pid(), state, has_ball });
        }
        let word = Has::decode(memory.load(WORD)).text();
        picture.cells.push(Cell { name: "who has the ball".to_owned(), value: word });
        for who in [OWNER, REPLACEMENT, NEIGHBOUR] {
            let record = record_of(memory, who, &court(self.setup.seed));
            let value = record.map_or_else(
                || "none".to_owned(),
                |record| format!("tick {}, hop {}", record.ball.tick, record.ball.hop),
            );
            picture.cells.push(Cell { name: format!("record of the {}", NAMES[who]), value });
        }
        stage.show(&picture);
        Ok(())
    }
}

fn task_line(seed: u64, others: u64, steps: &[Step]) -> String {
    let steps: Vec<_> = steps.iter().map(Step::to_string).collect();
    format!("{seed} {others} {}", steps.join(" "))
}

/// A process of this lab: does its steps.
pub(super) fn act(actor: &mut Actor) -> Result<()> {
    let failed =
        || Error::failed("find the steps of a process of the lab")(std::io::ErrorKind::InvalidData.into());
    let line = actor.hear()?;
    let mut words = line.split(' ');
    let mut number = || words.next().and_then(|word| word.parse::<u64>().ok()).ok_or_else(failed);
    let (seed, others) = (number()?, number()?);
    let steps: Option<Vec<Step>> = words.map(|word| word.parse().ok()).collect();
    let who = NAMES.iter().position(|name| *name == actor.part).ok_or_else(failed)?;
    let mut mind = Mind::new(who, seed, &Crossing::new(seed, others));
    Walker::new(actor, who).walk(mind.has_ball, &steps.ok_or_else(failed)?, |step| {
        mind.perform(*step, actor.memory());
        Ok(mind.has_ball)
    })
}
