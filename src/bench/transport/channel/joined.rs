//! Streams whose messages are joined: one write for all that were put since the last flush, one read for all that have come.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::sync::Arc;

use super::{Channel, Files};
use crate::bench::key::{MAX_PROCESSES, RowKey};
use crate::bench::transport::message::HEADER_BYTES;

/// The most that is kept here before it is written.
const MOST: usize = 1 << 20;

type Buffers = (BufReader<Arc<File>>, BufWriter<Arc<File>>);

/// Links of bytes, with a buffer for each direction.
pub(in crate::bench::transport) struct Joined {
    peers: [Option<Buffers>; MAX_PROCESSES],
}

impl Joined {
    pub(in crate::bench::transport) fn new(files: Files, key: &RowKey) -> Self {
        let size = key.batch.saturating_mul(HEADER_BYTES + key.bytes).min(MOST);
        let joined = |(reader, writer): (File, Option<File>)| {
            let reader = Arc::new(reader);
            let writer = writer.map_or_else(|| Arc::clone(&reader), Arc::new);
            (BufReader::with_capacity(size, reader), BufWriter::with_capacity(size, writer))
        };
        Self { peers: files.into_links().map(|link| link.map(joined)) }
    }

    fn link(&mut self, peer: usize) -> io::Result<&mut Buffers> {
        self.peers[peer].as_mut().ok_or(io::ErrorKind::NotConnected.into())
    }
}

impl Channel for Joined {
    fn send(&mut self, to: usize, bytes: &[u8]) -> io::Result<()> {
        self.link(to)?.1.write_all(bytes)
    }

    fn flush(&mut self, to: usize) -> io::Result<()> {
        self.link(to)?.1.flush()
    }

    fn receive(&mut self, from: usize, bytes: &mut [u8]) -> io::Result<()> {
        self.link(from)?.0.read_exact(bytes)
    }
}
