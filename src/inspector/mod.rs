//! The inspector: a process that looks on. It sees the Region through an fd that is open for reading only, and everything else
//! through /proc; it holds no bell and no link. What it wants done it asks of the supervisor, on a page of its own.

mod aftermath;
mod deed;
pub mod flow;
pub mod laws;
pub mod lines;
pub mod memory;
pub mod processes;
#[cfg(feature = "terminal")]
pub mod terminal;
mod watcher;

use std::fs::File;
use std::os::fd::AsFd;

use crate::error::{Error, Result};
use crate::game::PaneId;
use crate::platform::fds;
use crate::platform::parent::{follow_the_launcher, name_the_process};
use crate::platform::sync::{Ordering, ReadOnly};
use crate::platform::{privileges, signals};
use crate::protocol::doorbell::FdBell;
use crate::protocol::{Deed, Desk, Phase, Region, Setup};
use crate::shm::Mapping;

pub use aftermath::{Aftermath, Happening};
pub use watcher::{Shown, Watcher};

/// How much the inspector steps back (see nice(2)): to a tenth of the CPU that a pane gets, where they want the same one.
/// As far as it can, 19, is a seventieth: beside a few other busy programs its window took minutes to open.
const NICE: i32 = 10;
/// How often an inspector without a window looks, in nanoseconds.
const LOOK_NS: u64 = 100_000_000;

/// A process that looks at a game.
#[derive(Debug)]
pub struct Inspector {
    mapping: Mapping<Region<ReadOnly>>,
    /// What the game is.
    pub setup: Setup,
    /// The memfd of the Region, to be read as a file.
    pub memfd: File,
    desk: Mapping<Desk>,
    supervisor: FdBell,
}

impl Inspector {
    /// Attaches to the game that this process is to show.
    ///
    /// # Errors
    /// Why it cannot look: no Region.
    pub fn attach() -> Result<Self> {
        let [region, lifeline, attention, desk] =
            fds::inherit([fds::REGION, fds::LIFELINE, fds::ATTENTION, fds::DESK])?;
        fds::inherit_rest(fds::DESK + 1, 0)?;
        signals::leave_to_launcher()?;
        name_the_process("tripong:look");
        let (mapping, setup) = Mapping::attach_read_only(region.as_fd())?;
        let desk = Mapping::attach_unread(desk.as_fd())?;
        // Whoever plays comes first: where CPUs are few, it is the look that comes later, not the hand-off.
        rustix::process::nice(NICE)
            .map_err(Error::system("take less of the CPUs than the panes (setpriority)"))?;
        // It needs /proc, so it keeps its files.
        privileges::give_up(true)?;
        follow_the_launcher(setup.launcher_pid, lifeline)?;
        Ok(Self { mapping, setup, memfd: region.into(), desk, supervisor: attention.into() })
    }

    /// The shared bytes, to be read: there is no way to store into them.
    #[must_use]
    pub fn region(&self) -> &Region<ReadOnly> {
        self.mapping.region()
    }

    /// Whether the game goes on.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.region().header.phase() == Phase::Running
    }

    /// Asks the supervisor for a deed, unless it has not yet answered the last request. Tells whether it was asked.
    pub fn ask(&self, deed: Deed, pane: PaneId) -> bool {
        let desk = self.desk.shared();
        let answered = self.region().journal.answered.load(Ordering::Acquire);
        let is_free = desk.request().number == answered;
        if is_free {
            desk.ask(deed, pane);
            self.supervisor.ring();
        }
        is_free
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
impl Inspector {
    /// One that looks at this Region, for tests of whoever shows what it sees.
    pub(crate) fn over(memfd: std::os::fd::OwnedFd) -> Result<Self> {
        let (mapping, setup) = Mapping::attach_read_only(memfd.as_fd())?;
        let (_desk_fd, desk) = Mapping::create_zeroed()?;
        Ok(Self { mapping, setup, memfd: memfd.into(), desk, supervisor: FdBell::new()? })
    }
}
