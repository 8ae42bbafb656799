//! Two processes, A and B, and a pipe in each direction.

use crate::error::Result;
use crate::lab::calls::{Call, Caller, Ended, Pipe, Rule, SEEN_BY, show, stand_still};
use crate::lab::exercise::Observation;
use crate::lab::stage::Stage;

/// The links of each of them.
pub(super) const OUTPUT: usize = 0;
/// Where it reads.
pub(super) const INPUT: usize = 1;

/// Something of A, and of B.
pub(super) type Each<T> = [T; 2];

/// Two processes, A and B, and a pipe in each direction.
pub(super) struct Pair {
    pub(super) processes: Each<Caller>,
    /// How many bytes the pipe holds into which A writes, and that of B.
    pub(super) capacities: Each<u64>,
    /// What became of their calls.
    pub(super) ended: Vec<Ended>,
}

impl Pair {
    /// Starts both. The pipes hold what the kernel gives.
    pub(super) fn start(stage: &mut Stage<'_>, capacities: Each<u64>) -> Result<Self> {
        let [to_b, to_a] = [Pipe::holding(capacities[0])?, Pipe::holding(capacities[1])?];
        let capacities = [to_b.capacity, to_a.capacity];
        let a = Caller::start(stage, 0, "A", vec![to_b.writer, to_a.reader])?;
        let b = Caller::start(stage, 1, "B", vec![to_a.writer, to_b.reader])?;
        Ok(Self { processes: [a, b], capacities, ended: Vec::new() })
    }

    /// Each sends the other its message, by its rule, until both have ended or stand still.
    pub(super) fn exchange(
        &mut self,
        stage: &mut Stage<'_>,
        rules: Each<Rule>,
        messages: Each<u64>,
    ) -> Result<()> {
        let sizes = messages.map(|size| usize::try_from(size).unwrap_or(0));
        for (index, process) in self.processes.iter_mut().enumerate() {
            let (send, expect) = (sizes[index], sizes[1 - index]);
            process.begin(Call::Exchange {
                rule: rules[index],
                output: OUTPUT,
                send,
                input: INPUT,
                expect,
            })?;
        }
        self.stand_still(stage)
    }

    /// Waits until both have ended or stand still.
    pub(super) fn stand_still(&mut self, stage: &mut Stage<'_>) -> Result<()> {
        let [a, b] = &mut self.processes;
        self.ended = stand_still(stage, &mut [a, b])?;
        let states = self.states();
        let written = self.counts(stage).map(|counts| counts[0]);
        stage.note(format!("A {}, B {}", states[0], states[1]));
        let rows: Vec<_> = self.processes.iter().zip(states).collect();
        let [to_b, to_a] = self.capacities.map(|capacity| format!("holds {capacity}"));
        let names = [format!("A to B, {to_b}"), format!("B to A, {to_a}")];
        let values = written.map(|bytes| format!("{bytes} written"));
        let cells: Vec<_> = names.iter().map(String::as_str).zip(values).collect();
        show(stage, &rows, &cells);
        Ok(())
    }

    /// What each does, in words.
    pub(super) fn states(&self) -> Each<String> {
        [0, 1].map(|index| match (self.ended.get(index), self.processes.get(index)) {
            (Some(ended), Some(process)) => state(ended, process),
            _ => String::new(),
        })
    }

    /// How many bytes each has written, and read.
    pub(super) fn counts(&self, stage: &Stage<'_>) -> Each<[u64; 2]> {
        [0, 1].map(|index| self.processes.get(index).map_or([0; 2], |process| process.counts(stage)))
    }

    /// By what it was seen that one sleeps.
    pub(super) fn seen_in(&self) -> &'static str {
        let seen = self
            .ended
            .iter()
            .find_map(|ended| if let Ended::Asleep(how) = ended { Some(*how) } else { None });
        seen.unwrap_or("nobody sleeps")
    }

    /// Adds to the facts what each does, and how many bytes it has written and read.
    pub(super) fn describe(&self, stage: &Stage<'_>, seen: &mut Observation) {
        let (states, counts) = (self.states(), self.counts(stage));
        for ((name, state), [written, read]) in ["A", "B"].into_iter().zip(states).zip(counts) {
            seen.text(name, state).count(&format!("{name} has written"), written, "bytes").count(
                &format!("{name} has read"),
                read,
                "bytes",
            );
        }
    }
}

/// What a process does, in words.
pub(super) fn state(ended: &Ended, process: &Caller) -> String {
    match ended {
        Ended::Asleep(_) => {
            process.sleeps_in().map_or_else(|| ASLEEP.to_owned(), |call| format!("is blocked in {call}"))
        }
        Ended::Returned(reply) if reply.error.is_empty() => HAS_ENDED.to_owned(),
        Ended::Returned(reply) => format!("gave up: {}", reply.error),
        other => other.words(),
    }
}

/// A process whose call cannot be read.
pub(super) const ASLEEP: &str = "sleeps";
/// What is said of a machine whose pipes are others.
pub(super) const OTHER_MACHINE: &str = " The pipes of this machine are not those of the story (another size of pages, a limit of \
     this user, another kernel), or it did not allow what was to be done: the answers count by what Linux documents for the story.";

/// A process that has sent and received what it wanted, or what there was.
pub(super) const HAS_ENDED: &str = "has done all";

/// Whether a state is, or may be, that of a process that is blocked in this call.
pub(super) fn is_blocked_in(state: &str, call: &str) -> bool {
    state == ASLEEP || state.strip_prefix("is blocked in ") == Some(call)
}

/// Whether it can have been seen in this way.
pub(super) fn check_seen_in(how: &str) -> std::result::Result<(), String> {
    if SEEN_BY.contains(&how) { Ok(()) } else { Err(format!("no process is seen asleep in {how:?}")) }
}
