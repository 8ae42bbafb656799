//! The entries of the supervisor's journal in words.

use super::baton::Owner;
use super::journal::{End, What};
use crate::game::{Court, PaneId};

impl What {
    /// The pane it belongs to; None if it is all of them.
    #[must_use]
    pub fn pane(self) -> Option<PaneId> {
        match self {
            Self::Started { pane, .. }
            | Self::Died { pane, .. }
            | Self::Served { pane, .. }
            | Self::Recovered { pane, .. }
            | Self::Stalled { pane }
            | Self::Hung { pane }
            | Self::Done { pane, .. }
            | Self::NotDone { pane, .. } => Some(pane),
            Self::Renewed => None,
        }
    }

    /// A short word for a picture.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Started { .. } => "start",
            Self::Died { .. } => "died",
            Self::Served { .. } => "served",
            Self::Recovered { .. } => "recovered",
            Self::Stalled { .. } => "stalled",
            Self::Hung { .. } => "hung",
            Self::Renewed => "renewed",
            Self::Done { deed, .. } => deed.into(),
            Self::NotDone { .. } => "not done",
        }
    }

    /// What has happened, as a sentence without a capital.
    #[must_use]
    pub fn in_words(self, court: &Court) -> String {
        let name = |pane: PaneId| if pane <= court.last() { court.name(pane) } else { pane.to_string() };
        match self {
            Self::Started { pane, pid } => format!("{}: process {pid} started", name(pane)),
            Self::Died { pane, pid, how } => format!("{}: process {pid} {}", name(pane), how.in_words()),
            Self::Stalled { pane } => format!("{}: stalled with the ball", name(pane)),
            Self::Hung { pane } => format!("{}: hung, and was killed", name(pane)),
            Self::Renewed => "the Region was overwritten, and replaced".to_owned(),
            Self::Done { pane, deed } => format!("{}: {} as asked", name(pane), deed.participle()),
            Self::NotDone { pane, deed } => {
                format!("{}: not {}, there was no process", name(pane), deed.participle())
            }
            Self::Served { pane, epoch, from: Owner::Supervisor } => {
                format!("epoch {epoch}: served to {}", name(pane))
            }
            Self::Served { pane, epoch, from: Owner::Pane(from) } => {
                format!("epoch {epoch}: recalled from {} to {}", name(from), name(pane))
            }
            Self::Recovered { pane, epoch } => {
                format!("epoch {epoch}: recovered for the next process of {}", name(pane))
            }
        }
    }
}

impl End {
    fn in_words(self) -> String {
        match self {
            Self::Code(code) => format!("ended with exit code {code}"),
            Self::Signal(number) => {
                let signal = nix::sys::signal::Signal::try_from(i32::from(number));
                signal.map_or(format!("died of signal {number}"), |signal| format!("died of {signal}"))
            }
        }
    }
}
