//! Every page of a game whose state is known, as text; and what the keys do.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::view::{Page, View, Wish};
use crate::game::{Court, PaneId};
use crate::inspector::{Inspector, Shown, Watcher};
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::{
    Arrival, CarrierKind, Deed, Event, GameSettings, Owner, Record, Region, Setup, Supervision, Tenure, What,
};
use crate::shm::Mapping;

const COURT: Court = Court { panes: 3, seed: 1 };
const SIZES: [(u16, u16); 4] = [(80, 24), (60, 20), (160, 50), (30, 8)];

/// A game, and somebody who looks at it.
struct Stage {
    mapping: Mapping<Region>,
    inspector: Inspector,
    watcher: Watcher,
    view: View,
}

impl Stage {
    /// The ball was served to the middle pane and handed to the right one a tenth of a second later.
    fn set() -> Self {
        let supervision = Supervision { stall: Some(Duration::from_millis(300)), restarts: None };
        let setup = Setup { supervision, ..Setup::headless(COURT, std::process::id()) };
        let (memfd, mapping) = Mapping::create(&setup).unwrap();
        play(mapping.region());
        let inspector = Inspector::over(memfd).unwrap();
        let watcher = Watcher::new(&inspector).unwrap();
        let view = View::new(&inspector.setup);
        let mut stage = Self { mapping, inspector, watcher, view };
        stage.watcher.look(&stage.inspector, Shown::ALL);
        stage
    }

    fn look(&mut self) {
        self.watcher.look(&self.inspector, self.view.shown());
    }

    fn press(&mut self, code: KeyCode) -> Option<Wish> {
        self.view.press(KeyEvent::from(code), &mut self.watcher)
    }

    fn type_in(&mut self, text: &str) -> Option<Wish> {
        text.chars().map(|letter| self.press(KeyCode::Char(letter))).last().flatten()
    }

    /// What is on a terminal of this size, line by line.
    fn screen_of(&mut self, (width, height): (u16, u16)) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.view.draw(frame, &self.watcher)).unwrap();
        let buffer = terminal.backend().buffer();
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..height).map(row).collect()
    }

    fn screen(&mut self) -> String {
        self.screen_of((80, 24)).join("\n")
    }
}

fn play(region: &Region) {
    let now_ns = clock::now_ns();
    let (middle, right) = (PaneId(1), PaneId(2));
    for pane in COURT.all_panes() {
        let card = &region.pane(pane).card;
        card.expect(1);
        card.pid.store(4_000_000 + u64::from(pane.0), Ordering::Relaxed);
        card.ready.store(1, Ordering::Release);
    }
    let served = Record::served(COURT.serve(middle, None), 1, now_ns);
    region.slot(Owner::Supervisor).write(0, &served);
    let tenure = region.baton.take(Tenure::REST, middle).unwrap();
    let events = &region.journal.events;
    events.push(
        Event { at_ns: now_ns - 300_000_000, what: What::Started { pane: PaneId(0), pid: 77 } }.words(),
    );
    let what = What::Served { pane: middle, epoch: 1, from: Owner::Supervisor };
    events.push(Event { at_ns: now_ns - 200_000_000, what }.words());
    let trail = |tenure, via, hop, handed_ns, at_ns| Arrival::of(tenure, via, hop, handed_ns, at_ns).words();
    region.trail(middle).push(trail(tenure, CarrierKind::Shared, 0, 0, now_ns - 199_000_000));
    region.pane(middle).write(1, &Record::served(COURT.serve(right, None), 1, now_ns));
    let next = region.baton.hand_off(tenure, right).unwrap();
    let handed_ns = now_ns - 100_000_000;
    region.trail(right).push(trail(next, CarrierKind::Pipe, 1, handed_ns, handed_ns + 5_000));
    region.latency(right, CarrierKind::Pipe).record(5_000);
}

#[test]
fn the_overview_has_processes_laws_latencies_and_what_happened_last() {
    let mut stage = Stage::set();
    let screen = stage.screen_of((80, 24));
    assert!(screen[0].starts_with("[1 Overview]  2 Memory"), "{screen:#?}");
    assert!(screen[1].starts_with("The ball: right pane, pid 4000002. Epoch 2, hop 1"), "{screen:#?}");
    let find = |text: &str| screen.iter().position(|line| line.contains(text));
    let find = |text: &str| find(text).unwrap_or_else(|| panic!("{text}: {screen:#?}"));
    assert!(screen[find("right pane   ")].contains("4000002 1  gone: dead and reaped"), "{screen:#?}");
    assert!(screen[find("right pane   ")].starts_with(" o right"), "who has the ball: {screen:#?}");
    let me = format!("{:<7} ", std::process::id());
    assert!(screen[find("inspector")].contains(&me), "{screen:#?}");
    assert!(find("process ") < find("Laws  One ball: holds."));
    assert!(
        screen[find("pipe")].contains("5.00 µs") || screen[find("pipe       1")].contains("µs"),
        "{screen:#?}"
    );
    assert!(find("Last") < find("epoch 2, hop 1: middle to right by pipe"));
    assert!(find("epoch 2, hop 1") < find("epoch 1, hop 0: served to middle"));
}

#[test]
fn the_memory_has_every_word_with_its_name_and_marks_what_has_changed() {
    let mut stage = Stage::set();
    stage.type_in("2");
    let screen = stage.screen();
    for text in ["[2 Memory]", "live (space", "Baton 0000000000020102: ", "- "] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
    let offset = format!("{:05x} baton ", std::mem::offset_of!(Region, baton));
    let is_there = (0..40).any(|_| {
        let is_there = stage.screen().contains(&offset);
        stage.press(KeyCode::Down);
        is_there
    });
    assert!(is_there, "{offset}");
    stage.type_in("o");
    stage.mapping.region().set_settings(&GameSettings::default());
    stage.look();
    let screen = stage.screen();
    let changed: Vec<_> = screen.lines().filter(|line| line.starts_with("* ")).collect();
    assert!(changed.iter().any(|line| line.contains("explains")), "{screen}");
}

#[test]
fn a_still_stays_as_it_is_until_the_next_one_is_asked_for() {
    let mut stage = Stage::set();
    stage.type_in("2 ");
    stage.look();
    let before = stage.screen();
    assert!(before.contains("STILL no. "), "{before}");
    stage.mapping.region().set_settings(&GameSettings::default());
    stage.look();
    assert_eq!(stage.screen(), before);
    stage.type_in("on");
    stage.look();
    assert!(stage.screen().contains("explains"), "{}", stage.screen());
    stage.type_in(" ");
    assert!(stage.screen().contains("live"), "{}", stage.screen());
}

#[test]
fn the_flow_has_a_picture_and_the_words_for_it() {
    let mut stage = Stage::set();
    stage.type_in("3-");
    let screen = stage.screen_of((80, 24));
    let row = |name: &str| screen.iter().find(|line| line.starts_with(&format!("{name} "))).cloned();
    // Two seconds in 71 columns: a tenth of a second is three or four of them.
    let [left, middle, right] = ["left", "middle", "right"].map(|name| row(name).unwrap_or_default());
    let count = |row: &str| row.chars().filter(|sign| *sign == '█').count();
    assert_eq!(count(&left), 0, "{screen:#?}");
    assert!((3..=6).contains(&count(&middle)) && count(&right) >= 3, "{screen:#?}");
    assert!(left.contains('!'), "its process was started: {screen:#?}");
    assert!(middle.find('█') < right.find('█'), "{screen:#?}");
    assert!(screen.iter().any(|line| line.contains("middle to right by pipe, 5.00 µs")), "{screen:#?}");
    assert!(screen.iter().any(|line| line.contains("left: process 77 started")), "{screen:#?}");
}

#[test]
fn the_laws_are_told_with_their_numbers() {
    let mut stage = Stage::set();
    stage.type_in("4");
    let screen = stage.screen_of((80, 50)).join("\n");
    for text in [
        "[holds] One ball",
        "1 = 1 (in the right pane) + 0 (elsewhere)",
        "Epochs add up",
        "[holds] Whole records",
    ] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
}

#[test]
fn every_page_fits_every_size_and_the_headline_is_always_there() {
    let mut stage = Stage::set();
    for (page, size) in Page::ALL.into_iter().flat_map(|page| SIZES.map(|size| (page, size))) {
        stage.view.page = page;
        let screen = stage.screen_of(size);
        assert!(
            screen[0].contains(&format!("[{} {}", page as u8 + 1, page.name())) || size.0 < 60,
            "{size:?} {screen:#?}"
        );
        assert!(screen[1].starts_with("The ball"), "{size:?} {screen:#?}");
        assert!(screen.last().unwrap().starts_with("? keys"), "{size:?} {screen:#?}");
    }
    // Not even nothing is too small.
    stage.screen_of((1, 1));
}

#[test]
fn every_line_of_a_page_can_be_scrolled_to() {
    let mut stage = Stage::set();
    let mut longer = 0;
    for page in Page::ALL {
        stage.view.page = page;
        let size = (80, 12);
        let top = stage.screen_of(size);
        stage.press(KeyCode::End);
        let end = stage.screen_of(size);
        let (count, fitting) = stage.view.extent;
        let is_longer = count > fitting;
        longer += u32::from(is_longer);
        assert_eq!(top != end, is_longer, "{page:?}: {count} lines, of which {fitting} fit");
        stage.press(KeyCode::PageDown);
        stage.press(KeyCode::Down);
        assert_eq!(stage.screen_of(size), end, "{page:?}: beyond the end there is nothing");
        stage.press(KeyCode::Home);
        assert_eq!(stage.screen_of(size), top, "{page:?}");
        stage.press(KeyCode::PageUp);
        assert_eq!(stage.screen_of(size), top, "{page:?}");
    }
    assert!(longer > 0, "one page at least is longer than the terminal");
}

#[test]
fn tab_goes_through_the_pages_and_back() {
    let mut stage = Stage::set();
    let pages: Vec<_> = (0..4)
        .map(|_| {
            stage.press(KeyCode::Tab);
            stage.view.page
        })
        .collect();
    assert_eq!(pages, [Page::Memory, Page::Flow, Page::Laws, Page::Overview]);
    stage.press(KeyCode::BackTab);
    assert_eq!(stage.view.page, Page::Laws);
}

#[test]
fn q_and_ctrl_c_ask_for_the_end() {
    let mut stage = Stage::set();
    assert_eq!(stage.type_in("q"), Some(Wish::Quit));
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(stage.view.press(ctrl_c, &mut stage.watcher), Some(Wish::Quit));
    // Also from within a question.
    stage.press(KeyCode::Right);
    stage.type_in("k");
    assert_eq!(stage.view.press(ctrl_c, &mut stage.watcher), Some(Wish::Quit));
}

#[test]
fn without_a_chosen_pane_nothing_is_done() {
    let mut stage = Stage::set();
    for letter in ["k", "f", "c", "h", "t"] {
        assert_eq!(stage.type_in(letter), None);
    }
    assert!(stage.screen().contains("Choose a pane first"), "{}", stage.screen());
}

#[test]
fn a_dangerous_deed_is_asked_about_once_and_a_harmless_one_never() {
    let mut stage = Stage::set();
    stage.press(KeyCode::Right);
    stage.press(KeyCode::Right);
    let middle = PaneId(1);
    assert!(stage.screen().contains("middle pane:  k kill  f freeze"), "{}", stage.screen());
    assert_eq!(stage.type_in("f"), Some(Wish::Do(middle, Deed::Freeze)));
    assert_eq!(stage.type_in("c"), Some(Wish::Do(middle, Deed::Continue)));
    assert_eq!(stage.type_in("k"), None, "it only asks");
    let question = stage.screen();
    assert!(question.contains("Kill: the process of the middle pane?"), "{question}");
    assert!(question.contains("SIGKILL: the process dies; the ball is elsewhere"), "{question}");
    assert_eq!(stage.type_in("n"), None, "no is no");
    assert_eq!(stage.type_in("t"), None, "and it is asked again");
    assert_eq!(stage.type_in("y"), Some(Wish::Do(middle, Deed::Tear)));
    assert_eq!(stage.type_in("h"), Some(Wish::Do(middle, Deed::Hang)), "no second question");
}

#[test]
fn what_was_expected_and_what_happened_is_shown_below_every_page() {
    let mut stage = Stage::set();
    for _ in 0..3 {
        stage.press(KeyCode::Right);
    }
    stage.type_in("f");
    let at_ns = clock::now_ns();
    let events = &stage.mapping.region().journal.events;
    events.push(Event { at_ns, what: What::Done { pane: PaneId(2), deed: Deed::Freeze } }.words());
    events.push(Event { at_ns: at_ns + 2_000_000, what: What::Stalled { pane: PaneId(2) } }.words());
    stage.look();
    for page in Page::ALL {
        stage.view.page = page;
        let screen = stage.screen();
        for text in [
            "Expected of Freeze, right pane: SIGSTOP: the process stands still with the ball",
            "+2.00 ms  right: stalled with the ball",
        ] {
            assert!(screen.contains(text), "{page:?} {text}: {screen}");
        }
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("After 300ms (--stall) the ball is recalled"), "{page:?}: {screen}");
    }
}

#[test]
fn what_was_expected_is_what_was_true_when_it_was_done() {
    let mut stage = Stage::set();
    stage.press(KeyCode::Right);
    stage.type_in("k");
    assert!(stage.screen().contains("the ball is elsewhere"), "{}", stage.screen());
    let region = stage.mapping.region();
    let next = region.baton.hand_off(region.baton.look().unwrap(), PaneId(1)).unwrap();
    let back = region.baton.hand_off(next, PaneId(0)).unwrap();
    region
        .slot(Owner::Pane(PaneId(0)))
        .write(back.epoch, &Record::served(COURT.serve(PaneId(0), None), 3, 0));
    stage.look();
    assert!(stage.screen().contains("dies with the ball"), "{}", stage.screen());
    stage.type_in("y");
    assert!(stage.screen().contains("Expected of Kill, left pane: SIGKILL: the process dies with the ball"));
}

#[test]
fn what_came_of_a_deed_leaves_half_of_a_small_terminal_to_the_page_and_can_be_put_away() {
    let mut stage = Stage::set();
    stage.press(KeyCode::Right);
    stage.type_in("f");
    let events = &stage.mapping.region().journal.events;
    let now_ns = clock::now_ns();
    events.push(Event { at_ns: now_ns, what: What::Done { pane: PaneId(0), deed: Deed::Freeze } }.words());
    for after in 1..20 {
        events.push(Event { at_ns: now_ns + after, what: What::Stalled { pane: PaneId(0) } }.words());
    }
    stage.look();
    let screen = stage.screen_of((60, 20));
    assert!(screen.iter().any(|line| line.contains("ns  left: stalled with the ball")), "{screen:#?}");
    assert!(screen[3].contains("process"), "{screen:#?}");
    assert!(screen[8].contains("inspector"), "the table of the processes is there: {screen:#?}");
    stage.press(KeyCode::Esc);
    let screen = stage.screen_of((60, 20));
    assert!(!screen.iter().any(|line| line.contains("ns  left: stalled with the ball")), "{screen:#?}");
}

#[test]
fn the_keys_are_told_and_put_away() {
    let mut stage = Stage::set();
    let before = stage.screen();
    stage.type_in("?");
    assert!(stage.screen().contains("q, ctrl-C: end the game"), "{}", stage.screen());
    stage.type_in("?");
    assert_eq!(stage.screen(), before);
}
