//! The names of the placements.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Where the processes of a row run.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    ValueEnum,
    Serialize,
    Deserialize,
    strum::Display,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Placement {
    /// All on one CPU
    #[value(alias = "same-core")]
    SameCpu,
    /// On the CPUs of one core
    SmtSiblings,
    /// On different cores that share an L2 cache, or an L3 that not the whole package shares
    SameCluster,
    /// Process i on core i, counted round
    DistinctCores,
    /// Process i on package i, counted round
    DistinctPackages,
    /// On different cores, made for speed
    PerformanceCores,
    /// On different cores, neither of the fastest kind nor of the smallest
    MiddleCores,
    /// On different cores, made for little power
    EfficientCores,
    /// In turn on a core of the fastest kind and on one of the smallest
    PerformanceToEfficient,
    /// The scheduler's choice
    Unpinned,
}
