//! The first seconds, by keyboard alone: the space bar and Enter serve a ball that rests.

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tripong::game::{Ball, GameMode, GameRules, PaneId, Score};
use tripong::protocol::Ownership;
use tripong::protocol::snapshot::Snapshot;
use tripong::ui::{Intent, PaneUi};

use crate::{COURT, SLIDER, Window, change, held_by, press_start, resting, taken, window};

const KEYS: [Key; 2] = [Key::Space, Key::Enter];

fn is_asked(harness: &Harness<'_, Window>) -> bool {
    harness.query_by_label("OK").is_some()
}

fn flying() -> Snapshot {
    Snapshot { ownership: held_by(PaneId(0)), ..resting() }
}

/// A window whose user has answered the message box before.
fn later(snapshot: Snapshot) -> Harness<'static, Window> {
    let mut harness = window(snapshot);
    harness.state_mut().view = PaneUi::new(COURT, PaneId(0), 101, true);
    harness.run();
    harness
}

fn match_over() -> Snapshot {
    let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
    let score = Score { left: 11, right: 4, ..Score::new(rules) };
    let ball = resting().ball.map(|ball| Ball { score, ..ball });
    Snapshot { ball, ..flying() }
}

#[test]
fn the_next_match_is_served_at_once_also_in_a_window_that_has_asked_nothing_yet() {
    for key in KEYS {
        let mut harness = window(match_over());
        harness.key_press(key);
        harness.run();
        assert_eq!((taken(&mut harness), is_asked(&harness)), (vec![Intent::Serve], false), "{key:?}");
    }
}

/// A key is held down: as the display sends it again and again.
fn repeat(harness: &mut Harness<'_, Window>, key: Key) {
    let (pressed, repeat, modifiers) = (true, true, Modifiers::NONE);
    harness.event(Event::Key { key, physical_key: None, pressed, repeat, modifiers });
    harness.run();
}

#[test]
fn the_first_space_or_enter_opens_the_message_box_and_the_second_answers_it() {
    for key in KEYS {
        let mut harness = window(resting());
        harness.key_press(key);
        harness.run();
        assert_eq!((taken(&mut harness), is_asked(&harness)), (vec![], true), "{key:?}: the box only asks");
        harness.key_press(key);
        harness.run();
        assert_eq!((taken(&mut harness), is_asked(&harness)), (vec![Intent::Serve], false), "{key:?}");
    }
}

#[test]
fn a_key_that_opens_the_message_box_and_is_held_does_not_answer_it() {
    for focused in [None, Some("Start")] {
        for key in KEYS {
            let mut harness = window(resting());
            if let Some(label) = focused {
                harness.get_by_label(label).focus();
                harness.run();
            }
            harness.key_down(key);
            harness.run();
            (0..5).for_each(|_| repeat(&mut harness, key));
            assert_eq!((taken(&mut harness), is_asked(&harness)), (vec![], true), "{key:?}, {focused:?}");
            harness.key_up(key);
            harness.run();
            assert!(is_asked(&harness), "{key:?} is released");
            harness.key_press(key);
            harness.run();
            assert_eq!(taken(&mut harness), [Intent::Serve], "{key:?}, {focused:?}");
        }
    }
}

#[test]
fn a_key_that_is_held_after_it_has_answered_serves_once() {
    let mut harness = window(resting());
    press_start(&mut harness);
    harness.key_down(Key::Space);
    harness.run();
    // As long as the supervisor has not served yet.
    harness.state_mut().snapshot.ownership = Ownership::REST;
    (0..5).for_each(|_| repeat(&mut harness, Key::Space));
    assert_eq!(taken(&mut harness), [Intent::Serve]);
}

#[test]
fn at_rest_and_after_a_match_every_later_press_serves_at_once() {
    for key in KEYS {
        for snapshot in [resting(), match_over()] {
            for focused in [None, Some(SLIDER)] {
                let mut harness = later(snapshot.clone());
                if let Some(label) = focused {
                    harness.get_by_label(label).focus();
                    harness.run();
                }
                harness.key_press(key);
                harness.run();
                assert_eq!(taken(&mut harness), [Intent::Serve], "{key:?}, {focused:?}");
                assert!(!is_asked(&harness), "no second box");
            }
        }
    }
}

#[test]
fn while_the_ball_flies_space_pauses_and_enter_does_nothing() {
    for focused in [None, Some(SLIDER)] {
        let mut harness = later(flying());
        if let Some(label) = focused {
            harness.get_by_label(label).focus();
            harness.run();
        }
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(taken(&mut harness), [], "{focused:?}");
        let paused = change(&harness, |to| to.paused = true);
        harness.key_press(Key::Space);
        harness.run();
        assert_eq!(taken(&mut harness), [paused], "{focused:?}");
    }
}

#[test]
fn what_has_the_focus_has_the_keys() {
    for key in KEYS {
        let mut harness = later(resting());
        harness.get_by_label("Explain").focus();
        harness.run();
        let wanted = change(&harness, |to| to.explains = false);
        harness.key_press(key);
        harness.run();
        assert_eq!(taken(&mut harness), [wanted], "{key:?}");
    }
}

#[test]
fn with_ctrl_or_alt_they_are_another_programs() {
    for modifiers in [Modifiers::CTRL, Modifiers::ALT, Modifiers::COMMAND] {
        for key in KEYS {
            let mut harness = later(resting());
            harness.key_press_modifiers(modifiers, key);
            harness.run();
            assert_eq!(taken(&mut harness), [], "{key:?}, {modifiers:?}");
        }
    }
}

#[test]
fn neither_serves_behind_the_help() {
    for key in [Key::F1, Key::Questionmark] {
        let mut harness = later(resting());
        harness.key_press(key);
        harness.run();
        harness.key_press(Key::Space);
        harness.run();
        assert_eq!(taken(&mut harness), [], "it closes the help");
    }
}
