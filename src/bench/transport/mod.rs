//! How messages are handed over. Each mechanism is an [`Endpoint`] of one process; the modes ([`super::process`]) are written
//! once, over any endpoint.
//!
//! ```text
//! memory    the payload lies in shared memory (`arena`), and a bell wakes its taker: a futex, an eventfd, a signal, ...
//! kernel    the whole message goes through the kernel, by a channel: a pipe, a socket, a queue, ...
//! links     what the launcher creates before the processes start: the fds of both, without a name that could stay behind
//! ```
//!
//! With each mechanism a message takes the fewest system calls with which its taker may sleep; docs/TRANSPORTS.md lists them.

mod arena;
mod bell;
mod channel;
mod endpoint;
mod facts;
mod kernel;
pub(super) mod limits;
mod links;
mod memory;
mod message;

use std::fs::File;

use self::bell::{CounterBell, RingBell, SignalBell};
use self::channel::{Files, Joined, Packets, Queues};
use self::kernel::Kernel;
use self::memory::{Memory, WordBell};
use super::mechanism::Mechanism;
use super::setup::RepetitionSetup;
use crate::error::Result;

pub use self::arena::Arena;
pub(super) use self::arena::{Log, SharedMemory, buffer_words};
pub(super) use self::bell::block_signals;
pub(super) use self::endpoint::{Endpoint, Play};
pub use self::facts::Facts;
pub(super) use self::links::{count, links};
pub(super) use self::message::{COUNTED, LAST};

/// Plays with the endpoint of process `me`; `fds` are its ends of the links to its peers, as [`links`] has made them.
pub(super) fn with<P: Play>(
    setup: &RepetitionSetup,
    me: usize,
    memory: SharedMemory<'_>,
    fds: Vec<File>,
    play: P,
) -> Result<P::Seen> {
    let RepetitionSetup { key, spoil, .. } = setup;
    let files = Files::new(key, me, fds);
    match key.transport {
        Mechanism::Eventfd => play.play(&mut endpoint(setup, me, memory, CounterBell(files))),
        Mechanism::Signal => play.play(&mut endpoint(setup, me, memory, SignalBell::new(memory.arena, me))),
        Mechanism::Uring => play.play(&mut endpoint(setup, me, memory, RingBell::new(files)?)),
        in_memory if in_memory.is_in_memory() => {
            play.play(&mut endpoint(setup, me, memory, WordBell { arena: memory.arena, me, wait: key.wait }))
        }
        Mechanism::Socket | Mechanism::Datagram | Mechanism::Udp => {
            play.play(&mut Kernel::new(Packets(files), key.bytes, *spoil))
        }
        Mechanism::Mqueue => play.play(&mut Kernel::new(Queues::new(files), key.bytes, *spoil)),
        _ if key.batch > 1 => play.play(&mut Kernel::new(Joined::new(files, key), key.bytes, *spoil)),
        _ => play.play(&mut Kernel::new(files, key.bytes, *spoil)),
    }
}

fn endpoint<'a, B>(setup: &RepetitionSetup, me: usize, memory: SharedMemory<'a>, bell: B) -> Memory<'a, B> {
    Memory { memory, me, words: setup.key.bytes / 8, spoil: setup.spoil, bell }
}
