//! The bar below the court, in real windows: the transport and the explanation are those of all windows.

use std::fs;

use nix::sys::signal::Signal;

use crate::common::{Program, wait_for, wait_until};
use crate::desktop::{Desktop, SELECTED, Window};
use crate::{serve, wait_for_ball};

/// Left margin of the bar.
const MARGIN: f64 = 8.0;

/// The middle of the segment of the transport in force.
fn selected(desktop: &Desktop, window: &Window) -> (f64, f64) {
    wait_for("the transport in force", || desktop.middle(window, SELECTED))
}

/// Where the bar is while the first transport is in force: the first segment's right end, and the bar's middle.
pub(crate) fn bar(desktop: &Desktop, window: &Window) -> (i32, i32) {
    let (x, y) = selected(desktop, window);
    ((2.0 * x - MARGIN) as i32, y as i32)
}

pub(crate) fn a_click_swaps_the_transport() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let (end_of_shared, y) = bar(&desktop, &windows[0]);
    serve(&desktop, &windows);
    let mut clicked_x = end_of_shared;
    for (window, step) in [(&windows[2], 25), (&windows[1], 70)] {
        let before = selected(&desktop, window);
        clicked_x = end_of_shared + step;
        desktop.click(window, clicked_x, y);
        for window in &windows {
            wait_until("the transport to be swapped in all windows", || {
                desktop.middle(window, SELECTED).is_some_and(|at| at.0 > before.0 + 20.0)
            });
        }
        for window in &windows {
            wait_for_ball(&desktop, window);
        }
    }
    let there = selected(&desktop, &windows[0]).0;
    assert!((there - f64::from(clicked_x)).abs() < 40.0, "what was clicked is what is selected");
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().news(), "");
}

/// Whether the explanation is closed in all windows; the bar is at this height.
fn is_closed(desktop: &Desktop, windows: &[Window], bar_y: i32) -> bool {
    windows.iter().all(|window| desktop.is_blank_below(window, bar_y.cast_unsigned() + 18))
}

fn is_open(desktop: &Desktop, windows: &[Window], bar_y: i32) -> bool {
    windows.iter().all(|window| !is_closed(desktop, std::slice::from_ref(window), bar_y))
}

fn end(game: Program) {
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().news(), "");
}

pub(crate) fn a_closed_explanation_is_remembered() {
    let desktop = Desktop::start();
    let settings = desktop.settings.join("tripong/settings.json");
    let game = desktop.tripong("");
    let windows = desktop.windows(3);
    let (_, y) = bar(&desktop, &windows[0]);
    wait_until("the explanation to be open", || is_open(&desktop, &windows, y));
    assert!(!settings.exists(), "nothing has changed yet");
    desktop.click(&windows[1], windows[1].width.cast_signed() - 18, y + 31);
    wait_until("the explanation to be closed in all windows", || is_closed(&desktop, &windows, y));
    wait_until("it to be remembered", || {
        fs::read_to_string(&settings).is_ok_and(|text| text.contains("false"))
    });
    end(game);

    let game = desktop.tripong("");
    let windows = desktop.windows(3);
    let (_, y) = bar(&desktop, &windows[0]);
    assert!(is_closed(&desktop, &windows, y), "as the game before left it");
    desktop.click(&windows[2], windows[2].width.cast_signed() - 40, y);
    let grown = wait_for("the windows to make room", || {
        let grown = desktop.windows(3);
        grown.iter().zip(&windows).all(|(now, then)| now.height > then.height + 100).then_some(grown)
    });
    assert!(
        grown
            .iter()
            .zip(&windows)
            .all(|(now, then)| (now.x, now.y, now.width) == (then.x, then.y, then.width))
    );
    wait_until("the explanation to be open in all windows", || is_open(&desktop, &grown, y));
    assert_eq!(bar(&desktop, &grown[1]).1, y, "the court and the bar have not moved");
    end(game);
    let text = fs::read_to_string(&settings).unwrap();
    assert!(text.contains("true"), "written at the end at the latest: {text}");
}
