//! The manual pages: one of the program, one of each of its commands.

use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::desktop;

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

pub(crate) fn write(command: &Command, folder: &Path) -> io::Result<()> {
    for (name, page) in pages(command)? {
        std::fs::write(folder.join(format!("{name}.1")), page)?;
    }
    Ok(())
}

/// Name and text of each page.
fn pages(command: &Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = command.clone();
    command.build();
    let subs = command.get_subcommands().map(|sub| format!("{}-{}", command.get_name(), sub.get_name()));
    let subs = subs.collect::<Vec<_>>();
    let mut pages = vec![("tripong".to_owned(), page(&command, &subs)?)];
    for (sub, name) in command.get_subcommands().zip(&subs) {
        pages.push((name.clone(), page(sub, &["tripong".to_owned()])?));
    }
    Ok(pages)
}

fn page(command: &Command, see_also: &[String]) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let version = tripong::cli::command().get_version().unwrap_or_default().to_owned();
    let title = command.get_display_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    let man = Man::new(command.clone()).title(title).date(desktop::release_date());
    let man = man.source(format!("tripong {version}")).manual("User Commands");
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
    if command.has_subcommands() {
        list(&mut roff, "FILES", FILES);
        list(&mut roff, "ENVIRONMENT", ENVIRONMENT);
    }
    roff.control("SH", ["SEE ALSO"]);
    let mut names =
        see_also.iter().flat_map(|name| [roman(", "), bold(name), roman("(1)")]).collect::<Vec<_>>();
    names.remove(0);
    roff.text(names);
    roff.to_writer(&mut page)?;
    page.flush()?;
    Ok(page)
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
    use crate::visible;

    #[test]
    fn every_command_has_a_page_and_every_option_is_on_it() {
        let command = visible(&tripong::cli::command());
        let pages = pages(&command).unwrap();
        assert_eq!(pages.len(), 1 + command.get_subcommands().count());
        for (name, page) in &pages {
            let page = String::from_utf8(page.clone()).unwrap().replace('\\', "");
            let command = match name.strip_prefix("tripong-") {
                Some(sub) => command.find_subcommand(sub).unwrap(),
                None => &command,
            };
            for long in command.get_arguments().filter_map(|argument| argument.get_long()) {
                assert!(page.contains(&format!("--{long}")), "{name}: --{long}");
            }
        }
    }

    #[test]
    fn the_page_of_the_program_has_the_sections_of_its_help() {
        let pages = pages(&visible(&tripong::cli::command())).unwrap();
        let page = String::from_utf8(pages[0].1.clone()).unwrap();
        for section in ["EXAMPLES", "\"EXIT STATUS\"", "FILES", "ENVIRONMENT", "\"SEE ALSO\""] {
            assert!(page.contains(&format!(".SH {section}\n")), "{section}: {page}");
        }
        assert!(page.contains("tripong \\-\\-panes 5") && !page.contains("EXTRA"), "{page}");
    }
}
