//! The ball of a student's seed.

use crate::game::{Ball, Court, PaneId, ReferenceSimulation};
use crate::protocol::Record;

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

/// Four states of the ball around a hand-off, one after the other, each as the record of the process that has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::lab) struct Crossing {
    /// Who gives.
    pub(in crate::lab) giver: PaneId,
    /// Who takes.
    pub(in crate::lab) taker: PaneId,
    /// A tick before it crosses the side.
    pub(in crate::lab) before: Record,
    /// It has crossed.
    pub(in crate::lab) crossed: Record,
    /// The taker has it, and has counted the hop.
    pub(in crate::lab) handed: Record,
    /// The taker has played a tick with it.
    pub(in crate::lab) after: Record,
}

impl Crossing {
    /// The hand-off after so many others, in the reference simulation.
    pub(in crate::lab) fn new(seed: u64, others: u64) -> Self {
        let Hop { giver, taker, ball } = hop(seed, others);
        let court = court(seed);
        let mut simulation = ReferenceSimulation::new(court, court.middle());
        let record = |simulation: &ReferenceSimulation, pane| Record {
            paddle: simulation.paddle(pane),
            ..Record::served(simulation.ball(), 1, 0)
        };
        simulation.run_until(|now| now.tick + 1 == ball.tick);
        let before = record(&simulation, giver);
        simulation.run_until(|now| now.tick == ball.tick);
        let crossed = record(&simulation, giver);
        simulation.run_until(|now| now.hop == others + 1);
        let handed = record(&simulation, taker);
        simulation.run_until(|now| now.tick == ball.tick + 1);
        let after = record(&simulation, taker);
        Self { giver, taker, before, crossed, handed, after }
    }

    /// The epoch in which the giver has the ball, if nothing but hand-offs has happened since the first serve.
    pub(in crate::lab) fn epoch(&self) -> u64 {
        self.before.ball.hop + 1
    }
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
