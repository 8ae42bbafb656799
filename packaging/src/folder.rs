//! Folders of the tree that is written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder, made if need be.
pub(crate) fn folder_of(path: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(path)?;
    Ok(path.to_owned())
}
