//! A process of this executable that is only asked something, and has a limited time for its answer.

use std::iter;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::process::{ChildProcess, Death, Output, end_all};
use super::start::{ourselves, start};
use crate::error::Result;
use crate::platform::display::tidy;

/// The process.
#[derive(Debug)]
pub(crate) struct Probe {
    process: ChildProcess,
    stdout: Output,
    stderr: Output,
}

/// What came of a question.
#[derive(Debug)]
pub(crate) struct ProbeResult {
    /// None if it had not ended in time, and was killed.
    pub(crate) death: Option<Death>,
    /// All that it has written there.
    pub(crate) stdout: String,
    /// The same.
    pub(crate) stderr: String,
}

impl Probe {
    /// Starts this same executable with these arguments, and with more in its environment.
    ///
    /// # Errors
    /// [`Error::System`], for example at a limit of processes or fds.
    pub(crate) fn ask(arguments: &[&str], environment: &[(&str, &str)], is_x11: bool) -> Result<Self> {
        let mut command = ourselves(arguments);
        tidy(&mut command, is_x11);
        command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let name = format!("`tripong {}`", arguments.join(" "));
        let (process, streams) = start(command, iter::empty(), name)?;
        let stdout = Output::of(streams.stdout);
        match stdout.and_then(|stdout| Ok((stdout, Output::of(streams.stderr)?))) {
            Ok((stdout, stderr)) => Ok(Self { process, stdout, stderr }),
            Err(error) => end_all(iter::once(&process)).and(Err(error)),
        }
    }

    /// Waits for the end, and kills it when `patience` is over.
    ///
    /// # Errors
    /// [`Error::System`]
    pub(crate) fn result(self, patience: Duration) -> Result<ProbeResult> {
        let death = self.process.ended_by(Instant::now() + patience)?;
        if death.is_none() {
            end_all(iter::once(&self.process))?;
        }
        let text = |output: &Output| String::from_utf8_lossy(&output.all()).into_owned();
        Ok(ProbeResult { death, stdout: text(&self.stdout), stderr: text(&self.stderr) })
    }
}
