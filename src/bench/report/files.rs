//! The files that a report is written to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::BenchReport;
use super::html::page;
use super::log::log;
use super::markdown::tables;
use super::picture::picture;
use super::spreadsheet::csv;
use crate::bench::command::FileArgs;
use crate::bench::figures::Sample;
use crate::bench::key::RowKey;
use crate::error::{Error, Result};

/// The files that were asked for. Before the run begins it is tried whether they can be written, so that a wrong path is found
/// out at once. They are made or overwritten after it, so that a run that fails, or is stopped, leaves none and spoils none.
#[derive(Debug)]
pub(in crate::bench) struct Outputs {
    csv: Option<Output>,
    plot: Option<Output>,
    html: Option<Output>,
    markdown: Option<Output>,
    histogram: Option<Output>,
}

impl Outputs {
    /// Tries them.
    pub(in crate::bench) fn open(files: &FileArgs, histogram: Option<&Path>) -> Result<Self> {
        let open = |path: &Option<PathBuf>| path.as_deref().map(Output::open).transpose();
        Ok(Self {
            csv: open(&files.csv)?,
            plot: open(&files.plot)?,
            html: open(&files.html)?,
            markdown: open(&files.markdown)?,
            histogram: histogram.map(Output::open).transpose()?,
        })
    }

    /// Fills them. Of a stored report there are no samples, and no histograms.
    pub(in crate::bench) fn write(self, report: &BenchReport, samples: &[(RowKey, Sample)]) -> Result<()> {
        write(self.csv, "write the CSV file", || csv(&report.rows))?;
        write(self.histogram, "write the histogram file", || log(samples))?;
        write(self.plot, "write the plot", || Ok(picture(report).into_bytes()))?;
        write(self.html, "write the HTML file", || Ok(page(report).into_bytes()))?;
        write(self.markdown, "write the Markdown file", || Ok(tables(report).into_bytes()))
    }
}

/// Fills one of them, if it was asked for.
pub(in crate::bench) fn write(
    output: Option<Output>,
    action: &str,
    bytes: impl FnOnce() -> io::Result<Vec<u8>>,
) -> Result<()> {
    let written = output.map_or(Ok(()), |output| output.write(&bytes()?));
    written.map_err(Error::failed(action))
}

/// A file that can be written.
#[derive(Debug)]
pub(in crate::bench) enum Output {
    /// It was there before, and may be a pipe, or a terminal.
    Old(File),
    /// It is to be made here.
    New(PathBuf),
}

impl Output {
    /// Whether it can be.
    pub(in crate::bench) fn open(path: &Path) -> Result<Self> {
        let opened = match OpenOptions::new().write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = OpenOptions::new().write(true).create_new(true).open(path);
                made.and_then(|_empty| fs::remove_file(path)).map(|()| Self::New(path.to_owned()))
            }
            opened => opened.map(Self::Old),
        };
        opened.map_err(Error::failed(format_args!("open {} for writing", path.display())))
    }

    fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Old(mut file) => {
                // A terminal or a pipe has no length.
                if file.metadata()?.is_file() {
                    file.set_len(0)?;
                }
                file.write_all(bytes)
            }
            Self::New(path) => fs::write(&path, bytes).inspect_err(|_| {
                // Half of it is of no use, and if it cannot be removed either, that is no news.
                let _removed = fs::remove_file(&path);
            }),
        }
    }
}
