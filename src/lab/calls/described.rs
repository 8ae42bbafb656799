//! What an end of a pipe is called.

use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use crate::error::{Error, Result};

/// The number by which /proc names what is open.
fn inode(fd: impl AsFd) -> Result<u64> {
    nix::sys::stat::fstat(fd.as_fd())
        .map(|stat| stat.st_ino)
        .map_err(Error::system("look at a pipe or socket of the lab (fstat)"))
}

/// What the kernel says of a fd, in the words of `end_of`.
pub(super) fn described(fd: &OwnedFd) -> String {
    let mode = fcntl(fd, FcntlArg::F_GETFL).unwrap_or(0);
    words(mode & libc::O_ACCMODE != libc::O_RDONLY, inode(fd).unwrap_or(0))
}

/// In words.
pub(super) fn words(is_writer: bool, inode: u64) -> String {
    format!("the {} end of pipe:[{inode}]", if is_writer { "write" } else { "read" })
}
