//! iceoryx2: publish-subscribe, polled without a pause, as iceoryx2's own latency benchmark does.

use std::os::fd::OwnedFd;

use iceoryx2::node::Node;
use iceoryx2::prelude::ipc;

use super::iceoryx2::{Data, node};
use crate::error::Result;
use crate::mechanism::{Endpoint, Line, Link};

/// A process's ends. Fields are dropped in this order: the node last.
#[derive(Debug)]
pub(crate) struct PubSub {
    data: Data,
    _node: Node<ipc::Service>,
}

impl Line for PubSub {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let node = node(endpoint)?;
        Ok(Self { data: Data::open(&node, endpoint)?, _node: node })
    }

    fn attach(&mut self, _endpoint: &Endpoint) -> Result<()> {
        self.data.connect()
    }
}

impl Link for PubSub {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        self.data.publish(fill)?;
        self.data.prepare()
    }

    fn receive<T>(&mut self, mut read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        loop {
            match self.data.take(read)? {
                Ok(value) => return Ok(value),
                Err(again) => read = again,
            }
        }
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        self.data.publish_copy(message)
    }
}
