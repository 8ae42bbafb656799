//! The checks of a game can fail: a ball that was doubled or changed behind the program's back is noticed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs::File;
use std::os::fd::AsFd;

use common::{Ended, Program, wait_for};
use tripong::protocol::{Owner, Region};
use tripong::shm::Mapping;
use tripong::sync::Ordering;

/// A game of many panes in real time, in which the ball does not come far, and the memory that its panes share.
fn game() -> (Program, Mapping) {
    let game = Program::start("--headless --panes 16 --for 1500ms --json");
    let pane = &game.panes(16)[0];
    let memory = File::options().read(true).write(true).open(format!("/proc/{}/fd/3", pane.pid)).unwrap();
    let (mapping, _setup) = Mapping::attach(memory.as_fd()).unwrap();
    (game, mapping)
}

fn assert_violated(game: Program, found: &str) {
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(6), "{output:?}");
    let expected = "tripong: the rules of the game were violated: ";
    assert!(output.stderr.starts_with(expected) && output.stderr.contains(found), "{output:?}");
    assert_eq!(output.stderr.lines().count(), 1, "{output:?}");
    assert_eq!(output.report()["conserved"], false);
}

#[test]
fn a_doubled_ball_is_noticed() {
    let (game, mapping) = game();
    let setup = mapping.region().header.setup().unwrap();
    // The last pane says that it plays a ball of an epoch that never was.
    mapping.region().pane(setup.court.last()).card.holding.store(1_000_000, Ordering::Release);
    assert_violated(game, "2 balls");
}

#[test]
fn a_ball_that_did_not_fly_as_it_must_is_noticed() {
    let (game, mapping) = game();
    let region: &Region = mapping.region();
    let court = region.header.setup().unwrap().court;
    wait_for("the ball to be taken by a stranger", || {
        let tenure = region.baton.look().filter(|tenure| tenure.epoch > 0)?;
        let Owner::Pane(holder) = tenure.holder else { return None };
        let mut record = region.ball(tenure, &court).ok()?;
        record.ball.hash ^= 1;
        region.slot(Owner::Supervisor).write(tenure.epoch, &record);
        region.baton.take(tenure, holder).ok()
    });
    assert_violated(game, "instead of");
}
