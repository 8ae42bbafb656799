//! What is built, and what that took.

use clap::ValueEnum;

use super::units::Unit;

/// Which build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// `cargo build --release`
    Release,
    /// `cargo build`, which `cargo run` and `cargo test` begin with
    Debug,
}

impl Profile {
    /// Its name, as on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Debug => "debug",
        }
    }
}

/// One repetition of a build: both programs.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) ours: Build,
    pub(super) empty: Build,
}

/// What one build took.
#[derive(Debug)]
pub(super) struct Build {
    /// Seconds on a CPU: of cargo, of all compilers and linkers, and of build scripts.
    pub(super) cpu_s: f64,
    /// Seconds that passed.
    pub(super) wall_s: f64,
    /// Seconds on a CPU of each call of the compiler, with its linker.
    pub(super) units: Vec<Unit>,
}
