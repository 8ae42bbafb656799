//! What machine a run was measured on, and what else it was doing meanwhile.

mod fields;
mod quota;
mod shares;
mod used_cpu;
mod watch;

pub use fields::Manifest;
pub use quota::{QuotaReport, ThrottlingReport};
pub use used_cpu::UsedCpu;
pub(super) use watch::Watch;
