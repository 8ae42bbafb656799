//! Windows that no longer stand in the order of their panes: reported once.

use super::state::Supervisor;
use crate::game::PaneId;

impl Supervisor {
    /// Reports, if a pane's process has noticed it, that the window manager has put its window out of the order.
    pub(super) fn report_a_lost_order(&mut self) {
        let is_out_of_order = |pane: PaneId| {
            let state = self.region().pane(pane).status.window.state();
            state.is_some_and(|state| state.is_out_of_order)
        };
        if self.setup.windows
            && !self.reported_lost_order
            && self.setup.court.all_panes().any(is_out_of_order)
        {
            self.reported_lost_order = true;
            self.report(
                "the window manager has put a restarted window elsewhere: the panes no longer stand in order; their titles number them",
            );
        }
    }

    /// Reports that a window was opened again where only the display decides where it goes, and no program learns it.
    pub(super) fn report_that_the_order_may_be_lost(&mut self, pane: PaneId) {
        if self.setup.windows && self.setup.places.is_empty() && !self.reported_lost_order {
            self.reported_lost_order = true;
            self.report(&format!(
                "this display places windows itself: that of {pane} may stand elsewhere now; the titles number the panes"
            ));
        }
    }
}
