//! The button that records: in every size of window, for every reader.

#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

use egui::accesskit::{Role, Toggled};
use egui::{Event, Key, Modifiers, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::protocol::snapshot::Snapshot;
use tripong::protocol::{GameSettings, Recent, RecordingName, RecordingStatus, Zoom};
use tripong::ui::{Intent, PaneUi};

use crate::fits::texts;
use crate::{COURT, PaneId, Window, resting, taken, window};

const SECOND_NS: u64 = 1_000_000_000;

/// A game that has been recorded for 83.4 seconds.
fn recorded() -> Snapshot {
    let status = RecordingStatus { since_ns: SECOND_NS, bytes: 234_567, file: RecordingName::GIVEN };
    let recent = Recent { taken_ns: SECOND_NS + 83_400_000_000, ..Recent::default() };
    Snapshot { recording: Some(status), recent, ..resting() }
}

/// A window of this size in pixels, with everything as large as this.
fn sized(snapshot: Snapshot, pixels: Vec2, factor: f64) -> Harness<'static, Window> {
    let live_settings = GameSettings { zoom: Zoom::of_factor(factor).unwrap(), ..GameSettings::default() };
    let mut harness = window(Snapshot { live_settings, ..snapshot });
    harness.run();
    harness.set_size(pixels / factor as f32 + vec2(16.0, 16.0));
    harness.run();
    harness
}

fn has_text(harness: &Harness<'_, Window>, wanted: &str) -> bool {
    texts(&harness.output().shapes).iter().any(|(_, text)| text.galley.text() == wanted)
}

fn toggled(harness: &Harness<'_, Window>) -> Option<Toggled> {
    let button = harness.get_by_role_and_label(Role::Button, "Record");
    button.accesskit_node().toggled()
}

fn set_focus(harness: &mut Harness<'_, Window>, focused: bool) {
    harness.input_mut().focused = focused;
    harness.event(Event::WindowFocused(focused));
    harness.run();
}

#[test]
fn a_press_records_and_the_next_one_ends_it() {
    let mut harness = window(resting());
    for state in [Toggled::False, Toggled::True, Toggled::False] {
        assert_eq!(toggled(&harness), Some(state));
        harness.get_by_label("Record").click();
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::Record]);
    }
}

#[test]
fn f4_is_the_button_also_while_a_box_is_open_and_with_alt_it_is_not() {
    let mut harness = window(resting());
    harness.key_press(Key::F4);
    harness.run();
    assert_eq!(taken(&mut harness), [Intent::Record]);
    harness.key_press(Key::F1);
    harness.run();
    harness.key_press(Key::F4);
    harness.run();
    assert_eq!(taken(&mut harness), [Intent::Record]);
    for modifiers in [Modifiers::ALT, Modifiers::CTRL, Modifiers::SHIFT] {
        harness.key_press_modifiers(modifiers, Key::F4);
        harness.run();
        assert_eq!(taken(&mut harness), [], "{modifiers:?}");
    }
}

#[test]
fn while_it_records_the_window_with_the_keyboard_shows_time_and_size_and_the_others_that_it_does() {
    let mut harness = window(recorded());
    set_focus(&mut harness, true);
    assert!(has_text(&harness, "    1:23, 0.2 MB"));
    let description = |harness: &Harness<'_, Window>| {
        harness.get_by_label("Record").accesskit_node().data().description().map(str::to_owned)
    };
    assert_eq!(description(&harness).as_deref(), Some("1:23, 0.2 MB"));
    set_focus(&mut harness, false);
    assert!(has_text(&harness, "    Recording"));
    assert_eq!(description(&harness).as_deref(), Some("Recording"));
}

/// How soon the window wants its next frame, in ms; None if never.
fn next_frame_ms(snapshot: Snapshot, focused: bool) -> Option<u128> {
    let mut harness = window(snapshot);
    set_focus(&mut harness, focused);
    harness.run_steps(4);
    let viewport = harness.output().viewport_output.values().next().unwrap();
    let delay = viewport.repaint_delay;
    (delay < std::time::Duration::from_secs(3600)).then_some(delay.as_millis())
}

#[test]
fn only_the_window_that_shows_the_time_paints_for_it_and_only_when_it_changes() {
    assert_eq!(next_frame_ms(recorded(), true), Some(600), "83.4 s are over");
    assert_eq!(next_frame_ms(recorded(), false), None);
    assert_eq!(next_frame_ms(resting(), true), None);
}

#[test]
fn the_button_keeps_its_width_from_second_to_second() {
    let mut harness = window(recorded());
    set_focus(&mut harness, true);
    let width = |harness: &Harness<'_, Window>| harness.get_by_label("Record").rect().width();
    let before = width(&harness);
    harness.state_mut().snapshot.recent.taken_ns += 28 * SECOND_NS;
    harness.state_mut().snapshot.recording.as_mut().unwrap().bytes = 1_110_000;
    harness.run();
    assert!(has_text(&harness, "    1:51, 1.1 MB"));
    assert!((width(&harness) - before).abs() < 0.1);
}

#[test]
fn in_every_window_it_is_in_a_bar_or_in_the_menu_and_a_recording_is_seen_without_the_menu() {
    let sizes = [
        (480.0, 424.0, 1.0, "    1:23, 0.2 MB"),
        (320.0, 260.0, 1.0, "    1:23"),
        (426.0, 770.0, 2.0, "    Game"),
        (320.0, 240.0, 1.0, "    1:23"),
        (320.0, 240.0, 2.0, "    Game"),
    ];
    for (width, height, factor, seen) in sizes {
        let size = vec2(width, height);
        let mut harness = sized(recorded(), size, factor);
        set_focus(&mut harness, true);
        let is_seen = has_text(&harness, seen) || seen == "    Game" && has_text(&harness, "    1:23");
        assert!(is_seen, "{size} at {factor}: {seen}");
        let mut harness = sized(resting(), size, factor);
        if harness.query_by_label("Record").is_none() {
            harness.get_by_label("Game settings").click();
            harness.run();
        }
        harness.get_by_label("Record").click();
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::Record], "{size} at {factor}");
    }
}

#[test]
fn a_recording_can_be_ended_in_every_window() {
    for (width, height, factor) in [(480.0, 424.0, 1.0), (320.0, 240.0, 1.0), (320.0, 240.0, 2.0)] {
        let mut harness = sized(recorded(), vec2(width, height), factor);
        if harness.query_by_label("Record").is_none() {
            harness.get_by_label("Game settings").click();
            harness.run();
        }
        harness.get_by_label("Record").click();
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::Record], "{width} × {height} at {factor}");
    }
}

#[test]
fn with_the_dot_the_menu_of_a_low_window_stays_in_it() {
    for pane in 0..3 {
        let mut harness = sized(recorded(), vec2(320.0, 240.0), 2.0);
        harness.state_mut().view = PaneUi::new(COURT, PaneId(pane), 101, true);
        harness.run();
        let court = harness.get_by_role(Role::Image).rect();
        let menu = harness.get_by_label("Game settings").rect();
        assert!(court.contains_rect(menu), "{menu:?} in {court:?} of pane {pane}");
    }
}

#[test]
fn pointing_at_it_says_where_the_file_is_and_which_key_it_is() {
    for (snapshot, expected) in
        [(resting(), "Record the game in a new file in "), (recorded(), "In the file of --record; press")]
    {
        let mut harness = window(snapshot);
        harness.get_by_label("Record").hover();
        harness.run_steps(20);
        let all = texts(&harness.output().shapes);
        let hint = all.iter().find(|(_, text)| text.galley.text().starts_with(expected));
        let (_, hint) = hint.unwrap();
        assert!(hint.galley.text().ends_with("(F4)") && !hint.galley.elided);
    }
}
