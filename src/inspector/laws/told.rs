//! The laws in words.

use super::check::Laws;
use super::found::Holds;

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
            format!(
                "late: the {} pane still has the ball of epoch {}",
                self.court.name(held.pane),
                held.epoch
            )
        });
        let says = "There is one ball: the baton names one holder whose ball can be read, and nobody else has one of \
                    this epoch. A late process still has an old one; it is fenced.";
        Law { name: "One ball", holds: balls.holds.clone(), formula, says, notes: late.collect() }
    }

    fn told_epochs(&self) -> Law {
        let epochs = &self.epochs;
        let (epoch, hops, recoveries, recalls) =
            (epochs.epoch, epochs.hops, epochs.recoveries, epochs.recalls);
        let (formula, notes) = if epoch == 0 {
            ("epoch 0: the ball has not been served".to_owned(), Vec::new())
        } else {
            let sides = if matches!(epochs.holds, Holds::Yes) { "=" } else { "≠" };
            let words = "epoch − 1 = hops + recoveries + recalls".to_owned();
            (format!("{} {sides} {hops} + {recoveries} + {recalls}", epoch - 1), vec![words])
        };
        let says = "Every change of holder is a hand-off, a recovery or a recall, and each is counted somewhere else.";
        Law { name: "Epochs add up", holds: epochs.holds.clone(), formula, says, notes }
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
            vec![
                format!(
                    "{} balls compared since epoch {epoch}: {} hops, {} ticks",
                    hash.compared, hash.hops, hash.ticks
                ),
                format!("the lone game is {} ticks ({} hops) behind", hash.behind_ticks, hash.behind_hops),
            ]
        });
        let says = "The inspector plays the same game alone, with the same serves, and comes to the same ball, bit by \
                    bit: hash in the game, hash alone.";
        Law {
            name: "Golden hash",
            holds: hash.holds.clone(),
            formula,
            says,
            notes: notes.unwrap_or_default(),
        }
    }

    fn told_serves(&self) -> Law {
        let serves = &self.serves;
        let formula = format!(
            "{} as the seed draws them, {} as the lone game serves them",
            serves.placed, serves.equal
        );
        let nonsense = (serves.nonsense > 0)
            .then(|| format!("{} entries of the journal are no serves", serves.nonsense));
        let says = "Every serve is placed and directed as the seed draws it. Those after the one with which the lone game \
                    begins are also what that one serves, bit by bit.";
        Law {
            name: "Serves",
            holds: serves.holds.clone(),
            formula,
            says,
            notes: nonsense.into_iter().collect(),
        }
    }

    fn told_records(&self) -> Law {
        let records = &self.records;
        let formula = format!(
            "{} sound + {} not written yet + {} garbage",
            records.sound,
            records.absent,
            records.garbage.len()
        );
        let torn = records.torn.iter().map(|pane| {
            let name = self.court.name(*pane);
            format!(
                "torn: a process of the {name} pane died inside a record; the whole copy beside it counts"
            )
        });
        let says = "The record that counts in each slot has its tag, a possible ball and the right checksum.";
        Law { name: "Whole records", holds: records.holds.clone(), formula, says, notes: torn.collect() }
    }
}
