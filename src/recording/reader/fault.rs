//! What is wrong with a file, in one line.

use std::cmp::Ordering;
use std::io;

use serde::Deserialize;

use crate::error::Error;
use crate::recording::MAX_LINE;
use crate::recording::line::{FORMAT, Line};

/// How much of what a file says is shown.
const SHOWN: usize = 200;

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is something else.
    #[error("not a recording of tripong: {0}")]
    Foreign(String),
    /// A later version of this program has written it.
    #[error("written by a newer program (format {format}; this one reads {FORMAT}): update tripong")]
    Newer {
        /// Its format.
        format: u64,
    },
    /// A line is none.
    #[error("line {number}: {why}")]
    Line {
        /// Which.
        number: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A `check` line does not fit the lines before it.
    #[error("{}", changed(*first, *last, *check))]
    Changed {
        /// The first line that no checksum before this one has covered.
        first: u64,
        /// The last.
        last: u64,
        /// The line of the checksum, which may itself be what was changed.
        check: u64,
    },
    /// The system cannot read it.
    #[error("{0}")]
    System(#[from] io::Error),
}

fn changed(first: u64, last: u64, check: u64) -> String {
    match first.cmp(&last) {
        // There is nothing between two checksums.
        Ordering::Greater => format!("line {check} was changed: its checksum does not fit"),
        Ordering::Equal => format!("line {first} was changed: its checksum, in line {check}, does not fit"),
        Ordering::Less => {
            format!("lines {first} to {last} were changed: their checksum, in line {check}, does not fit")
        }
    }
}

impl Fault {
    /// The line that is wrong, if it is a line.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Line { number, .. } => Some(*number),
            Self::Changed { first, .. } => Some(*first),
            Self::Foreign(_) | Self::Newer { .. } | Self::System(_) => None,
        }
    }
}

impl Fault {
    /// The same as the error of a program that cannot go on without the file of this name.
    pub fn into_error(self, name: &str) -> Error {
        match self {
            Self::System(error) => Error::failed(format!("read {name}"))(error),
            Self::Newer { .. } => Error::NewerRecording(format!("{name}: {self}")),
            other => Error::NoRecording(format!("{name}: {other}")),
        }
    }
}

/// As much of a first line as every format has.
#[derive(Deserialize)]
struct Peek {
    recording: Format,
}

#[derive(Deserialize)]
struct Format {
    format: u64,
}

/// The first line of a file, which says what it is.
pub(super) fn header(line: &[u8]) -> Result<Line, Fault> {
    match serde_json::from_slice(line) {
        Ok(Peek { recording: Format { format } }) if format > u64::from(FORMAT) => {
            Err(Fault::Newer { format })
        }
        Ok(_) => {
            serde_json::from_slice(line).map_err(|error| Fault::Line { number: 1, why: why(line, &error) })
        }
        Err(_) => Err(foreign(line)),
    }
}

/// What a file is that begins with these bytes.
pub(super) fn foreign(line: &[u8]) -> Fault {
    let what = match line {
        [0xef, 0xbb, 0xbf, ..] => "it begins with a byte order mark: an editor has changed it".to_owned(),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16: an editor has changed it".to_owned(),
        [0x1f, 0x8b, ..] => "it is compressed by gzip: decompress it first".to_owned(),
        [b'\n' | b'\r', ..] => "its first line is empty".to_owned(),
        _ if is_another_line(line) => "its first line is JSON, but none that begins a recording".to_owned(),
        [.., b'\n'] => format!("it begins with {}", shown(line)),
        _ if line.len() > MAX_LINE => {
            format!("its first line is longer than {MAX_LINE} bytes; it begins with {}", shown(&line[..20]))
        }
        _ => format!("its first line is cut off: {}", shown(line)),
    };
    Fault::Foreign(what)
}

fn is_another_line(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok() && line.ends_with(b"\n")
}

/// What is wrong with a line.
pub(super) fn why(line: &[u8], error: &serde_json::Error) -> String {
    let text = error.to_string();
    let unplaced = text.rsplit_once(" at line ").map_or(text.as_str(), |(before, _)| before);
    if line.trim_ascii().is_empty() {
        "it is empty".to_owned()
    } else if line.contains(&0) {
        "it has NUL bytes in it: the file was damaged".to_owned()
    } else if let Some(rest) = unplaced.strip_prefix("unknown variant `")
        && let Some((name, _)) = rest.split_once("`, expected")
    {
        format!("`{}` is no kind of line that this program knows", cleaned(name))
    } else {
        format!("{} at byte {}: {}", cleaned(unplaced), error.column(), shown(line))
    }
}

/// The beginning of a line, as a quotation.
fn shown(line: &[u8]) -> String {
    format!("`{}`", cleaned(&String::from_utf8_lossy(line.trim_ascii_end())))
}

/// Text of a stranger, fit for a terminal.
fn cleaned(text: &str) -> String {
    let mut clean: String = text
        .chars()
        .take(SHOWN)
        .flat_map(|letter| {
            let is_plain = !letter.is_control();
            let plain = is_plain.then_some(letter);
            let escaped = (!is_plain).then(|| letter.escape_unicode());
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        clean.push('…');
    }
    clean
}
