//! The parser as people may know it.

use std::sync::OnceLock;

use clap::{Command, CommandFactory};

use super::arguments::Arguments;

/// The parser without the arguments that are nobody's but the program's: completions would offer them. It is made once, because its
/// names are never freed.
pub(super) fn visible() -> Command {
    static VISIBLE: OnceLock<Command> = OnceLock::new();
    VISIBLE.get_or_init(|| copy(&Arguments::command())).clone()
}

fn copy(command: &Command) -> Command {
    let arguments = command.get_arguments().filter(|argument| !argument.is_hide_set()).cloned();
    let mut copied = Command::new(lasting(command.get_name()))
        .about(command.get_about().cloned().unwrap_or_default())
        .args(arguments)
        .subcommands(command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(copy));
    if let Some(version) = command.get_version() {
        copied = copied.version(lasting(version));
    }
    if let Some(text) = command.get_long_about() {
        copied = copied.long_about(text.clone());
    }
    if let Some(text) = command.get_after_help() {
        copied = copied.after_help(text.clone());
    }
    copied.subcommand_help_heading("COMMANDS").subcommand_value_name("command").disable_help_subcommand(true)
}

/// A copy for as long as the program runs. clap takes other strings by its feature `string` only, with which all of the program
/// would be compiled once more for this.
fn lasting(text: &str) -> &'static str {
    text.to_owned().leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_offered_nowhere() {
        let command = visible();
        assert!(Arguments::command().get_arguments().any(|argument| argument.get_id() == "role"));
        assert!(command.get_arguments().all(|argument| argument.get_id() != "role"));
        assert!(command.find_subcommand("chaos").is_some());
        command.debug_assert();
    }
}
