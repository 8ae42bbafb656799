//! What a hand-off consists of, by transport: which system calls, copies and wake-ups, in the order in which they happen.
//! The windows show it. `tests/explained.rs` counts the calls of a real game, so that it stays true.

use HandOffRole::{Giver, Taker};

use crate::platform::units::count;
use crate::protocol::TransportKind;

/// Which of the two processes does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum HandOffRole {
    /// The process that has the ball.
    Giver,
    /// The process that gets it.
    Taker,
}

/// One step of a hand-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandOffStep {
    /// Which process does it.
    pub part: HandOffRole,
    /// What it is, in a few words.
    pub what: &'static str,
    /// The system call that it makes, by the name that `strace` gives it.
    pub call: Option<&'static str>,
    /// The kernel copies the record.
    pub copies: bool,
    /// The kernel wakes the taker.
    pub wakes: bool,
}

const fn plain(part: HandOffRole, what: &'static str) -> HandOffStep {
    HandOffStep { part, what, call: None, copies: false, wakes: false }
}

const fn call(part: HandOffRole, call: &'static str, what: &'static str) -> HandOffStep {
    HandOffStep { call: Some(call), ..plain(part, what) }
}

/// The giver's write into the kernel, which wakes the taker.
const fn write(name: &'static str, what: &'static str) -> HandOffStep {
    HandOffStep { copies: true, wakes: true, ..call(Giver, name, what) }
}

/// The taker's read out of the kernel.
const fn read(name: &'static str, what: &'static str) -> HandOffStep {
    HandOffStep { copies: true, ..call(Taker, name, what) }
}

const WRITES_SLOT: HandOffStep =
    plain(Giver, "writes the record into its slot: shared memory, no system call");
const SWAPS_BATON: HandOffStep = plain(Giver, "swaps the baton: one atomic instruction");
const WAKES_TAKER: HandOffStep =
    call(Giver, "futex", "futex(FUTEX_WAKE): wakes the taker; no call if it is awake");
const POLL_RETURNS: HandOffStep = call(Taker, "ppoll", "ppoll() returns: there is something to read");
const CHECKS_FRAME: HandOffStep = plain(Taker, "checks it against the record in the giver's slot");

const SHARED: [HandOffStep; 5] = [
    WRITES_SLOT,
    SWAPS_BATON,
    HandOffStep { wakes: true, ..WAKES_TAKER },
    call(Taker, "futex", "futex(FUTEX_WAIT) returns"),
    plain(Taker, "reads the record in the giver's slot, no system call"),
];

const PIPE: [HandOffStep; 6] = [
    WRITES_SLOT,
    write("write", "write(pipe, 136 bytes): copy 1, into the kernel; wakes the taker"),
    SWAPS_BATON,
    POLL_RETURNS,
    read("read", "read(pipe, 136 bytes): copy 2, out of the kernel"),
    CHECKS_FRAME,
];

const SOCKET: [HandOffStep; 6] = [
    WRITES_SLOT,
    write("sendto", "sendto(socket, 136 bytes): copy 1, into the kernel; wakes the taker"),
    SWAPS_BATON,
    POLL_RETURNS,
    read("recvfrom", "recvfrom(socket, 136 bytes): copy 2, out of the kernel"),
    CHECKS_FRAME,
];

/// The steps of a hand-off to a taker that sleeps.
pub fn steps(kind: TransportKind) -> &'static [HandOffStep] {
    match kind {
        TransportKind::Shared => &SHARED,
        TransportKind::Pipe => &PIPE,
        TransportKind::Socket => &SOCKET,
    }
}

/// What a hand-off to a taker that sleeps costs: its system calls, the kernel's copies of the record, and the wake-ups.
pub fn cost(kind: TransportKind) -> String {
    let number = |has: fn(&HandOffStep) -> bool| steps(kind).iter().filter(|step| has(step)).count() as u64;
    let (calls, wakes) = (number(|step| step.call.is_some()), number(|step| step.wakes));
    let copies = match number(|step| step.copies) {
        0 => "no copy".to_owned(),
        1 => "1 copy".to_owned(),
        more => format!("{more} copies"),
    };
    let (calls, wakes) = (count(calls, "system call"), count(wakes, "wake-up"));
    format!("{calls}, {copies} through the kernel, {wakes}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::FRAME_BYTES;

    #[test]
    fn the_costs_are_those_of_the_steps() {
        let costs = TransportKind::ALL.map(cost);
        assert_eq!(costs[0], "2 system calls, no copy through the kernel, 1 wake-up");
        assert_eq!(costs[1], "3 system calls, 2 copies through the kernel, 1 wake-up");
        assert_eq!(costs[2], costs[1]);
    }

    #[test]
    fn a_step_names_its_call_and_a_copy_the_size_of_the_frame() {
        for step in TransportKind::ALL.into_iter().flat_map(steps) {
            assert!(step.call.is_none_or(|call| step.what.starts_with(call)), "{step:?}");
            assert!(!step.copies || step.what.contains(&format!("{FRAME_BYTES} bytes")), "{step:?}");
            assert!(!step.wakes || step.what.contains("wakes"), "{step:?}");
        }
    }
}
