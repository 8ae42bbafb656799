//! What a process writes, read by a thread of its own, so that a full pipe stops no one.

use std::io::Read;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};

/// How long the end of a dead process's output is waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What a process writes to one of its streams.
#[derive(Debug)]
pub(crate) struct Output(Receiver<Vec<u8>>);

impl Output {
    /// Reads it from now on.
    ///
    /// # Errors
    /// [`Error::System`] if there is no thread to be had.
    pub(crate) fn of(stream: Option<impl Read + Send + 'static>) -> Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let read = move || {
            let mut bytes = Vec::new();
            // What came before an error is better than nothing.
            let _read = stream.map(|mut stream| stream.read_to_end(&mut bytes));
            let _unwanted = sender.send(bytes);
        };
        let started = thread::Builder::new().name("listener".to_owned()).spawn(read);
        started.map_err(Error::system("start a thread that reads a pipe (clone3)"))?;
        Ok(Self(receiver))
    }

    /// All of it, when the process has ended. No other process has its end of the pipe; and if one does, that is not waited for.
    pub(crate) fn all(&self) -> Vec<u8> {
        self.0.recv_timeout(LAST_WORDS).unwrap_or_default()
    }
}
