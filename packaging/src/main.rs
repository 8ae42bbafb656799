//! Writes what a package of tripong has beside the executable, as a tree that can be copied to a prefix such as `/usr`:
//! manual pages, completions, icons, and what desktops read. With `--compact-licenses RAW` it prints the licences of
//! the file `RAW` instead. `README.md` beside this crate says who uses it.

mod completions;
mod desktop;
mod folder;
mod icons;
mod licenses;
mod manual;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use clap::Command;

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
    let command = visible(&tripong::cli::command());
    manual::write(&command, &folder_of(&share.join("man/man1"))?)?;
    completions::write(&command, &share)?;
    icons::write(&share.join("icons/hicolor"))?;
    desktop::write(&share)
}

/// The same parser without the arguments that are nobody's but the program's: completions would offer them.
fn visible(command: &Command) -> Command {
    let arguments = command.get_arguments().filter(|argument| !argument.is_hide_set()).cloned();
    let mut copy = Command::new(lasting(command.get_name()))
        .about(command.get_about().cloned().unwrap_or_default())
        .args(arguments)
        .subcommands(command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(visible));
    if let Some(version) = command.get_version() {
        copy = copy.version(lasting(version));
    }
    if let Some(text) = command.get_long_about() {
        copy = copy.long_about(text.clone());
    }
    if let Some(text) = command.get_after_help() {
        copy = copy.after_help(text.clone());
    }
    copy.subcommand_help_heading("COMMANDS").subcommand_value_name("command").disable_help_subcommand(true)
}

/// A copy for as long as this short program runs. clap takes other strings by its feature `string` only, with which all
/// of the program would be compiled once more for this.
fn lasting(text: &str) -> &'static str {
    text.to_owned().leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_offered_nowhere() {
        let command = visible(&tripong::cli::command());
        assert!(tripong::cli::command().get_arguments().any(|argument| argument.get_id() == "role"));
        assert!(command.get_arguments().all(|argument| argument.get_id() != "role"));
        assert!(command.find_subcommand("chaos").is_some());
        command.debug_assert();
    }
}
