//! A process of this executable that is only asked something, and has a limited time for its answer.

use std::iter;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::process::{Output, end_all};
use super::start::{ourselves, start};
use crate::error::Result;
use crate::platform::display::{draw_with_software, tidy};
use crate::protocol::End;

/// What came of it.
#[derive(Debug)]
pub(crate) struct ProbeResult {
    /// None if it had not ended in time, and was killed.
    pub(crate) death: Option<End>,
    /// All that it has written there.
    pub(crate) stdout: String,
    /// The same.
    pub(crate) stderr: String,
}

/// Starts this same executable with these arguments, to draw with software rendering if it draws at all and `by_software` is
/// true; waits for its end, and kills it when `patience` is over.
pub(crate) fn probe(
    arguments: &[&str],
    by_software: bool,
    is_x11: bool,
    patience: Duration,
) -> Result<ProbeResult> {
    let mut command = ourselves(arguments);
    tidy(&mut command, is_x11);
    if by_software {
        draw_with_software(&mut command);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (process, streams) = start(command, iter::empty(), format!("`tripong {}`", arguments.join(" ")))?;
    let outputs = Output::of(streams.stdout).and_then(|stdout| Ok([stdout, Output::of(streams.stderr)?]));
    let death = if outputs.is_ok() { process.ended_by(Instant::now() + patience)? } else { None };
    if death.is_none() {
        end_all(iter::once(&process))?;
    }
    let [stdout, stderr] = outputs?.map(|output| String::from_utf8_lossy(&output.all()).into_owned());
    Ok(ProbeResult { death, stdout, stderr })
}
