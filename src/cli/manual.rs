//! The manual pages, made of the parser: one of the program, one of each of its commands.

use std::io;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::visible::visible;

/// The day of the newest release, as the pages show it.
pub const RELEASED: &str = "2026-11-24";

/// What no parser knows.
const FILES: &[(&str, &str)] = &[(
    "$XDG_CONFIG_HOME/tripong/settings.json",
    "What was chosen in earlier games, and the best rally; ~/.config is the folder if the variable is not set.",
)];
const ENVIRONMENT: &[(&str, &str)] = &[
    ("WAYLAND_DISPLAY, DISPLAY", "The display: Wayland where there is one, else X11."),
    ("WINIT_X11_SCALE_FACTOR", "How large everything is on X11, instead of what the desktop says."),
    ("LIBGL_ALWAYS_SOFTWARE", "Set to 1: draw without the graphics card, where its driver is at fault."),
];

/// A manual page of section 1, as roff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its name: `tripong`, `tripong-chaos`.
    pub name: String,
    /// Its text.
    pub roff: String,
}

/// All of them, the one of the program first.
///
/// # Errors
/// Those of the generator, which writes to memory.
pub fn pages() -> io::Result<Vec<Page>> {
    let mut command = visible();
    command.build();
    let mut pages = Vec::new();
    add(&mut pages, &command, None)?;
    Ok(pages)
}

/// The page of a command, and those of the commands below it.
fn add(pages: &mut Vec<Page>, command: &Command, parent: Option<&str>) -> io::Result<()> {
    let name_of = |parent: Option<&str>, command: &Command| match parent {
        Some(parent) => format!("{parent}-{}", command.get_name()),
        None => command.get_name().to_owned(),
    };
    let name = name_of(parent, command);
    let below = command.get_subcommands().map(|sub| name_of(Some(&name), sub));
    let see_also: Vec<_> = parent.map(str::to_owned).into_iter().chain(below).collect();
    pages.push(Page { name: name.clone(), roff: page(command, &see_also, parent.is_none())? });
    command.get_subcommands().try_for_each(|sub| add(pages, sub, Some(&name)))
}

/// The page of one command, or all of them, one after the other.
///
/// # Errors
/// As [`pages`].
pub fn text_of(command: Option<&str>) -> io::Result<String> {
    let wanted = command.map(|command| format!("tripong-{command}"));
    let pages = pages()?.into_iter().filter(|page| wanted.as_ref().is_none_or(|name| *name == page.name));
    Ok(pages.map(|page| page.roff).collect())
}

fn page(command: &Command, see_also: &[String], is_of_the_program: bool) -> io::Result<String> {
    let mut page = Vec::new();
    let title = command.get_display_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    let man = Man::new(command.clone()).title(title).date(RELEASED);
    let man = man.source(concat!("tripong ", env!("CARGO_PKG_VERSION"))).manual("User Commands");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut roff = Roff::new();
    if let Some(text) = command.get_after_help() {
        as_it_stands(&mut roff, &text.to_string());
    }
    if is_of_the_program {
        list(&mut roff, "FILES", FILES);
        list(&mut roff, "ENVIRONMENT", ENVIRONMENT);
    }
    roff.control("SH", ["SEE ALSO"]);
    let names = see_also.iter().flat_map(|name| [roman(", "), bold(name), roman("(1)")]);
    roff.text(names.skip(1).collect::<Vec<_>>());
    roff.to_writer(&mut page)?;
    String::from_utf8(page).map_err(io::Error::other)
}

/// Sections of a help text whose lines stand as they are: a line without indentation is the name of one.
fn as_it_stands(roff: &mut Roff, text: &str) {
    let is_name = |line: &str| !line.starts_with(' ') && line.ends_with(':');
    let mut is_open = false;
    for line in text.lines().filter(|line| !line.is_empty()) {
        if is_name(line) {
            if is_open {
                roff.control("fi", []);
            }
            let name = line.trim_end_matches(':').to_uppercase();
            // The name that manual pages have for it.
            let name = if name == "EXIT CODES" { "EXIT STATUS" } else { &name };
            roff.control("SH", [name]);
            roff.control("nf", []);
            is_open = true;
        } else {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
    }
    if is_open {
        roff.control("fi", []);
    }
}

fn list(roff: &mut Roff, name: &str, entries: &[(&str, &str)]) {
    roff.control("SH", [name]);
    for (term, text) in entries {
        roff.control("TP", []);
        roff.text([bold(*term)]);
        roff.text([roman(*text)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_and_every_option_is_on_it() {
        let (root, pages) = (visible(), pages().unwrap());
        let count = |command: &Command| command.get_subcommands().count();
        assert_eq!(pages.len(), 1 + count(&root) + root.get_subcommands().map(count).sum::<usize>());
        for Page { name, roff } in &pages {
            let text = roff.replace('\\', "");
            let path = name.split('-').skip(1);
            let command = path.fold(&root, |command, sub| command.find_subcommand(sub).unwrap());
            for long in command.get_arguments().filter_map(|argument| argument.get_long()) {
                assert!(text.contains(&format!("--{long}")), "{name}: --{long}");
            }
            assert!(roff.contains(".SH \"EXIT STATUS\"\n") && roff.contains(".SH EXAMPLES\n"), "{name}");
        }
    }

    #[test]
    fn the_page_of_the_program_has_the_sections_of_its_help() {
        let page = &pages().unwrap()[0].roff;
        for section in ["EXAMPLES", "\"EXIT STATUS\"", "FILES", "ENVIRONMENT", "\"SEE ALSO\""] {
            assert!(page.contains(&format!(".SH {section}\n")), "{section}: {page}");
        }
        assert!(page.contains("tripong \\-\\-panes 5") && !page.contains("EXTRA"), "{page}");
    }

    #[test]
    fn every_command_can_be_asked_for_alone_and_all_of_them_at_once() {
        let pages = pages().unwrap();
        for page in &pages[1..] {
            let command = page.name.strip_prefix("tripong-");
            assert_eq!(text_of(command).unwrap(), page.roff);
        }
        assert_eq!(text_of(None).unwrap(), pages.into_iter().map(|page| page.roff).collect::<String>());
    }
}
