//! The game itself, in real windows: keys that reach other processes' paddles, and the pause.

use nix::sys::signal::Signal;
use tripong::game::{Control, Paddle, PaneId};

use crate::common::memory::Memory;
use crate::common::{Ended, TestProcess, sleep_for_looks, wait_for, wait_until};
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

/// What is the best rally of the game, and how many hits the ball has, and whether a person has made one of them.
fn hits(memory: &Memory) -> Option<(u32, u32, bool)> {
    let score = memory.ball()?.score;
    Some((memory.region().best(), score.hits, score.by_hand))
}

pub(crate) fn only_a_rally_of_people_is_the_best() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--panes 2 --seed 1 --autopilot hard --speed fastest");
    let windows = desktop.windows(2);
    let panes = game.panes(2);
    let memory = Memory::of(&panes[0]);
    serve(&desktop, &windows);
    wait_until("the autopilots to make some hits", || {
        hits(&memory).is_some_and(|(best, hits, by_hand)| {
            assert!(best == 0 && !by_hand, "nobody plays: {hits} hits");
            hits > 3
        })
    });
    // A person takes the left paddle, and holds it where the ball comes.
    wait_until("a hit by the person", || {
        let ball = memory.ball();
        let y = ball.map_or(1.5, |ball| ball.y);
        memory.region().set_control(PaneId(0), Control::Manual(Paddle::at(y)));
        ball.is_some_and(|ball| ball.score.by_hand)
    });
    memory.region().set_control(PaneId(0), Control::Autopilot);
    wait_until("a rally with a person to be the best", || memory.region().best() > 0);
    kill_the_owner_in_a_rally_of_people(&memory, &panes);
    // Nobody plays the balls any more, until one gets past.
    let aside = |pane| memory.region().set_control(pane, Control::Manual(Paddle::at(0.0)));
    [PaneId(0), PaneId(1)].into_iter().for_each(aside);
    wait_until("the next rally", || hits(&memory).is_some_and(|(_, _, by_hand)| !by_hand));
    [PaneId(0), PaneId(1)].into_iter().for_each(|pane| memory.region().set_control(pane, Control::Autopilot));
    memory.region().set_best(1);
    wait_until("autopilots alone to make more hits than the best has", || {
        hits(&memory).is_some_and(|(best, hits, by_hand)| {
            assert!(best == 1 || by_hand, "{hits} hits of autopilots, best {best}");
            hits > 3 && !by_hand
        })
    });
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
}

fn kill_the_owner_in_a_rally_of_people(memory: &Memory, panes: &[TestProcess]) {
    let owner = wait_for("an owner", || memory.owner());
    let hits_before = wait_for("the hits", || hits(memory)).1;
    panes[owner].signal(Signal::SIGKILL);
    wait_until("its next process to play", || {
        memory.incarnation(owner as u8) == 2 && memory.owner().is_some()
    });
    let (_, hits_after, by_hand) = wait_for("the ball", || hits(memory));
    // The rally may be over meanwhile; while it goes on, it is still a person's.
    assert!(by_hand || hits_after < hits_before, "{hits_before} hits before the death, {hits_after} after");
}
