//! The terminal: taken while this process's group has it, and given back as it was, whatever happens in between.
//! `platform/terminal.rs` has the rules.

use std::io::{self, ErrorKind, IsTerminal, Stdout, stdin, stdout};
use std::os::fd::AsFd;
use std::panic;
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::{Signal, kill};
use nix::sys::time::TimeSpec;
use nix::unistd::{Pid, read};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::cursor::Hide;
use ratatui::crossterm::event::KeyEvent;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{Clear, ClearType, EnterAlternateScreen};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::keys::Keys;
use crate::error::{Error, Result};
use crate::platform::ascii::{in_ascii, terminal_is_ascii};
use crate::platform::clock;
use crate::platform::parent::before_the_end;
use crate::platform::signals::Signals;
use crate::platform::terminal::{
    JobSignal, StopRequests, is_ours, leave_the_alternate_screen, never_stop_in_the_background,
};

/// Where the size of the terminal is not known.
const USUAL: Rect = Rect { x: 0, y: 0, width: 80, height: 24 };
/// A terminal that claims more columns or rows is drawn on no farther: what it claims costs memory and time.
const LARGEST: u16 = 1000;
/// So long an escape waits for what may follow it.
const ESCAPE_PATIENCE: Duration = Duration::from_millis(25);
/// What `poll` reports of a terminal that is gone.
const GONE: PollFlags = PollFlags::POLLHUP.union(PollFlags::POLLERR).union(PollFlags::POLLNVAL);

/// The settings of the terminal before it was taken; None while it is not.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// A terminal that is drawn on while it is ours. Dropped, it is as it was before.
pub(super) struct Session {
    /// The picture on it; None while it is not taken.
    picture: Option<Terminal<CrosstermBackend<Stdout>>>,
    job: StopRequests,
    /// Those that ask this process to end; None if its launcher has them.
    signals: Option<Signals>,
    /// Whether there is somebody to press keys.
    has_keys: bool,
    keys: Keys,
    is_gone: bool,
    /// It shows no other signs than those of ASCII.
    pub(super) is_ascii: bool,
}

impl Session {
    /// The terminal, which is taken by the first picture. Keys come only if stdin is a terminal as well.
    pub(super) fn begin() -> Result<Self> {
        leave_at_a_panic();
        before_the_end(leave)?;
        let (has_keys, job) = (stdin().is_terminal(), StopRequests::listen()?);
        let (keys, is_ascii) = (Keys::default(), terminal_is_ascii());
        Ok(Self { picture: None, job, signals: None, has_keys, keys, is_gone: false, is_ascii })
    }

    /// The same, of a process that no launcher looks after.
    pub(super) fn begin_alone() -> Result<Self> {
        never_stop_in_the_background()?;
        let mut session = Self::begin()?;
        // After the signals that stop the job: the thread that this starts must not have those.
        session.signals = Some(Signals::listen()?);
        Ok(session)
    }

    /// The signal that asks this process to end, if one has come. From then on another one ends it at once.
    pub(super) fn asked_to_end(&mut self) -> Option<Signal> {
        let signal = self.signals.as_ref()?.take()?;
        self.give_back();
        self.signals = None;
        Some(signal)
    }

    /// Draws what has changed since the last time, if the terminal is ours.
    pub(super) fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) {
        if !is_ours(stdout()) {
            return self.give_back();
        }
        match self.try_to_draw(paint) {
            Ok(()) => {}
            // It takes no more just now, by the will of another program: the next picture is drawn anew.
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.forget_the_picture(),
            Err(_) => self.is_gone = true,
        }
    }

    fn try_to_draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let area = area();
        if self.picture.is_none() {
            take(self.has_keys)?;
        }
        if self.picture.as_mut().is_none_or(|picture| picture.get_frame().area() != area) {
            self.forget_the_picture();
            self.picture = Some(blank(area)?);
        }
        let Some(picture) = &mut self.picture else { return Ok(()) };
        let is_ascii = self.is_ascii;
        let drawn = picture.draw(|frame| {
            paint(frame);
            if is_ascii {
                replace_signs(frame.buffer_mut());
            }
        });
        drawn.map(drop)
    }

    /// Whether somebody can see what is drawn.
    pub(super) fn is_drawn(&self) -> bool {
        self.picture.is_some()
    }

    /// Whether the terminal is there no more.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// The next key, if one comes until then. None also when there is something to draw: the job went on.
    ///
    /// # Errors
    /// [`Error::System`] if `poll` is refused.
    pub(super) fn key(&mut self, until_ns: u64) -> Result<Option<KeyEvent>> {
        loop {
            if let Some(key) = self.keys.next() {
                return Ok(Some(key));
            }
            let [has_input, has_signal, is_asked] = self.wait(until_ns)?;
            if is_asked {
                return Ok(None);
            }
            if has_signal {
                match self.job.take() {
                    Some(JobSignal::Stop) => self.stop(),
                    // Another program may have had the terminal meanwhile.
                    Some(JobSignal::Continued) => self.forget_the_picture(),
                    None => continue,
                }
                return Ok(None);
            }
            if has_input {
                self.read();
            }
            if self.is_gone || clock::now_ns() >= until_ns {
                return Ok(self.keys.next());
            }
        }
    }

    /// Sleeps until a key, a signal of the job, one that asks for the end, or the time has come. Which of the first three has.
    fn wait(&mut self, until_ns: u64) -> Result<[bool; 3]> {
        let (input, output) = (stdin(), stdout());
        // In the background the keys are the shell's; but that the terminal is gone is seen there as well.
        let wanted = if self.is_drawn() { PollFlags::POLLIN } else { PollFlags::empty() };
        let mut fds = vec![
            PollFd::new(self.job.as_fd(), PollFlags::POLLIN),
            PollFd::new(output.as_fd(), PollFlags::empty()),
        ];
        let asking = self.signals.as_ref().map_or(self.job.as_fd(), |signals| signals.as_fd());
        fds.push(PollFd::new(asking, PollFlags::POLLIN));
        if self.has_keys {
            fds.push(PollFd::new(input.as_fd(), wanted));
        }
        let left = Duration::from_nanos(until_ns.saturating_sub(clock::now_ns()));
        match ppoll(&mut fds, Some(TimeSpec::from(left)), None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok([false; 3]),
            Err(errno) => return Err(Error::system("wait for a key (ppoll)")(errno)),
        }
        let of = |index: usize| fds.get(index).and_then(PollFd::revents).unwrap_or(PollFlags::empty());
        let [signal, terminal, asking, keys] = [0, 1, 2, 3].map(of);
        let is_asked = self.signals.is_some() && asking.contains(PollFlags::POLLIN);
        self.is_gone |= (terminal | keys).intersects(GONE);
        Ok([keys.contains(PollFlags::POLLIN), signal.contains(PollFlags::POLLIN), is_asked])
    }

    fn read(&mut self) {
        let mut bytes = [0; 256];
        match read(stdin(), &mut bytes) {
            // Only a terminal that is gone has an end.
            Ok(0) => self.is_gone = true,
            Ok(count) => self.keys.feed(&bytes[..count]),
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            // In the background, since a moment ago, it would be the shell's key.
            Err(_) => self.is_gone |= is_ours(stdin()),
        }
        if self.keys.may_be_escape() {
            let input = stdin();
            let mut fds = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
            if ppoll(&mut fds, Some(TimeSpec::from(ESCAPE_PATIENCE)), None) == Ok(0) {
                self.keys.is_escape();
            }
        }
    }

    /// Stops the whole job, as ctrl-Z does on a terminal that is not raw.
    pub(super) fn stop_the_job(&mut self) {
        self.give_back();
        // To this whole group, in which this process may be alone.
        let _sent = kill(Pid::from_raw(0), Signal::SIGTSTP);
        self.stop();
    }

    fn stop(&mut self) {
        self.give_back();
        self.job.stop_this_process();
    }

    fn give_back(&mut self) {
        if self.is_drawn() {
            self.forget_the_picture();
            leave();
        }
    }

    /// ratatui's drop of a picture whose cursor it cannot show prints that to stderr, and panics if that
    /// is gone as well.
    fn forget_the_picture(&mut self) {
        let Some(mut picture) = self.picture.take() else { return };
        if picture.show_cursor().is_err() {
            std::mem::forget(picture);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// From now on this process has the screen, and every key as it is.
fn take(has_keys: bool) -> io::Result<()> {
    if has_keys {
        let now = tcgetattr(stdin())?;
        let mut raw = now.clone();
        raw.make_raw();
        // What was before a stop that nobody could announce (SIGSTOP) counts.
        BEFORE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(now);
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
    }
    execute!(stdout(), EnterAlternateScreen, Hide)
}

/// Gives the terminal back; its settings only if it is still ours. What fails then fails because there is no terminal any more.
fn leave() {
    leave_the_alternate_screen();
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = before.filter(|_| is_ours(stdin())) {
        let _cooked = tcsetattr(stdin(), OptionalActions::Now, &before);
    }
}

/// An empty picture of this size. ratatui's own way to it asks the terminal where its cursor is, and fails if that does
/// not answer.
fn blank(area: Rect) -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    execute!(stdout(), Clear(ClearType::All))?;
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    Terminal::with_options(CrosstermBackend::new(stdout()), options)
}

/// How large the terminal is now.
fn area() -> Rect {
    tcgetwinsize(stdout()).map_or(USUAL, |size| area_of(size.ws_col, size.ws_row))
}

/// What of a terminal with so many columns and rows is drawn on.
fn area_of(columns: u16, rows: u16) -> Rect {
    if columns == 0 || rows == 0 {
        return USUAL;
    }
    Rect { width: columns.min(LARGEST), height: rows.min(LARGEST), ..USUAL }
}

/// For a terminal that shows ASCII only.
fn replace_signs(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let sign = in_ascii(cell.symbol()).into_owned();
            cell.set_symbol(&sign);
        }
    }
}

/// The text of a panic must be seen, and not go away with the picture.
fn leave_at_a_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            leave();
            hook(info);
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_claims_to_have_is_believed_within_reason() {
        let size = |columns, rows| (area_of(columns, rows).width, area_of(columns, rows).height);
        assert_eq!(size(0, 24), (80, 24));
        assert_eq!(size(132, 50), (132, 50));
        assert_eq!(size(u16::MAX, u16::MAX), (LARGEST, LARGEST));
    }
}
