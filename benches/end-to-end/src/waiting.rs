//! A pane without the ball: how often it wakes, and what CPU it uses.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tripong::protocol::TransportKind;

use crate::error::{Error, Result, print, report_line};
use crate::game::Game;
use crate::proc::{Usage, sum, usage, usage_of_threads};
use crate::stage::Stage;
use crate::stats::{Table, digits};

/// Between two looks. Half of the time in which the ball crosses half a pane, so none is crossed unseen.
const STEP: Duration = Duration::from_millis(200);
/// Between the serve and the measuring.
const SETTLE: Duration = Duration::from_secs(2);

/// How far a pane is from the ball.
const DISTANCES: [&str; 3] = ["with the ball, or just before or after", "next to the ball", "further away"];

/// What the threads of all panes of one distance have used, and how long there were how many of them.
#[derive(Debug, Default)]
struct Used {
    pane_secs: f64,
    threads: BTreeMap<String, Usage>,
}

/// Prints what panes cost, by their distance from the ball, for each transport.
///
/// # Errors
/// When a game fails. Without a display the games with windows are left out, and that is said.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let mut headless = table();
    for transport in TransportKind::ALL {
        let game = stage.headless(&format!("--panes 16 --transport {transport}"), None)?;
        watch(stage, game, transport, &mut headless)?;
    }
    let time = stage.options.time(15).as_secs_f64();
    print(&format!("\nwaiting, 16 panes without windows, {time} s for each transport\n\n{headless}"))?;
    let desktop = match stage.desktop() {
        Err(Error::NoDisplay(why)) => {
            report_line(&format!("tripong-end-to-end: without windows: {why}"));
            return Ok(());
        }
        desktop => desktop?,
    };
    let mut windows = table();
    for transport in TransportKind::ALL {
        let (game, _) = stage.served_windows(&desktop, &format!("--transport {transport}"))?;
        watch(stage, game, transport, &mut windows)?;
    }
    print(&format!("\nwaiting, three windows, {time} s for each transport\n\n{windows}"))
}

fn table() -> Table {
    Table::new(&["transport", "pane", "sleeps/s", "preempted/s", "CPU us/s", "sleeps/s of its threads"])
}

/// Watches a game, and adds a row per distance.
fn watch(stage: &Stage, game: Game, transport: TransportKind, table: &mut Table) -> Result<()> {
    stage.watch.pause(SETTLE)?;
    let mut used: [Used; 3] = Default::default();
    let (begin, launcher) = (Instant::now(), usage(game.launcher()));
    let mut before = look(&game);
    while begin.elapsed() < stage.options.time(15) {
        let from = Instant::now();
        stage.watch.pause(STEP)?;
        let after = look(&game);
        add(&mut used, &before, &after, from.elapsed().as_secs_f64());
        before = after;
    }
    let launcher = Used {
        pane_secs: begin.elapsed().as_secs_f64(),
        threads: BTreeMap::from([("tripong".to_owned(), usage(game.launcher()) - launcher)]),
    };
    game.stop(&stage.watch)?;
    for (name, used) in DISTANCES.into_iter().chain(["(the launcher)"]).zip(used.iter().chain([&launcher])) {
        table.row(row(transport, name, used));
    }
    Ok(())
}

fn row(transport: TransportKind, name: &str, used: &Used) -> [String; 6] {
    if used.pane_secs == 0.0 {
        return [transport.name(), name, "-", "-", "-", ""].map(str::to_owned);
    }
    let rate = |count: u64| digits(count as f64 / used.pane_secs);
    let all = sum(used.threads.values().copied());
    let threads = used.threads.iter().filter(|(_, usage)| usage.sleeps > 0);
    let threads =
        threads.map(|(name, usage)| format!("{} {}", name.trim_end_matches([':', '-']), rate(usage.sleeps)));
    let (sleeps, preempted, cpu) = (rate(all.sleeps), rate(all.preempted), rate(all.cpu_ns / 1000));
    [transport.to_string(), name.to_owned(), sleeps, preempted, cpu, threads.collect::<Vec<_>>().join(", ")]
}

/// Who has the ball, and what each pane has used so far.
type Look = (Option<usize>, Vec<BTreeMap<String, Usage>>);

fn look(game: &Game) -> Look {
    let holder = game.holder().map(|pane| pane.index());
    (holder, game.panes.iter().map(|pid| usage_of_threads(*pid)).collect())
}

/// Adds what was used between two looks to the distance that each pane had in both; the nearer one counts.
fn add(used: &mut [Used; 3], before: &Look, after: &Look, secs: f64) {
    for (pane, threads) in after.1.iter().enumerate() {
        let distances = [before.0, after.0].map(|holder| holder.map_or(0, |holder| holder.abs_diff(pane)));
        let distance = distances.into_iter().min().unwrap_or(0).min(2);
        let to = &mut used[distance];
        to.pane_secs += secs;
        for (name, usage) in threads {
            let earlier = before.1[pane].get(name).copied().unwrap_or_default();
            *to.threads.entry(name.clone()).or_default() += *usage - earlier;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pane_counts_where_it_was_nearest_to_the_ball() {
        let usage = |sleeps| BTreeMap::from([("t".to_owned(), Usage { sleeps, ..Usage::default() })]);
        let before = (Some(0), vec![usage(1), usage(1), usage(1), usage(1)]);
        let after = (Some(1), vec![usage(2), usage(3), usage(5), usage(9)]);
        let mut used: [Used; 3] = Default::default();
        add(&mut used, &before, &after, 0.5);
        assert_eq!(used.each_ref().map(|used| used.pane_secs), [1.0, 0.5, 0.5]);
        assert_eq!(used.each_ref().map(|used| used.threads["t"].sleeps), [3, 4, 8]);
    }
}
