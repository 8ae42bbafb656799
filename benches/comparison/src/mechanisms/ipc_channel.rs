//! ipc-channel: one channel of bytes each way. Its own documentation offers byte channels for data that needs no
//! serialization.

use std::os::fd::OwnedFd;

use ipc_channel::ipc::{
    IpcBytesReceiver, IpcBytesSender, IpcOneShotServer, IpcReceiver, IpcSender, bytes_channel, channel,
};
use serde::{Deserialize, Serialize};

use crate::error::{Result, failed};
use crate::mechanism::{Endpoint, Host, Line, Link, Passport, Wanted};

/// What a process sends to its one-shot server: how to reach it.
#[derive(Serialize, Deserialize)]
struct Hello {
    /// For the other process.
    inbox: IpcBytesSender,
    /// For the host's answer.
    answer: IpcSender<IpcBytesSender>,
}

/// One one-shot server for each process, as the package's documentation has it for bootstrapping.
struct Registry(Vec<IpcOneShotServer<Hello>>);

/// No server yet: each is made with its process's passport.
pub(crate) fn host(_wanted: &Wanted<'_>) -> Result<Box<dyn Host>> {
    Ok(Box::new(Registry(Vec::new())))
}

impl Host for Registry {
    fn passport(&mut self, _index: usize) -> Result<Passport> {
        let (server, token) = IpcOneShotServer::new().map_err(failed("make a one-shot server"))?;
        self.0.push(server);
        Ok(Passport { token, fds: Vec::new() })
    }

    fn introduce(&mut self) -> Result<()> {
        // Both have sent their hello by now: no accept waits.
        let accept = |server: IpcOneShotServer<Hello>| server.accept().map(|(_receiver, hello)| hello);
        let hellos = self.0.drain(..).map(accept).collect::<std::result::Result<Vec<_>, _>>();
        let hellos = hellos.map_err(failed("accept a hello"))?;
        let [first, second] = <[Hello; 2]>::try_from(hellos)
            .map_err(|hellos| failed("accept the hellos")(format_args!("{} of 2", hellos.len())))?;
        first.answer.send(second.inbox).map_err(failed("answer process 0"))?;
        second.answer.send(first.inbox).map_err(failed("answer process 1"))
    }
}

/// A process's ends.
pub(crate) struct Channel {
    receiver: IpcBytesReceiver,
    answer: IpcReceiver<IpcBytesSender>,
    sender: Option<IpcBytesSender>,
    frame: Vec<u8>,
}

impl Line for Channel {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let (inbox, receiver) = bytes_channel().map_err(failed("make a channel"))?;
        let (answer_sender, answer) = channel().map_err(failed("make a channel"))?;
        let host = IpcSender::connect(endpoint.token.clone()).map_err(failed("connect to the host"))?;
        host.send(Hello { inbox, answer: answer_sender }).map_err(failed("say hello"))?;
        Ok(Self { receiver, answer, sender: None, frame: vec![0; endpoint.frame] })
    }

    fn attach(&mut self, _endpoint: &Endpoint) -> Result<()> {
        self.sender = Some(self.answer.recv().map_err(failed("wait for the other's channel"))?);
        Ok(())
    }
}

impl Link for Channel {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        fill(&mut self.frame);
        let sender = self.sender.as_ref().ok_or("not attached").map_err(failed("send"))?;
        sender.send(&self.frame).map_err(failed("send"))
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let message = self.receiver.recv().map_err(failed("receive"))?;
        Ok(read(&message))
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        let sender = self.sender.as_ref().ok_or("not attached").map_err(failed("send"))?;
        sender.send(message).map_err(failed("send"))
    }

    fn receive_copy(&mut self, place: &mut Vec<u8>) -> Result<()> {
        // It is out already, in memory of its own.
        *place = self.receiver.recv().map_err(failed("receive"))?;
        Ok(())
    }
}
