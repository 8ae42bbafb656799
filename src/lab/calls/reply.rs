//! What a call returned, as a reply.

use nix::errno::Errno;
use rustix::io;

use super::call::{Reply, Run};

/// So many times this letter.
pub(super) fn filled(letter: char, bytes: usize) -> Vec<u8> {
    vec![u8::try_from(letter).unwrap_or(b'?'); bytes]
}

/// The name of an error: `EPIPE`.
pub(super) fn name_of(error: io::Errno) -> String {
    format!("{:?}", Errno::from_raw(error.raw_os_error()))
}

impl Reply {
    pub(super) fn of(returned: io::Result<usize>) -> Self {
        match returned {
            Ok(bytes) => Self { bytes: bytes as u64, calls: 1, ..Self::default() },
            Err(error) => Self { error: name_of(error), ..Self::default() },
        }
    }

    pub(super) fn with_runs(self, bytes: &[u8]) -> Self {
        let runs = bytes.chunk_by(|one, next| one == next);
        let runs = runs.filter_map(|run| Some(Run { letter: char::from(*run.first()?), bytes: run.len() }));
        Self { runs: runs.collect(), ..self }
    }
}
