//! A running game of the real executable, watched from outside: /proc, and the Region over a pane's fd.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use tripong::game::{Ball, Court, PaneId};
use tripong::platform::clock;
use tripong::protocol::{Owner, Ownership, Region};
use tripong::shm::Mapping;

use crate::error::{Result, failed};
use crate::proc::{self, Usage};
use crate::process::{Place, StartedProgram};
use crate::watch::Watch;

/// The Region is a pane's fd 3.
const REGION_FD: i32 = 3;

/// A running game. Dropped, it is killed, and its panes die with it.
#[derive(Debug)]
pub(crate) struct Game {
    launcher: StartedProgram,
    /// The process of each pane.
    pub(crate) panes: Vec<u32>,
    mapping: Mapping<Region>,
    court: Court,
}

/// A game at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// When (`CLOCK_MONOTONIC`).
    pub(crate) at_ns: u64,
    /// The ball.
    pub(crate) ball: Ball,
    /// What all panes have used so far.
    pub(crate) panes: Usage,
}

impl Game {
    /// The executable that was named, or the one beside this one.
    ///
    /// # Errors
    /// When it is not there, with how to build it.
    pub(crate) fn find(named: Option<&Path>) -> Result<PathBuf> {
        let path = match named {
            Some(path) => path.to_path_buf(),
            None => beside_this_one("tripong")?,
        };
        if path.is_file() {
            return Ok(path);
        }
        Err(failed("find tripong")(format_args!(
            "no {}; build it with `cargo build --release`, or name it with --tripong PATH",
            path.display()
        )))
    }

    /// Starts a game and waits until all its panes have attached.
    ///
    /// # Errors
    /// When it ends, or they do not come.
    pub(crate) fn start(tripong: &Path, arguments: &str, place: Place<'_>, watch: &Watch) -> Result<Self> {
        let arguments: Vec<_> = arguments.split_whitespace().map(str::to_owned).collect();
        let mut launcher = StartedProgram::start(tripong, &arguments, place)?;
        let (panes, mapping, court) = watch.until("all panes to attach", || {
            launcher.must_live()?;
            Ok(attach(launcher.pid()))
        })?;
        Ok(Self { launcher, panes, mapping, court })
    }

    /// The launcher's process.
    pub(crate) fn launcher(&self) -> u32 {
        self.launcher.pid()
    }

    /// The launcher and all panes.
    pub(crate) fn processes(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.launcher()).chain(self.panes.iter().copied())
    }

    /// Waits until the ball was served.
    ///
    /// # Errors
    /// When nobody serves it.
    pub(crate) fn wait_for_serve(&self, watch: &Watch) -> Result<()> {
        watch.until("the first serve", || Ok(self.is_served().then_some(())))
    }

    /// Whether the ball was served.
    pub(crate) fn is_served(&self) -> bool {
        self.mapping.region().baton.look().is_some_and(|ownership| ownership != Ownership::REST)
    }

    /// The pane that has the ball.
    pub(crate) fn holder(&self) -> Option<PaneId> {
        match self.mapping.region().baton.look()?.holder {
            Owner::Pane(pane) => Some(pane),
            Owner::Supervisor => None,
        }
    }

    /// The game now.
    ///
    /// # Errors
    /// When the ball cannot be read.
    pub(crate) fn now(&self, watch: &Watch) -> Result<Moment> {
        watch.until("a ball that can be read", || {
            let region = self.mapping.region();
            let record = region.baton.look().and_then(|ownership| region.ball(ownership, &self.court).ok());
            let panes = proc::sum(self.panes.iter().map(|pid| proc::usage(*pid)));
            Ok(record.map(|record| Moment { at_ns: clock::now_ns(), ball: record.ball, panes }))
        })
    }

    /// Ends the game and returns its report, if it has one.
    ///
    /// # Errors
    /// When it has failed, or does not end.
    pub(crate) fn stop(self, watch: &Watch) -> Result<String> {
        self.launcher.stop(watch)
    }
}

/// None until every pane has attached.
fn attach(launcher: u32) -> Option<(Vec<u32>, Mapping<Region>, Court)> {
    let mut panes: Vec<_> =
        proc::children(launcher).into_iter().filter_map(|pid| Some((proc::pane(pid)?, pid))).collect();
    panes.sort_unstable();
    let panes: Vec<u32> = panes.into_iter().map(|(_, pid)| pid).collect();
    let path = format!("/proc/{}/fd/{REGION_FD}", panes.first()?);
    let region = File::options().read(true).write(true).open(path).ok()?;
    let (mapping, setup) = Mapping::attach(region.as_fd()).ok()?;
    let statuses = setup.court.all_panes().map(|pane| &mapping.region().pane(pane).status);
    let all_ready =
        statuses.into_iter().all(|status| status.ready.load(tripong::platform::sync::Ordering::Acquire) == 1);
    (all_ready && panes.len() == usize::from(setup.court.panes)).then_some((panes, mapping, setup.court))
}

/// An executable of the same folder.
///
/// # Errors
/// When the folder is not known.
pub(crate) fn beside_this_one(name: &str) -> Result<PathBuf> {
    Ok(std::env::current_exe().map_err(failed("find the own executable"))?.with_file_name(name))
}
