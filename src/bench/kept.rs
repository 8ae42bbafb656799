//! What becomes of a run's report beside its print: it is compared with an earlier one, and kept for later ones.

use std::io;

use super::command::{KeepArgs, Share};
use super::compare::Comparison;
use super::report::BenchReport;
use super::report::stored::{load, prepare, save};
use super::stored::code_of;
use crate::error::{Error, Result};
use crate::platform::json;

/// What was asked for.
pub(super) struct Kept<'a> {
    keep: &'a KeepArgs,
    baseline: Option<BenchReport>,
}

impl<'a> Kept<'a> {
    /// Reads the earlier report, and tries whether the new one can be kept, before anything is measured.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn open(keep: &'a KeepArgs) -> Result<Self> {
        keep.save.as_ref().map_or(Ok(()), |_| prepare())?;
        Ok(Self { keep, baseline: keep.baseline.as_ref().map(load).transpose()? })
    }

    /// What is printed: the report, and behind it the comparison if one was asked for. And the exit code of the comparison.
    pub(super) fn text(&self, report: &BenchReport, as_json: bool) -> Result<(String, u8)> {
        let text = json::report("bench", report, as_json)?;
        let Some(baseline) = &self.baseline else { return Ok((text, 0)) };
        let comparison = Comparison::of(baseline, report, self.keep.noise.unwrap_or(Share::NOISE));
        let compared = json::report("bench-compare", &comparison, as_json)?;
        let between = if as_json { "" } else { "\n" };
        Ok((text + between + &compared, code_of(&comparison, self.keep.fail_on_regression)))
    }

    /// Keeps the report, if it was asked to.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn save(&self, report: &BenchReport) -> Result<()> {
        let Some(name) = &self.keep.save else { return Ok(()) };
        if self.keep.baseline.as_ref() == Some(name)
            && self.baseline.as_ref().is_some_and(|baseline| !has_common_row(baseline, report))
        {
            // It would take the place of a report of other rows.
            let why = io::Error::other("it has no row of the baseline of that name; choose another name");
            return Err(Error::failed(format_args!("keep the report as {}", name.text()))(why));
        }
        save(name, report)
    }
}

fn has_common_row(one: &BenchReport, other: &BenchReport) -> bool {
    one.rows.iter().any(|row| other.rows.iter().any(|found| found.key == row.key))
}
