//! The launcher: creates the Region, starts one process per pane, and sees the game to its end.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nix::fcntl::OFlag;

use crate::cli::Game;
use crate::court::PaneId;
use crate::display::Display;
use crate::doorbell::SupervisorBell;
use crate::error::{Error, Result, exit};
use crate::fds;
use crate::protocol::{Region, Setup};
use crate::report::Report;
use crate::shm::Mapping;
use crate::supervisor::{Child, Ending, Supervisor};

/// How often the progress line is drawn.
const BEAT: Duration = Duration::from_millis(100);

/// Plays a whole game, and tells the exit code.
///
/// Must be called by the main thread: a child dies with the thread that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// Whatever kept the game from being played, or the law that it broke. No child is left in any case.
pub fn run(game: &Game) -> Result<u8> {
    let display = if game.windows { Some(Display::find()?) } else { None };
    let setup = Setup {
        court: game.court,
        launcher_pid: std::process::id(),
        goal_hops: game.hops,
        windows: game.windows,
        paced: game.paced,
        places: display.as_ref().map(|display| display.places(&game.court)).unwrap_or_default(),
    };
    let (memfd, mapping) = Mapping::create(&setup)?;
    let bell = Arc::new(SupervisorBell::new()?);
    let mut supervisor = Supervisor::new(mapping.region(), &setup, Arc::clone(&bell))?;
    // Nobody ever writes to it. When the launcher dies, however it dies, every child reads its end of file.
    let (lifeline, _lifeline_end) =
        nix::unistd::pipe2(OFlag::O_CLOEXEC).map_err(Error::system("create the lifeline pipe"))?;
    let nursery = Nursery { memfd: &memfd, lifeline: &lifeline, attention: bell.as_fd(), display };
    for pane in setup.court.all_panes() {
        supervisor.adopt(nursery.start(pane)?);
    }
    let ending = play(game, mapping.region(), &mut supervisor)?;
    if !game.windows {
        let report = Report::of(mapping.region(), &setup, supervisor.recalls());
        print(game, &report);
        report.check()?;
    }
    Ok(match ending {
        Ending::Done | Ending::Left => 0,
        Ending::Signal(signal) => exit::SIGNAL_BASE + signal as u8,
    })
}

/// From the first child to the last, with a progress line on a terminal.
fn play(game: &Game, region: &Region, supervisor: &mut Supervisor<'_>) -> Result<Ending> {
    let progress = Progress::new(game);
    let mut draw = || progress.draw(region, game);
    let beat: Option<(Duration, &mut dyn FnMut())> =
        if progress.is_seen() { Some((BEAT, &mut draw)) } else { None };
    let ending = supervisor.watch(game.duration, beat);
    progress.bar.finish_and_clear();
    let stopped = supervisor.stop();
    // What ended the game is worth more to know than what went wrong after it.
    let ending = ending?;
    stopped.map(|()| ending)
}

/// Writes the report to stdout. A reader that has gone away (a closed pipe, a full disk) does not change what the
/// game has shown, so it is told on stderr only.
#[expect(clippy::print_stderr, reason = "the one message that has nowhere else to go")]
fn print(game: &Game, report: &Report) {
    let text = if game.json { serde_json::to_string(report) } else { Ok(report.to_string()) };
    let written = text.map_err(io::Error::from).and_then(|text| writeln!(io::stdout(), "{text}"));
    if let Err(error) = written {
        eprintln!("tripong: failed to write the report to stdout: {error}");
    }
}

/// All that a child needs from its parent.
struct Nursery<'a> {
    memfd: &'a OwnedFd,
    lifeline: &'a OwnedFd,
    attention: BorrowedFd<'a>,
    display: Option<Display>,
}

impl Nursery<'_> {
    /// Starts the process of one pane: this same executable, with a role.
    fn start(&self, pane: PaneId) -> Result<Child> {
        let failed = |what| format!("{what} the process of {pane}");
        #[expect(clippy::disallowed_methods, reason = "this is the place where processes are started")]
        let mut command = Command::new("/proc/self/exe");
        command.arg0("tripong").args(["--role", &format!("pane:{}", pane.0)]);
        // stdout is the report's alone.
        command.stdin(Stdio::null()).stdout(Stdio::null());
        if let Some(Display::X11(_)) = self.display {
            // A stale one would be tried first, and there is no way back from there.
            command.env_remove("WAYLAND_DISPLAY");
        }
        command
            .fd_mappings(self.mappings()?)
            .map_err(io::Error::other)
            .map_err(Error::system(failed("pass fds to")))?;
        let process = command.spawn().map_err(Error::system(failed("start")))?;
        let pid = rustix::process::Pid::from_child(&process);
        // The pid cannot be a stranger's: nobody has waited for the child yet.
        let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())
            .map_err(Error::system(failed("open a pidfd of")))?;
        Ok(Child { pane, pid: process.id(), pidfd })
    }

    /// Exactly these fds, at exactly these numbers.
    fn mappings(&self) -> Result<Vec<FdMapping>> {
        let own = [
            (self.memfd.as_fd(), fds::REGION),
            (self.lifeline.as_fd(), fds::LIFELINE),
            (self.attention, fds::ATTENTION),
        ];
        let duplicate = |(fd, child_fd): (BorrowedFd<'_>, _)| {
            let parent_fd = fd.try_clone_to_owned()?;
            Ok(FdMapping { parent_fd, child_fd })
        };
        own.into_iter()
            .map(duplicate)
            .collect::<io::Result<_>>()
            .map_err(Error::system("duplicate the fds of a child"))
    }
}

/// The progress line; not drawn where stderr is no terminal.
struct Progress {
    bar: ProgressBar,
    since: Instant,
}

impl Progress {
    fn new(game: &Game) -> Self {
        let length = game.hops.or(game.duration.map(|duration| duration.as_millis() as u64)).unwrap_or(0);
        let target = if game.windows { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} % {msg}") {
            bar.set_style(style);
        }
        Self { bar, since: Instant::now() }
    }

    fn is_seen(&self) -> bool {
        !self.bar.is_hidden()
    }

    fn draw(&self, region: &Region, game: &Game) {
        let Some(tenure) = region.baton.look() else { return };
        let Ok(record) = region.ball(tenure, &game.court) else { return };
        let hops = record.ball.hop;
        self.bar.set_position(if game.hops.is_some() {
            hops
        } else {
            self.since.elapsed().as_millis() as u64
        });
        self.bar.set_message(format!("{hops} hops"));
    }
}
