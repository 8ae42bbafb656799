//! Texts of the window, and their sizes in points.

use egui::{Label, RichText, Ui};

pub(super) const TITLE: f32 = 20.0;
pub(super) const QUESTION: f32 = 17.0;
pub(super) const BODY: f32 = 15.0;

/// A text of several paragraphs.
pub(super) fn text_ui(ui: &mut Ui, text: impl Into<RichText>) {
    ui.add(Label::new(text.into()).wrap());
}
