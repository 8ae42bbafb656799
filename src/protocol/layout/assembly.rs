//! The fields of a Region one behind the other, as the tables have them.

use super::field::{Field, Part, Writer};
use super::tables::{self, Entry, Row, Shape};
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
    #[must_use]
    pub fn of(court: Court) -> Self {
        let mut assembly =
            Assembly { court, fields: Vec::new(), part: Part::Header, owner: Writer::Supervisor };
        assembly.rows("", 0, tables::REGION);
        assembly.pad_to(Self::SIZE);
        Self { court, fields: assembly.fields }
    }

    /// The court.
    #[must_use]
    pub fn court(&self) -> &Court {
        &self.court
    }

    /// All fields, by offset.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The number of the field with this path, such as `slot[0].card.pid`.
    #[must_use]
    pub fn position(&self, path: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.path() == path)
    }
}

/// The fields so far, and where the next ones belong.
struct Assembly {
    court: Court,
    fields: Vec<Field>,
    part: Part,
    owner: Writer,
}

/// Where something is, and who may write it.
#[derive(Clone, Copy)]
struct Place {
    offset: usize,
    size: usize,
    writer: Option<Writer>,
}

impl Place {
    /// The element with this number of an array that begins here.
    fn element(self, index: usize, size: usize) -> Self {
        Self { offset: self.offset + index * size, size, ..self }
    }
}

impl Assembly {
    fn rows(&mut self, name: &str, base: usize, rows: &[Row]) {
        for Row { name: field, offset, size, writer, shape } in rows {
            let place = Place { offset: base + offset, size: *size, writer: *writer };
            // What has a number instead of a name, and what has names of its own.
            let is_named =
                !matches!(shape, Shape::Words(_) | Shape::Each(..)) && field.parse::<u8>().is_err();
            self.shape(&join(name, if is_named { field } else { "" }), place, shape);
        }
    }

    fn shape(&mut self, name: &str, place: Place, shape: &Shape) {
        match shape {
            Shape::Word(unit, meaning) => self.word(name.to_owned(), place, *unit, meaning),
            Shape::Words(words) => self.words(name, place, words),
            Shape::Fields(rows) => self.rows(name, place.offset, rows),
            Shape::Each(count, names, each) => {
                for index in 0..*count {
                    self.shape(&join(name, &names(index)), place.element(index, place.size / count), each);
                }
            }
            Shape::Panes(each) => {
                self.panes(place, place.size / usize::from(MAX_PANES), self.part, |all, pane, place| {
                    all.shape(&format!("{name}[{}]", pane.0), place, each);
                })
            }
            Shape::Ring { count, first, entries, words } => {
                let meaning = "How many entries there ever were; the newest is the one before this number, in a circle.";
                self.word(join(name, "count"), place.element(0, WORD), *count, meaning);
                let place = Place { offset: place.offset + first, ..place };
                for entry in 0..*entries {
                    self.words(&format!("{name}[{entry}]"), place.element(entry, words.len() * WORD), words);
                }
            }
            Shape::In(part, shape) => {
                self.part = *part;
                self.shape("", place, shape);
            }
            Shape::Parts { of, unused, each, last } => {
                let size = place.size / (usize::from(MAX_PANES) + usize::from(last.is_some()));
                self.panes(place, size, *unused, |all, pane, place| {
                    all.part = of(pane);
                    all.shape("", place, each);
                });
                if let Some((part, shape)) = last {
                    (self.part, self.owner) = (*part, Writer::Supervisor);
                    self.shape("", place.element(MAX_PANES.into(), size), shape);
                }
            }
        }
    }

    /// One element for each pane, and one field for those of panes that the court does not have.
    fn panes(
        &mut self,
        place: Place,
        size: usize,
        unused: Part,
        mut each: impl FnMut(&mut Self, PaneId, Place),
    ) {
        for pane in self.court.all_panes() {
            self.owner = Writer::Pane(pane);
            each(self, pane, place.element(pane.index(), size));
        }
        self.pad_to(place.element(self.court.panes.into(), size).offset);
        self.part = unused;
        let end = place.element(MAX_PANES.into(), size).offset;
        self.fill_to(end, unused, "unused", Unit::UNUSED, "This court has fewer panes.");
    }

    /// What lies between the last field and this offset belongs to the part of that field.
    fn pad_to(&mut self, end: usize) {
        let part = self.fields.last().map_or(self.part, |field| field.part);
        let meaning = "Fills the cache lines, so that the next part begins on its own.";
        self.fill_to(end, part, "padding", Unit::PADDING, meaning);
    }

    fn fill_to(&mut self, end: usize, part: Part, name: &str, unit: Unit, meaning: &'static str) {
        let offset = self.fields.last().map_or(0, |field| field.offset + field.size);
        if offset < end {
            let (name, size) = (format!("{name}@{offset:#x}"), end - offset);
            self.fields.push(Field { part, name, offset, size, unit, writer: Writer::Nobody, meaning });
        }
    }

    fn words(&mut self, name: &str, place: Place, words: &[Entry]) {
        for (index, (word, unit, meaning)) in words.iter().enumerate() {
            self.word(join(name, word), place.element(index, WORD), *unit, meaning);
        }
    }

    fn word(&mut self, name: String, place: Place, unit: Unit, meaning: &'static str) {
        self.pad_to(place.offset);
        let writer = place.writer.unwrap_or(self.owner);
        let Place { offset, size, .. } = place;
        if size > 0 {
            self.fields.push(Field { part: self.part, name, offset, size, unit, writer, meaning });
        }
    }
}

fn join(name: &str, field: &str) -> String {
    let separator = if name.is_empty() || field.is_empty() { "" } else { "." };
    format!("{name}{separator}{field}")
}
