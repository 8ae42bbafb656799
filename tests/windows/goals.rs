//! A match in real windows: what one process scores, all windows show at once.

use nix::sys::signal::Signal;
use tripong::game::{Control, Court, Paddle, PaneId};
use tripong::protocol::doorbell::DoorbellState;
use tripong::protocol::{GameSettings, Owner, Ownership, Speed};

use crate::common::memory::Memory;
use crate::common::process::TestProcess;
use crate::common::{Ended, wait_for, wait_until};
use crate::desktop::{Desktop, Window};
use crate::picture::Picture;
use crate::serve;

/// The pane whose goal nobody minds.
const RIGHT: PaneId = PaneId(2);
const COURT: Court = Court { panes: 3, seed: 1 };
/// One point before the end: the other side has none, or few.
const MATCH_POINT: u8 = 10;
/// Where the score is: left edges by pane, then top, width and height.
const SCORE_LEFT: [u32; 3] = [150, 55, 150];
const SCORE: [u32; 3] = [76, 90, 36];
/// Where the bar says where the ball is, as far as a restarted pane has room for it beside Record: left, top, width and height.
const BAR_TEXT: [u32; 4] = [8, 34, 240, 20];

fn part_of(desktop: &Desktop, window: &Window, area: [u32; 4]) -> Option<Picture> {
    Some(desktop.picture(window)?.part(area))
}

fn score(desktop: &Desktop, windows: &[Window], pane: usize) -> Option<Picture> {
    let [y, width, height] = SCORE;
    part_of(desktop, &windows[pane], [SCORE_LEFT[pane], y, width, height])
}

fn points(memory: &Memory) -> Option<u8> {
    memory.ball().map(|ball| ball.score.left + ball.score.right)
}

fn thaw(panes: &[TestProcess]) {
    panes.iter().for_each(|pane| pane.signal(Signal::SIGCONT));
}

/// Freezes the other panes in their sleep while the right one has the ball, and returns in which ownership.
fn freeze_the_others(memory: &Memory, others: &[TestProcess]) -> Ownership {
    wait_for("the others to be frozen asleep while the right pane has the ball", || {
        let asleep = |pane| matches!(memory.region().bell(pane).state(), DoorbellState::Asleep(_));
        let are_asleep = || [PaneId(0), PaneId(1)].into_iter().all(asleep);
        let ownership =
            memory.ownership().filter(|ownership| ownership.holder == Owner::Pane(RIGHT) && are_asleep())?;
        others.iter().for_each(TestProcess::freeze);
        if memory.ownership() == Some(ownership) && are_asleep() {
            return Some(ownership);
        }
        thaw(others);
        None
    })
}

/// Waits for a goal of which the others cannot learn but by a notification: they are frozen, and then the right pane is. True if the
/// ball has not left it meanwhile.
fn goal_is_shown(desktop: &Desktop, windows: &[Window], panes: &[TestProcess], memory: &Memory) -> bool {
    let (others, right) = (&panes[..2], &panes[2]);
    let ownership = freeze_the_others(memory, others);
    let before = [0, 1].map(|pane| score(desktop, windows, pane));
    let points_before = points(memory);
    let is_still = || memory.ownership() == Some(ownership);
    wait_until("a goal, or the ball to leave", || points(memory) > points_before || !is_still());
    if !is_still() {
        thaw(others);
        return false;
    }
    for pane in [PaneId(0), PaneId(1)] {
        wait_until("a pane without the ball to be notified at the goal", || {
            memory.region().bell(pane).state() == DoorbellState::Notified
        });
    }
    right.freeze();
    let has_stayed = is_still();
    thaw(others);
    wait_until("the other windows to show the goal, while its own process stands still", || {
        let now = [0, 1].map(|pane| score(desktop, windows, pane));
        now.iter().zip(&before).all(|(now, before)| now.is_some() && now != before)
    });
    if has_stayed {
        make_it_match_point(memory, ownership);
        // The next process of the pane goes on from that.
        right.signal(Signal::SIGKILL);
    } else {
        right.signal(Signal::SIGCONT);
    }
    has_stayed
}

/// Writes into the record of the right pane, which is frozen, that the left player lacks one point: so the test need not
/// wait for a whole match.
fn make_it_match_point(memory: &Memory, ownership: Ownership) {
    let slot = memory.region().pane(RIGHT);
    let mut record = slot.read(ownership.epoch, &COURT).unwrap();
    record.ball.score.left = MATCH_POINT;
    slot.write(ownership.epoch, &record);
}

pub(crate) fn all_windows_show_goals_and_the_end() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--mode match --seed 1 --speed slow --stall off");
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    for pane in [PaneId(1), RIGHT] {
        memory.region().set_control(pane, Control::Manual(Paddle::at(0.0)));
    }
    serve(&desktop, &windows);
    wait_until("a goal in the right pane", || goal_is_shown(&desktop, &windows, &panes, &memory));
    wait_until("the right pane to be reaped", || panes[2].is_gone());
    let windows = desktop.windows(3);
    let seen = memory.region().settings();
    memory.region().change_settings(&seen, &GameSettings { speed: Speed::Fastest, ..seen });
    wait_until("the end of the match", || memory.ball().is_some_and(|ball| ball.score.is_over()));
    wait_until("all windows to say the same: that the match is over", || {
        let said = [0, 1, 2].map(|pane: usize| part_of(&desktop, &windows[pane], BAR_TEXT));
        said[0].is_some() && said[0] == said[1] && said[1] == said[2]
    });
    assert_eq!(score(&desktop, &windows, 0), score(&desktop, &windows, 2), "one score at both ends");
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
}
