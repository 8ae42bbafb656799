//! ringfire's blobs: what it has for large messages. A blob's writer never waits, so here it counts how far its reader is, by the
//! package's own register of readers; and its reader can only look, not sleep.

use std::hint::spin_loop;
use std::marker::PhantomData;
use std::os::fd::OwnedFd;
use std::thread::yield_now;

use ringfire::blob::{BlobConsumer, BlobProducer, BlobProducerBuilder};

use super::ringfire_way::{Way, ring_path};
use crate::error::{Error, Result, failed};
use crate::mechanism::{Endpoint, Flow, Line, Link, copy};

/// Bytes to which the arena rounds up each blob.
const LINE: usize = 64;

/// A process's end: of the ring of process 0.
pub(super) struct Blobs<W> {
    end: End,
    frame: usize,
    looks: u32,
    way: PhantomData<W>,
}

enum End {
    Nothing,
    Giver { producer: BlobProducer<()>, in_flight: u64, free_until: u64 },
    Taker(BlobConsumer<()>),
}

fn giver(endpoint: &Endpoint, flow: &Flow) -> Result<End> {
    // One message more than are on their way is being written, and the end of the arena may be too short for one.
    let bytes = (flow.in_flight + 2) * endpoint.frame.next_multiple_of(LINE);
    let producer = BlobProducerBuilder::new(flow.in_flight as u64, bytes.next_power_of_two())
        .max_readers(1)
        .build(ring_path(endpoint, 0))
        .map_err(failed("create a ring of blobs"))?;
    Ok(End::Giver { producer, in_flight: flow.in_flight as u64, free_until: 0 })
}

impl<W: Way> Line for Blobs<W> {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let why = || "a reader of blobs can only look whether one is there".to_owned();
        let looks = W::LOOKS.ok_or_else(|| Error::Unfit { bytes: endpoint.frame, why: why() })?;
        let end = match endpoint.flow() {
            Some(flow) if endpoint.index == 0 => giver(endpoint, flow)?,
            _ => End::Nothing,
        };
        Ok(Self { end, frame: endpoint.frame, looks, way: PhantomData })
    }

    fn attach(&mut self, endpoint: &Endpoint) -> Result<()> {
        if endpoint.index == 1 {
            let consumer =
                BlobConsumer::attach(ring_path(endpoint, 0)).map_err(failed("attach to a ring"))?;
            self.end = End::Taker(consumer);
        }
        Ok(())
    }
}

/// Looks for a while, then gives the CPU away between looks.
fn pause(looked: &mut u32, looks: u32) {
    if *looked < looks {
        *looked += 1;
        spin_loop();
    } else {
        yield_now();
    }
}

/// Waits until the next message may be written.
fn wait_for_room(
    producer: &BlobProducer<()>,
    in_flight: u64,
    free_until: &mut u64,
    looks: u32,
) -> Result<()> {
    let next = producer.sequence() + 1;
    let mut looked = 0;
    while next >= *free_until {
        let reads = producer.min_reader_seq().ok_or("the reader is gone").map_err(failed("send a blob"))?;
        *free_until = reads + in_flight;
        if next >= *free_until {
            pause(&mut looked, looks);
        }
    }
    Ok(())
}

impl<W: Way> Link for Blobs<W> {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let End::Giver { producer, in_flight, free_until } = &mut self.end else {
            return Err(failed("send a blob")("this is the reader"));
        };
        wait_for_room(producer, *in_flight, free_until, self.looks)?;
        producer.push_with(&(), self.frame, fill).map_err(failed("send a blob")).map(drop)
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let End::Taker(consumer) = &mut self.end else {
            return Err(failed("receive a blob")("this is the writer"));
        };
        let (mut read, mut looked) = (Some(read), 0);
        loop {
            // Called again only if the writer has overtaken, which it does not.
            let got = consumer.view(|(), message| read.take().map(|read| read(message)));
            match got.map_err(failed("receive a blob"))? {
                Some(Some(value)) => return Ok(value),
                Some(None) => return Err(failed("receive a blob")("it was overwritten")),
                None => pause(&mut looked, self.looks),
            }
        }
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        let End::Giver { producer, in_flight, free_until } = &mut self.end else {
            return Err(failed("send a blob")("this is the reader"));
        };
        wait_for_room(producer, *in_flight, free_until, self.looks)?;
        producer.push(&(), message).map_err(failed("send a blob")).map(drop)
    }

    fn receive_copy(&mut self, place: &mut Vec<u8>) -> Result<()> {
        self.receive(|message| copy(place, message))?
    }
}
