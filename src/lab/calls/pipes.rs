//! Pipes, and their ends as /proc shows them.

use std::fs::{File, OpenOptions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;

use nix::libc;
use procfs::process::{FDPermissions, FDTarget};
use rustix::pipe::{PipeFlags, fcntl_getpipe_size, fcntl_setpipe_size, pipe_with};

use super::caller::Caller;
use super::described::words;
use crate::error::{Error, Result};
use crate::platform::fds;

/// A pipe.
#[derive(Debug)]
pub(in crate::lab) struct Pipe {
    /// Where is read.
    pub(in crate::lab) reader: OwnedFd,
    /// Where is written.
    pub(in crate::lab) writer: OwnedFd,
    /// How many bytes it holds, as the kernel says (`F_GETPIPE_SZ`).
    pub(in crate::lab) capacity: u64,
}

impl Pipe {
    /// A new one, of the default size.
    pub(in crate::lab) fn new() -> Result<Self> {
        let (reader, writer) =
            pipe_with(PipeFlags::CLOEXEC).map_err(Error::system("create a pipe of the lab (pipe2)"))?;
        let capacity = fcntl_getpipe_size(&reader)
            .map_err(Error::system("ask how much a pipe holds (fcntl F_GETPIPE_SZ)"))?;
        Ok(Self { capacity: capacity as u64, reader, writer })
    }

    /// One that is to hold so many bytes; it holds what the kernel gives.
    pub(in crate::lab) fn holding(bytes: u64) -> Result<Self> {
        let pipe = Self::new()?;
        let wanted = usize::try_from(bytes).unwrap_or(usize::MAX);
        // Refused above the limit of a user who has many pipes: it keeps its size, which is a fact.
        let got = fcntl_setpipe_size(&pipe.reader, wanted).map_or(pipe.capacity, |got| got as u64);
        Ok(Self { capacity: got, ..pipe })
    }
}

/// Opens for reading the pipe that this process has as this link, as any process of the same user can: by /proc/PID/fd. None
/// where that is hidden.
pub(in crate::lab) fn open_end_of(caller: &Caller, link: usize) -> Option<OwnedFd> {
    let fd = usize::try_from(fds::LINKS).ok()? + link;
    let path = format!("/proc/{}/fd/{fd}", caller.pid());
    // Not waiting: one whose writers have gone would never open.
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).ok().map(File::into)
}

/// Which end of which pipe this process has as this link, by /proc/PID/fd; where that is hidden, by what it was given.
pub(in crate::lab) fn end_of(caller: &Caller, link: usize) -> Result<String> {
    let shown = in_proc(caller, link);
    let end = shown.or_else(|| caller.given(link).map(str::to_owned));
    end.ok_or_else(|| {
        let action = format!("find out what process {} has", caller.part());
        Error::failed(action)(std::io::ErrorKind::NotFound.into())
    })
}

/// By what [`end_of`] knows it.
pub(in crate::lab) fn seen_in(caller: &Caller, link: usize) -> &'static str {
    if in_proc(caller, link).is_some() { "/proc/PID/fd" } else { "the list of what was passed on" }
}

fn in_proc(caller: &Caller, link: usize) -> Option<String> {
    let number = fds::LINKS + i32::try_from(link).ok()?;
    let process = procfs::process::Process::new(i32::try_from(caller.pid()).ok()?).ok()?;
    let info = process.fd_from_fd(number).ok()?;
    let FDTarget::Pipe(inode) = info.target else { return None };
    Some(words(info.mode().contains(FDPermissions::WRITE), inode))
}
