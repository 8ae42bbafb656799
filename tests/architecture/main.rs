//! Rules of the source tree that no lint can check.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod imports;
mod rules;
mod source;
mod token;
mod violations;

use std::fs;
use std::path::{Path, PathBuf};

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn files_with(text: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let has = |path: &PathBuf| fs::read_to_string(path).unwrap().contains(text);
    let names = files_below(&root.join("src")).into_iter().filter(has);
    let mut names: Vec<_> =
        names.map(|path| path.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Unsafe code is an error everywhere else; a lint cannot say where it may be allowed.
#[test]
fn unsafe_code_is_allowed_in_two_files() {
    assert_eq!(files_with("unsafe_code"), ["src/platform/fds.rs", "src/shm.rs"]);
}

#[test]
fn every_entry_of_the_source_tree_is_in_the_overview() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let overview = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    for path in fs::read_dir(root.join("src")).unwrap() {
        let name = path.unwrap().file_name().into_string().unwrap();
        assert!(
            name == "lib.rs" || overview.contains(&format!("`src/{name}")),
            "src/{name} is not in ARCHITECTURE.md"
        );
    }
}

#[test]
fn every_row_of_the_tables_of_faults_and_displays_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tables =
        ["docs/FAULTS.md", "docs/DOCTOR.md"].map(|page| fs::read_to_string(root.join(page)).unwrap());
    let table = tables.concat();
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let tests = files_below(&root.join("tests")).into_iter().filter(is_rust);
    let tests = tests.map(|path| fs::read_to_string(path).unwrap());
    let tests: String = tests.collect();
    let names = table.split('`').filter(|name| name.matches('_').count() > 3 && !name.contains(' '));
    let missing: Vec<_> = names.filter(|name| !tests.contains(*name)).collect();
    assert_eq!(missing, [""; 0]);
}
