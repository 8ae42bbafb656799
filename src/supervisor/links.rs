//! The links between neighbours: made when a process starts, and made anew where one broke without a death.

use std::os::fd::AsFd;
use std::time::Instant;

use super::state::Supervisor;
use crate::error::Result;
use crate::game::PaneId;
use crate::supervisor::spawn::Child;
use crate::transport::PATIENCE;
use crate::transport::control_socket::{self, Party, Sent, Wanted};

impl Supervisor {
    /// Makes the links anew that were asked for: one for each process at a look, so that none keeps the supervisor from all
    /// else.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System) if there is no fd left.
    pub(super) fn answer_requests_for_links(&mut self) -> Result<()> {
        for index in 0..self.children.len() {
            let pane = self.children[index].pane;
            let Some(wanted) = control_socket::wanted(self.children[index].control_socket.as_fd()) else {
                continue;
            };
            let other = wanted.side.neighbour(pane);
            if self.is_broken_between_the_living(other, wanted) {
                self.repair_the_link(pane.min(other), pane.max(other))?;
            }
        }
        Ok(())
    }

    /// Makes new links between two neighbours, if both have a process.
    pub(super) fn connect(&self, left: PaneId, right: PaneId) -> Result<()> {
        let (Some(one), Some(other)) = (self.child(left), self.child(right)) else { return Ok(()) };
        let sent = control_socket::connect(self.party(one), self.party(other))?;
        for (child, sent) in [one, other].into_iter().zip(sent) {
            let region = self.region();
            match sent {
                Sent::Sent => {
                    region.set_links_sent(child.pane, region.links_sent(child.pane).wrapping_add(1));
                    region.bell(child.pane).wake(&self.spawner.bells()[child.pane.index()]);
                }
                // Its death will be noticed in a moment.
                Sent::Gone => {}
                Sent::Stuck => {
                    child.process.signal(rustix::process::Signal::KILL);
                    self.report(&format!(
                        "{} (pid {}) takes no new links; it was killed",
                        child.pane, child.process.pid
                    ));
                }
            }
        }
        Ok(())
    }

    fn party<'a>(&self, child: &'a Child) -> Party<'a> {
        Party { control_socket: child.control_socket.as_fd(), incarnation: self.process(child.pane).0 }
    }

    /// Once a second at most, whoever asks: both neighbours may, and one that has no fd left will ask again and again.
    fn repair_the_link(&mut self, left: PaneId, right: PaneId) -> Result<()> {
        let repaired = &mut self.panes[left.index()].link_repaired;
        if repaired.is_some_and(|at| at.elapsed() < PATIENCE) {
            return Ok(());
        }
        let before = repaired.replace(Instant::now());
        self.connect(left, right)?;
        if before.is_none() {
            self.report(&format!("the link between {left} and {right} broke; both have a new one"));
        }
        Ok(())
    }

    /// A link to a process that has died is made anew with its successor, whoever asks.
    fn is_broken_between_the_living(&self, other: PaneId, wanted: Wanted) -> bool {
        self.child(other).is_some() && self.process(other).0 == wanted.incarnation
    }
}
