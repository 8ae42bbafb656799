//! Links that have a name while they are made.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use nix::mqueue::{MQ_OFlag, MqAttr, MqdT, mq_close, mq_open, mq_unlink};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use rustix::fs::{Mode as Unused, OFlags};

use crate::bench::key::RowKey;
use crate::bench::transport::message::HEADER_BYTES;
use crate::platform::clock;

/// Makes something under a name that nobody has: another is tried if one is taken.
fn under_a_new_name<T>(make: impl Fn(&str) -> io::Result<T>) -> io::Result<T> {
    loop {
        let name = format!("tripong-bench-{}-{}", std::process::id(), clock::now_ns());
        match make(&name) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made,
        }
    }
}

/// A folder that only this user can enter; removed, with what it holds, when it is dropped.
struct PrivateFolder(PathBuf);

impl PrivateFolder {
    fn new() -> io::Result<Self> {
        under_a_new_name(|name| {
            let path = std::env::temp_dir().join(name);
            DirBuilder::new().mode(0o700).create(&path)?;
            Ok(Self(path))
        })
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // If it cannot be removed there is nobody to report it to who could do more.
        let _removed = fs::remove_dir_all(&self.0);
    }
}

/// A FIFO: its end to read from, and the one to write to.
pub(super) fn fifo() -> io::Result<(OwnedFd, OwnedFd)> {
    let folder = PrivateFolder::new()?;
    let path = folder.0.join("fifo");
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR)?;
    let open = |flags| rustix::fs::open(&path, flags | OFlags::CLOEXEC, Unused::empty());
    // Neither end waits for the other: the first is opened without, and blocks once the second is there.
    let reader = open(OFlags::RDONLY | OFlags::NONBLOCK)?;
    let writer = open(OFlags::WRONLY)?;
    let flags = rustix::fs::fcntl_getfl(&reader)?;
    rustix::fs::fcntl_setfl(&reader, flags - OFlags::NONBLOCK)?;
    Ok((reader, writer))
}

/// A message queue that takes the messages of this row: its end to read from, and the one to write to.
pub(super) fn queue(key: &RowKey) -> io::Result<(OwnedFd, OwnedFd)> {
    let bytes = HEADER_BYTES + key.bytes;
    let [length, bytes] =
        [key.in_flight.clamp(1, queue_setting("msg_max").unwrap_or(10)), bytes].map(i64::try_from);
    let attributes = MqAttr::new(0, length.map_err(io::Error::other)?, bytes.map_err(io::Error::other)?, 0);
    under_a_new_name(|name| {
        let name = format!("/{name}");
        let new = MQ_OFlag::O_RDONLY | MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | MQ_OFlag::O_CLOEXEC;
        let reader = mq_open(name.as_str(), new, Mode::S_IRUSR | Mode::S_IWUSR, Some(&attributes))?;
        let writer = mq_open(name.as_str(), MQ_OFlag::O_WRONLY | MQ_OFlag::O_CLOEXEC, Mode::empty(), None);
        let unlinked = mq_unlink(name.as_str());
        let ends = (into_fd(reader)?, into_fd(writer?)?);
        unlinked?;
        Ok(ends)
    })
}

fn into_fd(queue: MqdT) -> io::Result<OwnedFd> {
    let fd = queue.as_fd().try_clone_to_owned();
    mq_close(queue)?;
    fd
}

/// A limit of message queues, by its name in /proc.
pub(in crate::bench::transport) fn queue_setting(name: &str) -> Option<usize> {
    fs::read_to_string(format!("/proc/sys/fs/mqueue/{name}")).ok()?.trim().parse().ok()
}
