//! The windows of a replay: the main one with its playback bar, and those of the panes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

use std::time::Duration;

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{Court, Paddle, PaneId};
use tripong::inspector::Watcher;
use tripong::protocol::{GameSettings, TransportKind};
use tripong::recording::line::{BallLine, FORMAT, Header, Hex, Line, Machine, Start};
use tripong::recording::playback::{Mark, MarkKind, Playback, Rate};
use tripong::ui::replay::{
    Playhead, RecordedProcess, RecordedState, ReplayTab, ReplayUi, ReplayWanted, Shown,
};
use tripong::ui::{Intent, PaneUi, PlaybackInput};

const COURT: Court = Court { panes: 3, seed: 1 };
const SECOND: u64 = 1_000_000_000;
const SCRUBBER: &str = "Place in the recording";

/// The main window, what it shows, and what its viewer has wanted so far.
struct Window {
    view: ReplayUi,
    shown: Shown,
    wanted: Vec<ReplayWanted>,
}

/// A recording in which nothing has happened.
fn playback(name: &str) -> Playback {
    let header = Header {
        format: FORMAT,
        program: "0.1.0".to_owned(),
        layout: 8,
        seed: COURT.seed,
        panes: COURT.panes,
        paced: true,
        playable: true,
        windows: true,
        transport: TransportKind::Pipe,
        settings: GameSettings::default(),
        unix_s: 0,
        origin_ns: SECOND,
        machine: Machine::default(),
    };
    let ball = BallLine::of(&COURT.serve(COURT.middle(), None));
    let paddles = vec![(Hex(Paddle::MIDDLE.y.to_bits()), 0); usize::from(COURT.panes)];
    let start = Start { at: 0, epoch: 0, pane: None, ball, paddles };
    let lines = [Line::Recording(Box::new(header)), Line::Start(Box::new(start))];
    let lines = lines.map(|line| serde_json::to_string(&line).unwrap() + "\n");
    let path = std::env::temp_dir().join(format!("tripong-ui-{}-{name}.jsonl", std::process::id()));
    std::fs::write(&path, lines.concat()).unwrap();
    let playback = Playback::open(&path);
    std::fs::remove_file(&path).unwrap();
    playback.unwrap()
}

fn mark(second: u64, kind: MarkKind, text: &str) -> Mark {
    let at_ns = second * SECOND;
    Mark { shown_ns: at_ns, at_ns, tick: second * 240, kind, pane: None, line: second, text: text.to_owned() }
}

fn playhead() -> Playhead {
    let marks = [
        mark(10, MarkKind::Death, "the process of the left pane was killed"),
        mark(30, MarkKind::Goal, "the right side made a goal"),
        mark(50, MarkKind::Recall, "the ball was recalled"),
    ];
    Playhead {
        shown_ns: 12 * SECOND,
        length_ns: 60 * SECOND,
        at_ns: 12 * SECOND,
        until_ns: 60 * SECOND,
        tick: 2880,
        hop: 12,
        epoch: 14,
        marks: marks.into(),
        ..Playhead::default()
    }
}

fn shown(name: &str) -> Shown {
    let states = [RecordedState::Dead, RecordedState::Frozen, RecordedState::Alive];
    let process = |pane: PaneId| RecordedProcess {
        pane,
        pid: 4700 + u32::from(pane.0),
        incarnation: 2,
        state: states[pane.index()],
        hops: 7,
        fenced: 3,
    };
    let processes = COURT.all_panes().map(process).collect();
    Shown { court: COURT, watcher: Watcher::over(&playback(name)).unwrap(), processes, playhead: playhead() }
}

fn window_of(size: egui::Vec2, shown: Shown) -> Harness<'static, Window> {
    let window = Window { view: ReplayUi::new(ReplayTab::Flow, true), shown, wanted: Vec::new() };
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        |ui, window: &mut Window| {
            let wanted = window.view.ui(ui, &mut window.shown);
            window.wanted.extend(wanted);
        },
        window,
    );
    harness.run_steps(3);
    harness
}

fn window(name: &str) -> Harness<'static, Window> {
    window_of(vec2(1280.0, 400.0), shown(name))
}

fn wanted(harness: &mut Harness<'_, Window>) -> Vec<ReplayWanted> {
    harness.run_steps(2);
    std::mem::take(&mut harness.state_mut().wanted)
}

fn inputs(harness: &mut Harness<'_, Window>) -> Vec<PlaybackInput> {
    let input = |wanted| match wanted {
        ReplayWanted::Input(input) => input,
        other => panic!("{other:?}"),
    };
    wanted(harness).into_iter().map(input).collect()
}

#[test]
fn every_button_of_the_playback_bar_has_a_name_and_does_what_it_says() {
    let mut harness = window("buttons");
    for (name, input) in [
        ("Play", PlaybackInput::PlayOrPause),
        ("To the start", PlaybackInput::Start),
        ("Previous mark", PlaybackInput::MarkBack),
        ("Previous hop", PlaybackInput::HopBack),
        ("Previous tick", PlaybackInput::TickBack),
        ("Next tick", PlaybackInput::Tick),
        ("Next hop", PlaybackInput::Hop),
        ("Next mark", PlaybackInput::Mark),
        ("To the end", PlaybackInput::End),
        ("Speed: 1/4", PlaybackInput::Rate(Rate::Quarter)),
        ("Speed: 8", PlaybackInput::Rate(Rate::Eightfold)),
    ] {
        harness.get_by_label(name).click();
        assert_eq!(inputs(&mut harness), [input], "{name}");
    }
    harness.state_mut().shown.playhead.is_playing = true;
    harness.run_steps(2);
    assert!(harness.query_by_label("Play").is_none());
    harness.get_by_label("Pause").click();
    assert_eq!(inputs(&mut harness), [PlaybackInput::PlayOrPause]);
    let speed = harness.get_by_label("Speed: 1").accesskit_node().toggled();
    assert_eq!(speed, Some(Toggled::True));
}

#[test]
fn every_key_does_what_the_help_says_of_it() {
    let mut harness = window("keys");
    let none = Modifiers::NONE;
    for (modifiers, key, input) in [
        (none, Key::Space, PlaybackInput::PlayOrPause),
        (none, Key::ArrowLeft, PlaybackInput::TickBack),
        (none, Key::ArrowRight, PlaybackInput::Tick),
        (Modifiers::SHIFT, Key::ArrowLeft, PlaybackInput::HopBack),
        (Modifiers::SHIFT, Key::ArrowRight, PlaybackInput::Hop),
        (none, Key::Comma, PlaybackInput::HopBack),
        (none, Key::Period, PlaybackInput::Hop),
        (Modifiers::SHIFT, Key::G, PlaybackInput::MarkOf(MarkKind::Goal)),
        (none, Key::P, PlaybackInput::MarkBack),
        (none, Key::N, PlaybackInput::Mark),
        (none, Key::Minus, PlaybackInput::Slower),
        (none, Key::Plus, PlaybackInput::Faster),
        (none, Key::Equals, PlaybackInput::Faster),
        (none, Key::Home, PlaybackInput::Start),
        (none, Key::End, PlaybackInput::End),
    ] {
        for tab in [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5] {
            harness.key_press(tab);
            harness.run_steps(2);
            harness.key_press_modifiers(modifiers, key);
            assert_eq!(inputs(&mut harness), [input], "{key:?} in the view of {tab:?}");
        }
    }
    harness.key_press(Key::F1);
    harness.run_steps(3);
    for row in ["Space", ", Shift Left", "Home", "F3"] {
        harness.get_by_label(row);
    }
    harness.key_press(Key::N);
    assert_eq!(inputs(&mut harness), [], "the help has the keys");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label(", Shift Left").is_none());
}

/// On most keyboards a plus is Shift and `=`. Where Shift is released first, the key is released as `=`, and egui takes every later plus
/// for a repeat.
#[test]
fn every_press_of_plus_counts_though_its_release_has_come_as_that_of_another_key() {
    let mut harness = window("plus");
    let event = |key, pressed, repeat, modifiers| egui::Event::Key {
        key,
        physical_key: Some(Key::Equals),
        pressed,
        repeat,
        modifiers,
    };
    for repeat in [false, true, true] {
        harness.event(event(Key::Plus, true, repeat, Modifiers::SHIFT));
        harness.event(event(Key::Equals, false, false, Modifiers::NONE));
        assert_eq!(inputs(&mut harness), [PlaybackInput::Faster], "repeat: {repeat}");
    }
    harness.event(event(Key::Minus, true, true, Modifiers::NONE));
    assert_eq!(inputs(&mut harness), [PlaybackInput::Slower]);
}

#[test]
fn the_space_bar_presses_the_control_that_has_the_focus() {
    let mut harness = window("focus");
    harness.get_by_label("Next hop").focus();
    harness.run_steps(2);
    harness.key_press(Key::Space);
    assert_eq!(inputs(&mut harness), [PlaybackInput::Hop]);
}

#[test]
fn the_scrubber_is_a_slider_with_its_place_in_words() {
    let mut harness = window("scrubber");
    let slider = harness.get_by_label(SCRUBBER);
    assert_eq!(slider.accesskit_node().role(), Role::Slider);
    let value = slider.accesskit_node().value();
    assert_eq!(value.as_deref(), Some("0:12.000, tick 2880, hop 12, epoch 14"));
    let rect = slider.rect();
    harness.drag_at(rect.left_center() + vec2(8.0, 0.0));
    harness.run_steps(1);
    harness.hover_at(rect.right_center());
    harness.run_steps(1);
    harness.drop_at(rect.right_center());
    let last = inputs(&mut harness).pop();
    assert!(matches!(last, Some(PlaybackInput::SeekTo(ns)) if ns > 59 * SECOND), "{last:?}");
}

#[test]
fn every_time_that_is_written_is_the_recorded_one_though_the_slider_is_shorter() {
    let mut harness = window("clock");
    let playhead = &mut harness.state_mut().shown.playhead;
    // 100 seconds in which nothing moved are left out of the slider.
    (playhead.at_ns, playhead.until_ns) = (112 * SECOND, 160 * SECOND);
    let late = |mark: &Mark| Mark { at_ns: mark.at_ns + 100 * SECOND, ..mark.clone() };
    playhead.marks = playhead.marks.iter().map(late).collect();
    harness.run_steps(2);
    harness.get_by_label("1:52.000 of 2:40.000");
    let slider = harness.get_by_label(SCRUBBER);
    let node = slider.accesskit_node();
    assert_eq!(node.value().as_deref(), Some("1:52.000, tick 2880, hop 12, epoch 14"));
    assert_eq!((node.numeric_value(), node.max_numeric_value()), (Some(12.0), Some(60.0)));
    harness.get_by_label("Marks").click();
    harness.run_steps(3);
    harness.get_by_label("Go to 2:10.000  the right side made a goal").click();
    assert_eq!(inputs(&mut harness), [PlaybackInput::SeekTo(30 * SECOND)]);
}

#[test]
fn the_letters_of_the_marks_are_explained_and_so_is_a_game_without_pace() {
    let mut harness = window("legend");
    harness.get_by_label("Marks: D death, R recall, G goal");
    assert!(harness.query_by_label_contains("not paced").is_none());
    harness.state_mut().shown.playhead.is_unpaced = true;
    harness.run_steps(2);
    harness.get_by_label("not paced: shown at 240 ticks a second");
    let small = window_of(vec2(1280.0, 300.0), shown("legend small"));
    assert!(small.query_by_label_contains("Marks: D").is_none(), "the view needs the room");
}

#[test]
fn a_click_on_a_mark_goes_exactly_there() {
    let mut harness = window("mark");
    let rect = harness.get_by_label(SCRUBBER).rect();
    let inset = rect.height() / 2.5;
    let x = rect.left() + inset + (rect.width() - 2.0 * inset) / 6.0;
    let at = egui::pos2(x + 2.0, rect.top() - 8.0);
    harness.hover_at(at);
    harness.drag_at(at);
    harness.drop_at(at);
    assert_eq!(inputs(&mut harness), [PlaybackInput::SeekTo(10 * SECOND)]);
}

#[test]
fn the_marks_are_a_list_in_words_and_each_can_be_gone_to() {
    let mut harness = window("list");
    harness.get_by_label("Marks").click();
    harness.run_steps(3);
    harness.get_by_label("Go to 0:30.000  the right side made a goal").click();
    assert_eq!(inputs(&mut harness), [PlaybackInput::SeekTo(30 * SECOND)]);
    harness.get_by_label("Mark 1 of 3: the process of the left pane was killed");
    harness.state_mut().shown.playhead.marks = [].into();
    harness.run_steps(2);
    harness.get_by_label_contains("Nothing was marked");
}

#[test]
fn a_long_list_of_marks_opens_at_the_last_one_that_was_reached() {
    let mut harness = window("long list");
    let playhead = &mut harness.state_mut().shown.playhead;
    playhead.marks = (1..60).map(|second| mark(second, MarkKind::Goal, "a goal")).collect();
    playhead.shown_ns = 55 * SECOND;
    harness.run_steps(3);
    harness.get_by_label("Marks").click();
    harness.run_steps(3);
    harness.get_by_label("Go to 0:55.000  a goal");
}

#[test]
fn processes_are_as_recorded_and_nothing_can_be_done_to_them() {
    let mut harness = window("processes");
    harness.get_by_label("Processes").click();
    harness.run_steps(3);
    harness.get_by_label_contains("As recorded");
    for word in ["dead", "frozen", "alive", "4700", "4701", "4702"] {
        harness.get_by_label(word);
    }
    for action in ["Kill", "Freeze", "Continue"] {
        assert!(harness.query_by_label_contains(action).is_none(), "{action}");
    }
}

#[test]
fn a_recording_that_does_not_fit_says_so_in_the_window() {
    let mut shown = shown("fault");
    shown.playhead.fault = Some("line 812: hop 9 should be 10".to_owned());
    shown.playhead.reading = Some(Some(40));
    let mut harness = window_of(vec2(1280.0, 400.0), shown);
    harness.get_by_label("Shown up to the first line that does not fit: line 812: hop 9 should be 10");
    harness.get_by_label("Reading the recording: 40 %");
    harness.state_mut().shown.playhead.fault = None;
    harness.state_mut().shown.playhead.is_cut = true;
    harness.run_steps(2);
    harness.get_by_label_contains("was not ended in order");
}

#[test]
fn marks_that_are_passed_are_announced_by_the_one_live_node() {
    let mut harness = window("voice");
    harness.state_mut().shown.playhead.shown_ns = 30 * SECOND;
    harness.run_steps(2);
    let status = harness.get_by_role(Role::Status);
    assert_eq!(status.accesskit_node().label().as_deref(), Some("the right side made a goal."));
}

#[test]
fn while_it_stands_still_nothing_is_painted() {
    for tab in [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5] {
        let mut harness = window(&format!("still{}", tab.name()));
        harness.key_press(tab);
        harness.run();
        let viewport = &harness.output().viewport_output[&egui::ViewportId::ROOT];
        assert_eq!(viewport.repaint_delay, Duration::MAX, "{tab:?}");
    }
}

#[test]
fn colours_and_size_are_for_all_windows() {
    let mut harness = window("looks");
    harness.get_by_label("Projector size").click();
    let large = wanted(&mut harness);
    assert!(matches!(large[..], [ReplayWanted::Settings(settings)] if settings.zoom.is_for_projector()));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Plus);
    let larger = wanted(&mut harness);
    assert!(matches!(larger[..], [ReplayWanted::Settings(settings)] if settings.zoom.percent() == 125));
    harness.get_by_label("Show the panes").click();
    assert_eq!(wanted(&mut harness), [ReplayWanted::ShowPanes]);
}

#[test]
fn nothing_is_cut_in_a_small_window_and_the_bar_can_be_reached() {
    for size in [vec2(796.0, 240.0), vec2(400.0, 400.0)] {
        let harness = window_of(size, shown(&format!("small{}", size.x)));
        for name in ["Play", "To the start", "Next mark", "To the end", "Speed: 8", "Help", SCRUBBER, "Marks"]
        {
            let rect = harness.get_by_label(name).rect();
            assert!(
                rect.right() <= size.x && rect.left() >= 0.0 && rect.bottom() <= size.y,
                "{name}: {rect} in {size}"
            );
        }
    }
}

/// The window of the left pane in a replay.
fn pane() -> Harness<'static, (PaneUi, Shown, Vec<Intent>)> {
    let view = PaneUi::new(COURT, PaneId(0), 0, true);
    let mut harness = Harness::builder().with_size(vec2(420.0, 400.0)).build_ui_state(
        |ui, (view, shown, wanted): &mut (PaneUi, Shown, Vec<Intent>)| {
            view.set_replayed(shown.playhead.is_playing, 4711);
            wanted.extend(view.ui(ui, &shown.watcher.snapshot));
        },
        (view, shown("pane"), Vec::new()),
    );
    harness.run_steps(3);
    harness
}

#[test]
fn a_pane_of_a_replay_offers_nothing_that_changes_what_has_happened() {
    let mut harness = pane();
    for name in
        ["Start", "Autopilot", "Game settings", "Inspect", "Paddle of the left pane", "Transport: pipe"]
    {
        assert!(harness.query_by_label(name).is_none(), "{name}");
    }
    harness.get_by_label("Next hop by pipe");
    assert_eq!(harness.state().0.title(), "1 of 3: tripong replay, left pane, pid 4711");
    for key in [Key::W, Key::S, Key::ArrowUp, Key::Enter] {
        harness.key_press(key);
    }
    harness.run_steps(2);
    assert_eq!(harness.state().2, []);
    harness.get_by_label("Play").click();
    harness.run_steps(2);
    harness.key_press(Key::N);
    harness.run_steps(2);
    let expected = [PlaybackInput::PlayOrPause, PlaybackInput::Mark].map(Intent::Playback);
    assert_eq!(harness.state().2, expected);
    harness.run();
    let viewport = &harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert_eq!(viewport.repaint_delay, Duration::MAX);
}
