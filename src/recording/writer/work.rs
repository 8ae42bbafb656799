//! The thread that writes: lines and their checksums, a piece at a time.

use std::time::{Duration, Instant};

use super::backlog::{Backlog, PIECE};
use super::sink::{Outcome, Sink};
use super::zst::Encoder;
use crate::recording::line::{Check, Line};

/// How much is written without a checksum, and for how long.
const CHECK_BYTES: usize = 64 * 1024;
const CHECK_TIME: Duration = Duration::from_secs(10);

/// Writes all that comes, until it ends or cannot be written.
pub(super) fn write_all(mut sink: Sink, backlog: &Backlog) {
    let mut tally = Tally::new();
    let mut encoder = sink.is_compressed().then(Encoder::new);
    let mut failed = None;
    while let Some(batch) = backlog.take(tally.check_at()) {
        let mut rest = batch.lines.as_slice();
        loop {
            let (piece, after) = rest.split_at(whole_lines(rest, PIECE));
            rest = after;
            tally.add(piece);
            let mut text = piece.to_vec();
            if tally.is_check_due() || batch.is_last && rest.is_empty() {
                text.extend(tally.check());
            }
            let written = encoder.as_mut().map_or_else(|| text.clone(), |encoder| encoder.frame(&text));
            match sink.write(&written, &|| backlog.is_abandoned()) {
                Outcome { written, failed: None } => backlog.wrote(piece.len(), written),
                Outcome { written, failed: why } => {
                    backlog.wrote(0, written);
                    failed = why;
                    break;
                }
            }
            if rest.is_empty() {
                break;
            }
        }
        if failed.is_some() || batch.is_last {
            break;
        }
    }
    backlog.is_done(failed);
}

/// How many of these bytes are whole lines that fit into `most`; one line is taken, however long it is.
fn whole_lines(bytes: &[u8], most: usize) -> usize {
    let fitting = &bytes[..bytes.len().min(most)];
    let end = fitting.iter().rposition(|byte| *byte == b'\n');
    let end = end.or_else(|| bytes.iter().position(|byte| *byte == b'\n'));
    end.map_or(bytes.len(), |end| end + 1)
}

/// What the bytes so far add up to.
struct Tally {
    lines: u64,
    crc: crc32fast::Hasher,
    unchecked: usize,
    /// When the first of the unchecked bytes came.
    since: Option<Instant>,
}

impl Tally {
    fn new() -> Self {
        Self { lines: 0, crc: crc32fast::Hasher::new(), unchecked: 0, since: None }
    }

    fn add(&mut self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        self.lines += lines.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.crc.update(lines);
        self.unchecked += lines.len();
        self.since.get_or_insert_with(Instant::now);
    }

    /// When the next `check` line is due, whatever comes.
    fn check_at(&self) -> Option<Instant> {
        self.since.map(|since| since + CHECK_TIME)
    }

    fn is_check_due(&self) -> bool {
        self.unchecked >= CHECK_BYTES || self.check_at().is_some_and(|at| at <= Instant::now())
    }

    /// The `check` line of all before it; nothing if there is one at the end already.
    fn check(&mut self) -> Vec<u8> {
        if self.unchecked == 0 {
            return Vec::new();
        }
        let check = Line::Check(Check { lines: self.lines, crc32: self.crc.clone().finalize() });
        // Two numbers can always be written.
        let mut line = serde_json::to_vec(&check).unwrap_or_default();
        line.push(b'\n');
        self.add(&line);
        (self.unchecked, self.since) = (0, None);
        line
    }
}
