//! What a window folds away when it is too low for all of it, and where it is found then.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

use egui::accesskit::Role;
use egui::{Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tripong::protocol::TransportKind;
use tripong::protocol::snapshot::Snapshot;
use tripong::protocol::{GameSettings, Zoom};
use tripong::ui::{Intent, PaneUi};

use crate::{COURT, PaneId, Window, change, resting, taken, window};

/// The harness leaves so much free on every side, in points.
const MARGIN: f32 = 8.0;
/// The least height of a court, in points.
const LEAST: f32 = 120.0;

/// A window of this size in pixels, with everything as large as this.
fn sized(pixels: Vec2, factor: f64, pane: u8) -> Harness<'static, Window> {
    let zoom = Zoom::of_factor(factor).unwrap();
    let live_settings = GameSettings { zoom, ..GameSettings::default() };
    let mut harness = window(Snapshot { live_settings, ..resting() });
    harness.state_mut().view = PaneUi::new(COURT, PaneId(pane), 101, true);
    harness.run();
    harness.set_size(pixels / factor as f32 + 2.0 * Vec2::splat(MARGIN));
    harness.run();
    harness
}

fn court_height(harness: &Harness<'_, Window>) -> f32 {
    harness.get_by_role(Role::Image).rect().height()
}

fn is_there(harness: &Harness<'_, Window>, name: &str) -> bool {
    harness.query_by_label(name).is_some()
}

#[test]
fn the_court_is_at_least_120_points_high_from_the_smallest_window_on() {
    for factor in [1.0, 1.5, 2.0] {
        for (width, height) in
            [(320, 240), (320, 300), (400, 280), (426, 770), (480, 424), (640, 360), (1280, 300)]
        {
            for pane in 0..3 {
                let harness = sized(vec2(width as f32, height as f32), factor, pane);
                let court = court_height(&harness);
                assert!(court >= LEAST - 0.5, "{width} × {height} at {factor}: {court}");
            }
        }
    }
}

#[test]
fn three_panes_on_a_projector_of_1280_by_800_keep_their_bars() {
    let harness = sized(vec2(426.0, 770.0), 2.0, 1);
    assert!(court_height(&harness) > 155.0, "all of the width: {}", court_height(&harness));
    for name in ["Start", "Game settings", "Explain"] {
        assert!(is_there(&harness, name), "{name}");
    }
}

#[test]
fn first_the_explanation_is_folded_then_the_lower_bar_then_the_upper_one() {
    let stages = [
        (260.0, [true; 3]),
        (230.0, [true, true, false]),
        (200.0, [true, false, false]),
        (150.0, [false; 3]),
    ];
    for (height, shown) in stages {
        let harness = sized(vec2(320.0, height), 1.0, 0);
        let names = ["Start", "Transport: pipe", "Close the explanation"];
        assert_eq!(names.map(|name| is_there(&harness, name)), shown, "{height}");
        assert!(is_there(&harness, "Game settings"), "{height}: the way to what is folded");
    }
}

#[test]
fn the_menu_of_a_low_window_has_all_that_is_folded() {
    for pane in 0..3 {
        let mut harness = sized(vec2(320.0, 240.0), 2.0, pane);
        let open = |harness: &mut Harness<'_, Window>| {
            harness.get_by_label("Game settings").click();
            harness.run();
        };
        open(&mut harness);
        harness.get_by_label("Transport: socket").click();
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::Transport(TransportKind::Socket)]);
        let closed = change(&harness, |to| to.explains = false);
        harness.get_by_label("Explain").click();
        harness.run();
        assert_eq!(taken(&mut harness), [closed]);
        harness.get_by_label("Inspect").click();
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::Inspect]);
        harness.get_by_label("Start").click();
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::Serve]);
        assert!(!is_there(&harness, "Start"), "the menu has closed");
        open(&mut harness);
        harness.get_by_label("Help").click();
        harness.run();
        assert!(is_there(&harness, "Close"));
    }
}
