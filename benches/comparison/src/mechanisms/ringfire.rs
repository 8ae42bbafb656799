//! ringfire: a ring each way in shared memory, with each of its ways to wait that its own comparison of transports uses.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use ringfire::{BusySpin, FutexWait, RingConsumer, RingProducer, WaitStrategy};

use crate::error::{Error, Result, failed};
use crate::mechanism::{Endpoint, Line};
use crate::worker::{self, Control};

/// Slots of a ring. One message is on its way at any time; the fewer slots, the warmer they are.
const SLOTS: u64 = 16;

/// A way to wait.
pub(crate) trait Way: WaitStrategy {
    /// As the package's documentation recommends it for this way.
    fn new() -> Self;
}

/// Asleep at once: ringfire's "zero-spin futex", as in its own comparison.
pub(crate) struct NoSpin(FutexWait);

/// Ringfire's default: it spins 32 times before it sleeps.
pub(crate) struct Adaptive(FutexWait);

/// Never asleep: the README's "low-latency consumer (dedicated cores)".
pub(crate) struct Spin(BusySpin);

macro_rules! way {
    ($name:ident, $new:expr) => {
        impl Way for $name {
            fn new() -> Self {
                Self($new)
            }
        }

        impl WaitStrategy for $name {
            #[inline(always)]
            fn wait(&mut self, header: &ringfire::RingHeader, cursor: u64) {
                self.0.wait(header, cursor);
            }

            #[inline(always)]
            fn reset(&mut self) {
                self.0.reset();
            }
        }
    };
}

way!(NoSpin, FutexWait::new(0, None));
way!(Adaptive, FutexWait::default());
way!(Spin, BusySpin::new());

/// A slot's content. Its size is fixed when it is compiled, because ringfire's fixed-size slots are its fastest.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Record<const N: usize>([u8; N]);

/// Plays over the smallest record that the message fits into: of 8, 64, 256, 1024 or 4096 bytes of payload.
///
/// # Errors
/// What the mechanism says.
pub(crate) fn play<W: Way>(endpoint: &Endpoint, control: &mut Control) -> Result<()> {
    match endpoint.frame {
        0..=32 => worker::play::<Rings<W, 32>>(endpoint, control),
        33..=88 => worker::play::<Rings<W, 88>>(endpoint, control),
        89..=280 => worker::play::<Rings<W, 280>>(endpoint, control),
        281..=1048 => worker::play::<Rings<W, 1048>>(endpoint, control),
        1049..=4120 => worker::play::<Rings<W, 4120>>(endpoint, control),
        frame => Err(Error::Usage(format!("ringfire: messages of {frame} bytes are not compiled in"))),
    }
}

/// A process's ends.
struct Rings<W, const N: usize> {
    producer: RingProducer<Record<N>>,
    consumer: Option<RingConsumer<Record<N>>>,
    wait: W,
    frame: usize,
}

fn ring_path(endpoint: &Endpoint, writer: usize) -> PathBuf {
    endpoint.folder.join(format!("ring-{writer}"))
}

impl<W: Way, const N: usize> Line for Rings<W, N> {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let producer = RingProducer::create(ring_path(endpoint, endpoint.index), SLOTS)
            .map_err(failed("create a ring"))?;
        Ok(Self { producer, consumer: None, wait: W::new(), frame: endpoint.frame })
    }

    fn attach(&mut self, endpoint: &Endpoint) -> Result<()> {
        let consumer = RingConsumer::attach(ring_path(endpoint, endpoint.other()))
            .map_err(failed("attach to a ring"))?;
        self.consumer = Some(consumer);
        Ok(())
    }

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
}
