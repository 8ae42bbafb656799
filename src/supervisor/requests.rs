//! What users and the inspector ask the supervisor for: a serve, the inspector's window, an action.

use super::state::Supervisor;
use crate::error::Result;
use crate::game::PaneId;
use crate::platform::privileges;
use crate::platform::sync::Ordering;
use crate::protocol::{Action, ProcessStatus, What};
use crate::supervisor::spawn::InspectorOutput;

impl Supervisor {
    /// Serves from every pane whose user has pressed Start since. Without windows nobody can have.
    pub(super) fn answer_requests(&mut self) -> Result<()> {
        if !self.setup.windows {
            return Ok(());
        }
        for pane in self.setup.court.all_panes() {
            let asked = self.region().pane(pane).status.serves_asked.load(Ordering::Acquire);
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
    pub fn open_inspector(&mut self, screen: InspectorOutput) -> Result<()> {
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

    /// Reaps it, opens it for who asks, and does what it asks for.
    pub(super) fn look_after_the_inspector(&mut self) -> Result<()> {
        self.inspection.has_ended()?;
        if let Some(death) = self.inspection.driver_death.take() {
            match privileges::code_is_forbidden() {
                // Software would crash as well.
                Some(cause) => self.report(&format!("the inspector died ({death}): {cause}")),
                None => {
                    self.turn_to_software("inspector", death);
                    self.open_for_a_user();
                }
            }
        }
        for pane in self.setup.court.all_panes() {
            let asked = self.region().pane(pane).status.inspects_asked.load(Ordering::Acquire);
            if asked != self.inspection.asked[pane.index()] {
                self.inspection.asked[pane.index()] = asked;
                // Without windows nobody can have asked.
                if self.setup.windows {
                    self.open_for_a_user();
                    ProcessStatus::count(&self.region().event_log.called);
                }
            }
        }
        self.answer_the_request_page();
        Ok(())
    }

    /// A game in which it cannot be opened, at a limit of fds for example, goes on without.
    fn open_for_a_user(&mut self) {
        if let Err(error) = self.open_inspector(InspectorOutput::Window) {
            self.report(&format!("the inspector is not opened: {error}"));
        }
    }

    /// In a fresh Region the process statuses are new, and the request page is still there.
    pub(super) fn keep_the_request_page(&mut self) {
        self.inspection.asked.fill(0);
        self.region().event_log.answered.store(self.inspection.answered, Ordering::Release);
    }

    fn answer_the_request_page(&mut self) {
        let Some(request) = self.inspection.request() else { return };
        self.inspection.answered = request.number;
        if let Some(action) = request.action.filter(|_| request.pane <= self.setup.court.last()) {
            let pane = request.pane;
            let is_done = self.commit(action, pane);
            self.note(if is_done { What::Done { pane, action } } else { What::NotDone { pane, action } });
        }
        self.region().event_log.answered.store(request.number, Ordering::Release);
    }

    /// Does it. False if the pane has no process now.
    fn commit(&self, action: Action, pane: PaneId) -> bool {
        let Some(child) = self.child(pane) else { return false };
        match action {
            Action::Kill => child.process.signal(rustix::process::Signal::KILL),
            Action::Freeze => child.process.signal(rustix::process::Signal::STOP),
            Action::Continue => child.process.signal(rustix::process::Signal::CONT),
            Action::Hang | Action::Tear => {
                let incarnation = self.region().pane(pane).status.incarnation.load(Ordering::Relaxed);
                self.region().set_command(pane, incarnation, action);
                self.region().bell(pane).wake(&self.spawner.bells()[pane.index()]);
            }
        }
        true
    }
}
