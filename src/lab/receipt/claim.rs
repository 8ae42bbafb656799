//! Where a receipt goes. No file that has something in it is overwritten, and no two labs write to one file.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::lab::exercise::{Identity, Lab};

/// So many receipts of one lab of one student are there at most in a folder.
const MOST: u32 = 10_000;

/// The file of a receipt that is going to be written. Dropped before anything is in it, the file goes away if this has made it.
#[derive(Debug)]
pub struct Claim {
    /// It.
    pub path: PathBuf,
    is_made: bool,
}

impl Claim {
    /// The file that was named, or `LAB-STUDENT.receipt.json` here, with a number if there is one already.
    ///
    /// # Errors
    /// [`Error::Failed`] if it is there and not empty, or cannot be made.
    pub fn of(named: Option<&Path>, lab: &Lab, identity: &Identity) -> Result<Self> {
        let path = named.map_or_else(|| default_path(lab, identity, 1), Path::to_owned);
        let claimed = match named {
            Some(path) => claim(path),
            None => (1..=MOST)
                .map(|number| claim(&default_path(lab, identity, number)))
                .find(is_free)
                .unwrap_or_else(|| {
                    Err(io::Error::other(
                        "there are 10,000 of them in this folder; name another file with --receipt",
                    ))
                }),
        };
        claimed.map_err(Error::failed(format_args!("write the receipt {}", path.display())))
    }
}

/// Not there before; any other error will not be another one at the next number.
fn is_free(claimed: &io::Result<Claim>) -> bool {
    claimed.as_ref().is_ok_and(|claim| claim.is_made)
        || claimed.as_ref().is_err_and(|error| error.kind() != ErrorKind::AlreadyExists)
}

fn claim(path: &Path) -> io::Result<Claim> {
    let claimed = |is_made| Ok(Claim { path: path.to_owned(), is_made });
    if path.as_os_str() == "-" {
        let why = "it is written anew after each step, which only a file can be";
        return Err(io::Error::new(ErrorKind::InvalidInput, why));
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(_) => claimed(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let there = fs::symlink_metadata(path)?;
            if there.is_file() && there.len() == 0 {
                return claimed(false);
            }
            let why = if there.is_file() {
                "there is a file of this name, and it is not overwritten; name another one with --receipt"
            } else {
                "there is something of this name, and it is no file"
            };
            Err(io::Error::new(ErrorKind::AlreadyExists, why))
        }
        Err(error) => Err(error),
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.is_made && fs::metadata(&self.path).is_ok_and(|file| file.len() == 0) {
            // What kept the lab from beginning is worth more to know.
            let _gone = fs::remove_file(&self.path);
        }
    }
}

fn default_path(lab: &Lab, identity: &Identity, number: u32) -> PathBuf {
    let is_fit = |letter: char| letter.is_alphanumeric() || "-_.@".contains(letter);
    let student: String =
        identity.student.chars().map(|letter| if is_fit(letter) { letter } else { '_' }).collect();
    match number {
        1 => PathBuf::from(format!("{}-{student}.receipt.json", lab.name)),
        _ => PathBuf::from(format!("{}-{student}-{number}.receipt.json", lab.name)),
    }
}
