//! What is remembered from game to game: `tripong/settings.json` in the user's folder for settings
//! (`$XDG_CONFIG_HOME`, else `~/.config`). Only the launcher of a game with windows touches it.
//!
//! A game never ends because of this file, and never waits for it for long. Missing or unusable, it means the defaults; what
//! is unusable is kept beside the new file, and so are words that this version does not know.

mod file;

use std::path::PathBuf;
use std::time::Duration;

use self::file::{Found, Words};
use crate::platform::{clock, report_line};
use crate::protocol::GameSettings;

/// A file system that does not answer is waited for no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// The settings as they are in the file.
#[derive(Debug)]
pub struct Settings {
    /// None if there is no folder, or one that does not answer: nothing is remembered.
    path: Option<PathBuf>,
    remembered: GameSettings,
    /// What the game was last seen with: only what has changed since is written.
    seen: GameSettings,
    /// Size and explanation are for this game alone.
    is_presented: bool,
    /// What has changed and could not be written yet.
    unwritten: Words,
    /// It was reported that what is in the file's place cannot be used.
    reported_unusable: bool,
    /// It was reported that nothing can be written.
    reported_unwritten: bool,
}

impl Settings {
    /// The user's settings. What keeps them from being read is reported, and means the defaults.
    pub fn load() -> Self {
        let path = locate().unwrap_or_else(|(path, fault)| {
            report_line(&format!("tripong: {fault}"));
            path
        });
        Self::load_from(path)
    }

    /// Where they are, or will be. None for a user without a home.
    pub(crate) fn path() -> Option<PathBuf> {
        locate().unwrap_or_else(|(path, _)| path)
    }

    fn load_from(path: Option<PathBuf>) -> Self {
        let mut settings = Self {
            path,
            remembered: GameSettings::default(),
            seen: GameSettings::default(),
            is_presented: false,
            unwritten: Words::new(),
            reported_unusable: false,
            reported_unwritten: false,
        };
        if let Some(path) = settings.path.clone() {
            settings.read_from(path);
        }
        settings
    }

    fn read_from(&mut self, path: PathBuf) {
        let shown = path.display().to_string();
        let why = match clock::within(PATIENCE, move || file::read(&path)) {
            Some(Found::Unusable(why)) => why,
            Some(found) => {
                self.remembered = GameSettings::from_words(&found.into_words());
                self.seen = self.remembered;
                return;
            }
            None => {
                self.path = None;
                format!("nothing comes within {PATIENCE:?}")
            }
        };
        self.reported_unusable = true;
        report_line(&format!(
            "tripong: failed to read the settings in {shown}: {why}; the game begins with the defaults, and what is there is \
             kept"
        ));
    }

    /// What was remembered from earlier games.
    pub fn remembered(&self) -> GameSettings {
        self.remembered
    }

    /// The game begins with this, which is not always what was remembered: the command line comes first. Size and explanation
    /// of a game that `is_presented` are never remembered.
    pub fn begin_with(&mut self, settings: GameSettings, is_presented: bool) {
        (self.seen, self.is_presented) = (settings, is_presented);
    }

    /// Remembers what has changed in the game. What could not be written is written with the next change. That it could
    /// not is reported once, and changes nothing else.
    pub fn remember(&mut self, now: GameSettings) {
        let mut now = GameSettings { rules: now.rules.or(self.remembered.rules), ..now };
        if self.is_presented {
            (now.zoom, now.explains) = (self.seen.zoom, self.seen.explains);
        }
        let before = std::mem::replace(&mut self.seen, now).words();
        let changed = now.words().into_iter().filter(|(name, value)| before.get(name) != Some(value));
        let changed: Words = changed.collect();
        if changed.is_empty() {
            return;
        }
        self.unwritten.extend(changed);
        let unwritten = self.unwritten.clone();
        if self.rewrite("remember the settings", |words| words.extend(unwritten)) {
            self.unwritten.clear();
        }
    }

    /// Forgets all that was remembered, and reports it.
    pub fn reset(&mut self) {
        (self.remembered, self.seen) = (GameSettings::default(), GameSettings::default());
        let is_done = self.rewrite("reset the settings", |words| {
            words.retain(|name, _| !GameSettings::default().words().contains_key(name));
        });
        if let Some(path) = self.path.as_deref().filter(|_| is_done) {
            report_line(&format!("tripong: the settings in {} are the defaults again", path.display()));
        }
    }

    /// True if it was done, or nothing is to be done.
    fn rewrite(&mut self, what: &str, change: impl FnOnce(&mut Words) + Send + 'static) -> bool {
        let Some(path) = self.path.clone() else { return true };
        let shown = path.display().to_string();
        let why = match clock::within(PATIENCE, move || file::change(&path, change)) {
            Some(Ok(None)) => return true,
            Some(Ok(Some(kept))) => {
                if !std::mem::replace(&mut self.reported_unusable, true) {
                    let kept = kept.display();
                    report_line(&format!(
                        "tripong: {shown} could not be read any more, and was kept as {kept}"
                    ));
                }
                return true;
            }
            Some(Err(error)) => error.to_string(),
            None => {
                // A file system that does not answer is not asked again: each attempt would cost as much time.
                self.path = None;
                format!("it is not written within {PATIENCE:?}")
            }
        };
        if !std::mem::replace(&mut self.reported_unwritten, true) {
            report_line(&format!("tripong: failed to {what} in {shown}: {why}"));
        }
        false
    }
}

fn locate() -> Result<Option<PathBuf>, (Option<PathBuf>, String)> {
    file::locate(std::env::var_os("XDG_CONFIG_HOME"), etcetera::home_dir().ok())
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
