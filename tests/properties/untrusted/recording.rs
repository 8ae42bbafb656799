//! Recordings: files of strangers.

use std::io::Cursor;

use tripong::recording::line::Check;
use tripong::recording::reader::Reader;
use tripong::recording::verify::{Checked, Verdict, check};
use tripong::recording::{Line, MAX_LINE};

/// No more ticks than these are simulated for any bytes.
const BUDGET: u64 = 300_000;

/// A file. If its first byte is odd, each `check` line is made to fit what is before it: who changes lines can do so.
pub(crate) fn recording(bytes: &[u8]) {
    let Some((first, file)) = bytes.split_first() else { return };
    let file = if first & 1 == 1 { repaired(file) } else { file.to_vec() };
    let Ok(mut reader) = Reader::new(Cursor::new(file.clone())) else { return };
    let mut ticks = 0;
    let checked = check(&mut reader, &mut |_| {
        // Asked once in 1024 lines, and once in 100,000 ticks.
        ticks += 100_000;
        ticks <= BUDGET
    });
    assert_holds(&checked, &file);
}

fn assert_holds(checked: &Checked, file: &[u8]) {
    let lines = file.iter().filter(|byte| **byte == b'\n').count() as u64;
    let is_compressed =
        file.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || file.get(1..4) == Some(&[0x2a, 0x4d, 0x18]);
    assert!(is_compressed || checked.lines <= lines, "{checked:?}");
    assert!(checked.tally.ticks <= 3 * BUDGET, "{checked:?}");
    assert!(
        !checked.is_complete || checked.failure.is_none() && checked.summed == checked.lines,
        "{checked:?}"
    );
    let verdict = Verdict::of("a file".to_owned(), checked, 1);
    if let Some(error) = &verdict.error {
        assert!(!error.contains(char::is_control) && error.len() < 4 * MAX_LINE, "{error}");
    }
    assert!(verdict.to_string().lines().count() >= 4);
}

/// The file with `check` lines that fit.
fn repaired(file: &[u8]) -> Vec<u8> {
    let mut repaired = Vec::new();
    for (number, line) in file.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.starts_with(b"{\"check\"") && line.ends_with(b"\n") {
            let check = Check { lines: number as u64, crc32: crc32fast::hash(&repaired) };
            repaired.extend(serde_json::to_vec(&Line::Check(check)).unwrap());
            repaired.push(b'\n');
        } else {
            repaired.extend(line);
        }
    }
    repaired
}
