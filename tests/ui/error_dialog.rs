//! The window that says what went wrong.

use std::cell::Cell;
use std::sync::mpsc;

use egui::{Key, OutputCommand, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tripong::ui::ErrorDialogUi;

const TEXT: &str = "tripong: no display: nothing is there";

fn error_dialog(width: f32, is_done: &Cell<bool>) -> Harness<'_> {
    let mut error_dialog = ErrorDialogUi::new(TEXT.to_owned(), None);
    let ui = move |ui: &mut egui::Ui| {
        if error_dialog.ui(ui) {
            is_done.set(true);
        }
    };
    Harness::builder().with_size(vec2(width, 200.0)).build_ui(ui)
}

#[test]
fn an_error_dialog_shows_its_text_and_is_closed_by_its_button_or_escape() {
    let is_done = Cell::new(false);
    let mut harness = error_dialog(500.0, &is_done);
    harness.get_by_label(TEXT);
    assert!(!is_done.get());
    harness.get_by_label("Close").click();
    harness.run();
    assert!(is_done.take());
    harness.key_press(Key::Escape);
    harness.run();
    assert!(is_done.get());
}

#[test]
fn the_text_of_an_error_dialog_can_be_copied() {
    let is_done = Cell::new(false);
    let mut harness = error_dialog(500.0, &is_done);
    harness.get_by_label("Copy").click();
    harness.step();
    let copied = harness
        .output()
        .platform_output
        .commands
        .iter()
        .any(|command| *command == OutputCommand::CopyText(TEXT.to_owned()));
    assert!(copied, "{:?}", harness.output().platform_output.commands);
    assert!(!is_done.get());
}

#[test]
fn an_error_dialog_fits_a_small_window() {
    let is_done = Cell::new(false);
    let harness = error_dialog(200.0, &is_done);
    for label in ["Copy", "Close"] {
        let button = harness.get_by_label(label).rect();
        assert!(harness.ctx.content_rect().contains_rect(button), "{label}: {button:?}");
    }
}

#[test]
fn what_is_known_is_shown_at_once_and_what_is_found_out_is_added() {
    let (sender, reported) = mpsc::channel();
    let error_dialog = ErrorDialogUi::new(TEXT.to_owned(), Some(reported));
    let show = |ui: &mut egui::Ui, error_dialog: &mut ErrorDialogUi| {
        error_dialog.ui(ui);
    };
    let mut harness = Harness::builder().with_size(vec2(500.0, 300.0)).build_ui_state(show, error_dialog);
    let looking = "tripong doctor checks what is missing ...";
    harness.get_by_label(&format!("{TEXT}\n\n{looking}"));
    sender.send("display: none".to_owned()).unwrap();
    harness.run();
    harness.get_by_label(&format!("{TEXT}\n\ndisplay: none\n\n{looking}"));
    sender.send("memory: none".to_owned()).unwrap();
    drop(sender);
    harness.run();
    harness.get_by_label(&format!("{TEXT}\n\ndisplay: none\n\nmemory: none"));
}
