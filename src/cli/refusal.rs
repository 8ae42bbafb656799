//! What is wrong with a command line, and what was probably meant, in one line.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Parser};

use super::arguments::Arguments;

/// How alike two words are that are taken for one and a misspelling of it: 1 is equal, 0 has nothing in common.
const ALIKE: f64 = 0.8;

/// What may be said beside what is wrong.
enum Hint {
    /// What was probably meant.
    Question(String),
    /// What to do.
    Advice(String),
}

/// An error of the parser in one line; `arguments` without the name of the program.
pub(super) fn line(error: &clap::Error, arguments: &[OsString]) -> String {
    let typed: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let text = error.render().to_string();
    let first = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    let line = first.collect::<Vec<_>>().join(" ");
    let wrong = line.trim_start_matches("error: ");
    let root = Arguments::command();
    let commands = commands(&root, &typed);
    let names: String = commands.iter().map(|command| format!("{} ", command.get_name())).collect();
    let help = format!("tripong {names}--help");
    match hint(error, &root, &commands, &typed) {
        Some(Hint::Question(meant)) => format!("tripong: {wrong}: did you mean {meant}? See `{help}`"),
        Some(Hint::Advice(advice)) => format!("tripong: {wrong}; {advice}; see `{help}`"),
        None => format!("tripong: {wrong}; see `{help}`"),
    }
}

/// What is only for games without windows, and was asked for with them: what is wrong, with the command line that may have been
/// meant.
pub(super) fn needs_headless(options: &[&str], arguments: &[OsString]) -> String {
    let quoted: Vec<_> = options.iter().map(|option| format!("'{option}'")).collect();
    let (names, verb) = match quoted.as_slice() {
        [one] => (one.clone(), "needs"),
        [all @ .., last] => (format!("{} and {last}", all.join(", ")), "need"),
        [] => (String::new(), "needs"),
    };
    let typed: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let corrected: Vec<_> = std::iter::once("--headless".to_owned()).chain(typed).collect();
    let run = command_line(&corrected).map_or("add it".to_owned(), |line| format!("run `{line}`"));
    format!("{names} {verb} '--headless': {run}")
}

/// The command line of these arguments, if the parser takes it and no shell would read it in another way.
fn command_line(arguments: &[String]) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=./:,%+".contains(letter);
    let is_safe = |word: &String| !word.is_empty() && word.chars().all(is_plain);
    let all = || std::iter::once("tripong").chain(arguments.iter().map(String::as_str));
    let is_taken = arguments.iter().all(is_safe) && Arguments::try_parse_from(all()).is_ok();
    is_taken.then(|| all().collect::<Vec<_>>().join(" "))
}

/// The command that was typed, and that of its commands, and so on.
fn commands<'a>(root: &'a Command, typed: &[String]) -> Vec<&'a Command> {
    let mut commands: Vec<&Command> = Vec::new();
    for word in typed {
        let Some(sub) = commands.last().unwrap_or(&root).find_subcommand(word) else { break };
        commands.push(sub);
    }
    commands
}

fn hint(error: &clap::Error, root: &Command, commands: &[&Command], typed: &[String]) -> Option<Hint> {
    let sub = commands.last().copied();
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => meant(of(ContextKind::InvalidArg)?, root, sub),
        ErrorKind::InvalidSubcommand => meant(of(ContextKind::InvalidSubcommand)?, root, sub),
        ErrorKind::InvalidValue => {
            let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) else { return None };
            let nearest = nearest(of(ContextKind::InvalidValue)?, values.iter().map(String::as_str))?;
            Some(Hint::Question(format!("'{}'", nearest.0)))
        }
        ErrorKind::ArgumentConflict => {
            let sub = of(ContextKind::InvalidSubcommand)?;
            // Options stand after the command; a game without windows is no option of any.
            let others = |leave_out: &str| {
                let others = typed.iter().filter(|word| *word != sub && *word != leave_out);
                std::iter::once(sub.to_owned()).chain(others.cloned()).collect::<Vec<_>>()
            };
            let line = command_line(&others("")).or_else(|| command_line(&others("--headless")))?;
            Some(Hint::Advice(format!("run `{line}`")))
        }
        ErrorKind::MissingRequiredArgument => {
            let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
                return None;
            };
            let (command, options) = typed.split_at(commands.len());
            let corrected: Vec<_> = command.iter().chain(missing).chain(options).cloned().collect();
            command_line(&corrected).map(|line| Hint::Advice(format!("run `{line}`")))
        }
        _ => None,
    }
}

/// What is meant by a word that is neither option nor command where it stands.
fn meant(word: &str, root: &Command, sub: Option<&Command>) -> Option<Hint> {
    let is_option = word.starts_with('-');
    let bare = word.trim_start_matches('-').split('=').next().unwrap_or_default();
    let own = sub.unwrap_or(root);
    let name = |command: &Command| match command.get_name() {
        "tripong" => "tripong".to_owned(),
        sub => format!("tripong {sub}"),
    };
    let question = |meant: String| Some(Hint::Question(meant));
    if !is_option && longs(own).any(|long| long == bare) {
        return question(format!("'--{bare}'"));
    }
    if root.get_subcommands().any(|command| command.get_name() == bare) {
        return question(format!("`tripong {bare}`"));
    }
    if bare == "headless" && own.get_name() == "chaos" {
        return Some(Hint::Advice("chaos shows windows only with '--windows'".to_owned()));
    }
    let has_it = |command: &&Command| longs(command).any(|long| long == bare);
    if let Some(other) = std::iter::once(root).chain(root.get_subcommands()).find(has_it) {
        return question(format!("`{} --{bare}`", name(other)));
    }
    let option = nearest(bare, longs(own)).map(|(long, alike)| (format!("'--{long}'"), alike));
    let commands = root.get_subcommands().filter(|_| sub.is_none()).map(Command::get_name);
    let command = nearest(bare, commands).map(|(name, alike)| (format!("`tripong {name}`"), alike));
    // Of two that are as near, the one of the same kind.
    let both = if is_option { [command, option] } else { [option, command] };
    let nearest = both.into_iter().flatten().max_by(|one, other| one.1.total_cmp(&other.1));
    nearest.and_then(|(meant, _)| question(meant))
}

/// The names of the options that people may know.
fn longs(command: &Command) -> impl Iterator<Item = &str> {
    let arguments = command.get_arguments().filter(|argument| !argument.is_hide_set());
    // clap adds these two when it parses.
    arguments.filter_map(clap::Arg::get_long).chain(["help"]).chain(command.get_version().map(|_| "version"))
}

/// The one that is most like the word, if it is alike at all, and how much it is.
fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<(&'a str, f64)> {
    let word = word.to_lowercase();
    let rated = candidates.map(|candidate| (candidate, strsim::jaro(&word, candidate)));
    rated.filter(|(_, alike)| *alike >= ALIKE).max_by(|one, other| one.1.total_cmp(&other.1))
}
