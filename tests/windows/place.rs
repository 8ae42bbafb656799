//! Where the windows are: where they belong, or where their user has put them; and in front, if that is wanted.

use nix::sys::signal::Signal;
use tripong::game::PaneId;

use crate::common::memory::Memory;
use crate::common::process::TestProcess;
use crate::common::{wait_for, wait_until};
use crate::desktop::{Desktop, SCREEN, Window};

const F3: u32 = 0xffc0;
/// What a frame may add at each side, in pixels.
const FRAME: i32 = 10;

fn geometry(window: &Window) -> [i64; 4] {
    [window.x.into(), window.y.into(), window.width.into(), window.height.into()]
}

/// Waits until the middle pane's process has said where its window is, and that is the last word.
fn wait_for_place(pane: &TestProcess) {
    let memory = Memory::of(pane);
    let (mut last, mut looks) = (None, 0);
    wait_for("the window to have noticed where it is", || {
        let now = memory.region().pane(PaneId(1)).status.place();
        looks = if now.is_some() && now == last { looks + 1 } else { 0 };
        last = now;
        (looks > 30).then_some(())
    });
}

pub(crate) fn a_window_comes_back_where_it_was_put() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--restarts unlimited");
    let windows = desktop.windows(3);
    let mut panes = game.panes(3);
    // Until its place is known, nobody can have moved it: a moment more than a window needs to settle.
    crate::common::sleep_for_looks(1);
    desktop.put(&windows[1], [330, 40, 450, 460]);
    wait_for_place(&panes[1]);
    let put = desktop.window_titled("middle pane");
    assert_ne!(geometry(&put), geometry(&windows[1]));
    assert_eq!((put.width, put.height), (450, 460));
    for round in 1..=3 {
        panes[1].signal(Signal::SIGKILL);
        wait_until("the pane to be reaped", || panes[1].is_gone());
        panes = game.panes(3);
        let again = desktop.window_titled(&format!("middle pane, pid {}", panes[1].pid));
        assert_eq!(geometry(&again), geometry(&put), "after {round} deaths");
    }
}

pub(crate) fn one_key_brings_all_to_the_front() {
    let desktop = Desktop::start();
    let _game = desktop.tripong("");
    let windows = desktop.windows(3);
    desktop.minimise(&windows[0]);
    desktop.minimise(&windows[2]);
    // A click gives the window the keyboard.
    desktop.click(&windows[1], 200, 150);
    desktop.key(F3);
    wait_until("all windows to be shown", || !windows.iter().any(|window| desktop.is_icon(window)));
    // The last to come takes the keyboard, and gives it back.
    wait_until("the keyboard to be where the key was pressed", || desktop.has_keyboard(&windows[1]));
}

pub(crate) fn on_the_first_of_two_monitors() {
    let desktop = Desktop::start();
    let (half, height) = (SCREEN.0 * 2 / 3, SCREEN.1);
    desktop.add_primary_monitor(half, height);
    let _game = desktop.tripong("--panes 2");
    let windows = desktop.windows(2);
    let right = windows[1].x + windows[1].width.cast_signed();
    assert!((0..FRAME).contains(&(i32::from(half) - right)), "{windows:?}");
}

pub(crate) fn side_by_side_at_another_scale() {
    let desktop = Desktop::start();
    let _game = desktop.tripong_with("--panes 2", &[("WINIT_X11_SCALE_FACTOR", "1.5")]);
    let windows = desktop.windows(2);
    let right_of = |window: &Window| window.x + window.width.cast_signed();
    let gaps =
        [windows[0].x, windows[1].x - right_of(&windows[0]), i32::from(SCREEN.0) - right_of(&windows[1])];
    assert!(gaps.iter().all(|gap| (0..FRAME).contains(gap)), "{gaps:?}: {windows:?}");
}
