//! The flaws: what a game's protocol can break, and where in a game that shows. All of it follows from the seed of the court.

use crate::game::{Court, Outcome, PaneId, ReferenceSimulation, mix};

/// Panes of the court.
pub(super) const PANES: u8 = 3;
/// A flaw of single hand-offs shows again after so many.
const PERIOD: u64 = 18;
/// What the codes are made with.
const CODES: u64 = u64::from_be_bytes(*b"detectiv");

/// What is wrong with a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Flaw {
    /// The giver swaps the baton before it writes the record.
    SwapsFirst,
    /// A late owner stores the baton, instead of comparing and swapping.
    IsNotFenced,
    /// The giver goes on with a ball that it has given away.
    KeepsIt,
    /// The giver does not notify the taker.
    IsSilent,
    /// The giver changes one bit of the ball.
    ChangesIt,
    /// The giver counts the hop, and so does the taker.
    CountsIt,
    /// The giver plays one more tick after the swap, and writes it.
    PlaysOn,
}

impl Flaw {
    /// All of them, in the order in which they are offered.
    pub(super) const ALL: [Self; 7] = [
        Self::SwapsFirst,
        Self::IsNotFenced,
        Self::KeepsIt,
        Self::IsSilent,
        Self::ChangesIt,
        Self::CountsIt,
        Self::PlaysOn,
    ];

    /// Its place among them.
    pub(super) fn index(self) -> usize {
        Self::ALL.iter().position(|flaw| *flaw == self).unwrap_or_default()
    }

    /// The rule that it breaks, and how: as it is offered.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::SwapsFirst => {
                "Nothing lost: the giver swaps the baton before it has written the record that the taker needs"
            }
            Self::IsNotFenced => {
                "Late is harmless: an owner from which the ball was recalled stores the baton, instead of comparing and \
                 swapping"
            }
            Self::KeepsIt => "One holder: the giver keeps a ball that it has given away in its hands",
            Self::IsSilent => "No hang: the giver does not notify the taker",
            Self::ChangesIt => "Reproducible: the giver changes one bit of the ball's velocity",
            Self::CountsIt => "Conservation: the giver counts the hop, and the taker counts it again",
            Self::PlaysOn => {
                "Nothing overwritten: the giver plays one more tick after the swap, and writes it over its record"
            }
        }
    }
}

/// When in a game what happens, by hand-offs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// The first hand-off at which a flaw of single hand-offs shows.
    pub(super) flawed: u64,
    /// The owner of the ball after this hand-off is stopped, until its ball was recalled.
    pub(super) stopped: u64,
    /// The giver of this hand-off is killed between its two steps: record and swap.
    pub(super) killed: u64,
    /// The game is over after this one.
    pub(super) hops: u64,
}

impl Plan {
    /// Of a game in a court of this seed; None if the owner to be stopped never is the one that it should be.
    pub(super) fn of(seed: u64) -> Option<Self> {
        let flawed = 5 + mix(seed, 1) % 4;
        let first = 13 + mix(seed, 2) % 3;
        let killed = 27 + mix(seed, 3) % 4;
        let stopped = (first..first + 6).find(|hop| goes_on_to_the_right(seed, *hop))?;
        Some(Self { flawed, stopped, killed, hops: 38 + mix(seed, 4) % 5 })
    }

    /// Whether a flaw of single hand-offs shows at this one.
    pub(super) fn lapses(&self, hop: u64) -> bool {
        hop >= self.flawed && (hop - self.flawed).is_multiple_of(PERIOD)
    }
}

/// Whether the middle pane has the ball after this hand-off, and hands it to the right. Then the recall gives it to the left, and
/// a late hand-off goes to another pane.
fn goes_on_to_the_right(seed: u64, hop: u64) -> bool {
    let court = Court { panes: PANES, seed };
    let mut game = ReferenceSimulation::new(court, court.middle());
    game.run_until(|ball| ball.hop == hop);
    let is_in_the_middle = game.pane() == court.middle();
    game.run_within(hop, |_| false);
    is_in_the_middle && court.outcome(game.pane(), &game.ball()) == Outcome::LeavesTo(PaneId(2))
}

/// How a game is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Case {
    /// What is wrong with its protocol; None: nothing.
    pub(super) flaw: Option<Flaw>,
    /// Whether processes stop and die as planned.
    pub(super) has_faults: bool,
}

impl Case {
    /// As it stands on the command line: `ps` must not say which flaw it is.
    pub(super) fn code(self, seed: u64) -> u64 {
        let number = self.flaw.map_or(0, |flaw| flaw.index() as u64 + 1);
        // JSON, shells and people all take 15 digits.
        mix(mix(seed, CODES), number * 2 + u64::from(self.has_faults)) % 1_000_000_000_000_000
    }

    /// What was meant by a code for a court of this seed.
    pub(super) fn of(code: u64, seed: u64) -> Option<Self> {
        let flaws = Flaw::ALL.into_iter().map(Some).chain([None]);
        let mut cases = flaws.flat_map(|flaw| [false, true].map(|has_faults| Self { flaw, has_faults }));
        cases.find(|case| case.code(seed) == code)
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_which_case_it_is_to_a_court_of_its_seed_only() {
        for flaw in Flaw::ALL.into_iter().map(Some).chain([None]) {
            for has_faults in [false, true] {
                let case = Case { flaw, has_faults };
                assert_eq!(Case::of(case.code(7), 7), Some(case));
                assert_eq!(Case::of(case.code(7), 8), None);
            }
        }
    }

    #[test]
    fn most_seeds_have_a_plan_and_every_plan_has_room_for_all() {
        let plans: Vec<_> = (1..200).filter_map(Plan::of).collect();
        assert!(plans.len() > 100, "{}", plans.len());
        for plan in plans {
            assert!(plan.flawed + 4 < plan.stopped && plan.stopped + 4 < plan.killed, "{plan:?}");
            assert!(
                plan.killed + 7 < plan.hops && !plan.lapses(plan.killed) && !plan.lapses(plan.stopped + 1)
            );
        }
    }
}
