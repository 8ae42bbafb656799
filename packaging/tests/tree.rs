//! The tree of files that packages copy, as the generator writes it.

#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test starts what it tests")]
fn generate(folder: &Path) {
    let mut generator = Command::new(env!("CARGO_BIN_EXE_tripong-packaging"));
    assert!(generator.arg(folder).status().unwrap().success());
}

#[test]
fn the_tree_has_what_a_package_needs_and_nothing_of_an_earlier_run() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tree");
    fs::create_dir_all(folder.join("share/man/man1")).unwrap();
    fs::write(folder.join("share/man/man1/tripong-gone.1"), "a command that there is no more").unwrap();
    generate(&folder);
    let names: Vec<_> =
        files(&folder).iter().map(|path| path.strip_prefix(&folder).unwrap().to_owned()).collect();
    fs::remove_dir_all(&folder).unwrap();
    let has = |name: &str| names.iter().any(|path| path == Path::new(name));
    for name in [
        "share/applications/org.tripong.tripong.desktop",
        "share/metainfo/org.tripong.tripong.metainfo.xml",
        "share/icons/hicolor/48x48/apps/org.tripong.tripong.png",
        "share/icons/hicolor/scalable/apps/org.tripong.tripong.svg",
        "share/man/man1/tripong.1",
        "share/man/man1/tripong-chaos.1",
        "share/man/man1/tripong-bench-compare.1",
        "share/man/man1/tripong-bench-merge.1",
        "share/man/man1/tripong-bench-report.1",
        "share/man/man1/tripong-bench.1",
        "share/man/man1/tripong-lab.1",
        "share/man/man1/tripong-lab-verify.1",
        "share/man/man1/tripong-doctor.1",
        "share/man/man1/tripong-completions.1",
        "share/man/man1/tripong-man.1",
        "share/bash-completion/completions/tripong",
        "share/zsh/site-functions/_tripong",
        "share/fish/vendor_completions.d/tripong.fish",
    ] {
        assert!(has(name), "{name} is missing in {names:?}");
    }
    assert!(!has("share/man/man1/tripong-gone.1"));
}
