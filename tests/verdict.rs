//! The checks of a game can fail: a ball that was doubled or changed behind the program's back is noticed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs::File;
use std::os::fd::AsFd;

use common::{Ended, Program, wait_for};
use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::game::PaneId;
use tripong::platform::sync::Ordering;
use tripong::protocol::{Arrival, Owner, Ownership, Region, TransportKind};
use tripong::shm::Mapping;

/// A game of many panes in real time, in which the ball does not come far, and the memory that its panes share.
fn game() -> (Program, Mapping<Region>) {
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
    let verdict = output.stderr.lines().last().unwrap_or_default();
    assert!(verdict.starts_with(expected) && verdict.contains(found), "{output:?}");
    assert_eq!(output.report()["conserved"], false);
}

#[test]
fn a_doubled_ball_is_noticed() {
    let (game, mapping) = game();
    let setup = mapping.region().header.setup().unwrap();
    // The last pane says, in both words, that it plays a ball of an epoch that is not the baton's.
    let (region, last) = (mapping.region(), setup.court.last());
    let ownership = Ownership { epoch: 1_000_000, giver: Owner::Supervisor, holder: Owner::Pane(last) };
    region.arrival_log(last).push(Arrival::of(ownership, TransportKind::Shared, 0, 0, 1).words());
    region.pane(last).status.in_hand.store(ownership.epoch + 1, Ordering::Release);
    assert_violated(game, "2 balls");
}

#[test]
fn a_word_that_says_what_cannot_be_is_no_ball_and_no_count() {
    let (game, mapping) = game();
    let status = &mapping.region().pane(PaneId(15)).status;
    status.in_hand.store(7, Ordering::Release);
    status.rejected.store(u64::MAX - 2, Ordering::Release);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let report = output.report();
    assert_eq!((&report["balls"], &report["rejected"]), (&1.into(), &Value::Null), "{report}");
    let corrupt = ["slot[15].status.in_hand", "slot[15].status.rejected"];
    assert_eq!(report["corrupt"], serde_json::json!(corrupt), "{report}");
}

#[test]
fn a_ball_that_did_not_fly_as_it_must_is_noticed() {
    let (game, mapping) = game();
    let region: &Region = mapping.region();
    let court = region.header.setup().unwrap().court;
    let panes = game.panes(16);
    wait_for("an owner to have died of a lie", || {
        let ownership = region.baton.look()?;
        let Owner::Pane(holder) = ownership.holder else { return None };
        panes[holder.index()].freeze();
        let record = region.ball_as_played(ownership, &court).ok().flatten();
        let Some(mut record) = record.filter(|_| region.baton.is_still(ownership)) else {
            panes[holder.index()].signal(Signal::SIGCONT);
            return None;
        };
        // Its checksum fits, and a ball can be there.
        record.ball.hash ^= 1;
        region.pane(holder).write(ownership.epoch, &record);
        panes[holder.index()].signal(Signal::SIGKILL);
        Some(())
    });
    assert_violated(game, "instead of");
}
