//! A process of a lab, from within.

use std::io::{self, BufRead, Write};
use std::os::fd::{AsFd, OwnedFd};

use nix::sys::signal::{Signal, raise};

use super::memory::LabMemory;
use crate::error::{Error, Result};
use crate::platform::parent::{follow_the_launcher, name_the_process};
use crate::platform::{fds, privileges, signals};
use crate::shm::Mapping;

/// A process of a lab, from within.
pub struct Actor {
    /// Which part it plays.
    pub part: String,
    /// Its ends of pipes and sockets, in the order in which they were passed on.
    pub links: Vec<OwnedFd>,
    memory: Mapping<LabMemory>,
    /// Kept open, so that `ls -l /proc/PID/fd` shows what the process shares.
    _memfd: OwnedFd,
}

impl Actor {
    /// Attaches this process to the memory of its lab; it has inherited so many links.
    ///
    /// # Errors
    /// What keeps it from acting.
    pub(in crate::lab) fn attach(part: &str, links: u8) -> Result<Self> {
        let [memfd, parent_death_pipe] = fds::inherit([fds::REGION, fds::PARENT_DEATH_PIPE])?;
        signals::leave_to_launcher()?;
        name_the_process(&format!("lab:{part}"));
        let memory = Mapping::<LabMemory>::attach_unread(memfd.as_fd())?;
        let links = fds::inherit_rest(fds::LINKS, links)?;
        privileges::give_up(false)?;
        follow_the_launcher(memory.shared().conductor(), parent_death_pipe)?;
        Ok(Self { part: part.to_owned(), links, memory, _memfd: memfd })
    }

    /// What all processes of the lab share.
    pub fn memory(&self) -> &LabMemory {
        self.memory.shared()
    }

    /// Says a line to the stage.
    ///
    /// # Errors
    /// [`Error::System`] if nobody reads it.
    pub fn say(&self, line: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        let said = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
        said.map_err(Error::system("write a line to the stage of the lab"))
    }

    /// The next line from the stage; waits for it. Empty when there will be none.
    ///
    /// # Errors
    /// [`Error::System`]
    pub fn hear(&self) -> Result<String> {
        let mut line = String::new();
        io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(Error::system("read a line from the stage of the lab"))?;
        Ok(line.trim_end().to_owned())
    }

    /// Stands still here (SIGSTOP) until the stage lets it go on. /proc shows it stopped at this step.
    ///
    /// # Errors
    /// [`Error::System`]
    pub fn stop_here(&self) -> Result<()> {
        raise(Signal::SIGSTOP).map_err(Error::system("stop this process (raise SIGSTOP)"))
    }
}
