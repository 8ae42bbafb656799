//! What cannot be true of an observation of this lab.

use super::drawn::NAMES;
use super::process::UNREADABLE;
use crate::lab::exercise::Observation;

/// Refuses another number than this one of what a process reads.
pub(super) fn reads(seen: &Observation, name: &str, number: u64) -> Result<(), String> {
    let read = seen.number_of(&format!("{name} reads"))?;
    if read != number {
        return Err(format!("{name} reads {number} here, and not {read}"));
    }
    Ok(())
}

/// Refuses lines of `maps` that are not of these pages.
pub(super) fn maps(seen: &Observation, pages: [u64; 3], kinds: [&str; 3]) -> Result<(), String> {
    for ((name, page), kind) in NAMES.into_iter().zip(pages).zip(kinds) {
        let line = seen.text_of(&format!("{name} in /proc/PID/maps"))?;
        if line != UNREADABLE && !(line.starts_with(&format!("{page:#x}-")) && line.ends_with(kind)) {
            return Err(format!("{name} has mapped a {kind} page at {page:#x}, and {line:?} is none"));
        }
    }
    Ok(())
}

/// The physical pages of A, B and C, where the kernel shows them.
pub(super) fn frames(seen: &Observation) -> Result<Option<[u64; 3]>, String> {
    let texts = NAMES.map(|name| seen.text_of(&format!("physical page of {name}")));
    let [a, b, c] = texts;
    let texts = [a?, b?, c?];
    if texts.iter().any(|text| text.starts_with(UNREADABLE)) {
        return Ok(None);
    }
    let mut frames = [0; 3];
    for (text, frame) in texts.iter().zip(&mut frames) {
        let number = text.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
        *frame = number.ok_or_else(|| format!("{text:?} is the number of no page"))?;
    }
    Ok(Some(frames))
}

/// Refuses another end of following a pointer.
pub(super) fn ends(seen: &Observation, name: &str, expected: &str) -> Result<(), String> {
    let end = seen.text_of(name)?;
    if end != expected {
        return Err(format!("{name} {expected} here; {end:?} cannot be"));
    }
    Ok(())
}
