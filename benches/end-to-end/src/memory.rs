//! Memory: the proportional set size, in which what several processes share counts once.

use std::time::Duration;

use crate::desktop::Desktop;
use crate::error::{Result, print};
use crate::peer::Repaint;
use crate::proc::pss_bytes;
use crate::stage::Stage;
use crate::stats::{Spread, Table, ratio};

/// Of play, before anything is weighed.
const AFTER: Duration = Duration::from_secs(3);

/// Mebibytes of one repetition.
#[derive(Default)]
struct Weights {
    launcher: Vec<f64>,
    pane: Vec<f64>,
    ours: Vec<f64>,
    three: Vec<f64>,
    empty: Vec<f64>,
}

/// Prints the memory of tripong and of its peers.
///
/// # Errors
/// When there is no display, or a program fails.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let desktop = stage.desktop()?;
    let mut weights = Weights::default();
    for _ in 0..stage.options.repeats() {
        weigh(stage, &desktop, &mut weights)?;
    }
    let mut table = Table::new(&["who", "processes", "PSS in MiB"]);
    let rows = [
        ("tripong, three windows, all together", "4", &weights.ours),
        ("... of these the launcher", "1", &weights.launcher),
        ("... of these each pane", "1", &weights.pane),
        ("one process, three windows", "1", &weights.three),
        ("one empty window", "1", &weights.empty),
    ];
    for (name, processes, values) in rows {
        let spread = Spread::of(values.iter().copied());
        table.row([name.to_owned(), processes.to_owned(), spread.to_string()]);
    }
    for (name, theirs) in [("one process", &weights.three), ("one empty window", &weights.empty)] {
        table.row([format!("tripong / {name}"), String::new(), ratio(&weights.ours, theirs).to_string()]);
    }
    print(&format!("\nmemory, {} s after the serve\n\n{table}", AFTER.as_secs()))
}

fn weigh(stage: &Stage, desktop: &Desktop, weights: &mut Weights) -> Result<()> {
    let watch = &stage.watch;
    let mebibytes = |pid| pss_bytes(pid) as f64 / 1024.0 / 1024.0;
    let (game, windows) = stage.served_windows(desktop, "")?;
    watch.pause(AFTER)?;
    let (launcher, panes) = (mebibytes(game.launcher()), game.panes.iter().map(|pid| mebibytes(*pid)));
    let panes: Vec<f64> = panes.collect();
    weights.launcher.push(launcher);
    weights.pane.push(Spread::of(panes.iter().copied()).median);
    weights.ours.push(launcher + panes.iter().sum::<f64>());
    game.stop(watch)?;

    let three = stage.start_three(desktop, &windows, Repaint::Moving)?;
    desktop.settled(&[three.pid()], windows.len(), watch)?;
    watch.pause(AFTER)?;
    weights.three.push(mebibytes(three.pid()));
    three.stop(watch)?;

    let empty = stage.start_empty(desktop)?;
    desktop.settled(&[empty.pid()], 1, watch)?;
    watch.pause(AFTER)?;
    weights.empty.push(mebibytes(empty.pid()));
    empty.stop(watch).map(drop)
}
