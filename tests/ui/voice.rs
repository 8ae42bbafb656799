//! What a screen reader reads without being asked: of all windows only the one that has the keyboard speaks.

use egui::accesskit::{Live, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{Ball, Control, Paddle, PaneId, Score, Side};
use tripong::protocol::snapshot::Snapshot;
use tripong::protocol::{End, Event, RallyEnd, Recent, What};

use crate::{SLIDER, Window, held_by, resting, window};

/// As it is from the clock of the game, when something happens.
const NOW_NS: u64 = 60_000_000_000;

fn flying(pane: u8) -> Snapshot {
    let ball = resting().ball.map(|ball| Ball { vx: 3.0, ..ball });
    Snapshot { ownership: held_by(PaneId(pane)), ball, ..resting() }
}

/// The text of the live node, and whether a change of it is read.
fn heard(harness: &Harness<'_, Window>) -> (String, bool) {
    let status = harness.get_by_role(Role::Status);
    let node = status.accesskit_node();
    (node.label().unwrap_or_default(), node.live() == Live::Polite)
}

fn show(harness: &mut Harness<'_, Window>, snapshot: Snapshot) -> String {
    harness.state_mut().snapshot = snapshot;
    harness.run_steps(2);
    heard(harness).0
}

fn focus(harness: &mut Harness<'_, Window>, is_focused: bool) {
    harness.input_mut().focused = is_focused;
    harness.run_steps(2);
}

fn with_news(snapshot: Snapshot, what: What) -> Snapshot {
    let events = vec![Event { at_ns: NOW_NS, what }];
    Snapshot { recent: Recent { taken_ns: NOW_NS, events, rally_end: None }, ..snapshot }
}

fn paused(snapshot: Snapshot) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.live_settings.paused = true;
    snapshot
}

const DEATH: What = What::Died { pane: PaneId(1), pid: 102, how: End::Signal(9) };

#[test]
fn a_window_without_the_keyboard_says_nothing_whatever_happens() {
    let mut harness = window(flying(1));
    focus(&mut harness, false);
    let (before, is_live) = heard(&harness);
    assert!(!is_live);
    let won = Score { left: 11, right: 3, ..flying(1).score() };
    let after_goal = flying(1).ball.map(|ball| Ball { score: won, ..ball });
    let all = [
        flying(2),
        paused(flying(2)),
        with_news(flying(2), DEATH),
        Snapshot { ball: after_goal, ..flying(2) },
        Snapshot { ball: None, ..flying(2) },
    ];
    for snapshot in all {
        assert_eq!(show(&mut harness, snapshot), before);
        assert!(!heard(&harness).1);
    }
    show(&mut harness, flying(2));
    focus(&mut harness, true);
    let says = ("Ball in the right pane, moving right. 0 hits.".to_owned(), true);
    assert_eq!(heard(&harness), says, "whoever comes to a window hears once how the game stands");
}

#[test]
fn the_window_with_the_keyboard_says_what_matters_and_no_hops() {
    let mut harness = window(resting());
    let at_rest = heard(&harness);
    assert!(at_rest.0.starts_with("Ball at rest. ") && at_rest.1, "{at_rest:?}");
    assert_eq!(show(&mut harness, flying(1)), "Ball in the middle pane, moving right. 0 hits.");
    let before = heard(&harness).0;
    for pane in [2, 1, 0] {
        assert_eq!(show(&mut harness, flying(pane)), before, "hops are not announced");
    }
    assert!(show(&mut harness, paused(flying(0))).starts_with("Paused. "));
    assert_eq!(show(&mut harness, flying(0)), "Ball in the left pane, moving right. 0 hits.", "it goes on");
    let death = show(&mut harness, with_news(flying(0), DEATH));
    assert!(death.contains("killed by SIGKILL"), "{death}");
    // What follows of it is the same thing.
    let mut next = with_news(flying(0), DEATH);
    next.recent.events.push(Event { at_ns: NOW_NS, what: What::Started { pane: PaneId(1), pid: 9 } });
    assert_eq!(show(&mut harness, next), death);
    assert_eq!(show(&mut harness, flying(1)), death, "and its end is none");
    assert!(show(&mut harness, Snapshot { ball: None, ..flying(1) }).starts_with("State unknown"));
}

#[test]
fn the_same_miss_twice_is_read_twice() {
    let mut harness = window(flying(1));
    let end = RallyEnd { at_ns: NOW_NS, side: Side::Left, is_goal: false, hits: 2 };
    let recent = Recent { taken_ns: NOW_NS, events: Vec::new(), rally_end: Some(end) };
    let miss = Snapshot { recent, ..flying(1) };
    let first = show(&mut harness, miss.clone());
    assert!(first.starts_with("Missed: "), "{first}");
    assert_eq!(show(&mut harness, flying(1)), first);
    let again = show(&mut harness, miss);
    assert!(again != first && again.trim() == first, "{again:?}");
}

#[test]
fn hops_are_read_on_request_one_in_two_seconds_and_the_last_one_wins() {
    let mut harness = window(flying(1));
    let flying = |pane| {
        let mut snapshot = flying(pane);
        snapshot.live_settings.announces_hops = true;
        snapshot
    };
    // Each frame of the harness is a quarter of a second; show() makes two.
    show(&mut harness, flying(1));
    harness.run_steps(10);
    assert_eq!(show(&mut harness, flying(2)), "Ball in the right pane, moving right. 0 hits.");
    let before = heard(&harness).0;
    assert_eq!(show(&mut harness, flying(1)), before, "the last one is still being read");
    assert_eq!(show(&mut harness, flying(0)), before);
    harness.run_steps(10);
    assert_eq!(heard(&harness).0, "Ball in the left pane, moving right. 0 hits.");
}

#[test]
fn frames_have_the_names_of_their_panes_and_the_paddle_says_what_keys_do() {
    let harness = window(resting());
    let root = harness.root();
    assert_eq!(root.accesskit_node().label().as_deref(), Some("left pane, tripong"));
    let slider = harness.get_by_label(SLIDER);
    let description = slider.accesskit_node().data().description().map(str::to_owned).unwrap_or_default();
    assert!(description.ends_with(" move it; Space pauses"), "{description}");
}

#[test]
fn the_moves_of_an_autopilot_are_read_in_large_steps_and_those_of_a_hand_as_they_are() {
    let value = |control, y| {
        let mut snapshot = flying(1);
        (snapshot.panes[0].control, snapshot.panes[0].paddle) = (control, Paddle::at(y));
        window(snapshot).get_by_label(SLIDER).accesskit_node().numeric_value().unwrap()
    };
    let steps: Vec<_> = [1.4, 1.45, 1.5, 1.55, 1.6].map(|y| value(Control::Autopilot, y)).to_vec();
    assert_eq!(steps, [1.5; 5]);
    assert!((value(Control::Autopilot, 1.9) - 1.0).abs() < 1e-9, "measured from below");
    let by_hand = value(Control::Manual(Paddle::at(1.9)), 1.9);
    assert!((by_hand - 1.1).abs() < 1e-9, "{by_hand}");
}
