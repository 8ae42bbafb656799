//! A process of this executable that is only asked something.

use std::io::Read;
use std::iter;
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::process::end_all;
use super::{Death, Process, named, this_executable};
use crate::error::{Error, Result};
use crate::platform::display::tidy;

/// A process of this executable that is only asked something, and has a limited time for its answer.
#[derive(Debug)]
pub(crate) struct Question {
    process: Process,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// What came of a question.
#[derive(Debug)]
pub(crate) struct Answer {
    /// None if it had not ended in time, and was killed.
    pub(crate) death: Option<Death>,
    /// All that it has written there.
    pub(crate) stdout: String,
    /// The same.
    pub(crate) stderr: String,
}

impl Question {
    /// Starts this same executable with these arguments, and with more in its environment.
    ///
    /// # Errors
    /// [`Error::System`], for example at a limit of processes or fds.
    pub(crate) fn ask(arguments: &[&str], environment: &[(&str, &str)], is_x11: bool) -> Result<Self> {
        let mut command = this_executable();
        tidy(&mut command, is_x11);
        command.args(arguments).envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let name = format!("`tripong {}`", arguments.join(" "));
        let mut child =
            command.spawn().map_err(named).map_err(Error::system(format_args!("start {name}")))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let process = Process::watched(child, name)?;
        match collect(stdout).and_then(|stdout| Ok((stdout, collect(stderr)?))) {
            Ok((stdout, stderr)) => Ok(Self { process, stdout, stderr }),
            Err(error) => end_all(iter::once(&process)).and(Err(error)),
        }
    }

    /// Waits for the end, and kills it when `patience` is over.
    ///
    /// # Errors
    /// [`Error::System`]
    pub(crate) fn answer(self, patience: Duration) -> Result<Answer> {
        let death = self.process.ended_by(Instant::now() + patience)?;
        if death.is_none() {
            end_all(iter::once(&self.process))?;
        }
        // Nobody else holds its end; and if somebody does, nobody waits for that.
        let all_of = |stream: &Receiver<String>| stream.recv_timeout(LAST_WORDS).unwrap_or_default();
        Ok(Answer { death, stdout: all_of(&self.stdout), stderr: all_of(&self.stderr) })
    }
}

/// How long the end of a dead process's output is waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Reads to the end in a thread of its own, so that a full pipe stops nobody.
fn collect(stream: Option<impl Read + Send + 'static>) -> Result<Receiver<String>> {
    let (sender, receiver) = mpsc::channel();
    let read = move || {
        let mut bytes = Vec::new();
        // What came before an error is better than nothing.
        let _read = stream.map(|mut stream| stream.read_to_end(&mut bytes));
        let _unwanted = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    };
    let started = thread::Builder::new().name("listener".to_owned()).spawn(read);
    started.map_err(Error::system("start a thread that reads a pipe (clone3)"))?;
    Ok(receiver)
}
