//! Which part of the CPUs' time was whose.

use std::time::Duration;

use crate::platform::machine::Ticks;

/// In percent of the time of some CPUs, to one decimal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shares {
    /// In use, by others or by the bench.
    pub(super) busy: f64,
    /// In use by others.
    pub(super) others: f64,
    /// Withheld by the hypervisor.
    pub(super) stolen: f64,
}

impl Shares {
    /// Of so many CPUs, whose ticks these are, in a run that took so long; the bench had `ours` of their time. None if no tick has
    /// passed.
    pub(super) fn of(ticks: Ticks, ours: Duration, duration: Duration, cpus: usize) -> Option<Self> {
        if ticks.total == 0 {
            return None;
        }
        let percent = |share: f64| (share.clamp(0.0, 1.0) * 1e3).round() / 10.0;
        let of_total = |part: u64| part as f64 / ticks.total as f64;
        let ours = ours.as_secs_f64() / (duration.as_secs_f64() * cpus as f64).max(f64::MIN_POSITIVE);
        let busy = of_total(ticks.busy);
        Some(Self {
            busy: percent(busy),
            others: percent(busy - ours),
            stolen: percent(of_total(ticks.stolen)),
        })
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn what_others_used_is_what_was_busy_without_our_own() {
        let ticks = Ticks { busy: 140, stolen: 20, total: 210 };
        // 210 ticks of 10 ms on 2 CPUs are 1.05 s; of 1.4 s busy, 0.7 s were ours.
        let shares = Shares::of(ticks, Duration::from_millis(700), Duration::from_millis(1050), 2);
        assert_eq!(shares, Some(Shares { busy: 66.7, others: 33.3, stolen: 9.5 }));
    }

    #[test]
    fn ours_is_never_more_than_all() {
        let ticks = Ticks { busy: 1, stolen: 0, total: 100 };
        let shares = Shares::of(ticks, Duration::from_secs(9), Duration::from_secs(1), 2).unwrap();
        assert!(shares.others.abs() < f64::EPSILON);
    }

    #[test]
    fn where_no_tick_has_passed_nothing_is_known() {
        assert_eq!(Shares::of(Ticks::default(), Duration::ZERO, Duration::ZERO, 2), None);
    }
}
