//! What the launcher reports of the recording that it makes, for windows and terminals, and how users ask for one.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::platform::sync::{Ordering, ReadWrite, Rights, Word};
use crate::platform::units::{fmt_clock, fmt_size};
use crate::shm::shared;

shared! {
    /// The recording of this game.
    #[derive(Debug)]
    #[repr(C)]
    pub(super) struct RecordingWords<M: Rights = ReadWrite> {
        /// Since when, in ns; 0 while there is none.
        pub(super) since_ns: Word<M>,
        /// How much is in its file.
        pub(super) bytes: Word<M>,
        /// How its file is called: a [`RecordingName`].
        pub(super) file: Word<M>,
    }
}

/// A recording that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingStatus {
    /// Since when (`CLOCK_MONOTONIC`, ns).
    pub since_ns: u64,
    /// How much is in its file.
    pub bytes: u64,
    /// How its file is called.
    pub file: RecordingName,
}

impl RecordingStatus {
    /// How long it goes on, and how large it is: 1:23, 0.2 MB.
    pub fn so_far(&self, now_ns: u64) -> String {
        let seconds = now_ns.saturating_sub(self.since_ns) / 1_000_000_000;
        format!("{}, {}", fmt_clock(seconds), fmt_size(self.bytes))
    }
}

/// The name that the program has given to the file of a recording: when it was begun, and which one of that second it is.
/// `seconds:56 | number:8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingName(u64);

impl RecordingName {
    /// A file that users have named themselves.
    pub const GIVEN: Self = Self(0);
    /// After this second (the end of the year 9999) there are no names.
    const LAST_SECOND: u64 = 253_402_300_799;

    /// Of a file that is created at this time, as number `number` of its second, from 1 on.
    pub fn new(time: SystemTime, number: u8) -> Self {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
        Self(seconds.min(Self::LAST_SECOND) << 8 | u64::from(number))
    }

    pub(super) fn from_word(word: u64) -> Self {
        Self(word)
    }

    pub(super) fn word(self) -> u64 {
        self.0
    }

    /// The file's name, with its time in UTC; None if it is no name that the program gives.
    pub fn file(self) -> Option<String> {
        let (seconds, number) = (self.0 >> 8, self.0 as u8);
        if number == 0 || seconds > Self::LAST_SECOND {
            return None;
        }
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let time = humantime::format_rfc3339_seconds(time).to_string();
        let digits = time.trim_end_matches('Z').replace(['-', ':'], "").replace('T', "-");
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        Some(format!("tripong-{digits}{number}.jsonl"))
    }
}

/// The file's name, or what is known of it.
impl fmt::Display for RecordingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file().as_deref().unwrap_or("the file of --record"))
    }
}

impl serde::Serialize for RecordingName {
    /// The file's name; null if users have named it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.file().serialize(serializer)
    }
}

impl<M: Rights> RecordingWords<M> {
    /// The recording that goes on. Its words are read one after the other: they are for people.
    pub(super) fn status(&self) -> Option<RecordingStatus> {
        let Self { since_ns, bytes, file } = self;
        let [since_ns, bytes, file] = [since_ns, bytes, file].map(|word| word.load(Ordering::Relaxed));
        let file = RecordingName::from_word(file);
        (since_ns > 0).then_some(RecordingStatus { since_ns, bytes, file })
    }
}

impl RecordingWords {
    pub(super) fn set(&self, status: Option<RecordingStatus>) {
        if let Some(RecordingStatus { bytes, file, .. }) = status {
            self.bytes.store(bytes, Ordering::Relaxed);
            self.file.store(file.word(), Ordering::Relaxed);
        }
        self.since_ns.store(status.map_or(0, |status| status.since_ns), Ordering::Relaxed);
    }
}

// Miri has no memfd.
#[cfg(test)]
#[cfg(not(any(feature = "model", miri)))]
mod tests {
    use super::*;
    use crate::game::Court;
    use crate::protocol::Setup;
    use crate::shm::Mapping;

    #[test]
    fn a_name_is_the_time_without_colons_and_its_number_in_that_second() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_053_092);
        let name = |number| RecordingName::new(time, number).file();
        assert_eq!(name(1).as_deref(), Some("tripong-20261130-153812.jsonl"));
        assert_eq!(name(2).as_deref(), Some("tripong-20261130-153812-2.jsonl"));
    }

    #[test]
    fn what_has_been_recorded_so_far_is_short() {
        let so_far = |seconds: u64, bytes| {
            let status = RecordingStatus { since_ns: 5, bytes, file: RecordingName::GIVEN };
            status.so_far(5 + seconds * 1_000_000_000)
        };
        assert_eq!(so_far(0, 0), "0:00, 0 B");
        assert_eq!(so_far(83, 200_000), "1:23, 0.2 MB");
        assert_eq!(so_far(3_661, 12_345), "1:01:01, 12 kB");
        let early = RecordingStatus { since_ns: u64::MAX, bytes: 0, file: RecordingName::GIVEN };
        assert_eq!(early.so_far(1), "0:00, 0 B", "a corrupt word");
    }

    #[test]
    fn no_word_is_too_wild_for_a_name() {
        for word in [0, 1 << 8, u64::MAX, u64::MAX - 255, RecordingName::LAST_SECOND << 8] {
            assert_eq!(RecordingName::from_word(word).file(), None, "{word:#x}");
        }
        let last = RecordingName::from_word(RecordingName::LAST_SECOND << 8 | 255);
        assert_eq!(last.file().as_deref(), Some("tripong-99991231-235959-255.jsonl"));
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(9);
        assert_eq!(RecordingName::new(before, 1).to_string(), "tripong-19700101-000000.jsonl");
    }

    #[test]
    fn a_recording_is_read_as_it_was_reported_until_it_is_over() {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(Court { panes: 3, seed: 1 }, 1)).unwrap();
        let log = &mapping.region().event_log;
        assert_eq!(log.recording(), None);
        let file = RecordingName::new(SystemTime::now(), 3);
        let status = RecordingStatus { since_ns: 7, bytes: 9, file };
        log.set_recording(Some(status));
        assert_eq!(log.recording(), Some(status));
        log.set_recording(None);
        assert_eq!(log.recording(), None);
        let region = mapping.region();
        assert_eq!(region.record_presses(), 0);
        region.press_record();
        assert_eq!(region.record_presses(), 1);
    }
}
