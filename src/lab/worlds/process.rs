//! The three processes of the lab, from outside.

use std::os::fd::OwnedFd;

use nix::sys::signal::Signal;
use procfs::process::MMPermissions;

use super::drawn::NAMES;
use super::pages::Page;
use crate::error::{Error, Result};
use crate::lab::exercise::Observation;
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{LabProcess, Stage};
use crate::protocol::End;
use crate::shm::Mapping;

/// Where /proc cannot be read.
pub(super) const UNREADABLE: &str = "not to be seen here";
/// How often page tables are read until two readings agree: the kernel may move a page.
const READINGS: usize = 10;

/// What came of following a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It read this.
    Read(u64),
    /// It was killed with SIGSEGV.
    Died,
}

impl Outcome {
    /// As a fact says it.
    pub(super) fn fact(self) -> String {
        match self {
            Self::Read(value) => format!("reads {value}"),
            Self::Died => "was killed by SIGSEGV".to_owned(),
        }
    }
}

/// A, B and C, who share the memfd of a page.
pub(super) struct Worlds {
    processes: Vec<LabProcess>,
    states: [String; 3],
    cells: Vec<Cell>,
}

impl Worlds {
    pub(super) fn start(stage: &mut Stage<'_>) -> Result<Self> {
        let (memfd, _mapping) = Mapping::<Page>::create_zeroed()?;
        let copy = |memfd: &OwnedFd| memfd.try_clone().map_err(Error::system("copy an fd (fcntl)"));
        let started = NAMES.iter().map(|name| stage.start(name, vec![copy(&memfd)?]));
        let processes = started.collect::<Result<_>>()?;
        let mut worlds = Self { processes, states: Default::default(), cells: Vec::new() };
        for who in 0..NAMES.len() {
            worlds.states[who] = "waits for a line".to_owned();
        }
        worlds.show(stage);
        Ok(worlds)
    }

    fn show(&self, stage: &mut Stage<'_>) {
        let one = |(process, state): (&LabProcess, &String)| ProcessPicture {
            name: process.part.clone(),
            pid: process.pid(),
            state: state.clone(),
            has_ball: false,
        };
        let processes = self.processes.iter().zip(&self.states).map(one).collect();
        stage.show(&Picture { processes, cells: self.cells.clone() });
    }

    /// Lets a process do something, notes it with this sentence about it, and returns the number that it said.
    fn ask(&mut self, stage: &mut Stage<'_>, who: usize, line: &str, did: &str) -> Result<u64> {
        self.processes[who].say(line);
        let said = self.processes[who].hear()?;
        let number = said.parse().map_err(std::io::Error::other);
        let number =
            number.map_err(Error::failed(format_args!("understand {said:?} of a process of the lab")))?;
        self.report(stage, who, &did.replace("{}", &said));
        Ok(number)
    }

    fn report(&mut self, stage: &mut Stage<'_>, who: usize, did: &str) {
        // What follows a colon is for the list of events: a state has little room.
        did.split(':').next().unwrap_or_default().clone_into(&mut self.states[who]);
        stage.note(format!("{} {did}", NAMES[who]));
        self.show(stage);
    }

    /// Puts a word into the picture.
    fn set(&mut self, name: String, value: u64) {
        let value = value.to_string();
        match self.cells.iter_mut().find(|cell| cell.name == name) {
            Some(cell) => cell.value = value,
            None => self.cells.push(Cell { name, value }),
        }
        self.cells.sort_by(|one, other| one.name.cmp(&other.name));
    }

    /// Maps a private page of zeros.
    pub(super) fn map(&mut self, stage: &mut Stage<'_>, who: usize, page: u64) -> Result<()> {
        let did = format!("maps a page of its own at {page:#x}: mmap with MAP_PRIVATE | MAP_ANONYMOUS");
        self.ask(stage, who, &format!("map {page}"), &did).map(drop)
    }

    /// Maps the shared page.
    pub(super) fn share(&mut self, stage: &mut Stage<'_>, who: usize, page: u64) -> Result<()> {
        let did = format!("maps the shared page at {page:#x}: mmap with MAP_SHARED");
        self.ask(stage, who, &format!("share {page}"), &did).map(drop)
    }

    /// Maps a copy of the shared page, which is made when it first stores.
    pub(super) fn copy(&mut self, stage: &mut Stage<'_>, who: usize, page: u64) -> Result<()> {
        let did = format!("maps the same memfd at {page:#x}: mmap with MAP_PRIVATE");
        self.ask(stage, who, &format!("copy {page}"), &did).map(drop)
    }

    pub(super) fn write(
        &mut self,
        stage: &mut Stage<'_>,
        who: usize,
        address: u64,
        value: u64,
    ) -> Result<()> {
        self.set(format!("{} at {address:#x}", NAMES[who]), value);
        let line = format!("write {address} {value}");
        self.ask(stage, who, &line, &format!("writes {value} at {address:#x}")).map(drop)
    }

    pub(super) fn add(&mut self, stage: &mut Stage<'_>, who: usize, address: u64, value: u64) -> Result<()> {
        let line = format!("add {address} {value}");
        self.ask(stage, who, &line, &format!("adds {value} to what is at {address:#x}"))?;
        self.read(stage, who, address).map(drop)
    }

    pub(super) fn read(&mut self, stage: &mut Stage<'_>, who: usize, address: u64) -> Result<u64> {
        let did = format!("reads {{}} at {address:#x}");
        let value = self.ask(stage, who, &format!("read {address}"), &did)?;
        self.set(format!("{} at {address:#x}", NAMES[who]), value);
        self.show(stage);
        Ok(value)
    }

    /// Lets a process load from this address, whatever is there.
    pub(super) fn follow(&mut self, stage: &mut Stage<'_>, who: usize, address: u64) -> Result<Outcome> {
        self.report(stage, who, &format!("follows the pointer {address:#x}"));
        let process = &mut self.processes[who];
        process.say(&format!("follow {address}"));
        let outcome = match process.hear() {
            Ok(said) => Outcome::Read(said.parse().unwrap_or(0)),
            Err(error) => match process.end()? {
                End::Signal(signal) if i32::from(signal) == Signal::SIGSEGV as i32 => Outcome::Died,
                _ => return Err(error),
            },
        };
        self.report(stage, who, &outcome.fact());
        Ok(outcome)
    }

    /// Adds what /proc shows of a process's page: its line of `maps`, and the frame of physical memory behind it.
    pub(super) fn evidence(&self, seen: &mut Observation, pages: [u64; 3]) {
        for (process, page) in self.processes.iter().zip(pages) {
            let line = map_line(process, page).unwrap_or_else(|| UNREADABLE.to_owned());
            seen.text(&format!("{} in /proc/PID/maps", process.part), line);
        }
        let frames = self.frames(pages);
        for (index, process) in self.processes.iter().enumerate() {
            let frame = frames.map(|frames| format!("{:#x}", frames[index]));
            let text = frame.unwrap_or_else(|| format!("{UNREADABLE} (that needs CAP_SYS_ADMIN)"));
            seen.text(&format!("physical page of {}", process.part), text);
        }
    }

    fn frames(&self, pages: [u64; 3]) -> Option<[u64; 3]> {
        let read = || -> Option<[u64; 3]> {
            let frames: Option<Vec<_>> =
                self.processes.iter().zip(pages).map(|(process, page)| frame(process, page)).collect();
            frames?.try_into().ok()
        };
        let mut before = read()?;
        for _ in 0..READINGS {
            let now = read()?;
            if now == before {
                return Some(now);
            }
            before = now;
        }
        None
    }
}

/// A line of `maps` in short.
fn map_line(process: &LabProcess, page: u64) -> Option<String> {
    let maps = process.proc()?.maps().ok()?;
    let map = maps.into_iter().find(|map| map.address.0 == page)?;
    let is_shared = map.perms.contains(MMPermissions::SHARED);
    Some(format!(
        "{:#x}-{:#x}, {}",
        map.address.0,
        map.address.1,
        if is_shared { "shared" } else { "private" }
    ))
}

/// The frame of a page; None where the kernel shows none to this process, or there is none.
fn frame(process: &LabProcess, page: u64) -> Option<u64> {
    use procfs::process::{MemoryPageFlags, PageInfo};
    let index = usize::try_from(page / procfs::page_size()).ok()?;
    match process.proc()?.pagemap().ok()?.get_info(index).ok()? {
        PageInfo::MemoryPage(flags) if flags.contains(MemoryPageFlags::PRESENT) => {
            Some(flags.get_page_frame_number().0).filter(|frame| *frame != 0)
        }
        _ => None,
    }
}
