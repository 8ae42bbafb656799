//! iceoryx2: a sample and an event to wake for it; the listener blocks.

use std::os::fd::OwnedFd;
use std::time::Duration;

use iceoryx2::node::Node;
use iceoryx2::prelude::ipc;

use super::iceoryx2::{Bells, Data, node};
use crate::error::{Result, failed};
use crate::mechanism::{Endpoint, Line, Link};

/// The longest sleep where many messages flow: of so many events one can be lost, and then the sender waits for room, and the
/// receiver for its event. As often as that happens it costs this much.
const LONGEST_SLEEP: Duration = Duration::from_millis(10);

/// A process's ends. Fields are dropped in this order: the node last.
#[derive(Debug)]
pub(crate) struct Event {
    data: Data,
    bells: Bells,
    /// Whether more than one sample may be there for one event.
    flows: bool,
    _node: Node<ipc::Service>,
}

impl Line for Event {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let node = node(endpoint)?;
        let (data, bells) = (Data::open(&node, endpoint)?, Bells::open(&node, endpoint)?);
        Ok(Self { data, bells, flows: endpoint.flow().is_some(), _node: node })
    }

    fn attach(&mut self, _endpoint: &Endpoint) -> Result<()> {
        self.data.connect()
    }
}

impl Link for Event {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        self.data.publish(fill)?;
        self.bells.notify()?;
        self.data.prepare()
    }

    fn receive<T>(&mut self, mut read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        if self.flows {
            match self.data.take(read)? {
                Ok(value) => return Ok(value),
                Err(again) => read = again,
            }
        }
        loop {
            // First the event, then the sample: a sample that is taken before its event would leave the event behind, to
            // wake for nothing.
            let listener = &self.bells.listener;
            let heard = if self.flows {
                listener.timed_wait(|_event| {}, LONGEST_SLEEP)
            } else {
                listener.blocking_wait(|_event| {})
            };
            heard.map_err(failed("wait for an event"))?;
            match self.data.take(read)? {
                Ok(value) => return Ok(value),
                Err(again) => read = again,
            }
        }
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        self.data.publish_copy(message)?;
        self.bells.notify()
    }
}
