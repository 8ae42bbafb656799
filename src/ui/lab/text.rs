//! Texts of the window, and their sizes in points.

use egui::text::LayoutJob;
use egui::{Align, FontFamily, FontSelection, Label, RichText, Ui, WidgetText};

pub(super) const TITLE: f32 = 20.0;
pub(super) const QUESTION: f32 = 17.0;
pub(super) const BODY: f32 = 15.0;

/// A text of several paragraphs.
pub(super) fn text_ui(ui: &mut Ui, text: &str, style: impl Fn(RichText) -> RichText) {
    let text = with_code(ui, text, style);
    ui.add(Label::new(text).wrap());
}

/// A text that is not styled.
pub(super) fn plain(text: RichText) -> RichText {
    text
}

/// The text, with code where it stands in backticks.
pub(super) fn with_code(ui: &Ui, text: &str, style: impl Fn(RichText) -> RichText) -> WidgetText {
    let mut job = LayoutJob::default();
    for (index, part) in parts(text).into_iter().enumerate() {
        let part = style(RichText::new(part));
        let part = if index % 2 == 1 { part.family(FontFamily::Monospace) } else { part };
        part.append_to(&mut job, ui.style(), FontSelection::Default, Align::BOTTOM);
    }
    job.into()
}

/// The text as it is read aloud.
pub(super) fn without_ticks(text: &str) -> String {
    parts(text).concat()
}

/// The parts of a text: every second one is code.
fn parts(text: &str) -> Vec<&str> {
    let parts: Vec<_> = text.split('`').collect();
    // A backtick that is alone is itself.
    if parts.len() % 2 == 1 { parts } else { vec![text] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_backticks_is_code_and_a_single_one_is_itself() {
        assert_eq!(parts("the fact `recording` is"), ["the fact ", "recording", " is"]);
        assert_eq!(parts("`a` and `b`"), ["", "a", " and ", "b", ""]);
        assert_eq!(parts("a ` alone"), ["a ` alone"]);
        assert_eq!(without_ticks("see `echo $?`."), "see echo $?.");
    }
}
