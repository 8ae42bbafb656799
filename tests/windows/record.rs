//! A game that a person plays by keys and mouse while processes are killed and frozen, recorded: it can be played again to the
//! same hash.

use nix::sys::signal::Signal;
use tripong::game::Control;
use tripong::protocol::TransportKind;
use tripong::recording::Line;

use crate::common::memory::Memory;
use crate::common::recorded::{Recorded, TestFile};
use crate::common::report::number;
use crate::common::{Ended, TestProcess, sleep_for_looks, wait_for, wait_until};
use crate::desktop::{Desktop, LEFT_PADDLE, Window};
use crate::transports::bar;
use crate::{S, serve};

const W: u32 = 0x77;
const DOWN: u32 = 0xff54;
const UP: u32 = 0xff52;
const I: u32 = 0x69;
const K: u32 = 0x6b;

/// The processes of the panes as they are now, in their order.
fn panes(launcher: u32) -> Vec<TestProcess> {
    wait_for("a process for each pane", || {
        let mut panes = TestProcess::children_of(launcher);
        panes.retain(|pane| pane.has_attached() && !pane.has_ended());
        panes.sort_by_key(TestProcess::pane);
        (panes.len() == 3).then_some(panes)
    })
}

/// A person at all paddles for a while: keys that are held and released, and the mouse.
fn play(desktop: &Desktop, windows: &[Window], memory: &Memory, ticks: u64) {
    let end = wait_for("the ball", || memory.ticks()) + ticks;
    let is_over = || memory.ticks().is_some_and(|now| now >= end);
    wait_until("the ball to fly for a while", || {
        for key in [W, I, UP] {
            desktop.hold_key(key);
        }
        sleep_for_looks(1);
        for key in [W, I, UP] {
            desktop.let_go_of_key(key);
        }
        if let Some((x, at)) = desktop.middle(&windows[0], LEFT_PADDLE) {
            desktop.point(&windows[0], x as i32, at as i32);
            desktop.press_button();
            for step in 0..12 {
                desktop.point(&windows[0], x as i32, 100 + 61 * step % 150);
            }
            desktop.release_button();
        }
        for key in [S, K, DOWN] {
            desktop.hold_key(key);
            sleep_for_looks(1);
            desktop.let_go_of_key(key);
        }
        is_over()
    });
}

pub(crate) fn a_game_of_a_person_with_faults_is_played_again() {
    let (file, desktop) = (TestFile::new("jsonl"), Desktop::start());
    let record = format!("--record {} --json --seed 1 --speed fast", file.name());
    let game = desktop.tripong(&format!("{record} --stall 500ms --restarts unlimited"));
    let windows = desktop.windows(3);
    let launcher = game.launcher().pid;
    let memory = Memory::of(&panes(launcher)[0]);
    let (end_of_shared, bar_y) = bar(&desktop, &windows[0]);
    serve(&desktop, &windows);
    for (round, transport) in [(0, TransportKind::Pipe), (1, TransportKind::Socket)] {
        play(&desktop, &windows, &memory, 300);
        let owner = wait_for("an owner", || memory.owner());
        panes(launcher)[owner].signal(Signal::SIGKILL);
        wait_until("its next process", || memory.incarnation(owner as u8) > 1);
        desktop.windows(3);
        play(&desktop, &windows, &memory, 150);
        let frozen = memory.freeze_the_owner(&panes(launcher));
        wait_until("a recall", || memory.owner().is_some_and(|owner| owner != frozen));
        panes(launcher)[frozen].signal(Signal::SIGCONT);
        desktop.click(&windows[1], end_of_shared + 25 + 45 * round, bar_y);
        wait_until("another transport", || memory.region().transport() == transport);
    }
    play(&desktop, &windows, &memory, 300);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(128 + Signal::SIGTERM as i32), "{output:?}");
    let report = output.report();
    assert_eq!((&report["played_by_hand"], &report["conserved"]), (&true.into(), &true.into()), "{report}");
    let recorded = Recorded::of(file.path());
    recorded.assert_is_of(&report);
    assert_eq!(recorded.end().unseen, 0, "every hop of a game in real time is seen");
    assert!(number(&report, "recoveries") >= 1 && number(&report, "recalls") >= 2, "{report}");
    assert_has_all_controls(&recorded);
}

/// By hand and by held keys, in every pane.
fn assert_has_all_controls(recorded: &Recorded) {
    let controls: Vec<_> = recorded
        .lines
        .iter()
        .filter_map(|line| if let Line::Control(control) = line { Some(control) } else { None })
        .collect();
    let kinds = |is_one: fn(&Control) -> bool| {
        controls.iter().any(|control| is_one(&Control::from_word(control.word.0)))
    };
    assert!(kinds(|control| matches!(control, Control::Manual(_))), "{controls:?}");
    assert!(kinds(|control| matches!(control, Control::Held(_))), "{controls:?}");
    for pane in 0..3 {
        assert!(controls.iter().any(|control| control.pane.0 == pane), "pane {pane}: {controls:?}");
    }
}
