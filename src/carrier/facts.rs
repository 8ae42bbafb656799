//! What a hand-off consists of, by carrier: which system calls, copies and wake-ups, in the order in which they happen.
//! The windows show it. `tests/explained.rs` counts the calls of a real game, so that it stays true.

use std::fmt;

use crate::protocol::CarrierKind;

/// Which of the two processes does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The process that has the ball.
    Giver,
    /// The process that gets it.
    Taker,
}

impl Part {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Giver => "giver",
            Self::Taker => "taker",
        }
    }
}

/// One step of a hand-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Who does it.
    pub part: Part,
    /// What it is, in a few words.
    pub what: &'static str,
    /// The system call that it makes, by the name that `strace` gives it.
    pub call: Option<&'static str>,
    /// The kernel copies the record.
    pub copies: bool,
    /// The kernel wakes the taker.
    pub wakes: bool,
}

impl Step {
    const fn plain(part: Part, what: &'static str) -> Self {
        Self { part, what, call: None, copies: false, wakes: false }
    }

    const fn call(part: Part, call: &'static str, what: &'static str) -> Self {
        Self { call: Some(call), ..Self::plain(part, what) }
    }

    const fn copying(self) -> Self {
        Self { copies: true, ..self }
    }

    const fn waking(self) -> Self {
        Self { wakes: true, ..self }
    }
}

const WRITES_SLOT: Step =
    Step::plain(Part::Giver, "writes the record into its slot: shared memory, no system call");
const SWAPS_BATON: Step = Step::plain(Part::Giver, "swaps the baton: one atomic instruction");
const POLL_RETURNS: Step = Step::call(Part::Taker, "ppoll", "ppoll() returns: there is something to read");
const CHECKS_FRAME: Step = Step::plain(Part::Taker, "checks it against the record in the giver's slot");

const SHARED: [Step; 5] = [
    WRITES_SLOT,
    SWAPS_BATON,
    Step::call(Part::Giver, "futex", "futex(FUTEX_WAKE): wakes the taker; no call if it is awake").waking(),
    Step::call(Part::Taker, "futex", "futex(FUTEX_WAIT) returns"),
    Step::plain(Part::Taker, "reads the record in the giver's slot, no system call"),
];

const PIPE: [Step; 6] = [
    WRITES_SLOT,
    Step::call(Part::Giver, "write", "write(pipe, 136 bytes): copy 1, into the kernel; wakes the taker")
        .copying()
        .waking(),
    SWAPS_BATON,
    POLL_RETURNS,
    Step::call(Part::Taker, "read", "read(pipe, 136 bytes): copy 2, out of the kernel").copying(),
    CHECKS_FRAME,
];

const SOCKET: [Step; 6] = [
    WRITES_SLOT,
    Step::call(Part::Giver, "sendto", "sendto(socket, 136 bytes): copy 1, into the kernel; wakes the taker")
        .copying()
        .waking(),
    SWAPS_BATON,
    POLL_RETURNS,
    Step::call(Part::Taker, "recvfrom", "recvfrom(socket, 136 bytes): copy 2, out of the kernel").copying(),
    CHECKS_FRAME,
];

/// The steps of a hand-off to a taker that sleeps.
#[must_use]
pub fn steps(kind: CarrierKind) -> &'static [Step] {
    match kind {
        CarrierKind::Shared => &SHARED,
        CarrierKind::Pipe => &PIPE,
        CarrierKind::Socket => &SOCKET,
    }
}

/// What a hand-off costs, all steps together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// System calls.
    pub calls: usize,
    /// Copies that the kernel makes of the record.
    pub copies: usize,
    /// Processes that the kernel wakes.
    pub wakes: usize,
}

/// What a hand-off to a taker that sleeps costs.
#[must_use]
pub fn cost(kind: CarrierKind) -> Cost {
    let count = |has: fn(&Step) -> bool| steps(kind).iter().filter(|step| has(step)).count();
    Cost {
        calls: count(|step| step.call.is_some()),
        copies: count(|step| step.copies),
        wakes: count(|step| step.wakes),
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, copies, wakes } = self;
        let plural = |count: &usize| if *count == 1 { "" } else { "s" };
        let (call_s, wake_s) = (plural(calls), plural(wakes));
        let copies = match copies {
            0 => "no copy".to_owned(),
            1 => "1 copy".to_owned(),
            more => format!("{more} copies"),
        };
        write!(f, "{calls} system call{call_s}, {copies} through the kernel, {wakes} wake-up{wake_s}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::FRAME_BYTES;

    #[test]
    fn the_costs_are_those_of_the_steps() {
        let costs = CarrierKind::ALL.map(|kind| cost(kind).to_string());
        assert_eq!(costs[0], "2 system calls, no copy through the kernel, 1 wake-up");
        assert_eq!(costs[1], "3 system calls, 2 copies through the kernel, 1 wake-up");
        assert_eq!(costs[2], costs[1]);
    }

    #[test]
    fn a_step_names_its_call_and_a_copy_the_size_of_the_frame() {
        for step in CarrierKind::ALL.into_iter().flat_map(steps) {
            assert!(step.call.is_none_or(|call| step.what.starts_with(call)), "{step:?}");
            assert!(!step.copies || step.what.contains(&format!("{FRAME_BYTES} bytes")), "{step:?}");
            assert!(!step.wakes || step.what.contains("wakes"), "{step:?}");
        }
    }
}
