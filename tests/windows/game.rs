//! The game itself, in real windows: keys that reach other processes' paddles, and the pause.

use crate::common::{sleep_for_looks, wait_for, wait_until};
use crate::desktop::{BALL, Color, Desktop, LEFT_PADDLE, Window};
use crate::{serve, wait_for_ball};

const DOWN: u32 = 0xff54;
const K: u32 = 0x6b;
const P: u32 = 0x70;
const MIDDLE_PADDLE: Color = [0xe6, 0x9f, 0x00];
const RIGHT_PADDLE: Color = [0x3f, 0xc9, 0x9a];

pub(crate) fn keys_reach_every_paddle() {
    let desktop = Desktop::start();
    let _game = desktop.tripong("");
    let windows = desktop.windows(3);
    desktop.click(&windows[0], 200, 40);
    for (key, window, color) in [(DOWN, &windows[2], RIGHT_PADDLE), (K, &windows[1], MIDDLE_PADDLE)] {
        let height = || wait_for("the paddle", || desktop.middle(window, color)).1;
        let before = height();
        desktop.hold_key(key);
        wait_until("the paddle of another window to follow the key", || height() > before + 40.0);
        desktop.let_go_of_key(key);
    }
    assert!(desktop.middle(&windows[0], LEFT_PADDLE).is_some());
}

pub(crate) fn p_pauses_all_windows() {
    let desktop = Desktop::start();
    let _game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    serve(&desktop, &windows);
    wait_for_ball(&desktop, &windows[0]);
    desktop.key(P);
    let balls = |windows: &[Window]| -> Vec<_> {
        windows.iter().map(|window| desktop.middle(window, BALL)).collect()
    };
    wait_until("the ball to stand still", || {
        let before = balls(&windows);
        sleep_for_looks(1);
        balls(&windows) == before
    });
    // Longer than it takes until an owner counts as frozen.
    let before = balls(&windows);
    sleep_for_looks(3);
    assert_eq!(balls(&windows), before);
    desktop.key(P);
    for window in &windows {
        wait_for_ball(&desktop, window);
    }
}
