//! The licences of the crates that the executable is made of.

/// The crates with their versions, by licence, and the texts. `packaging/licenses.sh` makes it.
pub const THIRD_PARTY: &str = include_str!("../../THIRD-PARTY-LICENSES.txt");
