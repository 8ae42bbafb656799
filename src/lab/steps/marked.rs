//! Marked steps, from outside and from within.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::lab::stage::{Actor, LabMemory, LabProcess, PATIENCE};
use crate::platform::sync::{Ordering, Word};

/// So many processes do marked steps at most.
const MOST_PROCESSES: usize = 8;
/// How long one is waited for that was let go on, before it is let go on again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
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

/// How often the process with this number was let go on. Each has a word for that beside the one in which it says something.
fn permits(memory: &LabMemory, number: usize) -> &Word {
    &memory.lonely[MOST_PROCESSES + number].0
}

/// A process that does marked steps, from within.
pub(in crate::lab) struct Walker<'a> {
    actor: &'a Actor,
    number: usize,
    /// How often it was let go on.
    went_on: u64,
}

impl<'a> Walker<'a> {
    /// The process with this number, below [`MOST_PROCESSES`].
    pub(in crate::lab) fn new(actor: &'a Actor, number: usize) -> Self {
        Self { actor, number, went_on: 0 }
    }

    /// Does these steps, and stands still before each and after the last. `has_ball` before the first; `perform` does a step, and
    /// returns whether the process has a ball after it.
    pub(in crate::lab) fn walk<T>(
        &mut self,
        mut has_ball: bool,
        steps: &[T],
        mut perform: impl FnMut(&T) -> Result<bool>,
    ) -> Result<()> {
        for (done, step) in steps.iter().enumerate() {
            self.stand(Said { done, has_ball })?;
            has_ball = perform(step)?;
        }
        self.stand(Said { done: steps.len(), has_ball })
    }

    /// Says this and stands still until it is let go on. SIGCONT alone may come from others: from a shell whose user types `fg`, or
    /// from the kernel, when the process group loses its shell.
    fn stand(&mut self, said: Said) -> Result<()> {
        said.say(self.actor.memory(), self.number);
        while permits(self.actor.memory(), self.number).load(Ordering::Acquire) <= self.went_on {
            self.actor.stop_here()?;
        }
        self.went_on += 1;
        Ok(())
    }
}

/// Waits until the process with this number has done so many steps and stands still.
pub(in crate::lab) fn wait_for_step(
    memory: &LabMemory,
    process: &mut LabProcess,
    number: usize,
    done: usize,
) -> Result<Said> {
    process.wait_until("stop before a step of", |process| {
        // In this order: one that has said it may still run, one that is stopped after it has said it stands still.
        let has_said = Said::of(memory, number).done == done;
        let stands_still = process.letter() == Some('T');
        if stands_still && !has_said {
            // It has stopped just when it was let go on.
            process.go_on();
        }
        stands_still && has_said
    })?;
    Ok(Said::of(memory, number))
}

fn let_go(memory: &LabMemory, process: &LabProcess, number: usize) {
    permits(memory, number).fetch_add(1, Ordering::AcqRel);
    process.go_on();
}

/// Lets the process with this number do its next step, and waits until it stands still again.
pub(in crate::lab) fn let_go_on(memory: &LabMemory, process: &mut LabProcess, number: usize) -> Result<Said> {
    let Said { done, .. } = Said::of(memory, number);
    let_go(memory, process, number);
    wait_for_step(memory, process, number, done + 1)
}

/// Lets the process with this number go on after its last step, and returns what it says then.
pub(in crate::lab) fn answer(memory: &LabMemory, process: &mut LabProcess, number: usize) -> Result<String> {
    let_go(memory, process, number);
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(line) = process.hear_within(LOOK_AGAIN)? {
            return Ok(line);
        }
        // It may have stopped just when it was let go on.
        process.go_on();
    }
    process.hear()
}
