//! The launcher's part: starts the processes of a repetition, sees it to its end, gathers what they write.

use std::io;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use hdrhistogram::serialization::Deserializer;
use nix::sys::resource::UsageWho::RUSAGE_CHILDREN;
use nix::sys::signal::Signal;

use super::figures::{Repeat, Sample, Usage, new_histogram};
use super::key::{Mode, RowKey};
use super::plan::Plan;
use super::setup::RepetitionSetup;
use super::transport::{Arena, buffer_words, links};
use super::worker::{BenchWorker, Line};
use crate::error::{Error, Result};
use crate::platform::signals::Signals;
use crate::platform::sync::Ordering;
use crate::platform::units::LONGEST;
use crate::protocol::End;
use crate::shm::{Mapping, WordsMapping};
use crate::supervisor::spawn::{ParentDeathPipe, sleep_on};

/// A repetition that takes so much longer than it may has hung.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many hops come before the counted ones, and the more the more there are, within these bounds.
const WARMUP_HOPS: std::ops::RangeInclusive<u64> = 100..=10_000;

/// All that outlasts a repetition.
pub(super) struct Driver {
    memfd: OwnedFd,
    mapping: Mapping<Arena>,
    /// The payloads that are too large for the Arena, and how many words they may have. From row to row it only grows.
    buffers: Option<(OwnedFd, usize)>,
    parent_death_pipe: ParentDeathPipe,
    /// The signals that ask for the end; None where they do what they did before.
    pub(super) signals: Option<Signals>,
}

impl Driver {
    /// Creates the Arena, and has no children yet. It ends a repetition when a signal comes, if it is given them.
    pub(super) fn new(signals: Option<Signals>) -> Result<Self> {
        let (memfd, mapping) = Mapping::create_zeroed()?;
        let parent_death_pipe = ParentDeathPipe::new()?;
        Ok(Self { memfd, mapping, buffers: None, parent_death_pipe, signals })
    }

    /// Makes room for the payloads of a row.
    ///
    /// # Errors
    /// [`Error::System`] where there is none.
    pub(super) fn make_room(&mut self, key: &RowKey) -> Result<()> {
        let words = buffer_words(key);
        if words > self.buffers.as_ref().map_or(0, |(_, words)| *words) {
            // What was there goes first: together they may be too much.
            self.buffers = None;
            self.buffers = Some((WordsMapping::create("the payloads", words)?, words));
        }
        Ok(())
    }

    /// Plays one repetition of a row, unless a signal asks for the end. No child is left, however it ends.
    ///
    /// Only for the main thread: a child dies with the *thread* that started it (`PR_SET_PDEATHSIG`).
    pub(super) fn repetition(
        &mut self,
        key: RowKey,
        plan: &Plan,
        cpus: &[usize],
    ) -> Result<ControlFlow<Signal, Sample>> {
        let before = Usage::of(RUSAGE_CHILDREN)?;
        self.make_room(&key)?;
        let buffers = self.buffers.as_ref().filter(|_| buffer_words(&key) > 0);
        let setup = setup(key, plan, cpus, buffers.map_or(0, |(_, words)| *words));
        self.mapping.shared().clear();
        let mut line = Line::default();
        for (me, links) in links(&key)?.into_iter().enumerate() {
            let buffers = buffers.map(|(memfd, _)| memfd.as_fd());
            line.0.push(BenchWorker::start(
                me,
                &setup,
                &self.memfd,
                buffers,
                &self.parent_death_pipe,
                links,
            )?);
        }
        let limit = PATIENCE.saturating_add(setup.time.saturating_mul(2)).min(LONGEST);
        if let Some(signal) = self.watch(&mut line.0, key, limit)? {
            return Ok(ControlFlow::Break(signal));
        }
        let usage = Usage::of(RUSAGE_CHILDREN)?.since(before);
        self.sample(key.mode, &line.0, usage).map(ControlFlow::Continue)
    }

    /// Until all have ended well, or one has not; None, or the signal that asked for the end.
    fn watch(&mut self, line: &mut [BenchWorker], key: RowKey, limit: Duration) -> Result<Option<Signal>> {
        let failed = |how: io::Error| Error::failed(format_args!("measure {}", key.name()))(how);
        let deadline = Instant::now() + limit;
        loop {
            if let Some(signal) = self.signals.as_ref().and_then(Signals::take) {
                return Ok(Some(signal));
            }
            for worker in line.iter_mut() {
                if let Some(death) = worker.look()?.filter(|death| *death != End::Code(0)) {
                    return Err(match death {
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
                return Err(failed(io::ErrorKind::TimedOut.into()));
            }
            let fds = self.signals.iter().map(AsFd::as_fd).chain(line.iter().filter_map(BenchWorker::pidfd));
            sleep_on(fds, Some(deadline), "wait for the processes of the bench (poll)")?;
        }
    }

    /// What all of them have written.
    fn sample(&self, mode: Mode, line: &[BenchWorker], usage: Usage) -> Result<Sample> {
        let mut latencies = new_histogram()?;
        let (mut first_ns, mut last_ns, mut hops, mut all_hops) = (u64::MAX, 0, 0, 0);
        for (me, worker) in line.iter().enumerate() {
            let read = Deserializer::new().deserialize::<u64, _>(&mut worker.stdout.all().as_slice());
            let read = read.map_err(io::Error::other);
            let read =
                read.map_err(Error::system(format_args!("read the latencies of {}", worker.name())))?;
            latencies.add(read).map_err(io::Error::other).map_err(Error::system("add up the latencies"))?;
            let log = &self.mapping.shared().logs[me];
            // Relaxed: the process has ended, and was waited for.
            first_ns = first_ns.min(log.first_ns.load(Ordering::Relaxed));
            last_ns = last_ns.max(log.last_ns.load(Ordering::Relaxed));
            hops += log.counted.load(Ordering::Relaxed);
            all_hops += log.taken.load(Ordering::Relaxed);
        }
        let waited_ns = self.mapping.shared().logs[0].waited_ns.load(Ordering::Relaxed);
        let repeat = Repeat {
            hops,
            p50_ns: latencies.value_at_quantile(0.5),
            wall: Duration::from_nanos(last_ns.saturating_sub(first_ns)),
            sender_waited: mode.waits_for_room().then(|| Duration::from_nanos(waited_ns)),
        };
        Ok(Sample { latencies, repeats: vec![repeat], all_hops, usage })
    }
}

fn setup(key: RowKey, plan: &Plan, cpus: &[usize], buffers: usize) -> RepetitionSetup {
    let (hops, time) = plan.limits();
    RepetitionSetup {
        launcher_pid: std::process::id(),
        key,
        warmup_hops: (hops / 10).clamp(*WARMUP_HOPS.start(), *WARMUP_HOPS.end()),
        hops,
        time,
        cpus: (0..key.processes).map(|process| key.placement.cpu(process, cpus)).collect(),
        buffers,
        spoil: plan.spoil(),
    }
}
