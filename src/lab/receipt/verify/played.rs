//! Whether a ball flies like that: the reference simulation of the student's seed.

use super::fault::{Fault, FaultKind};
use crate::game::{Court, ReferenceSimulation};
use crate::lab::stage::Trajectory;

/// No more hand-offs than these are simulated: about a second.
pub const MOST_HOPS: u64 = 100_000;

/// The simulation of one seed, as far as it was needed. Many receipts of one student cost no more than one.
#[derive(Default)]
pub struct Played {
    game: Option<(u64, ReferenceSimulation)>,
    /// After each hop, from none on.
    hashes: Vec<u64>,
}

impl Played {
    /// What is wrong with a trajectory of this seed.
    pub(super) fn fault(&mut self, seed: u64, trajectory: Trajectory) -> Option<Fault> {
        let fault = |text: String| Some(Fault::new(FaultKind::Trajectory, text));
        let Trajectory { hops, hash } = trajectory;
        if hops > MOST_HOPS {
            return fault(format!("its ball crossed {hops} times, and {MOST_HOPS} are the most"));
        }
        let expected = self.hash(seed, hops);
        if expected == Some(hash.0) {
            return None;
        }
        fault(format!("after {hops} hand-offs the ball of this seed has another trajectory hash"))
    }

    fn hash(&mut self, seed: u64, hops: u64) -> Option<u64> {
        if self.game.as_ref().is_none_or(|(other, _)| *other != seed) {
            let court = Court { panes: 3, seed };
            self.game = Some((seed, ReferenceSimulation::new(court, court.middle())));
            self.hashes.clear();
        }
        let (_, game) = self.game.as_mut()?;
        while self.hashes.len() as u64 <= hops {
            let next = self.hashes.len() as u64;
            game.run_until(|ball| ball.hop >= next);
            self.hashes.push(game.ball().hash);
        }
        self.hashes.get(usize::try_from(hops).ok()?).copied()
    }
}
