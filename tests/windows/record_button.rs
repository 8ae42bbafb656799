//! The button that records, pressed by mouse and key: what it shows, and that the file fits.

use std::fs;
use std::path::PathBuf;

use nix::sys::signal::Signal;
use tripong::recording::Line;

use crate::common::memory::Memory;
use crate::common::recorded::Recorded;
use crate::common::{Ended, wait_for, wait_until};
use crate::desktop::{Desktop, Window};
use crate::picture::Picture;
use crate::serve;

const F4: u32 = 0xffc1;
/// Where Record is in a window with room for it.
const BUTTON: (i32, i32) = (322, 18);
/// Where its dot is while it records.
const DOT_PART: [u32; 4] = [297, 8, 16, 22];
/// Where it shows the time.
const TIME_PART: [u32; 4] = [313, 8, 60, 22];

fn recordings(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(format!("{folder}/tripong/recordings"));
    let mut all: Vec<_> = entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn part(desktop: &Desktop, window: &Window, part: [u32; 4]) -> Option<Picture> {
    Some(desktop.picture(window)?.part(part))
}

/// Records a part of a game that is played already: begun by a click, ended by a key in another window.
pub(crate) fn a_press_records_and_the_file_fits() {
    let desktop = Desktop::start();
    let data = desktop.settings.join("data");
    let folder = data.to_str().unwrap();
    let game = desktop.tripong_with("--seed 1 --speed fast", &[("XDG_DATA_HOME", folder)]);
    let windows = desktop.windows(3);
    let memory = Memory::of(&game.panes(3)[0]);
    serve(&desktop, &windows);
    memory.wait_for_ticks(300);
    assert_eq!(recordings(folder), [] as [PathBuf; 0], "nothing is made before it is wanted");
    let dot = |window| part(&desktop, window, DOT_PART);
    let before: Vec<_> = windows.iter().map(dot).collect();
    desktop.click(&windows[0], BUTTON.0, BUTTON.1);
    let status = || memory.region().event_log.recording();
    wait_until("a recording", || status().is_some());
    desktop.point_at(0, 0);
    for (window, before) in windows.iter().zip(&before) {
        wait_until("every window to show it", || dot(window).is_some_and(|now| Some(now) != *before));
    }
    // The window with the keyboard shows the time; nothing else changes it.
    let time = || part(&desktop, &windows[0], TIME_PART);
    let first = wait_for("the time", time);
    wait_until("the time to go on", || time().is_some_and(|now| now != first));
    wait_until("a file with something in it", || status().is_some_and(|status| status.bytes > 2_000));
    desktop.click(&windows[1], 250, 300);
    desktop.key(F4);
    wait_until("its end", || status().is_none());
    desktop.point_at(0, 0);
    memory.wait_for_ticks(100);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    let all = recordings(folder);
    let [file] = all.as_slice() else { panic!("{all:?}") };
    for line in ["recording in", "recorded in"] {
        let line = format!("tripong: {line} {}", file.display());
        assert_eq!(output.stderr.matches(&line).count(), 1, "{line}: {output:?}");
    }
    let recorded = Recorded::of(file);
    assert!(!recorded.end().game_over && !recorded.is_cut);
    assert!(recorded.count(|line| matches!(line, Line::Hop(_))) > 1, "{:?}", recorded.lines);
    assert!(matches!(recorded.lines.last(), Some(Line::Check(_))));
}

/// No folder can be made where a file is.
pub(crate) fn a_folder_that_cannot_be_made_is_a_line() {
    let desktop = Desktop::start();
    let data = desktop.settings.join("data");
    fs::write(&data, "a file").unwrap();
    let game = desktop.tripong_with("--seed 1", &[("XDG_DATA_HOME", data.to_str().unwrap())]);
    let windows = desktop.windows(3);
    let memory = Memory::of(&game.panes(3)[0]);
    let events = || memory.region().event_log.events.count();
    let before = events();
    desktop.click(&windows[0], BUTTON.0, BUTTON.1);
    wait_until("news of it", || events() > before);
    assert_eq!(memory.region().event_log.recording(), None);
    serve(&desktop, &windows);
    memory.wait_for_ticks(100);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    let line = format!("tripong: failed to make the folder {}/tripong/recordings: ", data.display());
    assert_eq!(output.stderr.matches(&line).count(), 1, "{output:?}");
}
