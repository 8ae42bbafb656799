//! Writing to a reader that may have stopped reading: no write here waits longer than its caller allows.
//!
//! A pipe without reads, a terminal that is stopped (ctrl-S) and a journal that hangs take a few kilobytes and then
//! nothing, and `write(2)` blocks on them for ever. Their own fds cannot be made non-blocking: other programs write through
//! the same open file. So a pipe or a terminal is opened once more, by `/proc/self/fd`, and what is written there goes in
//! pieces, each when `poll` reports space. What cannot be opened again (a socket, a pipe of another user) gets
//! the same pieces: each fits where `poll` sees space, unless another program fills it in between.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, IsTerminal};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::stat::{SFlag, fstat};
use nix::sys::time::TimeSpec;

use crate::platform::ascii::{in_ascii, terminal_is_ascii};

/// What a pipe with space takes at once, and in one piece (PIPE_BUF).
const PIECE: usize = 4096;

/// An fd to write to.
#[derive(Debug)]
pub(crate) struct Outlet<'a> {
    given: BorrowedFd<'a>,
    /// The same pipe or terminal, opened again so that it does not block.
    again: Option<OwnedFd>,
}

impl<'a> Outlet<'a> {
    /// To this fd.
    pub(crate) fn to(given: &'a impl AsFd) -> Self {
        let given = given.as_fd();
        Self { given, again: open_again(given) }
    }

    /// Writes it all, and waits for the reader for no longer than `patience`.
    ///
    /// # Errors
    /// [`ErrorKind::TimedOut`] if the reader does not read; `bytes` is then what was not written. Those of write(2).
    pub(crate) fn write_within(&self, bytes: &mut &[u8], patience: Duration) -> io::Result<()> {
        let deadline = Instant::now() + patience;
        let mut is_refused = false;
        self.write(bytes, |outlet| {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut fds = [PollFd::new(outlet, PollFlags::POLLOUT)];
            match ppoll(&mut fds, Some(TimeSpec::from(left)), None) {
                Ok(0) => Err(ErrorKind::TimedOut.into()),
                Ok(_) | Err(Errno::EINTR) => Ok(()),
                // In a sandbox that forbids poll: the line that reports this is written if there is space.
                Err(_) if !std::mem::replace(&mut is_refused, true) => Ok(()),
                Err(errno) => Err(errno.into()),
            }
        })
    }

    /// Writes it all. `wait` returns when there may be space, or fails to give up.
    ///
    /// # Errors
    /// Those of `wait` and of write(2); `bytes` is then what was not written.
    pub(crate) fn write(
        &self,
        bytes: &mut &[u8],
        mut wait: impl FnMut(BorrowedFd<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let fd = self.again.as_ref().map_or(self.given, AsFd::as_fd);
        while !bytes.is_empty() {
            wait(fd)?;
            match nix::unistd::write(fd, &bytes[..bytes.len().min(PIECE)]) {
                Ok(written) => *bytes = &bytes[written..],
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }
}

/// None where it cannot be opened again, or need not be: a file takes all that its disk has space for.
fn open_again(fd: BorrowedFd<'_>) -> Option<OwnedFd> {
    let kind = SFlag::from_bits_truncate(fstat(fd).ok()?.st_mode) & SFlag::S_IFMT;
    if !matches!(kind, SFlag::S_IFIFO | SFlag::S_IFCHR) {
        return None;
    }
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
    OpenOptions::new().write(true).custom_flags(flags.bits()).open(path).ok().map(OwnedFd::from)
}

/// How long a line on stderr waits for a reader that has not read the lines before it.
const LINE_PATIENCE: Duration = Duration::from_millis(200);

/// Stderr as it was inherited, in a process whose libraries may not write there.
static OWN_STDERR: OnceLock<OwnedFd> = OnceLock::new();
/// A user who sets one of these wants to read what the libraries of the windows write.
const LIBRARIES_ARE_READ: [&str; 6] =
    ["LIBGL_DEBUG", "EGL_LOG_LEVEL", "MESA_DEBUG", "MESA_LOG_LEVEL", "WAYLAND_DEBUG", "XKB_LOG_LEVEL"];

/// From now on only [`report_line`] reaches stderr: what drivers, Xlib and libxkbcommon write there goes nowhere. They report in
/// several lines, from every window at once, what our own line says once with what to do; the doctor shows what they write.
///
/// Where a variable asks for their lines, or /dev/null cannot be opened, nothing changes.
#[cfg(feature = "windows")]
pub(crate) fn keep_libraries_quiet() {
    if LIBRARIES_ARE_READ.iter().any(|name| std::env::var_os(name).is_some_and(|value| value != "quiet")) {
        return;
    }
    let null = OpenOptions::new().write(true).open("/dev/null");
    let own = io::stderr().as_fd().try_clone_to_owned();
    if let (Ok(null), Ok(own)) = (null, own)
        && OWN_STDERR.set(own).is_ok()
    {
        // If this fails, their lines are read as before.
        let _redirected = nix::unistd::dup2_stderr(&null);
    }
}

/// Writes a line to stderr. Where that cannot be written (a closed pipe, a full disk, a reader that does not read) the line is
/// lost: the caller continues after 200 ms at the latest, and at once while the line before is still unread.
pub fn report_line(line: &str) {
    static LOST: Mutex<u64> = Mutex::new(0);
    let mut lost = LOST.lock().unwrap_or_else(PoisonError::into_inner);
    let (before, patience) = match *lost {
        0 => (String::new(), LINE_PATIENCE),
        lost => {
            (format!("tripong: {lost} lines before this one are lost: nobody read stderr\n"), Duration::ZERO)
        }
    };
    // In one piece: other processes write at the same time.
    let text = format!("{before}{line}\n");
    let is_ascii = io::stderr().is_terminal() && terminal_is_ascii();
    let text = if is_ascii { in_ascii(&text) } else { text.as_str().into() };
    let written = match OWN_STDERR.get() {
        Some(own) => Outlet::to(own).write_within(&mut text.as_bytes(), patience),
        None => Outlet::to(&io::stderr()).write_within(&mut text.as_bytes(), patience),
    };
    match written {
        Err(error) if error.kind() == ErrorKind::TimedOut => *lost += 1,
        Ok(()) | Err(_) => *lost = 0,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);
    const NONE: Duration = Duration::from_millis(1);

    /// Writes until there is no more space. Returns how much was written.
    fn fill(fd: &impl AsFd) -> usize {
        let lines = vec![b'x'; 10 << 20];
        let mut rest = lines.as_slice();
        let end = Outlet::to(fd).write_within(&mut rest, NONE);
        assert_eq!(end.unwrap_err().kind(), ErrorKind::TimedOut);
        lines.len() - rest.len()
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_waited_for_no_longer_than_that_and_stays_as_it_was() {
        let (mut reader, writer) = io::pipe().unwrap();
        let written = fill(&writer);
        assert!(written > 0);
        let flags = nix::fcntl::fcntl(&writer, nix::fcntl::FcntlArg::F_GETFL).unwrap();
        assert!(
            !OFlag::from_bits_truncate(flags).contains(OFlag::O_NONBLOCK),
            "it blocks for other programs"
        );
        let mut read = vec![0; written];
        reader.read_exact(&mut read).unwrap();
        let mut rest: &[u8] = b"there is space again";
        Outlet::to(&writer).write_within(&mut rest, PATIENCE).unwrap();
        assert_eq!(rest, b"");
    }

    #[test]
    fn a_socket_that_nobody_reads_is_waited_for_no_longer_than_that() {
        let (_reader, writer) = UnixStream::pair().unwrap();
        assert!(fill(&writer) > 0);
    }

    #[test]
    fn a_slow_reader_gets_all_of_it() {
        let (mut reader, writer) = io::pipe().unwrap();
        let text = vec![b'y'; 1 << 20];
        let reading = std::thread::spawn(move || {
            let mut read = Vec::new();
            reader.read_to_end(&mut read).unwrap();
            read
        });
        Outlet::to(&writer).write_within(&mut text.as_slice(), PATIENCE).unwrap();
        drop(writer);
        assert!(reading.join().unwrap() == text);
    }

    #[test]
    fn a_pipe_without_a_reader_and_a_full_disk_are_errors_at_once() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let closed = Outlet::to(&writer).write_within(&mut b"x".as_slice(), PATIENCE).unwrap_err();
        assert_eq!(closed.kind(), ErrorKind::BrokenPipe);
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let full = Outlet::to(&full).write_within(&mut b"x".as_slice(), PATIENCE).unwrap_err();
        assert_eq!(full.kind(), ErrorKind::StorageFull);
    }
}
