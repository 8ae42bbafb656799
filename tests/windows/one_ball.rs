//! One ball on the screen, whichever windows show it, also where nobody gets the CPU in time.

use nix::sys::signal::Signal;
use tripong::protocol::{GameSettings, Speed};

use crate::common::helper::Helper;
use crate::common::memory::Memory;
use crate::common::{Ended, program};
use crate::desktop::{BALL, Desktop, Window};
use crate::serve;

/// So many pictures are taken of the screen.
const SCREENSHOTS: usize = 200;
/// So many processes take the CPU from the windows.
const BUSY_LOOPS: usize = 3;
/// Of a ball some 60 pixels are looked at; what has fewer than this is an edge.
const ENOUGH: usize = 5;
/// Parts of one ball on both sides of a border are not farther apart than this and what lies between the windows, in pixels.
const TOUCHING: u32 = 6;

/// Pixels that are near each other.
#[derive(Debug, Clone, Copy)]
struct Blob {
    left: u32,
    right: u32,
    top: u32,
    bottom: u32,
    pixels: usize,
}

impl Blob {
    fn at((x, y): (u32, u32)) -> Self {
        Self { left: x, right: x, top: y, bottom: y, pixels: 1 }
    }

    fn is_near(&self, other: &Self, gap: u32) -> bool {
        self.left <= other.right + gap
            && other.left <= self.right + gap
            && self.top <= other.bottom + gap
            && other.top <= self.bottom + gap
    }

    fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            top: self.top.min(other.top),
            bottom: self.bottom.max(other.bottom),
            pixels: self.pixels + other.pixels,
        }
    }
}

/// What is seen of balls at one moment: what lies nearer to each other than `gap` pixels is one.
fn blobs(places: Vec<(u32, u32)>, gap: u32) -> Vec<Blob> {
    let mut blobs: Vec<Blob> = Vec::new();
    for mut blob in places.into_iter().map(Blob::at) {
        while let Some(near) = blobs.iter().position(|other| other.is_near(&blob, gap)) {
            blob = blob.with(blobs.swap_remove(near));
        }
        blobs.push(blob);
    }
    blobs.retain(|blob| blob.pixels >= ENOUGH);
    blobs
}

/// How wide the frames between two windows are, in pixels.
fn widest_gap(windows: &[Window]) -> u32 {
    let gaps = windows.windows(2).map(|pair| pair[1].x - pair[0].x - pair[0].width.cast_signed());
    gaps.max().unwrap().max(0).cast_unsigned()
}

fn busy_loop() -> Helper {
    let mut command = program("/bin/sh");
    command.args(["-c", "while :; do :; done"]);
    Helper::start(command)
}

#[expect(clippy::print_stderr, reason = "the figures, for a person to read")]
pub(crate) fn never_two_balls_on_a_busy_machine() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let memory = Memory::of(&game.panes(3)[0]);
    serve(&desktop, &windows);
    let seen = memory.region().settings();
    memory.region().change_settings(&seen, &GameSettings { speed: Speed::Fastest, ..seen });
    memory.wait_for_ticks(100);
    let busy_loops: Vec<_> = (0..BUSY_LOOPS).map(|_| busy_loop()).collect();
    let gap = widest_gap(&windows) + TOUCHING;
    let hops = || memory.ball().map_or(0, |ball| ball.hop);
    let hops_before = hops();
    let screens = (0..SCREENSHOTS).map(|_| blobs(desktop.places_on_screen(&windows, BALL), gap));
    let screens: Vec<_> = screens.collect();
    let hops = hops() - hops_before;
    drop(busy_loops);
    let two: Vec<_> = screens.iter().filter(|blobs| blobs.len() > 1).collect();
    let one = screens.iter().filter(|blobs| blobs.len() == 1).count();
    eprintln!("{hops} hops, {one} of {SCREENSHOTS} with a ball, {} with more", two.len());
    assert!(two.is_empty(), "more than one ball on the screen: {two:?}");
    assert!(
        hops > 5 && one > SCREENSHOTS / 2,
        "{hops} hops, and a ball in {one} of {SCREENSHOTS} screenshots"
    );
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
}
