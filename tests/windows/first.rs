//! The first ten seconds with a keyboard alone, and what all windows show when a process dies.

use nix::sys::signal::Signal;

use crate::common::memory::Memory;
use crate::common::process::TestProcess;
use crate::common::{Ended, sleep_for_looks, wait_until};
use crate::desktop::{Desktop, LEFT_PADDLE, Window};
use crate::picture::Picture;
use crate::{ENOUGH, RETURN, wait_for_ball, wait_for_message_box};

const SPACE: u32 = 0x20;
/// Where a court at rest shows what has just happened: a part of the band at its bottom, beside the paddles. Left, top, width
/// and height.
const BAND: [u32; 4] = [70, 296, 110, 50];

/// The window that has the keyboard, wherever the manager has put it.
fn focused<'a>(desktop: &Desktop, windows: &'a [Window]) -> Option<&'a Window> {
    windows.iter().find(|window| desktop.has_keyboard(window))
}

/// Nobody has clicked anything.
pub(crate) fn space_alone_serves() {
    let desktop = Desktop::start();
    let _game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    wait_until("a window to have the keyboard", || focused(&desktop, &windows).is_some());
    let window = focused(&desktop, &windows).unwrap();
    let index = windows.iter().position(|other| other == window).unwrap();
    // The box dims the window: its lit paddle is looked for in whichever it is.
    let color = [LEFT_PADDLE, [0xe6, 0x9f, 0x00], [0x3f, 0xc9, 0x9a]][index];
    assert!(desktop.count(window, color) > ENOUGH);
    // Held long enough for the display to repeat it: it opens the box and does not answer it.
    desktop.hold_key(SPACE);
    wait_until("the message box", || desktop.count(window, color) == 0);
    sleep_for_looks(2);
    assert_eq!(desktop.count(window, color), 0, "the key that opened the box has answered it");
    desktop.let_go_of_key(SPACE);
    desktop.key(SPACE);
    wait_until("the box to close", || desktop.count(window, color) > ENOUGH);
    for window in &windows {
        wait_for_ball(&desktop, window);
    }
}

/// Enter, from the keyboard of the left window, which somebody has pointed at.
pub(crate) fn enter_serves_and_space_pauses() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let memory = Memory::of(&game.panes(3)[0]);
    desktop.click(&windows[0], 150, 40);
    wait_until("the left window to have the keyboard", || desktop.has_keyboard(&windows[0]));
    desktop.key(RETURN);
    wait_for_message_box(&desktop, &windows[0]);
    desktop.key(RETURN);
    memory.wait_for_ticks(50);
    desktop.key(SPACE);
    wait_until("the pause", || memory.region().settings().paused);
    desktop.key(SPACE);
    wait_until("the ball to fly on", || !memory.region().settings().paused);
    memory.wait_for_ticks(50);
}

fn band(desktop: &Desktop, window: &Window) -> Option<Picture> {
    Some(desktop.picture(window)?.part(BAND))
}

/// Two panes that sleep nap less often in a second: one that paints, sixty times and more.
const MOST_NAPS: u64 = 30;

fn naps(panes: &[&TestProcess]) -> u64 {
    panes.iter().map(|pane| pane.naps()).sum()
}

/// Whether these panes sleep in a second in which the window shows the death all the time: one that paints does not. False once
/// it shows it no more.
fn sleep_meanwhile(
    desktop: &Desktop,
    window: &Window,
    before: &Option<Picture>,
    panes: &[&TestProcess],
) -> bool {
    let is_shown = || band(desktop, window) != *before;
    while is_shown() {
        let naps_before = naps(panes);
        sleep_for_looks(1);
        if is_shown() && naps(panes) - naps_before < MOST_NAPS {
            return true;
        }
    }
    false
}

/// The ball rests, so nothing else moves in the bands.
pub(crate) fn a_death_is_shown_everywhere_for_a_while() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--restarts unlimited");
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    desktop.point_at(0, 0);
    let before: Vec<_> = windows.iter().map(|window| band(&desktop, window)).collect();
    assert!(before.iter().all(Option::is_some));
    let others = [&panes[1], &panes[2]];
    // The restart of the pane wakes the others some times: on a slow machine for as long as it is news. Then again.
    wait_until("the other windows to sleep while they show a death", || {
        game.panes(3)[0].signal(Signal::SIGKILL);
        for (window, before) in windows.iter().zip(&before).skip(1) {
            let shows = || band(&desktop, window).is_some_and(|now| Some(now) != *before);
            wait_until("the other windows to show the death", shows);
        }
        sleep_meanwhile(&desktop, &windows[2], &before[2], &others)
    });
    for (window, before) in windows.iter().zip(&before).skip(1) {
        wait_until("it to go by itself", || band(&desktop, window) == *before);
    }
    let windows = desktop.windows(3);
    wait_until("the new process to be as the old one was", || band(&desktop, &windows[0]) == before[0]);
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
}
