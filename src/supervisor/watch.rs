//! The main loop: sleeps until something happens, and looks after all that may have.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use super::policy::{Ending, NextAction};
use super::reinitialize::LOOK;
use super::state::Supervisor;
use crate::error::{Error, Result};
use crate::platform::terminal::StopRequests;
use crate::protocol::Ownership;
use crate::supervisor::spawn::sleep_on;

/// A child that has not attached after this will not.
const START_PATIENCE: Duration = Duration::from_secs(30);

impl Supervisor {
    /// Watches until the game is over. After every look at the game, `companion` is called.
    ///
    /// # Errors
    /// A pane cannot start, or dies too often; the Region cannot be had again; the companion's own.
    pub fn watch(&mut self, companion: &mut dyn FnMut(&Self) -> Result<NextAction>) -> Result<Ending> {
        let mut start_by = Instant::now() + START_PATIENCE;
        let mut end_by = None;
        let mut again_at = None;
        loop {
            let starting = end_by.is_none().then_some(start_by);
            let next_look = Some(self.looked + LOOK);
            let wake_at = [end_by, starting, again_at, next_look, self.stalls.next_look()];
            self.sleep(wake_at.into_iter().flatten().min())?;
            if let Some(signal) = self.signals.take() {
                self.look_at_the_region()?;
                return Ok(Ending::Signal(signal));
            }
            // What was due meanwhile comes as much later.
            let stood_still = self.stop_if_asked();
            start_by += stood_still;
            end_by = end_by.map(|end| later(end, stood_still));
            if let Some(ending) = self.reap_the_dead()? {
                return Ok(ending);
            }
            if end_by.is_none() && self.setup.court.all_panes().all(|pane| self.is_ready(pane)) {
                end_by = Some(self.end());
            }
            if end_by.is_some() {
                self.begin()?;
            }
            if let Some(ending) = self.look_after_all()? {
                return Ok(ending);
            }
            let next = companion(self)?;
            again_at = next.again_at;
            let now = Instant::now();
            let is_done = next.enough || self.goal_is_reached() || end_by.is_some_and(|end| now >= end);
            // Corruption that came since the last look must not end up in the report.
            if is_done && self.look_at_the_region()? {
                return Ok(Ending::Done);
            }
            if end_by.is_none() && now >= start_by {
                let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
                return Err(Error::system("see all panes attached within 30 s")(late));
            }
        }
    }

    /// Answers what was asked for, and repairs what is broken.
    fn look_after_all(&mut self) -> Result<Option<Ending>> {
        self.answer_requests()?;
        self.answer_requests_for_links()?;
        if let Some(ending) = self.look_after_the_inspector()? {
            self.look_at_the_region()?;
            return Ok(Some(ending));
        }
        self.report_a_lost_order();
        self.look_after_the_frozen()?;
        self.look_after_the_region()?;
        Ok(None)
    }

    /// When the game that begins now is over. A duration beyond all bounds is as good as a hundred years.
    fn end(&self) -> Instant {
        let now = Instant::now();
        let far = now + Duration::from_secs(100 * 365 * 24 * 3600);
        self.policy.duration.and_then(|duration| now.checked_add(duration)).unwrap_or(far)
    }

    /// Where nobody is waited for, nobody presses Start.
    fn begin(&mut self) -> Result<()> {
        let rests = self.region().baton.look() == Some(Ownership::REST);
        if rests && !self.setup.waits_for_start { self.serve(self.setup.court.middle()) } else { Ok(()) }
    }

    fn goal_is_reached(&self) -> bool {
        let Some(goal) = self.setup.goal_hops else { return false };
        self.ball().is_some_and(|ball| ball.hop >= goal)
    }

    /// Sleeps until a child ends, a pane or a signal notifies, or the time has come. Forgets all
    /// notifications so far: call it before looking at what they announce.
    pub(super) fn sleep(&self, until: Option<Instant>) -> Result<()> {
        let fds = [self.bell.as_fd(), self.signals.as_fd()].into_iter();
        let fds = fds.chain(self.children.iter().map(|child| child.process.pidfd.as_fd()));
        let fds = fds.chain(self.inspection.pidfd());
        let fds = fds.chain(self.job.as_ref().map(StopRequests::as_fd));
        if sleep_on(fds, until, "wait for the children (ppoll)")? == Some(true) {
            // Only then: a pane shares the eventfd, and may have made it one that is waited for.
            self.bell.drain();
        }
        Ok(())
    }
}

/// A time beyond all bounds stays where it is.
fn later(end: Instant, by: Duration) -> Instant {
    end.checked_add(by).unwrap_or(end)
}
