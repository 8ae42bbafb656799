//! iceoryx2: a sample and an event to wake for it; the listener blocks.

use std::os::fd::OwnedFd;

use iceoryx2::node::Node;
use iceoryx2::prelude::ipc;

use super::iceoryx2::{Bells, Data, node};
use crate::error::{Result, failed};
use crate::mechanism::{Endpoint, Line, Link};

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
            self.bells.listener.blocking_wait(|_event| {}).map_err(failed("wait for an event"))?;
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
