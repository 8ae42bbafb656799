use nix::sys::signal::Signal;

use super::*;
use crate::game::{Ball, Control, GameMode, GameRules, Paddle, Score};
use crate::protocol::snapshot::PaneView;
use crate::protocol::{GameSettings, Ownership, TransportKind};

const COURT: Court = Court { panes: 3, seed: 1 };
const LEFT: PaneId = PaneId(0);
const MIDDLE: PaneId = PaneId(1);
const RIGHT: PaneId = PaneId(2);
const NOW_NS: u64 = 100_000_000_000;
const MS: u64 = 1_000_000;

/// A picture of a game in which all this happened so many milliseconds ago.
fn picture(events: &[(u64, What)]) -> Snapshot {
    let pane = |pid| PaneView { pid, incarnation: 1, paddle: Paddle::MIDDLE, control: Control::Autopilot };
    let event = |&(ago_ms, what): &(u64, What)| Event { at_ns: NOW_NS - ago_ms * MS, what };
    let events = events.iter().map(event).collect();
    Snapshot {
        ownership: Ownership { epoch: 1, giver: Owner::Supervisor, holder: Owner::Pane(LEFT) },
        ball: Some(COURT.serve(LEFT, None)),
        due_ns: None,
        panes: vec![pane(101), pane(102), pane(103)],
        transport: TransportKind::Shared,
        hand_off: None,
        medians_ns: [None; 3],
        live_settings: GameSettings::default(),
        recording: None,
        recent: Recent { taken_ns: NOW_NS, events, rally_end: None },
    }
}

fn said(snapshot: &Snapshot) -> Option<[String; 2]> {
    snapshot.news(&COURT).map(|News { what, more, .. }| [what, more])
}

fn assert_said(events: &[(u64, What)], expected: [&str; 2]) {
    assert_eq!(said(&picture(events)), Some(expected.map(str::to_owned)), "{events:?}");
}

fn died(pane: PaneId, how: End) -> What {
    What::Died { pane, pid: 102, how }
}

#[test]
fn a_death_is_said_with_its_signal_its_pids_and_what_became_of_the_ball() {
    let death = died(MIDDLE, End::by(Signal::SIGKILL));
    let (recovered, started) =
        (What::Recovered { pane: MIDDLE, epoch: 9 }, What::Started { pane: MIDDLE, pid: 205 });
    let what = "Middle pane killed by SIGKILL";
    assert_said(&[(20, death)], [what, "pid 102 died"]);
    assert_said(&[(20, death), (19, recovered)], [what, "pid 102 died; its ball is recovered"]);
    assert_said(&[(20, death), (9, started)], [what, "pid 102 died; pid 205 plays on"]);
    let whole = [(20, death), (19, recovered), (9, started)];
    assert_said(&whole, [what, "pid 102 died; pid 205 plays on with its ball"]);
    assert_said(&[(5, died(RIGHT, End::Code(5)))], ["Right pane ended with code 5", "pid 102 died"]);
    // Two seconds after the death of the one before it.
    let again = What::Died { pane: MIDDLE, pid: 205, how: End::by(Signal::SIGSEGV) };
    let twice = [(2_000, death), (1_999, recovered), (1_990, started), (3, again)];
    assert_said(&twice, ["Middle pane killed by SIGSEGV", "pid 205 died"]);
}

#[test]
fn deaths_at_once_are_one_thing() {
    let at_once = |second| [(9, died(MIDDLE, End::by(Signal::SIGKILL))), (8, died(LEFT, second))];
    assert_said(&at_once(End::by(Signal::SIGKILL)), ["2 processes killed by SIGKILL", "pids 102, 102"]);
    assert_said(&at_once(End::Code(1)), ["2 processes died", "pids 102, 102"]);
}

#[test]
fn a_frozen_owner_a_hung_one_and_a_fresh_region_are_said() {
    let recalled = |from, to| What::Served { pane: to, epoch: 7, from: Owner::Pane(from) };
    let stalled = What::Stalled { pane: LEFT };
    let to = "no progress: ball recalled to the middle pane";
    assert_said(&[(9, stalled), (8, recalled(LEFT, MIDDLE))], ["Left pane stands still", to]);
    let hung = What::Hung { pane: RIGHT };
    assert_said(&[(9, hung)], ["Right pane hung: killed", "pid 103"]);
    let killed = died(RIGHT, End::by(Signal::SIGKILL));
    assert_said(&[(9, hung), (8, killed)], ["Right pane hung: killed", "pid 102 died"]);
    let reinitialized = [(50, What::Reinitialized), (40, What::Started { pane: LEFT, pid: 9 })];
    let more = "it was corrupt; every pane has a new process";
    assert_said(&reinitialized, ["Shared memory replaced", more]);
}

#[test]
fn a_recall_by_a_user_and_what_the_inspector_does_are_said() {
    let recalled = What::Served { pane: RIGHT, epoch: 7, from: Owner::Pane(LEFT) };
    assert_said(&[(9, recalled)], ["Ball recalled", "from the left pane to the right pane"]);
    let done = |action| What::Done { pane: MIDDLE, action };
    assert_said(&[(9, done(Action::Freeze))], ["Middle pane frozen", "pid 102, by SIGSTOP"]);
    assert_said(&[(9, done(Action::Continue))], ["Middle pane continued", "pid 102, by SIGCONT"]);
    let killed = died(MIDDLE, End::by(Signal::SIGKILL));
    assert_said(&[(9, killed), (8, done(Action::Kill))], ["Middle pane killed by SIGKILL", "pid 102 died"]);
}

#[test]
fn the_beginning_of_a_game_is_no_news() {
    let started = |pane| What::Started { pane, pid: 7 };
    let first = What::Served { pane: LEFT, epoch: 1, from: Owner::Supervisor };
    assert_eq!(said(&picture(&[(30, started(LEFT)), (20, started(RIGHT)), (10, first)])), None);
    assert_eq!(said(&picture(&[(10, What::Stalled { pane: PaneId(7) })])), None, "a pane of no court");
}

#[test]
fn news_last_three_seconds_from_the_last_part_of_one_thing_on() {
    let death = died(MIDDLE, End::by(Signal::SIGTERM));
    let news =
        |ago_ms| picture(&[(ago_ms + 40, death), (ago_ms, What::Recovered { pane: MIDDLE, epoch: 9 })]);
    let left_ms = |ago_ms| news(ago_ms).news(&COURT).map(|news| news.left_ns / MS);
    assert_eq!([0, 2_990, 3_000].map(left_ms), [Some(3_000), Some(10), None]);
    assert_eq!(said(&news(0)), said(&news(2_990)), "and do not change meanwhile");
    let newer = (5, What::Stalled { pane: LEFT });
    assert_said(&[(2_000, death), newer], ["Left pane stands still", "no progress"]);
}

#[test]
fn a_goal_and_a_miss_are_said_with_the_score_or_the_hits() {
    let end = |is_goal, side| Some(RallyEnd { at_ns: NOW_NS - 9 * MS, side, is_goal, hits: 7 });
    let mut missed = picture(&[]);
    missed.recent.rally_end = end(false, Side::Left);
    assert_eq!(said(&missed), Some(["Missed".to_owned(), "rally ended with 7 hits".to_owned()]));
    let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
    let mut goal = picture(&[]);
    let score = Score { left: 2, ..Score::new(rules) };
    goal.ball = goal.ball.map(|ball| Ball { score, ..ball });
    goal.recent.rally_end = end(true, Side::Right);
    assert_eq!(said(&goal), Some(["Goal for the left: 2 : 0".to_owned(), String::new()]));
    // While the ball lies still the court says it in large letters; and after the last goal, who has won.
    goal.ball = goal.ball.map(|ball| Ball { score: Score { pause: 9, ..score }, ..ball });
    assert_eq!((said(&goal), goal.goal()), (None, Some(Side::Right)), "it lies in the left pane");
    goal.ball = goal.ball.map(|ball| Ball { score: Score { left: 11, ..score }, ..ball });
    assert_eq!(said(&goal), None);
}
