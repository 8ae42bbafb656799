//! Links that have a name while they are made.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use rustix::fs::{Mode as Unused, OFlags};

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
