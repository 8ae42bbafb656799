//! The processes, made real, and killed.

use std::fs::File;
use std::os::fd::OwnedFd;

use nix::sys::signal::Signal;
use rustix::pipe::{PipeFlags, pipe_with};

use super::design::{Design, EACH, STEPS, Step};
use super::left::{BATON, FLAG, Found, Left, find, lay_out, newest};
use super::truth::{Setup, add_facts};
use super::wires::Wires;
use crate::error::{Error, Result};
use crate::lab::exercise::Observation;
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{LabProcess, Stage};
use crate::lab::steps::{Said, Words, court, let_go_on, wait_for_step};
use crate::protocol::{End, Ownership};

/// The ends of the two pipes that the stage keeps and those that it gives away.
struct Pipes {
    readers: [OwnedFd; 2],
    writers: [OwnedFd; 2],
}

impl Pipes {
    fn new() -> Result<Self> {
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(Error::system("create a pipe (pipe2)"));
        let (one, other) = (pipe()?, pipe()?);
        Ok(Self { readers: [one.0, other.0], writers: [one.1, other.1] })
    }

    fn ends_of(&self, who: usize) -> Result<Vec<OwnedFd>> {
        let ends: Vec<&OwnedFd> = match who {
            0 => vec![&self.writers[0]],
            _ => vec![&self.readers[0], &self.writers[1]],
        };
        let copies: std::io::Result<Vec<_>> = ends.into_iter().map(OwnedFd::try_clone).collect();
        copies.map_err(Error::system("duplicate the ends of a pipe"))
    }
}

/// What A and B are called.
const NAMES: [&str; 2] = ["A", "B"];

/// One hand-off that ends with a death.
struct Scene<'a> {
    setup: &'a Setup,
    pipes: Pipes,
    processes: Vec<LabProcess>,
}

impl Scene<'_> {
    /// Starts the next process: A, then B.
    fn start(&mut self, stage: &mut Stage<'_>) -> Result<()> {
        let who = self.processes.len();
        let mut process = stage.start(NAMES[who], self.pipes.ends_of(who)?)?;
        process.say(&self.setup.mind(who).line(self.setup.program.of(who)));
        wait_for_step(stage.memory(), &mut process, who, 0)?;
        self.processes.push(process);
        Ok(())
    }

    /// Does the steps up to this one.
    fn go_to(&mut self, stage: &mut Stage<'_>, last: usize) -> Result<()> {
        for at in 0..last {
            let who = at / EACH;
            if self.processes.len() <= who {
                self.start(stage)?;
            }
            let_go_on(stage.memory(), &mut self.processes[who], who)?;
            let picture = self.picture(stage, None)?;
            stage.show(&picture);
        }
        Ok(())
    }

    /// Kills the process that has done this step, or all, and counts the deaths by SIGKILL.
    fn kill(&mut self, stage: &mut Stage<'_>, step: usize, all: bool) -> Result<u64> {
        let mut deaths = 0;
        for who in (0..self.processes.len()).rev() {
            if all || who == (step - 1) / EACH {
                deaths += u64::from(self.processes[who].kill()? == End::by(Signal::SIGKILL));
            }
        }
        let picture = self.picture(stage, Some(step))?;
        stage.show(&picture);
        Ok(deaths)
    }

    fn wires<'b>(&self, stage: &'b Stage<'_>) -> Result<Wires<'b>> {
        let copies = self.pipes.readers.each_ref().map(OwnedFd::try_clone);
        let [one, other] = copies.map(|copy| copy.map_err(Error::system("duplicate the end of a pipe")));
        Ok(Wires { memory: stage.memory(), pipes: [Some(File::from(one?)), Some(File::from(other?))] })
    }

    fn picture(&mut self, stage: &Stage<'_>, killed: Option<usize>) -> Result<Picture> {
        let mut processes = Vec::new();
        for (who, process) in self.processes.iter_mut().enumerate() {
            let Said { done, has_ball } = Said::of(stage.memory(), who);
            let end = process.look()?;
            let state = match end {
                Some(end) => format!("dead: {end}"),
                None if done == 0 => "stopped before its first step".to_owned(),
                None => format!("stopped after step {}: {}", who * EACH + done, text(self.setup, who, done)),
            };
            let has_ball = has_ball && end.is_none();
            processes.push(ProcessPicture {
                name: NAMES[who].to_owned(),
                pid: process.pid(),
                state,
                has_ball,
            });
        }
        let mut cells = self.cells(stage)?;
        if let Some(step) = killed {
            cells.push(Cell { name: "killed after step".to_owned(), value: step.to_string() });
        }
        Ok(Picture { processes, cells })
    }

    fn cells(&self, stage: &Stage<'_>) -> Result<Vec<Cell>> {
        let wires = self.wires(stage)?;
        let cell = |name: &str, value: String| Cell { name: name.to_owned(), value };
        let flag = |at: usize| if wires.load(at) == 1 { "set" } else { "clear" }.to_owned();
        Ok(match self.setup.program.design {
            Design::Pipe => vec![
                cell("pipe from A to B", format!("{} bytes", wires.waiting(0)?)),
                cell("pipe from B on", format!("{} bytes", wires.waiting(1)?)),
            ],
            Design::Shared => vec![cell("flag", flag(FLAG[0])), cell("second flag", flag(FLAG[1]))],
            Design::Baton => self.baton_cells(&wires),
        })
    }

    fn baton_cells(&self, wires: &Wires<'_>) -> Vec<Cell> {
        let court = court(self.setup.seed);
        let ownership = Ownership::decode(wires.load(BATON));
        let baton = ownership.map_or_else(
            || "no ownership".to_owned(),
            |ownership| format!("epoch {}, {}", ownership.epoch, ownership.holder.name(&court)),
        );
        let mut cells = vec![Cell { name: "baton".to_owned(), value: baton }];
        for (who, name) in NAMES.iter().enumerate() {
            let record = newest(wires, who, self.setup.crossing.epoch() + who as u64, &court);
            let value = record.map_or_else(
                || "none in its epoch".to_owned(),
                |record| format!("tick {}", record.ball.tick),
            );
            cells.push(Cell { name: format!("newest sound record of {name}"), value });
        }
        cells
    }
}

fn text(setup: &Setup, who: usize, done: usize) -> &'static str {
    setup.program.of(who).get(done.saturating_sub(1)).copied().map_or("", Step::text)
}

/// Lets the owner die after each of the steps, alone or with the other process, and looks for the ball each time.
pub(super) fn deaths(
    stage: &mut Stage<'_>,
    setup: &Setup,
    all: bool,
    seen: &mut Observation,
) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut kills = 0;
    for step in 1..=STEPS {
        stage.memory().clear();
        lay_out(stage.memory(), &setup.crossing, &setup.last);
        let mut scene = Scene { setup, pipes: Pipes::new()?, processes: Vec::new() };
        if all {
            // Both are there to be killed, whichever of them has done a step.
            NAMES.iter().try_for_each(|_| scene.start(stage))?;
        }
        scene.go_to(stage, step)?;
        kills += scene.kill(stage, step, all)?;
        let what = find(setup.program.design, &scene.wires(stage)?, &setup.crossing, setup.seed)?;
        let text = setup.program.steps[step - 1].text();
        let who = if all { "all" } else { NAMES[(step - 1) / EACH] };
        stage.note(format!(
            "{}: {who} killed after step {step} ({text}): {}",
            setup.program.design.name(),
            what.text()
        ));
        if let Found::Ball(ball, Some(_)) = what {
            stage.played(ball.hop, ball.hash);
        }
        found.push(what);
    }
    add_facts(seen, setup.program.design, &found, kills);
    Ok(found)
}
