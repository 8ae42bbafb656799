//! Where the file lies that processes map in place of a memfd.

use std::env;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use procfs::process::Process;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::error::{Error, Result};

/// File systems that keep files in memory: a file there is a memfd by another name.
const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];

/// A folder for files without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    folder: PathBuf,
    /// As the kernel names it; None if it is unknown.
    file_system: Option<String>,
}

impl Place {
    /// `TMPDIR`, `/var/tmp` or `/tmp`: the first on a disk that takes such files, or else the first in memory.
    ///
    /// # Errors
    /// [`Error::System`] of the first, if none does.
    pub(super) fn find() -> Result<Self> {
        let folders = env::var_os("TMPDIR").map(PathBuf::from).into_iter();
        Self::among(folders.chain(["/var/tmp", "/tmp"].map(PathBuf::from)))
    }

    fn among(folders: impl Iterator<Item = PathBuf>) -> Result<Self> {
        let mut found: Option<Self> = None;
        let mut failed = None;
        for folder in folders {
            let place = Self { file_system: file_system(&folder), folder };
            match place.create() {
                Ok(_unused) if !place.is_in_memory() => return Ok(place),
                Ok(_unused) => found = found.or(Some(place)),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let none = || Error::system("find a folder for a file")(Errno::NOENT);
        found.ok_or_else(|| failed.unwrap_or_else(none))
    }

    /// An empty file. It never gets a name (`O_EXCL`), and nobody else may open it (mode 0): so nobody can cut it off.
    ///
    /// # Errors
    /// [`Error::System`], where the file system has no such files.
    pub(super) fn create(&self) -> Result<OwnedFd> {
        let flags = OFlags::TMPFILE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC;
        let created = rustix::fs::open(&self.folder, flags, Mode::empty());
        created.map_err(Error::system(format_args!(
            "create a file without a name in {} (open with O_TMPFILE)",
            self.folder.display()
        )))
    }

    /// The kind of file system, as the kernel names it; None if it is unknown.
    pub(super) fn file_system(&self) -> Option<&str> {
        self.file_system.as_deref()
    }

    fn is_in_memory(&self) -> bool {
        self.file_system.as_deref().is_some_and(|name| IN_MEMORY.contains(&name))
    }
}

/// For people: `/var/tmp (ext4)`.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file_system = self.file_system.as_deref().unwrap_or("an unknown file system");
        let note = if self.is_in_memory() { ", which is memory" } else { "" };
        write!(f, "{} ({file_system}{note})", self.folder.display())
    }
}

/// The kind of the file system that a folder is on. Of two that are mounted there the later hides the other.
fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = Process::myself().and_then(|process| process.mountinfo()).ok()?;
    let of_it = mounts.into_iter().filter(|mount| folder.starts_with(&mount.mount_point));
    of_it.max_by_key(|mount| mount.mount_point.components().count()).map(|mount| mount.fs_type)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::shm::{Backing, WordsMapping};

    #[test]
    fn a_disk_is_preferred_to_memory_and_a_folder_that_takes_none_is_passed_over() {
        let place = |folder: &str| Place::among(std::iter::once(PathBuf::from(folder)));
        assert!(place("/nowhere").unwrap_err().to_string().contains("/nowhere"));
        assert!(place("/proc").is_err());
        // Where there is a memory file system, and a disk.
        if let (Ok(memory), Ok(disk)) = (place("/dev/shm"), place("/var/tmp"))
            && (memory.is_in_memory(), disk.is_in_memory()) == (true, false)
        {
            let all = ["/nowhere", "/dev/shm", "/var/tmp"].map(PathBuf::from);
            assert_eq!(Place::among(all.clone().into_iter()).unwrap(), disk);
            assert_eq!(Place::among(all.into_iter().take(2)).unwrap(), memory);
            assert_eq!(memory.to_string(), "/dev/shm (tmpfs, which is memory)");
        }
    }

    #[test]
    fn nobody_else_can_open_the_file() {
        let Ok(place) = Place::find() else { return };
        let file = WordsMapping::create_in(place.create().unwrap(), "a few words", 512).unwrap();
        let words = WordsMapping::attach(file.as_fd(), Backing::File, 512, 512).unwrap();
        assert_eq!(words.words().len(), 512);
        let link = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&file));
        let opened = std::fs::OpenOptions::new().write(true).open(link);
        assert!(opened.is_err() || rustix::process::geteuid().is_root());
    }
}
