//! ringfire: a ring each way in shared memory, with each of its ways to wait that its own comparison of transports uses.

use std::os::fd::OwnedFd;

use ringfire::{FlowControl, RingConsumer, RingProducer, RingProducerBuilder};

use super::ringfire_blob::Blobs;
use super::ringfire_way::{Way, ring_path};
use crate::error::{Error, Result, failed};
use crate::mechanism::{Endpoint, Line, Link};
use crate::worker::{self, Control};

/// Slots of a ring in which one message is on its way at any time; the fewer slots, the warmer they are.
const SLOTS: u64 = 16;

/// A slot's content. Its size is fixed when it is compiled, because ringfire's fixed-size slots are its fastest.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Record<const N: usize>([u8; N]);

/// Plays over the smallest record that the message fits into: of 8, 64, 256, 1024 or 4096 bytes of payload. Larger ones that flow
/// are blobs.
///
/// # Errors
/// What the mechanism says.
pub(crate) fn play<W: Way>(endpoint: &Endpoint, control: &mut Control) -> Result<()> {
    match endpoint.frame {
        0..=32 => worker::play::<Rings<W, 32>>(endpoint, control),
        33..=80 => worker::play::<Rings<W, 80>>(endpoint, control),
        81..=88 => worker::play::<Rings<W, 88>>(endpoint, control),
        89..=280 => worker::play::<Rings<W, 280>>(endpoint, control),
        281..=1048 => worker::play::<Rings<W, 1048>>(endpoint, control),
        1049..=4120 => worker::play::<Rings<W, 4120>>(endpoint, control),
        _ if endpoint.flow().is_some() => worker::play::<Blobs<W>>(endpoint, control),
        bytes => Err(Error::Unfit { bytes, why: "records of that size are not compiled in".to_owned() }),
    }
}

/// A process's ends.
struct Rings<W, const N: usize> {
    producer: RingProducer<Record<N>>,
    consumer: Option<RingConsumer<Record<N>>>,
    wait: W,
    frame: usize,
    batch: Vec<Record<N>>,
}

impl<W: Way, const N: usize> Line for Rings<W, N> {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let (slots, batch, control) = match endpoint.flow() {
            // Its other kind of flow control overwrites what has not been read.
            Some(flow) => (flow.in_flight as u64, flow.batch, FlowControl::LosslessBackpressure),
            None => (SLOTS, 1, FlowControl::LossyLatestWins),
        };
        let mut ring = RingProducerBuilder::new(slots).flow_control(control);
        if endpoint.flow().is_some() {
            ring = ring.max_readers(1);
        }
        let producer = ring.build(ring_path(endpoint, endpoint.index)).map_err(failed("create a ring"))?;
        let batch = vec![Record([0; N]); batch];
        Ok(Self { producer, consumer: None, wait: W::new(), frame: endpoint.frame, batch })
    }

    fn attach(&mut self, endpoint: &Endpoint) -> Result<()> {
        let consumer = RingConsumer::attach(ring_path(endpoint, endpoint.other()))
            .map_err(failed("attach to a ring"))?;
        self.consumer = Some(consumer);
        Ok(())
    }
}

impl<W: Way, const N: usize> Link for Rings<W, N> {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let mut record = Record([0; N]);
        fill(&mut record.0[..self.frame]);
        self.producer.push(&record);
        Ok(())
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let consumer = self.consumer.as_mut().ok_or("not attached").map_err(failed("receive"))?;
        let record = consumer.recv_blocking(&mut self.wait);
        Ok(read(&record.0[..self.frame]))
    }

    fn send_batch(&mut self, count: usize, mut fill: impl FnMut(usize, &mut [u8])) -> Result<()> {
        if count == 1 {
            return self.send(|message| fill(0, message));
        }
        let batch = self.batch.get_mut(..count).ok_or("the batch is too long").map_err(failed("send"))?;
        for (number, record) in batch.iter_mut().enumerate() {
            fill(number, &mut record.0[..self.frame]);
        }
        self.producer.push_batch(batch);
        Ok(())
    }

    fn receive_batch(&mut self, most: usize, mut read: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if most == 1 {
            return self.receive(read)?;
        }
        let consumer = self.consumer.as_mut().ok_or("not attached").map_err(failed("receive"))?;
        // It has no batch that waits.
        let count = loop {
            match consumer.recv_batch(&mut self.batch) {
                0 => std::hint::spin_loop(),
                count => break count,
            }
        };
        self.batch.iter().take(count).try_for_each(|record| read(&record.0[..self.frame]))
    }
}
