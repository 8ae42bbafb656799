//! What tells and brings the windows where they belong.

use eframe::egui::{Key, Modifiers};
use tripong::court::PaneId;
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
fn a_title_begins_with_the_number_of_its_window_from_the_left() {
    for pane in 0..3 {
        let title = PaneUi::new(COURT, PaneId(pane), 101, false).title();
        assert!(title.starts_with(&format!("{} of 3: ", pane + 1)), "{title}");
    }
}
