//! Bytes of the executables.

use std::fs;
use std::path::Path;

use crate::error::{Result, failed, print};
use crate::stage::{Stage, empty_window};
use crate::stats::{Table, digits};

/// A word of the ELF header: where the program headers begin.
const PHOFF: usize = 32;
/// A half-word of it: how many there are.
const PHNUM: usize = 56;
/// Bytes of a program header.
const PHDR: usize = 56;
/// The kind of a program header that is loaded.
const PT_LOAD: u64 = 1;

/// Prints the sizes.
///
/// # Errors
/// When an executable cannot be read.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let ours = sizes(&stage.tripong)?;
    let empty = sizes(&empty_window()?)?;
    let mut table = Table::new(&["executable", "MB of the file", "MB that are loaded (stripped)"]);
    let megabytes = |bytes: u64| digits(bytes as f64 / 1e6);
    for (name, (file, loaded)) in [("tripong", ours), ("one empty window", empty)] {
        table.row([name.to_owned(), megabytes(file), megabytes(loaded)]);
    }
    let over = |ours: u64, theirs: u64| digits(ours as f64 / theirs as f64);
    table.row(["tripong / empty".to_owned(), over(ours.0, empty.0), over(ours.1, empty.1)]);
    print(&format!("\nsize\n\n{table}"))
}

/// Bytes of the file, and of what is loaded of it: about what is left when it is stripped.
fn sizes(path: &Path) -> Result<(u64, u64)> {
    let bytes = fs::read(path).map_err(failed(format_args!("read {}", path.display())))?;
    let loaded = loaded_bytes(&bytes)
        .ok_or_else(|| failed(format_args!("read {}", path.display()))("it is no 64-bit ELF file"))?;
    Ok((bytes.len() as u64, loaded))
}

fn loaded_bytes(elf: &[u8]) -> Option<u64> {
    let number = |at: usize, size: usize| -> Option<u64> {
        let bytes = elf.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
    };
    elf.starts_with(b"\x7fELF\x02\x01").then_some(())?;
    let (first, count) = (usize::try_from(number(PHOFF, 8)?).ok()?, usize::try_from(number(PHNUM, 2)?).ok()?);
    let mut sum = 0;
    for header in (0..count).map(|index| first + index * PHDR) {
        if number(header, 4)? == PT_LOAD {
            sum += number(header + 32, 8)?;
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_is_loaded_of_an_executable_than_it_has() {
        let (file, loaded) = sizes(&std::env::current_exe().unwrap()).unwrap();
        assert!(loaded > 0 && loaded < file, "{loaded} of {file}");
    }

    #[test]
    fn no_executable_is_an_error() {
        assert_eq!(loaded_bytes(b"#!/bin/sh"), None);
        assert_eq!(loaded_bytes(b"\x7fELF\x02\x01"), None);
    }
}
