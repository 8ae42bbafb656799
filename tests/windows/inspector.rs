//! The inspector's window over a real game: opened from a pane, and used to freeze and to kill.

use std::cell::Cell;

use nix::sys::signal::Signal;

use crate::common::memory::Memory;
use crate::common::process::TestProcess;
use crate::common::{Ended, sleep_for_looks, wait_for, wait_until};
use crate::desktop::{Color, Desktop, LEFT_PADDLE, Window};
use crate::{RETURN, serve};

/// The button "Inspect" of a pane.
const INSPECT: (i32, i32) = (255, 22);
/// The key that shows the processes.
const KEY_2: u32 = 0x32;
/// The colour of a button, and half its height.
const BUTTON: Color = [50, 50, 50];
const HALF_HEIGHT: i32 = 12;
/// From the middle of the left pane's coloured name in the table across to each of its buttons.
const TO_KILL: i32 = 80;
const TO_FREEZE: i32 = 134;
const TO_CONTINUE: i32 = 200;

/// Some seconds.
const LOOKS_BETWEEN_CLICKS: u32 = 400;

/// The inspector's window, with the processes.
fn processes(desktop: &Desktop) -> Window {
    let window = desktop.window_titled("inspector");
    wait_until("the table of processes", || {
        desktop.click(&window, 600, 600);
        desktop.key(KEY_2);
        left_pane(desktop, &window).is_some()
    });
    window
}

/// Where the name of the left pane is in the table: in its second line, at the left edge. In the memory the colour is all
/// over, and in a window that is not painted yet one sees the paddle of the pane behind it, further down.
fn left_pane(desktop: &Desktop, window: &Window) -> Option<(i32, i32)> {
    let name = desktop.middle(window, LEFT_PADDLE).filter(|name| name.0 < 100.0 && name.1 < 200.0)?;
    Some((name.0 as i32, name.1 as i32))
}

/// Presses one of the left pane's buttons until it is seen that it was. Again only after a long while: a click beside the
/// box that the first one has opened would close it.
fn press(desktop: &Desktop, window: &Window, across: i32, is_done: impl Fn() -> bool) {
    let looks = Cell::new(0);
    wait_until("a button to be pressed", || {
        if looks.replace((looks.get() + 1) % LOOKS_BETWEEN_CLICKS) == 0 {
            let at = left_pane(desktop, window).and_then(|name| button(desktop, window, name, across));
            at.into_iter().for_each(|(x, y)| desktop.click(window, x, y));
        }
        is_done()
    });
}

/// The middle of the first button below the table there: how high the rows of the table are depends on what they say.
fn button(desktop: &Desktop, window: &Window, name: (i32, i32), across: i32) -> Option<(i32, i32)> {
    let x = name.0 + across;
    let places = desktop.places(window, BUTTON).into_iter();
    let below = places.filter(|at| at.0.cast_signed() == x && at.1.cast_signed() > name.1);
    below.map(|at| (x, at.1.cast_signed() + HALF_HEIGHT)).min()
}

fn is_stopped(pane: &TestProcess) -> bool {
    pane.status("State").is_some_and(|state| state.starts_with('T'))
}

pub(crate) fn a_pane_is_frozen_and_killed_by_clicks() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--seed 1 --restarts unlimited");
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[1]);
    serve(&desktop, &windows);
    memory.wait_for_ticks(50);
    desktop.click(&windows[0], INSPECT.0, INSPECT.1);
    let window = processes(&desktop);
    press(&desktop, &window, TO_FREEZE, || is_stopped(&panes[0]));
    // Where it had the ball or gets it, the ball is recalled from it.
    memory.wait_for_ticks(900);
    press(&desktop, &window, TO_CONTINUE, || !is_stopped(&panes[0]));
    // What is dangerous asks first: a box, which dims the window behind it.
    press(&desktop, &window, TO_KILL, || desktop.count(&window, LEFT_PADDLE) == 0);
    memory.wait_for_ticks(50);
    assert!(!panes[0].has_ended());
    desktop.key(RETURN);
    wait_until("the left pane to be reaped", || panes[0].is_gone());
    wait_until("the next process", || memory.incarnation(0) == 2);
    memory.wait_for_ticks(900);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    assert!(output.stderr.contains("died (killed by SIGKILL) and was started again"), "{output:?}");
}

pub(crate) fn an_inspector_that_is_closed_can_be_opened_again() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--inspect");
    let windows = wait_for("three panes and an inspector", || {
        let windows = desktop.all_windows();
        (windows.len() == 4).then_some(windows)
    });
    let first = desktop.window_titled("inspector");
    desktop.close(&first);
    wait_until("the inspector to be gone", || desktop.all_windows().len() == 3);
    let left = windows.iter().find(|window| window.title.contains("left")).unwrap();
    wait_until("another inspector", || {
        desktop.click(left, INSPECT.0, INSPECT.1);
        sleep_for_looks(1);
        desktop.all_windows().len() == 4
    });
    let second = desktop.window_titled("inspector");
    assert_ne!(first.title, second.title, "another process");
    // It leaves with the game.
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!((output.ended, output.news().as_str()), (Ended::Code(143), ""));
}
