//! What can be asked for.

use std::path::PathBuf;

use super::sample::Profile;

/// What is built, and how much is printed of it.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(crate) struct BuildOptions {
    /// The checkout that is built [default: the one that this program was built from]
    #[arg(long, value_name = "FOLDER")]
    pub(super) checkout: Option<PathBuf>,

    /// Which builds
    #[arg(long, value_name = "PROFILE", value_delimiter = ',', default_values = ["release", "debug"])]
    pub(super) profiles: Vec<Profile>,

    /// Build the empty window with cargo's own profiles, instead of with tripong's
    #[arg(long)]
    pub(super) plain: bool,

    /// How many crates are listed: those in which tripong's build spends most beyond the empty window's
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub(super) crates: usize,
}
