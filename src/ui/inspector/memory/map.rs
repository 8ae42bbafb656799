//! The byte map: a cell for each word in use, in the order of their offsets, a line or more for each part.
//!
//! ```text
//! header           [S][S][S][S][S][S][S][S]
//! baton            [H]
//! slot[L]          [L][L][L][L][L][L]  [L][L][L][L][L][L]  [L]
//!                  [L][L][L][L][L][L]  [L][L][L][L][L][L]  [L]
//! event log          [ 1608 words, folded ]
//! ```
//!
//! A cell has the colour and the sign of the process that may write it. It is filled, and has a dog's ear, after its word has changed.
//! The legend above it names the writers.

use egui::{
    Align2, Color32, FontId, Label, Mesh, Painter, Pos2, Rect, RichText, Shape, Stroke, StrokeKind, Ui, pos2,
    vec2,
};

use crate::game::Court;
use crate::inspector::memory::{Memory, Section};
use crate::protocol::{Field, Writer};
use crate::ui::theme::Palette;

/// From one cell to the next, in points.
const PITCH: f32 = 16.0;
/// Side of a cell.
const CELL: f32 = 14.0;
/// Size of the sign in it.
const SIGN: f32 = 11.0;
/// Thickness of its edge.
const EDGE: f32 = 1.5;
/// Sides of a dog's ear.
const EAR: f32 = 5.0;
/// Width of the column with the names of the parts.
const NAMES: f32 = 110.0;
/// Size of those names.
const NAME: f32 = 12.0;
/// What is left free between records, in points.
const GAP: f32 = 7.0;
/// Width of the cell that stands for a folded part.
const FOLDED: f32 = 13.0 * PITCH;

/// What a cell stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// The field with this number.
    Field(usize),
    /// The folded section with this number.
    Folded(usize),
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    stands: Stands,
    /// From the map's left top corner.
    rect: Rect,
}

/// Where everything is.
#[derive(Debug)]
pub(super) struct MapLayout {
    cells: Vec<Cell>,
    /// Sections with the tops of their names.
    names: Vec<(usize, f32)>,
    /// Height of all of it.
    pub(super) height: f32,
}

impl MapLayout {
    pub(super) fn new(memory: &Memory, is_folded: &[bool], width: f32) -> Self {
        let mut map = Self { cells: Vec::new(), names: Vec::new(), height: 0.0 };
        for (number, section) in memory.sections.iter().enumerate() {
            let fields = in_use(memory, section);
            if fields.is_empty() {
                continue;
            }
            map.names.push((number, map.height));
            if is_folded.get(number).is_some_and(|is_folded| *is_folded) {
                let size = vec2(FOLDED.min(width - NAMES), CELL);
                let rect = Rect::from_min_size(pos2(NAMES, map.height), size);
                map.cells.push(Cell { stands: Stands::Folded(number), rect });
                map.height += PITCH;
            } else {
                map.add(memory, &fields, width);
            }
        }
        map
    }

    /// The cells of a section. Those of one record stay together, as far as a line is long enough.
    fn add(&mut self, memory: &Memory, fields: &[usize], width: f32) {
        let all = memory.layout().fields();
        let mut at = pos2(NAMES, self.height);
        for record in fields.chunk_by(|a, b| record_of(&all[*a]) == record_of(&all[*b])) {
            if at.x > NAMES {
                at.x += GAP;
            }
            let needed = record.len() as f32 * PITCH;
            if at.x > NAMES && at.x + needed > width && needed <= width - NAMES {
                at = pos2(NAMES, at.y + PITCH);
            }
            for field in record {
                if at.x > NAMES && at.x + CELL > width {
                    at = pos2(NAMES, at.y + PITCH);
                }
                let rect = Rect::from_min_size(at, vec2(CELL, CELL));
                self.cells.push(Cell { stands: Stands::Field(*field), rect });
                at.x += PITCH;
            }
        }
        self.height = at.y + PITCH;
    }

    /// What is at this place.
    pub(super) fn at(&self, place: Pos2) -> Option<Stands> {
        self.cells.iter().find(|cell| cell.rect.expand(1.0).contains(place)).map(|cell| cell.stands)
    }

    /// Where the field's cell is.
    pub(super) fn place_of(&self, field: usize) -> Option<Rect> {
        self.cells.iter().find(|cell| cell.stands == Stands::Field(field)).map(|cell| cell.rect)
    }

    /// The field so many cells further, or back. The first one, if there is no cell of this field.
    pub(super) fn beside(&self, field: usize, steps: isize) -> Option<usize> {
        let fields: Vec<_> = self.fields().map(|(number, _)| number).collect();
        let Some(here) = fields.iter().position(|number| *number == field) else {
            return fields.first().copied();
        };
        fields.get(here.saturating_add_signed(steps).min(fields.len() - 1)).copied()
    }

    /// The field above or below: the nearest one in the next line that has one.
    pub(super) fn above_or_below(&self, field: usize, is_below: bool) -> Option<usize> {
        let Some(here) = self.place_of(field) else { return self.beside(field, 0) };
        let beyond = self
            .fields()
            .filter(|(_, rect)| if is_below { rect.top() > here.top() } else { rect.top() < here.top() });
        let distance = |rect: Rect| ((rect.top() - here.top()).abs(), (rect.left() - here.left()).abs());
        let nearest = beyond.min_by(|(_, a), (_, b)| {
            distance(*a).partial_cmp(&distance(*b)).unwrap_or(std::cmp::Ordering::Equal)
        });
        nearest.map(|(number, _)| number)
    }

    fn fields(&self) -> impl Iterator<Item = (usize, Rect)> {
        self.cells.iter().filter_map(|cell| match cell.stands {
            Stands::Field(number) => Some((number, cell.rect)),
            Stands::Folded(_) => None,
        })
    }

    /// Paints all that is inside of the painter's clip rectangle. All cells are one mesh: it is painted ten times a second.
    pub(super) fn paint(
        &self,
        painter: &Painter,
        origin: Pos2,
        memory: &Memory,
        selected: usize,
        palette: &Palette,
    ) {
        let place = |cell: &Cell| Cell { rect: cell.rect.translate(origin.to_vec2()), ..*cell };
        let is_visible = |cell: &Cell| painter.clip_rect().intersects(cell.rect);
        let visible: Vec<_> = self.cells.iter().map(place).filter(is_visible).collect();
        let mut mesh = Mesh::default();
        for cell in &visible {
            let has_changed = match cell.stands {
                Stands::Field(number) => memory.has_changed(number),
                Stands::Folded(number) => memory.changed_in(&memory.sections[number]) > 0,
            };
            let color = color_of(cell.stands, memory, palette);
            add_cell(&mut mesh, cell.rect, color, palette.court, has_changed);
        }
        painter.add(Shape::mesh(mesh));
        self.paint_names(painter, origin, memory, palette);
        for cell in &visible {
            paint_sign(painter, cell, memory, palette);
            if cell.stands == Stands::Field(selected) {
                let edge = cell.rect.expand(2.0);
                painter.rect_stroke(edge, 2.0, Stroke::new(2.0, palette.text), StrokeKind::Middle);
            }
        }
    }

    fn paint_names(&self, painter: &Painter, origin: Pos2, memory: &Memory, palette: &Palette) {
        let font = FontId::monospace(NAME);
        for (number, top) in &self.names {
            let at = origin + vec2(2.0, top + CELL / 2.0);
            let name = memory.sections[*number].part.label(memory.layout().court());
            painter.text(at, Align2::LEFT_CENTER, name, font.clone(), palette.text);
        }
    }
}

/// To which record of its part a field belongs: its name without the last word.
fn record_of(field: &Field) -> &str {
    field.name.rsplit_once('.').map_or("", |(record, _)| record)
}

/// The fields of a section that are in use.
pub(super) fn in_use(memory: &Memory, section: &Section) -> Vec<usize> {
    let fields = memory.layout().fields();
    section.fields.clone().filter(|number| fields[*number].unit.is_in_use()).collect()
}

fn field_of(stands: Stands, memory: &Memory) -> Option<&Field> {
    let number = match stands {
        Stands::Field(number) => number,
        Stands::Folded(number) => memory.sections[number].fields.start,
    };
    memory.layout().fields().get(number)
}

fn color_of(stands: Stands, memory: &Memory, palette: &Palette) -> Color32 {
    field_of(stands, memory).map_or(palette.text, |field| writer_color(field.writer, palette))
}

fn add_cell(mesh: &mut Mesh, rect: Rect, color: Color32, inside: Color32, has_changed: bool) {
    mesh.add_colored_rect(rect, color);
    if !has_changed {
        mesh.add_colored_rect(rect.shrink(EDGE), inside);
        return;
    }
    let corner = rect.right_top();
    let first = mesh.vertices.len() as u32;
    for at in [corner - vec2(EAR, 0.0), corner, corner + vec2(0.0, EAR)] {
        mesh.colored_vertex(at, inside);
    }
    mesh.add_triangle(first, first + 1, first + 2);
}

fn paint_sign(painter: &Painter, cell: &Cell, memory: &Memory, palette: &Palette) {
    let Some(field) = field_of(cell.stands, memory) else { return };
    let (text, has_changed) = match cell.stands {
        Stands::Field(number) => {
            (field.writer.sign(memory.layout().court()).to_string(), memory.has_changed(number))
        }
        Stands::Folded(number) => folded_text(memory, &memory.sections[number]),
    };
    let color = if has_changed { palette.court } else { writer_color(field.writer, palette) };
    painter.text(cell.rect.center(), Align2::CENTER_CENTER, text, FontId::monospace(SIGN), color);
}

/// What stands in the cell of a folded section, and whether any of its words has changed.
fn folded_text(memory: &Memory, section: &Section) -> (String, bool) {
    let (words, changed) = (in_use(memory, section).len(), memory.changed_in(section));
    let state = if changed > 0 { format!("{changed} changed") } else { "folded".to_owned() };
    (format!("{words} words, {state}"), changed > 0)
}

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
