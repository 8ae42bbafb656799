//! Where an export goes: as it comes, at least once a second.

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::error::{Error, Result};
use crate::platform::fds;
use crate::platform::outlet::Outlet;
use crate::platform::signals::Signals;

/// What was exported waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(1);
const BUFFER: usize = 64 * 1024;

/// The export's output, which its input flushes while it waits.
#[derive(Debug, Clone)]
pub(super) struct Output(Arc<Mutex<Waiting>>);

#[derive(Debug)]
struct Waiting {
    writer: Option<BufWriter<Target>>,
    /// Since when something waits in the buffer.
    since: Option<Instant>,
}

#[derive(Debug)]
enum Target {
    File(File),
    Stdout(OwnedFd, Option<Arc<Signals>>),
}

impl Output {
    /// An output that is opened later.
    pub(super) fn closed() -> Self {
        Self(Arc::new(Mutex::new(Waiting { writer: None, since: None })))
    }

    /// Opens it: a file, or stdout. `input` is the file that is read, if it is one.
    ///
    /// # Errors
    /// [`Error::Failed`]
    pub(super) fn open(
        &self,
        path: Option<&Path>,
        input: Option<&Metadata>,
        signals: Option<Arc<Signals>>,
    ) -> Result<()> {
        let target = match path {
            Some(path) => Target::File(create(path, input)?),
            None if fds::stdout_was_closed() => {
                return Err(Error::failed("write the export to stdout")(Errno::EBADF.into()));
            }
            None => {
                let stdout = io::stdout().as_fd().try_clone_to_owned();
                Target::Stdout(stdout.map_err(Error::system("duplicate stdout"))?, signals)
            }
        };
        self.locked().writer = Some(BufWriter::with_capacity(BUFFER, target));
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For how long a reader of the input may wait before it flushes; None if nothing waits.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.locked().since.map(|since| PATIENCE.saturating_sub(since.elapsed()))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut waiting = self.locked();
        waiting.since.get_or_insert_with(Instant::now);
        waiting.writer.as_mut().map_or(Ok(bytes.len()), |writer| writer.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut waiting = self.locked();
        waiting.since = None;
        waiting.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stdout(stdout, signals) => write_unless_asked_to_stop(stdout, signals.as_deref(), bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader that does not read stops nobody who wants to stop.
fn write_unless_asked_to_stop(
    stdout: &OwnedFd,
    signals: Option<&Signals>,
    bytes: &[u8],
) -> io::Result<usize> {
    let mut rest = bytes;
    Outlet::to(stdout).write(&mut rest, |outlet| {
        let outlet = PollFd::new(outlet, PollFlags::POLLOUT);
        let signals = signals.map(|signals| PollFd::new(signals.as_fd(), PollFlags::POLLIN));
        let mut fds: Vec<_> = std::iter::once(outlet).chain(signals).collect();
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let mut is_ready = fds.iter().map(PollFd::any);
        // The signal is left for the input, which knows what to do about it.
        match (is_ready.next(), is_ready.next()) {
            (Some(Some(false)), Some(Some(true))) => Err(ErrorKind::TimedOut.into()),
            _ => Ok(()),
        }
    })?;
    Ok(bytes.len())
}

/// Makes the file, or empties it.
fn create(path: &Path, input: Option<&Metadata>) -> Result<File> {
    let action = format!("open {} for writing", path.display());
    let place = |metadata: &Metadata| (metadata.dev(), metadata.ino());
    let is_input =
        path.metadata().is_ok_and(|there| input.is_some_and(|input| place(input) == place(&there)));
    if is_input {
        let text = "it is the recording itself: choose another file";
        return Err(Error::failed(action)(io::Error::new(ErrorKind::InvalidInput, text)));
    }
    File::create(path).map_err(Error::failed(action))
}

/// Whether stdout shows what is written there to a person.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}
