//! The stage: starts the processes of a lab, notes what happens, shows it.

use std::os::fd::{AsFd, OwnedFd};
use std::process::Stdio;

use serde::{Deserialize, Serialize};

use super::memory::LabMemory;
use super::process::LabProcess;
use crate::error::{Error, Result};
use crate::lab::front::{Front, Picture};
use crate::platform::{clock, fds};
use crate::recording::line::Hex;
use crate::shm::Mapping;
use crate::supervisor::spawn::{ParentDeathPipe, ourselves, start};

/// At most so many events are kept of a lab.
pub const MOST_EVENTS: usize = 2_000;

/// What has happened, for the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Since the lab began, in nanoseconds.
    pub at_ns: u64,
    /// One sentence without a full stop: `the reader (pid 4711) was killed`.
    pub text: String,
}

/// A ball that was played: its hand-offs, and their hash, which the seed gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trajectory {
    /// How many hand-offs.
    pub hops: u64,
    /// The hash after them, as the reference simulation of a court of three panes with the student's seed gives it.
    pub hash: Hex,
}

/// The stage of a lab.
pub struct Stage<'a> {
    lab: &'static str,
    /// The student's seed.
    pub seed: u64,
    memfd: OwnedFd,
    memory: Mapping<LabMemory>,
    parent_death_pipe: ParentDeathPipe,
    began_ns: u64,
    front: &'a mut dyn Front,
    pub(in crate::lab) events: Vec<Event>,
    pub(in crate::lab) trajectory: Option<Trajectory>,
}

impl<'a> Stage<'a> {
    /// An empty stage.
    ///
    /// Only for the main thread: a process ends with the *thread* that started it (`PR_SET_PDEATHSIG`).
    pub(in crate::lab) fn new(lab: &'static str, seed: u64, front: &'a mut dyn Front) -> Result<Self> {
        let (memfd, memory) = Mapping::<LabMemory>::create_zeroed()?;
        memory.shared().begin();
        Ok(Self {
            lab,
            seed,
            memfd,
            memory,
            parent_death_pipe: ParentDeathPipe::new()?,
            began_ns: clock::now_ns(),
            front,
            events: Vec::new(),
            trajectory: None,
        })
    }

    /// Where the student reads and answers.
    pub(in crate::lab) fn front(&mut self) -> &mut dyn Front {
        self.front
    }

    /// Whether the student sits at a window: then other windows may be opened beside it.
    pub fn is_at_a_window(&self) -> bool {
        self.front.is_window()
    }

    /// How long the lab has been going on, in nanoseconds.
    pub fn now_ns(&self) -> u64 {
        clock::now_ns() - self.began_ns
    }

    /// What all processes of the lab share.
    pub fn memory(&self) -> &LabMemory {
        self.memory.shared()
    }

    /// Starts a process of the lab, this same executable, in this part. Its ends of links are closed here when this returns.
    ///
    /// # Errors
    /// [`Error::System`], for example at a limit of processes.
    pub fn start(&mut self, part: &str, links: Vec<OwnedFd>) -> Result<LabProcess> {
        let role = format!("lab:{}:{part}:{}", self.lab, links.len());
        let mut command = ourselves(&["--role", &role]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let own =
            [(self.memfd.as_fd(), fds::REGION), (self.parent_death_pipe.as_fd(), fds::PARENT_DEATH_PIPE)];
        let links = links.iter().map(AsFd::as_fd).zip(fds::LINKS..);
        let (process, streams) =
            start(command, own.into_iter().chain(links), format!("process {part} of the lab"))?;
        let stdout = streams.stdout.ok_or_else(|| {
            Error::failed("hear a process of the lab")(std::io::ErrorKind::BrokenPipe.into())
        })?;
        let process = LabProcess::new(part, process, streams.stdin, stdout);
        self.note(format!("process {part} (pid {}) was started", process.pid()));
        Ok(process)
    }

    /// Notes what has happened, for the receipt, and shows it.
    pub fn note(&mut self, text: impl Into<String>) {
        let event = Event { at_ns: self.now_ns(), text: text.into() };
        self.front.event(&event.text);
        if self.events.len() < MOST_EVENTS {
            self.events.push(event);
        }
    }

    /// Shows the processes and the memory as they are now.
    pub fn show(&mut self, picture: &Picture) {
        self.front.picture(picture);
    }

    /// Notes that the ball of the student's seed was played so far, to this hash.
    pub fn played(&mut self, hops: u64, hash: u64) {
        self.trajectory = Some(Trajectory { hops, hash: Hex(hash) });
    }
}
