//! The fields of a Region one behind the other, as the tables have them.

use super::field::{Field, RegionPart, Writer, join};
use super::tables::{REGION, Row, Shape};
use super::units::Unit;
use crate::game::{Court, MAX_PANES, PaneId};
use crate::protocol::region::Region;

/// Bytes of a word.
const WORD: usize = 8;

/// All fields of the Region of one court, by their offsets, without a gap.
#[derive(Debug, Clone)]
pub struct Layout {
    court: Court,
    fields: Vec<Field>,
}

impl Layout {
    /// Bytes that it describes.
    pub const SIZE: usize = Region::SIZE;

    /// The layout for a court: panes that it does not have are folded.
    pub fn of(court: Court) -> Self {
        let mut assembly = Assembly { court, fields: Vec::new(), part: RegionPart::Header, pane: None };
        assembly.rows("", 0, None, REGION);
        assembly.pad_to(Self::SIZE);
        Self { court, fields: assembly.fields }
    }

    /// The court.
    pub fn court(&self) -> &Court {
        &self.court
    }

    /// All fields, by offset.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The number of the field with this path, such as `slot[0].status.pid`.
    pub fn position(&self, path: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.path() == path)
    }
}

/// The fields so far, and the part of the next ones.
struct Assembly {
    court: Court,
    fields: Vec<Field>,
    part: RegionPart,
    /// The pane whose place the next ones are.
    pane: Option<PaneId>,
}

impl Assembly {
    /// The fields of a type that lies at this offset. `writer` writes what has no other in the table.
    fn rows(&mut self, name: &str, offset: usize, writer: Option<Writer>, rows: &[Row]) {
        for row in rows {
            let has_a_name = !matches!(row.shape, Shape::Words(_) | Shape::Each(..)) && row.name != "0";
            let name = join(name, if has_a_name { row.name } else { "" });
            self.shape(&name, offset + row.offset, row.size, row.writer.or(writer), &row.shape);
        }
    }

    fn shape(&mut self, name: &str, offset: usize, size: usize, writer: Option<Writer>, shape: &Shape) {
        match shape {
            Shape::Word(unit, meaning) => self.word(name.to_owned(), offset, size, writer, *unit, meaning),
            Shape::Words(words) => {
                for (index, (word, unit, meaning)) in words.iter().enumerate() {
                    self.word(join(name, word), offset + index * WORD, WORD, writer, *unit, meaning);
                }
            }
            Shape::Fields(rows) => self.rows(name, offset, writer, rows),
            Shape::Each(count, names, each) => {
                let size = size / count;
                for index in 0..*count {
                    self.shape(&join(name, &names(index)), offset + index * size, size, writer, each);
                }
            }
            Shape::Panes(each) => {
                let size = size / usize::from(MAX_PANES);
                for pane in self.court.all_panes() {
                    let (name, offset) = (format!("{name}[{}]", pane.0), offset + pane.index() * size);
                    self.pane = Some(pane);
                    self.shape(&name, offset, size, writer.or(Some(Writer::Pane(pane))), each);
                }
                self.pane = None;
                self.unused(offset, size, self.part);
            }
            Shape::Parts(of, unused, each) => {
                let size = size / usize::from(MAX_PANES);
                for pane in self.court.all_panes() {
                    self.part = of(pane);
                    self.shape("", offset + pane.index() * size, size, Some(Writer::Pane(pane)), each);
                }
                self.unused(offset, size, *unused);
            }
            Shape::In(part, shape) => {
                self.part = *part;
                self.shape("", offset, size, writer, shape);
            }
        }
    }

    fn word(
        &mut self,
        name: String,
        offset: usize,
        size: usize,
        writer: Option<Writer>,
        unit: Unit,
        meaning: &'static str,
    ) {
        self.pad_to(offset);
        if size > 0 {
            let writer = writer.unwrap_or(Writer::Nobody);
            let (part, pane) = (self.part, self.pane);
            self.fields.push(Field { part, name, pane, offset, size, unit, writer, meaning });
        }
    }

    /// What lies behind the last field belongs to its part.
    fn pad_to(&mut self, end: usize) {
        let part = self.fields.last().map_or(self.part, |field| field.part);
        let meaning = "Fills the cache lines, so that the next part begins on its own.";
        self.fill_to(end, part, "padding", Unit::PADDING, meaning);
    }

    /// One field for the elements, of this size, of panes that the court does not have.
    fn unused(&mut self, offset: usize, size: usize, part: RegionPart) {
        self.pad_to(offset + usize::from(self.court.panes) * size);
        let end = offset + usize::from(MAX_PANES) * size;
        self.fill_to(end, part, "unused", Unit::UNUSED, "This court has fewer panes.");
    }

    fn fill_to(&mut self, end: usize, part: RegionPart, name: &str, unit: Unit, meaning: &'static str) {
        let offset = self.fields.last().map_or(0, |field| field.offset + field.size);
        if offset < end {
            let (name, size) = (format!("{name}@{offset:#x}"), end - offset);
            self.fields.push(Field {
                part,
                name,
                pane: None,
                offset,
                size,
                unit,
                writer: Writer::Nobody,
                meaning,
            });
        }
    }
}
