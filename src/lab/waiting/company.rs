//! The processes of a task, from outside: those that wait, and the one that gives.

use rustix::pipe::{PipeFlags, pipe_with};

use super::meter::Meter;
use super::process::{GIVERS, Given, Noticed, Setup, Wanted, line, parse};
use super::way::{Way, Words};
use crate::error::{Error, Result};
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{LabProcess, Stage};
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::DoorbellState;

/// The processes of a task.
pub(super) struct Company {
    /// The name of each is that of its process.
    waiters: Vec<(Way, LabProcess)>,
    giver: LabProcess,
    given: u64,
    /// Every process that was to run on one CPU only does so.
    pub(super) is_pinned: bool,
}

impl Company {
    /// As [`Company::start_named`]: each is called as it waits, and the other one is the giver.
    pub(super) fn start(stage: &mut Stage<'_>, ways: &[Way], setup: Setup) -> Result<Self> {
        let names: Vec<_> = ways.iter().map(Way::to_string).collect();
        let named: Vec<_> = names.iter().map(String::as_str).zip(ways.iter().copied()).collect();
        Self::start_named(stage, &named, GIVERS[0], setup)
    }

    /// Starts a process for each way to wait, and one that gives. Returns when all are about to wait. The setup is that of the
    /// first; the others differ by their number.
    pub(super) fn start_named(
        stage: &mut Stage<'_>,
        named: &[(&str, Way)],
        giver: &str,
        setup: Setup,
    ) -> Result<Self> {
        let (mut waiters, mut writers) = (Vec::new(), Vec::new());
        let mut is_pinned = true;
        for (waiter, (name, way)) in named.iter().enumerate() {
            let mut links = Vec::new();
            if way.has_pipe() {
                let (reader, writer) =
                    pipe_with(PipeFlags::CLOEXEC).map_err(Error::system("create a pipe (pipe2)"))?;
                links.push(reader);
                writers.push(writer);
            }
            let mut process = stage.start(name, links)?;
            process.say(&line(&(*way, Setup { waiter, ..setup }))?);
            is_pinned &= process.hear()? == "pinned";
            waiters.push((*way, process));
        }
        let giver = stage.start(giver, writers)?;
        let company = Self { waiters, giver, given: 0, is_pinned };
        company.show(stage);
        Ok(company)
    }

    /// One of the waiters.
    pub(super) fn waiter(&mut self, waiter: usize) -> &mut LabProcess {
        &mut self.waiters[waiter].1
    }

    /// Has something given. Of work, the messages before and after it are two.
    pub(super) fn give(&mut self, stage: &mut Stage<'_>, wanted: Wanted) -> Result<Given> {
        self.given += if matches!(wanted, Wanted::Work { .. }) { 2 } else { 1 };
        self.giver.say(&line(&wanted)?);
        let waiters = self.waiters.iter_mut().map(|(_, process)| process);
        let given = parse(&self.giver.hear_beside(waiters)?)?;
        stage.note(format!("the {} (pid {}) gave message {}", self.giver.part, self.giver.pid(), self.given));
        Ok(given)
    }

    /// Waits until each of them has noticed what was given.
    pub(super) fn await_notice(&mut self, stage: &Stage<'_>) -> Result<()> {
        (0..self.waiters.len()).try_for_each(|waiter| self.await_notice_of(stage, waiter))
    }

    /// Waits until this one has noticed what was given.
    pub(super) fn await_notice_of(&mut self, stage: &Stage<'_>, waiter: usize) -> Result<()> {
        let (words, given) = (Words(stage.memory()), self.given);
        self.waiter(waiter).wait_until("notice a message by", |_| words.has_noticed(waiter, given))
    }

    /// Waits until each that sleeps while it waits is asleep.
    pub(super) fn await_sleep(&mut self) -> Result<()> {
        for (way, process) in &mut self.waiters {
            if *way != Way::Polling {
                process.wait_until("fall asleep", |process| process.letter() == Some('S'))?;
            }
        }
        Ok(())
    }

    /// What /proc says of each waiter.
    pub(super) fn meters(&self) -> Vec<Meter> {
        self.waiters.iter().map(|(_, process)| Meter::of(process)).collect()
    }

    /// What each waiter says of its messages.
    pub(super) fn noticed(&mut self) -> Result<Vec<Vec<Noticed>>> {
        self.waiters.iter_mut().map(|(_, process)| parse(&process.hear()?)).collect()
    }

    /// Shows them as they are.
    pub(super) fn show(&self, stage: &mut Stage<'_>) {
        let picture = |process: &LabProcess, more: &str| ProcessPicture {
            name: process.part.clone(),
            pid: process.pid(),
            state: format!("{}{more}", state(process.letter())),
            has_ball: false,
        };
        let words = Words(stage.memory());
        let processes = std::iter::once(picture(&self.giver, ""));
        let waiters = self.waiters.iter().enumerate();
        let waiters = waiters.map(|(waiter, (_, process))| {
            let has_noticed = self.given > 0 && words.has_noticed(waiter, self.given);
            picture(process, if has_noticed { ", has noticed it" } else { "" })
        });
        // Relaxed: for people.
        let message = words.message().load(Ordering::Relaxed);
        let mut cells = vec![Cell { name: "flag".to_owned(), value: message.to_string() }];
        let bells = self
            .waiters
            .iter()
            .enumerate()
            .filter(|(_, (way, _))| matches!(way, Way::Futex | Way::Careful | Way::Careless));
        cells.extend(bells.map(|(waiter, (_, process))| Cell {
            name: format!("doorbell of {}", process.part),
            value: bell(words.bell(waiter).state()).to_owned(),
        }));
        let picture = Picture { processes: processes.chain(waiters).collect(), cells };
        stage.show(&picture);
    }
}

/// In words.
fn bell(state: DoorbellState) -> &'static str {
    match state {
        DoorbellState::Awake => "AWAKE",
        DoorbellState::Notified => "NOTIFIED",
        DoorbellState::Asleep(_) => "asleep on the futex",
        DoorbellState::Corrupt(_) => "corrupt",
    }
}

/// In words.
fn state(letter: Option<char>) -> &'static str {
    match letter {
        Some('R') => "runs",
        Some('S') => "sleeps",
        Some('T') => "stopped",
        Some('D') => "waits for a device",
        _ => "gone",
    }
}
