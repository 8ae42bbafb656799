//! The inspector's place in a game: started when somebody wants to look, answered when it asks for a deed, and not missed
//! when it ends.

use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::Supervisor;
use super::succession::may_be_the_driver;
use crate::error::Result;
use crate::game::{Court, PaneId};
use crate::platform::privileges;
use crate::platform::sync::Ordering;
use crate::protocol::{Card, Deed, Desk, Request, What};
use crate::shm::Mapping;
use crate::supervisor::report::children_cpu_ns;
use crate::supervisor::spawn::{Death, Process, Screen, Spawner, end_all};

/// The inspector, if there is one, and its desk, which is there from the first one on.
#[derive(Debug)]
pub(super) struct Inspection {
    desk: Option<(OwnedFd, Mapping<Desk>)>,
    /// The last request that was answered.
    answered: u64,
    inspector: Option<(Process, Screen)>,
    /// It draws by software, whatever drivers there are.
    by_software: bool,
    /// How it died, if that may have been its driver.
    driver_death: Option<Death>,
    /// The CPU time of all inspectors that have ended.
    cpu_ns: u64,
    /// An inspector was killed, and may have been in the middle of a line.
    was_cut_off: bool,
    /// Per pane, how often its user's wish to look was heard.
    asked: Vec<u64>,
}

impl Inspection {
    pub(super) fn new(court: &Court) -> Self {
        Self {
            desk: None,
            answered: 0,
            inspector: None,
            by_software: false,
            driver_death: None,
            cpu_ns: 0,
            was_cut_off: false,
            asked: vec![0; usize::from(court.panes)],
        }
    }

    fn start(&mut self, spawner: &Spawner, screen: Screen, memfd: &OwnedFd) -> Result<()> {
        let (desk, _) = match &mut self.desk {
            Some(desk) => desk,
            none => none.insert(Mapping::create_zeroed()?),
        };
        self.inspector = Some((spawner.start_inspector(screen, memfd, desk)?, screen));
        self.by_software = spawner.is_by_software();
        Ok(())
    }

    /// What is asked for and was not yet answered.
    fn request(&self) -> Option<Request> {
        let request = self.desk.as_ref()?.1.shared().request();
        (request.number != self.answered).then_some(request)
    }

    /// The CPU time of all inspectors that have ended, in nanoseconds.
    pub(super) fn cpu_ns(&self) -> u64 {
        self.cpu_ns
    }

    /// Readable when the inspector has ended.
    pub(super) fn pidfd(&self) -> Option<BorrowedFd<'_>> {
        self.inspector.as_ref().map(|(process, _)| process.pidfd.as_fd())
    }

    /// Whether there is no inspector any more; buries it.
    pub(super) fn has_ended(&mut self) -> Result<bool> {
        let before = children_cpu_ns();
        if let Some((process, screen)) = &self.inspector
            && let Some(death) = process.buried()?
        {
            // Nobody else was waited for meanwhile.
            self.cpu_ns += children_cpu_ns() - before;
            let may_try = *screen == Screen::Window && !self.by_software && may_be_the_driver(death);
            self.driver_death = may_try.then_some(death);
            // One that ends well has written its last line to the end.
            self.was_cut_off |= death != Death::Exited(0);
            self.inspector = None;
        }
        Ok(self.inspector.is_none())
    }

    /// Ends the inspector, and tells where it was to be seen.
    pub(super) fn end(&mut self) -> Result<Option<Screen>> {
        let Some((process, screen)) = self.inspector.take() else { return Ok(None) };
        let before = children_cpu_ns();
        let ended = end_all(iter::once(&process));
        self.cpu_ns += children_cpu_ns() - before;
        self.was_cut_off = true;
        ended.map(|()| Some(screen))
    }
}

impl Supervisor {
    /// Starts the inspector. Only for the main thread, as every start.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System)
    pub fn open_inspector(&mut self, screen: Screen) -> Result<()> {
        if self.inspection.has_ended()? {
            self.inspection.start(&self.spawner, screen, &self.memfd)?;
        }
        Ok(())
    }

    /// Whether what the inspector has written to stdout may end in the middle of a line.
    #[must_use]
    pub fn inspector_was_cut_off(&self) -> bool {
        self.inspection.was_cut_off
    }

    /// Buries it, opens it for who asks, and does what it asks for.
    pub(super) fn look_after_the_inspector(&mut self) -> Result<()> {
        self.inspection.has_ended()?;
        if let Some(death) = self.inspection.driver_death.take() {
            match privileges::code_is_forbidden() {
                // Software would crash as well.
                Some(cause) => self.tell(&format!("the inspector died ({death}): {cause}")),
                None => {
                    self.turn_to_software("inspector", death);
                    self.open_for_a_user();
                }
            }
        }
        for pane in self.setup.court.all_panes() {
            let asked = self.region().pane(pane).card.inspects_asked.load(Ordering::Acquire);
            if asked != self.inspection.asked[pane.index()] {
                self.inspection.asked[pane.index()] = asked;
                // Without windows nobody can have asked.
                if self.setup.windows {
                    self.open_for_a_user();
                    Card::count(&self.region().journal.called);
                }
            }
        }
        self.answer_the_desk();
        Ok(())
    }

    /// A game in which it cannot be opened, at a limit of fds for example, goes on without.
    fn open_for_a_user(&mut self) {
        if let Err(error) = self.open_inspector(Screen::Window) {
            self.tell(&format!("the inspector is not opened: {error}"));
        }
    }

    /// In a fresh Region the cards are new, and the desk is still there.
    pub(super) fn keep_the_desk(&mut self) {
        self.inspection.asked.fill(0);
        self.region().journal.answered.store(self.inspection.answered, Ordering::Release);
    }

    fn answer_the_desk(&mut self) {
        let Some(request) = self.inspection.request() else { return };
        self.inspection.answered = request.number;
        if let Some(deed) = request.deed.filter(|_| request.pane <= self.setup.court.last()) {
            let pane = request.pane;
            let is_done = self.commit(deed, pane);
            self.note(if is_done { What::Done { pane, deed } } else { What::NotDone { pane, deed } });
        }
        self.region().journal.answered.store(request.number, Ordering::Release);
    }

    /// Does it. False if the pane has no process now.
    fn commit(&self, deed: Deed, pane: PaneId) -> bool {
        let Some(child) = self.child(pane) else { return false };
        match deed {
            Deed::Kill => child.process.signal(rustix::process::Signal::KILL),
            Deed::Freeze => child.process.signal(rustix::process::Signal::STOP),
            Deed::Continue => child.process.signal(rustix::process::Signal::CONT),
            Deed::Hang | Deed::Tear => {
                let incarnation = self.region().pane(pane).card.incarnation.load(Ordering::Relaxed);
                self.region().set_order(pane, incarnation, deed);
                self.region().bell(pane).alarm(&self.spawner.bells()[pane.index()]);
            }
        }
        true
    }
}
