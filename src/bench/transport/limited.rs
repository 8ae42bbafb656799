//! Many messages through the kernel at a time, as many as may be on their way; or one for many receivers.

use std::ops::Range;

use super::arena::Arena;
use super::channel::Channel;
use super::endpoint::Endpoint;
use super::kernel::Kernel;
use super::message::{self, Arrival};
use super::room::Room;
use crate::bench::setup::RepetitionSetup;
use crate::error::Result;

/// An endpoint through the kernel, with a limit on what is on its way: without one a datagram that finds no room would be lost, and
/// a stream would have as much on its way as the kernel has buffers for.
pub(super) struct Limited<'a, C> {
    room: Room<'a>,
    kernel: Kernel<C>,
}

impl<'a, C: Channel> Limited<'a, C> {
    pub(super) fn new(setup: &RepetitionSetup, me: usize, arena: &'a Arena, kernel: Kernel<C>) -> Self {
        Self { room: Room::new(setup, me, arena), kernel }
    }
}

impl<C: Channel> Endpoint for Limited<'_, C> {
    fn put(&mut self, to: usize, head: u64, sent_ns: Option<u64>) -> Result<()> {
        let number = message::number(head);
        if !self.room.is_sure_for(number) {
            // Nobody takes what is not on its way.
            self.kernel.flush(to)?;
            self.room.wait_for(number);
        }
        self.kernel.put(to, head, sent_ns)
    }

    fn flush(&mut self, to: usize) -> Result<()> {
        self.kernel.flush(to)
    }

    fn take(&mut self, from: usize, number: u64) -> Result<Arrival> {
        let message = self.kernel.take(from, number);
        self.room.take();
        message
    }

    fn put_to_all(&mut self, receivers: Range<usize>, head: u64) -> Result<()> {
        let number = message::number(head);
        if !self.room.is_sure_for(number) {
            self.room.wait_for(number);
        }
        self.kernel.put_to_all(receivers, head)
    }

    fn waited_ns(&mut self) -> u64 {
        self.room.take_waited_ns()
    }
}
