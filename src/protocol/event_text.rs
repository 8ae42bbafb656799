//! The supervisor's events in words: the same in a window, on a terminal and in the memory.

use std::fmt;

use nix::sys::signal::Signal;

use super::baton::Owner;
use super::event_log::{End, RecordingChange, What};
use crate::game::{Court, PaneId};

impl What {
    /// The pane it belongs to; None if it is all of them.
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
            Self::Reinitialized | Self::Recording { .. } => None,
        }
    }

    /// What has happened, as a sentence without a capital.
    pub fn in_words(self, court: &Court) -> String {
        let is_known = |pane| pane <= court.last();
        let name = |pane| if is_known(pane) { court.pane_name(pane) } else { "an unknown pane".to_owned() };
        match self {
            Self::Started { pane, pid } => format!("{} has a new process: pid {pid}", name(pane)),
            Self::Died { pane, pid, how } => {
                format!("the process of {} (pid {pid}) {} and was reaped", name(pane), end_in_words(how))
            }
            Self::Served { pane, epoch, from: Owner::Supervisor } => {
                format!("the ball was served from {}: epoch {epoch}", name(pane))
            }
            Self::Served { pane, epoch, from: Owner::Pane(from) } => {
                let (from, to) = (name(from), name(pane));
                format!("the ball was recalled from {from} and served from {to}: epoch {epoch}")
            }
            Self::Recovered { pane, epoch } => {
                format!("the ball was taken for the next process of {}: epoch {epoch}", name(pane))
            }
            Self::Stalled { pane } => format!("{} makes no progress with the ball", name(pane)),
            Self::Hung { pane } => format!("{} shows no life and was killed", name(pane)),
            Self::Reinitialized => "the Region was corrupt and was replaced".to_owned(),
            Self::Recording { change, file } => match change {
                RecordingChange::Begun => format!("a recording was begun: {file}"),
                RecordingChange::Ended => format!("the recording was ended: {file}"),
                RecordingChange::Failed => format!("the recording has stopped: {file} cannot be written"),
            },
            Self::Done { pane, action } => format!("{}, {}: done", action.in_words(), name(pane)),
            Self::NotDone { pane, action } => {
                format!("{}, {}: it has no process now", action.in_words(), name(pane))
            }
        }
    }

    /// In a short word, for a picture.
    pub fn word(self) -> &'static str {
        match self {
            Self::Started { .. } => "start",
            Self::Died { .. } => "died",
            Self::Served { .. } => "served",
            Self::Recovered { .. } => "recovered",
            Self::Stalled { .. } => "stalled",
            Self::Hung { .. } => "hung",
            Self::Reinitialized => "reinitialized",
            Self::Recording { change: RecordingChange::Begun, .. } => "recording",
            Self::Recording { .. } => "recorded",
            Self::Done { action, .. } => action.word(),
            Self::NotDone { .. } => "not done",
        }
    }
}

fn end_in_words(how: End) -> String {
    match how {
        End::Code(code) => format!("ended with code {code}"),
        End::Signal(_) => format!("was {how}"),
    }
}

impl End {
    /// Its exit code or its signal, in words: "exit code 3", "SIGKILL".
    pub fn cause(self) -> String {
        match self {
            Self::Code(code) => format!("exit code {code}"),
            // A real-time signal has no name.
            Self::Signal(number) => Signal::try_from(i32::from(number))
                .map_or_else(|_| format!("signal {number}"), |signal| signal.to_string()),
        }
    }

    /// By this signal.
    pub const fn by(signal: Signal) -> Self {
        Self::Signal(signal as u8)
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Signal(_) = self {
            f.write_str("killed by ")?;
        }
        f.write_str(&self.cause())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_are_called_as_people_call_them() {
        let court = Court { panes: 4, seed: 1 };
        let of = |number| What::Stalled { pane: PaneId(number) }.in_words(&court);
        let names = ["the left pane", "inner pane 2", "inner pane 3", "the right pane", "an unknown pane"];
        assert_eq!(
            [0, 1, 2, 3, 4].map(of),
            names.map(|name| format!("{name} makes no progress with the ball"))
        );
    }

    #[test]
    fn an_end_has_its_code_or_the_name_of_its_signal_if_that_has_one() {
        let ends = [End::Code(3), End::by(Signal::SIGSEGV)].map(end_in_words);
        assert_eq!(ends, ["ended with code 3", "was killed by SIGSEGV"]);
        for number in [32, 34, 64] {
            assert_eq!(end_in_words(End::Signal(number)), format!("was killed by signal {number}"));
        }
        assert_eq!(End::Code(3).to_string(), "exit code 3");
    }
}
