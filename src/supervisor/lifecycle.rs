//! Births and deaths: panes are started, reaped, respawned, and in the end all stopped.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::happening::Happened;
use super::policy::{Ending, Spent};
use super::state::Supervisor;
use crate::error::{Error, Result, exit};
use crate::game::PaneId;
use crate::platform::display::{INDIRECT, is_indirect};
use crate::platform::sync::Ordering;
use crate::platform::{clock, privileges};
use crate::protocol::{End, Owner, What};
use crate::supervisor::spawn::{Child, end_all};

/// A child that has not left so long after it should is killed.
const LEAVE_PATIENCE: Duration = Duration::from_secs(3);

impl Supervisor {
    /// Starts a process for every pane that has none.
    ///
    /// # Errors
    /// [`Error::System`]
    pub fn start_all(&mut self) -> Result<()> {
        for pane in self.setup.court.all_panes() {
            if self.child(pane).is_none() {
                self.start(pane)?;
            }
        }
        Ok(())
    }

    fn start(&mut self, pane: PaneId) -> Result<()> {
        let (region, known) = (self.mapping.region(), &mut self.panes[pane.index()]);
        known.processes += 1;
        // There is no process of this pane now, so its process status is ours for the moment.
        region.pane(pane).status.expect(known.processes);
        region.set_links_sent(pane, 0);
        // It may have played and handed over before this process runs again.
        let begun_ns = clock::now_ns();
        let child = self.spawner.start(pane, &self.memfd)?;
        known.last_pid = child.process.pid;
        self.stalls.acquit(pane);
        self.note(What::Started { pane, pid: child.process.pid });
        let started = Happened::Started(pane, self.process(pane).0, child.process.pid);
        self.happenings.add_at(begun_ns, started);
        self.children.push(child);
        for other in self.setup.court.neighbours(pane) {
            self.connect(pane.min(other), pane.max(other))?;
        }
        Ok(())
    }

    /// Reaps the children that have ended, reclaims the ball from them, and starts their panes again: one round,
    /// so that panes that die as fast as they are started do not keep the supervisor from all else. A closed window
    /// ends the game.
    pub(super) fn reap_the_dead(&mut self) -> Result<Option<Ending>> {
        let dead = self.reap()?;
        self.check_the_display(&dead)?;
        for (child, death) in dead {
            if self.region().pane(child.pane).status.is_leaving(child.process.pid) {
                return Ok(Some(Ending::Left));
            }
            // No signal to a pane asks for the end of the game: SIGINT, SIGTERM and SIGHUP are blocked in it from its first
            // moment, and the launcher, to which ctrl-C came as well, decides.
            self.note(What::Died { pane: child.pane, pid: child.process.pid, how: death });
            // With a fresh Region all panes have fresh processes.
            if self.child(child.pane).is_none() {
                self.respawn(&child, death)?;
            }
        }
        Ok(None)
    }

    /// [`Error::DisplayGone`] if it is: then all windows end at once, and none can be opened again.
    fn check_the_display(&self, dead: &[(Child, End)]) -> Result<()> {
        let is_leaving = |child: &Child| self.region().pane(child.pane).status.is_leaving(child.process.pid);
        let may_be_gone = dead.iter().any(|(child, death)| death.may_be_the_display() && !is_leaving(child));
        let gone = if self.setup.windows && may_be_gone { self.spawner.gone_display() } else { None };
        let Some(name) = gone else { return Ok(()) };
        for (child, death) in dead {
            self.note(What::Died { pane: child.pane, pid: child.process.pid, how: *death });
            self.clear_in_hand(child.pane, *death);
        }
        // A pane that was about to open its window may have reported it.
        let is_news = self.region().header.may_speak();
        Err(if is_news { Error::DisplayGone(name) } else { Error::ChildFailed(exit::NO_DISPLAY) })
    }

    /// The children that have ended since.
    fn reap(&mut self) -> Result<Vec<(Child, End)>> {
        let mut dead = Vec::new();
        for index in (0..self.children.len()).rev() {
            if let Some(death) = self.children[index].process.reaped()? {
                let child = self.children.swap_remove(index);
                self.note_the_end(&child, death);
                dead.push((child, death));
            }
        }
        Ok(dead)
    }

    /// A pane's process has died, and was reaped: its ball is reclaimed, everybody is notified, and a new process starts.
    fn respawn(&mut self, child: &Child, death: End) -> Result<()> {
        // First: a child that has refused a corrupt header has not failed.
        if !self.header_is_sound() {
            return self.replace_region(&format!("{} died ({death}) and the header is corrupt", child.pane));
        }
        if let End::Code(code @ 2..=5) = death {
            return Err(Error::ChildFailed(code));
        }
        if self.setup.windows
            && death.may_be_the_driver()
            && let Some(cause) = privileges::code_is_forbidden()
        {
            return Err(Error::NoDrawing(cause));
        }
        if let Err(corrupt) = self.check_what_is_left(child.pane) {
            return self.replace_region(&format!("{} died ({death}) and has left {corrupt}", child.pane));
        }
        let is_new_try = self.may_try_software(child, death);
        if !is_new_try {
            self.check_the_budget(child, death)?;
        }
        let ownership = self.region().baton.look();
        if ownership.is_some_and(|ownership| ownership.holder == Owner::Pane(child.pane)) {
            self.tally.counts.died_as_owner += 1;
            self.recover(child.pane)?;
        }
        self.release_keys_of(child.pane);
        // Whatever the dead one still had to notify.
        self.wake_all();
        if self.child(child.pane).is_none() {
            self.tally.counts.restarts += 1;
            self.start(child.pane)?;
        }
        if !is_new_try {
            self.report(&format!(
                "{} (pid {}) {} and was started again",
                child.pane,
                child.process.pid,
                self.what_became(death)
            ));
        }
        self.report_that_the_order_may_be_lost(child.pane);
        Ok(())
    }

    /// Nobody sees the release of a key that was held in the window of a dead process. Where the ball cannot be read, the next
    /// process of the pane releases it, as its window begins without the keyboard.
    fn release_keys_of(&self, dead: PaneId) {
        if let Some(ball) = self.ball() {
            for pane in self.setup.court.all_panes() {
                // False: it had no key that moves this one.
                let _had_one = self.region().release_key(pane, dead, ball.tick);
            }
        }
    }

    fn what_became(&self, death: End) -> String {
        if self.setup.windows { death.of_window() } else { format!("died ({death})") }
    }

    /// Whether the driver that draws may have been the cause of this death. If so, the next process draws with software rendering.
    fn may_try_software(&self, child: &Child, death: End) -> bool {
        let may_try = self.setup.windows && !child.software_rendering && death.may_be_the_driver();
        if may_try {
            self.turn_to_software(&child.pane.to_string(), death);
        }
        may_try
    }

    /// From now on windows are drawn with software rendering.
    pub(super) fn turn_to_software(&self, process: &str, death: End) {
        // Nobody knows whether a driver that crashes sent the signal, or a person.
        let how = match death {
            End::Signal(_) => format!("died ({death}), as by a driver that crashes"),
            End::Code(_) => "got no OpenGL".to_owned(),
        };
        let hint = match is_indirect() {
            true => format!("unset {INDIRECT}, which leaves drawing to the X server"),
            false => "`tripong doctor` says more".to_owned(),
        };
        if self.spawner.turn_to_software() {
            self.report(&format!(
                "{process} {how}; from now on windows are drawn with software rendering, which takes more of the CPU; {hint}",
            ));
        }
    }

    /// [`Error::PaneDied`] if there were too many deaths lately.
    fn check_the_budget(&mut self, child: &Child, death: End) -> Result<()> {
        self.deaths.spend(Instant::now()).map_err(|Spent { most, window }| Error::PaneDied {
            pane: format!("{} (pid {})", child.pane, child.process.pid),
            how: death.to_string(),
            restarts: most,
            window,
        })
    }

    /// Has every child leave, and waits until all have. One that does not leave in time, or when a signal asks
    /// again, is killed. Nobody is left behind, and what the game has come to is settled, whatever goes wrong.
    ///
    /// # Errors
    /// [`Error::System`] if a child can be neither waited for nor killed.
    pub fn stop(&mut self) -> Result<()> {
        self.region().stop();
        self.wake_all();
        let left = self.wait_for_all_to_leave();
        let (panes, inspector) = (self.kill_all(), self.inspection.end().map(drop));
        left.and(panes).and(inspector).and(self.settle())
    }

    fn wait_for_all_to_leave(&mut self) -> Result<()> {
        let leave_by = Instant::now() + LEAVE_PATIENCE;
        loop {
            self.reap()?.into_iter().for_each(|(child, death)| self.clear_in_hand(child.pane, death));
            let have_left = self.children.is_empty() && self.inspection.has_ended()?;
            if have_left || self.signals.take().is_some() || Instant::now() >= leave_by {
                return Ok(());
            }
            self.sleep(Some(leave_by))?;
        }
    }

    /// Kills every child. A pane that cannot die is given up like one that has died: it never runs again, since the
    /// kernel ends it before it returns to its program.
    pub(super) fn kill_all(&mut self) -> Result<()> {
        let children = std::mem::take(&mut self.children);
        let ended = end_all(children.iter().map(|child| &child.process));
        for child in &children {
            self.clear_in_hand(child.pane, End::by(Signal::SIGKILL));
            self.note_the_end(child, End::by(Signal::SIGKILL));
        }
        ended
    }

    /// For a recording: it has the end of every process, however it came.
    fn note_the_end(&self, child: &Child, death: End) {
        let (pane, incarnation) = (child.pane, self.process(child.pane).0);
        self.happenings.add(Happened::Died(pane, incarnation, child.process.pid, death));
    }

    /// A killed process, or one that its window took along, could not put down what it had in its hands, and has it no longer.
    /// Otherwise the ball of a pane that died after its swap, or frozen and recalled from, would be counted as a second one.
    fn clear_in_hand(&self, pane: PaneId, death: End) {
        let is_by_window = self.setup.windows && death.may_be_the_display();
        if matches!(death, End::Signal(_)) || is_by_window {
            self.region().pane(pane).status.in_hand.store(0, Ordering::Release);
        }
    }
}

impl Drop for Supervisor {
    /// Whatever went wrong: no child outlives its supervisor, and none stays as a zombie.
    fn drop(&mut self) {
        // Where the system refuses to kill or to wait, an error was returned, and the children die with this process.
        let _gone = (self.kill_all(), self.inspection.end());
    }
}
