//! The process that inspects: what it has open, and what it asks of the supervisor.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};

use crate::error::{Error, Result};
use crate::platform::fds;
use crate::platform::parent::{follow_the_launcher, name_the_process};
use crate::platform::sync::{Ordering, ReadOnly};
use crate::platform::{privileges, signals};
use crate::protocol::doorbell::FdBell;
use crate::protocol::{Demand, Phase, Region, RequestPage, Setup};
use crate::shm::Mapping;

/// How much the inspector steps back (see nice(2)): to a tenth of the CPU that a pane gets, where they want the same one.
/// As far as it can, 19, is a seventieth: beside a few other busy programs its window took minutes to open.
const NICE: i32 = 10;
/// How often an inspector without a window looks, in nanoseconds.
pub(super) const LOOK_NS: u64 = 100_000_000;

/// A process that looks at a game.
#[derive(Debug)]
pub struct Inspector {
    mapping: Mapping<Region<ReadOnly>>,
    /// What the game is.
    pub setup: Setup,
    /// The memfd of the Region, to be read as a file.
    pub memfd: File,
    request_page: Mapping<RequestPage>,
    /// The memfd of the request page: kept open, so that /proc shows what this process may write.
    _request_page_memfd: OwnedFd,
    supervisor: FdBell,
}

impl Inspector {
    /// Attaches to the game that this process is to show.
    ///
    /// # Errors
    /// Why it cannot look: no Region.
    pub fn attach() -> Result<Self> {
        let [region, parent_death_pipe, wakeup_eventfd, request_page] =
            fds::inherit([fds::REGION, fds::PARENT_DEATH_PIPE, fds::WAKEUP_EVENTFD, fds::REQUEST_PAGE])?;
        fds::inherit_rest(fds::REQUEST_PAGE + 1, 0)?;
        signals::leave_to_launcher()?;
        name_the_process("tripong:inspect");
        let (mapping, setup) = Mapping::attach_read_only(region.as_fd())?;
        let request_page_memfd = request_page;
        let request_page = Mapping::attach_unread(request_page_memfd.as_fd())?;
        // The players come first: where CPUs are few, the inspector looks later, and the hand-off is not late.
        rustix::process::nice(NICE)
            .map_err(Error::system("take less of the CPUs than the panes (setpriority)"))?;
        // It needs /proc, so it keeps its files.
        privileges::give_up(true)?;
        follow_the_launcher(setup.launcher_pid, parent_death_pipe)?;
        let (memfd, supervisor) = (region.into(), wakeup_eventfd.into());
        Ok(Self { mapping, setup, memfd, request_page, _request_page_memfd: request_page_memfd, supervisor })
    }

    /// The shared bytes, to be read: there is no way to store into them.
    pub fn region(&self) -> &Region<ReadOnly> {
        self.mapping.region()
    }

    /// The page on which this process asks, and reports of its window.
    pub fn request_page(&self) -> &RequestPage {
        self.request_page.shared()
    }

    /// Whether the game goes on.
    pub fn is_running(&self) -> bool {
        self.region().header.phase() == Phase::Running
    }

    /// Asks the supervisor for something, unless too many requests wait for their answers. Returns whether it was asked.
    pub fn ask(&self, demand: Demand) -> bool {
        let answered = self.region().event_log.answered.load(Ordering::Acquire);
        let is_asked = self.request_page.shared().ask(demand, answered).is_some();
        if is_asked {
            self.supervisor.notify();
        }
        is_asked
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
impl Inspector {
    /// One that looks at this Region, for tests of the windows and the terminal.
    pub(crate) fn over(memfd: OwnedFd) -> Result<Self> {
        let (mapping, setup) = Mapping::attach_read_only(memfd.as_fd())?;
        let (_request_page_memfd, request_page) = Mapping::create_zeroed()?;
        let (memfd, supervisor) = (memfd.into(), FdBell::new()?);
        Ok(Self { mapping, setup, memfd, request_page, _request_page_memfd, supervisor })
    }
}
