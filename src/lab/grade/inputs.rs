//! The files that were handed in. They may be anything: huge, a link to what nobody should see, a pipe that never ends.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;

use crate::error::{Error, Result};
use crate::lab::receipt::MOST_BYTES;
use crate::lab::receipt::verify::{Fault, FaultKind, plain};

/// At most so many files are taken of a folder.
const MOST_FILES: usize = 100;
/// At most so many entries of a folder and of those below it are looked at.
const MOST_ENTRIES: usize = 10_000;
/// So deep.
const DEEPEST: usize = 4;

/// A file that was handed in.
pub(super) struct Input {
    /// Its name for people.
    pub(super) name: String,
    /// What is in it.
    pub(super) bytes: std::result::Result<Vec<u8>, Fault>,
}

impl Input {
    fn refused(name: &Path, why: &str) -> Self {
        Self { name: plain(&name.to_string_lossy()), bytes: Err(Fault::new(FaultKind::File, why)) }
    }
}

/// Reads what was named on the command line: files, folders, `-` for stdin. One at a time, as they are asked for.
pub(super) fn inputs(named: &[PathBuf]) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    for path in named {
        if path.as_os_str() == "-" {
            pending.push(Pending::Stdin);
            continue;
        }
        let metadata =
            fs::metadata(path).map_err(Error::failed(format!("read {}", plain(&path.to_string_lossy()))))?;
        if metadata.is_dir() {
            pending.extend(in_folder(path)?);
        } else {
            pending.push(Pending::File { path: path.clone(), name: path.clone(), follows: true });
        }
    }
    Ok(pending)
}

/// What is to be read.
pub(super) enum Pending {
    Stdin,
    File { path: PathBuf, name: PathBuf, follows: bool },
    Refused { name: PathBuf, why: &'static str },
}

impl Pending {
    pub(super) fn read(&self) -> Result<Input> {
        match self {
            Self::Stdin => {
                let bytes = bounded(io::stdin().lock()).map_err(Error::failed("read stdin"))?;
                Ok(Input { name: "stdin".to_owned(), bytes: Ok(bytes) })
            }
            Self::File { path, name, follows } => file(path, name, *follows),
            Self::Refused { name, why } => Ok(Input::refused(name, why)),
        }
    }
}

/// A byte more than a receipt may have shows that there are too many.
fn bounded(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn file(path: &Path, name: &Path, follows: bool) -> Result<Input> {
    // Opening a pipe that nobody writes to must not wait.
    let mut flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    flags.set(OFlag::O_NOFOLLOW, !follows);
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path);
    let failed = || Error::failed(format!("read {}", plain(&name.to_string_lossy())));
    let file: File = match opened {
        // What lies in a folder was chosen by those who handed it in, and not by those who grade.
        Err(error) if !follows && error.raw_os_error() == Some(Errno::ELOOP as i32) => {
            return Ok(Input::refused(name, "it is a link, and links in a folder are not followed"));
        }
        Err(error) if !follows => return Ok(Input::refused(name, &format!("it cannot be read: {error}"))),
        opened => opened.map_err(failed())?,
    };
    if !file.metadata().map_err(failed())?.is_file() {
        return Ok(Input::refused(name, "it is no regular file"));
    }
    let bytes = bounded(file).map_err(failed())?;
    Ok(Input { name: plain(&name.to_string_lossy()), bytes: Ok(bytes) })
}

/// All files of a folder and of those below it whose names end in `.json`, in the order of their names. Hidden folders, and those that
/// archives of other systems bring along, are left out.
fn in_folder(folder: &Path) -> Result<Vec<Pending>> {
    let mut found = Vec::new();
    let mut seen = 0;
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((here, depth)) = folders.pop() {
        let entries = fs::read_dir(&here);
        let Ok(entries) = entries else {
            if depth == 0 {
                entries
                    .map_err(Error::failed(format!("read the folder {}", plain(&here.to_string_lossy()))))?;
            }
            continue;
        };
        for entry in entries.flatten() {
            seen += 1;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy().into_owned();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && depth < DEEPEST && !name.starts_with('.') && name != "__MACOSX" {
                folders.push((path, depth + 1));
            } else if !is_folder && name.ends_with(".json") && !name.starts_with('.') {
                found.push(path);
            }
            if seen >= MOST_ENTRIES {
                let why = "it is a folder of more than 10,000 files";
                return Ok(vec![Pending::Refused { name: folder.to_owned(), why }]);
            }
        }
    }
    found.sort();
    let is_too_much = found.len() > MOST_FILES;
    found.truncate(MOST_FILES);
    let relative = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).to_owned();
    let mut pending: Vec<_> =
        found.into_iter().map(|path| Pending::File { name: relative(&path), path, follows: false }).collect();
    if is_too_much {
        let why = "more than 100 files in it end in .json: the others were left out";
        pending.push(Pending::Refused { name: folder.to_owned(), why });
    }
    Ok(pending)
}
