//! What a headless game has shown: the numbers, and whether the laws held.

use std::fmt;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Serialize;

use crate::court::{Ball, BallSize, Court, GameMode, PaneId, Side, Standing};
use crate::error::{Error, Result};
use crate::lone::Lone;
use crate::protocol::{
    Card, CarrierKind, Confinement, Histogram, Owner, Percentiles, Record, Region, Serve, Tenure,
};
use crate::supervisor::Supervisor;
use crate::sync::{AtomicU64, Ordering};

/// The report of a game. Its fields are those of the JSON object; durations are in nanoseconds.
#[derive(Debug, Serialize)]
pub struct Report {
    version: &'static str,
    panes: u8,
    /// The one in force at the end.
    carrier: CarrierKind,
    swaps: u64,
    seed: u64,
    hops: u64,
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
    expected_hash: String,
    conserved: bool,
    restarts: u64,
    recoveries: u64,
    recalls: u64,
    fenced: u64,
    /// Frames by which a ball came, and frames that were rejected.
    frames: u64,
    rejected: u64,
    handoff_ns: Percentiles,
    /// The same for each carrier that was used.
    carriers: Vec<CarrierReport>,
    cpu_ns_per_hop: u64,
    children: Vec<ChildReport>,
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
    hops: u64,
    handoff_ns: Percentiles,
}

#[derive(Debug, Serialize)]
struct ChildReport {
    pane: u8,
    pid: u64,
    incarnation: u64,
    hops: u64,
    confined: Confinement,
}

impl Report {
    /// Looks at a Region whose children have all ended, and plays the same game alone to compare.
    #[must_use]
    pub fn of(supervisor: &Supervisor) -> Self {
        let (region, court, tally) = (supervisor.region(), &supervisor.setup().court, supervisor.tally());
        let tenure = region.baton.look();
        let last = tenure.and_then(|tenure| region.ball(tenure, court).ok());
        let balls = count_balls(region, court, tenure, last.as_ref());
        let (hops, ticks, hash) =
            last.map_or((0, 0, 0), |last| (last.ball.hop, last.ball.tick, last.ball.hash));
        let epoch = tenure.map_or(0, |tenure| tenure.epoch);
        let expected = expected(court, &tally.serves, last.as_ref());
        let children: Vec<_> = court.all_panes().map(|pane| ChildReport::of(region, pane)).collect();
        // Nobody checks these counts: whatever is in them, the report is given.
        let sum = |count: fn(&Card) -> &AtomicU64| {
            let counts = court.all_panes().map(|pane| load(count(&region.pane(pane).card)));
            counts.fold(0, u64::wrapping_add)
        };
        let (restarts, recoveries, recalls) =
            (tally.counts.restarts, tally.counts.recoveries, tally.counts.recalls());
        // Before the serve the ball rests in epoch 0; the serve begins epoch 1.
        let epochs_add_up = epoch == 0 || epoch - 1 == hops + recoveries + recalls;
        let standing = last.map_or(Standing::default(), |last| last.ball.standing);
        let as_expected = last.is_some_and(|last| last.ball == expected);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            panes: court.panes,
            carrier: region.carrier(),
            swaps: region.swaps(),
            seed: court.seed,
            hops,
            ticks,
            balls,
            epoch,
            mode: standing.rules.mode,
            ball_size: standing.rules.size,
            score: standing.is_match().then(|| Score::of(&standing)),
            hits: standing.hits,
            passes: standing.passes,
            hash: format!("{hash:016x}"),
            expected_hash: format!("{:016x}", expected.hash),
            conserved: balls == 1 && epochs_add_up && as_expected,
            restarts,
            recoveries,
            recalls,
            fenced: sum(|card| &card.fenced),
            frames: sum(|card| &card.frames),
            rejected: sum(|card| &card.rejected),
            handoff_ns: Histogram::percentiles(region.all_latencies()),
            carriers: CarrierReport::of_those_used(region),
            cpu_ns_per_hop: children_cpu_ns() / hops.max(1),
            children,
        }
    }

    /// How many balls there are at the end.
    #[must_use]
    pub fn balls(&self) -> u64 {
        self.balls
    }

    /// Whether the hash is that of the same game in one process.
    #[must_use]
    pub fn hash_is_expected(&self) -> bool {
        self.hash == self.expected_hash
    }

    /// # Errors
    /// [`Error::RuleViolated`], unless the ball was conserved and flew as it does in one process alone.
    pub fn check(&self) -> Result<()> {
        if self.conserved {
            return Ok(());
        }
        Err(Error::RuleViolated(format!(
            "{} balls, {} hops in {} epochs, hash {} instead of {}, seed {}",
            self.balls, self.hops, self.epoch, self.hash, self.expected_hash, self.seed
        )))
    }
}

impl Score {
    fn of(standing: &Standing) -> Self {
        Self { left: standing.left, right: standing.right, winner: standing.winner() }
    }
}

impl CarrierReport {
    fn of_those_used(region: &Region) -> Vec<Self> {
        let report = |carrier| {
            let handoff_ns = Histogram::percentiles(region.latencies(carrier));
            Self { carrier, hops: handoff_ns.count, handoff_ns }
        };
        CarrierKind::ALL.into_iter().map(report).filter(|report| report.hops > 0).collect()
    }
}

impl ChildReport {
    fn of(region: &Region, pane: PaneId) -> Self {
        let card = &region.pane(pane).card;
        Self {
            pane: pane.0,
            pid: load(&card.pid),
            incarnation: load(&card.incarnation),
            hops: load(&card.hops),
            confined: load(&card.confined).into(),
        }
    }
}

/// The ball that the baton names, and any that a process had in its hands in another epoch: there must be none.
fn count_balls(region: &Region, court: &Court, tenure: Option<Tenure>, last: Option<&Record>) -> u64 {
    let named = u64::from(last.is_some());
    let epoch = tenure.map_or(0, |tenure| tenure.epoch);
    let is_stray = |pane: &PaneId| {
        let holding = load(&region.pane(*pane).card.holding);
        let is_named = tenure.is_some_and(|tenure| tenure.holder == Owner::Pane(*pane));
        holding != 0 && !(is_named && holding == epoch + 1)
    };
    named + court.all_panes().filter(is_stray).count() as u64
}

/// The same game in one process, given the same serves, as far as the shared one came.
fn expected(court: &Court, serves: &[Serve], last: Option<&Record>) -> Ball {
    let reached = |ball: &Ball, tick, hop| (ball.tick, ball.hop) >= (tick, hop);
    let (first, recalls) =
        serves.split_first().map_or((court.middle(), serves), |(first, rest)| (first.pane, rest));
    let rules = serves.first().map(|serve| serve.ball.standing.rules).unwrap_or_default();
    let mut lone = Lone::by(rules, *court, first);
    for recall in recalls {
        lone.run_until(|ball| reached(ball, recall.ball.tick, recall.ball.hop));
        lone.serve_by(recall.ball.standing.rules, recall.pane);
    }
    if let Some(last) = last.filter(|_| !serves.is_empty()) {
        lone.run_until(|ball| reached(ball, last.ball.tick, last.ball.hop));
    }
    lone.ball()
}

/// User and system time of all children that have been waited for.
fn children_cpu_ns() -> u64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN);
    usage.map_or(0, |usage| {
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()).cast_unsigned() * 1000
    })
}

fn load(cell: &AtomicU64) -> u64 {
    cell.load(Ordering::Acquire)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let us = |ns: u64| ns.div_ceil(1000);
        let verdict = if self.conserved { "conserved" } else { "VIOLATED" };
        let same = if self.hash == self.expected_hash { "the same as" } else { "NOT that of" };
        writeln!(f, "ball       {verdict}: {} ball, {} hops, {} ticks", self.balls, self.hops, self.ticks)?;
        writeln!(f, "hash       {}, {same} one process alone (seed {})", self.hash, self.seed)?;
        write!(f, "panes      {}, carrier {}", self.panes, self.carrier)?;
        if self.swaps > 0 {
            write!(f, " after {} swaps", self.swaps)?;
        }
        if self.frames + self.rejected > 0 {
            write!(f, ", {} frames, {} rejected", self.frames, self.rejected)?;
        }
        writeln!(f)?;
        if let Some(Score { left, right, winner }) = &self.score {
            let won = winner.map_or("nobody has won".to_owned(), |side| format!("{side} wins"));
            writeln!(f, "score      left {left}, right {right}: {won}")?;
        }
        if self.restarts + self.recalls > 0 {
            let Self { restarts, recoveries, recalls, fenced, .. } = self;
            writeln!(
                f,
                "trouble    {restarts} restarts, {recoveries} recoveries, {recalls} recalls, {fenced} fenced"
            )?;
        }
        let all = ("hand-off", self.handoff_ns);
        let several = self.carriers.iter().filter(|_| self.carriers.len() > 1);
        let each = several.map(|report| (report.carrier.name(), report.handoff_ns));
        for (by, percentiles) in std::iter::once(all).chain(each) {
            let Percentiles { p50, p99, p999, max, .. } = percentiles;
            let [p50, p99, p999, max] = [p50, p99, p999, max].map(us);
            writeln!(f, "{by:<11}p50 {p50} us, p99 {p99} us, p99.9 {p999} us, max {max} us")?;
        }
        write!(f, "cpu        {} us per hop, all panes together", us(self.cpu_ns_per_hop))
    }
}
