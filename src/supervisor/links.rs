//! Links that broke without a death: a process asks for another one, and both neighbours are sent it.

use std::os::fd::AsFd;
use std::time::Instant;

use super::Supervisor;
use crate::carrier::PATIENCE;
use crate::carrier::wire::{self, Wanted};
use crate::error::Result;
use crate::game::PaneId;

impl Supervisor {
    /// Makes the links anew that were asked for: one for each process at a look, so that none keeps the supervisor from all
    /// else.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System) if there is no fd left.
    pub(super) fn answer_requests_for_links(&mut self) -> Result<()> {
        for index in 0..self.children.len() {
            let pane = self.children[index].pane;
            let Some(wanted) = wire::wanted(self.children[index].wire.as_fd()) else { continue };
            let other = wanted.side.neighbour(pane);
            if self.is_broken_between_the_living(other, wanted) {
                self.mend_the_link(pane.min(other), pane.max(other))?;
            }
        }
        Ok(())
    }

    /// Once a second at most, whoever asks: both neighbours may, and one that has no fd left will ask again and again.
    fn mend_the_link(&mut self, left: PaneId, right: PaneId) -> Result<()> {
        let mended = &mut self.links_mended[left.index()];
        if mended.is_some_and(|at| at.elapsed() < PATIENCE) {
            return Ok(());
        }
        let before = mended.replace(Instant::now());
        self.connect(left, right)?;
        if before.is_none() {
            self.tell(&format!("the link between {left} and {right} broke; both have a new one"));
        }
        Ok(())
    }

    /// A link to a process that has died is made anew with its successor, whoever asks.
    fn is_broken_between_the_living(&self, other: PaneId, wanted: Wanted) -> bool {
        self.child(other).is_some() && self.process(other).0 == wanted.incarnation
    }
}
