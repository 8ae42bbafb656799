//! The terminal of a game that is shown on one: which process may write to it, and how the job stops and goes on.
//!
//! # Who owns the terminal
//!
//! The shell lends it to one process group at a time, the one in the *foreground* (`is_ours`). Within ours:
//!
//! | state | settings (termios) | screen | may change both |
//! | --- | --- | --- | --- |
//! | lent: no view has taken it | as the shell left them | the main one | the view, to take it |
//! | taken | raw | the alternate one | the view alone |
//! | the view died while it had it | raw | the alternate one | the launcher, to give it back |
//! | the group is in the background | the shell's | the shell's | nobody |
//!
//! In the background nobody of ours changes the settings or draws. One write is an exception: a view that still has the
//! alternate screen leaves it, or the shell would prompt there.
//!
//! # How the job stops
//!
//! In a raw terminal ctrl-Z is a byte: the view gives the terminal back and sends SIGTSTP to the whole group, as a terminal would. The
//! launcher, the view and the panes have SIGTSTP blocked. The launcher and the view read it from a signalfd ([`StopRequests`]):
//!
//! 1. The launcher passes it on to the view, which gives the terminal back and then stops.
//! 2. The launcher waits for that, gives back what the view could not, stops the panes that run (SIGSTOP), and stops itself.
//! 3. SIGCONT continues the launcher, which continues those that it has stopped. The time in between is no stall, and does not count for
//!    `--for`.
//!
//! Both stop by a SIGTSTP that they unblock: the kernel drops it where no shell could continue them (an orphaned process group).
//! SIGTTOU and SIGTTIN are blocked: then the kernel lets a write from the background pass, and refuses a read (EIO).

use std::io::{stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use nix::sys::signal::{SigSet, Signal, raise};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::process::getpgrp;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};

use crate::error::{Error, Result};
use crate::platform::outlet::Outlet;

/// Leaves the alternate screen, and shows the cursor.
const LEAVE: &[u8] = b"\x1b[?1049l\x1b[?25h";
/// So long the launcher waits for a terminal that takes nothing.
const PATIENCE: Duration = Duration::from_millis(200);

/// Whether this process's group is in the foreground of the terminal behind `fd`. Where no group can be named (another session's
/// terminal, another pid namespace) nobody controls jobs, and so nobody else has it.
pub(crate) fn is_ours(fd: impl AsFd) -> bool {
    tcgetpgrp(fd).map_or(true, |group| group == getpgrp())
}

/// From now on neither a write to a terminal nor a read from one stops this process, or one that it starts, in the background.
///
/// # Errors
/// [`Error::System`]
pub fn never_stop_in_the_background() -> Result<()> {
    let both: SigSet = [Signal::SIGTTOU, Signal::SIGTTIN].into_iter().collect();
    both.thread_block().map_err(Error::system("block SIGTTOU and SIGTTIN (rt_sigprocmask)"))
}

/// What a process was asked by its terminal's signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobSignal {
    /// To stop.
    Stop,
    /// To go on: it has.
    Continued,
}

/// SIGTSTP and SIGCONT, which come to an fd. While it is there both are blocked, also in every process that is started.
#[derive(Debug)]
pub struct StopRequests {
    fd: SignalFd,
}

impl StopRequests {
    /// Listens from now on. Only for the main thread, before it starts others.
    ///
    /// # Errors
    /// [`Error::System`] if there is no fd left.
    pub fn listen() -> Result<Self> {
        let both: SigSet = [Signal::SIGTSTP, Signal::SIGCONT].into_iter().collect();
        both.thread_block().map_err(Error::system("block SIGTSTP and SIGCONT (rt_sigprocmask)"))?;
        let fd = SignalFd::with_flags(&both, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK);
        Ok(Self { fd: fd.map_err(Error::system("create a signalfd (signalfd4)"))? })
    }

    /// The next of the two that has come. Never waits.
    pub(crate) fn take(&self) -> Option<JobSignal> {
        let info = self.fd.read_signal().ok().flatten()?;
        let is_stop = info.ssi_signo.cast_signed() == Signal::SIGTSTP as i32;
        Some(if is_stop { JobSignal::Stop } else { JobSignal::Continued })
    }

    /// Stops this process if it was asked to, and returns when it is continued. False if it was not asked to.
    #[cfg(feature = "terminal")]
    pub(crate) fn stop_if_asked(&self) -> bool {
        let is_asked = std::iter::from_fn(|| self.take()).any(|signal| signal == JobSignal::Stop);
        if is_asked {
            self.stop_this_process();
        }
        is_asked
    }

    /// Stops this process as a terminal would, and returns when it is continued: at once if nobody could do that.
    pub(crate) fn stop_this_process(&self) {
        // One is enough: another would stop it again after it was continued.
        while self.take().is_some() {}
        let stop: SigSet = std::iter::once(Signal::SIGTSTP).collect();
        // All three fail for wrong arguments only. While it is blocked the signal waits; SIGCONT takes away those that come meanwhile.
        let _waits = raise(Signal::SIGTSTP);
        let _stopped = stop.thread_unblock();
        let _blocked = stop.thread_block();
        while self.take().is_some() {}
    }
}

impl AsFd for StopRequests {
    /// Readable when `take` has something.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The launcher's memory of how the terminal was: a view that is killed cannot give it back.
#[derive(Debug)]
pub struct LentTerminal {
    /// None if the shell had the terminal then: what a shell sets while it waits for a command is for itself.
    before: Option<Termios>,
}

impl LentTerminal {
    /// As it is now.
    pub fn remember() -> Self {
        Self { before: tcgetattr(stdout()).ok().filter(|_| is_ours(stdout())) }
    }

    /// Whether it is there no more.
    pub(crate) fn is_gone(&self) -> bool {
        tcgetattr(stdout()).is_err()
    }

    /// Gives it back if it is in the foreground and not as it was; otherwise does nothing.
    pub(crate) fn give_back(&self) {
        let Ok(now) = tcgetattr(stdout()) else { return };
        if !is_ours(stdout()) {
            return;
        }
        let before = self.before.clone().unwrap_or_else(|| cooked(now.clone()));
        if modes(&now) == modes(&before) {
            return;
        }
        // Both fail if the terminal is gone, and then nobody misses it.
        let _restored = tcsetattr(stdout(), OptionalActions::Now, &before);
        leave_the_alternate_screen();
    }
}

impl Drop for LentTerminal {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Leaves the alternate screen and shows the cursor. A terminal that is stopped (ctrl-S) is not waited for.
pub(crate) fn leave_the_alternate_screen() {
    let mut bytes = LEAVE;
    // Fails if the terminal is gone.
    let _shown = Outlet::to(&stdout()).write_within(&mut bytes, PATIENCE);
}

fn modes(termios: &Termios) -> (LocalModes, InputModes, OutputModes) {
    (termios.local_modes, termios.input_modes, termios.output_modes)
}

/// With what raw mode has taken away.
fn cooked(mut termios: Termios) -> Termios {
    termios.local_modes |= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN;
    termios.input_modes |= InputModes::ICRNL | InputModes::IXON;
    termios.output_modes |= OutputModes::OPOST;
    termios
}

/// Whether a person can read a picture on stdout and answer with keys on stdin.
pub fn is_interactive() -> bool {
    use std::io::IsTerminal;
    stdin().is_terminal() && can_draw()
}

/// Whether a person can read lines on stdout and type lines on stdin.
#[cfg(feature = "terminal")]
pub(crate) fn has_person() -> bool {
    use std::io::IsTerminal;
    stdin().is_terminal() && stdout().is_terminal()
}

/// Whether stdout is a terminal on which a picture can be drawn.
pub fn can_draw() -> bool {
    use std::io::IsTerminal;
    let name = std::env::var_os("TERM");
    stdout().is_terminal() && name.is_some_and(|name| !name.is_empty() && name != "dumb")
}
