//! Rules of the source tree that no lint can check.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod imports;
mod message;
mod rules;
mod source;
mod violations;

use std::fs;
use std::path::{Path, PathBuf};

use source::{Files, Source};

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
fn unsafe_code_is_allowed_in_three_files() {
    assert_eq!(files_with("unsafe_code"), ["src/platform/fds.rs", "src/platform/uring.rs", "src/shm.rs"]);
}

/// The order of the source tree, as the overview has it.
fn order() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    rules::order_of(&fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap())
}

fn source_files(package: &str) -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(package).join("src");
    let files = files_below(&folder).into_iter();
    let name = |path: &Path| path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
    files.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

/// All on lines of their own, if there are any.
fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_entry_of_the_source_tree_has_its_row_in_the_overview() {
    assert_none(&rules::wrong_entries(source_files(".").keys(), &order()));
}

#[test]
fn imports_go_up_the_source_tree_only() {
    let imports = imports::imports(&Source::of("tripong", &source_files(".")));
    assert_none(&rules::upward_imports(&imports, &order()));
}

#[test]
fn no_files_import_from_each_other_in_a_circle() {
    assert_none(&rules::circles(&imports::imports(&Source::of("tripong", &source_files(".")))));
}

/// Only the repository has them; what is published has the first package alone.
#[test]
fn no_files_of_the_other_packages_import_from_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packages = ["model", "benches/comparison", "benches/end-to-end", "packaging"];
    for package in packages.into_iter().filter(|package| root.join(package).is_dir()) {
        let files = source_files(package);
        let circles = rules::circles(&imports::imports(&Source::of("", &files)));
        assert!(circles.is_empty(), "{package}:\n{}", circles.join("\n"));
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
