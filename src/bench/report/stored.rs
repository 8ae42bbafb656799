//! Reports that are kept under a name: `tripong/bench/NAME.json` in the user's folder for data.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::BenchReport;
use super::read::read_one;
use crate::bench::command::BaselineName;
use crate::error::{Error, Result};
use crate::platform::{folders, json};

/// Where it is kept.
pub(in crate::bench) fn path(name: &BaselineName) -> Result<PathBuf> {
    Ok(folders::of_data("bench")?.join(format!("{}.json", name.text())))
}

/// The report of this name.
///
/// # Errors
/// That there is none, and how one is made, or what is wrong with it.
pub(in crate::bench) fn load(name: &BaselineName) -> Result<BenchReport> {
    let path = path(name)?;
    if path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        let why = io::Error::new(
            ErrorKind::NotFound,
            "no report was kept under it; `tripong bench --save NAME` keeps one",
        );
        return Err(Error::failed(format_args!("find the baseline {:?}", name.text()))(why));
    }
    read_one(&path)
}

/// Whether it can be kept, before anything is measured.
///
/// # Errors
/// Why not.
pub(in crate::bench) fn prepare() -> Result<()> {
    let folder = folders::of_data("bench")?;
    fs::create_dir_all(&folder).map_err(Error::failed(format!("make the folder {}", folder.display())))
}

/// Keeps it, in place of an earlier one: a reader finds the old or the new one, whole, also after a power failure.
///
/// # Errors
/// What the system refuses; then all is as it was.
pub(in crate::bench) fn save(name: &BaselineName, report: &BenchReport) -> Result<()> {
    let path = path(name)?;
    let saved = json::line("bench", report).and_then(|text| replace(&path, text.as_bytes()));
    saved.map_err(Error::failed(format_args!("keep the report as {}", path.display())))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::NotFound)?;
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let replaced = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if replaced.is_err() {
        // Half of it is of no use, and that it cannot be removed either is no news.
        let _removed = fs::remove_file(&temporary);
    }
    // The new name outlasts a power failure once its folder is on the disk.
    replaced.and_then(|()| File::open(folder)?.sync_all())
}

/// Writes a file that is not there yet, and follows no link to one.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let create = || OpenOptions::new().write(true).create_new(true).open(path);
    let create_again = |error: io::Error| match error.kind() {
        // Left behind by a process that was killed and had this pid.
        ErrorKind::AlreadyExists => fs::remove_file(path).and_then(|()| create()),
        _ => Err(error),
    };
    let mut file = create().or_else(create_again)?;
    file.write_all(bytes)?;
    file.sync_all()
}
