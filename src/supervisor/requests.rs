//! What users and the inspector ask the supervisor for: a serve, the inspector's window, a deed.

use super::state::Supervisor;
use crate::error::Result;
use crate::game::PaneId;
use crate::platform::privileges;
use crate::platform::sync::Ordering;
use crate::protocol::{Card, Deed, What};
use crate::supervisor::spawn::Screen;

impl Supervisor {
    /// Serves from every pane whose user has pressed Start since. Without windows nobody can have.
    pub(super) fn answer_requests(&mut self) -> Result<()> {
        if !self.setup.windows {
            return Ok(());
        }
        for pane in self.setup.court.all_panes() {
            let asked = self.region().pane(pane).card.serves_asked.load(Ordering::Acquire);
            if asked != self.panes[pane.index()].serves_done {
                self.panes[pane.index()].serves_done = asked;
                self.serve(pane)?;
            }
        }
        Ok(())
    }

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
