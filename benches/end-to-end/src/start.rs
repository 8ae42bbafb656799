//! From the start of the process until its windows are painted.

use std::time::Instant;

use crate::desktop::Desktop;
use crate::error::{Result, print};
use crate::peer::Repaint;
use crate::proc::children;
use crate::process::{Place, StartedProgram};
use crate::stage::Stage;
use crate::stats::{Spread, Table, ratio};

/// Milliseconds of every repetition until the first and until the last window is painted.
#[derive(Default)]
struct Times {
    first: Vec<f64>,
    all: Vec<f64>,
}

/// Prints the times of tripong and of its peers.
///
/// # Errors
/// When there is no display, or a program fails.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let desktop = stage.desktop()?;
    // Its windows' places are those of the peer; and it warms the caches for all.
    let (game, windows) = stage.windows(&desktop, "")?;
    game.stop(&stage.watch)?;
    let arguments = ["--seed".to_owned(), stage.options.seed.to_string()];
    let (mut ours, mut three, mut empty) = (Times::default(), Times::default(), Times::default());
    for _ in 0..stage.options.repeats() {
        time(stage, &desktop, 3, &mut ours, || {
            StartedProgram::start(&stage.tripong, &arguments, Place::on(&desktop.name))
        })?;
        time(stage, &desktop, 3, &mut three, || stage.start_three(&desktop, &windows, Repaint::Moving))?;
        time(stage, &desktop, 1, &mut empty, || stage.start_empty(&desktop))?;
    }
    let mut table = Table::new(&["who", "ms to the first window", "ms to all windows"]);
    let mut row = |name: &str, first: Spread, all: Spread| {
        table.row([name.to_owned(), first.to_string(), all.to_string()]);
    };
    let of = |values: &[f64]| Spread::of(values.iter().copied());
    row("tripong, three processes", of(&ours.first), of(&ours.all));
    row("one process, three windows", of(&three.first), of(&three.all));
    row("one empty window", of(&empty.first), of(&empty.all));
    row("tripong / one process", ratio(&ours.first, &three.first), ratio(&ours.all, &three.all));
    row("tripong / one empty window", ratio(&ours.first, &empty.first), ratio(&ours.all, &empty.all));
    print(&format!("\nstart, until the windows are painted\n\n{table}"))
}

/// Starts it once, and watches its windows appear.
fn time(
    stage: &Stage,
    desktop: &Desktop,
    windows: usize,
    times: &mut Times,
    start: impl FnOnce() -> Result<StartedProgram>,
) -> Result<()> {
    let begin = Instant::now();
    let mut process = start()?;
    let mut first = None;
    let all = stage.watch.until("the windows to be painted", || {
        process.must_live()?;
        let mut pids = children(process.pid());
        pids.push(process.pid());
        let seen = desktop.windows_of(&pids)?;
        let painted = seen.iter().filter(|window| desktop.is_painted(window)).count();
        let now = begin.elapsed().as_secs_f64() * 1000.0;
        if painted > 0 {
            first.get_or_insert(now);
        }
        Ok((painted == windows).then_some(now))
    })?;
    times.first.push(first.unwrap_or(all));
    times.all.push(all);
    process.stop(&stage.watch).map(drop)
}
