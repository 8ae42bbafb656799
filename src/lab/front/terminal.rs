//! On a terminal, or through pipes: lines out, lines in. Every line makes sense alone, so a screen reader reads them as they come.

use std::io::{IsTerminal, stdin, stdout};

use anstream::{AutoStream, ColorChoice};
use rustix::termios::tcgetwinsize;

use super::Front;
use super::input::{Input, Lines};
use super::paper::{Paper, Weight};
use super::scene::{CHOOSE_AGAIN, Done, Picture, Scene, Step};
use super::typed::{Typed, choices, hint, is_yes, meant};
use crate::error::Result;
use crate::lab::exercise::{Answer, Judgement, Kind, Question, Slot};
use crate::platform::output;
use crate::platform::terminal::StopRequests;

/// A student at a terminal.
#[derive(Debug)]
pub struct Terminal {
    jobs: StopRequests,
    lines: Lines,
    /// All tasks are done: there is nothing left to go on to.
    is_over: bool,
}

impl Terminal {
    /// On stdin and stdout. From now on ctrl-Z stops this process only while it waits: what happens in between is not torn apart.
    ///
    /// Only for the main thread, before it starts others.
    ///
    /// # Errors
    /// [`crate::error::Error::System`] if there is no fd left.
    pub fn new() -> Result<Self> {
        Ok(Self { jobs: StopRequests::listen()?, lines: Lines::default(), is_over: false })
    }

    /// What asks this process to stop.
    pub(super) fn jobs(&self) -> &StopRequests {
        &self.jobs
    }

    /// Goes on in the middle of a task that was begun elsewhere.
    pub(super) fn resume(&mut self, scene: &Scene) -> Result<()> {
        if !matches!(scene.step, Step::Predict | Step::End) {
            self.story(scene)?;
        }
        self.scene(scene)
    }

    fn write(&self, text: &str) -> Result<()> {
        output::print("the lab", text, None)
    }

    fn print(&self, lead: &str, text: &str, weight: Weight) -> Result<()> {
        self.write(&paper().lines(lead, text, weight))
    }

    fn plain(&self, text: &str) -> Result<()> {
        self.print("", text, Weight::Plain)
    }

    fn heading(&self, text: &str) -> Result<()> {
        self.write("\n")?;
        self.print("", text, Weight::Heading)
    }

    fn list<T: ToString>(&self, items: impl IntoIterator<Item = T>) -> Result<()> {
        items.into_iter().try_for_each(|item| self.print("  ", &item.to_string(), Weight::Plain))
    }

    fn story(&self, scene: &Scene) -> Result<()> {
        self.heading(&format!("Task {} of {}", scene.task, scene.tasks))?;
        self.plain(&scene.story)
    }

    fn explain(&self, scene: &Scene) -> Result<()> {
        if scene.done.iter().all(|done| done.slot != Slot::Conclusion) {
            self.observed(scene)?;
        }
        let Some(judgement) = &scene.judgement else { return Ok(()) };
        self.heading("What is true")?;
        self.plain(&judgement.truth)?;
        scene.done.iter().try_for_each(|done| self.verdict(done, judgement))?;
        self.heading("Why")?;
        self.plain(scene.explanation.as_str())?;
        self.plain(&format!("Read on: {}", scene.read_on))?;
        self.plain(&format!("Points so far: {} of {}", scene.points, scene.of))
    }

    fn verdict(&self, done: &Done, judgement: &Judgement) -> Result<()> {
        let is_right = judgement.right.contains(&done.slot);
        let weight = if is_right { Weight::Good } else { Weight::Bad };
        self.print("", &done.verdict(is_right), weight)
    }

    fn observed(&self, scene: &Scene) -> Result<()> {
        self.heading("What was observed")?;
        self.list(&scene.observation)
    }

    /// Asks for a line, until one comes that is no request to stop this process. None at the end of the input.
    fn line(&mut self, prompt: &str) -> Result<Option<String>> {
        loop {
            self.write(prompt)?;
            let input = self.lines.next(&self.jobs)?;
            // Where nobody has typed the end of the line, none was shown.
            if !stdin().is_terminal() || input == Input::End {
                self.write("\n")?;
            }
            match input {
                Input::Line(line) => return Ok(Some(line)),
                Input::End => return Ok(None),
                Input::Continued => {}
            }
        }
    }

    /// Whether the student ends the lab indeed.
    fn ends(&mut self) -> Result<bool> {
        self.plain("End the lab? The receipt keeps what was done.")?;
        let line = self.line("y ends it, Enter alone goes on: ")?;
        Ok(line.is_none_or(|line| is_yes(&line)))
    }

    fn question(&self, slot: Slot, question: &Question) -> Result<()> {
        self.heading(&format!("Your {slot}"))?;
        self.print("", &question.text, Weight::Heading)?;
        for (lead, choice) in choices(&question.kind) {
            self.print(&lead, &choice, Weight::Plain)?;
        }
        self.plain(&hint(&question.kind))
    }

    fn help(&self, question: Option<&Question>) -> Result<()> {
        self.heading("Keys")?;
        if let Some(Question { kind, .. }) = question {
            self.plain(&hint(kind))?;
            if matches!(kind, Kind::Steps(_)) {
                self.plain("Each name, first letter or number stands for one step of that process; its steps have their own order.")?;
            }
        }
        self.list([
            "Enter: sends what was typed; where nothing is asked, goes on",
            "?: this help",
            "q, or ctrl-D: ends the lab, after a question",
            "ctrl-C: ends the lab at once; the receipt keeps what was done",
            "ctrl-Z: stops the lab until `fg`",
        ])
    }
}

impl Front for Terminal {
    fn scene(&mut self, scene: &Scene) -> Result<()> {
        self.is_over = scene.step == Step::End;
        match scene.step {
            Step::Predict => {
                if scene.task == 1 {
                    self.print("", &format!("Lab {}: {}", scene.lab, scene.title), Weight::Heading)?;
                    self.plain(&format!("About {} minutes. {}", scene.minutes, scene.aim))?;
                }
                self.story(scene)
            }
            Step::Choose if scene.observation.is_empty() => Ok(()),
            Step::Choose => {
                self.observed(scene)?;
                self.plain(CHOOSE_AGAIN)
            }
            Step::Act => self.heading("What happens now"),
            Step::Conclude => self.observed(scene),
            Step::Explain => self.explain(scene),
            Step::End => {
                self.heading("The lab is done")?;
                self.plain(&format!("{} of {} points.", scene.points, scene.of))?;
                // In one line: it is to be copied.
                self.write(&format!("Your receipt: {}\n", scene.receipt))
            }
        }
    }

    fn event(&mut self, text: &str) {
        // What keeps it from being shown is noticed at the next question.
        let _shown = self.list([text]);
    }

    fn picture(&mut self, _: &Picture) {}

    fn ask(&mut self, slot: Slot, question: &Question) -> Result<Option<Answer>> {
        self.question(slot, question)?;
        loop {
            let line = self.line(&format!("Your {slot} (? for help): "))?;
            match line.map_or(Typed::End, |line| meant(question, &line)) {
                Typed::Answer(answer) => {
                    self.plain(&format!("Your {slot} is {:?}.", question.words(&answer)))?;
                    return Ok(Some(answer));
                }
                Typed::Help => self.help(Some(question))?,
                Typed::Wrong(why) => self.plain(&why)?,
                Typed::End if self.ends()? => return Ok(None),
                Typed::End => self.question(slot, question)?,
            }
        }
    }

    fn proceed(&mut self) -> Result<bool> {
        while !self.is_over {
            self.write("\n")?;
            match self.line("Enter goes on (? for help): ")?.as_deref().map(str::trim) {
                Some("?") => self.help(None)?,
                None | Some("q" | "Q" | "quit" | "exit") => {
                    if self.ends()? {
                        return Ok(false);
                    }
                }
                Some(_) => break,
            }
        }
        Ok(true)
    }
}

/// As the terminal is now: its user may change its width.
fn paper() -> Paper {
    let out = stdout();
    let size = out.is_terminal().then(|| tcgetwinsize(&out).ok()).flatten();
    let width = size.map(|size| size.ws_col).filter(|columns| *columns > 0).map(usize::from);
    let width = width.or_else(|| out.is_terminal().then_some(80));
    let has_colors = !matches!(AutoStream::choice(&out), ColorChoice::Never);
    Paper { width, has_colors: has_colors && out.is_terminal() }
}
