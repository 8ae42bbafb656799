//! Memory: the proportional set size, in which what several processes share counts once; and the same without other programs that
//! share it too.

use std::time::Duration;

use crate::desktop::Desktop;
use crate::error::{Result, print};
use crate::pages::bytes_together;
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
    /// The last three, with each page of a file once, whatever other programs have it.
    together: [Vec<f64>; 3],
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
    let mut table =
        Table::new(&["who", "processes", "PSS in MiB", "MiB, each page of a file once, no other programs"]);
    let [ours, three, empty] = &weights.together;
    let rows = [
        ("tripong, three windows, all together", "4", &weights.ours, Some(ours)),
        ("... of these the launcher", "1", &weights.launcher, None),
        ("... of these each pane", "1", &weights.pane, None),
        ("one process, three windows", "1", &weights.three, Some(three)),
        ("one empty window", "1", &weights.empty, Some(empty)),
    ];
    let spread = |values: &Vec<f64>| Spread::of(values.iter().copied()).to_string();
    for (name, processes, values, together) in rows {
        let together = together.map(spread).unwrap_or_default();
        table.row([name.to_owned(), processes.to_owned(), spread(values), together]);
    }
    let peers = [("one process", &weights.three, three), ("one empty window", &weights.empty, empty)];
    for (name, theirs, together) in peers {
        let ratios = [ratio(&weights.ours, theirs), ratio(ours, together)].map(|ratio| ratio.to_string());
        let [pss, together] = ratios;
        table.row([format!("tripong / {name}"), String::new(), pss, together]);
    }
    print(&format!("\nmemory, {} s after the serve\n\n{table}", AFTER.as_secs()))
}

fn weigh(stage: &Stage, desktop: &Desktop, weights: &mut Weights) -> Result<()> {
    let watch = &stage.watch;
    let mebibytes = |bytes| bytes as f64 / 1024.0 / 1024.0;
    let [ours, three_windows, one_window] = &mut weights.together;
    let (game, windows) = stage.served_windows(desktop, "")?;
    watch.pause(AFTER)?;
    let launcher = mebibytes(pss_bytes(game.launcher()));
    let panes: Vec<f64> = game.panes.iter().map(|pid| mebibytes(pss_bytes(*pid))).collect();
    ours.push(mebibytes(bytes_together(game.processes())));
    weights.launcher.push(launcher);
    weights.pane.push(Spread::of(panes.iter().copied()).median);
    weights.ours.push(launcher + panes.iter().sum::<f64>());
    game.stop(watch)?;

    let three = stage.start_three(desktop, &windows, Repaint::Moving)?;
    desktop.settled(&[three.pid()], windows.len(), watch)?;
    watch.pause(AFTER)?;
    weights.three.push(mebibytes(pss_bytes(three.pid())));
    three_windows.push(mebibytes(bytes_together([three.pid()])));
    three.stop(watch)?;

    let empty = stage.start_empty(desktop)?;
    desktop.settled(&[empty.pid()], 1, watch)?;
    watch.pause(AFTER)?;
    weights.empty.push(mebibytes(pss_bytes(empty.pid())));
    one_window.push(mebibytes(bytes_together([empty.pid()])));
    empty.stop(watch).map(drop)
}
