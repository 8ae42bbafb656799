//! Windows that nobody can see.

use nix::sys::signal::Signal;
use tripong::game::Court;
use tripong::protocol::Speed;

use crate::common::memory::Memory;
use crate::common::process::{TestProcess, wait_until_gone};
use crate::common::{Ended, wait_for};
use crate::desktop::Desktop;
use crate::serve;

const COURT: Court = Court { panes: 3, seed: 1 };
/// Ticks over which is measured: four seconds of the game.
const TICKS: u64 = 960;

/// What was seen over so many ticks.
#[derive(Debug)]
struct Seen {
    /// How much of the time that has passed the ball has flown, in percent.
    flown_percent: u64,
    /// CPU time of all panes, in hundredths of a second.
    cpu: u64,
}

/// Ticks of the ball's life, and when the next one is due.
fn moment(memory: &Memory) -> (u64, u64) {
    wait_for("a ball", || {
        let record = memory.region().ball(memory.ownership()?, &COURT).ok()?;
        Some((record.ball.tick, record.due_ns))
    })
}

fn look_on(memory: &Memory, panes: &[TestProcess]) -> Seen {
    let cpu = || panes.iter().map(TestProcess::cpu_ticks).sum::<u64>();
    let (cpu_before, (tick, due_ns)) = (cpu(), moment(memory));
    memory.wait_for_ticks(TICKS);
    let (tick_after, due_after_ns) = moment(memory);
    let flown_ns = (tick_after - tick) * Speed::Normal.tick_ns();
    Seen { flown_percent: flown_ns * 100 / (due_after_ns - due_ns), cpu: cpu() - cpu_before }
}

#[expect(clippy::print_stderr, reason = "the figures, for a person to read")]
pub(crate) fn hidden_windows_neither_slow_the_ball_nor_paint() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    serve(&desktop, &windows);
    memory.wait_for_ticks(240);
    let seen = look_on(&memory, &panes);
    windows.iter().for_each(|window| desktop.minimise(window));
    let icons = look_on(&memory, &panes);
    windows.iter().for_each(|window| desktop.show(window));
    desktop.cover_everything();
    memory.wait_for_ticks(60);
    let covered = look_on(&memory, &panes);
    eprintln!("seen {seen:?}, icons {icons:?}, covered {covered:?}");
    for (what, hidden) in [("icons", &icons), ("covered", &covered)] {
        // A game that is late by a tenth of a second goes on from now: on a busy machine some time is lost, seen or not.
        assert!(hidden.flown_percent >= 50, "{what}: {hidden:?}, seen {seen:?}");
        assert!(2 * hidden.cpu < seen.cpu, "{what}: {hidden:?}, seen {seen:?}");
    }
}

pub(crate) fn icons_end_with_the_game() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    serve(&desktop, &windows);
    memory.wait_for_ticks(60);
    windows.iter().for_each(|window| desktop.minimise(window));
    memory.wait_for_ticks(240);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!((output.ended, output.news().as_str()), (Ended::Code(143), ""));
    wait_until_gone(&panes);
}
