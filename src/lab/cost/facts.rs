//! What the bench has measured, as facts, and whether facts can be true.

use std::time::Duration;

use crate::bench::{self, Mechanism, Placement, Row, RowKey};
use crate::lab::exercise::Observation;
use crate::lab::stage::Stage;
use crate::platform::units::fmt_ns;
use crate::platform::{clock, machine};
use crate::protocol::doorbell::Wait;

/// How long each row is measured, at a time.
const TIME: Duration = Duration::from_millis(80);

/// The bench's histogram ends here: a minute, to three digits.
const LONGEST_NS: u64 = 60_100_000_000;

/// Between two medians so far apart the order is clear, also on a busy machine.
pub(super) const CLEAR: u64 = 3;

/// A way to hand over, as the bench names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) transport: Mechanism,
    pub(super) wait: Wait,
}

impl Way {
    pub(super) const BLOCK: Self = Self { transport: Mechanism::Shared, wait: Wait::Block };
    pub(super) const ADAPTIVE: Self = Self { transport: Mechanism::Shared, wait: Wait::Adaptive };
    pub(super) const SPIN: Self = Self { transport: Mechanism::Shared, wait: Wait::Spin };
    pub(super) const PIPE: Self = Self { transport: Mechanism::Pipe, wait: Wait::Block };
    pub(super) const SOCKET: Self = Self { transport: Mechanism::Socket, wait: Wait::Block };

    /// Its row for two processes.
    pub(super) fn key(self, placement: Placement, bytes: usize) -> RowKey {
        RowKey::latency(self.transport, self.wait, placement, 2, bytes)
    }
}

/// As in the names of facts.
pub(super) fn name(key: &RowKey) -> String {
    let cpus = if key.placement == Placement::SameCpu { "one CPU" } else { "two CPUs" };
    format!("{}, {cpus}", key.way())
}

/// A row, as the facts have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) median_ns: u64,
    pub(super) switches_per_1000: u64,
}

/// Measures rows, up to so many times, until it is seen what is to be seen; the round with the clearest picture counts, that is
/// the last. Rows that this machine cannot have are left out.
pub(super) fn measure(
    stage: &mut Stage<'_>,
    keys: &[RowKey],
    rounds: u32,
    is_seen: impl Fn(&Observation) -> bool,
) -> Observation {
    let mut seen = Observation::default();
    for _round in 0..rounds.max(1) {
        seen = once(stage, keys);
        if is_seen(&seen) {
            break;
        }
    }
    seen
}

fn once(stage: &mut Stage<'_>, keys: &[RowKey]) -> Observation {
    let mut seen = Observation::default();
    let cpus = machine::allowed_cpus().map_or(1, |cpus| cpus.len());
    let two_cpus = bench::two_cpus();
    let keys = possible(keys, two_cpus);
    let measured = bench::measure(&keys, None, TIME);
    // With two that are not both online it is as if there were one.
    let is_one = two_cpus.is_none() && measured.as_ref().is_ok_and(|rows| rows.len() == keys.len());
    seen.count("CPUs that the lab may use", if is_one { 1 } else { cpus as u64 }, "");
    match measured {
        Ok(rows) if rows.len() < keys.len() => {
            stage.note("the bench could not measure: no process can be bound to a CPU here");
            seen.flag("measured", false);
        }
        Ok(rows) => {
            seen.flag("measured", true);
            rows.iter().for_each(|row| add(stage, &mut seen, row));
        }
        Err(error) => {
            stage.note(format!("the bench could not measure: {error}"));
            seen.flag("measured", false);
        }
    }
    seen
}

/// The rows that this machine has; those of two CPUs where it has two, on one core if it has one only.
fn possible(keys: &[RowKey], two_cpus: Option<Placement>) -> Vec<RowKey> {
    let possible = |key: &RowKey| match key.placement {
        Placement::DistinctCores => Some(RowKey { placement: two_cpus?, ..*key }),
        _ => Some(*key),
    };
    keys.iter().filter_map(possible).collect()
}

fn add(stage: &mut Stage<'_>, seen: &mut Observation, row: &Row) {
    let (name, figures) = (name(&row.key), &row.figures);
    stage.note(format!(
        "{name}: half of {} hops took no longer than {}",
        figures.hops,
        fmt_ns(figures.p50_ns)
    ));
    let mut count = |what: &str, number: u64, unit| {
        seen.count(&format!("{name}: {what}"), number, unit);
    };
    count("hops", figures.hops, "");
    count("median", figures.p50_ns, "ns");
    let wall = Duration::try_from_secs_f64(figures.hops as f64 / figures.messages_per_s).unwrap_or_default();
    count("all of them took", clock::ns(wall) / 1000, "us");
    let switches = Duration::try_from_secs_f64(figures.ctx_switches_per_message).unwrap_or_default();
    // Of each hop a thousandth is, like a thousandth of a second, a millionth of what Duration counts.
    count("switches in 1,000 hops", clock::ns(switches).div_ceil(1_000_000), "");
}

/// A row as it was observed; None where there is none: one CPU only, or nothing was measured.
pub(super) fn find(seen: &Observation, key: &RowKey) -> Result<Option<Found>, String> {
    let cpus = seen.number_of("CPUs that the lab may use")?;
    if cpus == 0 {
        return Err("a lab on no CPU cannot be".to_owned());
    }
    if !seen.is("measured")? || (key.placement == Placement::DistinctCores && cpus < 2) {
        return Ok(None);
    }
    let name = name(key);
    let of = |what: &str| seen.number_of(&format!("{name}: {what}"));
    let (hops, median_ns, wall_us) = (of("hops")?, of("median")?, of("all of them took")?);
    // One message is on its way at a time, and half of the hops took at least the median, to three digits.
    let least_us = (hops / 2).saturating_mul(median_ns) / 1010;
    let is_possible = hops > 0 && (1..=LONGEST_NS).contains(&median_ns);
    if !is_possible || wall_us.saturating_add(1000) < least_us {
        return Err(format!("{name}: {hops} hops with a median of {median_ns} ns cannot take {wall_us} us"));
    }
    Ok(Some(Found { median_ns, switches_per_1000: of("switches in 1,000 hops")? }))
}

/// Why there is no row, for people.
pub(super) fn why_none(seen: &Observation) -> &'static str {
    match seen.is("measured") {
        Ok(true) => "The lab may use one CPU only here, so that cannot be measured.",
        _ => "The bench could not measure here.",
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    fn observed(cpus: u64, hops: u64, median_ns: u64, wall_us: u64) -> Result<Option<Found>, String> {
        let key = Way::SPIN.key(Placement::DistinctCores, 8);
        let mut seen = Observation::default();
        seen.count("CPUs that the lab may use", cpus, "").flag("measured", true);
        if cpus > 1 {
            let name = name(&key);
            seen.count(&format!("{name}: hops"), hops, "").count(&format!("{name}: median"), median_ns, "ns");
            seen.count(&format!("{name}: all of them took"), wall_us, "us");
            seen.count(&format!("{name}: switches in 1,000 hops"), 1, "");
        }
        find(&seen, &key)
    }

    #[test]
    fn half_of_the_hops_take_no_longer_than_all_of_them() {
        assert_eq!(observed(2, 200_000, 300, 80_000).unwrap().unwrap().median_ns, 300);
        for (hops, median_ns, wall_us) in
            [(200_000, 900, 80_000), (0, 300, 80_000), (200_000, 0, 80_000), (1, u64::MAX, 80_000)]
        {
            observed(2, hops, median_ns, wall_us).unwrap_err();
        }
    }

    #[test]
    fn one_cpu_has_no_row_of_two() {
        assert!(observed(1, 0, 0, 0).unwrap().is_none());
        observed(0, 0, 0, 0).unwrap_err();
    }
}
