//! The pages as text.

use super::*;
use crate::protocol::GameSettings;

#[test]
fn the_overview_has_processes_invariants_latencies_and_what_happened_last() {
    let mut stage = Stage::set();
    let screen = stage.screen_of((80, 24));
    assert!(screen[0].starts_with(" 1 Court  [2 Overview]  3 Memory"), "{screen:#?}");
    assert!(screen[1].starts_with("The ball: right pane, pid 4000002. Epoch 2, hop 1"), "{screen:#?}");
    let find = |text: &str| screen.iter().position(|line| line.contains(text));
    let find = |text: &str| find(text).unwrap_or_else(|| panic!("{text}: {screen:#?}"));
    assert!(screen[find("right pane   ")].contains("4000002 1    gone: dead and reaped"), "{screen:#?}");
    assert!(screen[find("right pane   ")].starts_with(" o right"), "who has the ball: {screen:#?}");
    let me = format!("{:<7} ", std::process::id());
    assert!(screen[find("inspector")].contains(&me), "{screen:#?}");
    assert!(find("process ") < find("Invariants  One ball: holds."));
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
    stage.type_in("3");
    stage.assert_screen_has(&["[3 Memory]", "live (space", "Baton 0000000000020102: ", "- "]);
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
    stage.type_in("3 ");
    stage.look();
    let before = stage.screen();
    assert!(before.contains("HELD, picture "), "{before}");
    stage.mapping.region().set_settings(&GameSettings::default());
    stage.look();
    assert_eq!(stage.screen(), before);
    stage.type_in("on");
    stage.look();
    stage.assert_screen_has(&["explains"]);
    stage.type_in(" ");
    stage.assert_screen_has(&["live"]);
}

#[test]
fn the_flow_has_a_picture_and_the_words_for_it() {
    let mut stage = Stage::set();
    stage.type_in("4-");
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
    assert!(
        screen.iter().any(|line| line.contains("the left pane has a new process: pid 77")),
        "{screen:#?}"
    );
}

#[test]
fn the_invariants_are_reported_with_their_numbers() {
    let mut stage = Stage::set();
    stage.type_in("5");
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
        assert!(page == Page::Court || screen[1].starts_with("The ball"), "{size:?} {screen:#?}");
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
fn on_narrow_terminals_no_number_is_cut() {
    let mut stage = Stage::set();
    for width in [30, 40, 50, 60, 70, 80] {
        let screen = stage.screen_of((width, 40));
        let row = screen.iter().find(|line| line.starts_with("pipe ")).unwrap();
        let is_whole = ["µs", "ms", " 1"].iter().any(|end| row.ends_with(end));
        assert!(is_whole, "{width}: {screen:#?}");
    }
    stage.type_in("4");
    let legend = stage.screen_of((40, 20)).join(" ");
    assert!(legend.contains("see below"), "{legend}");
}
