//! Starts processes of this executable, and reaps them: those of panes and of the inspector (`spawner`), of the bench, and
//! those that are only asked something (`probe`) or only show a text (`error_dialog`). Every one of them is started by `start`,
//! and is a `process` from then on.

#[cfg(feature = "windows")]
mod error_dialog;
mod probe;
mod process;
#[cfg(feature = "windows")]
mod replay;
mod spawner;
mod start;

#[cfg(feature = "windows")]
pub use error_dialog::show_error_dialog;
pub(crate) use probe::{ProbeResult, probe};
pub use process::ChildProcess;
pub(super) use process::children_cpu_ns;
pub(crate) use process::{Output, end_all, sleep_on};
#[cfg(feature = "windows")]
pub use replay::show_replay;
pub use spawner::{Child, Spawner};
pub use start::{ERROR_DIALOG, InspectorOutput, LAB_WINDOW, VERDICT};
pub(crate) use start::{ParentDeathPipe, ourselves, start};
