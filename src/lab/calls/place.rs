//! Where such a process notes what it does, in the memory of the lab.

use crate::lab::stage::LabMemory;
use crate::platform::sync::Word;

/// So many such processes have a place of their own.
pub(super) const PLACES: usize = 8;

/// The number of the call that this process has begun with.
pub(super) fn begun(memory: &LabMemory, place: usize) -> &Word {
    &memory.lonely[place % PLACES].0
}

/// How many bytes it has written, and read, of an exchange.
pub(super) fn counts(memory: &LabMemory, place: usize) -> [&Word; 2] {
    let first = place % PLACES * 2;
    [&memory.words[first], &memory.words[first + 1]]
}
