//! Processes that make one system call after the other, as the stage asks, and say what the kernel returned. The labs on pipes and
//! sockets are made of them: what such a process does, its lab decides; what comes of it, the kernel.

mod asleep;
mod call;
mod caller;
mod described;
mod exchange;
mod obey;
mod options;
mod pipes;
mod place;
mod reply;

pub(super) use asleep::SEEN_BY;
pub(super) use call::{Call, Ended, Reply, Rule, Run};
pub(super) use caller::{Caller, show, stand_still};
pub(super) use exchange::PIECE;
pub(super) use obey::obey;
pub(super) use options::Options;
pub(super) use pipes::{Pipe, end_of, open_end_of, seen_in};
