//! On what everything is measured: the executable, the display, the peers.

use std::path::PathBuf;

use crate::cli::Options;
use crate::desktop::{Desktop, Window};
use crate::error::{Result, failed};
use crate::game::{Game, beside_this_one};
use crate::peer::Repaint;
use crate::process::{Place, StartedProgram};
use crate::watch::Watch;

/// Panes of the games with windows.
pub(crate) const PANES: u8 = 3;

/// All that a measurement needs.
#[derive(Debug)]
pub(crate) struct Stage {
    /// What was asked for.
    pub(crate) options: Options,
    /// The executable.
    pub(crate) tripong: PathBuf,
    /// Deadlines and signals.
    pub(crate) watch: Watch,
}

impl Stage {
    /// # Errors
    /// When there is no executable.
    pub(crate) fn set(options: Options) -> Result<Self> {
        let tripong = Game::find(options.tripong.as_deref())?;
        Ok(Self { options, tripong, watch: Watch::begin()? })
    }

    /// The display.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn desktop(&self) -> Result<Desktop> {
        Desktop::open(self.options.xvfb, &self.watch)
    }

    /// Starts a game without windows, on any CPU or on one.
    ///
    /// # Errors
    /// As [`Game::start`].
    pub(crate) fn headless(&self, arguments: &str, cpu: Option<usize>) -> Result<Game> {
        let arguments = format!("--headless --json --for 1h --seed {} {arguments}", self.options.seed);
        let game = Game::start(&self.tripong, &arguments, Place { display: None, cpu }, &self.watch)?;
        game.wait_for_serve(&self.watch)?;
        Ok(game)
    }

    /// Starts a game with windows, and waits until they stand still. The ball rests.
    ///
    /// # Errors
    /// As [`Game::start`]; when the windows do not come.
    pub(crate) fn windows(&self, desktop: &Desktop, arguments: &str) -> Result<(Game, Vec<Window>)> {
        let arguments = format!("--panes {PANES} --seed {} {arguments}", self.options.seed);
        let game = Game::start(&self.tripong, &arguments, Place::on(&desktop.name), &self.watch)?;
        let windows = desktop.settled(&game.panes, usize::from(PANES), &self.watch)?;
        Ok((game, windows))
    }

    /// Starts a game with windows and serves from the middle one.
    ///
    /// # Errors
    /// As [`Self::windows`]; when nobody serves.
    pub(crate) fn served_windows(&self, desktop: &Desktop, arguments: &str) -> Result<(Game, Vec<Window>)> {
        let (game, windows) = self.windows(desktop, arguments)?;
        desktop.serve(&game, &windows[windows.len() / 2], &self.watch)?;
        Ok((game, windows))
    }

    /// Starts the peer with a window per pane, where those of tripong were.
    ///
    /// # Errors
    /// At a limit of processes.
    pub(crate) fn start_three(
        &self,
        desktop: &Desktop,
        at: &[Window],
        repaint: Repaint,
    ) -> Result<StartedProgram> {
        let own = std::env::current_exe().map_err(failed("find the own executable"))?;
        let repaint = match repaint {
            Repaint::All => "all",
            Repaint::Moving => "moving",
        };
        let mut arguments = vec!["peer".to_owned(), "--repaint".to_owned(), repaint.to_owned()];
        arguments.extend(["--seed".to_owned(), self.options.seed.to_string()]);
        for Window { x, y, width, height, .. } in at {
            arguments.extend(["--place".to_owned(), format!("{x},{y},{width},{height}")]);
        }
        StartedProgram::start(&own, &arguments, Place::on(&desktop.name))
    }

    /// Starts the empty window.
    ///
    /// # Errors
    /// When it was not built.
    pub(crate) fn start_empty(&self, desktop: &Desktop) -> Result<StartedProgram> {
        StartedProgram::start(&empty_window()?, &[], Place::on(&desktop.name))
    }
}

/// The executable of the empty window.
///
/// # Errors
/// When it was not built.
pub(crate) fn empty_window() -> Result<PathBuf> {
    let path = beside_this_one("tripong-end-to-end-empty")?;
    if path.is_file() {
        return Ok(path);
    }
    let path = path.display();
    let why = format!("no {path}; build it with `cargo build --release` in benches/");
    Err(failed("find the empty window")(why))
}
