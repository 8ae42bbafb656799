//! Runs a lab: asks, acts, shows, and writes the receipt after each step.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::exercise::{Answers, Identity, Lab, Question, Slot, Task};
use super::front::{Done, Front, Scene, Step};
use super::receipt::{Acted, Asked, Receipt, TaskReceipt, tasks_of};
use super::stage::Stage;
use crate::error::{Error, Result};
use crate::platform::{clock, report_line, signals};

/// Held while the receipt is written: no signal cuts that off.
static WRITING: Mutex<()> = Mutex::new(());
/// So long a signal waits for a disk that takes no receipt.
const PATIENCE: Duration = Duration::from_secs(2);

/// A lab that is being done.
struct Run<'a> {
    lab: &'static Lab,
    stage: Stage<'a>,
    receipt: Receipt,
    path: PathBuf,
    tasks: usize,
    /// Questions in all tasks, one point each.
    of: usize,
}

/// Runs a lab to its end, or until the student ends it; then the receipt has what was done. True at its end.
///
/// Only for the main thread: a process of a lab ends with the *thread* that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// What keeps it from going on. No process is left in any case.
pub fn conduct(lab: &'static Lab, identity: Identity, path: &Path, front: &mut dyn Front) -> Result<bool> {
    let seed = identity.seed();
    let tasks = tasks_of(lab, seed);
    let of = tasks.iter().map(|task| task.questions().count()).sum();
    // Wherever the receipt is looked for.
    let path = &std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    end_by_signals(path)?;
    let mut run = Run {
        lab,
        stage: Stage::new(lab.name, seed, front)?,
        receipt: Receipt::new(lab, identity),
        path: path.to_owned(),
        tasks: tasks.len(),
        of,
    };
    run.store()?;
    for task in &tasks {
        run.receipt.tasks.push(TaskReceipt::new(task.id));
        if !run.task(task)? {
            run.store()?;
            run.report("was ended");
            return Ok(false);
        }
    }
    run.scene(None, Step::End)?;
    run.stage.front().proceed()?;
    run.report("is done");
    Ok(true)
}

/// From now on ctrl-C, SIGTERM and SIGHUP end the lab at once, with all its processes; the receipt has what was done.
fn end_by_signals(path: &Path) -> Result<()> {
    let receipt = path.display().to_string();
    signals::end_this_process(move |signal| {
        let _written = clock::within(PATIENCE, || drop(WRITING.lock()));
        // The terminal has shown ^C in the line in which something was asked.
        let before = if signal == Signal::SIGINT { "\n" } else { "" };
        report_line(&format!("{before}tripong: the lab was ended by {signal}; {receipt} has what was done"));
    })
}

impl Run<'_> {
    /// Does one task; false if the student ends the lab.
    fn task(&mut self, task: &Task) -> Result<bool> {
        if !self.ask(task, Step::Predict, Slot::Prediction, Some(&task.predict))?
            || !self.ask(task, Step::Choose, Slot::Choice, task.choose.as_ref())?
        {
            return Ok(false);
        }
        self.scene(Some(task), Step::Act)?;
        self.act(task)?;
        if !self.try_again(task)?
            || !self.ask(task, Step::Conclude, Slot::Conclusion, task.conclude.as_ref())?
        {
            return Ok(false);
        }
        let done = self.current();
        let judged = (task.judge)(&done.answers(), &done.observation);
        let judged = judged.map_err(|why| {
            Error::failed(format_args!("judge task {} of lab {}", task.id, self.lab.name))(
                std::io::Error::other(why),
            )
        });
        self.current().judgement = Some(judged?);
        self.store()?;
        self.scene(Some(task), Step::Explain)?;
        self.stage.front().proceed()
    }

    /// Asks, and stores the answer before it returns; false if the student ends the lab.
    fn ask(&mut self, task: &Task, step: Step, slot: Slot, question: Option<&Question>) -> Result<bool> {
        let Some(question) = question else { return Ok(true) };
        self.scene(Some(task), step)?;
        let Some(answer) = self.stage.front().ask(slot, question)? else { return Ok(false) };
        let at_ns = self.stage.now_ns();
        self.current().asked.push(Asked { slot, question: question.clone(), answer, at_ns });
        self.store()?;
        Ok(true)
    }

    /// Lets the student choose anew and acts on it, until the choice reaches its goal, there were enough tries, or the same is
    /// chosen once more; false if the student ends the lab.
    fn try_again(&mut self, task: &Task) -> Result<bool> {
        while self.current().earlier.len() + 1 < task.tries() && !self.has_reached(task) {
            let (Some(question), Some(before)) = (&task.choose, self.current().answers().choice) else {
                break;
            };
            self.scene(Some(task), Step::Choose)?;
            let Some(answer) = self.stage.front().ask(Slot::Choice, question)? else { return Ok(false) };
            if answer == before {
                break;
            }
            let at_ns = self.stage.now_ns();
            let asked = Asked { slot: Slot::Choice, question: question.clone(), answer, at_ns };
            self.current().choose_again(asked);
            self.store()?;
            self.scene(Some(task), Step::Act)?;
            self.act(task)?;
        }
        Ok(true)
    }

    /// Whether the choice is right; one whose observation cannot be judged is not tried again.
    fn has_reached(&mut self, task: &Task) -> bool {
        let done = self.current();
        let judged = (task.judge)(&done.answers(), &done.observation);
        judged.map_or(true, |judgement| judgement.right.contains(&Slot::Choice))
    }

    fn act(&mut self, task: &Task) -> Result<()> {
        let choice = self.current().answers().choice;
        // Every task begins with memory in which there is nothing, and without processes.
        self.stage.memory().clear();
        let from_ns = self.stage.now_ns();
        let observation = (task.act)(&mut self.stage, choice.as_ref())?;
        let to_ns = self.stage.now_ns();
        let current = self.current();
        (current.acted, current.observation) = (Some(Acted { from_ns, to_ns }), observation);
        self.store()
    }

    fn current(&mut self) -> &mut TaskReceipt {
        let last = self.receipt.tasks.len() - 1;
        &mut self.receipt.tasks[last]
    }

    fn store(&mut self) -> Result<()> {
        self.receipt.events.clone_from(&self.stage.events);
        self.receipt.trajectory = self.stage.trajectory;
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        self.receipt.write(&self.path)
    }

    fn points(&self) -> usize {
        let points =
            |done: &TaskReceipt| done.judgement.as_ref().map_or(0, |judgement| judgement.right.len());
        self.receipt.tasks.iter().map(points).sum()
    }

    /// A window is closed now: what it has shown last is said where the lab was begun.
    fn report(&mut self, what: &str) {
        if self.stage.front().is_window() {
            let (lab, points, of, path) = (self.lab.name, self.points(), self.of, self.path.display());
            report_line(&format!("tripong: lab {lab} {what}: {points} of {of} points; your receipt: {path}"));
        }
    }

    fn scene(&mut self, task: Option<&Task>, step: Step) -> Result<()> {
        let explained = task.filter(|_| step == Step::Explain);
        let current = self.receipt.tasks.last().filter(|_| step != Step::End);
        let right = explained.zip(current).map(|(task, done)| truth(task, done)).unwrap_or_default();
        let done = |asked: &Asked| Done {
            slot: asked.slot,
            question: asked.question.clone(),
            answer: asked.answer.clone(),
            right: right.get(asked.slot).cloned(),
        };
        let scene = Scene {
            lab: self.lab.name.to_owned(),
            title: self.lab.title.to_owned(),
            aim: self.lab.aim.to_owned(),
            minutes: self.lab.minutes,
            task: self.receipt.tasks.len(),
            tasks: self.tasks,
            step,
            story: task.map(|task| task.story.clone()).unwrap_or_default(),
            done: current.map(|current| current.asked.iter().map(done).collect()).unwrap_or_default(),
            observation: current.map(|current| current.observation.0.clone()).unwrap_or_default(),
            judgement: current.and_then(|current| current.judgement.clone()),
            explanation: explained.map_or("", |task| task.explanation).to_owned(),
            read_on: explained.map_or("", |task| task.read_on).to_owned(),
            points: self.points(),
            of: self.of,
            receipt: self.path.display().to_string(),
        };
        self.stage.front().scene(&scene)
    }
}

/// What is right of all but what was to be done: the passing answers, as far as the judge takes them for what was observed.
fn truth(task: &Task, done: &TaskReceipt) -> Answers {
    let passing = Answers { choice: done.answers().choice, ..task.passing.clone() };
    let judged = (task.judge)(&passing, &done.observation).unwrap_or_default();
    let mut right = Answers::default();
    for slot in judged.right.into_iter().filter(|slot| *slot != Slot::Choice) {
        passing.get(slot).into_iter().for_each(|answer| right.set(slot, answer.clone()));
    }
    right
}
