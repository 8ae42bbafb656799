//! The checks, sample by sample.

use serde::Serialize;

use super::found::{Balls, CorruptRecord, Epochs, Hash, Held, Holds, Records, Serves};
use super::replay::Replay;
use crate::game::{Ball, Court};
use crate::platform::sync::{Ordering, Rights, spin_loop};
use crate::protocol::{Corrupt, Counts, Owner, Ownership, Record, Region};

/// So many ticks the reference simulation may be played on per sample: some milliseconds of one CPU.
pub const TICKS_PER_LOOK: u64 = 200_000;
/// The supervisor counts what it has done some microseconds after it has done it, or later if it has no CPU: numbers that
/// do not add up must stay so for this many samples,
const SAMPLES: u32 = 3;
/// and for this long.
const DOUBT_NS: u64 = 1_000_000_000;

/// How often a moment is tried at which ball, baton and counts belong together.
const ATTEMPTS: usize = 100;

/// The invariants, and the numbers that they rest on.
#[derive(Debug, Clone, Serialize)]
pub struct Invariants {
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
    pub(super) court: Court,
    #[serde(skip)]
    replay: Replay,
    #[serde(skip)]
    doubt: Option<Doubt>,
}

/// Numbers that do not add up, yet.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    since_ns: u64,
    samples: u32,
}

impl Invariants {
    /// Nothing was looked at yet.
    pub fn new(court: Court) -> Self {
        let (balls, epochs, records) = Default::default();
        let replay = Replay::new(court);
        let (hash, serves) = (replay.hash(None), replay.serves());
        Self { balls, epochs, hash, serves, records, court, replay, doubt: None }
    }

    /// Looks at the game. `now_ns` is the time of `CLOCK_MONOTONIC`; the reference simulation is played on by at most `ticks`.
    pub fn look(&mut self, region: &Region<impl Rights>, now_ns: u64, ticks: u64) {
        let moment = moment(region, &self.court);
        self.balls = balls(&self.court, &moment);
        self.epochs = self.epochs(&moment, now_ns);
        self.replay.follow(&region.event_log);
        let live = match &moment {
            Ok(moment) => {
                self.replay.see(moment.ownership, &moment.record, moment.by_hand);
                Some(moment.record.ball)
            }
            Err(_) => None,
        };
        self.replay.advance(ticks);
        self.hash = self.replay.hash(live.as_ref());
        self.serves = self.replay.serves();
        self.records.look(region, &self.court);
    }

    /// Whether every invariant holds, as far as is known.
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

    /// The same in a sentence.
    pub fn in_words(&self) -> &'static str {
        if self.none_is_violated() {
            "The invariants hold."
        } else {
            "AN INVARIANT IS VIOLATED: see Invariants."
        }
    }

    fn epochs(&mut self, moment: &Result<Moment, Blind>, now_ns: u64) -> Epochs {
        let moment = match moment {
            Ok(moment) => moment,
            Err(blind) => return Epochs { holds: Holds::CannotTell(blind.to_string()), ..Epochs::default() },
        };
        let Moment { ownership, record: Record { ball: Ball { hop, .. }, .. }, counts, .. } = moment;
        let (epoch, hops, recoveries, recalls) = (ownership.epoch, *hop, counts.recoveries, counts.recalls());
        // Wide, since each of these words may be corrupt.
        let sum: u128 = [hops, recoveries, recalls].into_iter().map(u128::from).sum();
        let adds_up = u128::from(epoch.saturating_sub(1)) == sum;
        let holds = if adds_up {
            self.doubt = None;
            Holds::Yes
        } else {
            let doubt = self.doubt.get_or_insert(Doubt { since_ns: now_ns, samples: 0 });
            doubt.samples += 1;
            if doubt.samples >= SAMPLES && now_ns.saturating_sub(doubt.since_ns) >= DOUBT_NS {
                Holds::No(format!("{} is not {sum}", epoch.saturating_sub(1)))
            } else {
                Holds::CannotTell("the supervisor counts a moment after it acts; looking again".to_owned())
            }
        };
        Epochs { holds, epoch, hops, recoveries, recalls }
    }
}

fn balls(court: &Court, moment: &Result<Moment, Blind>) -> Balls {
    let moment = match moment {
        Ok(moment) => moment,
        Err(blind @ Blind::Restless) => {
            return Balls { holds: Holds::CannotTell(blind.to_string()), ..Balls::default() };
        }
        Err(blind) => return Balls { holds: Holds::No(blind.to_string()), ..Balls::default() },
    };
    let Moment { ownership: Ownership { epoch, holder, .. }, held, .. } = moment;
    let held = court.all_panes().zip(held).filter_map(|(pane, held)| held.map(|epoch| Held { pane, epoch }));
    let others = held.filter(|held| *holder != Owner::Pane(held.pane) || held.epoch > *epoch);
    let (late, doubled): (Vec<_>, Vec<_>) = others.partition(|held| held.epoch < *epoch);
    let balls = 1 + doubled.len() as u64;
    let holds = match &doubled[..] {
        [] => Holds::Yes,
        [Held { pane, epoch }, ..] => {
            Holds::No(format!("{} has a ball of epoch {epoch} as well", court.pane_name(*pane)))
        }
    };
    let holder = if let Owner::Pane(pane) = holder { Some(*pane) } else { None };
    Balls { holds, balls, epoch: *epoch, holder, doubled, late }
}

impl Records {
    fn look(&mut self, region: &Region<impl Rights>, court: &Court) {
        let (mut sound, mut absent, mut restless, mut corrupt) = (0, 0, 0, Vec::new());
        for pane in court.all_panes() {
            for record in region.pane(pane).records(court) {
                match record {
                    Ok(Some(_)) => sound += 1,
                    Ok(None) => absent += 1,
                    Err(Corrupt::Unstable) => restless += 1,
                    Err(fault) => corrupt.push(CorruptRecord { pane, reason: fault.to_string() }),
                }
            }
        }
        let torn: Vec<_> = court.all_panes().map(|pane| region.pane(pane).torn(court)).collect();
        // A writer at work is not there at the next sample, or has come further.
        let is_same = |(old, new): (&Option<u64>, &Option<u64>)| new.is_some() && old == new;
        let same = |(old, new): (&[Option<u64>; 2], &[Option<u64>; 2])| old.iter().zip(new).any(is_same);
        let pairs = self.torn_before.iter().zip(&torn);
        self.torn =
            court.all_panes().zip(pairs).filter(|(_, pair)| same(*pair)).map(|(pane, _)| pane).collect();
        self.torn_before = torn;
        self.holds = match corrupt.first() {
            Some(CorruptRecord { pane, reason }) => {
                Holds::No(format!("{} has {reason}", court.pane_name(*pane)))
            }
            None if restless > 0 => Holds::CannotTell(format!("{restless} records did not hold still")),
            None => Holds::Yes,
        };
        (self.sound, self.absent, self.corrupt) = (sound, absent, corrupt);
    }
}

/// What belongs together.
struct Moment {
    ownership: Ownership,
    record: Record,
    counts: Counts,
    /// Per pane, the epoch of the ball that its process has in its hands.
    held: Vec<Option<u64>>,
    /// The last epoch in which a person has moved a paddle.
    by_hand: Option<u64>,
}

/// Why there was no such moment.
#[derive(Debug, thiserror::Error)]
enum Blind {
    #[error("the ball went on at every try; looking again")]
    Restless,
    #[error("the baton names nobody")]
    NoBaton,
    #[error("the ball cannot be read: {0}")]
    NoBall(Corrupt),
}

/// The baton is read before all else and after it: if nothing has changed, all that was read in between is of its ownership.
/// So is what a process holds: one that holds a later ball has seen a later baton, which would then be seen here too.
fn moment(region: &Region<impl Rights>, court: &Court) -> Result<Moment, Blind> {
    let mut blind = Blind::NoBaton;
    for _ in 0..ATTEMPTS {
        let counts = region.event_log.counts();
        let Some(ownership) = region.baton.look() else {
            blind = Blind::NoBaton;
            continue;
        };
        let record = region.ball(ownership, court);
        let statuses = || court.all_panes().map(|pane| &region.pane(pane).status);
        // The ball before the hands: a pane whose paddle a person moves notes that before the ball shows it.
        let epoch_of = |word: u64| word.checked_sub(1);
        let by_hand = statuses().filter_map(|status| epoch_of(status.by_hand.load(Ordering::Acquire))).max();
        let held = court.all_panes().map(|pane| region.in_hand(pane).unwrap_or(None)).collect();
        if region.baton.is_still(ownership) && region.event_log.counts() == counts {
            match record {
                Ok(record) => return Ok(Moment { ownership, record, counts, held, by_hand }),
                Err(corrupt) => blind = Blind::NoBall(corrupt),
            }
        } else {
            blind = Blind::Restless;
        }
        spin_loop();
    }
    Err(blind)
}
