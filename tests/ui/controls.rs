//! The controls of a pane's window, by their accessible names, without a display.

mod appearance;
mod error_dialog;
mod fits;
mod flow;
mod fold;
mod game;
mod invariants;
mod keyboard;
mod lab;
mod memory;
mod place;
mod processes;
mod record;
mod replay;
mod seen;
mod start;
mod transports;
mod voice;

use std::cell::RefCell;

use egui::accesskit::{Role, Toggled};
use egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, TouchPhase, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{Control, Court, HEIGHT, HeldKey, Paddle, PaneId};
use tripong::protocol::snapshot::{PaneView, Snapshot};
use tripong::protocol::{
    GameSettings, Owner, Ownership, Recent, RecordingName, RecordingStatus, TransportKind,
};
use tripong::ui::{Intent, PaneUi};

const COURT: Court = Court { panes: 3, seed: 1 };
const ME: PaneId = PaneId(0);
const SLIDER: &str = "Paddle of the left pane";

/// The window of the left pane, a game that it looks at, and what its user has wanted so far.
struct Window {
    view: PaneUi,
    snapshot: Snapshot,
    intents: RefCell<Vec<Intent>>,
}

/// The game takes up what the user wants, as the real one does.
fn apply(snapshot: &mut Snapshot, intent: Intent) {
    match intent {
        Intent::Serve => snapshot.ownership = held_by(ME),
        Intent::Control(pane, control) => {
            let pane = &mut snapshot.panes[pane.index()];
            pane.control = control;
            if let Control::Manual(paddle) = control {
                pane.paddle = paddle;
            }
        }
        Intent::Hold(pane, direction) => {
            let tick = snapshot.ball.map_or(0, |ball| ball.tick);
            let pane = &mut snapshot.panes[pane.index()];
            pane.control = Control::Held(HeldKey::pressed(pane.paddle, direction, tick, ME));
        }
        Intent::Release(pane) => {
            let pane = &mut snapshot.panes[pane.index()];
            pane.control = Control::Manual(pane.paddle);
        }
        Intent::Transport(transport) => snapshot.transport = transport,
        Intent::Settings(settings) => snapshot.live_settings = settings,
        Intent::Record => {
            let status = RecordingStatus { since_ns: 1, bytes: 0, file: RecordingName::GIVEN };
            snapshot.recording = if snapshot.recording.is_some() { None } else { Some(status) };
        }
        // Nothing is played back in a game.
        Intent::Playback(_) | Intent::Inspect | Intent::RaiseAll => {}
    }
}

fn held_by(pane: PaneId) -> Ownership {
    Ownership { epoch: 1, giver: Owner::Supervisor, holder: Owner::Pane(pane) }
}

fn resting() -> Snapshot {
    let pane = |pid| PaneView { pid, incarnation: 1, paddle: Paddle::MIDDLE, control: Control::Autopilot };
    Snapshot {
        ownership: Ownership::REST,
        ball: Some(COURT.serve(PaneId(1), None)),
        due_ns: None,
        panes: vec![pane(101), pane(102), pane(103)],
        transport: TransportKind::Shared,
        hand_off: None,
        medians_ns: [None; 3],
        live_settings: GameSettings::default(),
        recording: None,
        recent: Recent::default(),
    }
}

fn window(snapshot: Snapshot) -> Harness<'static, Window> {
    let view = PaneUi::new(COURT, ME, 101, false);
    let state = Window { view, snapshot, intents: RefCell::default() };
    Harness::builder().with_size(vec2(480.0, 424.0)).build_ui_state(
        |ui, window: &mut Window| {
            for intent in window.view.ui(ui, &window.snapshot) {
                apply(&mut window.snapshot, intent);
                window.intents.borrow_mut().push(intent);
            }
        },
        state,
    )
}

fn unexplained() -> GameSettings {
    GameSettings { explains: false, ..GameSettings::default() }
}

/// What the user wants who changes so what is shown.
fn change(harness: &Harness<'_, Window>, change: impl FnOnce(&mut GameSettings)) -> Intent {
    Intent::change(&harness.state().snapshot, change)
}

fn taken(harness: &mut Harness<'_, Window>) -> Vec<Intent> {
    harness.state_mut().intents.take()
}

fn last_paddle(harness: &mut Harness<'_, Window>) -> Option<f64> {
    match taken(harness).last()? {
        Intent::Control(ME, Control::Manual(paddle)) => Some(paddle.y),
        _ => None,
    }
}

fn press_start(harness: &mut Harness<'_, Window>) {
    harness.get_by_label("Start").click();
    harness.run();
}

#[test]
fn the_first_start_opens_the_message_box_and_ok_serves() {
    let mut harness = window(resting());
    press_start(&mut harness);
    assert_eq!(taken(&mut harness), [], "the box only asks");
    harness.get_by_label_contains("process 1 of 3, pid 101");
    harness.get_by_label_contains("OK serves the ball from this pane");
    harness.get_by_label("OK").click();
    harness.run();
    assert_eq!(taken(&mut harness), [Intent::Serve]);
    assert!(harness.query_by_label("OK").is_none(), "the box is closed");
}

#[test]
fn enter_is_ok() {
    let mut harness = window(resting());
    press_start(&mut harness);
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(taken(&mut harness), [Intent::Serve]);
}

#[test]
fn escape_closes_the_message_box_without_serving() {
    let mut harness = window(resting());
    press_start(&mut harness);
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(taken(&mut harness), []);
    assert!(harness.query_by_label("OK").is_none(), "the box is closed");
}

#[test]
fn the_enter_that_presses_start_does_not_answer_the_message_box() {
    let mut harness = window(resting());
    harness.get_by_label("Start").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(taken(&mut harness), []);
    harness.get_by_label("OK");
}

#[test]
fn every_later_start_serves_at_once() {
    let mut harness = window(resting());
    press_start(&mut harness);
    harness.key_press(Key::Escape);
    harness.run();
    for _ in 0..3 {
        press_start(&mut harness);
        assert_eq!(taken(&mut harness), [Intent::Serve]);
        assert!(harness.query_by_label("OK").is_none(), "no second box");
    }
}

#[test]
fn dragging_the_slider_moves_the_paddle_with_the_pointer() {
    let mut harness = window(resting());
    let rail = harness.get_by_label(SLIDER).rect();
    harness.drag_at(rail.center());
    harness.run();
    let target = Pos2::new(rail.center().x, rail.top() + rail.height() * 0.25);
    harness.hover_at(target);
    harness.run();
    harness.drop_at(target);
    harness.run();
    let y = last_paddle(&mut harness).expect("the paddle is moved by hand");
    assert!((y - HEIGHT * 0.25).abs() < 0.05, "the rail is as high as the court: {y}");
}

#[test]
fn a_screen_reader_sees_the_slider_and_can_set_it() {
    let mut harness = window(resting());
    let sliders: Vec<_> = harness.get_all_by_role(Role::Slider).collect();
    assert_eq!(sliders.len(), 1);
    assert_eq!(sliders[0].accesskit_node().label().as_deref(), Some(SLIDER));
    sliders[0].set_value_accesskit(1.0);
    harness.run();
    assert_eq!(last_paddle(&mut harness), Some(HEIGHT - 1.0), "the value is the height above the floor");
}

#[test]
fn w_and_s_move_the_left_paddle() {
    for (key, sign) in [(Key::W, -1.0), (Key::S, 1.0)] {
        let mut harness = window(resting());
        harness.run();
        harness.key_down(key);
        harness.run_steps(10);
        harness.key_up(key);
        harness.run();
        let y = last_paddle(&mut harness).expect("the paddle is moved by hand");
        assert!((y - HEIGHT / 2.0) * sign > 0.05, "{key:?}: {y}");
    }
}

#[test]
fn arrow_keys_leave_the_focus_where_it_is() {
    let mut harness = window(resting());
    harness.get_by_label("Start").focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowDown);
    harness.run_steps(3);
    assert!(harness.get_by_label("Start").is_focused());
}

#[test]
fn the_wheel_moves_the_paddle_the_way_it_turns() {
    let mut harness = window(resting());
    harness.hover_at(Pos2::new(240.0, 240.0));
    let delta = Vec2::new(0.0, 60.0);
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        source: MouseWheelSource::Wheel,
        delta,
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(30);
    let y = last_paddle(&mut harness).expect("the paddle is moved by hand");
    assert!(y < HEIGHT / 2.0 - 0.1, "up: {y}");
}

#[test]
fn touching_the_paddle_switches_the_autopilot_off_and_the_checkbox_on_again() {
    let mut harness = window(resting());
    let is_on = |harness: &Harness<'_, Window>| {
        harness.get_by_label("Autopilot").accesskit_node().toggled() == Some(Toggled::True)
    };
    assert!(is_on(&harness));
    harness.key_press(Key::W);
    harness.run();
    assert!(!is_on(&harness));
    harness.get_by_label("Autopilot").click();
    harness.run();
    assert_eq!(taken(&mut harness).last(), Some(&Intent::Control(ME, Control::Autopilot)));
    assert!(is_on(&harness));
}

#[test]
fn keys_do_not_move_the_paddle_behind_the_message_box() {
    let mut harness = window(resting());
    press_start(&mut harness);
    harness.key_press(Key::W);
    harness.run();
    assert_eq!(taken(&mut harness), []);
}

#[test]
fn the_window_says_where_the_ball_is() {
    let here = "The ball is here: process 1 of 3, pid 101.";
    let there = "The ball is in the right pane: process 3 of 3, pid 103.";
    let cases = [
        (Ownership::REST, "The ball rests. Press Space or Start."),
        (held_by(ME), here),
        (held_by(PaneId(2)), there),
    ];
    for (ownership, words) in cases {
        let harness = window(Snapshot { ownership, ..resting() });
        harness.get_by_label(words);
        let court = harness.get_by_role(Role::Image).accesskit_node().label().unwrap_or_default();
        assert!(court.starts_with(&format!("Court. {words} Rally: 0 hits")), "{court}");
    }
}

#[test]
fn a_region_that_cannot_be_read_is_said_and_not_drawn() {
    let harness = window(Snapshot { ball: None, ..resting() });
    harness.get_by_label("The ball cannot be read.");
}

#[test]
fn a_restarted_pane_says_so_and_does_not_explain_the_game_again() {
    let mut harness = window(resting());
    assert!(harness.query_by_label_contains("process (pid").is_none());
    harness.state_mut().snapshot.panes[ME.index()].incarnation = 2;
    harness.state_mut().view = PaneUi::new(COURT, ME, 101, true);
    harness.run();
    harness.get_by_label_contains("2nd process");
    press_start(&mut harness);
    assert_eq!(taken(&mut harness), [Intent::Serve], "its user has read the box");
}

#[test]
fn a_restarted_pane_says_so_in_as_many_words_as_there_is_room_for() {
    let mut snapshot = Snapshot { ownership: held_by(ME), ..resting() };
    (snapshot.panes[ME.index()].incarnation, snapshot.panes[ME.index()].pid) = (2, 4_194_303);
    let mut harness = window(snapshot);
    for width in [640.0, 480.0, 426.0, 400.0, 360.0] {
        harness.set_size(vec2(width, 400.0));
        harness.run_steps(4);
        let texts = fits::texts(&harness.output().shapes);
        let says = |text: &str| text.starts_with("Second process") || text.starts_with("2nd");
        let said = texts.iter().find(|(_, text)| says(text.galley.text()));
        let (_, said) = said.expect("that it is the second");
        assert!(!said.galley.elided, "{:?} in {width} points", said.galley.text());
    }
}

#[test]
fn tab_reaches_every_control() {
    let mut harness = window(resting());
    let below = [
        "Transport: shared memory",
        "Transport: pipe",
        "Transport: socket",
        "Explain",
        "Close the explanation",
    ];
    for label in ["Start", "Autopilot", "Game settings", "Inspect", "Record", "Help"]
        .into_iter()
        .chain(below)
        .chain([SLIDER])
    {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        assert!(harness.get_by_label(label).is_focused(), "{label}");
    }
}

#[test]
fn a_window_without_motion_asks_for_no_repaints() {
    let rests = [Ownership::REST, held_by(ME), held_by(PaneId(2))]
        .map(|ownership| Snapshot { ownership, ..resting() });
    let explained = TransportKind::ALL.map(transports::handed_over);
    for snapshot in rests
        .into_iter()
        .chain(explained.clone())
        .chain([Snapshot { live_settings: unexplained(), ..resting() }])
    {
        let what = format!("{snapshot:?}");
        let mut harness = window(snapshot);
        // run() fails if it is not still after a few frames.
        harness.run();
        let viewport = &harness.output().viewport_output[&egui::ViewportId::ROOT];
        assert_eq!(viewport.repaint_delay, std::time::Duration::MAX, "{what}");
    }
}

#[test]
fn nothing_is_cut_off_in_the_smallest_window() {
    let mut harness = window(resting());
    harness.set_size(vec2(320.0, 240.0));
    harness.run();
    for label in ["Start", "Autopilot", SLIDER] {
        let rect = harness.get_by_label(label).rect();
        assert!(rect.min.x >= 0.0 && rect.max.x <= 320.0 && rect.max.y <= 240.5, "{label}: {rect:?}");
    }
}

#[test]
fn tooltips_are_wrapped_within_narrow_windows() {
    // Three windows beside each other on a screen of 1280, and the same at zoom 2.
    for (size, least) in [(vec2(426.0, 400.0), 4), (vec2(320.0, 240.0), 2), (vec2(213.0, 300.0), 2)] {
        let mut harness = window(Snapshot { ownership: held_by(ME), ..resting() });
        let count = fits::assert_tooltips_fit(&mut harness, size);
        assert!(count >= least, "{count} tooltips at {size}");
    }
}
