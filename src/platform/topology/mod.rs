//! Which CPUs share a core, a cache or a package, as far as the kernel knows, and where processes are placed by that.

mod cpu;
#[cfg(test)]
#[cfg(not(feature = "model"))]
mod faked;
mod kind;
mod place;
mod placement;
#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;

pub use cpu::{Cluster, ClusterBy, Cpu, Topology};
pub use kind::CoreKind;
pub use placement::Placement;
