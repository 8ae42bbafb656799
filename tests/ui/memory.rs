//! The inspector's view of the memory, over a real Region.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "that is how a test fails")]

use std::os::fd::{AsFd, OwnedFd};

use egui::accesskit::{Role, Toggled};
use egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{Ball, BallSize, Court, GameMode, GameRules, PaneId, Score};
use tripong::inspector::memory::{Memory, read_bytes};
use tripong::platform::clock;
use tripong::platform::sync::Ordering;
use tripong::protocol::{End, Event, Ownership, ProcessStatus, Record, Region, Setup, What};
use tripong::shm::Mapping;
use tripong::ui::inspector::MemoryUi;

const COURT: Court = Court { panes: 3, seed: 1 };
const ME: PaneId = PaneId(1);
const HOLD: &str = "Hold this still";
const LIVE: &str = "Go live";
const STEP: &str = "Step to the next still";
const ONLY: &str = "Only what has changed";
const HEARTBEATS: &str = "slot[M].status.heartbeats";

/// A game that nobody plays, and the window that looks at it: every frame a tenth of a second after the last.
struct Window {
    memfd: OwnedFd,
    mapping: Mapping<Region>,
    memory: Memory,
    view: MemoryUi,
    now_ns: u64,
}

fn window_of(court: Court) -> Harness<'static, Window> {
    let (memfd, mapping) = Mapping::create(&Setup::headless(court, std::process::id())).unwrap();
    let memory = Memory::new(court);
    let state = Window { memfd, mapping, memory, view: MemoryUi::default(), now_ns: 1_000_000_000 };
    Harness::builder().with_size(vec2(1024.0, 768.0)).build_ui_state(
        |ui, window: &mut Window| {
            window.now_ns += 100_000_000;
            window.memory.observe(read_bytes(window.memfd.as_fd()).unwrap(), window.now_ns);
            window.view.ui(ui, &mut window.memory);
        },
        state,
    )
}

fn window() -> Harness<'static, Window> {
    window_of(COURT)
}

/// The pane's process looks at the baton, as it does all the time.
fn look(harness: &Harness<'_, Window>) {
    ProcessStatus::count(&harness.state().mapping.region().pane(ME).status.heartbeats);
}

fn key(harness: &mut Harness<'_, Window>, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

fn click(harness: &mut Harness<'_, Window>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

/// The path of the selected word, as the map says it.
fn selected(harness: &Harness<'_, Window>) -> String {
    let map = harness.get_by_label_contains("Byte map, selected: ");
    assert_eq!(map.accesskit_node().role(), Role::Grid);
    let label = map.accesskit_node().label().unwrap();
    label.strip_prefix("Byte map, selected: ").unwrap().to_owned()
}

/// What the line of a field in the table says; None if it is not in sight.
fn line_of(harness: &Harness<'_, Window>, path: &str) -> Option<String> {
    let words = format!(" {path}: ");
    harness.query_by_label_contains(&words).map(|line| {
        assert_eq!(line.accesskit_node().role(), Role::Row);
        line.accesskit_node().label().unwrap()
    })
}

/// Eight bytes of the memfd, read as a file.
fn word_of_the_memfd(harness: &Harness<'_, Window>, at: u64) -> [u8; 8] {
    let bytes = read_bytes(harness.state().memfd.as_fd()).unwrap();
    bytes[usize::try_from(at).unwrap()..][..8].try_into().unwrap()
}

#[test]
fn the_baton_is_reported_as_the_memfd_has_it() {
    let mut harness = window();
    harness.get_by_label("The ball rests: nobody has served yet");
    let baton = &harness.state().mapping.region().baton;
    let served = baton.reclaim(Ownership::REST, ME).unwrap();
    let handed = baton.hand_off(served, PaneId(2)).unwrap();
    harness.run_steps(2);
    let bytes = word_of_the_memfd(&harness, 256);
    let [_, _, _, _, _, _, giver, holder] = u64::from_ne_bytes(bytes).to_be_bytes();
    assert_eq!((handed.epoch, giver, holder), (2, 1, 2));
    harness.get_by_label("The ball is with the right pane");
    harness.get_by_label("epoch 2, from the middle pane to the right pane");
    harness.get_by_label("000000000002 | 01 | 02");
    assert_eq!(selected(&harness), "baton", "at first");
    harness.get_by_label("0x00100  baton  0000000000020102  changed");
}

#[test]
fn the_space_bar_holds_a_still_and_lets_it_go_on() {
    let mut harness = window();
    key(&mut harness, Key::Space);
    let count = harness.state().memory.count;
    harness.get_by_label(&format!("Held, picture {count}"));
    look(&harness);
    harness.run_steps(5);
    assert_eq!(harness.state().memory.count, count);
    key(&mut harness, Key::Space);
    assert!(harness.state().memory.count > count && harness.state().memory.is_live());
}

#[test]
fn the_buttons_do_what_the_keys_do() {
    let mut harness = window();
    click(&mut harness, HOLD);
    let count = harness.state().memory.count;
    click(&mut harness, STEP);
    assert_eq!(harness.state().memory.count, count + 1, "one still, and no more");
    harness.run_steps(5);
    key(&mut harness, Key::N);
    assert_eq!(harness.state().memory.count, count + 2);
    click(&mut harness, LIVE);
    assert!(harness.state().memory.is_live());
    key(&mut harness, Key::N);
    assert!(!harness.state().memory.is_live(), "a step holds the next still");
}

#[test]
fn a_focused_button_is_pressed_by_the_space_bar_once() {
    let mut harness = window();
    harness.get_by_label(HOLD).focus();
    key(&mut harness, Key::Space);
    assert!(!harness.state().memory.is_live());
}

#[test]
fn arrow_keys_select_a_word_and_the_detail_and_the_table_follow() {
    let mut harness = window();
    let steps = [
        (Key::ArrowDown, "bells[L].word"),
        (Key::ArrowRight, "bells[L].place"),
        (Key::ArrowRight, "bells[M].word"),
        (Key::ArrowLeft, "bells[L].place"),
        (Key::ArrowLeft, "bells[L].word"),
        (Key::ArrowDown, "controls.paddles[L]"),
        (Key::ArrowDown, "links_sent[L]"),
        (Key::ArrowDown, "slot[L].even.copy[0].head"),
    ];
    for (pressed, path) in steps {
        key(&mut harness, pressed);
        assert_eq!(selected(&harness), path);
    }
    harness.get_by_label("0x00b00  slot[L].even.copy[0].head  0000000000000000");
    harness.get_by_label("no record yet   (unit: epoch:48 tag:16; written by: the left pane)");
    harness.get_by_label("Of which epoch the record is, and that it is one.");
    let line = line_of(&harness, "slot[L].even.copy[0].head").expect("its line in sight");
    assert_eq!(line, "0x00b00 slot[L].even.copy[0].head: no record yet");
}

#[test]
fn the_arrow_keys_stop_at_the_first_and_the_last_word() {
    let mut harness = window();
    for _ in 0..20 {
        key(&mut harness, Key::ArrowUp);
    }
    key(&mut harness, Key::ArrowLeft);
    assert_eq!(selected(&harness), "header.magic");
    for _ in 0..40 {
        key(&mut harness, Key::ArrowDown);
    }
    assert_eq!(selected(&harness), "commands[L]", "what comes after it is folded");
}

#[test]
fn a_click_in_the_table_selects_a_word() {
    let mut harness = window();
    harness.get_by_label_contains(" header.panes: 3").click();
    harness.run_steps(3);
    assert_eq!(selected(&harness), "header.panes");
    let line = harness.get_by_label_contains(" header.panes: 3");
    assert_eq!(line.accesskit_node().toggled(), Some(Toggled::True));
}

#[test]
fn a_click_in_the_map_selects_the_word_under_the_pointer() {
    let mut harness = window();
    let map = harness.get_by_label_contains("Byte map").rect();
    // The first line is the header's: its third word is at the end of the third cell.
    harness.get_by_label_contains("Byte map").hover();
    let third = map.min + vec2(110.0 + 2.0 * 16.0 + 7.0, 2.0 + 7.0);
    harness.hover_at(third);
    harness.drag_at(third);
    harness.drop_at(third);
    harness.run_steps(3);
    assert_eq!(selected(&harness), "header.panes");
}

#[test]
fn a_step_marks_what_has_changed_and_the_filter_shows_nothing_else() {
    let mut harness = window();
    key(&mut harness, Key::Space);
    click(&mut harness, ONLY);
    assert_eq!(harness.get_by_label(ONLY).accesskit_node().toggled(), Some(Toggled::True));
    harness.get_by_label("Nothing has changed.");
    for count in 1..4 {
        look(&harness);
        click(&mut harness, STEP);
        let line = line_of(&harness, HEARTBEATS).expect("the word has changed");
        assert!(line.ends_with(&format!("{HEARTBEATS}: {count}, changed")), "{line}");
        assert_eq!(harness.query_all_by_role(Role::Row).count(), 1);
        assert!(harness.query_by_label("Nothing has changed.").is_none());
    }
    click(&mut harness, STEP);
    harness.get_by_label("Nothing has changed.");
    click(&mut harness, ONLY);
    assert!(harness.query_all_by_role(Role::Row).count() > 5);
}

#[test]
fn sections_fold_and_unfold() {
    let mut harness = window();
    assert!(line_of(&harness, "header.panes").is_some());
    click(&mut harness, "Fold Header");
    assert!(line_of(&harness, "header.panes").is_none() && line_of(&harness, "baton").is_some());
    key(&mut harness, Key::ArrowUp);
    assert_eq!(selected(&harness), "baton", "the folded header has no words in the map");
    harness.get_by_label("Unfold Header").focus();
    key(&mut harness, Key::Enter);
    assert!(line_of(&harness, "header.panes").is_some());
}

#[test]
fn every_field_of_the_table_says_what_the_memfd_holds() {
    let mut harness = window();
    let status = &harness.state().mapping.region().pane(ME).status;
    status.pid.store(4242, Ordering::Relaxed);
    status.took_ns.store(7_312, Ordering::Relaxed);
    click(&mut harness, ONLY);
    let layout = harness.state().memory.layout();
    let at = layout.fields()[layout.position("slot[1].status.pid").unwrap()].offset;
    let bytes = word_of_the_memfd(&harness, at as u64);
    assert_eq!(u64::from_ne_bytes(bytes), 4242);
    assert!(line_of(&harness, "slot[M].status.pid").unwrap().contains(": 4242"));
    assert!(line_of(&harness, "slot[M].status.took_ns").unwrap().contains(": 7.31 µs"));
}

#[test]
fn every_control_and_every_writer_has_its_name() {
    let harness = window();
    for name in [HOLD, STEP] {
        assert_eq!(harness.get_by_label(name).accesskit_node().role(), Role::Button);
    }
    assert_eq!(harness.get_by_label(ONLY).accesskit_node().role(), Role::CheckBox);
    for name in ["S supervisor", "L left", "M middle", "R right", "H holder", "* anyone", "filled: changed"] {
        harness.get_by_label(name);
    }
    assert_eq!(harness.get_by_label("Fold Header").accesskit_node().role(), Role::Button);
}

#[test]
fn tab_reaches_the_controls_the_map_and_the_table() {
    let mut harness = window();
    for label in [HOLD, STEP, ONLY, "Byte map, selected: baton", "Fold Header"] {
        harness.key_press(Key::Tab);
        harness.run_steps(3);
        assert!(harness.get_by_label(label).is_focused(), "{label}");
    }
}

#[test]
fn nothing_is_cut_off_in_a_small_window_and_the_keys_scroll_to_the_rest() {
    // 512 x 384: a projector's 1024 x 768 at zoom 2.
    for (width, height, panes) in [(512.0, 384.0, 3), (640.0, 480.0, 16), (320.0, 240.0, 3)] {
        let mut harness = window_of(Court { panes, seed: 1 });
        harness.set_size(vec2(width, height));
        harness.run_steps(3);
        let texts = ["The ball rests: nobody has served yet", HOLD, STEP, ONLY, "H holder", "* anyone"];
        for label in texts {
            let rect = harness.get_by_label(label).rect();
            assert!(rect.left() >= 0.0 && rect.right() <= width, "{label} at {width}: {rect:?}");
        }
        for _ in 0..5 {
            key(&mut harness, Key::PageDown);
        }
        let lines: Vec<_> = harness.query_all_by_role(Role::Row).map(|line| line.rect()).collect();
        assert!(lines.iter().any(|line| line.top() > 0.0 && line.bottom() <= height), "{lines:?}");
        for _ in 0..7 {
            key(&mut harness, Key::PageUp);
        }
        assert!(harness.get_by_label(HOLD).rect().top() >= 0.0, "back at the top");
    }
}

#[test]
fn no_text_is_cut_in_small_windows_and_at_twice_the_size() {
    for (panes, pages) in [(3, 6), (16, 1)] {
        let mut harness = window_of(Court { panes, ..COURT });
        let region = harness.state().mapping.region();
        let what = What::Died { pane: ME, pid: 4_194_303, how: End::Signal(9) };
        (0..3).for_each(|_| region.event_log.events.push(Event { at_ns: 125_829_100, what }.words()));
        let rules = GameRules { mode: GameMode::Match, size: BallSize::Large, ..GameRules::default() };
        let score =
            Score { left: 99, right: 98, hits: 100_000, passes: 100_000, pause: 240, ..Score::new(rules) };
        let ball = Ball { score, ..COURT.serve_by(rules, ME, None) };
        region.pane(ME).write(1, &Record::served(ball, 1, clock::now_ns()));
        // All of it, page by page.
        harness.get_by_label_contains("Byte map");
        harness.state_mut().view = MemoryUi::unfolded();
        for _ in 0..pages {
            crate::fits::assert_fits_everywhere(&mut harness, |_| None);
            (0..12).for_each(|_| key(&mut harness, Key::PageDown));
        }
    }
}
