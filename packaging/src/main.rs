//! Writes what a package of tripong has beside the executable, as a tree that can be copied to a prefix such as `/usr`:
//! manual pages, completions, icons, and what desktops read. With `--compact-licenses RAW` it prints the licences of
//! the file `RAW` instead. `README.md` beside this crate says who uses it.

mod completions;
mod desktop;
mod folder;
mod icons;
mod licenses;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use tripong::cli::manual::{self, Page};

use folder::folder_of;

fn main() -> ExitCode {
    let arguments = env::args_os().skip(1).map(PathBuf::from).collect::<Vec<_>>();
    let done = match arguments.as_slice() {
        [] => write_all(Path::new("target/package")),
        [option, raw] if option.as_os_str() == "--compact-licenses" => print_licenses(raw),
        [folder] => write_all(folder),
        _ => Err(io::Error::other("usage: tripong-packaging [FOLDER | --compact-licenses RAW]")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _unheard = writeln!(io::stderr(), "tripong-packaging: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_licenses(raw: &Path) -> io::Result<()> {
    io::stdout().write_all(licenses::compact(&fs::read_to_string(raw)?).as_bytes())
}

/// Replaces what an earlier run has left.
fn write_all(folder: &Path) -> io::Result<()> {
    let share = folder.join("share");
    if share.exists() {
        fs::remove_dir_all(&share)?;
    }
    write_manual(&folder_of(&share.join("man/man1"))?)?;
    completions::write(&share)?;
    icons::write(&share.join("icons/hicolor"))?;
    desktop::write(&share)
}

fn write_manual(folder: &Path) -> io::Result<()> {
    for Page { name, roff } in manual::pages()? {
        fs::write(folder.join(format!("{name}.1")), roff)?;
    }
    Ok(())
}
