//! iceoryx2: a sample and an event, waited for by its `WaitSet`: what its documentation offers to a process that waits for more than
//! one thing.

use std::os::fd::OwnedFd;

use iceoryx2::node::Node;
use iceoryx2::prelude::{CallbackProgression, SignalHandlingMode, WaitSet, WaitSetBuilder, ipc};

use super::iceoryx2::{Bells, Data, node};
use crate::error::{Result, failed};
use crate::mechanism::{Endpoint, Line, Link};

/// A process's ends.
#[derive(Debug)]
pub(crate) struct Set {
    data: Data,
    bells: &'static Bells,
    waitset: &'static WaitSet<ipc::Service>,
    _node: Node<ipc::Service>,
}

impl Line for Set {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let node = node(endpoint)?;
        let data = Data::open(&node, endpoint)?;
        // The attachment borrows both the set and the listener for as long as it lasts: for the life of the process. So they
        // are never dropped, and the host sweeps after them.
        let bells = Box::leak(Box::new(Bells::open(&node, endpoint)?));
        let waitset = WaitSetBuilder::new().signal_handling_mode(SignalHandlingMode::Disabled).create();
        let waitset = Box::leak(Box::new(waitset.map_err(failed("create the wait set"))?));
        let guard = waitset.attach_notification(&bells.listener).map_err(failed("attach the listener"))?;
        Box::leak(Box::new(guard));
        Ok(Self { data, bells, waitset, _node: node })
    }

    fn attach(&mut self, _endpoint: &Endpoint) -> Result<()> {
        self.data.connect()
    }
}

impl Link for Set {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        self.data.publish(fill)?;
        self.bells.notify()?;
        self.data.prepare()
    }

    fn receive<T>(&mut self, mut read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        loop {
            let mut heard = Ok(0);
            let run = self.waitset.wait_and_process_once(|_attachment| {
                // Only one is attached. Its events must be taken out, or the set returns at once.
                heard = self.bells.listener.try_wait(|_event| {});
                CallbackProgression::Continue
            });
            run.map_err(failed("wait for an event"))?;
            heard.map_err(failed("take the events"))?;
            match self.data.take(read)? {
                Ok(value) => return Ok(value),
                Err(again) => read = again,
            }
        }
    }
}
