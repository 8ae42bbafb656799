//! What is to be exported: the arguments of `tripong export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::window::Window;
use crate::platform::units::parse_number;
use crate::recording::reader::{is_stdin, name_of};

/// The program that is to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// ui.perfetto.dev, and its trace processor.
    Perfetto,
    /// ShiViz, and TSViz.
    Shiviz,
    /// R, pandas, a spreadsheet.
    Csv,
    /// A browser.
    Html,
}

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Plan {
    /// The recording; `-` is stdin, also of a running game
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// For which program: perfetto, shiviz, csv or html
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    pub to: Format,

    /// Write to this file [default: stdout]
    #[arg(long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// Leave out the epochs before this one
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = parse_number)]
    #[arg(allow_negative_numbers = true)]
    pub from_epoch: u64,

    /// Leave out the epochs after this one [default: to the end; shiviz and html: as many as the page bears]
    #[arg(long, value_name = "N", value_parser = parse_number, allow_negative_numbers = true)]
    pub to_epoch: Option<u64>,
}

impl Plan {
    /// The epochs that are exported.
    pub(super) fn window(&self) -> Window {
        Window { from: self.from_epoch, to: self.to_epoch }
    }

    /// Whether the recording comes from stdin.
    pub(super) fn is_of_stdin(&self) -> bool {
        is_stdin(&self.file)
    }

    /// The recording as a line names it.
    pub(super) fn name(&self) -> String {
        name_of(&self.file)
    }

    /// What is wrong with arguments that are right each for itself.
    pub fn fault(&self) -> Option<String> {
        let to = self.to_epoch.filter(|to| *to < self.from_epoch)?;
        Some(format!("'--from-epoch {}' is after '--to-epoch {to}': exchange them", self.from_epoch))
    }
}
