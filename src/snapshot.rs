//! A consistent picture of the game, for windows and tests. Only looks.

use crate::court::{Ball, Control, Court, Paddle, PaneId};
use crate::protocol::{Owner, Record, Region, Tenure};
use crate::sync::{AtomicU64, Ordering};

/// How often a picture is tried before one without a ball is given.
const ATTEMPTS: usize = 100;

/// What can be seen of the game at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Who owns the ball.
    pub tenure: Tenure,
    /// The ball; None only if the Region is garbage.
    pub ball: Option<Ball>,
    /// Every pane, from left to right.
    pub panes: Vec<PaneView>,
}

/// What can be seen of one pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaneView {
    /// Its process; 0 if there has not been one.
    pub pid: u64,
    /// How many processes it has had, this one included.
    pub incarnation: u64,
    /// Its paddle, where it is now.
    pub paddle: Paddle,
    /// Who moves the paddle.
    pub control: Control,
}

impl Snapshot {
    /// Looks at the Region until the ball and its owner belong together.
    #[must_use]
    pub fn take(region: &Region, court: &Court) -> Self {
        let (tenure, record) = look(region, court);
        let panes = court.all_panes().map(|pane| view(region, court, pane, record.as_ref()));
        Self { tenure, ball: record.map(|record| record.ball), panes: panes.collect() }
    }

    /// The pane that owns the ball; None while it rests.
    #[must_use]
    pub fn holder(&self) -> Option<PaneId> {
        match self.tenure.holder {
            Owner::Pane(pane) => Some(pane),
            Owner::Supervisor => None,
        }
    }
}

fn look(region: &Region, court: &Court) -> (Tenure, Option<Record>) {
    let mut last = Tenure::REST;
    for _ in 0..ATTEMPTS {
        let Some(tenure) = region.baton.look() else { continue };
        last = tenure;
        if let Ok(record) = region.ball(tenure, court)
            && region.baton.is_still(tenure)
        {
            return (tenure, Some(record));
        }
    }
    (last, None)
}

fn view(region: &Region, court: &Court, pane: PaneId, record: Option<&Record>) -> PaneView {
    let slot = region.pane(pane);
    let control = region.control(pane);
    let paddle = match (control, record) {
        (Control::Manual(paddle), _) => paddle,
        (Control::Autopilot, Some(record)) => slot.paddle_for(record, court),
        (Control::Autopilot, None) => Paddle::MIDDLE,
    };
    let load = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
    PaneView { pid: load(&slot.card.pid), incarnation: load(&slot.card.incarnation), paddle, control }
}
