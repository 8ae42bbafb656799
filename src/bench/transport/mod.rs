//! How messages are handed over. Each mechanism is an [`Endpoint`] of one process; the modes ([`super::process`]) are written
//! once, over any endpoint.
//!
//! ```text
//! memory    the payload lies in shared memory (`arena`), and a bell wakes its taker: a futex, an eventfd, a signal, ...
//! ring      the same with many messages on their way, or one for many
//! kernel    the whole message goes through the kernel, by a channel: a pipe, a socket, a queue, ...
//! limited   the same with many messages on their way, or one for many
//! room      how a sender learns how many messages its receivers have taken, in memory or through the kernel
//! payload   what a payload holds, where it is written and read, and how much of it is checked
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
mod limited;
pub(super) mod limits;
mod links;
mod memory;
mod message;
mod payload;
mod ring;
mod room;

use std::fs::File;

use self::bell::{CounterBell, RingBell, SignalBell};
use self::channel::{Channel, Files, Joined, Packets, Queues};
use self::kernel::Kernel;
use self::limited::Limited;
use self::memory::{Bell, Memory, WordBell};
use self::ring::Ring;
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
    let key = &setup.key;
    let part = Part { setup, me, memory };
    let files = Files::new(key, me, fds);
    match key.transport {
        Mechanism::Eventfd => part.in_memory(CounterBell(files), play),
        Mechanism::Signal => part.in_memory(SignalBell::new(memory.arena, me), play),
        Mechanism::Uring => part.in_memory(RingBell::new(files)?, play),
        in_memory if in_memory.is_in_memory() => {
            part.in_memory(WordBell { arena: memory.arena, me, wait: key.wait }, play)
        }
        Mechanism::Socket | Mechanism::Datagram | Mechanism::Udp => {
            part.through_the_kernel(Packets(files), play)
        }
        Mechanism::Mqueue => part.through_the_kernel(Queues::new(files), play),
        _ if key.batch > 1 => part.through_the_kernel(Joined::new(files, key), play),
        _ => part.through_the_kernel(files, play),
    }
}

/// One process's part of a row.
#[derive(Clone, Copy)]
struct Part<'a> {
    setup: &'a RepetitionSetup,
    me: usize,
    memory: SharedMemory<'a>,
}

impl Part<'_> {
    fn in_memory<P: Play>(self, bell: impl Bell, play: P) -> Result<P::Seen> {
        let Self { setup, me, memory } = self;
        if setup.key.mode.sends_ahead() {
            play.play(&mut Ring::new(setup, me, memory, bell))
        } else {
            play.play(&mut Memory::new(setup, me, memory, bell))
        }
    }

    fn through_the_kernel<P: Play>(self, channel: impl Channel, play: P) -> Result<P::Seen> {
        let Self { setup, me, memory } = self;
        let mut kernel = Kernel::new(channel, setup);
        if setup.key.mode.sends_ahead() {
            play.play(&mut Limited::new(setup, me, memory.arena, kernel))
        } else {
            play.play(&mut kernel)
        }
    }
}
