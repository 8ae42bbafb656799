//! interprocess: a local socket, which is a Unix stream socket here.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{GenericNamespaced, Listener, ListenerOptions, Name, Stream};

use crate::error::{Result, failed};
use crate::mechanism::{Endpoint, Line, Link};

/// Process 1 listens, process 0 connects, as in the package's own example. The name is an abstract one: nothing is left
/// behind.
#[derive(Debug)]
pub(crate) struct LocalSocket {
    end: End,
    frame: Vec<u8>,
}

#[derive(Debug)]
enum End {
    Nothing,
    Listening(Listener),
    Connected(Stream),
}

fn name(endpoint: &Endpoint) -> Result<Name<'_>> {
    endpoint.run.as_str().to_ns_name::<GenericNamespaced>().map_err(failed("name the socket"))
}

impl LocalSocket {
    fn stream(&mut self) -> Result<(&mut Stream, &mut Vec<u8>)> {
        match &mut self.end {
            End::Connected(stream) => Ok((stream, &mut self.frame)),
            End::Nothing | End::Listening(_) => Err(failed("use the socket")("it is not connected")),
        }
    }
}

impl Line for LocalSocket {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let end = if endpoint.index == 0 {
            End::Nothing
        } else {
            let listener = ListenerOptions::new().name(name(endpoint)?).create_sync();
            End::Listening(listener.map_err(failed("listen on the socket"))?)
        };
        Ok(Self { end, frame: vec![0; endpoint.frame] })
    }

    fn attach(&mut self, endpoint: &Endpoint) -> Result<()> {
        let stream = match &self.end {
            End::Listening(listener) => listener.accept(),
            End::Nothing | End::Connected(_) => Stream::connect(name(endpoint)?),
        };
        self.end = End::Connected(stream.map_err(failed("connect the socket"))?);
        Ok(())
    }
}

impl Link for LocalSocket {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let (stream, frame) = self.stream()?;
        fill(frame);
        stream.write_all(frame).map_err(failed("write to the socket"))
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let (stream, frame) = self.stream()?;
        stream.read_exact(frame).map_err(failed("read from the socket"))?;
        Ok(read(frame))
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        self.stream()?.0.write_all(message).map_err(failed("write to the socket"))
    }

    fn receive_copy(&mut self, place: &mut Vec<u8>) -> Result<()> {
        self.stream()?.0.read_exact(place).map_err(failed("read from the socket"))
    }
}
