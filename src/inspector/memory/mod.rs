//! The Region as bytes: stills of it, what every word means, and which words have changed.
//!
//! A [`Still`] is read from the memfd by `pread`, not through the mapping. The kernel copies it while others write, so it
//! may hold a record that is half old and half new, as every reader may find it; the checksum in it then does not fit.

use std::collections::BTreeMap;
use std::ops::Range;
use std::os::fd::BorrowedFd;

use rustix::io::{pread, retry_on_intr};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::game::Court;
use crate::inspector::moment::Moment;
use crate::protocol::{Field, Layout, Owner, Ownership, RegionPart, Still, TransportKind};

/// How long a word that has changed is shown as changed, in nanoseconds, while stills are taken all the time.
const FLASH_NS: u64 = 400_000_000;

/// Reads all bytes of a Region from its memfd.
///
/// # Errors
/// [`Error::System`] if it cannot be read, or is not as long as a Region.
pub fn read_bytes(memfd: BorrowedFd<'_>) -> Result<Vec<u8>> {
    let mut bytes = vec![0; Layout::SIZE];
    let mut done = 0;
    while done < bytes.len() {
        let read = retry_on_intr(|| pread(memfd, &mut bytes[done..], done as u64));
        let count = read.map_err(Error::system("read the bytes of the Region"))?;
        if count == 0 {
            let action = format!("read {} bytes of the Region: it ends after {done}", Layout::SIZE);
            return Err(Error::system(action)(std::io::ErrorKind::UnexpectedEof));
        }
        done += count;
    }
    Ok(bytes)
}

/// The fields of one part.
#[derive(Debug, Clone)]
pub struct Section {
    /// Which part.
    pub part: RegionPart,
    /// What a person calls it.
    pub title: String,
    /// Its fields, by their numbers in the layout.
    pub fields: Range<usize>,
}

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The heading of the section with this number.
    Section(usize),
    /// The field with this number.
    Field(usize),
}

/// A field as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldView {
    /// Bytes from the beginning of the Region.
    pub offset: usize,
    /// Its name within the Region, such as `slot[0].status.pid`.
    pub path: String,
    /// The same for people: `slot[L].status.pid`.
    pub label: String,
    /// Its bytes as a number, in hexadecimal; how many there are, if it is longer than a word.
    pub hex: String,
    /// What it means, for people.
    pub text: String,
    /// How it is encoded.
    pub unit: &'static str,
    /// The processes that may write it.
    pub writer: String,
    /// Whether it has changed.
    pub has_changed: bool,
}

/// The baton as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatonView {
    /// The word.
    pub word: u64,
    /// Who has the ball, for people.
    pub headline: String,
    /// Epoch, giver and holder, for people.
    pub text: String,
    /// Epoch, giver and holder, in hexadecimal.
    pub parts_hex: [String; 3],
}

/// The Region as bytes, as far as it was looked at.
#[derive(Debug)]
pub struct Memory {
    layout: Layout,
    /// The parts, in the order of their offsets.
    pub sections: Vec<Section>,
    baton: usize,
    /// By path, the numbers of the fields out of which the moment is read.
    places: BTreeMap<String, usize>,
    still: Option<Still>,
    /// How many stills were taken.
    pub count: u64,
    /// When each field was last found to be another than before; 0 for never.
    changed_ns: Vec<u64>,
    /// Whether stills are taken all the time; otherwise only when a step is asked for.
    is_live: bool,
    step_is_asked: bool,
}

impl Memory {
    /// Nothing was looked at yet.
    pub fn new(court: Court) -> Self {
        let layout = Layout::of(court);
        let changed_ns = vec![0; layout.fields().len()];
        let baton = layout.position("baton").unwrap_or(0);
        let sections = sections(&layout);
        let places = layout.fields().iter().enumerate().filter(|(_, field)| {
            matches!(field.part, RegionPart::Baton | RegionPart::Controls | RegionPart::Slot(_))
        });
        let places = places.map(|(number, field)| (field.path(), number)).collect();
        Self {
            layout,
            sections,
            baton,
            places,
            still: None,
            count: 0,
            changed_ns,
            is_live: true,
            step_is_asked: false,
        }
    }

    /// Whether the next still is wanted: if not, there is no need to read one. Live, it is wanted only while it is
    /// shown; one that was asked for is taken in any case.
    pub fn wants_still(&self, is_shown: bool) -> bool {
        self.still.is_none() || if self.is_live { is_shown } else { self.step_is_asked }
    }

    /// Whether the current still is held, and no other was asked for.
    pub fn is_held(&self) -> bool {
        !self.is_live && !self.step_is_asked
    }

    /// Takes the bytes of the Region, as they are at `now_ns` (`CLOCK_MONOTONIC`). In still mode they are only taken after
    /// a step was asked for. False if they were not.
    pub fn observe(&mut self, bytes: Vec<u8>, now_ns: u64) -> bool {
        let Some(next) = Still::new(bytes, now_ns).filter(|_| self.wants_still(true)) else { return false };
        if let Some(before) = &self.still {
            for (field, changed_ns) in self.layout.fields().iter().zip(&mut self.changed_ns) {
                if field.bytes(&next) != field.bytes(before) {
                    *changed_ns = now_ns;
                }
            }
        }
        self.still = Some(next);
        self.count += 1;
        self.step_is_asked = false;
        true
    }

    /// Whether stills are taken all the time.
    pub fn is_live(&self) -> bool {
        self.is_live
    }

    /// Keeps the current still, or goes on.
    pub fn set_live(&mut self, is_live: bool) {
        (self.is_live, self.step_is_asked) = (is_live, false);
    }

    /// Asks for the next still, and for none after it.
    pub fn step(&mut self) {
        (self.is_live, self.step_is_asked) = (false, true);
    }

    /// What the words mean.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The number of the baton's field.
    pub fn baton_position(&self) -> usize {
        self.baton
    }

    /// Whether a field has changed: live, a moment ago; otherwise, from the still before this one.
    pub fn has_changed(&self, index: usize) -> bool {
        let (Some(still), Some(changed_ns)) = (&self.still, self.changed_ns.get(index)) else { return false };
        let for_ns = if self.is_live { FLASH_NS } else { 0 };
        *changed_ns > 0 && still.taken_ns.saturating_sub(*changed_ns) <= for_ns
    }

    /// How many fields of a section have changed.
    pub fn changed_in(&self, section: &Section) -> usize {
        section.fields.clone().filter(|index| self.has_changed(*index)).count()
    }

    /// The lines of the table: a heading for each section, and below it the fields, unless the section is folded. Only
    /// what has changed, if that is wanted.
    pub fn rows(&self, is_folded: &[bool], only_changed: bool) -> Vec<Row> {
        let mut rows = Vec::new();
        for (number, section) in self.sections.iter().enumerate() {
            let mut fields =
                section.fields.clone().filter(|index| !only_changed || self.has_changed(*index)).peekable();
            if fields.peek().is_some() {
                rows.push(Row::Section(number));
            }
            if !is_folded.get(number).is_some_and(|is_folded| *is_folded) {
                rows.extend(fields.map(Row::Field));
            }
        }
        rows
    }

    /// A field as it is shown. None if there is no such field, or no still yet.
    pub fn view(&self, index: usize) -> Option<FieldView> {
        let (field, still) = (self.layout.fields().get(index)?, self.still.as_ref()?);
        let court = self.layout.court();
        Some(FieldView {
            offset: field.offset,
            path: field.path(),
            label: field.full_label(court),
            hex: match field.size {
                4 => format!("{:08x}", field.value(still)),
                8 => format!("{:016x}", field.value(still)),
                size => format!("{size} bytes"),
            },
            text: field.text(still, court),
            unit: field.unit.name(),
            writer: field.writer.name(court),
            has_changed: self.has_changed(index),
        })
    }

    /// Who has the ball in this still.
    pub fn moment(&self) -> Moment {
        let Some(word) = self.value("baton") else { return Moment::default() };
        let Some(ownership) = Ownership::decode(word) else {
            return Moment { is_readable: false, ..Moment::default() };
        };
        let holder = ownership.holder.pane();
        let pid = holder.and_then(|pane| {
            self.value(&format!("{}.status.pid", RegionPart::Slot(Owner::Pane(pane)).path()))
        });
        let transport =
            self.value("controls.transport").and_then(|word| TransportKind::from_number(word & 0xff));
        Moment {
            epoch: ownership.epoch,
            holder,
            hop: self.hop(ownership),
            transport: transport.unwrap_or_default(),
            pid: pid.unwrap_or(0),
            ..Moment::default()
        }
    }

    /// Hops of the ball, by a record of the holder's epoch, or by that with which its giver let it go.
    fn hop(&self, Ownership { epoch, giver, holder }: Ownership) -> Option<u64> {
        let given = u64::from(giver.pane().is_some());
        let of_giver = || Some(self.hop_in(giver, epoch.checked_sub(1)?)?.saturating_add(given));
        self.hop_in(holder, epoch).or_else(of_giver)
    }

    /// Every record of an epoch has the same.
    fn hop_in(&self, owner: Owner, epoch: u64) -> Option<u64> {
        let half =
            format!("{}.{}", RegionPart::Slot(owner).path(), ["even", "odd"][usize::from(epoch % 2 == 1)]);
        let of_copy = |copy: u8| {
            let head = self.value(&format!("{half}.copy[{copy}].head"))?;
            let hop = self.value(&format!("{half}.copy[{copy}].hop"))?;
            (head != 0 && head >> 16 == epoch).then_some(hop)
        };
        of_copy(0).or_else(|| of_copy(1))
    }

    fn value(&self, path: &str) -> Option<u64> {
        let field = self.layout.fields().get(*self.places.get(path)?)?;
        Some(field.value(self.still.as_ref()?))
    }

    /// The baton. None if there is no still yet.
    pub fn baton(&self) -> Option<BatonView> {
        let (field, still) = (self.layout.fields().get(self.baton)?, self.still.as_ref()?);
        let (word, court) = (field.value(still), self.layout.court());
        let [holder, giver, ..] = word.to_le_bytes();
        let headline = match Ownership::decode(word) {
            Some(Ownership::REST) => "The ball rests: nobody has served yet".to_owned(),
            Some(ownership) => format!("The ball is with {}", ownership.holder.name(court)),
            None => "The baton is corrupt".to_owned(),
        };
        let parts_hex = [format!("{:012x}", word >> 16), format!("{giver:02x}"), format!("{holder:02x}")];
        Some(BatonView { word, headline, text: field.text(still, court), parts_hex })
    }
}

impl RegionPart {
    /// Whether hardly anybody wants to read it word by word: histograms, all logs, and what is not in use.
    pub fn is_long(self) -> bool {
        match self {
            Self::Latencies
            | Self::EventLog
            | Self::ArrivalLog(_)
            | Self::ControlLog(_)
            | Self::UnusedSlots
            | Self::UnusedArrivalLogs
            | Self::UnusedControlLogs => true,
            Self::Header
            | Self::Baton
            | Self::Bells
            | Self::Controls
            | Self::LinksSent
            | Self::Slot(_)
            | Self::Commands => false,
        }
    }
}

/// Fields that follow each other in the same part.
fn sections(layout: &Layout) -> Vec<Section> {
    let mut end = 0;
    let parts = layout.fields().chunk_by(|one, next| one.part == next.part);
    let section = |fields: &[Field]| {
        let (start, part) = (end, fields[0].part);
        end += fields.len();
        Section { part, title: part.title(layout.court()), fields: start..end }
    };
    parts.map(section).collect()
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
