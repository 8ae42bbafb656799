//! The table: a heading for each part, which folds it, and below it a line for each field.
//!
//! ```text
//!     offset   hex               field             decoded                      unit               writer
//! v Baton: 1 word
//! H > 0x00100  00000000003a0001  baton             epoch 58, from the left ...  epoch:48 ...       holder
//! ```
//!
//! `>` marks what has changed.
//!
//! Where that does not fit, a field has a second line, for what is decoded and its unit; in a narrow table it has a third, and no
//! offset and no writer: those of the selected field stand above the table.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Response, Role, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, Ui, pos2, vec2,
};

use super::map::{in_use, writer_color};
use crate::inspector::memory::{FieldView, Memory, Row};
use crate::ui::theme::Palette;
use crate::ui::widgets::{keep_in_sight, named, named_choice};

/// Height of a line, in points.
const LINE: f32 = 19.0;
/// Size of its text.
const TEXT: f32 = 12.0;
/// Titles and widths of the columns, in letters.
const COLUMNS: [(&str, f32); 7] = [
    ("", 4.0),
    ("offset", 8.0),
    ("hex", 18.0),
    ("field", 31.0),
    ("decoded", 40.0),
    ("unit", 44.0),
    ("writer", 16.0),
];
/// The numbers of some of them.
const SIGN: usize = 0;
const OFFSET: usize = 1;
const HEX: usize = 2;
const FIELD: usize = 3;
const DECODED: usize = 4;
const UNIT: usize = 5;
const WRITER: usize = 6;
/// Width of a letter of it, in the monospace font.
const LETTER: f32 = 0.602 * TEXT;
/// What is between a row and the edges of the table, in points.
const MARGIN: f32 = 14.0;

/// What the user has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableInput {
    /// To select the field with this number.
    Select(usize),
    /// To fold or unfold the section with this number.
    Fold(usize),
}

/// What the table shows.
#[derive(Debug)]
pub(super) struct TableView<'a> {
    pub(super) memory: &'a Memory,
    pub(super) rows: &'a [Row],
    pub(super) is_folded: &'a [bool],
    pub(super) selected: usize,
    /// The line that shall be brought into sight.
    pub(super) scroll_to: Option<usize>,
    /// So many pages further.
    pub(super) pages: f32,
    /// Height of the whole table.
    pub(super) height: f32,
}

/// Shows the table. Returns what the user wants, and how far it is scrolled, in points.
pub(super) fn table_ui(ui: &mut Ui, table: &TableView<'_>) -> (Option<TableInput>, f32) {
    let available = ui.available_width();
    let columns = Columns::new(available);
    let height = (table.height - LINE).max(2.0 * LINE);
    let row = columns.height();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        titles_ui(ui, &columns);
        let mut down = ScrollArea::vertical().id_salt("table").auto_shrink(false);
        down = down.min_scrolled_height(height).max_height(height);
        if let Some(line) = table.scroll_to {
            down = down.vertical_scroll_offset((line as f32 * row - height / 2.0).max(0.0));
        }
        let rows = down.show_rows(ui, row, table.rows.len(), |ui, lines| {
            if table.pages != 0.0 {
                ui.scroll_with_delta(vec2(0.0, -table.pages * (height - row).max(row)));
            }
            lines.fold(None, |input, line| row_ui(ui, table, line, &columns).or(input))
        });
        (rows.inner, rows.state.clamped_offset().y)
    })
    .inner
}

fn row_ui(ui: &mut Ui, table: &TableView<'_>, line: usize, columns: &Columns) -> Option<TableInput> {
    match *table.rows.get(line)? {
        Row::Section(number) => {
            section_ui(ui, table, number, columns).clicked().then_some(TableInput::Fold(number))
        }
        Row::Field(number) => {
            let view = table.memory.view(number)?;
            let response = field_ui(ui, table, number, &view, columns);
            let meaning = table.memory.layout().fields()[number].meaning;
            response.on_hover_text(meaning).clicked().then_some(TableInput::Select(number))
        }
    }
}

/// How a row is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// All in one line.
    Wide,
    /// What is decoded has a line of its own.
    Medium,
    /// It has two, and there is no offset and no writer; a field is called by its name within its part.
    Narrow,
}

impl Form {
    /// The first that fits into so many points.
    fn fitting(available: f32) -> Self {
        let fits = |form: &Self| form.letters() * LETTER + MARGIN <= available;
        [Self::Wide, Self::Medium].into_iter().find(fits).unwrap_or(Self::Narrow)
    }

    /// The columns of the first line, from left to right.
    fn columns(self) -> &'static [usize] {
        match self {
            Self::Wide => &[SIGN, OFFSET, HEX, FIELD, DECODED, UNIT, WRITER],
            Self::Medium => &[SIGN, OFFSET, FIELD, HEX, WRITER],
            Self::Narrow => &[SIGN, FIELD, HEX],
        }
    }

    fn letters(self) -> f32 {
        self.columns().iter().map(|column| COLUMNS[*column].1).sum()
    }

    fn lines(self) -> usize {
        match self {
            Self::Wide => 1,
            Self::Medium => 2,
            Self::Narrow => 3,
        }
    }

    /// The column that gets what the others leave.
    fn widest(self) -> usize {
        match self {
            Self::Wide => DECODED,
            Self::Medium => WRITER,
            Self::Narrow => HEX,
        }
    }
}

/// Where the columns are.
#[derive(Debug)]
struct Columns {
    form: Form,
    /// Left and right edge of each column, from the left edge of the table; none of what is not in the first line.
    edges: [Option<(f32, f32)>; COLUMNS.len()],
    width: f32,
}

impl Columns {
    fn new(available: f32) -> Self {
        let form = Form::fitting(available);
        let more = available - MARGIN - form.letters() * LETTER;
        // A name is shorter in a narrow table.
        let grows = if more < 0.0 { FIELD } else { form.widest() };
        let (mut edges, mut left) = ([None; COLUMNS.len()], 0.0);
        for column in form.columns() {
            let width = COLUMNS[*column].1 * LETTER + if *column == grows { more } else { 0.0 };
            edges[*column] = Some((left, left + width));
            left += width;
        }
        Self { form, edges, width: available - MARGIN }
    }

    /// Height of a row.
    fn height(&self) -> f32 {
        self.form.lines() as f32 * LINE
    }

    /// A text in a column of the first line, if there is that column. What does not fit is cut off, with an ellipsis: the line of
    /// the selected field has it all.
    fn paint(&self, painter: &Painter, row: Rect, column: usize, text: &str, color: Color32) {
        let Some((left, right)) = self.edges[column] else { return };
        let format = TextFormat::simple(FontId::monospace(TEXT), color);
        let mut job = LayoutJob::single_section(text.to_owned(), format);
        job.wrap = TextWrapping::truncate_at_width(right - left - 6.0);
        let galley = painter.layout_job(job);
        let top = row.top() + (LINE - galley.size().y) / 2.0;
        painter.galley(pos2(row.left() + left, top), galley, color);
    }

    /// What is decoded, and if there is room for it also the unit: in the lines below the first.
    fn paint_below(&self, painter: &Painter, row: Rect, decoded: &str, unit: &str, color: Color32) {
        let left = COLUMNS[SIGN].1 * LETTER;
        let (max_width, max_rows) = (self.width - left - 6.0, self.form.lines() - 1);
        let layout = |text: String| {
            let format = TextFormat::simple(FontId::proportional(TEXT), color);
            let mut job = LayoutJob::single_section(text, format);
            job.wrap = TextWrapping { max_width, max_rows, ..Default::default() };
            painter.layout_job(job)
        };
        let with_unit = layout(format!("{decoded}   ({unit})"));
        let galley = if with_unit.elided { layout(decoded.to_owned()) } else { with_unit };
        painter.galley(pos2(row.left() + left, row.top() + LINE), galley, color);
    }
}

fn titles_ui(ui: &mut Ui, columns: &Columns) {
    let (rect, _) = ui.allocate_exact_size(vec2(columns.width, LINE), Sense::hover());
    for (column, (title, _)) in COLUMNS.iter().enumerate() {
        let title = match column {
            FIELD if columns.form != Form::Wide => "field; below: decoded",
            _ => title,
        };
        columns.paint(ui.painter(), rect, column, title, ui.visuals().text_color());
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), ui.visuals().widgets.noninteractive.bg_stroke);
}

fn section_ui(ui: &mut Ui, table: &TableView<'_>, number: usize, columns: &Columns) -> Response {
    let section = &table.memory.sections[number];
    let is_folded = table.is_folded.get(number).is_some_and(|is_folded| *is_folded);
    let (rect, response) = ui.allocate_exact_size(vec2(columns.width, columns.height()), Sense::click());
    let words = in_use(table.memory, section).len();
    let changed = table.memory.changed_in(section);
    let name = format!("{} {}", if is_folded { "Unfold" } else { "Fold" }, section.title);
    let response = named(response, Role::Button, &name);
    keep_in_sight(&response);
    let visuals = ui.style().interact(&response);
    let painter = ui.painter();
    painter.rect_filled(rect.shrink2(vec2(0.0, 1.0)), 3.0, visuals.weak_bg_fill);
    if response.has_focus() {
        painter.rect_stroke(rect.shrink(1.0), 3.0, visuals.fg_stroke, StrokeKind::Inside);
    }
    let color = visuals.text_color();
    paint_triangle(painter, pos2(rect.left() + 10.0, rect.center().y), !is_folded, color);
    let changed = if changed > 0 { format!(", {changed} changed") } else { String::new() };
    let count = match words {
        0 => "nothing in use".to_owned(),
        1 => "1 word".to_owned(),
        _ => format!("{words} words"),
    };
    let at = pos2(rect.left() + 22.0, rect.center().y);
    let text = format!("{}: {count}{changed}", section.title);
    painter.text(at, Align2::LEFT_CENTER, text, FontId::proportional(TEXT), color);
    response
}

fn field_ui(
    ui: &mut Ui,
    table: &TableView<'_>,
    number: usize,
    view: &FieldView,
    columns: &Columns,
) -> Response {
    // Not focusable: the arrow keys go from field to field.
    let (rect, response) = ui.allocate_exact_size(vec2(columns.width, columns.height()), Sense::CLICK);
    let field = &table.memory.layout().fields()[number];
    let changed = if view.has_changed { ", changed" } else { "" };
    let name = format!("{:#07x} {}: {}{changed}", view.offset, view.label, view.text);
    let is_selected = table.selected == number;
    let response = named_choice(response, Role::Row, is_selected, &name);
    let (painter, visuals) = (ui.painter(), ui.visuals());
    let palette = Palette::of(visuals);
    if is_selected {
        painter.rect_stroke(rect.shrink(1.0), 2.0, Stroke::new(1.5, palette.text), StrokeKind::Inside);
    }
    let color = if field.unit.is_in_use() { visuals.strong_text_color() } else { visuals.text_color() };
    let sign = field.writer.sign(table.memory.layout().court()).to_string();
    let sign_color = if field.unit.is_in_use() { writer_color(field.writer, &palette) } else { color };
    columns.paint(painter, rect.translate(vec2(4.0, 0.0)), 0, &sign, sign_color);
    if view.has_changed {
        paint_triangle(painter, pos2(rect.left() + 20.0, rect.top() + LINE / 2.0), false, color);
    }
    let offset = format!("{:#07x}", view.offset);
    let is_narrow = columns.form == Form::Narrow;
    let short = field.label(table.memory.layout().court());
    let name = if is_narrow && !short.is_empty() { &short } else { &view.label };
    let texts = [&offset, &view.hex, name, &view.text, view.unit, &view.writer];
    for (column, text) in texts.into_iter().enumerate() {
        columns.paint(painter, rect, column + 1, text, color);
    }
    if columns.form != Form::Wide {
        columns.paint_below(painter, rect, &view.text, view.unit, color);
    }
    response
}

/// Points down or to the right.
fn paint_triangle(painter: &Painter, centre: Pos2, is_down: bool, color: Color32) {
    let corners = if is_down {
        [vec2(-5.0, -3.0), vec2(5.0, -3.0), vec2(0.0, 4.0)]
    } else {
        [vec2(-3.0, -5.0), vec2(4.0, 0.0), vec2(-3.0, 5.0)]
    };
    painter.add(Shape::convex_polygon(corners.map(|corner| centre + corner).to_vec(), color, Stroke::NONE));
}
