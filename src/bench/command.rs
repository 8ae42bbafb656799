//! The commands of `tripong bench` that measure nothing, and what becomes of a report beside its print: files, and names under
//! which it is kept.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

/// What is done with reports that were stored.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum BenchCommand {
    /// Compare two reports of `tripong bench --json`, row by row: better, worse, no change, or unclear
    ///
    /// A row is worse, or better, if the interval of its ratio lies beyond the noise, whatever else was measured with it: the
    /// confidence is 95 % for all rows at once. Where both runs have a floor for a row, the row is compared relative to it, so a machine
    /// that was slower altogether is no regression. It is unclear if the interval is wider than the noise, or if there is one
    /// repetition only. All rows together are judged as one, which finds what is too small to show in each.
    #[command(after_help = COMPARE_AFTER_HELP)]
    Compare(CompareArgs),
    /// Print a stored report again, or write it as a page, a picture or tables
    #[command(after_help = REPORT_AFTER_HELP)]
    Report(ReportArgs),
    /// Merge the reports of many machines, such as those of a class: a table, and a picture of all of them
    ///
    /// A machine is named by the model of its CPU and a number, never by a host or a user.
    #[command(after_help = MERGE_AFTER_HELP)]
    Merge(MergeArgs),
}

/// Which reports are compared.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct CompareArgs {
    /// The report before; `-` for stdin
    #[arg(value_name = "OLD.json", value_hint = ValueHint::FilePath)]
    pub old: PathBuf,

    /// The report after; `-` for stdin
    #[arg(value_name = "NEW.json", value_hint = ValueHint::FilePath)]
    pub new: PathBuf,

    /// A change up to so much is none
    #[arg(long, value_name = "P%", default_value = "5%", value_parser = parse_share)]
    pub noise: Share,

    /// Exit 13 if anything is worse
    #[arg(long)]
    pub fail_on_regression: bool,

    /// Print one JSON object and nothing else
    #[arg(long)]
    pub json: bool,

    /// Print tables for a pull request
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
}

/// Which report is printed, and how.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ReportArgs {
    /// A report of `tripong bench --json`; `-` for stdin
    #[arg(value_name = "FILE.json", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would print it as help of the whole command")]
    pub files: FileArgs,
}

/// Which reports are merged, and how they are printed.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct MergeArgs {
    /// Reports of `tripong bench --json`, one or more in each; `-` for stdin
    #[arg(value_name = "FILE.json", required = true, value_hint = ValueHint::FilePath)]
    pub reports: Vec<PathBuf>,

    /// Draw each machine as a point, row by row
    #[arg(long, value_name = "FILE.svg", value_hint = ValueHint::FilePath)]
    pub plot: Option<PathBuf>,

    /// Write a page that opens offline
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub html: Option<PathBuf>,

    /// Write tables for a pull request
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub markdown: Option<PathBuf>,

    /// Print one JSON object and nothing else
    #[arg(long)]
    pub json: bool,
}

/// The files that a report can be written to.
#[derive(Debug, Default, Clone, PartialEq, Eq, Args)]
pub struct FileArgs {
    /// Write the rows to a file, as comma-separated values
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub csv: Option<PathBuf>,

    /// Draw latency by percentile, and latency and throughput by size
    #[arg(long, value_name = "FILE.svg", value_hint = ValueHint::FilePath)]
    pub plot: Option<PathBuf>,

    /// Write a page that opens offline: pictures, tables, advice, machine
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub html: Option<PathBuf>,

    /// Write tables for a pull request
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub markdown: Option<PathBuf>,
}

/// Under which names reports are kept, and with which they are compared.
#[derive(Debug, Default, Clone, PartialEq, Eq, Args)]
pub struct KeepArgs {
    /// Keep the report under this name, in place of an earlier one, for --baseline
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    pub save: Option<BaselineName>,

    /// Compare the run with the report that --save has kept under this name
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    pub baseline: Option<BaselineName>,

    /// With --baseline: a change up to so much is none [default: 5%]
    #[arg(long, value_name = "P%", value_parser = parse_share, requires = "baseline")]
    pub noise: Option<Share>,

    /// With --baseline: exit 13 if anything is worse
    #[arg(long, requires = "baseline")]
    pub fail_on_regression: bool,
}

/// A share above 0, in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

impl Share {
    /// The noise that is taken for none, if nothing else is said.
    pub const NOISE: Self = Self(500);

    /// In percent.
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// In whole thousandths.
    #[cfg(debug_assertions)]
    pub(super) fn per_mille(self) -> u64 {
        u64::from(self.0 / 10)
    }
}

/// A name under which a report is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineName(String);

impl BaselineName {
    /// As it was given.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The longest name, in bytes.
const MAX_NAME: usize = 64;

fn parse_name(text: &str) -> Result<BaselineName, String> {
    let is_name = (1..=MAX_NAME).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text.chars().all(|letter| letter.is_alphanumeric() || "._-+ ".contains(letter));
    is_name.then(|| BaselineName(text.to_owned())).ok_or_else(|| {
        format!("it must be a name of up to {MAX_NAME} bytes: letters, digits, spaces, and . _ - + behind the first letter")
    })
}

/// Of a percentage such as 5%, 0.5 %.
pub(super) fn parse_share(text: &str) -> Result<Share, String> {
    let wrong = || "it must be a share from 0.1% to 100%, such as 5%".to_owned();
    let percent =
        text.strip_suffix('%').and_then(|text| text.trim_end().parse::<f64>().ok()).ok_or_else(wrong)?;
    if !(0.1..=100.0).contains(&percent) {
        return Err(wrong());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 10 to 10,000")]
    Ok(Share((percent * 100.0).round() as u32))
}

const COMPARE_AFTER_HELP: &str = "\
Examples:
  tripong bench compare old.json new.json
                                         what is better or worse, row by row
  tripong bench compare old.json new.json --noise 3% --fail-on-regression
                                         for a CI job
  tripong bench compare old.json new.json --markdown
                                         tables for a pull request

Exit codes:
  0      the reports were compared
  2      an argument is unknown, missing or out of range
  5      operating system error, or a file cannot be read, or is no such report
  13     with --fail-on-regression: something is worse, or no row is in both
  128+N  stopped by signal N (130: ctrl-C)";

const REPORT_AFTER_HELP: &str = "\
Examples:
  tripong bench report bench.json        the table again
  tripong bench report bench.json --html bench.html --plot bench.svg
                                         a page and a picture of it

Exit codes:
  0      the report was printed and written
  2      an argument is unknown or missing
  5      operating system error, or a file cannot be read or written, or is no such report
  128+N  stopped by signal N (130: ctrl-C)";

const MERGE_AFTER_HELP: &str = "\
Examples:
  tripong bench merge *.json --plot class.svg
                                         the machines of a class in one picture
  tripong bench merge *.json --json      for programs

Exit codes:
  0      the reports were merged
  2      an argument is unknown or missing
  5      operating system error, or a file cannot be read or written, or is no such report
  128+N  stopped by signal N (130: ctrl-C)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_no_other_folder_and_has_no_control_characters() {
        for name in ["main", "before the change", "v1.2", "ö", &"a".repeat(64)] {
            assert_eq!(parse_name(name).map(|name| name.0), Ok(name.to_owned()));
        }
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "/etc",
            ".hidden",
            "-x",
            "a\nb",
            "a\0b",
            "a\u{202e}",
            &"a".repeat(65),
        ] {
            assert!(parse_name(name).is_err_and(|error| !error.contains('\n')), "{name:?}");
        }
    }

    #[test]
    fn a_share_is_a_percentage() {
        let cases = [("5%", 5.0), ("0.5 %", 0.5), ("100%", 100.0), ("12.34%", 12.34)];
        for (text, percent) in cases {
            assert!((parse_share(text).unwrap().percent() - percent).abs() < 1e-9, "{text}");
        }
        for text in ["5", "0%", "-1%", "NaN%", "inf%", "101%", "%", "five%", "1e9%"] {
            assert!(parse_share(text).is_err(), "{text}");
        }
    }
}
