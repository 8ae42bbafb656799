//! Our own side: the `tripong` executable, once per repetition, as a mechanism among the others.

use std::path::{Path, PathBuf};
use std::process::{Stdio, id};

use serde::Deserialize;

use crate::error::{Error, Result, failed};
use crate::placement::Placement;
use crate::row::Row;
use crate::run::Plan;
use crate::spawn::{Role, Signals, SpawnedProcess, Watch};

/// The executable.
#[derive(Debug)]
pub(crate) struct Tripong(PathBuf);

/// What `tripong bench --json` prints.
#[derive(Deserialize)]
struct Output {
    rows: Vec<Row>,
}

impl Tripong {
    /// The one that was named, or the one beside this executable.
    ///
    /// # Errors
    /// When it is not there, with how to build it.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self> {
        let path = match named {
            Some(path) => path.to_path_buf(),
            None => std::env::current_exe().map_err(failed("find tripong"))?.with_file_name("tripong"),
        };
        if path.is_file() {
            Ok(Self(path))
        } else {
            let path = path.display();
            Err(failed("find tripong")(format_args!(
                "no {path}; build it with `cargo build --release`, or name it with --tripong PATH"
            )))
        }
    }

    /// Runs its bench once, over shared memory, with every way to wait that makes sense there.
    ///
    /// # Errors
    /// When it fails, prints something else, or takes too long.
    pub(crate) fn repetition(
        &self,
        placement: Placement,
        plan: &Plan,
        signals: &Signals,
    ) -> Result<Vec<Row>> {
        let waits: &[&str] = match placement {
            // Who spins on the only CPU keeps the other one from it.
            Placement::SameCore => &["block", "adaptive"],
            Placement::DistinctCores | Placement::Unpinned => &["block", "adaptive", "spin"],
        };
        let (bytes, hops) = (plan.bytes.to_string(), plan.hops.to_string());
        let arguments = ["bench", "--json", "--transports", "shared", "--wait", &waits.join(",")]
            .into_iter()
            .chain(["--placement", placement.name(), "--processes", "2"])
            .chain(["--bytes", &bytes, "--hops", &hops, "--repeats", "1"])
            .map(str::to_owned)
            .collect();
        let role = Role::Program { parent: id(), program: self.0.clone(), arguments };
        let watch = Watch::new(signals, plan.limit() * 3);
        let mut process = SpawnedProcess::start(&role, Stdio::null(), Stdio::piped())?;
        let output = process.output(&watch)?;
        let status = process.ended(&watch)?;
        if !status.success() {
            return Err(failed("run tripong bench")(status));
        }
        let output: Output =
            serde_json::from_slice(&output).map_err(failed("read what tripong bench printed"))?;
        let has = |wait: &&str| output.rows.iter().any(|row| row.transport == "shared" && row.wait == *wait);
        match waits.iter().find(|wait| !has(wait)) {
            Some(wait) => {
                Err(failed("read what tripong bench printed")(format_args!("no row shared/{wait}")))
            }
            None => Ok(output.rows),
        }
    }
}

/// Whether an error of our side ends the whole run: a signal does, a failure is only reported.
pub(crate) fn is_final(error: &Error) -> bool {
    matches!(error, Error::Stopped(_))
}
