//! The file of the settings: where it is, how it is read without waiting for anybody, and how it is replaced.
//!
//! What is in the file's place is anything that somebody has put there: a FIFO, a device, a gigabyte, a text with a typo. It
//! is opened without waiting, judged by its fd, and read up to a limit. What cannot be used is neither written to nor
//! thrown away: it gets another name in the same folder.

use std::ffi::OsString;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, RenameFlags, renameat2};
use serde_json::{Map, Value};

/// The words of the settings, those of other versions among them.
pub(super) type Words = Map<String, Value>;

/// A larger file is none of ours.
const LARGEST: u64 = 64 * 1024;
/// So many files that could not be used are kept; then somebody should look at them.
const MOST_KEPT: usize = 9;

/// Where the settings are, or will be; None where there is no folder for them.
///
/// # Errors
/// The same, and what is wrong with the variables that name the folder: the
/// [specification](https://specifications.freedesktop.org/basedir-spec/latest/) calls a path that is not absolute invalid.
pub(super) fn locate(
    config_home: Option<OsString>,
    home: Option<PathBuf>,
) -> Result<Option<PathBuf>, (Option<PathBuf>, String)> {
    let in_folder = |folder: PathBuf| folder.join("tripong/settings.json");
    let config_home = config_home.filter(|path| !path.is_empty()).map(PathBuf::from);
    let relative = match config_home {
        Some(path) if path.is_absolute() => return Ok(Some(in_folder(path))),
        Some(path) => Some(("XDG_CONFIG_HOME", path)),
        None => None,
    };
    let home = home.filter(|path| !path.as_os_str().is_empty());
    let (path, relative) = match home {
        Some(home) if home.is_absolute() => (Some(in_folder(home.join(".config"))), relative),
        Some(home) => (None, relative.or(Some(("HOME", home)))),
        None => (None, relative),
    };
    let Some((name, value)) = relative else { return Ok(path) };
    let instead = path.as_ref().map_or_else(
        || "no settings are remembered".to_owned(),
        |path| format!("the settings are in {}", path.display()),
    );
    let value = value.display();
    Err((path, format!("{name}={value} is ignored, because it is no absolute path: {instead}")))
}

/// What is in the file's place.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// Settings.
    Words(Words),
    /// What is no settings, and why.
    Unusable(String),
}

impl Found {
    /// Its words, if it has any.
    pub(super) fn into_words(self) -> Words {
        match self {
            Self::Words(words) => words,
            Self::Nothing | Self::Unusable(_) => Words::new(),
        }
    }
}

/// Looks at what is there. Waits for nobody: not for a writer of a FIFO, and not for a device that never ends.
pub(super) fn read(path: &Path) -> Found {
    use io::ErrorKind::{NotADirectory, NotFound};
    let text = match read_text(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => {
            let leads_nowhere = |_link| Found::Unusable("it is a link that leads nowhere".to_owned());
            return fs::symlink_metadata(path).map_or(Found::Nothing, leads_nowhere);
        }
        Err(error) => return Found::Unusable(error.to_string()),
    };
    // As a power failure may leave it, or a person who wants the defaults back.
    if text.trim_ascii().is_empty() {
        return Found::Words(Words::new());
    }
    let unusable = |error| Found::Unusable(format!("it is no JSON object: {error}"));
    serde_json::from_slice(&text).map_or_else(unusable, Found::Words)
}

fn read_text(path: &Path) -> io::Result<Vec<u8>> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path);
    // What cannot be opened at all, such as a socket, is judged by its path.
    let by_path = |error| fs::metadata(path).and_then(|metadata| judge(&metadata)).err().unwrap_or(error);
    let file = opened.map_err(by_path)?;
    judge(&file.metadata()?)?;
    let mut text = Vec::new();
    // It may have grown since, and what the kernel makes up has no length before it is read.
    file.take(LARGEST + 1).read_to_end(&mut text)?;
    judge_size(text.len() as u64).map(|()| text)
}

/// Whether it can be settings.
fn judge(metadata: &Metadata) -> io::Result<()> {
    let kind = metadata.file_type();
    let kind = match () {
        () if kind.is_file() => return judge_size(metadata.len()),
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a FIFO",
        () if kind.is_socket() => "a socket",
        () => "a device",
    };
    Err(io::Error::other(format!("it is {kind}, not a file")))
}

fn judge_size(bytes: u64) -> io::Result<()> {
    let is_small = bytes <= LARGEST;
    let too_large = || io::Error::other(format!("it has more than {LARGEST} bytes"));
    is_small.then_some(()).ok_or_else(too_large)
}

/// Changes the words in the file, as they are now: another game may have changed another one meanwhile. A reader of the
/// file finds the old or the new one, whole. If what was there could not be used, returns under which name it is kept.
///
/// # Errors
/// Whatever the system refuses; then all is as it was.
pub(super) fn change(path: &Path, change: impl FnOnce(&mut Words)) -> io::Result<Option<PathBuf>> {
    let found = read(path);
    let is_unusable = matches!(found, Found::Unusable(_));
    let is_there = found != Found::Nothing;
    let before = found.into_words();
    let mut words = before.clone();
    change(&mut words);
    if words == before && !is_unusable && (is_there || words.is_empty()) {
        return Ok(None);
    }
    // What a link leads to is replaced, not the link; but if that is no settings, it is nobody's business here.
    let target = if is_unusable { None } else { fs::canonicalize(path).ok() };
    let target = target.as_deref().unwrap_or(path);
    let folder = target.parent().ok_or(io::ErrorKind::NotFound)?;
    let no_folder = |error| io::Error::other(format!("there is no folder {}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(no_folder)?;
    let temporary = folder.join(format!("settings.{}.tmp", std::process::id()));
    let replaced = write_new(&temporary, &(serde_json::to_string_pretty(&words)? + "\n")).and_then(|()| {
        let kept = if is_unusable { Some(keep(path)?) } else { None };
        fs::rename(&temporary, target).map(|()| kept)
    });
    if replaced.is_err() {
        // Whatever is left of it is of no use; that it cannot be removed either is no news.
        let _removed = fs::remove_file(&temporary);
    }
    replaced
}

/// Writes a file that is not there yet, and follows no link to one.
///
/// Nothing waits until it is on the disk (fsync): that may take seconds, in which nobody would look after the panes. What
/// a power failure leaves of it then is the old settings, the new ones, or on some file systems an empty file, which
/// means the defaults.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let create = || OpenOptions::new().write(true).create_new(true).open(path);
    let create_again = |error: io::Error| match error.kind() {
        // Left behind by a process that was killed and had this pid.
        io::ErrorKind::AlreadyExists => fs::remove_file(path).and_then(|()| create()),
        _ => Err(error),
    };
    create().or_else(create_again)?.write_all(text.as_bytes())
}

/// Gives what is there another name in the same folder: none that is taken, not even in this moment.
fn keep(path: &Path) -> io::Result<PathBuf> {
    for number in 1..=MOST_KEPT {
        let mut kept = path.as_os_str().to_owned();
        kept.push(if number == 1 { ".damaged".to_owned() } else { format!(".damaged.{number}") });
        let kept = PathBuf::from(kept);
        match renameat2(AT_FDCWD, path, AT_FDCWD, &kept, RenameFlags::RENAME_NOREPLACE) {
            Ok(()) => return Ok(kept),
            Err(Errno::EEXIST) => {}
            Err(errno) => {
                let why = format!("what is there cannot be used, and not be renamed: {errno}");
                return Err(io::Error::other(why));
            }
        }
    }
    let why = format!("what is there cannot be used, and {MOST_KEPT} like it are kept beside already");
    Err(io::Error::other(why))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
