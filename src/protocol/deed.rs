//! What can be done to a pane's process on purpose, to see what the others make of it.

/// A deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Deed {
    /// SIGKILL.
    Kill,
    /// SIGSTOP.
    Freeze,
    /// SIGCONT.
    Continue,
    /// The process lives, but its worker does nothing any more.
    Hang,
    /// The process dies in the middle of its next record.
    Tear,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Kill, Self::Freeze, Self::Continue, Self::Hang, Self::Tear];

    /// What a button has, and what was done to the process.
    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Kill => ("Kill", "killed"),
            Self::Freeze => ("Freeze", "frozen"),
            Self::Continue => ("Continue", "continued"),
            Self::Hang => ("Hang", "made to hang"),
            Self::Tear => ("Tear a record", "made to tear a record"),
        }
    }

    /// The text of a button.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.texts().0
    }

    /// What was done to the process: "killed".
    pub(super) fn participle(self) -> &'static str {
        self.texts().1
    }

    /// Its number in the words that ask for it. Zero is none.
    pub(super) fn number(self) -> u8 {
        self as u8 + 1
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.number() == number)
    }
}
