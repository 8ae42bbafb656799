//! The licences of the crates that the executable is made of.

use std::io::{self, ErrorKind, Write};

use crate::error::{Error, Result};

/// The crates with their versions, by licence, and the texts. `packaging/licenses.sh` makes it.
pub const THIRD_PARTY: &str = include_str!("../THIRD-PARTY-LICENSES.txt");

/// Prints the licences on stdout. Whoever has read enough may close it.
///
/// # Errors
/// [`Error::Failed`] if stdout takes no more for any other reason, such as a full disk.
pub fn print() -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(THIRD_PARTY.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed("print the licences")(error))
        }
        _ => Ok(()),
    }
}
