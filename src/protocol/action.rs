//! The actions on a pane's process: the faults that a user injects, and "continue".

/// An action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Action {
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

impl Action {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Kill, Self::Freeze, Self::Continue, Self::Hang, Self::Tear];

    /// Its name on a button, its word in a picture, and how it is done.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::Kill => ["Kill", "kill", "SIGKILL"],
            Self::Freeze => ["Freeze", "freeze", "SIGSTOP"],
            Self::Continue => ["Continue", "continue", "SIGCONT"],
            Self::Hang => ["Hang", "hang", "by command"],
            Self::Tear => ["Tear a record", "tear", "by command"],
        }
    }

    /// Its name on a button.
    pub fn name(self) -> &'static str {
        self.words()[0]
    }

    /// Its word in a picture. Its key on a terminal is the first letter.
    pub fn word(self) -> &'static str {
        self.words()[1]
    }

    /// Its name within a sentence, and how it is done: "kill (SIGKILL)".
    pub fn in_words(self) -> String {
        let [name, _, how] = self.words();
        format!("{} ({how})", name.to_lowercase())
    }

    /// Its number in a request or a command. Zero is none.
    pub(super) fn number(self) -> u8 {
        self as u8 + 1
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.number() == number)
    }
}
