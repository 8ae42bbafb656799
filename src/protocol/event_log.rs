//! The supervisor's event log: what it has done, how often, and where it put the ball. Only the supervisor writes it.

use super::action::Action;
use super::baton::Owner;
use super::recording_status::{RecordingName, RecordingStatus, RecordingWords};
use super::ring::Ring;
use crate::game::{Ball, Court, PaneId, Score};
use crate::platform::sync::{Ordering, ReadWrite, Rights, Word};
use crate::shm::shared;

/// How many of the supervisor's last events are kept.
const EVENTS: usize = 256;
/// How many of its last serves are kept.
const SERVES: usize = 64;

shared! {
    /// What the supervisor reports of itself.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct EventLog<M: Rights = ReadWrite> {
        pub(super) counts: [Word<M>; Counts::WORDS],
        /// The number of the last request on the request page that was answered.
        pub answered: Word<M>,
        /// How often the inspector was asked for while it was there: its window comes forward.
        pub called: Word<M>,
        pub(super) recording: RecordingWords<M>,
        /// What it has seen and done.
        pub events: Ring<4, EVENTS, M>,
        /// Every time that it has put the ball to a pane's start.
        pub serves: Ring<10, SERVES, M>,
    }
}

/// How often the supervisor has done what.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// The ball was put to a pane's start, the first time included.
    pub serves: u64,
    /// The ball was reclaimed from a dead pane or out of corrupt bytes.
    pub recoveries: u64,
    /// Processes that were started after the first of each pane.
    pub restarts: u64,
    /// Panes that died with the ball.
    pub died_as_owner: u64,
    /// Frozen or hung panes whose ball was taken.
    pub stalls: u64,
    /// The whole Region was replaced.
    pub reinitializations: u64,
}

impl Counts {
    const WORDS: usize = 6;

    /// Serves that took the ball from a pane that had it.
    pub fn recalls(&self) -> u64 {
        self.serves.saturating_sub(1)
    }

    fn words(&self) -> [u64; Self::WORDS] {
        let Self { serves, recoveries, restarts, died_as_owner, stalls, reinitializations } = *self;
        [serves, recoveries, restarts, died_as_owner, stalls, reinitializations]
    }

    fn from_words(
        [serves, recoveries, restarts, died_as_owner, stalls, reinitializations]: [u64; Self::WORDS],
    ) -> Self {
        Self { serves, recoveries, restarts, died_as_owner, stalls, reinitializations }
    }
}

/// A serve: where the ball was put, and in which state.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Serve {
    /// The epoch that began with it.
    pub epoch: u64,
    /// From which pane.
    pub pane: PaneId,
    /// The ball as it was put there. Its tick and its hop are those it had before.
    pub ball: Ball,
}

impl Serve {
    /// As an entry of the event log.
    pub fn words(&self) -> [u64; 10] {
        let Ball { tick, hop, x, y, vx, vy, hash, score } = self.ball;
        let [x, y, vx, vy] = [x, y, vx, vy].map(f64::to_bits);
        [self.epoch, self.pane.0.into(), tick, hop, x, y, vx, vy, hash, score.word()]
    }

    /// The serve of an entry; None if no ball of this court can have been served so.
    pub fn from_words(words: [u64; 10], court: &Court) -> Option<Self> {
        let [epoch, pane, tick, hop, x, y, vx, vy, hash, score] = words;
        let [x, y, vx, vy] = [x, y, vx, vy].map(f64::from_bits);
        let pane = u8::try_from(pane).ok().map(PaneId).filter(|pane| *pane <= court.last())?;
        let ball = Ball { tick, hop, x, y, vx, vy, hash, score: Score::from_word(score)? };
        court.is_sound(&ball).then_some(Self { epoch, pane, ball })
    }
}

/// Something that the supervisor has seen or done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Event {
    /// When (`CLOCK_MONOTONIC`, ns).
    pub at_ns: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum What {
    /// A pane has a new process.
    Started {
        /// The pane.
        pane: PaneId,
        /// Its new process.
        pid: u32,
    },
    /// A pane's process has ended, and was reaped.
    Died {
        /// The pane.
        pane: PaneId,
        /// The process.
        pid: u32,
        /// How.
        #[serde(flatten)]
        how: End,
    },
    /// The ball was put to a pane's start: the first serve, or a recall.
    Served {
        /// Where.
        pane: PaneId,
        /// The epoch that began with it.
        epoch: u64,
        /// Who had it: the supervisor at the first serve.
        from: Owner,
    },
    /// The ball was taken for the next process of the same pane.
    Recovered {
        /// The pane.
        pane: PaneId,
        /// The epoch that began with it.
        epoch: u64,
    },
    /// The pane has had the ball without progress for too long; a recall follows.
    Stalled {
        /// The pane.
        pane: PaneId,
    },
    /// The pane has shown no life for as long again, and was killed.
    Hung {
        /// The pane.
        pane: PaneId,
    },
    /// The Region was replaced, since it was corrupt.
    Reinitialized,
    /// A recording was begun, or is over.
    Recording {
        /// What has become of it.
        change: RecordingChange,
        /// How its file is called.
        file: RecordingName,
    },
    /// An action was asked for and done.
    #[serde(rename = "action_done")]
    Done {
        /// To which pane.
        pane: PaneId,
        /// What.
        action: Action,
    },
    /// An action was asked for, and there was no process to do it to.
    #[serde(rename = "action_not_done")]
    NotDone {
        /// To which pane.
        pane: PaneId,
        /// What.
        action: Action,
    },
}

/// What becomes of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingChange {
    /// It was begun.
    Begun,
    /// It was ended, and is whole.
    Ended,
    /// It has stopped, since its file cannot be written.
    Failed,
}

impl RecordingChange {
    const ALL: [Self; 3] = [Self::Begun, Self::Ended, Self::Failed];
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// By itself, with this exit code.
    #[serde(rename = "exit_code")]
    Code(u8),
    /// By the signal with this number.
    Signal(u8),
}

impl Event {
    /// As an entry of the event log: time; kind, pane, and one or two bytes more; a number; nothing.
    pub fn words(&self) -> [u64; 4] {
        let (kind, pane, more, number) = match self.what {
            What::Started { pane, pid } => (1, pane, [0, 0], pid.into()),
            What::Died { pane, pid, how: End::Code(code) } => (2, pane, [0, code], pid.into()),
            What::Died { pane, pid, how: End::Signal(signal) } => (2, pane, [1, signal], pid.into()),
            What::Served { pane, epoch, from } => (3, pane, [from.index() as u8, 0], epoch),
            What::Recovered { pane, epoch } => (4, pane, [0, 0], epoch),
            What::Stalled { pane } => (5, pane, [0, 0], 0),
            What::Hung { pane } => (6, pane, [0, 0], 0),
            What::Reinitialized => (7, PaneId(0), [0, 0], 0),
            What::Done { pane, action } => (8, pane, [action.number(), 0], 0),
            What::NotDone { pane, action } => (9, pane, [action.number(), 0], 0),
            What::Recording { change, file } => (10, PaneId(0), [change as u8, 0], file.word()),
        };
        [self.at_ns, u64::from_le_bytes([kind, pane.0, more[0], more[1], 0, 0, 0, 0]), number, 0]
    }

    /// The event of an entry; None if it is none that can happen.
    pub fn from_words([at_ns, head, number, _]: [u64; 4]) -> Option<Self> {
        let [kind, pane, first, second, ..] = head.to_le_bytes();
        let pane = PaneId(pane);
        let pid = u32::try_from(number);
        let what = match kind {
            1 => What::Started { pane, pid: pid.ok()? },
            2 if first == 0 => What::Died { pane, pid: pid.ok()?, how: End::Code(second) },
            2 => What::Died { pane, pid: pid.ok()?, how: End::Signal(second) },
            3 => What::Served { pane, epoch: number, from: Owner::from_number(first)? },
            4 => What::Recovered { pane, epoch: number },
            5 => What::Stalled { pane },
            6 => What::Hung { pane },
            7 => What::Reinitialized,
            8 => What::Done { pane, action: Action::from_number(first)? },
            9 => What::NotDone { pane, action: Action::from_number(first)? },
            10 => What::Recording {
                change: *RecordingChange::ALL.get(usize::from(first))?,
                file: RecordingName::from_word(number),
            },
            _ => return None,
        };
        Some(Self { at_ns, what })
    }
}

impl<M: Rights> EventLog<M> {
    /// How many events are kept.
    pub const KEPT_EVENTS: usize = EVENTS;
    /// How many serves are kept.
    pub const KEPT_SERVES: usize = SERVES;

    /// How often the supervisor has done what. Each word for itself: read it again if it does not go with what else was
    /// read.
    pub fn counts(&self) -> Counts {
        Counts::from_words(self.counts.each_ref().map(|cell| cell.load(Ordering::Acquire)))
    }

    /// The recording that goes on.
    pub fn recording(&self) -> Option<RecordingStatus> {
        self.recording.status()
    }
}

impl EventLog {
    /// Reports the recording. The supervisor does.
    pub fn set_recording(&self, status: Option<RecordingStatus>) {
        self.recording.set(status);
    }

    /// Stores how often the supervisor has done what.
    pub fn set_counts(&self, counts: &Counts) {
        self.counts.iter().zip(counts.words()).for_each(|(cell, word)| cell.store(word, Ordering::Release));
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let pane = PaneId(5);
        let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_796_000_000);
        let all = [
            What::Started { pane, pid: u32::MAX },
            What::Died { pane, pid: 7, how: End::Code(3) },
            What::Died { pane, pid: 7, how: End::Signal(9) },
            What::Served { pane, epoch: 1 << 47, from: Owner::Supervisor },
            What::Served { pane, epoch: 8, from: Owner::Pane(PaneId(2)) },
            What::Recovered { pane, epoch: 9 },
            What::Stalled { pane },
            What::Hung { pane },
            What::Reinitialized,
            What::Done { pane, action: Action::Tear },
            What::NotDone { pane, action: Action::Kill },
            What::Recording { change: RecordingChange::Begun, file: RecordingName::GIVEN },
            What::Recording { change: RecordingChange::Failed, file: RecordingName::new(then, 2) },
        ];
        for what in all {
            let event = Event { at_ns: 123, what };
            assert_eq!(Event::from_words(event.words()), Some(event));
        }
        assert_eq!(Event::from_words([0; 4]), None, "zeroed bytes are no event");
    }

    #[test]
    fn a_serve_is_read_as_it_was_written_and_an_impossible_one_is_none() {
        let court = Court { panes: 3, seed: 1 };
        let serve = Serve { epoch: 4, pane: PaneId(2), ball: court.serve(PaneId(2), None) };
        assert_eq!(Serve::from_words(serve.words(), &court), Some(serve));
        let nowhere = Serve { pane: PaneId(3), ..serve };
        assert_eq!(Serve::from_words(nowhere.words(), &court), None);
    }
}
