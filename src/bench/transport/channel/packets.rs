//! Sockets that keep messages apart: one call is one message, or an error.

use std::io::{self, Read, Write};

use super::{Channel, Files, whole};

/// Sockets of packets or datagrams.
pub(in crate::bench::transport) struct Packets(pub(in crate::bench::transport) Files);

impl Channel for Packets {
    fn send(&mut self, to: usize, bytes: &[u8]) -> io::Result<()> {
        let sent = again(|| self.0.writer(to)?.write(bytes))?;
        whole(sent, bytes.len())
    }

    fn receive(&mut self, from: usize, bytes: &mut [u8]) -> io::Result<()> {
        match again(|| self.0.reader(from)?.read(bytes))? {
            // No message is empty: the peer has ended.
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            received => whole(received, bytes.len()),
        }
    }
}

/// A call that a signal has interrupted has done nothing.
fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
