use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use super::*;
use crate::game::{BallSize, GameMode, GameRules, Skill};
use crate::protocol::{Colors, Speed, Tempo, Zoom};

/// A folder of the test's own, removed at its end.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
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

fn words(path: &Path) -> Words {
    file::read(path).into_words()
}

fn explaining(settings: &Settings, explains: bool) -> GameSettings {
    GameSettings { explains, ..settings.seen }
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
    assert_eq!(folder.settings().remembered(), GameSettings::default());
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
    let all = GameSettings {
        explains: false,
        rules: Some(GameRules { mode: GameMode::Match, size: BallSize::Large, autopilot: Skill::Easy }),
        speed: Speed::Fastest,
        tempo: Tempo::Rising,
        own_keys: true,
        reduced_motion: true,
        colors: Colors::Contrast,
        zoom: Zoom::of_factor(1.15).unwrap(),
        announces_hops: true,
        best: 34,
        paused: false,
    };
    folder.settings().remember(all);
    assert_eq!(folder.settings().remembered(), all);
}

#[test]
fn what_the_command_line_sets_is_not_remembered_what_is_changed_in_the_game_is() {
    let folder = Folder::new("command-line");
    let mut settings = folder.settings();
    let rules = Some(GameRules { mode: GameMode::Match, ..GameRules::default() });
    let set = GameSettings { rules, ..settings.remembered() };
    settings.begin_with(set, false);
    settings.remember(set);
    assert!(!folder.file().exists());
    settings.remember(GameSettings { speed: Speed::Slow, ..set });
    let expected = GameSettings { speed: Speed::Slow, ..GameSettings::default() };
    assert_eq!(folder.settings().remembered(), expected);
}

#[test]
fn size_and_explanation_of_a_presentation_are_for_it_alone() {
    let folder = Folder::new("presentation");
    let mut settings = folder.settings();
    let begun = GameSettings { zoom: Zoom::PROJECTOR, explains: false, ..settings.remembered() };
    settings.begin_with(begun, true);
    let zoom = Zoom::of_factor(1.5).unwrap();
    settings.remember(GameSettings { zoom, explains: true, ..begun });
    assert!(!folder.file().exists());
    settings.remember(GameSettings { zoom, speed: Speed::Slow, ..begun });
    let expected = GameSettings { speed: Speed::Slow, ..GameSettings::default() };
    assert_eq!(folder.settings().remembered(), expected);
}

#[test]
fn a_reset_forgets_our_words_and_no_others() {
    let folder = Folder::new("reset");
    folder.put(b"{\"volume\": 3, \"explains\": false, \"best\": 9, \"mode\": \"match\"}");
    let mut settings = folder.settings();
    settings.reset();
    assert_eq!(settings.remembered(), GameSettings::default());
    assert_eq!(Value::from(words(&folder.file())), serde_json::json!({"volume": 3}));
}

#[test]
fn nothing_is_written_before_something_has_changed() {
    let folder = Folder::new("unchanged");
    remember_explains(folder.settings(), true);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
}

#[test]
fn a_text_that_is_no_settings_means_the_defaults_and_is_kept() {
    let texts: [&[u8]; 6] =
        [b"{", b"[1]", b"\xff\xfe", b"null", b"{\"explains\": false \"best\": 3}", b"{} x"];
    for (number, text) in texts.into_iter().enumerate() {
        let folder = Folder::new(&format!("no-settings-{number}"));
        folder.put(text);
        let settings = folder.settings();
        assert_eq!(settings.remembered(), GameSettings::default(), "{text:?}");
        assert_eq!(fs::read(folder.file()).unwrap(), text, "a game that remembers nothing leaves it alone");
        remember_explains(settings, false);
        assert!(!folder.explains(), "{text:?}");
        assert_eq!(fs::read(folder.0.join("tripong/settings.json.damaged")).unwrap(), text);
    }
}

#[test]
fn words_that_make_no_sense_and_an_empty_file_mean_the_defaults() {
    let folder = Folder::new("no-sense");
    let texts: [&[u8]; 4] = [b"", b" \n", b"{\"explains\": \"no\"}", b"{\"explains\": 0, \"zoom\": 1e300}"];
    for text in texts {
        folder.put(text);
        let settings = folder.settings();
        assert_eq!(settings.remembered(), GameSettings::default(), "{text:?}");
        remember_explains(settings, false);
        assert!(!folder.explains(), "{text:?}");
    }
    assert_eq!(fs::read_dir(folder.0.join("tripong")).unwrap().count(), 1, "there is nothing to keep");
}

#[test]
fn what_could_not_be_written_is_written_with_the_next_change() {
    let folder = Folder::new("later");
    let in_the_way = folder.0.join("tripong");
    fs::write(&in_the_way, "a file where the folder should be").unwrap();
    let mut settings = folder.settings();
    settings.remember(GameSettings { best: 7, ..GameSettings::default() });
    assert!(settings.reported_unwritten);
    fs::remove_file(&in_the_way).unwrap();
    let both = GameSettings { best: 7, speed: Speed::Fast, ..GameSettings::default() };
    settings.remember(both);
    assert_eq!(folder.settings().remembered(), both);
}

#[test]
fn words_of_other_versions_are_kept_also_those_that_came_meanwhile() {
    let folder = Folder::new("other-words");
    folder.put(b"{\"volume\": [1, 2], \"explains\": true}");
    let settings = folder.settings();
    folder.put(b"{\"volume\": [1, 3], \"explains\": true}");
    remember_explains(settings, false);
    let words = words(&folder.file());
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
    assert_eq!(words(&kept)["explains"], false);
}

#[test]
fn a_folder_that_cannot_be_written_changes_nothing_else() {
    let folder = Folder::new("file-in-the-way");
    fs::write(folder.0.join("tripong"), "a file where the folder should be").unwrap();
    remember_explains(folder.settings(), false);
    remember_explains(Settings::load_from(None), false);
    folder.settings().reset();
}
