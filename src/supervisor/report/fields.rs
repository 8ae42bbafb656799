//! What a game has come to, in numbers, and what they say of the rules.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::game::{BallSize, GameMode, GameRules, Side, Skill};
use crate::platform::privileges::Confinement;
use crate::platform::units::count;
use crate::protocol::{Percentiles, TransportKind};

/// The report of a game. Its fields are those of the JSON object; durations are in nanoseconds. Null is what is not known:
/// there was no hop to measure, the game was not checked to the end, or somebody has written over the count.
#[derive(Debug, Serialize)]
pub struct GameReport {
    pub(super) version: &'static str,
    pub(super) panes: u8,
    /// The one in force at the end.
    pub(super) transport: TransportKind,
    pub(super) swaps: Option<u64>,
    pub(super) seed: u64,
    #[serde(flatten)]
    pub(super) flight: Flight,
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    #[serde(flatten)]
    pub(super) repairs: Repairs,
    #[serde(flatten)]
    pub(super) hand_offs: HandOffs,
    /// Of the processes of the panes; the inspector's is not in it.
    pub(super) cpu_ns_per_hop: Option<u64>,
    pub(super) children: Vec<ChildReport>,
    /// Words of the Region that say what cannot be: somebody has written over them, and they were not used.
    pub(super) corrupt: Vec<String>,
}

/// How far the ball has come, and how it stands.
#[derive(Debug, Serialize)]
pub(super) struct Flight {
    pub(super) hops: u64,
    /// Hops of which no process could say how long they took: it was killed before, or the ball was recovered instead.
    pub(super) hops_unmeasured: Option<u64>,
    /// Hops that no process has counted as its own: it was killed after the swap and before the count.
    pub(super) hops_uncounted: Option<u64>,
    pub(super) ticks: u64,
    pub(super) balls: u64,
    pub(super) epoch: u64,
    /// Whole; its words follow.
    #[serde(skip)]
    pub(super) rules: GameRules,
    pub(super) mode: GameMode,
    pub(super) ball_size: BallSize,
    /// How well the autopilots played.
    pub(super) autopilot: Skill,
    /// Points of both sides; none in a rally.
    pub(super) score: Option<MatchScore>,
    /// Hits and hand-offs of the rally that went on at the end.
    pub(super) hits: u32,
    pub(super) passes: u32,
}

/// Whether the ball was conserved, and flew as it does in one process alone.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) hash: String,
    /// None if the game was not checked to the end.
    pub(super) expected_hash: Option<String>,
    /// The same.
    pub(super) conserved: Option<bool>,
    /// A person has moved a paddle while its pane had the ball: one process alone cannot play that game.
    pub(super) played_by_hand: bool,
    /// Where the game differs from that of one process alone.
    #[serde(skip)]
    pub(super) difference: Option<String>,
}

/// What the supervisor had to do.
#[derive(Debug, Serialize)]
pub(super) struct Repairs {
    pub(super) restarts: u64,
    pub(super) recoveries: u64,
    pub(super) recalls: u64,
    /// How often the whole Region was replaced.
    pub(super) reinitializations: u64,
    pub(super) fenced: Option<u64>,
}

/// By what the ball came, and how long that took.
#[derive(Debug, Serialize)]
pub(super) struct HandOffs {
    /// Frames by which a ball came, and frames that were rejected.
    pub(super) frames: Option<u64>,
    pub(super) rejected: Option<u64>,
    pub(super) handoff_ns: Option<Percentiles>,
    /// The same for each transport that was used.
    pub(super) transports: Vec<TransportReport>,
}

#[derive(Debug, Serialize)]
pub(super) struct MatchScore {
    pub(super) left: u8,
    pub(super) right: u8,
    pub(super) winner: Option<Side>,
}

#[derive(Debug, Serialize)]
pub(super) struct TransportReport {
    pub(super) transport: TransportKind,
    /// Those that were measured.
    pub(super) hops: u64,
    pub(super) handoff_ns: Percentiles,
}

#[derive(Debug, Serialize)]
pub(super) struct ChildReport {
    pub(super) pane: u8,
    pub(super) pid: u32,
    pub(super) incarnation: u64,
    pub(super) hops: Option<u64>,
    pub(super) confined: Confinement,
}

impl GameReport {
    /// How many balls there are at the end.
    pub fn balls(&self) -> u64 {
        self.flight.balls
    }

    /// Whether the hash is that of the same game in one process; None if that was not checked.
    pub fn hash_is_expected(&self) -> Option<bool> {
        let Verdict { hash, expected_hash, .. } = &self.verdict;
        expected_hash.as_ref().map(|expected| expected == hash)
    }

    /// Whether one ball is left, none lost and none doubled, and all else that was checked is as it must be; None if the game was
    /// not checked to the end.
    pub fn is_conserved(&self) -> Option<bool> {
        self.verdict.conserved
    }

    /// By which rules the last rally was played.
    pub fn rules(&self) -> GameRules {
        self.flight.rules
    }

    /// # Errors
    /// [`Error::RuleViolated`], unless the ball was conserved and flew as it does in one process alone, as far as that
    /// was checked.
    pub fn check(&self) -> Result<()> {
        let Verdict { hash, expected_hash, conserved: Some(false), difference, .. } = &self.verdict else {
            return Ok(());
        };
        let Flight { balls, hops, epoch, .. } = self.flight;
        let expected = expected_hash.as_deref().unwrap_or("a known one");
        let difference = difference.iter().map(|difference| format!(", {difference}")).collect::<String>();
        Err(Error::RuleViolated(format!(
            "{}, {} in {}, hash {hash} instead of {expected}{difference}, seed {}",
            count(balls, "ball"),
            count(hops, "hop"),
            count(epoch, "epoch"),
            self.seed
        )))
    }
}
