//! The inspector's view of the flow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{Court, PaneId};
use tripong::inspector::flow::Flow;
use tripong::platform::clock;
use tripong::protocol::{
    Action, Arrival, End, Event as Note, Owner, Ownership, Region, Setup, TransportKind, What,
};
use tripong::shm::Mapping;
use tripong::ui::inspector::FlowUi;

const COURT: Court = Court { panes: 3, seed: 1 };
const LEFT: PaneId = PaneId(0);
const MIDDLE: PaneId = PaneId(1);
const BUTTONS: [&str; 5] = ["Zoom in", "Zoom out", "Earlier", "Later", "Follow"];
const SECOND: u64 = 1_000_000_000;

struct View {
    ui: FlowUi,
    flow: Flow,
    mapping: Mapping<Region>,
    ownership: Ownership,
    start_ns: u64,
    is_still: bool,
}

impl View {
    fn new() -> Self {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let start_ns = clock::now_ns() - 60 * SECOND;
        let (ui, flow) = Default::default();
        Self { ui, flow, mapping, ownership: Ownership::REST, start_ns, is_still: false }
    }

    fn note(&self, at_ns: u64, what: What) {
        self.mapping.region().event_log.events.push(Note { at_ns, what }.words());
    }

    /// The ball is served, handed over every second for a minute, a pane is killed and another one frozen.
    fn played() -> Self {
        let mut view = Self::new();
        let region = view.mapping.region();
        view.ownership = region.baton.reclaim(Ownership::REST, MIDDLE).unwrap();
        view.note(view.start_ns, What::Served { pane: MIDDLE, epoch: 1, from: Owner::Supervisor });
        for second in 1..58 {
            view.hand_off(view.start_ns + second * SECOND);
        }
        let at_ns = |tenths: u64| view.start_ns + tenths * SECOND / 10;
        view.note(at_ns(575), What::Died { pane: LEFT, pid: 4711, how: End::Signal(9) });
        view.note(at_ns(576), What::Started { pane: LEFT, pid: 4712 });
        view.note(at_ns(577), What::Done { pane: MIDDLE, action: Action::Freeze });
        view.flow.follow(view.mapping.region(), &COURT);
        view
    }

    fn hand_off(&mut self, handed_ns: u64) {
        let to = if self.ownership.holder == Owner::Pane(MIDDLE) { LEFT } else { MIDDLE };
        self.ownership = self.mapping.region().baton.hand_off(self.ownership, to).unwrap();
        let hop = self.ownership.epoch - 1;
        let via = TransportKind::ALL[(hop % 3) as usize];
        let arrival = Arrival::of(self.ownership, via, hop, handed_ns, handed_ns + 11_300);
        self.mapping.region().arrival_log(to).push(arrival.words());
    }
}

fn window(view: View) -> Harness<'static, View> {
    let mut harness = Harness::builder()
        .with_size(vec2(1000.0, 800.0))
        .build_ui_state(|ui, view: &mut View| view.ui.ui(ui, &view.flow, &COURT, view.is_still), view);
    harness.run_steps(3);
    harness
}

fn is_following(harness: &Harness<'_, View>) -> bool {
    harness.get_by_label("Follow").accesskit_node().toggled().is_some_and(|on| on == true.into())
}

/// The words below the diagram: the same are in the list.
fn reported(harness: &Harness<'_, View>, words: &str) -> usize {
    harness
        .query_all_by_label_contains(words)
        .filter(|node| node.accesskit_node().role() == Role::Label)
        .count()
}

fn diagram(harness: &Harness<'_, View>) -> Rect {
    harness.get_by(|node| node.label().is_some_and(|label| label.starts_with("Space-time diagram"))).rect()
}

#[test]
fn before_the_first_serve_it_says_what_to_do() {
    let harness = window(View::new());
    harness.get_by_label_contains("Nothing has happened yet");
    assert!(harness.query_by_label("Zoom in").is_none());
}

#[test]
fn every_hand_off_and_every_event_is_reported_in_words() {
    let harness = window(View::played());
    assert_eq!(
        reported(&harness, "57.000 s  epoch 58, hop 57: middle to left by shared, 11.3 µs, here for"),
        1
    );
    assert_eq!(
        reported(&harness, "56.000 s  epoch 57, hop 56: left to middle by socket, 11.3 µs, stayed 1.00 s"),
        1
    );
    // The newest is also the words below the diagram.
    assert_eq!(reported(&harness, "57.700 s  freeze (SIGSTOP), the middle pane: done"), 2);
    assert_eq!(
        reported(&harness, "the process of the left pane (pid 4711) was killed by SIGKILL and was reaped"),
        1
    );
    harness.get_by_label("Space-time diagram. The newest: 57.700 s  freeze (SIGSTOP), the middle pane: done");
}

#[test]
fn keys_and_buttons_zoom_and_pan_and_come_back_to_the_running_edge() {
    let mut harness = window(View::played());
    assert!(is_following(&harness));
    for (key, follows) in [
        (Key::Plus, true),
        (Key::Minus, true),
        (Key::ArrowLeft, false),
        (Key::Plus, false),
        (Key::Home, true),
        (Key::ArrowLeft, false),
        (Key::ArrowRight, true),
    ] {
        harness.key_press(key);
        harness.run_steps(2);
        assert_eq!(is_following(&harness), follows, "{key:?}");
    }
    for (label, follows) in [
        ("Zoom in", true),
        ("Earlier", false),
        ("Zoom out", false),
        ("Follow", true),
        ("Earlier", false),
        ("Later", true),
    ] {
        harness.get_by_label(label).click();
        harness.run_steps(2);
        assert_eq!(is_following(&harness), follows, "{label}");
    }
}

#[test]
fn the_pointer_pans_and_zooms() {
    let mut harness = window(View::played());
    let at = diagram(&harness).center();
    harness.drag_at(at);
    harness.run_steps(2);
    harness.hover_at(at + vec2(120.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(at + vec2(120.0, 0.0));
    harness.run_steps(2);
    assert!(!is_following(&harness), "dragged to the right: earlier");
    // Zoomed out far enough, the running edge is seen again, and is followed.
    harness.hover_at(at);
    harness.run_steps(2);
    harness.event(Event::Zoom(0.1));
    harness.run_steps(3);
    assert!(is_following(&harness));
}

#[test]
fn arrows_up_and_down_select_one_after_the_other_and_show_it() {
    let mut harness = window(View::played());
    let mut press = |key| {
        harness.key_press(key);
        harness.run_steps(3);
        ["57.700 s", "57.600 s", "57.500 s", "57.000 s"]
            .map(|time| reported(&harness, &format!("> {time}")))
            .iter()
            .position(|count| *count == 1)
    };
    let keys = [Key::ArrowUp, Key::ArrowUp, Key::ArrowUp, Key::ArrowUp, Key::ArrowDown];
    assert_eq!(keys.map(&mut press), [Some(0), Some(1), Some(2), Some(3), Some(2)]);
    assert_eq!(
        reported(&harness, "the process of the left pane (pid 4711) was killed by SIGKILL and was reaped"),
        2,
        "below the diagram and in the list"
    );
    (0..58).for_each(|_| harness.key_press(Key::ArrowUp));
    harness.run_steps(3);
    assert_eq!(reported(&harness, "epoch 1: served to middle"), 2, "the list has scrolled to it");
    assert!(!is_following(&harness), "and the diagram shows it");
    harness.key_press(Key::Home);
    harness.run_steps(3);
    assert!(is_following(&harness));
}

#[test]
fn what_the_pointer_is_at_is_reported_and_a_click_selects_it() {
    let mut harness = window(View::played());
    let rect = diagram(&harness);
    // The line of the left pane is the second of four, and the ball is there at the running edge.
    let y = rect.top() + rect.height() * (1.0 + 0.6) / 4.2;
    let xs = (0..60).map(|n| rect.right() - 10.0 - 10.0 * n as f32);
    let found = xs.into_iter().find(|x| {
        harness.hover_at(Pos2::new(*x, y));
        harness.run_steps(2);
        reported(&harness, "epoch 58, hop 57: middle to left by shared") == 2
    });
    let at = Pos2::new(found.expect("the interval of epoch 58 is somewhere on its line"), y);
    for pressed in [true, false] {
        let modifiers = Modifiers::NONE;
        harness.event(Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers });
        harness.run_steps(2);
    }
    assert_eq!(reported(&harness, "> 57.000 s"), 1);
}

#[test]
fn while_it_is_still_nothing_new_is_shown() {
    let mut harness = window(View::played());
    harness.state_mut().is_still = true;
    harness.run_steps(2);
    let view = harness.state_mut();
    view.hand_off(view.start_ns + 59 * SECOND);
    view.flow.follow(view.mapping.region(), &COURT);
    harness.run_steps(2);
    assert_eq!(reported(&harness, "epoch 59"), 0);
    harness.state_mut().is_still = false;
    harness.run_steps(2);
    assert!(reported(&harness, "epoch 59") >= 1);
}

#[test]
fn latencies_are_a_table_per_transport() {
    let mut view = View::new();
    let region = view.mapping.region();
    view.ownership = region.baton.reclaim(Ownership::REST, MIDDLE).unwrap();
    view.note(view.start_ns, What::Served { pane: MIDDLE, epoch: 1, from: Owner::Supervisor });
    for (transport, ns) in
        [(TransportKind::Shared, 7_000), (TransportKind::Pipe, 11_000), (TransportKind::Pipe, 1_500_000)]
    {
        region.latency(LEFT, transport).record(ns);
    }
    view.flow.follow(view.mapping.region(), &COURT);
    let harness = window(view);
    for label in ["transport", "count", "p50", "p99", "p99.9", "max", "dashed, squares", "1.50 ms"] {
        harness.get_all_by_label(label).next().unwrap_or_else(|| panic!("{label}"));
    }
    harness.get_by_label("Latencies, a line per transport. shared: 1 hand-offs, pipe: 2 hand-offs");
    assert!(harness.query_by_label("dotted, triangles").is_none(), "nothing went by socket");
}

#[test]
fn tab_reaches_every_button_and_arrows_leave_the_focus_there() {
    let mut harness = window(View::played());
    for label in BUTTONS {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        assert!(harness.get_by_label(label).is_focused(), "{label}");
    }
    harness.key_press(Key::ArrowLeft);
    harness.run_steps(2);
    assert!(harness.get_by_label("Follow").is_focused() && !is_following(&harness));
}

#[test]
fn in_a_small_window_at_zoom_2_all_buttons_are_there_and_the_rest_can_be_scrolled_to() {
    let mut harness = window(View::played());
    harness.set_size(vec2(320.0, 240.0));
    harness.run_steps(4);
    for label in BUTTONS {
        let rect = harness.get_by_label(label).rect();
        assert!(rect.min.x >= 0.0 && rect.max.x <= 320.0, "{label}: {rect:?}");
    }
    let before = diagram(&harness);
    assert!(before.top() < 120.0 && before.height() >= 120.0, "{before:?}");
    harness.key_press(Key::PageDown);
    harness.run_steps(60);
    assert!(diagram(&harness).top() < before.top() - 50.0, "{before:?} {:?}", diagram(&harness));
}

#[test]
fn the_wheel_over_the_diagram_does_not_zoom_by_itself() {
    let mut harness = window(View::played());
    harness.hover_at(diagram(&harness).center());
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: Vec2::new(0.0, 50.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(5);
    assert!(is_following(&harness), "it scrolls the page");
}

#[test]
fn a_view_in_which_nothing_happens_asks_for_no_repaints() {
    let mut harness = window(View::played());
    harness.run();
    let viewport = &harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert_eq!(viewport.repaint_delay, std::time::Duration::MAX);
}

#[test]
fn no_text_is_cut_in_small_windows_and_at_twice_the_size() {
    let mut view = View::played();
    let region = view.mapping.region();
    for (index, ns) in (0..3).zip([1_900, 125_829_100, 2_000_000_000]) {
        (0..1000).for_each(|_| region.latency(LEFT, TransportKind::ALL[index]).record(ns));
    }
    view.flow.follow(view.mapping.region(), &COURT);
    let mut harness = window(view);
    // 125.8 ms, and neither 125829.1 µs nor 0.1 s.
    assert!(
        harness.query_all_by_label_contains("126 ms").count() >= 1
            || harness.query_all_by_label_contains("125 ms").count() >= 1
    );
    crate::fits::assert_fits_everywhere(&mut harness, |harness| Some(diagram(harness)));
}
