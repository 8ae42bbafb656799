//! Colours, size, help, and what a screen reader and the keyboard alone find.

use egui::accesskit::{Live, Role, Toggled};
use egui::{Key, Modifiers, Shape, Theme, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{Ball, GameMode, GameRules, Score};
use tripong::protocol::snapshot::Snapshot;
use tripong::protocol::{Colors, GameSettings, TransportKind, Zoom};
use tripong::ui::Intent;

use crate::{COURT, PaneId, SLIDER, Window, change, held_by, press_start, resting, taken, window};

/// The smallest window; and a third of a screen of 1024 × 768 where everything is twice as large.
const SMALL: [Vec2; 2] = [vec2(320.0, 240.0), vec2(170.0, 369.0)];

fn menu_of(snapshot: Snapshot) -> Harness<'static, Window> {
    let mut harness = window(snapshot);
    harness.get_by_label("Game settings").click();
    harness.run();
    harness
}

fn playing() -> Snapshot {
    Snapshot { ownership: held_by(PaneId(0)), ..resting() }
}

#[test]
fn every_appearance_is_wanted_by_a_click_shown_as_chosen_and_put_in_force() {
    let mut harness = menu_of(resting());
    for colors in [Colors::Light, Colors::Dark, Colors::Contrast, Colors::System] {
        let name = format!("Theme: {}", colors.name());
        let wanted = change(&harness, |to| to.colors = colors);
        harness.get_by_label(&name).click();
        harness.run();
        assert_eq!(taken(&mut harness), [wanted], "{name}");
        assert_eq!(harness.get_by_label(&name).accesskit_node().toggled(), Some(Toggled::True), "{name}");
        let style = harness.ctx.style_of(harness.ctx.theme());
        let (is_light, is_black) = (harness.ctx.theme() == Theme::Light, style.visuals.panel_fill.r() == 0);
        assert_eq!((is_light, is_black), (colors == Colors::Light, colors == Colors::Contrast), "{name}");
    }
}

#[test]
fn the_size_is_chosen_in_the_menu() {
    let mut harness = menu_of(resting());
    for (name, expected) in [("Larger (Ctrl +)", 125), ("Smaller (Ctrl -)", 100), ("Projector (F2)", 200)] {
        let zoom = Zoom::of_factor(f64::from(expected) / 100.0).unwrap();
        let wanted = change(&harness, |to| to.zoom = zoom);
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(taken(&mut harness), [wanted], "{name}");
        harness.get_by_label(&format!("{expected} %"));
    }
}

#[test]
fn keys_choose_the_size_for_all_windows() {
    let (none, ctrl) = (Modifiers::NONE, Modifiers::COMMAND);
    let mut harness = window(resting());
    for (modifiers, key, factor) in [
        (none, Key::F2, 2.0),
        (none, Key::F2, 1.0),
        (ctrl, Key::Plus, 1.25),
        (ctrl, Key::Equals, 1.5),
        (ctrl, Key::Minus, 1.25),
        (ctrl, Key::Num0, 1.0),
    ] {
        let wanted = change(&harness, |to| to.zoom = Zoom::of_factor(factor).unwrap());
        harness.key_press_modifiers(modifiers, key);
        harness.run();
        assert_eq!(taken(&mut harness), [wanted], "{key:?}");
        assert!((harness.ctx.zoom_factor() - factor as f32).abs() < 1e-6, "{key:?} is in force");
    }
}

#[test]
fn the_help_is_opened_and_closed_by_keys_and_by_its_buttons() {
    for open in [Some(Key::F1), Some(Key::Questionmark), None] {
        for close in [Some(Key::F1), Some(Key::Questionmark), Some(Key::Escape), None] {
            let mut harness = window(resting());
            assert!(!has_close(&harness));
            press(&mut harness, open, "Help");
            assert!(has_close(&harness), "{open:?}");
            harness.get_by_label_contains("the left paddle, up and down");
            harness.get_by_label_contains("This one is process 1 of 3, pid 101");
            press(&mut harness, close, "Close");
            assert!(!has_close(&harness), "{open:?}, {close:?}");
            assert_eq!(taken(&mut harness), []);
        }
    }
}

fn has_close(harness: &Harness<'_, Window>) -> bool {
    harness.query_by_label("Close").is_some()
}

/// A key, or else a click.
fn press(harness: &mut Harness<'_, Window>, key: Option<Key>, label: &str) {
    match key {
        Some(key) => harness.key_press(key),
        None => harness.get_by_label(label).click(),
    }
    harness.run();
}

#[test]
fn keys_move_no_paddle_and_pause_nothing_behind_the_help() {
    let mut harness = window(playing());
    harness.key_press(Key::F1);
    harness.run();
    for key in [Key::W, Key::P] {
        harness.key_press(key);
        harness.run();
    }
    assert_eq!(taken(&mut harness), []);
    assert!(has_close(&harness));
}

fn status(harness: &Harness<'_, Window>) -> String {
    let status = harness.get_by_role(Role::Status);
    assert_eq!(status.accesskit_node().live(), Live::Polite);
    status.accesskit_node().label().unwrap_or_default()
}

#[test]
fn the_state_of_the_game_is_a_live_text() {
    let flying = |pane, vx, score| {
        let ball = resting().ball.map(|ball| Ball { vx, score, ..ball });
        let live_settings = GameSettings { rules: Some(score.rules), ..GameSettings::default() };
        Snapshot { ownership: held_by(PaneId(pane)), ball, live_settings, ..resting() }
    };
    let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
    let points = |left, right| Score { left, right, ..Score::new(rules) };
    let mut paused = playing();
    paused.live_settings.paused = true;
    let cases = [
        (resting(), "Ball at rest. Press Space or Start."),
        (flying(1, 3.0, points(3, 5)), "Ball in the middle pane, moving right. Left 3, right 5."),
        (
            flying(0, -3.0, Score { hits: 7, ..Score::default() }),
            "Ball in the left pane, moving left. 7 hits.",
        ),
        (flying(2, 3.0, points(11, 4)), "Left wins, 11 : 4. Space starts the next match."),
        (paused, "Paused. P or Space goes on."),
        (Snapshot { ball: None, ..resting() }, "State unknown: the ball cannot be read."),
    ];
    for (snapshot, words) in cases {
        assert_eq!(status(&window(snapshot)), words);
    }
}

#[test]
fn the_live_text_does_not_change_while_the_ball_only_flies() {
    let mut harness = window(playing());
    let before = status(&harness);
    let ball = harness.state_mut().snapshot.ball.as_mut().unwrap();
    (ball.x, ball.y, ball.tick) = (ball.x + 0.1, ball.y + 0.1, ball.tick + 10);
    harness.run();
    assert_eq!(status(&harness), before);
}

/// Fails unless all of them are inside the window.
fn assert_inside(harness: &Harness<'_, Window>, size: Vec2, names: &[&str]) {
    for name in names {
        let rect = harness.get_by_label(name).rect();
        let fits = rect.min.x >= 0.0
            && rect.min.y >= 0.0
            && rect.max.x <= size.x + 0.5
            && rect.max.y <= size.y + 0.5;
        assert!(fits, "{name} in {size}: {rect:?}");
    }
}

fn small(size: Vec2, snapshot: Snapshot) -> Harness<'static, Window> {
    let mut harness = window(snapshot);
    harness.set_size(size);
    harness.run();
    harness
}

#[test]
fn nothing_is_cut_off_in_a_small_window() {
    for size in SMALL {
        let harness = small(size, resting());
        assert_inside(&harness, size, &["Start", "Game settings", "Help", "Explain", SLIDER]);
        // The lower one has no room for the explanation.
        assert_eq!(harness.query_by_label("Close the explanation").is_some(), size.y > 300.0);
        if size.x >= 320.0 {
            let names =
                ["Autopilot", "Inspect", "Transport: shared memory", "Transport: pipe", "Transport: socket"];
            assert_inside(&harness, size, &names);
        } else {
            assert_inside(&harness, size, &["Transport of the next hop: shared memory"]);
        }
        let bars = ["Start", "Game settings", "Help"].map(|name| harness.get_by_label(name).rect());
        let apart = |a: usize, b: usize| !bars[a].intersects(bars[b].shrink(0.5));
        assert!(apart(0, 1) && apart(0, 2) && apart(1, 2), "{bars:?}");
    }
}

#[test]
fn what_the_bar_has_no_room_for_is_in_the_menu() {
    let mut harness = small(SMALL[1], resting());
    for name in ["Autopilot", "Inspect"] {
        assert!(harness.query_by_label(name).is_none(), "{name}");
    }
    harness.get_by_label("Game settings").click();
    harness.run();
    harness.get_by_label("Inspect").click();
    harness.run();
    assert_eq!(taken(&mut harness), [Intent::Inspect]);
    harness.get_by_label("Autopilot").click();
    harness.run();
    assert!(matches!(taken(&mut harness)[..], [Intent::Control(PaneId(0), _)]));
}

#[test]
fn a_narrow_window_has_its_transports_in_a_list() {
    let mut harness = small(SMALL[1], resting());
    harness.get_by_label("Transport of the next hop: shared memory").click();
    harness.run();
    harness.get_by_label("Transport: socket").click();
    harness.run();
    assert_eq!(taken(&mut harness), [Intent::Transport(TransportKind::Socket)]);
    harness.get_by_label("Transport of the next hop: socket");
}

#[test]
fn boxes_and_the_menu_fit_into_a_small_window() {
    for size in SMALL {
        let mut harness = small(size, resting());
        press_start(&mut harness);
        assert_inside(&harness, size, &["One ball, many processes", "OK"]);
        let mut harness = small(size, resting());
        harness.key_press(Key::F1);
        harness.run();
        assert_inside(&harness, size, &["Close"]);
        let mut harness = small(size, resting());
        harness.get_by_label("Game settings").click();
        harness.run();
        assert_inside(&harness, size, &["Mode: rally", "Mode: match"]);
        for name in ["Mode: rally", "Theme: contrast", "Projector (F2)", "Ball: large", "Speed: fastest"] {
            let rect = harness.get_by_label(name).rect();
            assert!(rect.min.x >= 0.0 && rect.max.x <= size.x, "{name} in {size}: {rect:?}");
        }
    }
}

#[test]
fn whatever_has_the_focus_has_a_line_around_it() {
    let mut harness = window(resting());
    let names =
        ["Start", "Autopilot", "Game settings", "Inspect", "Help", "Transport: pipe", "Explain", SLIDER];
    for name in names {
        harness.get_by_label(name).focus();
        harness.run_steps(2);
        let rect = harness.get_by_label(name).rect();
        let is_line = |shape: &Shape| match shape {
            Shape::Rect(line) => line.stroke.width == 2.0 && line.rect.expand(0.5).contains_rect(rect),
            _ => false,
        };
        assert!(harness.output().shapes.iter().any(|clipped| is_line(&clipped.shape)), "{name}");
    }
}

#[test]
fn what_gets_the_focus_in_the_menu_is_scrolled_into_sight() {
    let mut harness = small(SMALL[0], resting());
    harness.get_by_label("Game settings").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    for _ in 0..40 {
        harness.key_press(Key::Tab);
        harness.run_steps(30);
        if harness.get_by_label("Theme: contrast").is_focused() {
            return assert_inside(&harness, SMALL[0], &["Theme: contrast"]);
        }
    }
    panic!("Tab does not reach it");
}

#[test]
fn the_court_is_the_same_in_words_for_every_pane() {
    let names = COURT.all_panes().map(|pane| COURT.name(pane)).collect::<Vec<_>>();
    for (pane, name) in COURT.all_panes().zip(names) {
        let snapshot = Snapshot { ownership: held_by(pane), ..resting() };
        assert!(status(&window(snapshot)).starts_with(&format!("Ball in the {name} pane, moving")));
    }
}
