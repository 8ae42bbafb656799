//! A recording of a real game, in the windows of a replay: they show what the windows of the game have shown.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use tripong::recording::{Line, Reader};

use crate::common::memory::Memory;
use crate::common::process::TestProcess;
use crate::common::{Ended, Program, sleep_for_looks, wait_for, wait_until};
use crate::desktop::{BALL, Desktop, Window};
use crate::serve;

const SPACE: u32 = 0x20;
const D: u32 = 0x64;
const SHIFT: u32 = 0xffe1;
const N: u32 = 0x6e;
const P: u32 = 0x70;
const HOME: u32 = 0xff50;
const END: u32 = 0xff57;
/// So far two pictures of one court may be apart, in pixels.
const NEAR: f64 = 3.0;

/// A file that is gone with it.
struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.0);
    }
}

/// What was seen of a game.
struct Seen {
    file: File,
    /// The process that was killed, and the next one of its pane.
    pids: [u32; 2],
    /// Where the ball stood still at the end: in which pane's window, and where there.
    ball: (usize, (f64, f64)),
}

/// Plays a game in which the middle pane is killed while it has the ball, and which is paused at the end.
fn record(desktop: &Desktop, name: &str) -> Seen {
    let name = format!("{name}-{}.jsonl", std::process::id());
    let file = File(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
    let game = desktop.tripong(&format!("--seed 1 --record {}", file.0.display()));
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    serve(desktop, &windows);
    wait_until("the ball in the middle pane", || {
        let holder = memory.ownership().and_then(|ownership| ownership.holder.pane());
        holder.is_some_and(|pane| pane.0 == 1)
    });
    panes[1].signal(Signal::SIGKILL);
    wait_until("the pane to be reaped", || panes[1].is_gone());
    let windows = desktop.windows(3);
    memory.wait_for_ticks(200);
    desktop.click(&windows[0], 200, 200);
    desktop.key(P);
    let (mut before, mut still_for) = (None, 0);
    let ball = wait_for("the ball to stand still", || {
        let now = whereabouts(desktop, &windows);
        still_for = if now == before { still_for + 1 } else { 0 };
        before = now;
        now.filter(|_| still_for > 20)
    });
    let pids = [panes[1].pid, game.panes(3)[1].pid];
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
    desktop.wait_until_empty();
    Seen { file, pids, ball }
}

/// In which of these windows the ball is, and where.
fn whereabouts(desktop: &Desktop, windows: &[Window]) -> Option<(usize, (f64, f64))> {
    let most = (0..windows.len()).max_by_key(|index| desktop.count(&windows[*index], BALL))?;
    Some((most, desktop.middle(&windows[most], BALL)?))
}

/// Which pane had the ball when the process was reaped that was killed.
fn holder_at_death(seen: &Seen) -> usize {
    let mut reader = Reader::open(&seen.file.0).unwrap();
    let mut holder = None;
    while let Some(numbered) = reader.next().unwrap() {
        match numbered.line {
            Line::Serve(serve) => holder = Some(serve.pane),
            Line::Hop(hop) => holder = Some(hop.to),
            Line::Recovered(recovered) => holder = Some(recovered.pane),
            Line::Died(died) if died.pid == seen.pids[0] => break,
            _ => {}
        }
    }
    holder.expect("the ball was served").index()
}

/// The windows of the panes, from the left, when they stand still.
fn panes(desktop: &Desktop) -> Vec<Window> {
    let (mut before, mut still_for) = (Vec::new(), 0);
    wait_for("three panes of a replay", || {
        let mut windows = desktop.all_windows();
        windows.retain(|window| window.title.contains("of 3: tripong replay"));
        windows.sort_by_key(|window| window.x);
        still_for = if windows == before { still_for + 1 } else { 0 };
        before.clone_from(&windows);
        (windows.len() == 3 && still_for > 20).then_some(windows)
    })
}

fn title_of_middle(desktop: &Desktop) -> String {
    panes(desktop)[1].title.clone()
}

/// Opens the replay. The keys go to its main window.
fn open(desktop: &Desktop, file: &File) -> (Program, Window) {
    let replay = desktop.tripong(&format!("replay {}", file.0.display()));
    panes(desktop);
    let main = desktop.window_titled("tripong: replay");
    desktop.click(&main, main.width.cast_signed() - 5, main.height.cast_signed() - 5);
    (replay, main)
}

fn process(replay: &Program) -> TestProcess {
    wait_for("the process with the windows", || TestProcess::children_of(replay.launcher().pid).pop())
}

pub(crate) fn it_shows_what_the_game_has_shown() {
    let desktop = Desktop::of_size((1200, 1000));
    let seen = record(&desktop, "shown");
    let (replay, main) = open(&desktop, &seen.file);
    let (pane, (x, y)) = seen.ball;
    wait_until("the ball where it was at the end of the game", || {
        desktop.key(END);
        sleep_for_looks(1);
        whereabouts(&desktop, &panes(&desktop))
            .is_some_and(|(now, at)| now == pane && (at.0 - x).abs() < NEAR && (at.1 - y).abs() < NEAR)
    });
    assert!(title_of_middle(&desktop).ends_with(&format!("middle pane, pid {}", seen.pids[1])));
    let holder = holder_at_death(&seen);
    desktop.key(HOME);
    // On a busy machine a ball may have been recalled before: that is a mark as well.
    desktop.hold_key(SHIFT);
    desktop.key(D);
    desktop.let_go_of_key(SHIFT);
    wait_until("the middle pane at its death", || {
        let is_old = title_of_middle(&desktop).ends_with(&format!("middle pane, pid {}", seen.pids[0]));
        is_old && whereabouts(&desktop, &panes(&desktop)).is_some_and(|ball| ball.0 == holder)
    });
    desktop.key(SPACE);
    wait_until("the ball to fly on", || {
        whereabouts(&desktop, &panes(&desktop)).is_some_and(|ball| ball.0 != holder)
    });
    desktop.close(&panes(&desktop)[0]);
    wait_until("one window to be closed", || desktop.all_windows().len() == 3);
    desktop.close(&main);
    let output = replay.finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""));
    desktop.wait_until_empty();
}

pub(crate) fn while_it_stands_still_it_sleeps() {
    let desktop = Desktop::of_size((1200, 1000));
    let seen = record(&desktop, "still");
    let (replay, _main) = open(&desktop, &seen.file);
    let process = process(&replay);
    desktop.key(N);
    wait_until("the replay to sleep", || {
        let before = (process.naps(), process.cpu_ticks());
        sleep_for_looks(3);
        (process.naps(), process.cpu_ticks()) == before
    });
    replay.launcher().signal(Signal::SIGTERM);
    assert_eq!(replay.finish().ended, Ended::By(Signal::SIGTERM));
    wait_until("its windows to be gone", || process.has_ended());
    desktop.wait_until_empty();
}

pub(crate) fn what_is_no_recording_is_a_line_and_no_window() {
    let desktop = Desktop::start();
    let replay = desktop.tripong("replay Cargo.toml");
    let output = replay.finish();
    assert_eq!(output.ended, Ended::Code(2), "{output:?}");
    assert!(output.stderr.contains("Cargo.toml") && output.stderr.lines().count() == 1, "{output:?}");
}
