//! The invariants in words.

use super::check::Invariants;
use super::found::{Epochs, Holds};
use crate::platform::units::count;

/// An invariant in words.
#[derive(Debug, Clone)]
pub struct Invariant {
    /// What it is called.
    pub name: &'static str,
    /// Whether it holds.
    pub holds: Holds,
    /// The formula with the numbers put in.
    pub formula: String,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Invariants {
    /// Every invariant, in the order in which they are shown.
    pub fn formatted(&self) -> [Invariant; 5] {
        [self.fmt_balls(), self.fmt_epochs(), self.fmt_hash(), self.fmt_serves(), self.fmt_records()]
    }

    fn fmt_balls(&self) -> Invariant {
        let balls = &self.balls;
        let doubled = balls.doubled.len();
        let where_is = match balls.holder {
            Some(pane) => format!("in {}", self.court.pane_name(pane)),
            None => "at rest".to_owned(),
        };
        let formula = match balls.balls {
            0 => "no ball was seen".to_owned(),
            count => format!("{count} = 1 ({where_is}) + {doubled} (elsewhere)"),
        };
        let late = balls.late.iter().map(|held| {
            let (name, epoch) = (self.court.pane_name(held.pane), held.epoch);
            format!("late: {name} still has the ball of epoch {epoch}")
        });
        let meaning = "There is one ball: the baton names one holder whose ball can be read, and nobody else has one of \
                    this epoch. A late process still has an old one; it is fenced.";
        Invariant { name: "One ball", holds: balls.holds.clone(), formula, meaning, notes: late.collect() }
    }

    fn fmt_epochs(&self) -> Invariant {
        let Epochs { epoch, hops, recoveries, recalls, holds } = &self.epochs;
        let (formula, notes) = if *epoch == 0 {
            ("epoch 0: the ball has not been served".to_owned(), Vec::new())
        } else {
            let sides = if matches!(holds, Holds::Yes) { "=" } else { "≠" };
            let words = "epoch − 1 = hops + recoveries + recalls".to_owned();
            (format!("{} {sides} {hops} + {recoveries} + {recalls}", epoch - 1), vec![words])
        };
        let meaning = "Every change of holder is a hand-off, a recovery or a recall, and each is counted somewhere else.";
        Invariant { name: "Epochs add up", holds: holds.clone(), formula, meaning, notes }
    }

    fn fmt_hash(&self) -> Invariant {
        let hash = &self.hash;
        let formula = match (&hash.hash, &hash.expected_hash) {
            (Some(live), Some(reference)) => {
                let sides = if live == reference { "=" } else { "≠" };
                format!("{live} {sides} {reference}")
            }
            _ => "nothing to compare yet".to_owned(),
        };
        let notes = hash.since_epoch.map(|epoch| {
            let (compared, hops, ticks) = (hash.compared, hash.hops, hash.ticks);
            let (behind_ticks, behind_hops) = (hash.behind_ticks, hash.behind_hops);
            vec![
                format!(
                    "{} compared since epoch {epoch}: {}, {}",
                    count(compared, "ball"),
                    count(hops, "hop"),
                    count(ticks, "tick")
                ),
                format!(
                    "the reference simulation is {} ({}) behind",
                    count(behind_ticks, "tick"),
                    count(behind_hops, "hop")
                ),
            ]
        });
        let meaning = "The inspector plays the same game alone, with the same serves, and comes to the same ball, bit by \
                    bit: hash in the game, hash alone.";
        let notes = notes.unwrap_or_default();
        Invariant { name: "Trajectory hash", holds: hash.holds.clone(), formula, meaning, notes }
    }

    fn fmt_serves(&self) -> Invariant {
        let serves = &self.serves;
        let (placed, equal, corrupt) = (serves.placed, serves.equal, serves.corrupt);
        let formula =
            format!("{placed} as the seed draws them, {equal} as the reference simulation serves them");
        let notes = (corrupt > 0).then(|| format!("{corrupt} entries of the event log are no serves"));
        let meaning = "Every serve is placed and directed as the seed draws it. Those after the one with which the reference simulation \
                    begins are also what that one serves, bit by bit.";
        let notes = notes.into_iter().collect();
        Invariant { name: "Serves", holds: serves.holds.clone(), formula, meaning, notes }
    }

    fn fmt_records(&self) -> Invariant {
        let records = &self.records;
        let (sound, absent, corrupt) = (records.sound, records.absent, records.corrupt.len());
        let formula = format!("{sound} sound + {absent} not written yet + {corrupt} corrupt data");
        let torn = records.torn.iter().map(|pane| {
            let name = self.court.pane_name(*pane);
            format!("torn: a process of {name} died inside a record; the whole copy beside it counts")
        });
        let meaning =
            "The record that counts in each slot has its tag, a possible ball and the right checksum.";
        Invariant {
            name: "Whole records",
            holds: records.holds.clone(),
            formula,
            meaning,
            notes: torn.collect(),
        }
    }
}
