//! Where the windows are: where they belong, or where their user has put them; and in front, if that is wanted.

use nix::sys::signal::Signal;
use tripong::game::PaneId;

use crate::common::memory::Memory;
use crate::common::process::TestProcess;
use crate::common::{wait_for, wait_until};
use crate::desktop::{Desktop, SCREEN, Window};

/// The least width of a pane, in points.
const LEAST_WIDTH: u32 = 320;
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

fn rect(window: &Window) -> [i32; 4] {
    [window.x, window.y, window.x + window.width.cast_signed(), window.y + window.height.cast_signed()]
}

fn overlap(a: &Window, b: &Window) -> bool {
    let ([a_left, a_top, a_right, a_bottom], [b_left, b_top, b_right, b_bottom]) = (rect(a), rect(b));
    a_left < b_right && b_left < a_right && a_top < b_bottom && b_top < a_bottom
}

/// Waits until all windows stand still: the panes from left to right, and the inspector.
fn panes_and_inspector(desktop: &Desktop) -> (Vec<Window>, Window) {
    let inspector = desktop.window_titled("inspector");
    let panes = ["1 of 3", "2 of 3", "3 of 3"].map(|part| desktop.window_titled(part));
    (panes.to_vec(), desktop.all_windows().into_iter().find(|window| window.id == inspector.id).unwrap())
}

pub(crate) fn on_a_projector_all_windows_have_their_part() {
    for screen in [(1280, 800), (1920, 1080)] {
        let desktop = Desktop::of_size(screen);
        let game = desktop.tripong("--present");
        let (panes, inspector) = panes_and_inspector(&desktop);
        let floor = panes.iter().map(|pane| rect(pane)[3]).max().unwrap();
        assert!(inspector.y >= floor, "{inspector:?} is below {panes:?}");
        assert!(panes.windows(2).all(|pair| !overlap(&pair[0], &pair[1])), "{panes:?}");
        let (width, height) = (i32::from(screen.0), i32::from(screen.1));
        for window in panes.iter().chain([&inspector]) {
            let [left, top, right, bottom] = rect(window);
            assert!(left >= 0 && top >= 0 && right <= width && bottom <= height, "{window:?}");
        }
        assert!(inspector.width + 10 >= u32::from(screen.0), "{inspector:?}");
        // The keyboard is at a pane: Start is pressed there.
        wait_until("a pane to have the keyboard", || panes.iter().any(|pane| desktop.has_keyboard(pane)));
        game.launcher().signal(Signal::SIGTERM);
        let output = game.finish();
        assert_eq!(output.stderr, "");
        assert!(!desktop.settings.join("tripong").exists(), "the next game is as it was");
    }
}

pub(crate) fn on_a_second_monitor_the_inspector_is_alone() {
    let desktop = Desktop::of_size((1900, 700));
    desktop.divide_into_monitors(1000, 900, 700);
    let _game = desktop.tripong("--present");
    let (panes, inspector) = panes_and_inspector(&desktop);
    let right = panes.iter().map(|pane| rect(pane)[2]).max().unwrap();
    assert!(inspector.x >= right && inspector.width > 600, "{inspector:?} beside {panes:?}");
}

pub(crate) fn the_inspector_never_covers_all_panes() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--inspect --restarts unlimited");
    let (panes, inspector) = panes_and_inspector(&desktop);
    assert!(panes.iter().any(|pane| !overlap(pane, &inspector)), "{inspector:?} over {panes:?}");
    // Started again, it opens where it was put.
    crate::common::sleep_for_looks(1);
    desktop.put(&inspector, [40, 50, 600, 400]);
    let processes = TestProcess::children_of(game.launcher().pid);
    let is_inspector = |process: &&TestProcess| process.pane().is_none();
    let dead = processes.iter().find(is_inspector).expect("the inspector is a child of the launcher");
    wait_until("the inspector to be there", || {
        desktop.all_windows().iter().any(|window| window.id == inspector.id && window.width == 600)
    });
    crate::common::sleep_for_looks(1);
    let before = desktop.window_titled("inspector");
    dead.signal(Signal::SIGKILL);
    wait_until("the inspector to be gone", || dead.is_gone());
    let pane = desktop.window_titled("1 of 3");
    wait_until("another inspector", || {
        desktop.click(&pane, 255, 22);
        crate::common::sleep_for_looks(1);
        desktop.all_windows().len() == 4
    });
    assert_eq!(geometry(&desktop.window_titled("inspector")), geometry(&before));
}

/// The least width of a window, in pixels, as its hints have it.
fn least_width(desktop: &Desktop, window: &Window) -> u32 {
    desktop.words(window.id, "WM_NORMAL_HINTS")[5]
}

pub(crate) fn on_a_large_screen_texts_are_larger_unless_a_scale_is_stated() {
    let desktop = Desktop::of_size((3840, 2160));
    for (environment, factor) in
        [(&[][..], 2), (&[("GDK_SCALE", "3")], 3), (&[("WINIT_X11_SCALE_FACTOR", "1")], 1)]
    {
        let game = desktop.tripong_with("--panes 2", environment);
        let windows = wait_for("two windows", || {
            let windows = desktop.all_windows();
            (windows.len() == 2).then_some(windows)
        });
        assert_eq!(least_width(&desktop, &windows[0]), factor * LEAST_WIDTH, "{environment:?}");
        game.launcher().signal(Signal::SIGTERM);
        game.finish();
        desktop.wait_until_empty();
    }
}
