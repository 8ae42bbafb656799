//! The laws of the game, checked look by look while it is played: one ball, epochs that add up, the golden hash, serves
//! as the seed draws them, and records that are whole.
//!
//! A law is only called violated if what was seen cannot come of looking at a moment between two stores. Each says what
//! it rests on where it stands.

mod replay;
mod told;

use serde::Serialize;

use crate::game::{Ball, Court, PaneId};
use crate::platform::sync::{Ordering, Rights, spin_loop};
use crate::protocol::{Counts, Garbage, Owner, Record, Region, Tenure};

pub use replay::{Hash, Serves};
pub use told::Law;

use replay::Replay;

/// So many ticks the lone game may be played on per look: some milliseconds of one CPU.
pub const TICKS_PER_LOOK: u64 = 200_000;
/// How often a moment is tried at which ball, baton and counts belong together.
const ATTEMPTS: usize = 100;
/// The supervisor counts what it has done some microseconds after it has done it, or later if it has no CPU: numbers that
/// do not add up must stay so for this many looks,
const LOOKS: u32 = 3;
/// and for this long.
const DOUBT_NS: u64 = 1_000_000_000;

/// Whether a law holds.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "holds", content = "why")]
pub enum Holds {
    /// It does.
    Yes,
    /// It is violated: by what.
    No(String),
    /// Why it cannot be said.
    CannotTell(String),
    /// Nobody has looked yet.
    #[default]
    NotLooked,
}

/// The laws, and the numbers that they rest on.
#[derive(Debug, Clone, Serialize)]
pub struct Laws {
    /// There is one ball.
    pub balls: Balls,
    /// Epochs add up.
    pub epochs: Epochs,
    /// The game is the one that a process alone plays.
    pub hash: Hash,
    /// Serves are as the seed draws them.
    pub serves: Serves,
    /// Records are whole.
    pub records: Records,
    #[serde(skip)]
    court: Court,
    #[serde(skip)]
    replay: Replay,
    #[serde(skip)]
    doubt: Option<Doubt>,
}

/// How many balls there are.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Balls {
    /// Whether there is one.
    #[serde(flatten)]
    pub holds: Holds,
    /// How many.
    pub balls: u64,
    /// The epoch in which they were counted.
    pub epoch: u64,
    /// Who has it by the baton; None if it rests, or nobody can say.
    pub holder: Option<PaneId>,
    /// Panes that have a ball as well, and the epoch of it: there must be none.
    pub doubled: Vec<Held>,
    /// Panes that have not noticed yet that their ball was taken, and the epoch of it. They are fenced.
    pub late: Vec<Held>,
}

/// A ball in the hands of a process, as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Whose.
    pub pane: PaneId,
    /// The epoch of the ball.
    pub epoch: u64,
}

/// Whether `epoch - 1 = hops + recoveries + recalls`.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Epochs {
    /// Whether it is so.
    #[serde(flatten)]
    pub holds: Holds,
    /// The epoch.
    pub epoch: u64,
    /// Hand-offs.
    pub hops: u64,
    /// Balls that were taken from the dead.
    pub recoveries: u64,
    /// Balls that were taken from the living.
    pub recalls: u64,
}

/// Which records of the panes are whole.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Records {
    /// Whether all are.
    #[serde(flatten)]
    pub holds: Holds,
    /// Records that are whole.
    pub sound: u64,
    /// Places where none was written yet.
    pub absent: u64,
    /// Panes with garbage where a record must be, and what is wrong with it.
    pub garbage: Vec<(PaneId, String)>,
    /// Panes that died in the middle of a record: in the copy that does not count.
    pub torn: Vec<PaneId>,
    #[serde(skip)]
    torn_before: Vec<[Option<u64>; 2]>,
}

/// Numbers that do not add up, yet.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    since_ns: u64,
    looks: u32,
}

/// What belongs together.
struct Moment {
    tenure: Tenure,
    record: Record,
    counts: Counts,
    /// Per pane, the epoch of the ball that its process has in its hands.
    held: Vec<Option<u64>>,
    /// The last epoch in which a person has moved a paddle.
    by_hand: Option<u64>,
}

/// Why there was no such moment.
enum Blind {
    Restless,
    NoBaton,
    NoBall(Garbage),
}

impl Laws {
    /// Nothing was looked at yet.
    #[must_use]
    pub fn new(court: Court) -> Self {
        let (balls, epochs, records) = Default::default();
        let replay = Replay::new(court);
        let (hash, serves) = (replay.hash(None), replay.serves());
        Self { balls, epochs, hash, serves, records, court, replay, doubt: None }
    }

    /// Looks at the game. `now_ns` is the time of `CLOCK_MONOTONIC`; the lone game is played on by at most `ticks`.
    pub fn look(&mut self, region: &Region<impl Rights>, now_ns: u64, ticks: u64) {
        let moment = look(region, &self.court);
        self.balls = balls(&self.court, &moment);
        self.epochs = self.epochs(&moment, now_ns);
        self.replay.follow(&region.journal);
        let live = match &moment {
            Ok(moment) => {
                self.replay.see(moment.tenure, &moment.record, moment.by_hand);
                Some(moment.record.ball)
            }
            Err(_) => None,
        };
        self.replay.advance(ticks);
        self.hash = self.replay.hash(live.as_ref());
        self.serves = self.replay.serves();
        self.records.look(region, &self.court);
    }

    /// Whether every law holds, as far as can be told.
    #[must_use]
    pub fn none_is_violated(&self) -> bool {
        let all = [
            &self.balls.holds,
            &self.epochs.holds,
            &self.hash.holds,
            &self.serves.holds,
            &self.records.holds,
        ];
        all.into_iter().all(|holds| !matches!(holds, Holds::No(_)))
    }

    fn epochs(&mut self, moment: &Result<Moment, Blind>, now_ns: u64) -> Epochs {
        let moment = match moment {
            Ok(moment) => moment,
            Err(blind) => return Epochs { holds: Holds::CannotTell(blind.to_string()), ..Epochs::default() },
        };
        let Moment { tenure, record: Record { ball: Ball { hop, .. }, .. }, counts, .. } = moment;
        let (epoch, hops, recoveries, recalls) = (tenure.epoch, *hop, counts.recoveries, counts.recalls());
        // Wide, since each of these words may be garbage.
        let sum: u128 = [hops, recoveries, recalls].into_iter().map(u128::from).sum();
        let adds_up = u128::from(epoch.saturating_sub(1)) == sum;
        let holds = if adds_up {
            self.doubt = None;
            Holds::Yes
        } else {
            let doubt = self.doubt.get_or_insert(Doubt { since_ns: now_ns, looks: 0 });
            doubt.looks += 1;
            if doubt.looks >= LOOKS && now_ns.saturating_sub(doubt.since_ns) >= DOUBT_NS {
                Holds::No(format!("{} is not {sum}", epoch.saturating_sub(1)))
            } else {
                Holds::CannotTell("the supervisor counts a moment after it acts; looking again".to_owned())
            }
        };
        Epochs { holds, epoch, hops, recoveries, recalls }
    }
}

/// The baton is read before all else and after it: if nothing has changed, all that was read in between is of its tenure.
/// So is what a process holds: one that holds a later ball has seen a later baton, which would then be seen here too.
fn look(region: &Region<impl Rights>, court: &Court) -> Result<Moment, Blind> {
    let mut blind = Blind::NoBaton;
    for _ in 0..ATTEMPTS {
        let counts = region.journal.counts();
        let Some(tenure) = region.baton.look() else {
            blind = Blind::NoBaton;
            continue;
        };
        let record = region.ball(tenure, court);
        let cards = || court.all_panes().map(|pane| &region.pane(pane).card);
        // The ball before the hands: whoever moves a paddle says so before the ball shows it.
        let epoch_of = |word: u64| word.checked_sub(1);
        let by_hand = cards().filter_map(|card| epoch_of(card.by_hand.load(Ordering::Acquire))).max();
        let held = court.all_panes().map(|pane| region.in_hand(pane).unwrap_or(None)).collect();
        if region.baton.is_still(tenure) && region.journal.counts() == counts {
            match record {
                Ok(record) => return Ok(Moment { tenure, record, counts, held, by_hand }),
                Err(garbage) => blind = Blind::NoBall(garbage),
            }
        } else {
            blind = Blind::Restless;
        }
        spin_loop();
    }
    Err(blind)
}

fn balls(court: &Court, moment: &Result<Moment, Blind>) -> Balls {
    let moment = match moment {
        Ok(moment) => moment,
        Err(blind @ Blind::Restless) => {
            return Balls { holds: Holds::CannotTell(blind.to_string()), ..Balls::default() };
        }
        Err(blind) => return Balls { holds: Holds::No(blind.to_string()), ..Balls::default() },
    };
    let Moment { tenure: Tenure { epoch, holder, .. }, held, .. } = moment;
    let held = court.all_panes().zip(held).filter_map(|(pane, held)| held.map(|epoch| Held { pane, epoch }));
    let others = held.filter(|held| *holder != Owner::Pane(held.pane) || held.epoch > *epoch);
    let (late, doubled): (Vec<_>, Vec<_>) = others.partition(|held| held.epoch < *epoch);
    let balls = 1 + doubled.len() as u64;
    let holds = match &doubled[..] {
        [] => Holds::Yes,
        [Held { pane, epoch }, ..] => {
            Holds::No(format!("{} has a ball of epoch {epoch} as well", court.name(*pane)))
        }
    };
    let holder = if let Owner::Pane(pane) = holder { Some(*pane) } else { None };
    Balls { holds, balls, epoch: *epoch, holder, doubled, late }
}

impl Records {
    fn look(&mut self, region: &Region<impl Rights>, court: &Court) {
        let (mut sound, mut absent, mut restless, mut garbage) = (0, 0, 0, Vec::new());
        for pane in court.all_panes() {
            for record in region.pane(pane).records(court) {
                match record {
                    Ok(Some(_)) => sound += 1,
                    Ok(None) => absent += 1,
                    Err(Garbage::Unstable) => restless += 1,
                    Err(fault) => garbage.push((pane, fault.to_string())),
                }
            }
        }
        let torn: Vec<_> = court.all_panes().map(|pane| region.pane(pane).torn(court)).collect();
        // A writer at work is not there at the next look, or has come further.
        let is_same = |(old, new): (&Option<u64>, &Option<u64>)| new.is_some() && old == new;
        let same = |(old, new): (&[Option<u64>; 2], &[Option<u64>; 2])| old.iter().zip(new).any(is_same);
        let pairs = self.torn_before.iter().zip(&torn);
        self.torn =
            court.all_panes().zip(pairs).filter(|(_, pair)| same(*pair)).map(|(pane, _)| pane).collect();
        self.torn_before = torn;
        self.holds = match garbage.first() {
            Some((pane, fault)) => Holds::No(format!("{} has {fault}", court.name(*pane))),
            None if restless > 0 => Holds::CannotTell(format!("{restless} records did not hold still")),
            None => Holds::Yes,
        };
        (self.sound, self.absent, self.garbage) = (sound, absent, garbage);
    }
}

impl std::fmt::Display for Blind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Restless => write!(f, "the ball went on at every try; looking again"),
            Self::NoBaton => write!(f, "the baton names nobody"),
            Self::NoBall(garbage) => write!(f, "the ball cannot be read: {garbage}"),
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
