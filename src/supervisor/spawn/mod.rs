//! Starting processes of this executable, and burying them: those of panes and of the inspector (`spawner`), of the bench, and
//! those that are only asked something (`probe`) or only show a text (`error_dialog`). Every one of them is started by `start`,
//! and is a `process` from then on.

#[cfg(feature = "windows")]
mod error_dialog;
mod output;
mod parent_death_pipe;
mod probe;
mod process;
mod screen;
mod spawner;
mod start;

#[cfg(feature = "windows")]
pub use error_dialog::show_error_dialog;
pub(crate) use output::Output;
pub(crate) use parent_death_pipe::ParentDeathPipe;
pub(crate) use probe::{Probe, ProbeResult};
pub(crate) use process::end_all;
pub use process::{ChildProcess, Death};
pub use screen::{ERROR_DIALOG, InspectorOutput};
pub use spawner::{Child, Spawner};
pub(crate) use start::{ourselves, start};
