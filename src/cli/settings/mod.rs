//! What is remembered from game to game: `tripong/settings.json` in the user's folder for settings
//! (`$XDG_CONFIG_HOME`, else `~/.config`). Only the launcher of a game with windows touches it.
//!
//! A game never ends because of this file, and never waits for it for long. Missing or unusable, it means the defaults; what
//! is unusable is kept beside the new file, and so are words that this version does not know.

mod file;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use self::file::{Found, Words};
use crate::game::{BallSize, GameMode, GameRules};
use crate::platform::clock;
use crate::platform::say;
use crate::protocol::{Colors, Speed, Wishes, Zoom};

/// A file system that does not answer is waited for no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preferences {
    /// Whether the windows explain hand-offs at first.
    pub explains: bool,
    /// What the first serve begins.
    pub rules: GameRules,
    /// How fast time goes.
    pub speed: Speed,
    /// The windows do without effects.
    pub reduced_motion: bool,
    /// The colours of the windows.
    pub colors: Colors,
    /// How large everything in the windows is.
    pub zoom: Zoom,
    /// The most hits of any rally so far.
    pub best: u32,
}

impl Preferences {
    /// Of who has never changed anything.
    pub const DEFAULT: Self = Self {
        explains: true,
        rules: GameRules { mode: GameMode::Rally, size: BallSize::Normal },
        speed: Speed::Normal,
        reduced_motion: false,
        colors: Colors::System,
        zoom: Zoom::NORMAL,
        best: 0,
    };

    /// What the windows of a game begin with.
    #[must_use]
    pub fn wishes(&self) -> Wishes {
        let Self { rules, speed, reduced_motion, colors, zoom, .. } = *self;
        Wishes { paused: false, speed, rules: Some(rules), reduced_motion, colors, zoom }
    }

    /// Its words in the file.
    pub(crate) fn words(&self) -> [(&'static str, Value); 8] {
        let Self { explains, rules, speed, reduced_motion, colors, zoom, best } = *self;
        [
            ("explains", explains.into()),
            ("mode", rules.mode.name().into()),
            ("ball", rules.size.name().into()),
            ("speed", speed.name().into()),
            ("reduced_motion", reduced_motion.into()),
            ("colors", colors.name().into()),
            ("zoom", (f64::from(zoom.percent()) / 100.0).into()),
            ("best", best.into()),
        ]
    }

    /// What a word is missing for, or is nonsense for, is the default.
    pub(crate) fn from_words(words: &Words) -> Self {
        let flag = |name, default| words.get(name).and_then(Value::as_bool).unwrap_or(default);
        let default = Self::DEFAULT;
        Self {
            explains: flag("explains", default.explains),
            rules: GameRules {
                mode: named(words, "mode", &GameMode::ALL, GameMode::name),
                size: named(words, "ball", &BallSize::ALL, BallSize::name),
            },
            speed: named(words, "speed", &Speed::ALL, Speed::name),
            reduced_motion: flag("reduced_motion", default.reduced_motion),
            colors: named(words, "colors", &Colors::ALL, Colors::name),
            zoom: words.get("zoom").and_then(Value::as_f64).and_then(Zoom::of_factor).unwrap_or_default(),
            best: words.get("best").and_then(Value::as_u64).and_then(|n| n.try_into().ok()).unwrap_or(0),
        }
    }
}

fn named<T: Copy + Default>(words: &Words, word: &str, all: &[T], name: fn(T) -> &'static str) -> T {
    let value = words.get(word).and_then(Value::as_str);
    all.iter().copied().find(|choice| Some(name(*choice)) == value).unwrap_or_default()
}

/// The settings as they are in the file.
#[derive(Debug)]
pub struct Settings {
    /// None if there is no folder, or one that does not answer: nothing is remembered.
    path: Option<PathBuf>,
    remembered: Preferences,
    /// What the game was last seen with: only what has changed since is written.
    seen: Preferences,
    /// What has changed and could not be written yet.
    unwritten: Words,
    /// It was told that what is in the file's place cannot be used.
    told_unusable: bool,
    /// It was told that nothing can be written.
    told_unwritten: bool,
}

impl Settings {
    /// The user's settings. What keeps them from being read is told, and means the defaults.
    #[must_use]
    pub fn load() -> Self {
        let path = locate().unwrap_or_else(|(path, fault)| {
            say(&format!("tripong: {fault}"));
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
            remembered: Preferences::DEFAULT,
            seen: Preferences::DEFAULT,
            unwritten: Words::new(),
            told_unusable: false,
            told_unwritten: false,
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
                self.remembered = Preferences::from_words(&found.into_words());
                self.seen = self.remembered;
                return;
            }
            None => {
                self.path = None;
                format!("nothing comes within {PATIENCE:?}")
            }
        };
        self.told_unusable = true;
        say(&format!(
            "tripong: failed to read the settings in {shown}: {why}; the game begins with the defaults, and what is there is \
             kept"
        ));
    }

    /// What was remembered from earlier games.
    #[must_use]
    pub fn remembered(&self) -> Preferences {
        self.remembered
    }

    /// The game begins with this, which is not always what was remembered: the command line comes first.
    pub fn begin_with(&mut self, preferences: Preferences) {
        self.seen = preferences;
    }

    /// Remembers what has changed in the game. What could not be written is written with the next change. That it could
    /// not is told once, and changes nothing else.
    pub fn remember(&mut self, now: Preferences) {
        let before = std::mem::replace(&mut self.seen, now).words();
        let changed = now.words().into_iter().zip(before).filter(|(now, then)| now != then);
        let changed: Words = changed.map(|((name, value), _)| (name.to_owned(), value)).collect();
        if changed.is_empty() {
            return;
        }
        self.unwritten.extend(changed);
        let unwritten = self.unwritten.clone();
        if self.rewrite("remember the settings", |words| words.extend(unwritten)) {
            self.unwritten.clear();
        }
    }

    /// Forgets all that was remembered, and says so.
    pub fn reset(&mut self) {
        (self.remembered, self.seen) = (Preferences::DEFAULT, Preferences::DEFAULT);
        let is_done = self.rewrite("reset the settings", |words| {
            Preferences::DEFAULT.words().iter().for_each(|(name, _)| drop(words.remove(*name)));
        });
        if let Some(path) = self.path.as_deref().filter(|_| is_done) {
            say(&format!("tripong: the settings in {} are the defaults again", path.display()));
        }
    }

    /// True if it was done, or nothing is to be done.
    fn rewrite(&mut self, what: &str, change: impl FnOnce(&mut Words) + Send + 'static) -> bool {
        let Some(path) = self.path.clone() else { return true };
        let shown = path.display().to_string();
        let why = match clock::within(PATIENCE, move || file::change(&path, change)) {
            Some(Ok(None)) => return true,
            Some(Ok(Some(kept))) => {
                if !std::mem::replace(&mut self.told_unusable, true) {
                    let kept = kept.display();
                    say(&format!("tripong: {shown} could not be read any more, and was kept as {kept}"));
                }
                return true;
            }
            Some(Err(error)) => error.to_string(),
            None => {
                // Who does not answer is not asked again: each question would cost as much time.
                self.path = None;
                format!("it is not written within {PATIENCE:?}")
            }
        };
        if !std::mem::replace(&mut self.told_unwritten, true) {
            say(&format!("tripong: failed to {what} in {shown}: {why}"));
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
