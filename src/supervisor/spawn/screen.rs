//! The roles of processes that show something other than a pane.

/// Where the inspector shows what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectorOutput {
    /// In a window.
    Window,
    /// On the terminal.
    Terminal,
    /// As lines of JSON on stdout.
    Json,
}

/// The role of the process that shows a text in a window.
pub const ERROR_DIALOG: &str = "error-dialog";

impl InspectorOutput {
    /// The role of an inspector that shows it there.
    #[must_use]
    pub fn role(self) -> &'static str {
        match self {
            Self::Window => "inspector",
            Self::Terminal => "watch:terminal",
            Self::Json => "watch:json",
        }
    }
}
