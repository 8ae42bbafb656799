//! What the keys do, and what is shown of it.

use super::*;
use crate::protocol::Demand;

fn done(pane: PaneId, action: Action) -> Option<ViewInput> {
    Some(ViewInput::Ask(Demand::Act(pane, action)))
}

#[test]
fn tab_goes_through_the_pages_and_back() {
    let mut stage = Stage::set();
    let pages: Vec<_> = (0..5)
        .map(|_| {
            stage.press(KeyCode::Tab);
            stage.view.page
        })
        .collect();
    assert_eq!(pages, [Page::Memory, Page::Flow, Page::Invariants, Page::Court, Page::Overview]);
    stage.press(KeyCode::BackTab);
    assert_eq!(stage.view.page, Page::Court);
}

#[test]
fn q_and_ctrl_c_ask_for_the_end() {
    let mut stage = Stage::set();
    assert_eq!(stage.type_in("q"), Some(ViewInput::Ask(Demand::Quit)));
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(stage.view.press(ctrl_c, &mut stage.watcher), Some(ViewInput::Interrupt));
    // Also from within a question.
    stage.press(KeyCode::Right);
    stage.type_in("k");
    assert_eq!(stage.view.press(ctrl_c, &mut stage.watcher), Some(ViewInput::Interrupt));
}

#[test]
fn without_a_chosen_pane_nothing_is_done() {
    let mut stage = Stage::set();
    for letter in ["k", "f", "c", "h", "t"] {
        assert_eq!(stage.type_in(letter), None);
    }
    stage.assert_screen_has(&["Choose a pane first"]);
}

#[test]
fn a_dangerous_action_is_asked_about_once_and_a_harmless_one_never() {
    let mut stage = Stage::set();
    stage.press(KeyCode::Right);
    stage.press(KeyCode::Right);
    let middle = PaneId(1);
    stage.assert_screen_has(&["middle pane:  k kill  f freeze"]);
    assert_eq!(stage.type_in("f"), done(middle, Action::Freeze));
    assert_eq!(stage.type_in("c"), done(middle, Action::Continue));
    assert_eq!(stage.type_in("k"), None, "it only asks");
    let question = stage.screen();
    assert!(question.contains("Kill the process of the middle pane?"), "{question}");
    assert!(question.contains("SIGKILL: the process dies; the ball is elsewhere"), "{question}");
    assert_eq!(stage.type_in("n"), None, "no is no");
    assert_eq!(stage.type_in("t"), None, "and it is asked again");
    assert_eq!(stage.type_in("y"), done(middle, Action::Tear));
    assert_eq!(stage.type_in("h"), done(middle, Action::Hang), "no second question");
}

#[test]
fn what_was_expected_and_what_happened_is_shown_below_every_page() {
    let mut stage = Stage::set();
    for _ in 0..3 {
        stage.press(KeyCode::Right);
    }
    stage.type_in("f");
    let at_ns = clock::now_ns();
    stage.log(at_ns, What::Done { pane: PaneId(2), action: Action::Freeze });
    stage.log(at_ns + 2_000_000, What::Stalled { pane: PaneId(2) });
    stage.look();
    for page in Page::ALL {
        stage.view.page = page;
        let expected = "Expected of Freeze, right pane: SIGSTOP: the process stands still with the ball";
        stage.assert_screen_has(&[expected, "+2.00 ms the right pane"]);
        let screen = stage.screen();
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("After 300ms (--stall) the ball is recalled"), "{page:?}: {screen}");
    }
}

#[test]
fn a_question_stays_as_it_was_asked_though_the_ball_moves() {
    let mut stage = Stage::set();
    stage.press(KeyCode::Right);
    stage.type_in("k");
    stage.assert_screen_has(&["the ball is elsewhere"]);
    let region = stage.mapping.region();
    let next = region.baton.hand_off(region.baton.look().unwrap(), PaneId(1)).unwrap();
    let back = region.baton.hand_off(next, PaneId(0)).unwrap();
    region.pane(PaneId(0)).write(back.epoch, &Record::served(COURT.serve(PaneId(0), None), 3, 0));
    stage.look();
    stage.assert_screen_has(&["The ball: left pane", "the ball is elsewhere"]);
    stage.type_in("y");
    assert!(
        stage
            .screen()
            .contains("Expected of Kill, left pane: SIGKILL: the process dies; the ball is elsewhere")
    );
    stage.type_in("k");
    assert!(stage.screen().contains("Expected of Kill, left pane: SIGKILL: the process dies with the ball"));
}

#[test]
fn what_came_of_an_action_leaves_half_of_a_small_terminal_to_the_page_and_can_be_put_away() {
    let mut stage = Stage::set();
    stage.press(KeyCode::Right);
    stage.type_in("f");
    let now_ns = clock::now_ns();
    stage.log(now_ns, What::Done { pane: PaneId(0), action: Action::Freeze });
    (1..20).for_each(|after| stage.log(now_ns + after, What::Stalled { pane: PaneId(0) }));
    stage.look();
    // The list of what has happened last says the same, with another time.
    let is_happening = |line: &String| line.starts_with('+') && line.contains("makes no progress");
    let screen = stage.screen_of((60, 20));
    assert!(screen.iter().any(is_happening), "{screen:#?}");
    assert!(screen[3].contains("process"), "{screen:#?}");
    assert!(screen[8].contains("inspector"), "the table of the processes is there: {screen:#?}");
    stage.press(KeyCode::Esc);
    let screen = stage.screen_of((60, 20));
    assert!(!screen.iter().any(is_happening), "{screen:#?}");
}

#[test]
fn the_keys_are_shown_and_put_away() {
    let mut stage = Stage::set();
    let before = stage.screen();
    stage.type_in("?");
    stage.assert_screen_has(&["q, ctrl-C: end the game"]);
    stage.type_in("?");
    assert_eq!(stage.screen(), before);
}
