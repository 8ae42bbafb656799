//! What can go wrong, with its exit code. Each message is one line: what failed, with which value, and what to do.

use std::any::Any;
use std::fmt::Display;
use std::io;

use nix::sys::signal::Signal;

/// The exit codes of `tripong`, as its `--help` states them. 0 is success.
pub mod exit {
    /// An argument is unknown, missing or out of its range (the parser's own code).
    pub const USAGE: u8 = 2;
    /// No display to show windows on, or no OpenGL to draw them with.
    pub const NO_DISPLAY: u8 = 3;
    /// A child refused what it was given as Region.
    pub const REFUSED: u8 = 4;
    /// Operating system error.
    pub const SYSTEM: u8 = 5;
    /// A rule of the game was violated: the ball lost or doubled, or a hash that differs.
    pub const RULE: u8 = 6;
    /// A pane's process died, or the shared memory was overwritten, too often.
    pub const PANE_DIED: u8 = 7;
    /// `bench --strict`: the machine was busy, or the run throttled, so its figures are not those of a quiet machine.
    pub const DISTURBED: u8 = 8;
    /// Of a pane, to its launcher only: OpenGL does not work, and drawing with software rendering was not yet tried.
    pub const TRY_SOFTWARE: u8 = 9;
    /// Of a pane or an inspector, to its launcher only: its window, or its connection to the display, was taken from it.
    pub const WINDOW_LOST: u8 = 10;
    /// Of the terminal view, to its launcher only: the terminal is gone.
    pub const TERMINAL_GONE: u8 = 11;
    /// Of a process of the bench, to its launcher only: the CPU that it was bound to is not its own any more.
    pub const CPU_LOST: u8 = 12;
    /// A comparison was asked to fail on a regression, and has found one.
    pub const WORSE: u8 = 13;
    /// Plus the number of the signal that stopped the launcher.
    pub const SIGNAL_BASE: u8 = 128;
}

/// The message of a panic, formatted or static.
pub fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&'static str>().copied()).unwrap_or("a panic without words")
}

/// The way out of a game without windows that has no display for its inspector.
pub const WITHOUT_INSPECTOR: &str =
    "leave out `--inspect`, or run `tripong --headless --watch`, which shows the inspector on a terminal";
/// The way out of a replay that has neither a display nor a terminal.
pub const ON_A_TERMINAL: &str =
    "run it on a terminal, or check the recording with `tripong replay FILE --verify`";
/// The way out of a lab that has neither a display nor a terminal.
pub const LAB_ON_A_TERMINAL: &str = "run it on a terminal, or add `--headless`, which needs none";
/// The way out of chaos that has no display for its windows.
pub(crate) const WITHOUT_WINDOWS: &str = "leave out `--windows`: chaos without windows needs no display";
/// The way out of a verdict without a window.
pub(crate) const ON_STDOUT: &str = "the verdict is on stdout";

/// What every start error ends with.
pub(crate) const DOCTOR: &str = "`tripong doctor` says what is missing";

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure that ends the process, with its exit code.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no display for the windows.
    #[error(
        "no display: {0}; start it in a graphical session, or run `tripong --headless`, which needs no display; {DOCTOR}"
    )]
    NoDisplay(String),
    /// The windows were there, and their display is gone.
    #[error(
        "the display is gone: {0} does not answer any more; the game was stopped; start it again in a graphical session"
    )]
    DisplayGone(String),
    /// Windows were asked for, and this build has none.
    #[error(
        "no windows: this executable was built without them (feature `windows`); run `tripong --headless`, or build it \
         with its default features"
    )]
    NoWindows,
    /// There is a display, and a sandbox keeps drivers from drawing on it.
    #[error(
        "no display: a driver crashes that draws the windows: {0}; allow that, or run `tripong --headless`, which draws \
         nothing; {DOCTOR}"
    )]
    NoDrawing(String),
    /// There is a display, and nothing to draw on it with.
    #[error(
        "no display: no OpenGL to draw the windows with ({0}); on Debian: apt install libgl1 libegl1 libgl1-mesa-dri, or \
         run `tripong --headless`, which needs no display; {DOCTOR}"
    )]
    NoOpenGl(String),
    /// One of these three, where the usual way out is none: windows were asked for beside it.
    #[error("no display: {why}; {instead}; {DOCTOR}")]
    NoWindow {
        /// What is missing.
        why: String,
        /// What to do without it.
        instead: &'static str,
    },
    /// A child was given something that is not this program's Region.
    #[error("refused the Region: {0}")]
    Refused(#[from] Refusal),
    /// A call to the operating system failed.
    #[error("failed to {action}: {source}{}; {DOCTOR}", forbidden(source))]
    System {
        /// What was tried, as a phrase that follows "failed to".
        action: String,
        /// What the system answered.
        source: io::Error,
    },
    /// The same where nothing of the system is missing: a file that the user has named, a process that was killed.
    #[error("failed to {action}: {source}")]
    Failed {
        /// As in [`Error::System`].
        action: String,
        /// What the system answered.
        source: io::Error,
    },
    /// A signal asked for the end of something that takes long.
    #[error("stopped by {signal} before it could {action}")]
    Stopped {
        /// Which.
        signal: Signal,
        /// What was not done, as a phrase that follows "could".
        action: String,
    },
    /// The game broke its own invariant.
    #[error("the rules of the game were violated: {0}; please report this with the seed")]
    RuleViolated(String),
    /// A recording says what its inputs do not give, or was changed.
    #[error("{0}")]
    Misfit(String),
    /// There is no recording, or what there is is none that this program can read.
    #[error("{0}; `tripong --record FILE` makes a recording")]
    NoRecording(String),
    /// A recording of a later version of this program.
    #[error("{0}")]
    NewerRecording(String),
    /// A pane's processes ended without having been asked to, too often.
    #[error("{pane} died ({how}) after {restarts} restarts within {window}; the game was stopped")]
    PaneDied {
        /// Which pane, with its pid.
        pane: String,
        /// By which signal or exit code.
        how: String,
        /// How many restarts were allowed.
        restarts: usize,
        /// Within which time.
        window: String,
    },
    /// The shared memory was overwritten again and again.
    #[error(
        "the Region was overwritten again ({reason}) after it was replaced {replacements} times within {window}; the game \
         was stopped: one of its processes, or of yours, writes where it must not"
    )]
    Overwritten {
        /// What was wrong with it.
        reason: String,
        /// How many replacements were allowed.
        replacements: usize,
        /// Within which time.
        window: String,
    },
    /// A process is not, or not any more, bound to the CPU that it was to run on.
    #[error("CPU {cpu} is lost: {why}")]
    CpuLost {
        /// Its number.
        cpu: usize,
        /// What became of it.
        why: String,
    },
    /// A message of the bench is not what was handed over.
    #[error("{0}; this must not happen: a transport, or the memory, is not to be trusted")]
    Corrupt(String),
    /// A child has already reported on stderr why it could not go on; only its exit code is left to pass on.
    #[error("a child could not go on (exit code {0})")]
    ChildFailed(u8),
}

/// The hint of an error by which a sandbox answers.
fn forbidden(source: &io::Error) -> &'static str {
    if is_refusal(source) { "; a sandbox (seccomp, a container) may forbid this call" } else { "" }
}

/// Whether this is how a sandbox (seccomp, Landlock, a container) answers a call that it forbids.
pub(crate) fn is_refusal(source: &io::Error) -> bool {
    source.kind() == io::ErrorKind::PermissionDenied
}

impl Error {
    /// An operating-system error with what was tried: `system("create the Region")`.
    pub fn system<E: Into<io::Error>>(action: impl Display) -> impl FnOnce(E) -> Self {
        move |source| Self::System { action: action.to_string(), source: source.into() }
    }

    /// As [`Error::system`], where nothing of the system is missing.
    pub fn failed(action: impl Display) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Failed { action: action.to_string(), source }
    }

    /// The same with another way out, if it is that windows cannot be shown.
    #[must_use]
    pub fn instead(self, instead: &'static str) -> Self {
        let why = match self {
            Self::NoDisplay(why) => why,
            Self::NoWindows => "this executable was built without windows (feature `windows`)".to_owned(),
            Self::NoDrawing(why) => format!("a driver crashes that draws the windows: {why}"),
            Self::NoOpenGl(why) => format!(
                "no OpenGL to draw the windows with ({why}); on Debian: apt install libgl1 libegl1 libgl1-mesa-dri"
            ),
            other => return other,
        };
        Self::NoWindow { why, instead }
    }

    /// The exit code of a process that ends with this error.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoDisplay(_)
            | Self::DisplayGone(_)
            | Self::NoWindows
            | Self::NoOpenGl(_)
            | Self::NoDrawing(_)
            | Self::NoWindow { .. } => exit::NO_DISPLAY,
            Self::Refused(_) => exit::REFUSED,
            Self::System { .. } | Self::Failed { .. } => exit::SYSTEM,
            Self::RuleViolated(_) | Self::Corrupt(_) | Self::Misfit(_) => exit::RULE,
            Self::NoRecording(_) | Self::NewerRecording(_) => exit::USAGE,
            Self::PaneDied { .. } | Self::Overwritten { .. } => exit::PANE_DIED,
            Self::CpuLost { .. } => exit::CPU_LOST,
            Self::ChildFailed(code) => *code,
            Self::Stopped { signal, .. } => exit::SIGNAL_BASE + *signal as u8,
        }
    }
}

/// Why a child does not play on the bytes it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The fd is missing.
    #[error("fd {0} was not passed on; panes are started by `tripong` itself, not by hand")]
    NoFd(i32),
    /// The fd is no memfd at all.
    #[error("fd {0} is not a memfd; panes are started by `tripong` itself, not by hand")]
    NotAMemfd(i32),
    /// It could still shrink or grow under its readers (SIGBUS).
    #[error("its memfd is not sealed against shrinking and growing (seals {0:#x})")]
    Unsealed(i32),
    /// Others could open it, and cut it off under its readers (SIGBUS).
    #[error("fd {0} is not a file without a name that nobody else can open")]
    NotPrivate(i32),
    /// The mapping would reach past the end, or the layout is another one.
    #[error("its size is {found} bytes instead of {expected}")]
    Size {
        /// Bytes, by fstat.
        found: u64,
        /// Bytes of this version's Region.
        expected: u64,
    },
    /// The first word is not ours.
    #[error("its magic word is {0:#018x}, which is not tripong's")]
    Magic(u64),
    /// Parent and child are not the same build.
    #[error("its layout version is {found} instead of {expected}")]
    Layout {
        /// The version in the header.
        found: u64,
        /// The version of this build.
        expected: u64,
    },
    /// More panes than the Region has slots, or fewer than a court needs.
    #[error("its pane count is {0}, not 2 to 16")]
    Panes(u64),
    /// The role names a pane that this court does not have.
    #[error("its court has {panes} panes, so there is no pane {pane}")]
    NoSuchPane {
        /// The pane asked for, counted from 0.
        pane: u8,
        /// The panes of the court.
        panes: u8,
    },
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, panic_any};

    use super::*;

    #[test]
    fn the_words_of_a_panic_are_reported_whether_they_were_made_for_it_or_not() {
        let panics: [fn(u8); 3] =
            [|_| panic!("as it stands"), |number| panic!("made of {number}"), |number| panic_any(number)];
        let words = panics.map(|panic| {
            let panic = catch_unwind(|| panic(7)).unwrap_err();
            words_of(panic.as_ref()).to_owned()
        });
        assert_eq!(words, ["as it stands", "made of 7", "a panic without words"]);
    }
}
