//! The process of a mechanism: from its start to its end.

use nix::sys::signal::SigSet;

use crate::error::{Error, Result, failed};
use crate::mechanism::Endpoint;
use crate::placement;
use crate::roster::{ALL, Mechanism};
use crate::worker::{Control, die_with};

/// The main function of a process of a run. The parent reports what fails.
///
/// # Errors
/// Only when there is nobody to tell.
pub(crate) fn live(endpoint: &Endpoint) -> Result<()> {
    let mut control = Control::from_stdin()?;
    settle(endpoint)
        .and_then(|mechanism| (mechanism.play)(endpoint, &mut control))
        .or_else(|error| control.report::<()>(&Err(error)))
}

/// What comes before the first fd and the first thread of a mechanism.
fn settle(endpoint: &Endpoint) -> Result<&'static Mechanism> {
    die_with(endpoint.parent)?;
    // The parent keeps its signals blocked, to read them; a process of its own has no such habit.
    SigSet::all().thread_unblock().map_err(failed("unblock the signals"))?;
    if let Some(cpu) = endpoint.cpu {
        placement::pin(cpu)?;
    }
    let mechanism = ALL.iter().find(|mechanism| mechanism.name == endpoint.mechanism);
    mechanism.ok_or_else(|| Error::Usage(format!("there is no mechanism {}", endpoint.mechanism)))
}
