//! What the processes of this lab do: one gives, the others wait.

use std::fs::File;
use std::io::ErrorKind::{BrokenPipe, UnexpectedEof};
use std::io::{self, Read, Write};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::way::{WAITERS, Way, Words};
use crate::error::{Error, Result};
use crate::lab::stage::Actor;
use crate::platform::clock;
use crate::platform::machine::run_on;
use crate::platform::sync::{Ordering, spin_loop};

/// What the process is called that gives.
pub(super) const GIVERS: [&str; 2] = ["giver", "worker"];

/// What a waiter is given to know, in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Setup {
    /// Which of the waiters it is.
    pub(super) waiter: usize,
    /// How long it naps, if it does.
    pub(super) nap_ns: u64,
    /// It has done after so many.
    pub(super) messages: u64,
    /// Where it runs, if it is to run there only.
    pub(super) cpu: Option<usize>,
}

/// What a waiter says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Noticed {
    /// From when it was given to when it was noticed.
    pub(super) latency_ns: u64,
    /// The CPU time that the waiter had used by then, since its start.
    pub(super) cpu_ns: u64,
}

/// A process of this lab.
pub(super) fn act(actor: &mut Actor) -> Result<()> {
    let pipes: Vec<_> = std::mem::take(&mut actor.links).into_iter().map(File::from).collect();
    if GIVERS.contains(&actor.part.as_str()) { give(actor, pipes) } else { wait(actor, pipes) }
}

/// Parses what the stage has said in a line.
pub(super) fn parse<T: serde::de::DeserializeOwned>(line: &str) -> Result<T> {
    let parsed = serde_json::from_str(line).map_err(std::io::Error::from);
    parsed.map_err(Error::failed(format_args!("read {line:?}, which a process of the lab was sent")))
}

/// Writes what the other side parses.
pub(super) fn line(of: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(of)
        .map_err(std::io::Error::from)
        .map_err(Error::failed("write a line for a process of the lab"))
}

/// Whether this process runs on that CPU only from now on: a sandbox may refuse it.
fn pin(cpu: Option<usize>) -> bool {
    cpu.is_none_or(|cpu| run_on(cpu).is_ok())
}

fn own_cpu_ns() -> u64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec.cast_unsigned() * 1_000_000_000 + used.tv_nsec.cast_unsigned()
}

fn wait(actor: &Actor, mut pipes: Vec<File>) -> Result<()> {
    let (way, setup): (Way, Setup) = parse(&actor.hear()?)?;
    let words = Words(actor.memory());
    let mut waiter = Waiter { actor, words, way, setup, pipe: pipes.pop(), stops: true };
    actor.say(if pin(setup.cpu) { "pinned" } else { "free" })?;
    let mut all = Vec::new();
    for number in 1..=setup.messages {
        waiter.wait_for(number)?;
        let now_ns = clock::now_ns();
        // Relaxed: it came before the message.
        let sent_ns = words.sent_ns().load(Ordering::Relaxed);
        all.push(Noticed { latency_ns: now_ns.saturating_sub(sent_ns).max(1), cpu_ns: own_cpu_ns() });
        words.noticed(setup.waiter).store(number, Ordering::Release);
    }
    actor.say(&line(&all)?)?;
    // There is something to be seen of it in /proc until the stage has seen enough.
    actor.hear().map(drop)
}

struct Waiter<'a> {
    actor: &'a Actor,
    words: Words<'a>,
    way: Way,
    setup: Setup,
    pipe: Option<File>,
    /// It has not stopped yet.
    stops: bool,
}

impl Waiter<'_> {
    fn has_come(&self, number: u64) -> bool {
        // Acquire: with the number comes the time.
        self.words.message().load(Ordering::Acquire) >= number
    }

    fn wait_for(&mut self, number: u64) -> Result<()> {
        match self.way {
            Way::Polling => {
                while !self.has_come(number) {
                    spin_loop();
                }
                Ok(())
            }
            Way::Napping => self.nap_until(number),
            Way::Futex | Way::Careful => self.sleep_until(number),
            Way::Careless => self.sleep_carelessly_until(number),
            Way::Pipe | Way::Reader => self.read(),
        }
    }

    fn nap_until(&self, number: u64) -> Result<()> {
        loop {
            clock::sleep_until(clock::now_ns() + self.setup.nap_ns)?;
            let has_come = self.has_come(number);
            self.words.looks().fetch_add(1, Ordering::Release);
            self.words.giver().notify_word();
            if has_come {
                return Ok(());
            }
        }
    }

    /// As the game's panes do: disarms, looks, sleeps.
    fn sleep_until(&mut self, number: u64) -> Result<()> {
        let bell = self.words.bell(self.setup.waiter);
        loop {
            bell.disarm();
            if self.has_come(number) {
                return Ok(());
            }
            self.stop_once(Way::Careful)?;
            bell.sleep(Duration::MAX);
        }
    }

    /// The mistake: a notification between the look and the disarming is forgotten.
    fn sleep_carelessly_until(&mut self, number: u64) -> Result<()> {
        let bell = self.words.bell(self.setup.waiter);
        while !self.has_come(number) {
            self.stop_once(Way::Careless)?;
            bell.disarm();
            bell.sleep(Duration::MAX);
        }
        Ok(())
    }

    fn read(&mut self) -> Result<()> {
        self.stop_once(Way::Reader)?;
        let missing = || Error::failed("find the pipe of the lab")(std::io::ErrorKind::NotFound.into());
        let mut pipe = self.pipe.as_ref().ok_or_else(missing)?;
        piped(pipe.read_exact(&mut [0]), "read from the pipe of the lab")
    }

    fn stop_once(&mut self, way: Way) -> Result<()> {
        if self.way == way && std::mem::take(&mut self.stops) { self.actor.stop_here() } else { Ok(()) }
    }
}

/// What the giver is asked for, a line each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Wanted {
    /// A message, now.
    Give,
    /// A message, right after the napping process has looked.
    GiveAfterALook,
    /// On that CPU a message, so much CPU time of work, and another message.
    Work { cpu: usize, cpu_ns: u64 },
}

/// What the giver's work has taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Given {
    /// CPU time.
    pub(super) cpu_ns: u64,
    /// Time.
    pub(super) elapsed_ns: u64,
    /// It could not choose its CPU.
    pub(super) is_free: bool,
}

fn give(actor: &Actor, mut pipes: Vec<File>) -> Result<()> {
    let words = Words(actor.memory());
    loop {
        let asked = actor.hear()?;
        if asked.is_empty() {
            return Ok(());
        }
        let mut given = Given::default();
        match parse(&asked)? {
            Wanted::Give => {}
            Wanted::GiveAfterALook => await_a_look(words),
            Wanted::Work { cpu, cpu_ns } => {
                given.is_free = !pin(Some(cpu));
                send(words, &mut pipes)?;
                let (began_ns, had_ns) = (clock::now_ns(), own_cpu_ns());
                while own_cpu_ns() - had_ns < cpu_ns {
                    spin_loop();
                }
                given.cpu_ns = own_cpu_ns() - had_ns;
                given.elapsed_ns = clock::now_ns() - began_ns;
            }
        }
        send(words, &mut pipes)?;
        actor.say(&line(&given)?)?;
    }
}

fn await_a_look(words: Words<'_>) {
    let looks = || words.looks().load(Ordering::Acquire);
    let before = looks();
    loop {
        words.giver().disarm();
        if looks() != before {
            return;
        }
        words.giver().sleep(Duration::MAX);
    }
}

fn send(words: Words<'_>, pipes: &mut [File]) -> Result<()> {
    // Relaxed: this process alone writes it, and what it guards is released by the store below.
    let number = words.message().load(Ordering::Relaxed) + 1;
    words.sent_ns().store(clock::now_ns(), Ordering::Relaxed);
    words.message().store(number, Ordering::Release);
    (0..WAITERS).for_each(|waiter| words.bell(waiter).notify_word());
    let written = pipes.iter_mut().try_for_each(|pipe| pipe.write_all(b"!"));
    piped(written, "write to the pipe of the lab")
}

/// What came of a read or a write. If the other process has ended before its time, so has the lab: this one waits for its own end.
fn piped(done: io::Result<()>, action: &str) -> Result<()> {
    match done {
        Err(error) if matches!(error.kind(), BrokenPipe | UnexpectedEof) => clock::stand_still(),
        done => done.map_err(Error::system(action)),
    }
}
