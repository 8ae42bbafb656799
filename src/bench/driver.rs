//! The launcher's part: starts the processes of a repetition, sees it to its end, gathers what they write.

use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use hdrhistogram::serialization::Deserializer;
use nix::sys::resource::UsageWho::RUSAGE_CHILDREN;
use nix::sys::signal::Signal;

use super::figures::{Repeat, Sample, Usage, new_histogram, written_down};
use super::floor::FloorKey;
use super::key::RowKey;
use super::mechanism::Mechanism;
use super::memory::{Memory, backing};
use super::placement::Places;
use super::plan::Plan;
use super::setup::RepetitionSetup;
use super::transport::links;
use super::worker::{BenchWorker, Line};
use crate::error::{Error, Result, exit};
use crate::platform::signals::Signals;
use crate::platform::sync::Ordering;
use crate::platform::units::LONGEST;
use crate::protocol::End;
use crate::protocol::doorbell::Wait;
use crate::shm::Backing;
use crate::supervisor::spawn::{ParentDeathPipe, sleep_on};

/// So many hops come before the counted ones, and the more the more there are, within these bounds.
const WARMUP_HOPS: std::ops::RangeInclusive<u64> = 100..=10_000;

/// The longest counted time of a repetition of a floor.
const FLOOR_TIME: Duration = Duration::from_millis(150);

/// All that outlasts a repetition.
pub(super) struct Driver {
    memory: Memory,
    /// The same on a disk, from the first row on that needs it.
    file: Option<Memory>,
    parent_death_pipe: ParentDeathPipe,
    /// The signals that ask for the end; None where they do what they did before.
    pub(super) signals: Option<Signals>,
}

impl Driver {
    /// Creates the Arena, and has no children yet. It ends a repetition when a signal comes, if it is given them.
    pub(super) fn new(signals: Option<Signals>) -> Result<Self> {
        let memory = Memory::new(Backing::Memfd)?;
        Ok(Self { memory, file: None, parent_death_pipe: ParentDeathPipe::new()?, signals })
    }

    /// Makes room for the payloads of a row.
    ///
    /// # Errors
    /// [`Error::System`] where there is none.
    pub(super) fn make_room(&mut self, key: &RowKey) -> Result<()> {
        self.memory_for(key.transport)?.make_room(key)
    }

    fn memory_for(&mut self, mechanism: Mechanism) -> Result<&mut Memory> {
        match (backing(mechanism), &mut self.file) {
            (Backing::Memfd, _) => Ok(&mut self.memory),
            (Backing::File, Some(file)) => Ok(file),
            (Backing::File, none) => Ok(none.insert(Memory::new(Backing::File)?)),
        }
    }

    /// Plays one repetition of a row, unless a signal asks for the end. No child is left, however it ends.
    ///
    /// Only for the main thread: a child dies with the *thread* that started it (`PR_SET_PDEATHSIG`).
    pub(super) fn repetition(
        &mut self,
        key: RowKey,
        plan: &Plan,
        places: &Places,
    ) -> Result<ControlFlow<Signal, Sample>> {
        self.make_room(&key)?;
        let words = self.memory_of(&key).buffers(&key).map_or(0, |(_, words)| words);
        self.play(&setup(key, plan, places, words), plan.patience(), &key.name())
    }

    /// The same of a floor.
    pub(super) fn floor(
        &mut self,
        floor: FloorKey,
        plan: &Plan,
        places: &Places,
    ) -> Result<ControlFlow<Signal, Sample>> {
        self.play(&floor_setup(floor, plan, places), plan.patience(), &floor.name())
    }

    fn memory_of(&self, key: &RowKey) -> &Memory {
        let file = self.file.as_ref().filter(|_| backing(key.transport) == Backing::File);
        file.unwrap_or(&self.memory)
    }

    fn play(
        &mut self,
        setup: &RepetitionSetup,
        patience: Duration,
        name: &str,
    ) -> Result<ControlFlow<Signal, Sample>> {
        let before = Usage::of(RUSAGE_CHILDREN)?;
        let memory = self.memory_of(&setup.key);
        memory.arena().clear();
        let mut line = Line::default();
        for (me, links) in links(&setup.key)?.into_iter().enumerate() {
            line.0.push(BenchWorker::start(me, setup, memory, &self.parent_death_pipe, links)?);
        }
        let limit = patience.saturating_add(setup.time.saturating_mul(2)).min(LONGEST);
        if let Some(signal) = self.watch(&mut line.0, &setup.key, name, limit)? {
            return Ok(ControlFlow::Break(signal));
        }
        let usage = Usage::of(RUSAGE_CHILDREN)?.since(before);
        self.sample(&line.0, &setup.key, usage).map(ControlFlow::Continue)
    }

    /// Until all have ended well, or one has not; None, or the signal that asked for the end.
    fn watch(
        &mut self,
        line: &mut [BenchWorker],
        key: &RowKey,
        name: &str,
        limit: Duration,
    ) -> Result<Option<Signal>> {
        let failed = |how: io::Error| Error::failed(format_args!("measure {name}"))(how);
        let deadline = Instant::now() + limit;
        loop {
            if let Some(signal) = self.signals.as_ref().and_then(Signals::take) {
                return Ok(Some(signal));
            }
            for worker in line.iter_mut() {
                if let Some(death) = worker.look()?.filter(|death| *death != End::Code(0)) {
                    return Err(match death {
                        End::Code(exit::CPU_LOST) => worker.lost_cpu(),
                        // It has reported why.
                        End::Code(code @ 2..=6) => Error::ChildFailed(code),
                        _ => failed(io::Error::other(format!("{} ended too early ({death})", worker.name()))),
                    });
                }
            }
            if line.iter().all(|worker| worker.ended.is_some()) {
                return Ok(None);
            }
            if Instant::now() >= deadline {
                return Err(failed(late(key)));
            }
            let fds = self.signals.iter().map(AsFd::as_fd).chain(line.iter().filter_map(BenchWorker::pidfd));
            sleep_on(fds, Some(deadline), "wait for the processes of the bench (poll)")?;
        }
    }

    /// What all of them have written.
    fn sample(&self, line: &[BenchWorker], key: &RowKey, usage: Usage) -> Result<Sample> {
        let arena = self.memory_of(key).arena();
        let mut latencies = new_histogram()?;
        let (mut first_ns, mut last_ns, mut hops, mut all_hops) = (u64::MAX, 0, 0, 0);
        for (me, worker) in line.iter().enumerate() {
            let read = Deserializer::new().deserialize::<u64, _>(&mut worker.stdout.all().as_slice());
            let read = read.map_err(io::Error::other);
            let read =
                read.map_err(Error::system(format_args!("read the latencies of {}", worker.name())))?;
            latencies.add(read).map_err(io::Error::other).map_err(Error::system("add up the latencies"))?;
            let log = &arena.logs[me];
            // Relaxed: the process has ended, and was waited for.
            first_ns = first_ns.min(log.first_ns.load(Ordering::Relaxed));
            last_ns = last_ns.max(log.last_ns.load(Ordering::Relaxed));
            hops += log.counted.load(Ordering::Relaxed);
            all_hops += log.taken.load(Ordering::Relaxed);
        }
        let waited_ns = arena.logs[0].waited_ns.load(Ordering::Relaxed);
        let repeat = Repeat {
            hops,
            p50_ns: latencies.value_at_quantile(0.5),
            first_ns,
            latencies: written_down(&latencies)?,
            wall: Duration::from_nanos(last_ns.saturating_sub(first_ns)),
            sender_waited: key.mode.waits_for_room().then(|| Duration::from_nanos(waited_ns)),
        };
        Ok(Sample { latencies, repeats: vec![repeat], all_hops, usage })
    }
}

/// Why a repetition may not have come to its end.
fn late(key: &RowKey) -> io::Error {
    let why = match key.transport {
        Mechanism::Udp => "it is not over in time: the kernel may have dropped a datagram",
        _ => "it is not over in time",
    };
    io::Error::new(io::ErrorKind::TimedOut, why)
}

fn setup(key: RowKey, plan: &Plan, places: &Places, buffers: usize) -> RepetitionSetup {
    let (hops, time) = plan.limits();
    RepetitionSetup {
        launcher_pid: std::process::id(),
        key,
        floor: None,
        warmup_hops: (hops / 10).clamp(*WARMUP_HOPS.start(), *WARMUP_HOPS.end()),
        hops,
        time,
        cpus: places.cpus(&key),
        buffers,
        spoil: plan.spoil(),
    }
}

/// Of a floor: as long as a row by default, and no longer if rows take longer.
fn floor_setup(floor: FloorKey, plan: &Plan, places: &Places) -> RepetitionSetup {
    let key = RowKey::latency(Mechanism::Shared, Wait::Block, floor.placement, floor.processes(), 8);
    let setup = setup(key, plan, places, 0);
    RepetitionSetup { floor: Some(floor), time: setup.time.min(FLOOR_TIME), ..setup }
}
