//! Windows among others: in order on every desktop, and back as they stood, without taking the keyboard, after their process died.

use nix::sys::signal::Signal;
use tripong::game::PaneId;
use tripong::platform::sync::Ordering;
use tripong::protocol::Action;

use crate::common::memory::Memory;
use crate::common::process::TestProcess;
use crate::common::{Ended, Program, is_installed, wait_for, wait_until};
use crate::desktop::{Desktop, Window};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("a_restarted_window_takes_no_keyboard_and_stays_under_the_inspector", a_restarted_window_stays_below),
    ("windows_come_back_as_icons_maximized_and_on_their_desktop", windows_come_back_as_they_were),
    (TILED, panes_stand_in_order_on_a_tiling_desktop),
    (TABBED, panes_stand_in_order_in_tabs),
];
/// The tests that need another window manager.
pub(crate) const TILED: &str = "panes_stand_in_order_on_a_tiling_desktop_and_a_lost_order_is_reported";
pub(crate) const TABBED: &str = "panes_stand_in_order_in_tabs_and_a_restarted_one_takes_no_keyboard";

/// What a frame may add, in pixels.
const FRAME: i64 = 10;

/// Whether there is that manager.
pub(crate) fn is_tiling_available() -> bool {
    is_installed("i3")
}

/// Waits for the pane's next process, and for the window manager to have its window. Returns its number.
fn comes_back(desktop: &Desktop, game: &Program, dead: &TestProcess, pane: usize) -> u32 {
    wait_until("the pane to be reaped", || dead.is_gone());
    // A busy machine may keep the next process waiting so long that it is killed in its turn.
    let id = wait_for("its next window", || desktop.managed(&format!("pid {}", game.panes(3)[pane].pid)));
    wait_for_its_word(&game.panes(3)[pane], pane);
    id
}

/// Until its process has said that it is shown: then it has asked the manager for all that it wants.
fn wait_for_its_word(process: &TestProcess, pane: usize) {
    let memory = Memory::of(process);
    let pane = PaneId(u8::try_from(pane).unwrap());
    wait_until("the window to be shown", || memory.region().pane(pane).status.window.is_shown());
}

fn is_below(desktop: &Desktop, lower: u32, higher: u32) -> bool {
    let stacking = desktop.stacking();
    let at = |id| stacking.iter().position(|window| *window == id);
    at(lower).zip(at(higher)).is_some_and(|(lower, higher)| lower < higher)
}

fn place(window: &Window) -> [i64; 4] {
    [window.x.into(), window.y.into(), window.width.into(), window.height.into()]
}

/// The middle pane hangs, until its supervisor kills it.
fn hang(memory: &Memory, pane: &TestProcess) {
    let middle = PaneId(1);
    let status = &memory.region().pane(middle).status;
    status.serves_asked.fetch_add(1, Ordering::Release);
    wait_until("the middle pane to have the ball", || memory.owner() == Some(1));
    memory.region().set_command(middle, status.incarnation.load(Ordering::Relaxed), Action::Hang);
    wait_until("the pane to be killed", || pane.has_ended());
}

fn a_restarted_window_stays_below() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--seed 1 --inspect --restarts unlimited --stall 300ms");
    let inspector = desktop.window_titled("inspector");
    let before = desktop.window_titled("middle pane");
    // Over the middle pane, of which a part is still seen.
    desktop.put(&inspector, [320, 120, 700, 400]);
    desktop.click(&inspector, 300, 300);
    wait_until("the inspector to have the keyboard", || desktop.has_keyboard(&inspector));
    wait_until("the inspector to be above", || is_below(&desktop, before.id, inspector.id));
    for is_killed in [true, false, true] {
        let middle = game.panes(3).remove(1);
        if is_killed {
            middle.signal(Signal::SIGKILL);
        } else {
            hang(&Memory::of(&middle), &middle);
        }
        let id = comes_back(&desktop, &game, &middle, 1);
        wait_until("it to be below the inspector", || is_below(&desktop, id, inspector.id));
        let after = desktop.window_titled("middle pane");
        assert_eq!(place(&after), place(&before));
        assert_eq!(desktop.keyboard(), Some(inspector.id), "killed: {is_killed}");
    }
    // The one that has it loses it with its process, and does not take it back.
    let middle = game.panes(3).remove(1);
    let window = desktop.window_titled("middle pane");
    // For a moment it gives the keyboard back to whichever window had it.
    crate::common::sleep_for_looks(1);
    desktop.show(&window);
    wait_until("the middle pane to have the keyboard", || desktop.has_keyboard(&window));
    middle.signal(Signal::SIGKILL);
    let id = comes_back(&desktop, &game, &middle, 1);
    desktop.window_titled("middle pane");
    assert_ne!(desktop.keyboard(), Some(id));
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
}

fn windows_come_back_as_they_were() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--restarts unlimited");
    let windows = desktop.windows(3);
    // Until its place is known, nobody can have moved it: a moment more than a window needs to settle.
    crate::common::sleep_for_looks(1);
    desktop.minimise(&windows[0]);
    desktop.maximize(&windows[1]);
    desktop.move_to_desktop(&windows[2], 1);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    let state = |pane| memory.region().pane(PaneId(pane)).status.window.state();
    wait_until("their processes to know", || {
        let [icon, maximized, elsewhere] = [0, 1, 2].map(state);
        icon.is_some_and(|state| state.is_icon)
            && maximized.is_some_and(|state| state.states & 3 == 3)
            && elsewhere.is_some_and(|state| state.desktop == Some(1))
    });
    panes.iter().for_each(|pane| pane.signal(Signal::SIGKILL));
    let ids = [0, 1, 2].map(|pane| comes_back(&desktop, &game, &panes[pane], pane));
    let state = |id| desktop.words(id, "WM_STATE").first().copied();
    wait_until("the left one to be an icon", || state(ids[0]) == Some(3));
    wait_until("the middle one to fill the screen", || desktop.is_maximized(ids[1]));
    wait_until("the right one to be on its desktop", || desktop.desktop_of(ids[2]) == Some(1));
    assert_eq!([0, 1].map(|window| desktop.desktop_of(ids[window])), [Some(0); 2]);
    // It goes back to the place that it had.
    let middle = desktop.window_titled("middle pane");
    desktop.unmaximize(&middle);
    // Without the frame that it had while it filled the screen it may be a few pixels larger.
    let is_near = |window: &Window| {
        let both = place(window).into_iter().zip(place(&windows[1]));
        both.into_iter().all(|(now, before)| (now - before).abs() <= FRAME)
    };
    wait_until("its old place", || desktop.all_windows().iter().any(is_near));
}

/// The numbers of the panes in the order of the layout, as the manager has it.
fn order(desktop: &Desktop) -> Vec<usize> {
    let tree = desktop.tree();
    let mut found: Vec<_> = (1..=3)
        .filter_map(|number| Some((tree.find(&format!("\"name\":\"{number} of 3"))?, number)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, number)| number).collect()
}

/// A game whose panes stand in order. On a machine that is so busy that a window takes a second longer than the next one, the
/// next one does not wait for it; then again.
fn in_order(desktop: &Desktop) -> Program {
    wait_for("a game in order", || {
        desktop.wait_until_empty();
        let game = desktop.tripong("--restarts unlimited");
        wait_until("three windows", || order(desktop).len() == 3);
        (order(desktop) == [1, 2, 3]).then_some(game)
    })
}

/// Kills a pane while the left one has the keyboard, and waits until it is back.
fn kill_beside_the_left(desktop: &Desktop, game: &Program, pane: usize) {
    let left = desktop.managed("1 of 3").unwrap();
    desktop.activate(left);
    wait_until("the left pane to have the keyboard", || desktop.keyboard() == Some(left));
    let dead = game.panes(3).remove(pane);
    dead.signal(Signal::SIGKILL);
    comes_back(desktop, game, &dead, pane);
    wait_until("the left pane to have the keyboard again", || desktop.keyboard() == Some(left));
}

fn panes_stand_in_order_on_a_tiling_desktop() {
    let desktop = Desktop::tiling("default");
    let game = in_order(&desktop);
    // The manager puts a new window beside the one that has the keyboard.
    kill_beside_the_left(&desktop, &game, 1);
    assert_eq!(order(&desktop), [1, 2, 3]);
    let memory = Memory::of(&game.panes(3)[0]);
    for _ in 0..2 {
        kill_beside_the_left(&desktop, &game, 2);
        assert_eq!(order(&desktop), [1, 3, 2]);
        let state = || memory.region().pane(PaneId(2)).status.window.state();
        wait_until("the pane to notice", || state().is_some_and(|state| state.is_out_of_order));
        kill_beside_the_left(&desktop, &game, 1);
        assert_eq!(order(&desktop), [1, 2, 3]);
    }
    game.launcher().signal(Signal::SIGTERM);
    let stderr = game.finish().stderr;
    let about_order: Vec<_> = stderr.lines().filter(|line| line.contains("order")).collect();
    let said = "tripong: the window manager has put a restarted window elsewhere: the panes no longer stand in order; their \
                titles number them";
    assert_eq!(about_order, [said], "once: {stderr}");
}

fn panes_stand_in_order_in_tabs() {
    let desktop = Desktop::tiling("tabbed");
    let game = in_order(&desktop);
    kill_beside_the_left(&desktop, &game, 1);
    assert_eq!(order(&desktop), [1, 2, 3]);
    // Where only one can be seen, nobody claims to know.
    kill_beside_the_left(&desktop, &game, 2);
    crate::common::sleep_for_looks(2);
    game.launcher().signal(Signal::SIGTERM);
    let stderr = game.finish().stderr;
    assert!(!stderr.contains("order"), "{stderr}");
}
