//! One process of a run: it attaches, plays its hops, and returns what it saw.

use std::io::{Read, Write, stdin};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use hdrhistogram::Histogram;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{Signal, getppid, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};

use crate::clock::now_ns;
use crate::error::{Result, failed};
use crate::flow;
use crate::frame;
use crate::mechanism::{Endpoint, Line, Work};

/// The most fds that a passport can have.
pub(crate) const MAX_FDS: usize = 4;

/// The steps of a run that each process announces, and waits for the parent to allow the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum FailpointStep {
    /// Its own end is there. Then it may attach to the other's.
    Opened = b'o',
    /// It has attached. Then it may play.
    Attached = b'a',
    /// It has played all its hops. Its report follows; it has closed nothing yet.
    Played = b'p',
    /// It cannot go on. The reason follows.
    Failed = b'f',
}

/// What a process reports at its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WorkerReport {
    /// Latencies of its counted hops as pairs of nanoseconds and how often.
    pub(crate) latencies: Vec<(u64, u64)>,
    /// From its first counted hop to the end of its last, in nanoseconds.
    pub(crate) wall_ns: u64,
}

/// The socket to the process that started this one: its standard input.
#[derive(Debug)]
pub(crate) struct Control(UnixStream);

impl Control {
    pub(crate) fn from_stdin() -> Result<Self> {
        let socket = stdin().as_fd().try_clone_to_owned().map_err(failed("take the control socket"))?;
        Ok(Self(socket.into()))
    }

    /// The fds of the passport.
    pub(crate) fn receive_fds(&self) -> Result<Vec<OwnedFd>> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut byte = [0];
        let mut buffers = [std::io::IoSliceMut::new(&mut byte)];
        let received = recvmsg(&self.0, &mut buffers, &mut ancillary, RecvFlags::CMSG_CLOEXEC)
            .map_err(failed("receive the fds"))?;
        if received.bytes == 0 {
            return Err(failed("receive the fds")("the parent is gone"));
        }
        let rights = ancillary.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(fds) => Some(fds),
            _ => None,
        });
        Ok(rights.flatten().collect())
    }

    /// Announces a step, and waits until the other process has come as far.
    pub(crate) fn reached(&mut self, step: FailpointStep) -> Result<()> {
        self.0.write_all(&[step as u8]).map_err(failed("announce a step"))?;
        self.await_leave()
    }

    fn await_leave(&mut self) -> Result<()> {
        self.0.read_exact(&mut [0]).map_err(failed("wait for the other process"))
    }

    /// Reports the outcome, and no more after it. Then waits until the other process has come to its end too: until then
    /// nothing may be closed, or the other one would tell of that, instead of what it has seen. After a failure the parent
    /// ends both.
    pub(crate) fn report<R: Serialize>(&mut self, outcome: &Result<R>) -> Result<()> {
        let text = serde_json::to_vec(outcome).map_err(failed("write the report"))?;
        let step = if outcome.is_ok() { FailpointStep::Played } else { FailpointStep::Failed };
        let message = [&[step as u8], text.as_slice()].concat();
        self.0.write_all(&message).map_err(failed("send the report"))?;
        self.0.shutdown(std::net::Shutdown::Write).map_err(failed("send the report"))?;
        self.await_leave()
    }
}

/// Makes the kernel end this process when its parent ends, however that comes.
///
/// # Errors
/// When the parent has already gone.
pub(crate) fn die_with(parent: u32) -> Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(failed("die with the parent"))?;
    let is_there = getppid().is_some_and(|pid| u32::try_from(pid.as_raw_nonzero().get()) == Ok(parent));
    if is_there { Ok(()) } else { Err(failed("die with the parent")("it is gone already")) }
}

/// The life of a process over one kind of line.
pub(crate) fn play<L: Line>(endpoint: &Endpoint, control: &mut Control) -> Result<()> {
    let fds = control.receive_fds()?;
    let mut line = L::open(endpoint, fds)?;
    control.reached(FailpointStep::Opened)?;
    line.attach(endpoint)?;
    control.reached(FailpointStep::Attached)?;
    match &endpoint.work {
        Work::Rally { warmup, hops } => control.report(&rally(&mut line, endpoint, *warmup, *hops)),
        Work::Flow(flow) => control.report(&flow::play(&mut line, endpoint, flow)),
    }
}

fn rally<L: Line>(line: &mut L, endpoint: &Endpoint, warmup: u64, hops: u64) -> Result<WorkerReport> {
    let mut latencies: Histogram<u64> = new_histogram()?;
    let total = warmup + hops;
    let corrupt = endpoint.corrupt.then_some(warmup + hops / 2);
    let mut start_ns = 0;
    let mut take = |line: &mut L, hop| -> Result<()> {
        let latency_ns = line.receive(|message| frame::check(message, hop))??;
        if hop >= warmup {
            latencies.saturating_record(latency_ns);
        }
        Ok(())
    };
    let give = |line: &mut L, hop| {
        line.send(|message| {
            frame::write(message, hop);
            if corrupt == Some(hop) {
                frame::spoil(message, frame::HEADER);
            }
        })
    };
    for hop in (0..total).step_by(2) {
        if hop == warmup {
            start_ns = now_ns();
        }
        if endpoint.index == 0 {
            give(line, hop)?;
            take(line, hop + 1)?;
        } else {
            take(line, hop)?;
            give(line, hop + 1)?;
        }
    }
    let wall_ns = now_ns() - start_ns;
    let latencies =
        latencies.iter_recorded().map(|bucket| (bucket.value_iterated_to(), bucket.count_at_value()));
    Ok(WorkerReport { latencies: latencies.collect(), wall_ns })
}

/// Three significant digits, up to a minute.
///
/// # Errors
/// None, with these bounds.
pub(crate) fn new_histogram() -> Result<Histogram<u64>> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).map_err(failed("make a histogram"))
}
