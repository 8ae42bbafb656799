//! Size and colours of real windows.

use std::fs;

use nix::sys::signal::Signal;

use crate::common::{Ended, wait_for, wait_until};
use crate::desktop::{BALL, Desktop};

const F2: u32 = 0xffbf;

/// The key makes all windows larger, and the next game remembers it.
pub(crate) fn projector_size_is_for_all_windows_and_remembered() {
    let desktop = Desktop::start();
    let settings = desktop.settings.join("tripong/settings.json");
    let says = |word: &str| fs::read_to_string(&settings).is_ok_and(|text| text.contains(word));
    let game = desktop.tripong("");
    let windows = desktop.windows(3);
    // The bar above the court is twice as high, and so the ball that rests in another window is farther down.
    let ball = || wait_for("the ball that rests", || desktop.middle(&desktop.windows(3)[1], BALL));
    let small = ball();
    desktop.point(&windows[0], 100, 200);
    desktop.key(F2);
    wait_until("the other window to be larger", || ball().1 > small.1 + 20.0);
    let large = ball();
    wait_until("it to be remembered", || says("\"zoom\": 2.0"));
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));

    let game = desktop.tripong("");
    desktop.windows(3);
    let is_there = |wanted: (f64, f64), found: (f64, f64)| (found.1 - wanted.1).abs() < 60.0;
    wait_until("the next game to be as large", || is_there(large, ball()) && ball().1 > small.1);
    desktop.key(F2);
    wait_until("it to be small again", || says("\"zoom\": 1.0"));
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
}

/// High contrast is not among them: its black looks like a window that is not painted yet.
pub(crate) fn colours_are_as_they_were_remembered() {
    let desktop = Desktop::start();
    fs::create_dir_all(desktop.settings.join("tripong")).unwrap();
    for (colors, court) in [("light", [0xf4, 0xf1, 0xe8]), ("dark", [0x10, 0x1c, 0x26])] {
        let text = format!("{{\"colors\": \"{colors}\"}}");
        fs::write(desktop.settings.join("tripong/settings.json"), text).unwrap();
        let game = desktop.tripong("");
        let windows = desktop.windows(3);
        wait_until(colors, || windows.iter().all(|window| desktop.count(window, court) > 10_000));
        game.launcher().signal(Signal::SIGTERM);
        assert_eq!(game.finish().ended, Ended::Code(143));
    }
}
