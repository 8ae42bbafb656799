//! CPU time of a first build: of the program, and of one empty window with the same features, each from nothing.

mod cargo;
mod options;
mod package;
mod parts;
mod sample;
pub(crate) mod units;

use std::path::Path;
use std::time::Instant;

use crate::cli::Options;
use crate::error::{Result, failed, print, report_line};
use crate::stats::{Spread, Table, digits, ratio};
use crate::watch::Watch;
use cargo::Cargo;
use parts::Parts;
use sample::{Build, Pair, Profile};

pub(crate) use options::BuildOptions;

/// Builds all and prints the tables.
///
/// # Errors
/// When a build fails; when the temporary folder cannot be written.
pub(crate) fn measure(options: &Options, build: &BuildOptions) -> Result<()> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let checkout = build.checkout.clone().unwrap_or_else(default);
    let checkout = checkout
        .canonicalize()
        .map_err(failed(format_args!("find the checkout {}, which --checkout names", checkout.display())))?;
    let cargo = Cargo::prepare(&checkout, build.plain, Watch::begin()?)?;
    let mut summary = Table::new(&[
        "build",
        "tripong, CPU s",
        "empty window, CPU s",
        "ratio",
        "tripong, s",
        "empty window, s",
    ]);
    let mut details = String::new();
    for profile in &build.profiles {
        let pairs = (0..options.builds()).map(|_| pair(&cargo, *profile)).collect::<Result<Vec<_>>>()?;
        let column = |of: fn(&Pair) -> f64| pairs.iter().map(of).collect::<Vec<_>>();
        let (ours, empty) = (column(|pair| pair.ours.cpu_s), column(|pair| pair.empty.cpu_s));
        let wall = [column(|pair| pair.ours.wall_s), column(|pair| pair.empty.wall_s)];
        let spread = |values: &[f64]| Spread::of(values.iter().copied()).to_string();
        summary.row([
            profile.name().to_owned(),
            spread(&ours),
            spread(&empty),
            ratio(&ours, &empty).to_string(),
            spread(&wall[0]),
            spread(&wall[1]),
        ]);
        if let Some(last) = pairs.last() {
            details += &explained(*profile, last, build.crates);
        }
    }
    let profiles = if build.plain { "cargo's own profiles" } else { "the profiles of tripong" };
    print(&format!("\nfirst build, the empty window with {profiles}\n\n{summary}{details}"))
}

fn pair(cargo: &Cargo, profile: Profile) -> Result<Pair> {
    let build = |name: &str, package: &cargo::Package| {
        report_line(&format!("building {name}, {}", profile.name()));
        let build: Build = cargo.build(package, profile)?;
        // So that a run which is stopped has not been for nothing.
        report_line(&format!("built {name}, {}: {} CPU s", profile.name(), digits(build.cpu_s)));
        Ok(build)
    };
    let empty = build("the empty window", &cargo.empty())?;
    Ok(Pair { empty, ours: build("tripong", &cargo.tripong())? })
}

/// Where the time of the last repetition went.
fn explained(profile: Profile, pair: &Pair, crates: usize) -> String {
    let parts = Parts::of(pair);
    let mut sums = Table::new(&["CPU s of", "tripong", "empty window", "more"]);
    for (name, ours, empty) in parts.sums() {
        sums.row([name.to_owned(), digits(ours), digits(empty), digits(ours - empty)]);
    }
    let mut most = Table::new(&["crate", "tripong, CPU s", "empty window, CPU s", "more"]);
    for part in parts.most().take(crates) {
        most.row([part.name.clone(), digits(part.ours_s), digits(part.empty_s), digits(part.more_s())]);
    }
    format!(
        "\n{}, by parts\n\n{sums}\n{}, what tripong adds most for\n\n{most}",
        profile.name(),
        profile.name()
    )
}

impl Build {
    fn since(start: Instant, cpu_s: f64, units: Vec<units::Unit>) -> Self {
        Self { cpu_s, wall_s: start.elapsed().as_secs_f64(), units }
    }
}
