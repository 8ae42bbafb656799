//! What the cgroups of the run left it of CPU time.

use serde::{Deserialize, Serialize};

use crate::platform::machine::{Quota, Throttling};

/// The tightest limit of CPU time of all cgroups that the run was in and could see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotaReport {
    /// Whether there is one.
    pub is_limited: bool,
    /// So many CPUs have as much time; null without a limit.
    pub cpus: Option<f64>,
    /// In which time it may be used, in microseconds; null without a limit.
    pub period_us: Option<u64>,
    /// The version of cgroups and the folder of the cgroup; null without a limit.
    pub cgroup: Option<String>,
}

impl QuotaReport {
    /// Of all quotas, the tightest first.
    pub(super) fn of(quotas: &[Quota]) -> Self {
        let tightest = quotas.first();
        Self {
            is_limited: tightest.is_some(),
            cpus: tightest.map(Quota::cpus),
            period_us: tightest.map(|quota| quota.period_us),
            cgroup: tightest.map(|quota| format!("{} {}", quota.version, quota.folder)),
        }
    }
}

/// How often the run stood still because a cgroup had used its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThrottlingReport {
    /// Periods of the quota during the run.
    pub periods: u64,
    /// Those in which it was used up.
    pub throttled_periods: u64,
    /// For how long CPUs stood still by that, added up, in microseconds.
    pub throttled_us: u64,
}

impl ThrottlingReport {
    pub(super) fn of(throttling: &Throttling) -> Self {
        Self {
            periods: throttling.periods,
            throttled_periods: throttling.throttled,
            throttled_us: u64::try_from(throttling.time.as_micros()).unwrap_or(u64::MAX),
        }
    }
}
