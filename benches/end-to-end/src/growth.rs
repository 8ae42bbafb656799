//! Whether a hand-off costs more with many panes than with few: everything on one CPU, where no wake-up of another CPU
//! blurs it, beside processes that do nothing but hand a message on.

use crate::error::{Result, print};
use crate::peer::ring;
use crate::stage::Stage;
use crate::stats::{Spread, Table, ratio};
use crate::throughput::{Way, sample};

/// Processes of a small game and of a large one.
const SIZES: [u8; 2] = [3, 16];

/// Hand-offs of all repetitions: the median of each in microseconds, and the CPU.
#[derive(Debug, Default)]
struct Handoffs {
    p50_us: Vec<f64>,
    cpu_us: Vec<f64>,
}

/// Prints what a hand-off costs with 3 and with 16 processes.
///
/// # Errors
/// When a game fails.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    // The last CPU: interrupts tend to go to the first.
    let cpu = std::thread::available_parallelism().map_or(0, |cpus| cpus.get() - 1);
    let mut ours: [Handoffs; 2] = Default::default();
    let mut messages: [Handoffs; 2] = Default::default();
    for _ in 0..stage.options.repeats() {
        for ((panes, ours), message) in SIZES.into_iter().zip(&mut ours).zip(&mut messages) {
            let way = Way { panes, transport: "shared", wait: "block", samples: Vec::new() };
            let game = sample(stage, &way, Some(cpu))?;
            ours.p50_us.push(game.p50_us);
            ours.cpu_us.push(game.cpu_us_per_handoff);
            let alone = ring::measure(panes, cpu, stage.options.time(1), &stage.watch)?;
            message.p50_us.push(alone.p50_us);
            message.cpu_us.push(alone.cpu_us);
        }
    }
    let mut table = Table::new(&["hand-offs on one CPU", "3 processes", "16 processes", "16 / 3"]);
    for (name, [few, many]) in [("tripong", &ours), ("a message alone", &messages)] {
        let mut row = |what: &str, few: &[f64], many: &[f64]| {
            let of = |values: &[f64]| Spread::of(values.iter().copied()).to_string();
            table.row([format!("{name}, {what}"), of(few), of(many), ratio(many, few).to_string()]);
        };
        row("p50 us", &few.p50_us, &many.p50_us);
        row("CPU us", &few.cpu_us, &many.cpu_us);
    }
    print(&format!("\nthroughput, all processes on CPU {cpu}\n\n{table}"))
}
