//! The inspector's process and its desk: started when somebody wants to look, and not missed when it ends.

use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::cpu_time::children_cpu_ns;
use super::death::may_be_the_driver;
use crate::error::Result;
use crate::game::Court;
use crate::protocol::{Desk, Request};
use crate::shm::Mapping;
use crate::supervisor::spawn::{Death, Process, Screen, Spawner, end_all};

/// The inspector, if there is one, and its desk, which is there from the first one on.
#[derive(Debug)]
pub(super) struct Inspection {
    desk: Option<(OwnedFd, Mapping<Desk>)>,
    /// The last request that was answered.
    pub(super) answered: u64,
    inspector: Option<(Process, Screen)>,
    /// It draws by software, whatever drivers there are.
    by_software: bool,
    /// How it died, if that may have been its driver.
    pub(super) driver_death: Option<Death>,
    /// The CPU time of all inspectors that have ended.
    cpu_ns: u64,
    /// An inspector was killed, and may have been in the middle of a line.
    pub(super) was_cut_off: bool,
    /// Per pane, how often its user's wish to look was heard.
    pub(super) asked: Vec<u64>,
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

    pub(super) fn start(&mut self, spawner: &Spawner, screen: Screen, memfd: &OwnedFd) -> Result<()> {
        let (desk, _) = match &mut self.desk {
            Some(desk) => desk,
            none => none.insert(Mapping::create_zeroed()?),
        };
        self.inspector = Some((spawner.start_inspector(screen, memfd, desk)?, screen));
        self.by_software = spawner.is_by_software();
        Ok(())
    }

    /// What is asked for and was not yet answered.
    pub(super) fn request(&self) -> Option<Request> {
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
