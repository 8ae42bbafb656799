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

use crate::court::{BallSize, GameMode, GameRules};
use crate::error;
use crate::protocol::{Colors, Speed, Wishes, Zoom};

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
    pub(crate) fn from_words(words: &Map<String, Value>) -> Self {
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

fn named<T: Copy + Default>(
    words: &Map<String, Value>,
    word: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> T {
    let value = words.get(word).and_then(Value::as_str);
    all.iter().copied().find(|choice| Some(name(*choice)) == value).unwrap_or_default()
}

/// The settings as they are in the file.
#[derive(Debug)]
pub struct Settings {
    /// None if there is no folder: nothing is remembered.
    path: Option<PathBuf>,
    remembered: Preferences,
    /// What the game was last seen with: only what has changed since is written.
    seen: Preferences,
}

impl Settings {
    /// The user's settings.
    #[must_use]
    pub fn load() -> Self {
        Self::load_from(Self::path())
    }

    /// Where they are, or will be. None for a user without a home.
    pub(crate) fn path() -> Option<PathBuf> {
        Xdg::new().ok().map(|folders| folders.config_dir().join("tripong/settings.json"))
    }

    fn load_from(path: Option<PathBuf>) -> Self {
        let remembered =
            path.as_deref().map_or(Preferences::DEFAULT, |path| Preferences::from_words(&read(path)));
        Self { path, remembered, seen: remembered }
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

    /// Remembers what has changed in the game. A failure is told once for each change, and changes nothing else.
    pub fn remember(&mut self, now: Preferences) {
        let before = std::mem::replace(&mut self.seen, now).words();
        let changed: Vec<_> = now.words().into_iter().zip(before).filter(|(now, then)| now != then).collect();
        if changed.is_empty() {
            return;
        }
        self.rewrite("remember the settings", |words| {
            words.extend(changed.into_iter().map(|((name, value), _)| (name.to_owned(), value)));
        });
    }

    /// Forgets all that was remembered, and says so.
    pub fn reset(&mut self) {
        (self.remembered, self.seen) = (Preferences::DEFAULT, Preferences::DEFAULT);
        let path = self.path.clone();
        if self.rewrite("reset the settings", |words| {
            Preferences::DEFAULT.words().iter().for_each(|(name, _)| drop(words.remove(*name)));
        }) && let Some(path) = path
        {
            error::say(&format!("tripong: the settings in {} are the defaults again", path.display()));
        }
    }

    /// True if it was done, or nothing is to be done.
    fn rewrite(&self, what: &str, change: impl FnOnce(&mut Map<String, Value>)) -> bool {
        let Some(path) = &self.path else { return true };
        // Read again: another game may have changed another word meanwhile.
        let before = read(path);
        let mut words = before.clone();
        change(&mut words);
        if words == before && path.exists() || words.is_empty() && !path.exists() {
            return true;
        }
        match write(path, &words) {
            Ok(()) => true,
            Err(error) => {
                error::say(&format!("tripong: failed to {what} in {}: {error}", path.display()));
                false
            }
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

        fn explains(&self) -> bool {
            self.settings().remembered().explains
        }
    }

    fn explaining(settings: &Settings, explains: bool) -> Preferences {
        Preferences { explains, ..settings.seen }
    }

    fn remember_explains(mut settings: Settings, explains: bool) {
        settings.remember(explaining(&settings, explains));
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn what_was_remembered_is_there_in_the_next_game() {
        let folder = Folder::new("next-game");
        assert_eq!(folder.settings().remembered(), Preferences::DEFAULT);
        for explains in [false, true, false] {
            remember_explains(folder.settings(), explains);
            assert_eq!(folder.explains(), explains);
        }
        let left: Vec<_> =
            fs::read_dir(folder.0.join("tripong")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["settings.json"], "no temporary file is left");
    }

    #[test]
    fn every_setting_is_kept() {
        let folder = Folder::new("every");
        let rules = GameRules { mode: GameMode::Match, size: BallSize::Large };
        let (speed, best) = (Speed::Fastest, 34);
        let (colors, zoom) = (Colors::Contrast, Zoom::of_factor(1.15).unwrap());
        let all = Preferences { explains: false, rules, speed, reduced_motion: true, colors, zoom, best };
        folder.settings().remember(all);
        assert_eq!(folder.settings().remembered(), all);
    }

    #[test]
    fn what_the_command_line_says_is_not_remembered_what_is_changed_in_the_game_is() {
        let folder = Folder::new("command-line");
        let mut settings = folder.settings();
        let rules = GameRules { mode: GameMode::Match, size: BallSize::Normal };
        let said = Preferences { rules, ..settings.remembered() };
        settings.begin_with(said);
        settings.remember(said);
        assert!(!folder.file().exists());
        settings.remember(Preferences { speed: Speed::Slow, ..said });
        let expected = Preferences { speed: Speed::Slow, ..Preferences::DEFAULT };
        assert_eq!(folder.settings().remembered(), expected);
    }

    #[test]
    fn a_reset_forgets_our_words_and_no_others() {
        let folder = Folder::new("reset");
        folder.put(b"{\"volume\": 3, \"explains\": false, \"best\": 9, \"mode\": \"match\"}");
        let mut settings = folder.settings();
        settings.reset();
        assert_eq!(settings.remembered(), Preferences::DEFAULT);
        assert_eq!(serde_json::Value::from(read(&folder.file())), serde_json::json!({"volume": 3}));
    }

    #[test]
    fn nothing_is_written_before_something_has_changed() {
        let folder = Folder::new("unchanged");
        remember_explains(folder.settings(), true);
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
    }

    #[test]
    fn nonsense_means_the_defaults_and_is_replaced() {
        let folder = Folder::new("nonsense");
        let nonsense: [&[u8]; 7] =
            [b"", b"{", b"[1]", b"\xff\xfe", b"{\"explains\": \"no\"}", b"{\"explains\": 0}", b"null"];
        for text in nonsense {
            folder.put(text);
            let settings = folder.settings();
            assert_eq!(settings.remembered(), Preferences::DEFAULT, "{text:?}");
            remember_explains(settings, false);
            assert!(!folder.explains(), "{text:?}");
        }
    }

    #[test]
    fn words_of_other_versions_are_kept_also_those_that_came_meanwhile() {
        let folder = Folder::new("other-words");
        folder.put(b"{\"volume\": [1, 2], \"explains\": true}");
        let settings = folder.settings();
        folder.put(b"{\"volume\": [1, 3], \"explains\": true}");
        remember_explains(settings, false);
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
        remember_explains(folder.settings(), false);
        assert!(fs::symlink_metadata(folder.file()).unwrap().is_symlink());
        assert_eq!(read(&kept)["explains"], false);
    }

    #[test]
    fn a_folder_that_cannot_be_written_changes_nothing_else() {
        let folder = Folder::new("file-in-the-way");
        fs::write(folder.0.join("tripong"), "a file where the folder should be").unwrap();
        remember_explains(folder.settings(), false);
        remember_explains(Settings::load_from(None), false);
        folder.settings().reset();
    }
}
