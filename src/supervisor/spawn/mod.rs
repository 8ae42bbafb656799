//! Starting processes of this executable, and burying them: those of panes and of the inspector (`spawner`), of the bench, and
//! those that are only asked something (`question`) or only show a text (`notice`). Every one of them is started by `start`,
//! and is a `process` from then on.

mod lifeline;
#[cfg(feature = "windows")]
mod notice;
mod output;
mod process;
mod question;
mod screen;
mod spawner;
mod start;

pub(crate) use lifeline::Lifeline;
#[cfg(feature = "windows")]
pub use notice::show_notice;
pub(crate) use output::Output;
pub(crate) use process::end_all;
pub use process::{Death, Process};
pub(crate) use question::{Answer, Question};
pub use screen::{NOTICE, Screen};
pub use spawner::{Child, Spawner};
pub(crate) use start::{ourselves, start};
