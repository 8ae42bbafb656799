//! What a game with a flaw must have left, and which epochs show the flaw.

use std::ops::RangeInclusive;

use super::evidence as fact;
use super::flaw::{Flaw, Plan};
use crate::error::exit;
use crate::lab::exercise::Observation;

/// What notices that a rule was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noticed {
    /// The supervisor cannot go on from what the Region has.
    Replacing,
    /// The supervisor waits for progress.
    Recalling,
    /// The report counts balls.
    Counting,
    /// The report and a replay compare bits.
    Comparing,
}

impl Noticed {
    /// All of them, as they are offered.
    pub(super) const ALL: [(Self, &str); 4] = [
        (Self::Replacing, "The supervisor, which cannot go on from what is in the Region, and replaces it"),
        (Self::Recalling, "The supervisor, which recalls the ball from a pane that was not stopped"),
        (Self::Counting, "The report at the end, which counts the balls that processes have in their hands"),
        (
            Self::Comparing,
            "The comparison with one process alone: the hash in the report, and `tripong replay --verify`",
        ),
    ];

    /// What notices this flaw.
    pub(super) fn of(flaw: Flaw) -> Self {
        match flaw {
            Flaw::SwapsFirst | Flaw::IsNotFenced | Flaw::CountsIt => Self::Replacing,
            Flaw::IsSilent => Self::Recalling,
            Flaw::KeepsIt => Self::Counting,
            Flaw::ChangesIt | Flaw::PlaysOn => Self::Comparing,
        }
    }

    /// Its place among all.
    pub(super) fn index(self) -> usize {
        Self::ALL.iter().position(|(noticed, _)| *noticed == self).unwrap_or_default()
    }
}

/// The numbers of a game.
struct Game<'a> {
    seen: &'a Observation,
    prefix: &'a str,
}

impl Game<'_> {
    fn number(&self, name: &str) -> Result<u64, String> {
        self.seen.number_of(&format!("{}{name}", self.prefix))
    }

    /// An epoch in which something happened; 0 if it did not.
    fn epoch_of(&self, name: &str) -> Result<u64, String> {
        let name = format!("{}{name}", self.prefix);
        if self.seen.0.iter().any(|fact| fact.name == name) { self.seen.number_of(&name) } else { Ok(0) }
    }

    fn is(&self, name: &str) -> Result<bool, String> {
        self.seen.is(&format!("{}{name}", self.prefix))
    }

    fn fits(&self) -> Result<bool, String> {
        Ok(self.seen.text_of(&format!("{}{}", self.prefix, fact::VERIFY))? == fact::FITS)
    }
}

/// Whether a game shows what is noticed of its flaw; of a game without one, that nothing is noticed.
///
/// # Errors
/// What is missing.
pub(super) fn shows(seen: &Observation, prefix: &str, flaw: Option<Flaw>) -> Result<bool, String> {
    let game = Game { seen, prefix };
    let noticed = flaw.map(Noticed::of);
    let is_violated = matches!(noticed, Some(Noticed::Counting | Noticed::Comparing));
    let is_recalled = game.epoch_of(fact::HUNG)? > 0 || noticed != Some(Noticed::Recalling);
    Ok((game.number(fact::EXIT)? == u64::from(exit::RULE)) == is_violated
        && (game.number(fact::EXIT)? == 0) != is_violated
        && (game.number(fact::BALLS)? > 1) == (noticed == Some(Noticed::Counting))
        && (game.number(fact::REPLACED)? > 0) == (noticed == Some(Noticed::Replacing))
        && game.is(fact::SAME)? == (noticed != Some(Noticed::Comparing))
        && game.fits()? == (noticed != Some(Noticed::Comparing))
        && is_recalled)
}

/// What no game can have left, whatever its protocol: the report of a sound one was checked.
///
/// # Errors
/// What is impossible, or missing.
pub(super) fn check(seen: &Observation, prefix: &str, plan: &Plan) -> Result<(), String> {
    let game = Game { seen, prefix };
    let [hops, epoch] = [game.number(fact::HOPS)?, game.number(fact::EPOCH)?];
    let [recoveries, recalls] = [game.number(fact::RECOVERIES)?, game.number(fact::RECALLS)?];
    if hops != plan.hops {
        return Err(format!("the game ends after {} hand-offs, and not after {hops}", plan.hops));
    }
    if epoch.checked_sub(1) != hops.checked_add(recoveries).and_then(|sum| sum.checked_add(recalls)) {
        return Err(format!(
            "{hops} hand-offs, {recoveries} recoveries and {recalls} recalls after the serve do not end in epoch {epoch}"
        ));
    }
    let begun = [fact::STOPPED, fact::HUNG, fact::LAST, fact::MISFIT];
    for name in begun {
        // A game that went back may have come further before.
        let number = game.epoch_of(name)?;
        if number > epoch + 8 {
            return Err(format!("{name} {number}: the game ends in epoch {epoch}"));
        }
    }
    if (game.epoch_of(fact::MISFIT)? == 0) != game.fits()? {
        return Err("a recording fits if no line of it does not".to_owned());
    }
    if (1..=3).contains(&game.number(fact::BALLS)?) {
        Ok(())
    } else {
        Err("three panes have one to three balls".to_owned())
    }
}

/// The epochs that show a flaw, by what was observed; and where that shows nothing, by the plan.
///
/// # Errors
/// What is missing.
pub(super) fn epochs(seen: &Observation, flaw: Flaw, plan: &Plan) -> Result<RangeInclusive<u64>, String> {
    let game = Game { seen, prefix: "" };
    let first = epoch_of(flaw, plan);
    if !shows(seen, "", Some(flaw))? {
        return Ok(first..=first);
    }
    let [stopped, hung, last, misfit] = [
        game.epoch_of(fact::STOPPED)?,
        game.epoch_of(fact::HUNG)?,
        game.epoch_of(fact::LAST)?,
        game.epoch_of(fact::MISFIT)?,
    ];
    Ok(match flaw {
        // From the giver's epoch, whose record was missing, to the taker's, in which the ball was lost.
        Flaw::SwapsFirst => {
            let given = (stopped + plan.killed).saturating_sub(plan.stopped + 1);
            last.clamp(stopped, given)..=given + 1
        }
        // The late owner's epoch, and that of the recall, which had two owners then.
        Flaw::IsNotFenced => stopped.saturating_sub(1)..=stopped,
        Flaw::KeepsIt => first..=game.number(fact::EPOCH)?,
        Flaw::IsSilent => hung.saturating_sub(1)..=hung,
        Flaw::ChangesIt | Flaw::PlaysOn => plan.flawed..=misfit,
        Flaw::CountsIt => last.clamp(2, plan.flawed)..=first,
    })
}

/// An epoch that shows it in every game of this plan.
pub(super) fn epoch_of(flaw: Flaw, plan: &Plan) -> u64 {
    // Hand-off h begins epoch h + 1, since the serve begins the first; after the recall, h + 2.
    match flaw {
        Flaw::SwapsFirst => plan.killed + 1,
        Flaw::IsNotFenced => plan.stopped + 2,
        _ => plan.flawed + 1,
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    const PLAN: Plan = Plan { flawed: 6, stopped: 14, killed: 28, hops: 40 };

    /// What a game without a flaw has left.
    fn sound() -> Observation {
        let mut seen = Observation::default();
        seen.count(fact::EXIT, 0, "")
            .count(fact::BALLS, 1, "")
            .count(fact::HOPS, 40, "")
            .count(fact::EPOCH, 43, "")
            .count(fact::RECOVERIES, 1, "")
            .count(fact::RECALLS, 1, "")
            .count(fact::STOPPED, 16, "")
            .count(fact::REPLACED, 0, "")
            .flag(fact::SAME, true)
            .text(fact::VERIFY, fact::FITS);
        seen
    }

    fn with(facts: &[(&str, u64)]) -> Observation {
        let mut seen = sound();
        for (name, number) in facts {
            seen.0.retain(|fact| fact.name != *name);
            seen.count(name, *number, "");
        }
        seen
    }

    #[test]
    fn a_game_that_keeps_the_rules_shows_no_flaw() {
        assert_eq!(shows(&sound(), "", None), Ok(true));
        for flaw in Flaw::ALL {
            assert_eq!(shows(&sound(), "", Some(flaw)), Ok(false), "{flaw}");
        }
        assert_eq!(check(&sound(), "", &PLAN), Ok(()));
    }

    #[test]
    fn facts_that_no_game_leaves_are_rejected() {
        let impossible: [&[(&str, u64)]; 7] = [
            &[(fact::HOPS, 41), (fact::EPOCH, 44)],
            &[(fact::EPOCH, 42)],
            &[(fact::EPOCH, 0)],
            &[(fact::RECALLS, u64::MAX)],
            &[(fact::BALLS, 4)],
            &[(fact::MISFIT, 9)],
            &[(fact::LAST, 99)],
        ];
        for facts in impossible {
            check(&with(facts), "", &PLAN).unwrap_err();
        }
        let mut seen = sound();
        seen.0.retain(|fact| fact.name != fact::VERIFY);
        check(&seen, "", &PLAN).unwrap_err();
    }

    #[test]
    fn the_epoch_of_the_plan_shows_every_flaw_and_the_first_epoch_none() {
        let games: [(Flaw, &[(&str, u64)]); 4] = [
            (Flaw::SwapsFirst, &[(fact::REPLACED, 1), (fact::LAST, 29)]),
            (Flaw::IsNotFenced, &[(fact::REPLACED, 1), (fact::LAST, 17)]),
            (Flaw::CountsIt, &[(fact::REPLACED, 1), (fact::LAST, 6)]),
            (Flaw::IsSilent, &[(fact::HUNG, 8)]),
        ];
        for (flaw, facts) in games {
            let seen = with(facts);
            assert_eq!(shows(&seen, "", Some(flaw)), Ok(true), "{flaw}");
            let epochs = epochs(&seen, flaw, &PLAN).unwrap();
            assert!(epochs.contains(&epoch_of(flaw, &PLAN)), "{flaw}: {epochs:?}");
            assert!(!epochs.contains(&1) && !epochs.contains(&99), "{flaw}: {epochs:?}");
        }
    }
}
