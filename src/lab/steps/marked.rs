//! Marked steps, from outside and from within.

use crate::error::Result;
use crate::lab::stage::{Actor, LabMemory, LabProcess};
use crate::platform::sync::Ordering;

/// Set in what a process says of itself while it has a ball.
const HAS_BALL: u64 = 1 << 32;

/// What a process says of itself when it stands still.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::lab) struct Said {
    /// How many steps it has done.
    pub(in crate::lab) done: usize,
    /// It has a ball.
    pub(in crate::lab) has_ball: bool,
}

impl Said {
    /// What the process with this number says.
    pub(in crate::lab) fn of(memory: &LabMemory, number: usize) -> Self {
        let word = memory.lonely[number].0.load(Ordering::Acquire);
        let done = word % HAS_BALL;
        Self { done: usize::try_from(done).unwrap_or(usize::MAX), has_ball: word >= HAS_BALL }
    }

    fn say(self, memory: &LabMemory, number: usize) {
        let word = self.done as u64 | if self.has_ball { HAS_BALL } else { 0 };
        memory.lonely[number].0.store(word, Ordering::Release);
    }
}

/// The process with this number does these steps, and stands still before each and after the last. `has_ball` before the first;
/// `perform` does a step, and returns whether the process has a ball after it.
pub(in crate::lab) fn walk<T>(
    actor: &Actor,
    number: usize,
    mut has_ball: bool,
    steps: &[T],
    mut perform: impl FnMut(&T) -> Result<bool>,
) -> Result<()> {
    for (done, step) in steps.iter().enumerate() {
        Said { done, has_ball }.say(actor.memory(), number);
        actor.stop_here()?;
        has_ball = perform(step)?;
    }
    Said { done: steps.len(), has_ball }.say(actor.memory(), number);
    actor.stop_here()
}

/// Waits until the process with this number has done so many steps and stands still.
pub(in crate::lab) fn wait_for_step(
    memory: &LabMemory,
    process: &mut LabProcess,
    number: usize,
    done: usize,
) -> Result<Said> {
    // In this order: one that has said it may still run, one that is stopped after it has said it stands still.
    process.wait_until("stop before a step of", |process| {
        Said::of(memory, number).done == done && process.letter() == Some('T')
    })?;
    Ok(Said::of(memory, number))
}

/// Lets the process with this number do its next step, and waits until it stands still again.
pub(in crate::lab) fn let_go_on(memory: &LabMemory, process: &mut LabProcess, number: usize) -> Result<Said> {
    let Said { done, .. } = Said::of(memory, number);
    process.go_on();
    wait_for_step(memory, process, number, done + 1)
}
