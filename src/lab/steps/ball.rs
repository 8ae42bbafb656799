//! The ball of a student's seed.

use crate::game::{Ball, Court, PaneId, ReferenceSimulation};

/// A hand-off of the ball of a student's seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::lab) struct Hop {
    /// Who gives.
    pub(in crate::lab) giver: PaneId,
    /// Who takes.
    pub(in crate::lab) taker: PaneId,
    /// The ball when it has crossed the side between the two; the taker counts the hop.
    pub(in crate::lab) ball: Ball,
}

/// The court of a student: three panes.
pub(in crate::lab) fn court(seed: u64) -> Court {
    Court { panes: 3, seed }
}

/// The hand-off after so many others, in the reference simulation.
pub(in crate::lab) fn hop(seed: u64, others: u64) -> Hop {
    let court = court(seed);
    let mut simulation = ReferenceSimulation::new(court, court.middle());
    simulation.run_within(others, |_| false);
    let (giver, ball) = (simulation.pane(), simulation.ball());
    let taker = if ball.x < giver.left() { giver.0.saturating_sub(1) } else { giver.0 + 1 };
    Hop { giver, taker: PaneId(taker), ball }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_is_that_of_the_reference_simulation() {
        for seed in 0..20 {
            let court = court(seed);
            let mut simulation = ReferenceSimulation::new(court, court.middle());
            for others in 0..9 {
                let Hop { giver, taker, ball } = hop(seed, others);
                simulation.run_until(|ball| ball.hop == others + 1);
                assert_eq!(ball.handed_over(), simulation.ball());
                assert_eq!(taker, simulation.pane());
                assert!(court.neighbours(giver).any(|pane| pane == taker));
            }
        }
    }
}
