//! What is remembered from game to game: `tripong/settings.json` in the user's folder for settings
//! (`$XDG_CONFIG_HOME`, else `~/.config`). Only the launcher of a game with windows touches it.
//!
//! A game never ends because of this file. Missing, unreadable or nonsense, it means the defaults; words that this
//! version does not know are kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;
use serde_json::{Map, Value};

use crate::error;

const EXPLAINS: &str = "explains";

/// The settings as they are in the file.
#[derive(Debug)]
pub struct Settings {
    /// None if there is no folder: nothing is remembered.
    path: Option<PathBuf>,
    explains: bool,
}

impl Settings {
    /// The user's settings.
    #[must_use]
    pub fn load() -> Self {
        // Fails for a user without a home.
        Self::load_from(Xdg::new().ok().map(|folders| folders.config_dir().join("tripong/settings.json")))
    }

    fn load_from(path: Option<PathBuf>) -> Self {
        let explains = path.as_deref().map(read).and_then(|words| words.get(EXPLAINS)?.as_bool());
        Self { path, explains: explains.unwrap_or(true) }
    }

    /// Whether the windows explain hand-offs at first.
    #[must_use]
    pub fn explains(&self) -> bool {
        self.explains
    }

    /// Remembers it, if it has changed. A failure is told once for each change, and changes nothing else.
    pub fn remember_explains(&mut self, explains: bool) {
        if self.explains == explains {
            return;
        }
        self.explains = explains;
        let Some(path) = &self.path else { return };
        // Read again: another game may have changed another word meanwhile.
        let mut words = read(path);
        words.insert(EXPLAINS.to_owned(), explains.into());
        if let Err(error) = write(path, &words) {
            error::say(&format!("tripong: failed to remember the settings in {}: {error}", path.display()));
        }
    }
}

/// All words of the file; none where it cannot be read or is not what it should be.
fn read(path: &Path) -> Map<String, Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Replaces the file at once: whoever reads it finds the old or the new one, whole.
fn write(path: &Path, words: &Map<String, Value>) -> io::Result<()> {
    // What a link leads to is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let temporary = folder.join(format!("settings.{}.tmp", std::process::id()));
    let text = serde_json::to_string_pretty(words)? + "\n";
    let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // Whatever is left of it is of no use; that it cannot be removed either is no news.
        let _removed = fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder of the test's own, removed at its end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("tripong-settings-{}-{name}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn file(&self) -> PathBuf {
            self.0.join("tripong/settings.json")
        }

        fn put(&self, text: &[u8]) {
            fs::create_dir_all(self.0.join("tripong")).unwrap();
            fs::write(self.file(), text).unwrap();
        }

        fn settings(&self) -> Settings {
            Settings::load_from(Some(self.file()))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn what_was_remembered_is_there_in_the_next_game() {
        let folder = Folder::new("next-game");
        assert!(folder.settings().explains(), "open by default");
        for explains in [false, true, false] {
            folder.settings().remember_explains(explains);
            assert_eq!(folder.settings().explains(), explains);
        }
        let left: Vec<_> =
            fs::read_dir(folder.0.join("tripong")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["settings.json"], "no temporary file is left");
    }

    #[test]
    fn nothing_is_written_before_something_has_changed() {
        let folder = Folder::new("unchanged");
        folder.settings().remember_explains(true);
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
    }

    #[test]
    fn nonsense_means_the_defaults_and_is_replaced() {
        let folder = Folder::new("nonsense");
        let nonsense: [&[u8]; 7] =
            [b"", b"{", b"[1]", b"\xff\xfe", b"{\"explains\": \"no\"}", b"{\"explains\": 0}", b"null"];
        for text in nonsense {
            folder.put(text);
            let mut settings = folder.settings();
            assert!(settings.explains(), "{text:?}");
            settings.remember_explains(false);
            assert!(!folder.settings().explains(), "{text:?}");
        }
    }

    #[test]
    fn words_of_other_versions_are_kept_also_those_that_came_meanwhile() {
        let folder = Folder::new("other-words");
        folder.put(b"{\"volume\": [1, 2], \"explains\": true}");
        let mut settings = folder.settings();
        folder.put(b"{\"volume\": [1, 3], \"explains\": true}");
        settings.remember_explains(false);
        let words = read(&folder.file());
        assert_eq!(words["volume"], serde_json::json!([1, 3]));
        assert_eq!(words["explains"], false);
    }

    #[test]
    fn a_link_to_the_file_stays_a_link() {
        let folder = Folder::new("link");
        folder.put(b"{}");
        let kept = folder.0.join("kept.json");
        fs::rename(folder.file(), &kept).unwrap();
        symlink(&kept, folder.file()).unwrap();
        folder.settings().remember_explains(false);
        assert!(fs::symlink_metadata(folder.file()).unwrap().is_symlink());
        assert_eq!(read(&kept)["explains"], false);
    }

    #[test]
    fn a_folder_that_cannot_be_written_changes_nothing_else() {
        let folder = Folder::new("file-in-the-way");
        fs::write(folder.0.join("tripong"), "a file where the folder should be").unwrap();
        let mut settings = folder.settings();
        settings.remember_explains(false);
        assert!(!settings.explains());
        let mut homeless = Settings::load_from(None);
        homeless.remember_explains(false);
    }
}
