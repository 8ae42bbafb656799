//! Where recordings go that nobody has named: `tripong/recordings` in the user's folder for data (`$XDG_DATA_HOME`, else
//! `~/.local/share`).

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::platform::folders;
use crate::protocol::RecordingName;
use crate::recording::writer::{RecordingFile, Target};

/// So many recordings of one second have a name.
const MOST_OF_A_SECOND: u8 = 99;

/// The folder, which need not be there.
///
/// # Errors
/// What keeps the user from having one, and what to do.
pub fn path() -> Result<PathBuf> {
    folders::of_data("recordings")
}

/// A new file in the folder, which is made if need be. Its name is the time, in UTC.
///
/// # Errors
/// Why not, and what to do.
pub fn create() -> Result<(RecordingName, PathBuf, RecordingFile)> {
    create_in(&path()?, SystemTime::now())
}

fn create_in(folder: &Path, now: SystemTime) -> Result<(RecordingName, PathBuf, RecordingFile)> {
    fs::create_dir_all(folder).map_err(Error::failed(format!("make the folder {}", folder.display())))?;
    let mut number = 1;
    loop {
        let name = RecordingName::new(now, number);
        let path = folder.join(name.to_string());
        let is_last = number == MOST_OF_A_SECOND;
        // An empty file is of a game that has just begun.
        let is_taken = path.symlink_metadata().is_ok();
        let created = if is_taken && !is_last {
            None
        } else {
            Some(RecordingFile::create(&Target::File(path.clone())))
        };
        match created {
            None => number += 1,
            Some(Err(Error::Failed { source, .. }))
                if !is_last && source.kind() == ErrorKind::AlreadyExists =>
            {
                number += 1;
            }
            Some(created) => return created.map(|file| (name, path, file)),
        }
    }
}

/// The newest recording in the folder; None if there is none.
///
/// # Errors
/// Why the folder cannot be read.
pub fn newest() -> Result<Option<PathBuf>> {
    let folder = path()?;
    newest_in(&folder).map_err(Error::failed(format!("look into the folder {}", folder.display())))
}

/// By the time of its last change: so a file that was copied there, under any name, counts too.
fn newest_in(folder: &Path) -> io::Result<Option<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut newest = None;
    for entry in entries {
        let path = entry?.path();
        let name = path.to_string_lossy();
        let is_recording = name.ends_with(".jsonl") || name.ends_with(".jsonl.zst");
        // What has gone meanwhile is none.
        let Some(metadata) = is_recording.then(|| fs::metadata(&path).ok()).flatten() else { continue };
        if metadata.is_file() {
            let changed = metadata.modified()?;
            drop(name);
            newest = newest.max(Some((changed, path)));
        }
    }
    Ok(newest.map(|(_, path)| path))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A folder of this test alone, which goes with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("tripong-folder-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn recordings_of_one_second_have_names_of_their_own_and_the_newest_is_found() {
        let folder = Folder::new("names");
        let inner = folder.0.join("not/there/yet");
        assert_eq!(newest_in(&inner).unwrap(), None);
        let now = SystemTime::UNIX_EPOCH;
        let mut last = None;
        for expected in ["tripong-19700101-000000.jsonl", "tripong-19700101-000000-2.jsonl"] {
            let (name, path, file) = create_in(&inner, now).unwrap();
            assert_eq!(name.to_string(), expected);
            assert_eq!(path, inner.join(expected));
            file.finish(Duration::from_secs(60));
            last = Some(path);
        }
        let last = last.unwrap();
        fs::File::open(&last).unwrap().set_modified(SystemTime::now() + Duration::from_secs(9)).unwrap();
        fs::write(inner.join("notes.txt"), "newer").unwrap();
        fs::create_dir(inner.join("folder.jsonl")).unwrap();
        assert_eq!(newest_in(&inner).unwrap(), Some(last));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_one_line() {
        let folder = Folder::new("file");
        let file = folder.0.join("file");
        fs::write(&file, "").unwrap();
        let error = create_in(&file.join("recordings"), SystemTime::UNIX_EPOCH).err().unwrap().to_string();
        assert!(
            error.starts_with("failed to make the folder ") && error.contains("Not a directory"),
            "{error}"
        );
        assert!(!error.contains('\n'), "{error}");
    }
}
