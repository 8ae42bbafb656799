//! What names and restores the places of the windows.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use tripong::game::PaneId;
use tripong::ui::{Intent, PaneUi};

use crate::{COURT, resting, taken, window};

#[test]
fn f3_wants_all_windows_in_front_whatever_has_the_focus() {
    let mut harness = window(resting());
    for _ in 0..2 {
        harness.key_press_modifiers(Modifiers::NONE, Key::F3);
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::RaiseAll]);
        harness.key_press_modifiers(Modifiers::NONE, Key::Tab);
        harness.run();
        assert_eq!(taken(&mut harness), []);
    }
}

#[test]
fn where_no_program_can_raise_its_windows_f3_does_nothing_and_the_help_does_not_name_it() {
    for can_raise in [true, false] {
        let mut harness = window(resting());
        if !can_raise {
            harness.state_mut().view = PaneUi::new(COURT, PaneId(0), 101, false).without_raising();
        }
        harness.key_press_modifiers(Modifiers::NONE, Key::F3);
        harness.run();
        assert_eq!(taken(&mut harness).len(), usize::from(can_raise));
        harness.key_press_modifiers(Modifiers::NONE, Key::F1);
        harness.run();
        harness.get_by_label("F2");
        assert_eq!(harness.query_by_label("F3").is_some(), can_raise);
    }
}

#[test]
fn a_title_begins_with_the_number_of_its_window_from_the_left() {
    for pane in 0..3 {
        let title = PaneUi::new(COURT, PaneId(pane), 101, false).title();
        assert!(title.starts_with(&format!("{} of 3: ", pane + 1)), "{title}");
    }
}
