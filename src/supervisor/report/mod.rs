//! What a headless game has shown: the numbers, and whether the rules held.

mod reference;
mod text;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::game::{BallSize, Court, GameMode, PaneId, Side, Standing};
use crate::platform::privileges::Confinement;
use crate::platform::sync::{Ordering, Word};
use crate::protocol::{Card, CarrierKind, Histogram, Owner, Percentiles, Record, Region, Tenure};
use crate::supervisor::Supervisor;

/// The report of a game. Its fields are those of the JSON object; durations are in nanoseconds. Null is what is not known:
/// there was no hop to measure, the game was not checked to the end, or somebody has written over the count.
#[derive(Debug, Serialize)]
pub struct Report {
    version: &'static str,
    panes: u8,
    /// The one in force at the end.
    carrier: CarrierKind,
    swaps: Option<u64>,
    seed: u64,
    hops: u64,
    /// Hops of which no process could say how long they took: it was killed before, or the ball was recovered instead.
    hops_unmeasured: Option<u64>,
    /// Hops that no process has counted as its own: it was killed after the swap and before the count.
    hops_uncounted: Option<u64>,
    ticks: u64,
    balls: u64,
    epoch: u64,
    mode: GameMode,
    ball_size: BallSize,
    /// Points of both sides; none in a rally.
    score: Option<Score>,
    /// Hits and hand-offs of the rally that went on at the end.
    hits: u32,
    passes: u32,
    hash: String,
    /// None if the game was not checked to the end.
    expected_hash: Option<String>,
    /// The same.
    conserved: Option<bool>,
    restarts: u64,
    recoveries: u64,
    recalls: u64,
    /// How often the whole Region was replaced.
    renewals: u64,
    fenced: Option<u64>,
    /// Frames by which a ball came, and frames that were rejected.
    frames: Option<u64>,
    rejected: Option<u64>,
    handoff_ns: Option<Percentiles>,
    /// The same for each carrier that was used.
    carriers: Vec<CarrierReport>,
    /// Of the processes of the panes; the inspector's is not in it.
    cpu_ns_per_hop: Option<u64>,
    children: Vec<ChildReport>,
    /// Words of the Region that say what cannot be: somebody has written over them, and they were not used.
    corrupt: Vec<String>,
    /// Where the game differs from that of one process alone.
    #[serde(skip)]
    difference: Option<String>,
}

#[derive(Debug, Serialize)]
struct Score {
    left: u8,
    right: u8,
    winner: Option<Side>,
}

#[derive(Debug, Serialize)]
struct CarrierReport {
    carrier: CarrierKind,
    /// Those that were measured.
    hops: u64,
    handoff_ns: Percentiles,
}

#[derive(Debug, Serialize)]
struct ChildReport {
    pane: u8,
    pid: u32,
    incarnation: u64,
    hops: Option<u64>,
    confined: Confinement,
}

/// What is read from words that anybody can have written over.
struct Reader<'a> {
    region: &'a Region,
    court: &'a Court,
    epoch: u64,
    hops: u64,
    /// Nanoseconds since the game began.
    age_ns: u64,
    corrupt: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A number, if it can be one: at most `most`.
    fn bounded(&mut self, path: String, number: u64, most: u64) -> Option<u64> {
        if number > most {
            self.corrupt.push(path);
            return None;
        }
        Some(number)
    }

    /// A count on a pane's card.
    fn count(&mut self, pane: PaneId, name: &str, cell: fn(&Card) -> &Word, most: u64) -> Option<u64> {
        let number = load(cell(&self.region.pane(pane).card));
        self.bounded(format!("slot[{}].card.{name}", pane.0), number, most)
    }

    /// The counts on all cards, of which each and all together are at most `most`; and their sum.
    fn counts(&mut self, name: &str, cell: fn(&Card) -> &Word, most: u64) -> (Vec<Option<u64>>, Option<u64>) {
        let counts: Vec<_> = self.court.all_panes().map(|pane| self.count(pane, name, cell, most)).collect();
        let sum = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add((*count)?));
        match sum.map(|sum| self.bounded(format!("slot[all].card.{name}"), sum, most)) {
            // One of them lies, and nobody knows which.
            Some(None) => (vec![None; counts.len()], None),
            sum => (counts, sum.flatten()),
        }
    }

    /// The ball that the baton names, and any that a process had in its hands in another epoch: there must be none.
    fn balls(&mut self, tenure: Option<Tenure>, last: Option<&Record>) -> u64 {
        let mut balls = u64::from(last.is_some());
        for pane in self.court.all_panes() {
            let is_named = tenure.is_some_and(|tenure| tenure.holder == Owner::Pane(pane));
            match self.region.in_hand(pane) {
                Ok(Some(epoch)) if epoch > self.epoch || epoch == self.epoch && !is_named => balls += 1,
                // A process that has left by itself has put down what was taken from it.
                Ok(Some(epoch)) if epoch == self.epoch => {}
                Ok(None) => {}
                Ok(Some(_)) | Err(_) => self.corrupt.push(format!("slot[{}].card.holding", pane.0)),
            }
        }
        balls
    }

    /// The latencies by a carrier, of the panes whose counts can be.
    fn latencies(&mut self, kind: CarrierKind) -> Vec<&'a Histogram> {
        let mut sound = Vec::new();
        for pane in self.court.all_panes() {
            let histogram = self.region.latency(pane, kind);
            let all = Histogram::percentiles([histogram]);
            // The longest is counted before it is the longest; what is beyond the last bucket is in it.
            let longest = Histogram::buckets([histogram]).last().map_or(0, |bucket| bucket.last_ns);
            if all.count <= self.hops && all.max <= self.age_ns && all.max <= longest {
                sound.push(histogram);
            } else {
                self.corrupt.push(format!("latencies.{kind}[{}]", pane.0));
            }
        }
        sound
    }

    /// How long the hand-offs took: by each carrier that was used, and all of them.
    fn handoffs(&mut self) -> (Vec<CarrierReport>, Option<Percentiles>) {
        let mut sound = CarrierKind::ALL.map(|carrier| (carrier, self.latencies(carrier)));
        let all = Histogram::percentiles(sound.iter().flat_map(|(_, histograms)| histograms).copied());
        if self.bounded("latencies".to_owned(), all.count, self.hops).is_none() {
            sound.iter_mut().for_each(|(_, histograms)| histograms.clear());
        }
        let percentiles = |of: &mut dyn Iterator<Item = &'a Histogram>| {
            Some(Histogram::percentiles(of)).filter(|handoff_ns| handoff_ns.count > 0)
        };
        let by_carrier = sound.iter().filter_map(|(carrier, histograms)| {
            let handoff_ns = percentiles(&mut histograms.iter().copied())?;
            Some(CarrierReport { carrier: *carrier, hops: handoff_ns.count, handoff_ns })
        });
        (by_carrier.collect(), percentiles(&mut sound.iter().flat_map(|(_, histograms)| histograms).copied()))
    }
}

impl Report {
    /// Looks at a Region whose children have all ended, and plays the same game alone to compare, as long as `goes_on`
    /// says so, which is told how many ticks of how many are played.
    #[must_use]
    pub fn of(supervisor: &Supervisor, goes_on: &mut dyn FnMut(u64, u64) -> bool) -> Self {
        let (region, court, tally) = (supervisor.region(), &supervisor.setup().court, supervisor.tally());
        let (tenure, last) = supervisor.settled().unzip();
        let (hops, ticks, hash) =
            last.map_or((0, 0, 0), |last| (last.ball.hop, last.ball.tick, last.ball.hash));
        let epoch = tenure.map_or(0, |tenure| tenure.epoch);
        let verdict = last.as_ref().map(|last| reference::play(court, &tally.serves, last, goes_on));
        let age_ns = supervisor.age_ns();
        let mut reader = Reader { region, court, epoch, hops, age_ns, corrupt: Vec::new() };
        let balls = reader.balls(tenure, last.as_ref());
        let (given, counted) = reader.counts("hops", |card| &card.hops, hops);
        let children = court.all_panes().zip(given);
        let children = children.map(|(pane, hops)| ChildReport::of(pane, hops, supervisor)).collect();
        let (carriers, handoff_ns) = reader.handoffs();
        // A frame costs a system call, and a swap a press of a button.
        let often = age_ns / 100;
        let counts = &tally.counts;
        // Before the serve the ball rests in epoch 0; the serve begins epoch 1.
        let epochs_add_up = epoch.saturating_sub(1) == hops + counts.recoveries + counts.recalls();
        let standing = last.map_or(Standing::default(), |last| last.ball.standing);
        let (as_expected, expected, difference) =
            verdict.map_or((None, None, None), |verdict| verdict.for_hash(hash));
        Self {
            version: env!("CARGO_PKG_VERSION"),
            panes: court.panes,
            carrier: region.carrier(),
            swaps: reader.bounded("controls.carrier".to_owned(), region.swaps(), often),
            seed: court.seed,
            hops,
            hops_unmeasured: hops.checked_sub(carriers.iter().map(|carrier| carrier.hops).sum()),
            hops_uncounted: counted.and_then(|counted| hops.checked_sub(counted)),
            ticks,
            balls,
            epoch,
            mode: standing.rules.mode,
            ball_size: standing.rules.size,
            score: standing.is_match().then(|| Score::of(&standing)),
            hits: standing.hits,
            passes: standing.passes,
            hash: format!("{hash:016x}"),
            expected_hash: expected.map(|hash| format!("{hash:016x}")),
            conserved: as_expected.map(|as_expected| balls == 1 && epochs_add_up && as_expected),
            restarts: counts.restarts,
            recoveries: counts.recoveries,
            recalls: counts.recalls(),
            renewals: counts.renewals,
            fenced: reader.counts("fenced", |card| &card.fenced, counts.recoveries + counts.recalls()).1,
            frames: reader.counts("frames", |card| &card.frames, hops).1,
            rejected: reader.counts("rejected", |card| &card.rejected, often).1,
            handoff_ns,
            carriers,
            cpu_ns_per_hop: supervisor.panes_cpu_ns().checked_div(hops),
            children,
            corrupt: reader.corrupt,
            difference,
        }
    }

    /// How many balls there are at the end.
    #[must_use]
    pub fn balls(&self) -> u64 {
        self.balls
    }

    /// Whether the hash is that of the same game in one process; None if that was not checked.
    #[must_use]
    pub fn hash_is_expected(&self) -> Option<bool> {
        self.conserved.map(|_| self.expected_hash.as_ref() == Some(&self.hash))
    }

    /// # Errors
    /// [`Error::RuleViolated`], unless the ball was conserved and flew as it does in one process alone, as far as that
    /// was checked.
    pub fn check(&self) -> Result<()> {
        if self.conserved != Some(false) {
            return Ok(());
        }
        let Self { balls, hops, epoch, hash, seed, .. } = self;
        let expected = self.expected_hash.as_deref().unwrap_or("one that can be told");
        let counted =
            format!("{balls} balls, {hops} hops in {epoch} epochs, hash {hash} instead of {expected}");
        let difference =
            self.difference.iter().map(|difference| format!(", {difference}")).collect::<String>();
        Err(Error::RuleViolated(format!("{counted}{difference}, seed {seed}")))
    }
}

impl ChildReport {
    fn of(pane: PaneId, hops: Option<u64>, supervisor: &Supervisor) -> Self {
        let (incarnation, pid) = supervisor.process(pane);
        let confined = load(&supervisor.region().pane(pane).card.confined).into();
        Self { pane: pane.0, pid, incarnation, hops, confined }
    }
}

impl Score {
    fn of(standing: &Standing) -> Self {
        Self { left: standing.left, right: standing.right, winner: standing.winner() }
    }
}

/// User and system time of all children that have been waited for, in nanoseconds.
pub(crate) fn children_cpu_ns() -> u64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN);
    usage.map_or(0, |usage| {
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()).cast_unsigned() * 1000
    })
}

fn load(cell: &Word) -> u64 {
    cell.load(Ordering::Acquire)
}
