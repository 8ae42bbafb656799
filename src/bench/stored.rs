//! The commands of `tripong bench` that measure nothing.

use std::path::Path;

use super::command::{BenchCommand, CompareArgs, MergeArgs, ReportArgs};
use super::compare::{Comparison, Verdict, markdown};
use super::merge::{self, Merged};
use super::report::files::{Output, Outputs, write};
use super::report::read::{read_all, read_one};
use crate::error::{Error, Result, exit};
use crate::platform::markup::plain;
use crate::platform::{json, output, report_line};

/// Does it, and returns the exit code.
pub(super) fn run(command: &BenchCommand) -> Result<u8> {
    match command {
        BenchCommand::Compare(wanted) => compare(wanted),
        BenchCommand::Report(wanted) => report(wanted),
        BenchCommand::Merge(wanted) => merge(wanted),
    }
}

fn compare(wanted: &CompareArgs) -> Result<u8> {
    let stdin = Path::new("-");
    let (old, new) = if wanted.old == stdin && wanted.new == stdin {
        // Both, one after the other.
        let both: [_; 2] = read_all(stdin)?.try_into().map_err(|all: Vec<_>| {
            let why = std::io::Error::other(format!("there are {} reports, not two", all.len()));
            Error::failed("read the reports from stdin")(why)
        })?;
        both.into()
    } else {
        (read_one(&wanted.old)?, read_one(&wanted.new)?)
    };
    let comparison = Comparison::of(&old, &new, wanted.noise);
    let text = if wanted.markdown {
        markdown(&comparison)
    } else {
        json::report("bench-compare", &comparison, wanted.json)?
    };
    output::print("the comparison", &text, None)?;
    Ok(code_of(&comparison, wanted.fail_on_regression))
}

/// The exit code of a comparison. Where nothing could be compared, a guard must not pass.
pub(super) fn code_of(comparison: &Comparison, fails_on_regression: bool) -> u8 {
    let is_worse = comparison.verdict == Verdict::Worse || comparison.rows.is_empty();
    if fails_on_regression && is_worse { exit::WORSE } else { 0 }
}

fn report(wanted: &ReportArgs) -> Result<u8> {
    let report = read_one(&wanted.file)?;
    let outputs = Outputs::open(&wanted.files, None)?;
    report.warnings.iter().for_each(|warning| report_line(&format!("tripong: {}", plain(warning))));
    let printed = output::print("the report", &format!("{report}\n"), None);
    outputs.write(&report, &[])?;
    printed.map(|()| 0)
}

fn merge(wanted: &MergeArgs) -> Result<u8> {
    let merged = Merged::read(&wanted.reports)?;
    let open = |path: &Option<std::path::PathBuf>| path.as_deref().map(Output::open).transpose();
    let (plot, html, tables) = (open(&wanted.plot)?, open(&wanted.html)?, open(&wanted.markdown)?);
    let printed =
        output::print("the merged reports", &json::report("bench-merge", &merged, wanted.json)?, None);
    write(plot, "write the plot", || Ok(merge::picture(&merged).into_bytes()))?;
    write(html, "write the HTML file", || Ok(merge::page(&merged).into_bytes()))?;
    write(tables, "write the Markdown file", || Ok(merge::markdown(&merged).into_bytes()))?;
    printed.map(|()| 0)
}
