//! Unpaced games: hand-offs and ticks per second, beside the lone simulation of the same game.

use std::time::Duration;

use tripong::clock;
use tripong::court::Court;
use tripong::lone::Lone;

use crate::error::{Result, failed, print};
use crate::stage::Stage;
use crate::stats::{Spread, Table, ratio};

/// Between the serve and the measuring.
const SETTLE: Duration = Duration::from_millis(200);
/// Ticks of the lone simulation in each repetition.
const LONE_TICKS: u64 = 20_000_000;

/// A game that is measured: how many panes, by what the ball crosses, how they wait.
struct Way {
    panes: u8,
    carrier: &'static str,
    wait: &'static str,
    samples: Vec<Sample>,
}

/// One repetition.
#[derive(Debug, Clone, Copy)]
struct Sample {
    hops_per_s: f64,
    ticks_per_s: f64,
    p50_us: f64,
    cpu_us_per_hop: f64,
    /// Time of a hop less that of its ticks in the lone simulation: writing checkpoints, and handing over.
    overhead_us: f64,
    /// Ticks per second over those of the lone simulation that loses the median of a hand-off at each hop.
    over_lone: f64,
    lone_ticks_per_s: f64,
}

/// Prints how fast games of all sizes go.
///
/// # Errors
/// When a game fails.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let way = |panes, carrier, wait| Way { panes, carrier, wait, samples: Vec::new() };
    let shared = |wait| [2, 3, 4, 8, 16].map(|panes| way(panes, "shared", wait));
    let mut ways: Vec<Way> = shared("block").into_iter().chain(shared("adaptive")).collect();
    ways.extend(["pipe", "socket"].map(|carrier| way(3, carrier, "block")));
    for _ in 0..stage.options.repeats {
        for way in &mut ways {
            way.samples.push(sample(stage, way)?);
        }
    }
    let time = stage.options.time(1).as_secs_f64();
    print(&format!("\nthroughput, seed {}, {time} s each\n\n{}", stage.options.seed, table(&ways)))?;
    print(&format!("\na hop with 16 panes / a hop with 3\n\n{}", growth(&ways)))
}

fn sample(stage: &Stage, way: &Way) -> Result<Sample> {
    let Way { panes, carrier, wait, .. } = way;
    let lone_ticks_per_s = lone(Court { panes: *panes, seed: stage.options.seed });
    let game = stage.headless(&format!("--unpaced --panes {panes} --carrier {carrier} --wait {wait}"))?;
    stage.watch.pause(SETTLE)?;
    let before = game.now(&stage.watch)?;
    stage.watch.pause(stage.options.time(1))?;
    let after = game.now(&stage.watch)?;
    let report: serde_json::Value =
        serde_json::from_str(&game.stop(&stage.watch)?).map_err(failed("read a report"))?;
    let p50_ns =
        report["handoff_ns"]["p50"].as_u64().ok_or_else(|| failed("read a report")("it has no p50"))?;
    let secs = (after.at_ns - before.at_ns) as f64 / 1e9;
    // At least one, so that a stalled machine gives a small figure and not none.
    let hops = (after.ball.hop - before.ball.hop).max(1) as f64;
    let ticks = (after.ball.tick - before.ball.tick).max(1) as f64;
    let lone_secs = ticks / lone_ticks_per_s;
    Ok(Sample {
        hops_per_s: hops / secs,
        ticks_per_s: ticks / secs,
        p50_us: p50_ns as f64 / 1000.0,
        cpu_us_per_hop: (after.panes - before.panes).cpu_ns as f64 / hops / 1000.0,
        overhead_us: (secs - lone_secs) / hops * 1e6,
        over_lone: (lone_secs + hops * p50_ns as f64 / 1e9) / secs,
        lone_ticks_per_s,
    })
}

/// Ticks per second of the same game in this process.
fn lone(court: Court) -> f64 {
    let mut game = Lone::new(court, court.middle());
    let begin_ns = clock::now_ns();
    game.run_until(|ball| ball.tick >= LONE_TICKS);
    // The result must be looked at, or the compiler might see that nobody needs it.
    let ticks = std::hint::black_box(game.ball()).tick;
    ticks as f64 / ((clock::now_ns() - begin_ns).max(1) as f64 / 1e9)
}

fn values(way: &Way, of: fn(&Sample) -> f64) -> Vec<f64> {
    way.samples.iter().map(of).collect()
}

fn table(ways: &[Way]) -> Table {
    let mut table = Table::new(&[
        "panes",
        "carrier",
        "wait",
        "hops/s",
        "ticks/s",
        "hand-off p50 us",
        "CPU us/hop",
        "us/hop beside ticks",
        "lone ticks/s",
        "/ lone with hand-offs",
    ]);
    let columns: [fn(&Sample) -> f64; 7] = [
        |sample| sample.hops_per_s,
        |sample| sample.ticks_per_s,
        |sample| sample.p50_us,
        |sample| sample.cpu_us_per_hop,
        |sample| sample.overhead_us,
        |sample| sample.lone_ticks_per_s,
        |sample| sample.over_lone,
    ];
    for way in ways {
        let names = [way.panes.to_string(), way.carrier.to_owned(), way.wait.to_owned()];
        let cells = columns.map(|column| Spread::of(values(way, column)).to_string());
        table.row(names.into_iter().chain(cells));
    }
    table
}

/// How much more a hop costs with 16 panes than with 3.
fn growth(ways: &[Way]) -> Table {
    let mut table = Table::new(&["wait", "hand-off p50", "CPU per hop", "time per hop beside ticks"]);
    for wait in ["block", "adaptive"] {
        let find =
            |panes| ways.iter().find(|way| (way.panes, way.carrier, way.wait) == (panes, "shared", wait));
        let (Some(few), Some(many)) = (find(3), find(16)) else { continue };
        let columns: [fn(&Sample) -> f64; 3] =
            [|sample| sample.p50_us, |sample| sample.cpu_us_per_hop, |sample| sample.overhead_us];
        let cells = columns.map(|column| ratio(&values(many, column), &values(few, column)).to_string());
        table.row(std::iter::once(wait.to_owned()).chain(cells));
    }
    table
}
