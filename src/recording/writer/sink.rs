//! Where the bytes of a recording go: a file, or a reader at the other end of a pipe.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::platform::fds;
use crate::platform::outlet::Outlet;

/// How often a thread that waits for a reader looks whether anybody still waits for it, in ms.
const LOOK_MS: u16 = 250;

/// Where to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// On stdout: `-`.
    Stdout,
    /// In a file, which is created; compressed if its name ends with `.zst`. Or in a pipe, or a device, that is there.
    File(PathBuf),
}

impl Target {
    /// As it is named on a command line.
    pub fn named(name: &OsStr) -> Self {
        if name == "-" { Self::Stdout } else { Self::File(name.into()) }
    }

    fn is_compressed(&self) -> bool {
        matches!(self, Self::File(path) if path.extension() == Some(OsStr::new("zst")))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => write!(f, "stdout"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

#[derive(Debug)]
pub(super) struct Sink {
    place: Place,
    is_compressed: bool,
}

#[derive(Debug)]
enum Place {
    /// A file of ours, with its length.
    File(File, u64),
    /// Something that others may read meanwhile.
    Stream(OwnedFd),
}

/// What came of a write.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Bytes that are there now.
    pub(super) written: usize,
    /// Why it is not all of them.
    pub(super) failed: Option<String>,
}

impl Sink {
    pub(super) fn open(target: &Target) -> io::Result<Self> {
        let place = match target {
            Target::Stdout if fds::stdout_was_closed() => return Err(Errno::EBADF.into()),
            Target::Stdout => Place::Stream(io::stdout().as_fd().try_clone_to_owned()?),
            Target::File(path) => create(path)?,
        };
        Ok(Self { place, is_compressed: target.is_compressed() })
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.is_compressed
    }

    /// Writes it all, and waits for a reader as long as nobody gives up. Of a file what was written in part is cut off again,
    /// up to its last whole line.
    pub(super) fn write(&mut self, bytes: &[u8], gives_up: &dyn Fn() -> bool) -> Outcome {
        let is_compressed = self.is_compressed;
        match &mut self.place {
            Place::File(file, length) => {
                let (written, failed) = write_to_file(file, bytes);
                let whole = if failed.is_none() { written } else { whole(&bytes[..written], is_compressed) };
                *length += whole as u64;
                if whole < written {
                    // If this is refused too, a part of a line is left, which readers leave out.
                    let _cut = file.set_len(*length);
                }
                Outcome { written: whole, failed: failed.as_ref().map(why) }
            }
            Place::Stream(fd) => {
                let mut rest = bytes;
                let failed = Outlet::to(fd).write(&mut rest, |outlet| wait(outlet, gives_up)).err();
                Outcome { written: bytes.len() - rest.len(), failed: failed.as_ref().map(why) }
            }
        }
    }
}

/// How much of this can be read by itself. A part of a frame cannot.
fn whole(bytes: &[u8], is_compressed: bool) -> usize {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').filter(|_| !is_compressed);
    end.map_or(0, |end| end + 1)
}

fn write_to_file(file: &mut File, bytes: &[u8]) -> (usize, Option<io::Error>) {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => return (written, Some(ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error)),
        }
    }
    (written, None)
}

fn wait(outlet: BorrowedFd<'_>, gives_up: &dyn Fn() -> bool) -> io::Result<()> {
    loop {
        match poll(&mut [PollFd::new(outlet, PollFlags::POLLOUT)], PollTimeout::from(LOOK_MS)) {
            Ok(0) if gives_up() => return Err(ErrorKind::TimedOut.into()),
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => return Ok(()),
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// An error of write(2), for people.
fn why(error: &io::Error) -> String {
    let instead = match error.kind() {
        ErrorKind::BrokenPipe => "its reader has gone away",
        ErrorKind::FileTooLarge => {
            "the file is as large as a limit allows (`ulimit -f`, or the file system's)"
        }
        ErrorKind::TimedOut => "its reader does not read",
        _ => return error.to_string(),
    };
    instead.to_owned()
}

/// Creates the file. What has the name already is used if nothing is lost by that: an empty file, a pipe, a device.
///
/// Where others may write (`/tmp`), a link of theirs leads to none of the user's files: creating follows no link, and what is
/// opened through one must be empty.
fn create(path: &Path) -> io::Result<Place> {
    let new = || OpenOptions::new().write(true).create_new(true).open(path);
    match new() {
        Ok(file) => Ok(Place::File(file, 0)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => open_existing(path),
        Err(error) => Err(with_way_out(&error, path)),
    }
}

/// Without waiting: a named pipe would wait for its reader for ever.
fn open_existing(path: &Path) -> io::Result<Place> {
    let opened = OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path);
    let file = opened.map_err(|error| with_way_out(&error, path))?;
    let metadata = file.metadata()?;
    let kind = metadata.file_type();
    if kind.is_fifo() || kind.is_char_device() {
        return Ok(Place::Stream(file.into()));
    }
    if kind.is_file() && metadata.len() == 0 {
        return Ok(Place::File(file, 0));
    }
    let why = if kind.is_file() {
        "there is a file with something in it; name another one, or remove it"
    } else {
        "it is no file; name another one"
    };
    Err(io::Error::new(ErrorKind::AlreadyExists, why))
}

fn with_way_out(error: &io::Error, path: &Path) -> io::Error {
    let way_out = match (error.kind(), error.raw_os_error()) {
        // It has been there a moment ago, as a link.
        (ErrorKind::NotFound, _) if path.is_symlink() => "it is a link that leads nowhere; name another file",
        (ErrorKind::NotFound, _) => "make its folder first, or name another file",
        (ErrorKind::IsADirectory, _) => "name a file in it",
        (ErrorKind::NotADirectory, _) => "what is named as its folder is a file; name another one",
        (ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem, _) => {
            "name a file in a folder of yours"
        }
        (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, _) => "make room, or name a file on another disk",
        (_, Some(code)) if code == Errno::ENXIO as i32 => {
            return io::Error::new(error.kind(), "nobody reads this pipe; start its reader first");
        }
        _ => "name another file",
    };
    io::Error::new(error.kind(), format!("{error}; {way_out}"))
}
