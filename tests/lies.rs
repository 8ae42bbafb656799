//! Words that lie, each with all that it takes to be read: what cannot be is not believed, what can be is found by the
//! verdict. Every lie is a row of docs/FAULTS.md.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use common::memory::{COPY, HALF, Memory, game};
use common::report::{assert_conserved, number, stop};
use common::{Ended, Program, TestProcess, wait_for, wait_until};
use nix::sys::signal::Signal;
use tripong::game::{Paddle, PaneId, TICKS_PER_SECOND};
use tripong::platform::sync::Ordering;
use tripong::protocol::{Owner, Record, Region};

/// What is said of a ball instead.
type Lie = fn(&mut Record);

/// Freezes the owner, and has it say something else of the ball, with a checksum that fits, in both copies.
fn lie(memory: &Memory, panes: &[TestProcess], lie: impl Fn(&mut Record)) -> usize {
    let owner = memory.freeze_the_owner(panes);
    let ownership = memory.ownership().unwrap();
    let court = memory.region().header.setup().unwrap().court;
    let slot = memory.region().slot(ownership.holder);
    let mut record = slot.read(ownership.epoch, &court).unwrap();
    lie(&mut record);
    slot.write_both(ownership.epoch, &record);
    owner
}

#[test]
fn a_dead_owner_that_says_what_cannot_be_is_not_believed() {
    let lies: [(&str, Lie); 6] = [
        ("tick 2^40", |record| record.ball.tick = 1 << 40),
        ("10^10 ticks more", |record| record.ball.tick += 10_000_000_000),
        ("hop 2^64-1", |record| record.ball.hop = u64::MAX),
        ("a hop more", |record| record.ball.hop += 1),
        ("an older serve", |record| record.rally = 0),
        ("another pane", |record| record.ball.x = if record.ball.x < 6.0 { 11.0 } else { 1.0 }),
    ];
    for (what, change) in lies {
        for arguments in ["--stall off", "--stall off --unpaced"] {
            let (game, panes, memory) = game(arguments);
            let owner = lie(&memory, &panes, change);
            panes[owner].signal(Signal::SIGKILL);
            wait_until("other processes on another Region", || panes.iter().all(TestProcess::is_gone));
            let (report, stderr) = stop(game);
            // Its paddle is not believed either, and only the last good checkpoint has both.
            assert_eq!(number(&report, "reinitializations"), 1, "{what}: {stderr}");
            let line = "died (killed by SIGKILL) and has left a ball that ";
            assert!(stderr.contains(line), "{what}: {stderr}");
        }
    }
}

#[test]
fn a_time_that_lies_delays_no_tick_and_is_no_latency() {
    for change in [
        (|record| record.due_ns = u64::MAX) as Lie,
        |record| record.due_ns = 0,
        |record| record.handed_ns = u64::MAX,
        |record| record.handed_ns = 1,
    ] {
        let (game, panes, memory) = game("--stall off");
        let owner = lie(&memory, &panes, change);
        panes[owner].signal(Signal::SIGKILL);
        wait_until("the next process", || memory.incarnation(owner as u8) == 2);
        let hops = memory.ball().unwrap().hop;
        wait_until("two hops", || memory.ball().is_some_and(|ball| ball.hop >= hops + 2));
        let (report, _) = stop(game);
        assert_eq!(report["corrupt"].as_array().unwrap().len(), 0, "{report}");
        // Nobody is as slow as that.
        assert!(number(&report["handoff_ns"], "max") < 60_000_000_000, "{report}");
    }
}

#[test]
fn a_lie_that_can_be_is_found_although_a_recall_comes_before_the_next_hop() {
    let lies: [(&str, Lie); 3] = [
        ("tick", |record| record.ball.tick += 3),
        ("y", |record| {
            record.ball.y = if record.ball.y < 1.5 { record.ball.y + 0.1 } else { record.ball.y - 0.1 }
        }),
        ("velocity", |record| record.ball.vy = -record.ball.vy),
    ];
    for (what, change) in lies {
        let (game, panes, memory) = game("--stall 300ms");
        let epoch = memory.ownership().unwrap().epoch;
        lie(&memory, &panes, |record| {
            // A ball that flies straight lies by nothing when it flies back.
            record.ball.vy = if record.ball.vy == 0.0 { 0.01 } else { record.ball.vy };
            change(record);
        });
        wait_until("the recall", || {
            memory
                .ownership()
                .is_some_and(|ownership| ownership.epoch > epoch && ownership.giver == Owner::Supervisor)
        });
        game.launcher().signal(Signal::SIGTERM);
        let output = game.finish();
        assert_eq!(output.ended, Ended::Code(6), "{what}: {output:?}");
        assert_eq!(output.report()["conserved"], false, "{what}");
        let verdict = output.stderr.lines().last().unwrap();
        assert!(verdict.contains("the ball was not where one process alone has it"), "{what}: {verdict}");
    }
}

#[test]
fn a_pane_that_is_killed_does_not_leave_by_a_word_that_somebody_else_wrote() {
    for word in [1, u64::MAX] {
        let (game, panes, memory) = game("");
        let slot = memory.offset_of_slot(Owner::Pane(PaneId(1)));
        let leaving = memory.offset_of_word(&memory.region().pane(PaneId(1)).status.place) + 8;
        assert!(leaving > slot, "the word after it");
        memory.overwrite_word(leaving, word);
        panes[1].signal(Signal::SIGKILL);
        wait_until("the next process", || memory.incarnation(1) == 2);
        memory.wait_for_ticks(20);
        let (report, stderr) = stop(game);
        assert_eq!(number(&report, "restarts"), 1, "{stderr}");
    }
}

#[test]
fn copies_of_records_that_are_flipped_at_random_change_no_hash() {
    for transport in ["shared", "pipe", "socket"] {
        let (game, _panes, memory) = game(&format!("--unpaced --restarts 1000/1s --transport {transport}"));
        for flip in 0..50_u64 {
            let ticks = memory.ticks().unwrap_or(0);
            // The number of a copy, in a half of a pane's slot.
            let half = memory.offset_of_slot(Owner::Pane(PaneId((flip % 3) as u8))) + HALF * (flip / 3 % 2);
            let number = half + COPY * (flip / 6 % 2) + 8 * 14;
            let word = memory.read_word(number);
            memory.overwrite_word(number, word ^ 1);
            wait_until("the ball to fly on", || memory.ticks().is_some_and(|now| now > ticks));
        }
        let (report, _) = stop(game);
        assert_eq!(
            number(&report, "reinitializations"),
            0,
            "each of them has another copy beside it: {report}"
        );
    }
}

/// The Region that the panes have now, whatever is in it.
fn region_file(game: &Program) -> Option<std::fs::File> {
    let panes = TestProcess::children_of(game.launcher().pid);
    let path = format!("/proc/{}/fd/3", panes.first()?.pid);
    let file = std::fs::File::options().write(true).open(path).ok()?;
    (file.metadata().ok()?.len() == Region::SIZE as u64).then_some(file)
}

#[test]
fn a_region_that_is_overwritten_again_and_again_ends_the_game_with_the_cause_and_a_report() {
    use std::os::unix::fs::FileExt;
    for restarts in ["", "--restarts 5/1min"] {
        let (game, _, _) = game(&format!("--unpaced {restarts}"));
        wait_for("the end", || {
            if let Some(region) = region_file(&game) {
                // The process may end in between.
                let _written = region.write_all_at(&[0xff; Region::SIZE], 0);
            }
            game.launcher().has_ended().then_some(())
        });
        let output = game.finish();
        assert_eq!(output.ended, Ended::Code(7), "{output:?}");
        let line = output.stderr.lines().last().unwrap();
        assert!(line.starts_with("tripong: the Region was overwritten again ("), "{line}");
        assert!(line.contains("corrupt") && line.contains("writes where it must not"), "{line}");
        assert_conserved(&output.report());
    }
}

#[test]
fn a_goal_of_any_number_of_hops_is_a_goal() {
    let output = common::run("--headless --json --unpaced --hops 18446744073709551615 --for 100ms");
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    assert_eq!(number(&output.report(), "reinitializations"), 0);
    assert_eq!(output.stderr, "");
}

#[test]
fn a_start_that_nobody_can_have_pressed_is_no_serve() {
    let (game, _, memory) = game("");
    memory.region().pane(PaneId(0)).status.serves_asked.store(77, Ordering::Release);
    memory.wait_for_ticks(200);
    let (report, _) = stop(game);
    assert_eq!(number(&report, "recalls"), 0, "there is no window");
}

/// Waits until the owner has the ball close to its paddle and flying there, so that the paddle cannot come from far; returns
/// which pane it is.
fn wait_for_a_ball_before_the_paddle(memory: &Memory) -> usize {
    let court = memory.region().header.setup().unwrap().court;
    wait_for("a ball before its owner's paddle", || {
        let (owner, ball) = (memory.owner()?, memory.ball()?);
        let x = court.paddle_x(PaneId(owner as u8));
        let ticks = (x - ball.x) / ball.vx * f64::from(TICKS_PER_SECOND);
        (20.0..40.0).contains(&ticks).then_some(owner)
    })
}

#[test]
fn a_recovered_ball_has_its_paddle_with_it_whatever_is_done_to_what_the_dead_have_left() {
    for seed in 7..13 {
        let game = Program::start(&format!("--headless --json --for 5min --stall off --seed {seed}"));
        let panes = game.panes(3);
        let memory = Memory::of(&panes[0]);
        let owner = wait_for_a_ball_before_the_paddle(&memory);
        let epoch = memory.ownership().unwrap().epoch;
        panes[owner].signal(Signal::SIGKILL);
        wait_until("the ball to be recovered", || {
            memory.ownership().is_some_and(|ownership| ownership.epoch > epoch)
        });
        let slot = memory.offset_of_slot(Owner::Pane(PaneId(owner as u8)));
        memory.overwrite(slot, &[0; 2 * HALF as usize]);
        memory.wait_for_ticks(100);
        let (report, _) = stop(game);
        assert_eq!((number(&report, "recoveries"), number(&report, "reinitializations")), (1, 0), "{report}");
    }
}

#[test]
fn a_bell_that_was_made_to_be_waited_for_keeps_the_launcher_from_nothing() {
    let (game, panes, memory) = game("");
    for fd in 5..10 {
        // One open file: what a pane makes of it, the launcher has as well.
        let bell = panes[1].copy_of_fd(fd).unwrap();
        rustix::io::ioctl_fionbio(&bell, false).unwrap();
    }
    memory.wait_for_ticks(200);
    panes[0].signal(Signal::SIGKILL);
    wait_until("the next process", || memory.incarnation(0) == 2);
    stop(game);
}

#[test]
fn a_pane_without_the_ball_that_lies_about_its_last_tick_has_its_paddle_in_the_middle() {
    for seed in [2, 3] {
        let game = Program::start(&format!("--headless --json --for 5min --stall off --seed {seed}"));
        let panes = game.panes(3);
        let memory = Memory::of(&panes[0]);
        let court = memory.region().header.setup().unwrap().court;
        let middle = PaneId(1);
        wait_until("the middle pane to have given the ball away", || {
            memory
                .ownership()
                .is_some_and(|ownership| ownership.giver == Owner::Pane(middle) && ownership.epoch > 2)
        });
        panes[1].freeze();
        let slot = memory.region().pane(middle);
        let (epoch, mut record) = slot.newest(&court).unwrap();
        record.ball.tick += 1000;
        record.paddle = Paddle::at(2.6);
        slot.write_both(epoch, &record);
        panes[1].signal(Signal::SIGKILL);
        memory.wait_for_ticks(1200);
        stop(game);
    }
}
