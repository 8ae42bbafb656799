//! `tripong ps`: the processes of all running games of this user, out of /proc.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use procfs::process::{Process, all_processes};

use crate::error::{Error, Result};
use crate::game::{Court, PaneId};
use crate::supervisor::spawn::InspectorOutput;

/// What a launcher re-executes itself as, by the argument of its `--role`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Pane(u8),
    Inspector,
}

/// The children of one launcher, in the order of their parts.
type Game = BTreeSet<(Part, i32)>;

/// A line per process: its pid, and what it is. Each game begins with its launcher, and the command line of that.
///
/// # Errors
/// [`Error::Failed`] if /proc cannot be read.
pub fn table() -> Result<String> {
    let failed = |error| Error::failed("read /proc")(std::io::Error::other(error));
    let me = rustix::process::geteuid().as_raw();
    let mut games: BTreeMap<i32, Game> = BTreeMap::new();
    // A process that ends meanwhile is left out.
    for process in all_processes().map_err(failed)?.flatten().filter(|it| it.uid().is_ok_and(|uid| uid == me))
    {
        if let Some((launcher, part)) = child_of_a_launcher(&process) {
            games.entry(launcher).or_default().insert((part, process.pid()));
        }
    }
    let lines: String = games.iter().map(|(launcher, game)| lines(*launcher, game)).collect();
    Ok(if lines.is_empty() { "no game is running\n".to_owned() } else { lines })
}

/// The launcher is its parent, and runs the same executable.
fn child_of_a_launcher(process: &Process) -> Option<(i32, Part)> {
    let part = part(&process.cmdline().ok()?)?;
    let launcher = process.stat().ok()?.ppid;
    let parents_exe = Process::new(launcher).ok()?.exe().ok()?;
    (process.exe().ok()? == parents_exe).then_some((launcher, part))
}

fn part(arguments: &[String]) -> Option<Part> {
    let [_, option, role, ..] = arguments else { return None };
    if option != "--role" {
        None
    } else if role.parse::<InspectorOutput>().is_ok() {
        Some(Part::Inspector)
    } else {
        let number: u8 = role.strip_prefix("pane:")?.parse().ok()?;
        number.checked_sub(1).map(Part::Pane)
    }
}

fn lines(launcher: i32, game: &Game) -> String {
    let last = game
        .iter()
        .filter_map(|(part, _)| if let Part::Pane(pane) = part { Some(*pane) } else { None })
        .max();
    let court = Court { panes: last.map_or(2, |last| (last + 1).max(2)), seed: 0 };
    let command = Process::new(launcher).and_then(|process| process.cmdline()).unwrap_or_default().join(" ");
    let mut text = format!("{launcher:>8}  launcher: {command}\n");
    for (part, pid) in game {
        let name = match part {
            Part::Pane(pane) => court.pane_title(PaneId(*pane)),
            Part::Inspector => "inspector".to_owned(),
        };
        let _infallible = writeln!(text, "{pid:>8}  {name}");
    }
    text
}
