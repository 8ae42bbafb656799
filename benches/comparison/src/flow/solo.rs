//! What one process can do alone: the marks that the mechanisms are held against.

use std::hint::{black_box, spin_loop};
use std::thread;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::clock::now_ns;
use crate::error::{Result, failed};
use crate::flow::frame::{COUNTED, Prepared, WHOLE_EVERY, check, check_copied, sequence};
use crate::flow::pace::Pace;
use crate::flow::worker::{self, FlowReport};
use crate::frame::spoil;
use crate::mechanism::{Endpoint, Flow, Link};
use crate::placement;
use crate::usage::Usage;
use crate::worker::{Control, FailpointStep};

/// The life of a process that is alone: it takes the steps of the others, and then does `work`.
fn alone(
    endpoint: &Endpoint,
    control: &mut Control,
    work: impl FnOnce(&Endpoint, &Flow) -> Result<FlowReport>,
) -> Result<()> {
    let flow = endpoint.flow().ok_or("it has no latency").map_err(failed("play alone"))?;
    control.receive_fds()?;
    control.reached(FailpointStep::Opened)?;
    control.reached(FailpointStep::Attached)?;
    control.report(&work(endpoint, flow))
}

/// Copies each message into the next of as many buffers as may be on their way; one copy, as each end of a ring makes.
///
/// # Errors
/// [`crate::error::Error::Corrupt`]
pub(crate) fn memcpy_in(endpoint: &Endpoint, control: &mut Control) -> Result<()> {
    alone(endpoint, control, |endpoint, flow| memcpy(endpoint, flow, false))
}

/// The same, and out of it again: two copies, as both ends make on one CPU.
///
/// # Errors
/// [`crate::error::Error::Corrupt`]
pub(crate) fn memcpy_in_out(endpoint: &Endpoint, control: &mut Control) -> Result<()> {
    alone(endpoint, control, |endpoint, flow| memcpy(endpoint, flow, true))
}

fn memcpy(endpoint: &Endpoint, flow: &Flow, out: bool) -> Result<FlowReport> {
    let mut prepared = Prepared::new(endpoint.frame);
    let mut buffers = vec![vec![0; endpoint.frame]; flow.in_flight];
    let mut place = vec![0; endpoint.frame];
    let mut pace = Pace::new(flow);
    let mut used = None;
    loop {
        let burst = pace.next();
        if pace.start_ns != 0 && used.is_none() {
            used = Some(Usage::of_thread()?);
        }
        let head = burst.head(0);
        let number = sequence(head);
        prepared.mark(head);
        let is_spoiled = worker::is_spoiled(endpoint, head);
        if is_spoiled {
            spoil(prepared.frame(), crate::flow::HEADER);
        }
        let turn = usize::try_from(number).unwrap_or_default() % buffers.len().max(1);
        if let Some(buffer) = buffers.get_mut(turn) {
            buffer.copy_from_slice(prepared.frame());
            if out {
                place.copy_from_slice(black_box(buffer));
                check_copied(black_box(&place), number)?;
            } else if head & COUNTED == 0 || number.is_multiple_of(WHOLE_EVERY) {
                check(black_box(buffer), number)?;
            } else {
                black_box(buffer);
            }
        }
        if burst.is_last {
            let (counted, start_ns, end_ns) = (pace.counted(), pace.start_ns, now_ns());
            return Ok(FlowReport { counted, start_ns, end_ns, cpu_ns: worker::cpu_since(used)? });
        }
    }
}

/// rtrb between two threads.
///
/// # Errors
/// What an end says.
pub(crate) fn rtrb(endpoint: &Endpoint, control: &mut Control) -> Result<()> {
    alone(endpoint, control, |endpoint, flow| {
        let frame = endpoint.frame;
        let (producer, consumer) = RingBuffer::new(flow.in_flight * frame);
        let (mut giver, mut taker) = (Giver { producer, frame }, Taker { consumer, frame });
        let reader = Endpoint { index: 1, cpu: endpoint.other_cpu, ..endpoint.clone() };
        let (sent, received) = thread::scope(|scope| {
            let received = scope.spawn(move || {
                reader.cpu.map_or(Ok(()), placement::pin)?;
                worker::play(&mut taker, &reader, flow)
            });
            let sent = worker::play(&mut giver, endpoint, flow);
            if sent.is_err() {
                // That ends the reader's wait. Otherwise it has not read all yet, and must not take this for the end.
                drop(giver);
            }
            (sent, received.join())
        });
        // The sender only knows that the receiver is gone; the receiver knows why.
        let received = received.map_err(|_panic| "it panicked").map_err(failed("run the reader"))??;
        let sent = sent?;
        if sent.counted != received.counted {
            let why = format!("{} messages were sent, {} have come", sent.counted, received.counted);
            return Err(failed("count the messages")(why));
        }
        Ok(FlowReport { start_ns: sent.start_ns, cpu_ns: sent.cpu_ns + received.cpu_ns, ..received })
    })
}

struct Giver {
    producer: Producer<u8>,
    frame: usize,
}

struct Taker {
    consumer: Consumer<u8>,
    frame: usize,
}

impl Giver {
    fn wait_for(&self, bytes: usize) -> Result<()> {
        while self.producer.slots() < bytes {
            if self.producer.is_abandoned() {
                return Err(failed("send")("the reader is gone"));
            }
            spin_loop();
        }
        Ok(())
    }
}

impl Taker {
    fn wait(&self) -> Result<usize> {
        loop {
            let messages = self.consumer.slots() / self.frame;
            if messages > 0 {
                return Ok(messages);
            }
            if self.consumer.is_abandoned() {
                return Err(failed("receive")("the writer is gone"));
            }
            spin_loop();
        }
    }
}

impl Link for Giver {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let mut fill = Some(fill);
        self.send_batch(1, |_, message| {
            if let Some(fill) = fill.take() {
                fill(message);
            }
        })
    }

    fn receive<T>(&mut self, _read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        Err(failed("receive")("this is the writer"))
    }

    fn send_batch(&mut self, count: usize, mut fill: impl FnMut(usize, &mut [u8])) -> Result<()> {
        let bytes = count * self.frame;
        self.wait_for(bytes)?;
        let mut chunk = self.producer.write_chunk(bytes).map_err(failed("send"))?;
        // Two pieces where the ring ends; its length is a multiple of a message's, so no message is cut.
        let (first, second) = chunk.as_mut_slices();
        let pieces = first.chunks_exact_mut(self.frame).chain(second.chunks_exact_mut(self.frame));
        pieces.enumerate().for_each(|(number, message)| fill(number, message));
        chunk.commit_all();
        Ok(())
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        self.wait_for(message.len())?;
        self.producer.push_entire_slice(message).map_err(failed("send"))
    }
}

impl Link for Taker {
    fn send(&mut self, _fill: impl FnOnce(&mut [u8])) -> Result<()> {
        Err(failed("send")("this is the reader"))
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        self.wait()?;
        let chunk = self.consumer.read_chunk(self.frame).map_err(failed("receive"))?;
        let value = read(chunk.as_slices().0);
        chunk.commit_all();
        Ok(value)
    }

    fn receive_batch(&mut self, most: usize, mut read: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let count = self.wait()?.min(most);
        let chunk = self.consumer.read_chunk(count * self.frame).map_err(failed("receive"))?;
        let (first, second) = chunk.as_slices();
        let mut messages = first.chunks_exact(self.frame).chain(second.chunks_exact(self.frame));
        messages.try_for_each(&mut read)?;
        chunk.commit_all();
        Ok(())
    }

    fn receive_copy(&mut self, place: &mut Vec<u8>) -> Result<()> {
        self.wait()?;
        self.consumer.pop_entire_slice(place).map_err(failed("receive"))
    }
}
