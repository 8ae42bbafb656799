//! Hand-offs as comma-separated values: a row each, with a header, as R and pandas read it. What is not known is empty.

use std::io::{self, Write};

use super::window::Window;
use crate::recording::Line;
use crate::recording::line::Hop;

const COLUMNS: [&str; 15] = [
    "epoch",
    "hop",
    "tick",
    "from",
    "to",
    "transport",
    "offered_ns",
    "took_ns",
    "accepted_ns",
    "x",
    "y",
    "vx",
    "vy",
    "hash",
    "unseen_before",
];

/// About the bytes of a row.
const ROW: usize = 256;

/// The rows so far.
#[derive(Debug)]
pub struct CsvExport {
    window: Window,
    /// Epochs that were not seen since the row before.
    unseen: u64,
}

impl CsvExport {
    /// Begins the table.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(window: Window, out: &mut dyn Write) -> io::Result<Self> {
        write_row(out, &COLUMNS.map(str::to_owned))?;
        Ok(Self { window, unseen: 0 })
    }

    /// The next line of the recording.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn line(&mut self, line: &Line, out: &mut dyn Write) -> io::Result<()> {
        match line {
            Line::Unseen(unseen) => {
                let epochs = unseen.last.saturating_sub(unseen.first).saturating_add(1);
                self.unseen = self.unseen.saturating_add(epochs);
            }
            Line::Hop(hop) => {
                let unseen = std::mem::take(&mut self.unseen);
                if self.window.has(hop.epoch) {
                    write_row(out, &row(hop, unseen))?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn row(hop: &Hop, unseen: u64) -> [String; COLUMNS.len()] {
    let known = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let accepted = hop.offered.zip(hop.took).and_then(|(offered, took)| offered.checked_add(took));
    let [x, y, vx, vy] = match hop.state.map(|state| state.flight()) {
        Some(flight) => flight.map(|number| number.to_string()),
        None => Default::default(),
    };
    [
        hop.epoch.to_string(),
        hop.hop.to_string(),
        known(hop.tick),
        hop.from.number().to_string(),
        hop.to.number().to_string(),
        hop.via.name().to_owned(),
        known(hop.offered),
        known(hop.took),
        known(accepted),
        x,
        y,
        vx,
        vy,
        hop.state.map(|state| format!("{:016x}", state.hash())).unwrap_or_default(),
        unseen.to_string(),
    ]
}

/// A row at a time, in one piece. (A flush of the writer would go through to the file.)
fn write_row(out: &mut dyn Write, row: &[String]) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(ROW);
    let mut writer = csv::WriterBuilder::new().buffer_capacity(ROW).from_writer(&mut bytes);
    writer.write_record(row)?;
    writer.flush()?;
    drop(writer);
    out.write_all(&bytes)
}
