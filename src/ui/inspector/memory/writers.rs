//! The writers of words, by sign and colour.

use egui::{Color32, Label, RichText, Ui};

use crate::game::Court;
use crate::protocol::Writer;
use crate::ui::theme::Palette;

/// The writers by sign, colour and name.
pub(super) fn legend_ui(ui: &mut Ui, court: &Court) {
    let palette = Palette::of(ui.visuals());
    let panes = court.all_panes().map(Writer::Pane);
    let writers = [Writer::Supervisor].into_iter().chain(panes).chain([Writer::Holder, Writer::Anyone]);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        for writer in writers {
            let name = match writer {
                Writer::Pane(pane) => court.name(pane),
                _ => writer.name(court),
            };
            let text = format!("{} {name}", writer.sign(court));
            let text = RichText::new(text).strong().color(writer_color(writer, &palette));
            ui.add(Label::new(text).extend());
        }
        ui.add(Label::new("filled: changed").extend());
    });
}

/// The colour of a writer. Its sign stands beside it; colour is never alone.
pub(super) fn writer_color(writer: Writer, palette: &Palette) -> Color32 {
    match writer {
        Writer::Supervisor => palette.wall,
        Writer::Pane(pane) => palette.pane(pane),
        Writer::Holder => palette.ball,
        Writer::Anyone => palette.anyone,
        Writer::Nobody => palette.text,
    }
}
