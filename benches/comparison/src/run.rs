//! One repetition of one mechanism: two processes, from their start to their end.

use std::fs;
use std::io::{self, IoSlice, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio, id};
use std::time::Duration;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::error::{Error, Result, failed};
use crate::mechanism::{Endpoint, Flow, Host, Passport, Wanted, Work};
use crate::placement::Placement;
use crate::roster::Mechanism;
use crate::spawn::{Role, Signals, SpawnedProcess, Watch, read_to_end};
use crate::usage::Usage;
use crate::worker::{FailpointStep, MAX_FDS};
use crate::{flow, frame};

/// What is the same for every run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Bytes of a payload.
    pub(crate) bytes: usize,
    /// What the processes do.
    pub(crate) work: Work,
    /// Whether one byte of one message is to be spoiled.
    pub(crate) corrupt: bool,
    /// The CPUs that there are.
    pub(crate) cpus: Vec<usize>,
}

impl Plan {
    /// To measure latency over so many counted hops; even.
    pub(crate) fn rally(bytes: usize, hops: u64, corrupt: bool, cpus: Vec<usize>) -> Self {
        // Even, and enough to have every page and every path in place.
        let warmup = (hops / 10).clamp(100, 10_000) / 2 * 2;
        Self { bytes, work: Work::Rally { warmup, hops }, corrupt, cpus }
    }

    /// Bytes of a message.
    pub(crate) fn frame(&self) -> usize {
        self.bytes
            + match self.work {
                Work::Rally { .. } => frame::HEADER,
                Work::Flow(_) => flow::HEADER,
            }
    }

    fn in_flight(&self) -> usize {
        match &self.work {
            Work::Rally { .. } => 1,
            Work::Flow(Flow { in_flight, .. }) => *in_flight,
        }
    }

    /// What a set-up takes, and a millisecond for each hop or message, which is far more than any mechanism needs; a megabyte
    /// may take ten.
    pub(crate) fn limit(&self) -> Duration {
        let set_up = Duration::from_secs(20);
        match &self.work {
            Work::Rally { warmup, hops } => set_up + Duration::from_millis(warmup + hops),
            Work::Flow(flow) => {
                let each = Duration::from_millis(1) + Duration::from_nanos(self.bytes as u64 * 10);
                let messages = flow.in_flight as u64 * 4 + flow.messages.unwrap_or(0);
                let messages = u32::try_from(messages).unwrap_or(u32::MAX);
                set_up * 2 + Duration::from_nanos(flow.time_ns) * 2 + each.saturating_mul(messages)
            }
        }
    }
}

/// A folder in memory for one run, removed after it.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn make(name: &str) -> Result<Self> {
        let path = Path::new("/dev/shm").join(name);
        fs::create_dir(&path).map_err(failed(format_args!("make the folder {}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Fails only if it is gone already.
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// One of the two processes, and the socket to it.
struct Worker {
    process: SpawnedProcess,
    control: UnixStream,
    index: usize,
}

/// Plays one repetition: what each process reports, and what both have used from their start to their end.
///
/// # Errors
/// Whatever the first process to fail says, or the deadline, or a signal.
pub(crate) fn repetition<R: DeserializeOwned>(
    mechanism: &Mechanism,
    placement: Placement,
    plan: &Plan,
    number: usize,
    signals: &Signals,
) -> Result<(Vec<R>, Usage)> {
    let run = format!("tripong-comparison-{}-{number}", id());
    let watch = Watch::new(signals, plan.limit());
    // Dropped in the reverse order: the processes, then what the mechanism holds, then the folder.
    let folder = Folder::make(&run)?;
    let wanted = Wanted { run: &run, frame: plan.frame(), in_flight: plan.in_flight() };
    mechanism.check_room(&wanted)?;
    let mut host = (mechanism.host)(&wanted)?;
    let before = Usage::of_children()?;
    let mut workers = Vec::new();
    for index in 0..mechanism.processes() {
        let passport = host.passport(index)?;
        let endpoint = Endpoint {
            mechanism: mechanism.name.to_owned(),
            index,
            parent: id(),
            run: run.clone(),
            folder: folder.0.clone(),
            token: passport.token.clone(),
            cpu: placement.cpu(index, &plan.cpus),
            other_cpu: placement.cpu(1 - index, &plan.cpus),
            frame: wanted.frame,
            work: plan.work.clone(),
            corrupt: plan.corrupt,
        };
        workers.push(Worker::start(endpoint, passport)?);
    }
    let reports = play(&mut workers, &mut *host, &watch)?;
    drop(workers);
    Ok((reports, Usage::of_children()?.since(&before)))
}

fn play<R: DeserializeOwned>(
    workers: &mut [Worker],
    host: &mut dyn Host,
    watch: &Watch<'_>,
) -> Result<Vec<R>> {
    all_reach(workers, FailpointStep::Opened, watch)?;
    host.introduce()?;
    leave(workers)?;
    all_reach(workers, FailpointStep::Attached, watch)?;
    leave(workers)?;
    all_reach(workers, FailpointStep::Played, watch)?;
    let reports: Result<Vec<_>> = workers.iter_mut().map(|worker| worker.report(watch)).collect();
    let reports = reports?;
    leave(workers)?;
    for worker in workers {
        let status = worker.process.ended(watch)?;
        if !status.success() {
            return Err(Error::Died { index: worker.index, how: describe(status) });
        }
    }
    Ok(reports)
}

/// Waits until every process has come as far. The first one that fails ends it.
fn all_reach(workers: &mut [Worker], step: FailpointStep, watch: &Watch<'_>) -> Result<()> {
    let mut waiting: Vec<usize> = (0..workers.len()).collect();
    while !waiting.is_empty() {
        let fds: Vec<_> = waiting.iter().filter_map(|index| workers.get(*index)).collect();
        let fds: Vec<_> = fds.iter().map(|worker| worker.control.as_fd()).collect();
        let index = waiting.remove(watch.readable(&fds)?);
        if let Some(worker) = workers.get_mut(index) {
            worker.reaches(step, watch)?;
        }
    }
    Ok(())
}

/// Allows the next step to all.
fn leave(workers: &mut [Worker]) -> Result<()> {
    workers.iter_mut().try_for_each(|worker| worker.control.write_all(b"g")).map_err(failed("go on"))
}

impl Worker {
    fn start(endpoint: Endpoint, passport: Passport) -> Result<Self> {
        let index = endpoint.index;
        let (control, theirs) = UnixStream::pair().map_err(failed("make the control socket"))?;
        let stdin = Stdio::from(OwnedFd::from(theirs));
        let process = SpawnedProcess::start(&Role::Worker(endpoint), stdin, Stdio::null())?;
        send_fds(&control, &passport.fds).map_err(failed("send the fds"))?;
        Ok(Self { process, control, index })
    }

    /// Reads one step, which is there or will not come.
    fn reaches(&mut self, step: FailpointStep, watch: &Watch<'_>) -> Result<()> {
        let mut byte = [0];
        let bytes = io::Read::read(&mut self.control, &mut byte);
        match bytes.map_err(failed("read from a process"))? {
            1 if byte[0] == step as u8 => Ok(()),
            // It has failed, and the reason follows.
            1 => self.report::<IgnoredAny>(watch).and_then(|_early| self.died(watch)),
            _ => self.died(watch),
        }
    }

    fn report<R: DeserializeOwned>(&mut self, watch: &Watch<'_>) -> Result<R> {
        let text = read_to_end(&mut self.control, watch)?;
        let outcome: std::result::Result<Result<R>, _> = serde_json::from_slice(&text);
        let place = format!("process {}", self.index);
        match outcome {
            Ok(outcome) => outcome.map_err(|error| error.within(place)),
            Err(error) => Err(failed("read the report")(error).within(place)),
        }
    }

    fn died<T>(&mut self, watch: &Watch<'_>) -> Result<T> {
        let how = describe(self.process.ended(watch)?);
        Err(Error::Died { index: self.index, how })
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

fn send_fds(control: &UnixStream, fds: &[OwnedFd]) -> rustix::io::Result<()> {
    let fds: Vec<_> = fds.iter().map(AsFd::as_fd).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(&fds)) {
        return Err(rustix::io::Errno::TOOBIG);
    }
    sendmsg(control, &[IoSlice::new(b"f")], &mut ancillary, SendFlags::NOSIGNAL).map(drop)
}
