//! In a window, which a process of its own has: a driver that crashes takes no lab along. If the window is lost, the lab goes on at the
//! terminal, if there is one.

use super::Front;
use super::link::{Heard, Link};
use super::scene::{Picture, Scene};
use super::terminal::Terminal;
use super::view::{Asked, FromWindow, Look, ToWindow, View};
use crate::error::{Error, LAB_ON_A_TERMINAL, Result, exit};
use crate::lab::exercise::{Answer, Question, Slot};
use crate::platform::display::{Display, is_software_rendering};
use crate::platform::report_line;
use crate::platform::terminal::has_person;
use crate::protocol::End;

/// A student at a window.
pub struct Window {
    display: Display,
    look: Look,
    view: View,
    by_software: bool,
    /// None when the window is lost.
    link: Option<Link>,
    /// How often something was asked.
    asked: u32,
    terminal: Terminal,
}

impl Window {
    /// Opens it on this display. If it is lost, the lab goes on at this terminal.
    ///
    /// Only for the main thread: the process that has the window ends with the *thread* that started it.
    ///
    /// # Errors
    /// What kept the process from being started.
    pub fn open(display: Display, look: Look, terminal: Terminal) -> Result<Self> {
        let by_software = is_software_rendering();
        let (view, link, asked) = Default::default();
        let mut window = Self { display, look, view, by_software, link, asked, terminal };
        window.start()?;
        Ok(window)
    }

    /// Starts the process, and says to it all that there is to be seen.
    fn start(&mut self) -> Result<()> {
        let mut link = Link::start(&self.display, self.by_software)?;
        link.say(&ToWindow::Look(self.look));
        self.view.news().iter().for_each(|news| link.say(news));
        self.link = Some(link);
        Ok(())
    }

    fn say(&mut self, news: ToWindow) {
        if let Some(link) = &mut self.link {
            link.say(&news);
        }
        self.view.take(news);
    }

    /// Asks, and waits until the student has answered in the window, or ends the lab. None if the window is lost, and the terminal has
    /// taken its place.
    fn wait(&mut self, question: Option<(Slot, &Question)>) -> Result<Option<FromWindow>> {
        self.asked += 1;
        let number = self.asked;
        let asked = question.map(|(slot, question)| (slot, question.clone()));
        self.say(ToWindow::Asked(Asked { number, question: asked }));
        let fits = |said: &FromWindow| match (said, question) {
            (FromWindow::Answer(to, answer), Some((_, question))) => {
                *to == number && question.fault(answer).is_none()
            }
            (FromWindow::Proceed(to), None) => *to == number,
            (FromWindow::End, _) => true,
            _ => false,
        };
        while let Some(link) = &mut self.link {
            match link.hear(self.terminal.jobs())? {
                Heard::Said(said) if fits(&said) => {
                    self.view.asked = None;
                    return Ok(Some(said));
                }
                Heard::Said(_) | Heard::Continued => {}
                // It was closed.
                Heard::Ended(End::Code(0)) => return Ok(Some(FromWindow::End)),
                Heard::Ended(end) => self.lost(end)?,
            }
        }
        Ok(None)
    }

    /// The process that had the window has ended: another one takes its place, or the terminal does.
    fn lost(&mut self, end: End) -> Result<()> {
        self.link = None;
        if end.may_be_the_driver() && !self.by_software {
            self.by_software = true;
            report_line(
                "tripong: OpenGL does not work here: the lab is drawn with software rendering (`tripong doctor` says why)",
            );
            return self.start();
        }
        let what = format!("the window of the lab {}", end.of_window());
        if has_person() {
            report_line(&format!("tripong: {what}; the lab goes on at this terminal"));
            return self.view.scene.as_ref().map_or(Ok(()), |scene| self.terminal.resume(scene));
        }
        match end {
            _ if end.is_of_the_display() => Err(Error::NoDisplay(what).instead(LAB_ON_A_TERMINAL)),
            // It has reported why.
            End::Code(code) => Err(Error::ChildFailed(code)),
            End::Signal(number) => {
                report_line(&format!("tripong: {what}; the receipt has what was done"));
                Err(Error::ChildFailed(exit::SIGNAL_BASE.saturating_add(number)))
            }
        }
    }
}

impl Front for Window {
    fn scene(&mut self, scene: &Scene) -> Result<()> {
        self.say(ToWindow::Scene(Box::new(scene.clone())));
        if self.link.is_none() { self.terminal.scene(scene) } else { Ok(()) }
    }

    fn event(&mut self, text: &str) {
        self.say(ToWindow::Event(text.to_owned()));
        if self.link.is_none() {
            self.terminal.event(text);
        }
    }

    fn picture(&mut self, picture: &Picture) {
        self.say(ToWindow::Picture(picture.clone()));
    }

    fn ask(&mut self, slot: Slot, question: &Question) -> Result<Option<Answer>> {
        match self.wait(Some((slot, question)))? {
            Some(FromWindow::Answer(_, answer)) => Ok(Some(answer)),
            Some(_) => Ok(None),
            None => self.terminal.ask(slot, question),
        }
    }

    fn proceed(&mut self) -> Result<bool> {
        match self.wait(None)? {
            Some(said) => Ok(said != FromWindow::End),
            None => self.terminal.proceed(),
        }
    }

    fn is_window(&self) -> bool {
        self.link.is_some()
    }
}
