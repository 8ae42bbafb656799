//! Such a process, from outside.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::asleep::{SEEN_BY, SILENCE, asleep_in};
use super::call::{Call, Ended, Order, Reply};
use super::described::described;
use super::place::{begun, counts};
use crate::error::{Error, Result};
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{LabProcess, PATIENCE, Stage};
use crate::platform::sync::Ordering;

/// So long nothing is looked at while a call may return.
const LOOK: Duration = Duration::from_millis(1);

/// A process that makes calls as it is asked for. Dropped, it is killed and reaped.
pub(in crate::lab) struct Caller {
    process: LabProcess,
    place: usize,
    /// What it was given, in words.
    given: Vec<String>,
    number: u64,
    call: Option<Call>,
}

impl Caller {
    /// Starts it with these links. Each process of a task has another place.
    pub(in crate::lab) fn start(
        stage: &mut Stage<'_>,
        place: usize,
        part: &str,
        links: Vec<OwnedFd>,
    ) -> Result<Self> {
        let given = links.iter().map(described).collect();
        let process = stage.start(part, links)?;
        Ok(Self { process, place, given, number: 0, call: None })
    }

    /// The process.
    pub(in crate::lab) fn process(&mut self) -> &mut LabProcess {
        &mut self.process
    }

    /// Its process id.
    pub(in crate::lab) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Which part it plays.
    pub(in crate::lab) fn part(&self) -> &str {
        &self.process.part
    }

    /// What it was given as this link.
    pub(super) fn given(&self, link: usize) -> Option<&str> {
        self.given.get(link).map(String::as_str)
    }

    /// Asks for a call, and does not wait for what comes of it.
    pub(in crate::lab) fn begin(&mut self, call: Call) -> Result<()> {
        self.number += 1;
        let order = Order { place: self.place, number: self.number, call };
        let line = serde_json::to_string(&order)
            .map_err(|error| Error::failed("ask a process of the lab for a call")(error.into()))?;
        self.process.say(&line);
        self.call = Some(order.call);
        Ok(())
    }

    /// Asks for a call, and waits until it has returned, the process has died, or sleeps in it.
    pub(in crate::lab) fn make(&mut self, stage: &Stage<'_>, call: Call) -> Result<Ended> {
        self.begin(call)?;
        self.settle(stage)
    }

    /// Asks for a call, and waits until it has returned.
    pub(in crate::lab) fn returned(&mut self, stage: &Stage<'_>, call: Call) -> Result<Reply> {
        match self.make(stage, call)? {
            Ended::Returned(reply) => Ok(reply),
            other => {
                let why = std::io::Error::other(format!("process {} {}", self.part(), other.words()));
                Err(Error::failed("make a call that must return")(why))
            }
        }
    }

    /// Waits until the call has returned, the process has died, or sleeps in it.
    pub(in crate::lab) fn settle(&mut self, stage: &Stage<'_>) -> Result<Ended> {
        let began = Instant::now();
        let mut seen = None;
        while began.elapsed() < PATIENCE {
            match self.process.hear_within(LOOK) {
                Ok(Some(line)) => {
                    let reply = serde_json::from_str(&line);
                    let reply = reply
                        .map_err(|error| Error::failed(format_args!("understand {line:?}"))(error.into()))?;
                    return Ok(Ended::Returned(reply));
                }
                // It has closed its stdout: it has died, or is about to.
                Err(_) => return Ok(Ended::Died(self.process.end()?)),
                Ok(None) => {}
            }
            // One that has answered meanwhile sleeps too, until it hears the next line: then its answer is heard before this.
            if let Some(seen) = seen {
                return Ok(Ended::Asleep(seen));
            }
            seen = self.asleep(stage, began);
        }
        let why = format!("process {} (pid {}) does not return", self.part(), self.pid());
        Err(Error::failed("see what comes of a call")(std::io::Error::other(why)))
    }

    fn asleep(&self, stage: &Stage<'_>, began: Instant) -> Option<&'static str> {
        // Relaxed: whether it sleeps is seen in /proc.
        if begun(stage.memory(), self.place).load(Ordering::Relaxed) != self.number {
            return None;
        }
        if self.process.letter().is_none() {
            return (began.elapsed() > SILENCE).then_some(SEEN_BY[3]);
        }
        let call = self.call.as_ref()?;
        if let Call::Exchange { output, input, .. } = call {
            let sleeps = |call, link: &usize| asleep_in(&self.process, call, *link);
            return sleeps("write", output).or_else(|| sleeps("read", input));
        }
        let (name, link) = call.sleeps()?;
        asleep_in(&self.process, name, link)
    }

    /// In which call of an exchange it sleeps: `write`, `read`; None if in none of both, or that cannot be seen.
    pub(in crate::lab) fn sleeps_in(&self) -> Option<&'static str> {
        let Some(Call::Exchange { output, input, .. }) = &self.call else {
            return self.call.as_ref().and_then(Call::sleeps).map(|(name, _)| name);
        };
        let is_seen = |call, link: &usize| asleep_in(&self.process, call, *link) == Some(SEEN_BY[0]);
        let calls = [("write", output), ("read", input)];
        calls.into_iter().find(|(call, link)| is_seen(call, link)).map(|(call, _)| call)
    }

    /// How many bytes it has written, and read, of an exchange.
    pub(in crate::lab) fn counts(&self, stage: &Stage<'_>) -> [u64; 2] {
        // Relaxed: of one that sleeps they do not change; of another one they are a moment old in any case.
        counts(stage.memory(), self.place).map(|word| word.load(Ordering::Relaxed))
    }

    /// What changes if it has done anything.
    fn progress(&self, stage: &Stage<'_>) -> ([u64; 2], u64) {
        (self.counts(stage), self.process.voluntary_switches())
    }
}

/// Waits until each of them has returned, has died, or sleeps, and none of them can wake another any more.
pub(in crate::lab) fn stand_still(stage: &Stage<'_>, callers: &mut [&mut Caller]) -> Result<Vec<Ended>> {
    let mut ended: Vec<Option<Ended>> = callers.iter().map(|_| None).collect();
    let mut before = Vec::new();
    // Who slept at the first look and has not been awake at the second was asleep all the time between; so there was a
    // moment at which all of them slept.
    loop {
        for (caller, ended) in callers.iter_mut().zip(&mut ended) {
            if ended.as_ref().is_none_or(Ended::is_asleep) {
                *ended = Some(caller.settle(stage)?);
            }
        }
        let now: Vec<_> = callers.iter().map(|caller| caller.progress(stage)).collect();
        if now == before {
            return Ok(ended.into_iter().flatten().collect());
        }
        before = now;
    }
}

/// Shows processes, each with what it does, and what lies between them.
pub(in crate::lab) fn show(stage: &mut Stage<'_>, processes: &[(&Caller, String)], cells: &[(&str, String)]) {
    let process = |(caller, state): &(&Caller, String)| ProcessPicture {
        name: caller.part().to_owned(),
        pid: caller.pid(),
        state: state.clone(),
        has_ball: false,
    };
    let cell = |(name, value): &(&str, String)| Cell { name: (*name).to_owned(), value: value.clone() };
    let cells = cells.iter().map(cell).collect();
    stage.show(&Picture { processes: processes.iter().map(process).collect(), cells });
}
