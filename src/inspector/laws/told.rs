//! The laws in words.

use super::check::Laws;
use super::found::{Epochs, Holds};

/// A law as it is told.
#[derive(Debug, Clone)]
pub struct Law {
    /// What it is called.
    pub name: &'static str,
    /// Whether it holds.
    pub holds: Holds,
    /// The formula with the numbers put in.
    pub formula: String,
    /// What it says, in one sentence.
    pub says: &'static str,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Laws {
    /// Every law, in the order in which they are told.
    #[must_use]
    pub fn told(&self) -> [Law; 5] {
        [self.told_balls(), self.told_epochs(), self.told_hash(), self.told_serves(), self.told_records()]
    }

    fn told_balls(&self) -> Law {
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
        let says = "There is one ball: the baton names one holder whose ball can be read, and nobody else has one of \
                    this epoch. A late process still has an old one; it is fenced.";
        Law { name: "One ball", holds: balls.holds.clone(), formula, says, notes: late.collect() }
    }

    fn told_epochs(&self) -> Law {
        let Epochs { epoch, hops, recoveries, recalls, holds } = &self.epochs;
        let (formula, notes) = if *epoch == 0 {
            ("epoch 0: the ball has not been served".to_owned(), Vec::new())
        } else {
            let sides = if matches!(holds, Holds::Yes) { "=" } else { "≠" };
            let words = "epoch − 1 = hops + recoveries + recalls".to_owned();
            (format!("{} {sides} {hops} + {recoveries} + {recalls}", epoch - 1), vec![words])
        };
        let says = "Every change of holder is a hand-off, a recovery or a recall, and each is counted somewhere else.";
        Law { name: "Epochs add up", holds: holds.clone(), formula, says, notes }
    }

    fn told_hash(&self) -> Law {
        let hash = &self.hash;
        let formula = match &hash.hash {
            Some([live, lone]) => {
                let sides = if live == lone { "=" } else { "≠" };
                format!("{live} {sides} {lone}")
            }
            None => "nothing to compare yet".to_owned(),
        };
        let notes = hash.since_epoch.map(|epoch| {
            let (compared, hops, ticks) = (hash.compared, hash.hops, hash.ticks);
            let (behind_ticks, behind_hops) = (hash.behind_ticks, hash.behind_hops);
            vec![
                format!("{compared} balls compared since epoch {epoch}: {hops} hops, {ticks} ticks"),
                format!("the lone game is {behind_ticks} ticks ({behind_hops} hops) behind"),
            ]
        });
        let says = "The inspector plays the same game alone, with the same serves, and comes to the same ball, bit by \
                    bit: hash in the game, hash alone.";
        let notes = notes.unwrap_or_default();
        Law { name: "Golden hash", holds: hash.holds.clone(), formula, says, notes }
    }

    fn told_serves(&self) -> Law {
        let serves = &self.serves;
        let (placed, equal, nonsense) = (serves.placed, serves.equal, serves.nonsense);
        let formula = format!("{placed} as the seed draws them, {equal} as the lone game serves them");
        let notes = (nonsense > 0).then(|| format!("{nonsense} entries of the journal are no serves"));
        let says = "Every serve is placed and directed as the seed draws it. Those after the one with which the lone game \
                    begins are also what that one serves, bit by bit.";
        let notes = notes.into_iter().collect();
        Law { name: "Serves", holds: serves.holds.clone(), formula, says, notes }
    }

    fn told_records(&self) -> Law {
        let records = &self.records;
        let (sound, absent, garbage) = (records.sound, records.absent, records.garbage.len());
        let formula = format!("{sound} sound + {absent} not written yet + {garbage} garbage");
        let torn = records.torn.iter().map(|pane| {
            let name = self.court.pane_name(*pane);
            format!("torn: a process of {name} died inside a record; the whole copy beside it counts")
        });
        let says = "The record that counts in each slot has its tag, a possible ball and the right checksum.";
        Law { name: "Whole records", holds: records.holds.clone(), formula, says, notes: torn.collect() }
    }
}
