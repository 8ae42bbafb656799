use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::*;
use crate::cli::settings::tests::Folder;

impl Folder {
    fn place(&self) -> PathBuf {
        self.0.join("settings.json")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// What no person would leave there on purpose: a name, how it is made, and what is wrong with it.
type Thing = (&'static str, fn(&Path), &'static str);

const THINGS: [Thing; 10] = [
    ("fifo", |path| mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap(), "it is a FIFO, not a file"),
    ("link-to-zero", |path| symlink("/dev/zero", path).unwrap(), "it is a device, not a file"),
    ("sparse", |path| sparse(path, 1 << 30), "it has more than 65536 bytes"),
    ("one-too-many", |path| sparse(path, LARGEST + 1), "it has more than 65536 bytes"),
    ("folder", |path| fs::create_dir(path).unwrap(), "it is a folder, not a file"),
    ("socket", |path| drop(UnixListener::bind(path).unwrap()), "it is a socket, not a file"),
    ("dangling", |path| symlink("nowhere", path).unwrap(), "it is a link that leads nowhere"),
    ("loop", |path| symlink("settings.json", path).unwrap(), "Too many levels of symbolic links"),
    // A regular file, to the kernel, whose length is none.
    ("endless", |path| symlink("/proc/kallsyms", path).unwrap(), "it has more than 65536 bytes"),
    (
        "typo",
        |path| fs::write(path, "{\"best\": 3,}").unwrap(),
        "it is no JSON object: trailing comma at line 1",
    ),
];

fn sparse(path: &Path, bytes: u64) {
    fs::File::create(path).unwrap().set_len(bytes).unwrap();
}

fn set_best(words: &mut Words) {
    words.insert("best".to_owned(), 9.into());
}

#[test]
fn nothing_in_the_files_place_is_waited_for_and_all_is_named() {
    for (name, put, expected) in THINGS {
        let folder = Folder::new(&format!("file-read-{name}"));
        put(&folder.place());
        let Found::Unusable(why) = read(&folder.place()) else { panic!("{name}") };
        assert!(why.starts_with(expected), "{name}: {why}");
    }
}

#[test]
fn what_is_in_the_files_place_is_kept_beside_the_new_file() {
    for (name, put, _) in THINGS {
        let folder = Folder::new(&format!("file-keep-{name}"));
        put(&folder.place());
        let before = fs::symlink_metadata(folder.place()).unwrap();
        let kept = change(&folder.place(), set_best).unwrap().unwrap();
        assert_eq!(folder.names(), ["settings.json", "settings.json.damaged"], "{name}");
        assert_eq!(kept, folder.0.join("settings.json.damaged"), "{name}");
        let after = fs::symlink_metadata(&kept).unwrap();
        assert_eq!((after.file_type(), after.len()), (before.file_type(), before.len()), "{name}");
        assert_eq!(read(&folder.place()).into_words()["best"], 9, "{name}");
        assert_eq!(change(&folder.place(), set_best).unwrap(), None, "{name}: there is nothing more to keep");
    }
}

#[test]
fn what_was_kept_before_is_not_replaced() {
    let folder = Folder::new("file-many");
    for number in 0..MOST_KEPT {
        fs::write(folder.place(), format!("typo {number}")).unwrap();
        let kept = change(&folder.place(), set_best).unwrap().unwrap();
        assert_eq!(fs::read_to_string(kept).unwrap(), format!("typo {number}"));
    }
    fs::write(folder.place(), "one more").unwrap();
    let names = folder.names();
    let error = change(&folder.place(), set_best).unwrap_err().to_string();
    assert!(error.contains("9 like it are kept beside already"), "{error}");
    assert_eq!((folder.names(), fs::read_to_string(folder.place()).unwrap()), (names, "one more".to_owned()));
}

#[test]
fn a_file_of_the_largest_size_is_read() {
    let folder = Folder::new("file-largest");
    let mut text = b"{\"best\": 3}".to_vec();
    text.resize(usize::try_from(LARGEST).unwrap(), b' ');
    fs::write(folder.place(), text).unwrap();
    assert_eq!(read(&folder.place()).into_words()["best"], 3);
}

#[test]
fn a_temporary_file_that_was_left_behind_is_not_followed() {
    let folder = Folder::new("file-left-behind");
    let temporary = folder.0.join(format!("settings.{}.tmp", std::process::id()));
    let precious = folder.0.join("precious");
    fs::write(&precious, "precious").unwrap();
    let puts: [fn(&Path, &Path); 3] = [
        |path, _| mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap(),
        |path, precious| symlink(precious, path).unwrap(),
        |path, _| fs::write(path, "{\"best\"").unwrap(),
    ];
    for put in puts {
        put(&temporary, &precious);
        let _not_there = fs::remove_file(folder.place());
        assert_eq!(change(&folder.place(), set_best).unwrap(), None);
        assert_eq!(read(&folder.place()).into_words()["best"], 9);
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
        assert_eq!(folder.names(), ["precious", "settings.json"]);
    }
}

#[test]
fn a_file_that_cannot_be_replaced_stays_as_it_was() {
    // A folder in the place of the temporary file: nobody can write there, not even root.
    let folder = Folder::new("file-not-replaced");
    for text in ["{\"best\": 3}", "typo"] {
        fs::write(folder.place(), text).unwrap();
        let temporary = folder.0.join(format!("settings.{}.tmp", std::process::id()));
        fs::create_dir(&temporary).unwrap();
        change(&folder.place(), set_best).unwrap_err();
        assert_eq!(fs::read_to_string(folder.place()).unwrap(), text);
        fs::remove_dir(&temporary).unwrap();
        assert_eq!(folder.names(), ["settings.json"]);
    }
}

#[test]
fn a_file_that_may_not_be_read_is_kept() {
    let folder = Folder::new("file-forbidden");
    fs::write(folder.place(), "{\"best\": 3}").unwrap();
    fs::set_permissions(folder.place(), fs::Permissions::from_mode(0o000)).unwrap();
    let kept = change(&folder.place(), set_best).unwrap();
    // Root may read everything.
    assert_eq!(kept.is_some(), !rustix::process::geteuid().is_root());
    assert_eq!(read(&folder.place()).into_words()["best"], 9);
}

#[test]
fn paths_that_are_not_absolute_are_ignored_and_reported() {
    let at = |config_home: Option<&str>, home: Option<&str>| {
        locate(config_home.map(OsString::from), home.map(PathBuf::from))
    };
    let (of_home, of_config) = ("/h/.config/tripong/settings.json", "/c/tripong/settings.json");
    for (config_home, home, expected) in [
        (None, Some("/h"), Some(of_home)),
        (Some(""), Some("/h"), Some(of_home)),
        (Some("/c"), Some("/h"), Some(of_config)),
        (Some("/c"), Some("rel"), Some(of_config)),
        (Some("/c"), None, Some(of_config)),
        (None, None, None),
        (None, Some(""), None),
    ] {
        assert_eq!(at(config_home, home), Ok(expected.map(PathBuf::from)), "{config_home:?} {home:?}");
    }
    let ignored = |name: &str, instead: &str| {
        format!("{name}=rel is ignored, because it is no absolute path: {instead}")
    };
    let nothing = "no settings are remembered";
    let at_home = format!("the settings are in {of_home}");
    for (config_home, home, path, fault) in [
        (Some("rel"), Some("/h"), Some(of_home), ignored("XDG_CONFIG_HOME", &at_home)),
        (Some("rel"), None, None, ignored("XDG_CONFIG_HOME", nothing)),
        (Some("rel"), Some("rel"), None, ignored("XDG_CONFIG_HOME", nothing)),
        (None, Some("rel"), None, ignored("HOME", nothing)),
    ] {
        assert_eq!(at(config_home, home), Err((path.map(PathBuf::from), fault)), "{config_home:?} {home:?}");
    }
}
