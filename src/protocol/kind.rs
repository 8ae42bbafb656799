//! The three transports by name and number.

use strum::{Display, IntoStaticStr};

/// By what a hand-off travels. The baton is swapped in shared memory with all three; they differ in how the record gets
/// to the taker and what wakes it.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, Display, IntoStaticStr,
)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum TransportKind {
    /// The record stays in shared memory; a futex wakes the taker.
    #[default]
    Shared,
    /// The record is a frame in a pipe.
    Pipe,
    /// The record is a packet in a Unix socket.
    Socket,
}

impl TransportKind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Shared, Self::Pipe, Self::Socket];

    /// Its name on the command line and in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Its name in a sentence: "by shared memory".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Shared => "shared memory",
            Self::Pipe | Self::Socket => self.name(),
        }
    }

    /// Its place in an array.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The one that is so many steps after it, in a circle.
    pub fn after(self, steps: u64) -> Self {
        Self::ALL.into_iter().cycle().skip(self.index()).nth((steps % 3) as usize).unwrap_or(self)
    }

    pub(super) fn number(self) -> u64 {
        self as u64
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}
