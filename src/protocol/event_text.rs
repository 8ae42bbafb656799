//! The supervisor's events as sentences.

use super::baton::Owner;
use super::deed::Deed;
use super::journal::{End, What};
use crate::game::{Court, PaneId};

impl What {
    /// As a sentence without a capital.
    #[must_use]
    pub fn in_words(self, court: &Court) -> String {
        let the = |pane: PaneId| {
            format!("the {} pane", if pane <= court.last() { court.name(pane) } else { "unknown".to_owned() })
        };
        match self {
            Self::Started { pane, pid } => format!("{} has a new process: pid {pid}", the(pane)),
            Self::Died { pane, pid, how } => {
                let how = match how {
                    End::Signal(signal) => format!("was killed by signal {signal} and reaped"),
                    End::Code(code) => format!("ended with code {code} and was reaped"),
                };
                format!("the process of {} (pid {pid}) {how}", the(pane))
            }
            Self::Served { pane, epoch, from: Owner::Supervisor } => {
                format!("the ball was served from {}: epoch {epoch}", the(pane))
            }
            Self::Served { pane, epoch, from: Owner::Pane(from) } => {
                format!(
                    "the ball was recalled from {} and served from {}: epoch {epoch}",
                    the(from),
                    the(pane)
                )
            }
            Self::Recovered { pane, epoch } => {
                format!("the ball was taken for the next process of {}: epoch {epoch}", the(pane))
            }
            Self::Stalled { pane } => format!("{} makes no progress with the ball", the(pane)),
            Self::Hung { pane } => format!("{} shows no life and was killed", the(pane)),
            Self::Renewed => "the Region was garbage and was replaced".to_owned(),
            Self::Done { pane, deed } => format!("{}, {}: done", asked(deed), the(pane)),
            Self::NotDone { pane, deed } => {
                format!("{}, {}: it has no process now", asked(deed), the(pane))
            }
        }
    }
}

fn asked(deed: Deed) -> String {
    let how = match deed {
        Deed::Kill => "SIGKILL",
        Deed::Freeze => "SIGSTOP",
        Deed::Continue => "SIGCONT",
        Deed::Hang | Deed::Tear => "ordered",
    };
    format!("{} ({how})", deed.name().to_lowercase())
}
