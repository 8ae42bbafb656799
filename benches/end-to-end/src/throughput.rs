//! Unpaced games: hand-offs and ticks per second, beside the reference simulation of the same game.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use tripong::game::ReferenceSimulation;
use tripong::game::{Ball, Court, Paddle};
use tripong::platform::clock;
use tripong::protocol::{Record, Setup, TransportKind};
use tripong::shm::Mapping;

use crate::error::{Result, failed, print};
use crate::game::Moment;
use crate::stage::Stage;
use crate::stats::{Spread, Table};

/// Between the serve and the measuring.
const SETTLE: Duration = Duration::from_millis(200);
/// Panes of the games.
const SIZES: [u8; 5] = [2, 3, 4, 8, 16];
/// The time of measuring is cut into so many parts, and their median counts: a part in which somebody else had the CPU
/// does not.
const PARTS: u32 = 10;
/// The clock is looked at after so many ticks of the reference simulation.
const REFERENCE_TICKS: u64 = 10_000;

/// A game that is measured: how many panes, by what the ball crosses, how they wait.
pub(crate) struct Way {
    pub(crate) panes: u8,
    pub(crate) transport: &'static str,
    pub(crate) wait: &'static str,
    pub(crate) samples: Vec<Sample>,
}

/// One repetition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    hops_per_s: f64,
    ticks_per_s: f64,
    pub(crate) p50_us: f64,
    cpu_us_per_hop: f64,
    /// CPU of a hop less that of its ticks and their checkpoints: what handing over costs.
    pub(crate) cpu_us_per_handoff: f64,
    reference: ReferenceRate,
    /// Ticks per second over those of the reference simulation that loses the median of a hand-off at each hop.
    over_reference: f64,
}

/// The same game in this process.
#[derive(Debug, Clone, Copy)]
struct ReferenceRate {
    ticks_per_s: f64,
    /// Where every tick is written down as tripong writes it.
    written_ticks_per_s: f64,
    /// The same by the time on a CPU.
    written_ticks_per_cpu_s: f64,
}

/// Prints how fast games of all sizes go.
///
/// # Errors
/// When a game fails.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let way = |panes, transport, wait| Way { panes, transport, wait, samples: Vec::new() };
    let shared = |wait| SIZES.map(|panes| way(panes, "shared", wait));
    let mut ways: Vec<Way> = shared("block").into_iter().chain(shared("adaptive")).collect();
    ways.extend(["pipe", "socket"].map(|transport| way(3, transport, "block")));
    for _ in 0..stage.options.repeats() {
        for way in &mut ways {
            way.samples.push(sample(stage, way, None)?);
        }
    }
    let time = stage.options.time(1).as_secs_f64();
    print(&format!("\nthroughput, seed {}, {time} s each\n\n{}", stage.options.seed, table(&ways)))
}

/// Plays it once, on any CPU or on one.
///
/// # Errors
/// When the game fails.
pub(crate) fn sample(stage: &Stage, way: &Way, cpu: Option<usize>) -> Result<Sample> {
    let Way { panes, transport, wait, .. } = way;
    let reference = lonely(Court { panes: *panes, seed: stage.options.seed }, stage.options.time(1))?;
    let game =
        stage.headless(&format!("--unpaced --panes {panes} --transport {transport} --wait {wait}"), cpu)?;
    stage.watch.pause(SETTLE)?;
    let mut moments = vec![game.now(&stage.watch)?];
    for _ in 0..PARTS {
        stage.watch.pause(stage.options.time(1) / PARTS)?;
        moments.push(game.now(&stage.watch)?);
    }
    let report: serde_json::Value =
        serde_json::from_str(&game.stop(&stage.watch)?).map_err(failed("read a report"))?;
    let p50_ns =
        report["handoff_ns"]["p50"].as_u64().ok_or_else(|| failed("read a report")("it has no p50"))?;
    let median = |of: fn(&Moment, &Moment) -> f64| {
        Spread::of(moments.windows(2).map(|pair| of(&pair[0], &pair[1]))).median
    };
    let (hops_per_s, ticks_per_s) = (median(hops_per_s), median(ticks_per_s));
    let ticks_per_hop = ticks_per_s / hops_per_s;
    let cpu_us_per_hop = median(cpu_us_per_hop);
    Ok(Sample {
        hops_per_s,
        ticks_per_s,
        p50_us: p50_ns as f64 / 1000.0,
        cpu_us_per_hop,
        cpu_us_per_handoff: cpu_us_per_hop - ticks_per_hop / reference.written_ticks_per_cpu_s * 1e6,
        reference,
        over_reference: ticks_per_s * (1.0 / reference.ticks_per_s + p50_ns as f64 / 1e9 / ticks_per_hop),
    })
}

/// At least one, so that a stalled machine gives a small figure and not none.
fn hops(from: &Moment, to: &Moment) -> f64 {
    (to.ball.hop - from.ball.hop).max(1) as f64
}

fn hops_per_s(from: &Moment, to: &Moment) -> f64 {
    hops(from, to) / ((to.at_ns - from.at_ns) as f64 / 1e9)
}

fn ticks_per_s(from: &Moment, to: &Moment) -> f64 {
    (to.ball.tick - from.ball.tick).max(1) as f64 / ((to.at_ns - from.at_ns) as f64 / 1e9)
}

fn cpu_us_per_hop(from: &Moment, to: &Moment) -> f64 {
    (to.panes - from.panes).cpu_ns as f64 / 1000.0 / hops(from, to)
}

/// Plays the same game in this process, without and with checkpoints, by turns.
fn lonely(court: Court, time: Duration) -> Result<ReferenceRate> {
    let (_memfd, mapping) =
        Mapping::create(&Setup::headless(court, std::process::id())).map_err(failed("create a Region"))?;
    let slot = mapping.region().pane(court.middle());
    let mut game = ReferenceSimulation::new(court, court.middle());
    let mut rates: [Vec<f64>; 3] = Default::default();
    for _ in 0..PARTS {
        let plain = Rate::of(time / PARTS / 2, &mut game, |_| ());
        let written = Rate::of(time / PARTS / 2, &mut game, |ball| {
            let (paddle, via) = (Paddle::MIDDLE, TransportKind::Shared);
            slot.write(1, &Record { ball: *ball, paddle, rally: 1, due_ns: 0, handed_ns: 0, via });
        });
        let now = [plain.ticks_per_s, written.ticks_per_s, written.ticks_per_cpu_s];
        rates.iter_mut().zip(now).for_each(|(rates, rate)| rates.push(rate));
    }
    let [ticks_per_s, written_ticks_per_s, written_ticks_per_cpu_s] =
        rates.map(|rates| Spread::of(rates).median);
    Ok(ReferenceRate { ticks_per_s, written_ticks_per_s, written_ticks_per_cpu_s })
}

/// How fast the reference simulation goes, by the clock and by its time on a CPU.
struct Rate {
    ticks_per_s: f64,
    ticks_per_cpu_s: f64,
}

impl Rate {
    /// Plays on for so long, with a look at the ball at every tick.
    fn of(time: Duration, game: &mut ReferenceSimulation, look: impl Fn(&Ball)) -> Self {
        let clock_ns = |clock| clock_gettime(clock).map_or(0, |time| clock::ns(Duration::from(time)));
        let now = || [ClockId::CLOCK_MONOTONIC, ClockId::CLOCK_THREAD_CPUTIME_ID].map(clock_ns);
        let (begin, first) = (now(), game.ball().tick);
        while now()[0] - begin[0] < clock::ns(time) {
            let end = game.ball().tick + REFERENCE_TICKS;
            game.run_until(|ball| {
                look(ball);
                ball.tick >= end
            });
        }
        let ticks = (game.ball().tick - first) as f64;
        let [wall, cpu] = [0, 1].map(|i| (now()[i] - begin[i]).max(1) as f64 / 1e9);
        Self { ticks_per_s: ticks / wall, ticks_per_cpu_s: ticks / cpu }
    }
}

fn values(way: &Way, of: fn(&Sample) -> f64) -> Vec<f64> {
    way.samples.iter().map(of).collect()
}

fn table(ways: &[Way]) -> Table {
    let mut table = Table::new(&[
        "panes",
        "transport",
        "wait",
        "hops/s",
        "ticks/s",
        "hand-off p50 us",
        "CPU us/hop",
        "CPU us/hand-off",
        "reference ticks/s",
        "... with checkpoints",
        "/ reference with hand-offs",
    ]);
    let columns: [fn(&Sample) -> f64; 8] = [
        |sample| sample.hops_per_s,
        |sample| sample.ticks_per_s,
        |sample| sample.p50_us,
        |sample| sample.cpu_us_per_hop,
        |sample| sample.cpu_us_per_handoff,
        |sample| sample.reference.ticks_per_s,
        |sample| sample.reference.written_ticks_per_s,
        |sample| sample.over_reference,
    ];
    for way in ways {
        let names = [way.panes.to_string(), way.transport.to_owned(), way.wait.to_owned()];
        let cells = columns.map(|column| Spread::of(values(way, column)).to_string());
        table.row(names.into_iter().chain(cells));
    }
    table
}
