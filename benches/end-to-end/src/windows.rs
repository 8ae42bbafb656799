//! Three windows at 60 Hz: frames, CPU and context switches, beside one process that draws the same.

use std::time::{Duration, Instant};

use crate::desktop::{Desktop, Window};
use crate::error::{Result, print};
use crate::peer::Repaint;
use crate::proc::{self, Usage};
use crate::stage::Stage;
use crate::stats::{Spread, Table, ratio};

/// Between the serve and the measuring.
const SETTLE: Duration = Duration::from_secs(1);

/// What is compared.
const WHO: [&str; 3] =
    ["tripong, three processes", "one process, paints what moves", "one process, paints all at 60 Hz"];

/// One repetition of one of them.
struct Sample {
    frames_per_s: f64,
    /// Per cent of one CPU.
    cpu: f64,
    server_cpu: f64,
    switches_per_s: f64,
}

impl Sample {
    fn cpu_per_frame_us(&self) -> f64 {
        self.cpu * 1e4 / self.frames_per_s
    }
}

/// Prints what tripong and its peers cost while they play.
///
/// # Errors
/// When there is no display, or a program fails.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let desktop = stage.desktop()?;
    let mut samples: [Vec<Sample>; 3] = Default::default();
    for _ in 0..stage.options.repeats() {
        let [ours, moving, all] = &mut samples;
        let (game, windows) = stage.served_windows(&desktop, "")?;
        let pids: Vec<u32> = game.processes().collect();
        ours.push(sample(stage, &desktop, &pids, &windows)?);
        game.stop(&stage.watch)?;
        for (peers, repaint) in [(moving, Repaint::Moving), (all, Repaint::All)] {
            let peer = stage.start_three(&desktop, &windows, repaint)?;
            let its_windows = desktop.settled(&[peer.pid()], windows.len(), &stage.watch)?;
            peers.push(sample(stage, &desktop, &[peer.pid()], &its_windows)?);
            peer.stop(&stage.watch)?;
        }
    }
    print(&format!(
        "\nwindows, {} s each, frames as the X server sees them\n\n{}",
        seconds(stage),
        table(&samples)
    ))
}

fn seconds(stage: &Stage) -> f64 {
    stage.options.time(6).as_secs_f64()
}

fn sample(stage: &Stage, desktop: &Desktop, pids: &[u32], windows: &[Window]) -> Result<Sample> {
    stage.watch.pause(SETTLE)?;
    let look = || {
        let ours = proc::sum(pids.iter().map(|pid| proc::usage(*pid)));
        (Instant::now(), ours, desktop.server().map_or_else(Usage::default, proc::usage))
    };
    let (begin, before, server_before) = look();
    let frames = desktop.count_frames(windows, stage.options.time(6), &stage.watch)?;
    let (end, after, server_after) = look();
    let time = (end - begin).as_secs_f64();
    let used = after - before;
    let percent = |usage: Usage| usage.cpu_ns as f64 / time / 1e7;
    Ok(Sample {
        frames_per_s: frames.iter().sum::<u64>() as f64 / time,
        cpu: percent(used),
        server_cpu: percent(server_after - server_before),
        switches_per_s: (used.sleeps + used.preempted) as f64 / time,
    })
}

fn table(samples: &[Vec<Sample>; 3]) -> Table {
    let columns: [fn(&Sample) -> f64; 5] = [
        |sample| sample.frames_per_s,
        |sample| sample.cpu,
        Sample::cpu_per_frame_us,
        |sample| sample.server_cpu,
        |sample| sample.switches_per_s,
    ];
    let mut table = Table::new(&[
        "who",
        "frames/s, all windows",
        "CPU %",
        "CPU us/frame",
        "X server CPU %",
        "context switches/s",
    ]);
    let values = |samples: &[Sample], of: fn(&Sample) -> f64| samples.iter().map(of).collect::<Vec<_>>();
    for (name, samples) in WHO.iter().zip(samples) {
        let cells = columns.map(|column| Spread::of(values(samples, column)).to_string());
        table.row(std::iter::once((*name).to_owned()).chain(cells));
    }
    for (name, theirs) in WHO.iter().zip(samples).skip(1) {
        let cells =
            columns.map(|column| ratio(&values(&samples[0], column), &values(theirs, column)).to_string());
        table.row(std::iter::once(format!("tripong / {name}")).chain(cells));
    }
    table
}
