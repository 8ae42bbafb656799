//! What has happened, in words.

use crate::game::{Court, PaneId};
use crate::platform::units::fmt_ns;
use crate::protocol::{TransportKind, What};

/// Something that a recording says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// Something that stands in the event log too.
    Event(What),
    HandOff {
        hop: u64,
        from: PaneId,
        to: PaneId,
        via: TransportKind,
        took: Option<u64>,
    },
    Frozen(PaneId),
    Continued(PaneId),
    Fenced(PaneId),
    Settings {
        paused: bool,
    },
    Transport(TransportKind),
    Unseen {
        first: u64,
        last: u64,
    },
}

impl Happening {
    /// As a sentence without a capital.
    pub(super) fn in_words(self, court: &Court) -> String {
        let name = |pane| court.pane_name(pane);
        match self {
            Self::Event(what) => what.in_words(court),
            Self::HandOff { hop, from, to, via, took } => {
                let took = took.map_or(String::new(), |took| format!(", {}", fmt_ns(took)));
                format!("hop {hop}: {} to {} by {}{took}", court.name(from), court.name(to), via.in_words())
            }
            Self::Frozen(pane) => format!("the process of {} was stopped (SIGSTOP)", name(pane)),
            Self::Continued(pane) => format!("the process of {} goes on (SIGCONT)", name(pane)),
            Self::Fenced(pane) => format!("{} has found out that it is late: it was fenced", name(pane)),
            Self::Settings { paused: true } => "the game is paused".to_owned(),
            Self::Settings { paused: false } => "the settings were changed".to_owned(),
            Self::Transport(transport) => format!("hand-offs go by {} from now on", transport.in_words()),
            Self::Unseen { first, last } if first == last => format!("epoch {first} was not seen"),
            Self::Unseen { first, last } => format!("epochs {first} to {last} were not seen"),
        }
    }
}
