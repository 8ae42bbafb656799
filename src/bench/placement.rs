//! Where the processes of a row run: what this machine has of what is asked for.

use super::key::RowKey;
use super::report::LeftOut;
use crate::error::Result;
use crate::platform::machine::{self, Kernel};
pub use crate::platform::topology::Placement;
use crate::platform::topology::Topology;

/// The CPUs that the processes of this run may use, and what the kernel says of them.
#[derive(Debug)]
pub(super) struct Places {
    /// None: unknown.
    pub(super) allowed: Option<Vec<usize>>,
    pub(super) topology: Topology,
    /// Why no process can be bound to a CPU, where a sandbox forbids it.
    refusal: Option<String>,
}

impl Places {
    /// Asks the kernel.
    pub(super) fn find(kernel: Kernel<'_>) -> Result<Self> {
        let refusal = machine::is_affinity_refused();
        let allowed = match machine::allowed_cpus() {
            Ok(allowed) => Some(allowed),
            // Rows that are not bound need no list.
            Err(_) if refusal.is_some() => None,
            Err(error) => return Err(error),
        };
        let topology = Topology::read(kernel, allowed.as_deref().unwrap_or_default());
        Ok(Self { allowed, topology, refusal })
    }

    /// The CPU of each process of a row; None where it is not bound to one.
    pub(super) fn cpus(&self, key: &RowKey) -> Vec<Option<usize>> {
        // Rows without CPUs are left out before they are measured.
        self.topology.place(key.placement, key.processes).unwrap_or_else(|_| vec![None; key.processes])
    }

    /// The CPU of each process of a row, for its report: None where they are not bound.
    pub(super) fn bound(&self, key: &RowKey) -> Option<Vec<usize>> {
        self.cpus(key).into_iter().collect()
    }

    /// Whether this machine has a placement, for so many processes.
    pub(super) fn has(&self, placement: Placement, processes: usize) -> bool {
        self.refusal.is_none() && self.topology.place(placement, processes).is_ok()
    }

    /// The rows, each once, that this machine can have, and what it cannot. Where no process can be bound the rows are unpinned.
    pub(super) fn possible(&self, keys: Vec<RowKey>) -> (Vec<RowKey>, Vec<LeftOut>) {
        let mut possible: Vec<RowKey> = Vec::new();
        let mut left_out: Vec<LeftOut> = Vec::new();
        for mut key in keys {
            if let Some(why) = self.why_not(&key) {
                let one = LeftOut { what: key.placement.to_string(), why };
                if !left_out.contains(&one) {
                    left_out.push(one);
                }
                if self.refusal.is_none() {
                    continue;
                }
                key.placement = Placement::Unpinned;
            }
            if !possible.contains(&key) {
                possible.push(key);
            }
        }
        (possible, left_out)
    }

    /// What is not known of the CPUs of these rows, in one line.
    pub(super) fn warning(&self, keys: &[RowKey]) -> Option<String> {
        let is_by_core = |key: &RowKey| !matches!(key.placement, Placement::SameCpu | Placement::Unpinned);
        keys.iter().any(is_by_core).then(|| self.topology.warning())?
    }

    fn why_not(&self, key: &RowKey) -> Option<String> {
        if key.placement == Placement::Unpinned {
            return None;
        }
        let refused = self.refusal.as_ref().map(|refusal| {
            format!("no process can be bound to a CPU here ({refusal}): a sandbox may forbid it; rows are unpinned instead")
        });
        refused.or_else(|| self.topology.place(key.placement, key.processes).err())
    }
}

/// What is left out, in a line for each reason.
pub(super) fn left_out_lines(left_out: &[LeftOut]) -> Vec<String> {
    let mut lines: Vec<(&str, Vec<&str>)> = Vec::new();
    for LeftOut { what, why } in left_out {
        match lines.iter_mut().find(|(reason, _)| reason == why) {
            Some((_, whats)) => whats.push(what),
            None => lines.push((why, vec![what])),
        }
    }
    lines
        .into_iter()
        .map(|(why, whats)| format!("the rows of {} are left out: {why}", whats.join(", ")))
        .collect()
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::bench::mechanism::Mechanism;
    use crate::platform::machine::fake::Fake;
    use crate::protocol::doorbell::Wait;

    /// Two CPUs of one core.
    fn places(refusal: Option<&str>) -> Places {
        let fake = Fake::new(&[
            ("/sys/devices/system/cpu/online", "0-1"),
            ("/sys/devices/system/cpu/cpu0/topology/core_cpus_list", "0-1"),
            ("/sys/devices/system/cpu/cpu1/topology/core_cpus_list", "0-1"),
        ]);
        let read = fake.read();
        let topology = Topology::read(Kernel(&read), &[0, 1]);
        Places { allowed: Some(vec![0, 1]), topology, refusal: refusal.map(str::to_owned) }
    }

    fn keys(placements: &[Placement]) -> Vec<RowKey> {
        let key = |placement: &Placement| RowKey::latency(Mechanism::Pipe, Wait::Block, *placement, 2, 64);
        placements.iter().map(key).collect()
    }

    fn placements(keys: &[RowKey]) -> Vec<Placement> {
        keys.iter().map(|key| key.placement).collect()
    }

    #[test]
    fn what_the_machine_lacks_is_left_out_with_its_reason() {
        let places = places(None);
        let (possible, left_out) = places.possible(keys(Placement::VARIANTS));
        let expected = [Placement::SameCpu, Placement::SmtSiblings, Placement::Unpinned];
        assert_eq!(placements(&possible), expected);
        assert_eq!(left_out.len(), Placement::VARIANTS.len() - expected.len());
        let bound = possible.iter().map(|key| places.bound(key)).collect::<Vec<_>>();
        assert_eq!(bound, [Some(vec![0, 0]), Some(vec![0, 1]), None]);
        // One line for a reason, whatever it leaves out.
        let lines = left_out_lines(&left_out);
        assert!(lines.iter().any(|line| line
            == "the rows of distinct-cores are left out: the CPUs that may be used (0-1) are of one core"));
        let kinds = "the rows of performance-cores, middle-cores, efficient-cores, performance-to-efficient are left out: ";
        assert_eq!(lines.iter().filter(|line| line.starts_with(kinds)).count(), 1, "{lines:?}");
    }

    #[test]
    fn where_no_process_can_be_bound_rows_are_unpinned_and_that_is_said_once() {
        let places = places(Some("sched_setaffinity: Operation not permitted"));
        let asked = keys(&[Placement::SameCpu, Placement::DistinctCores, Placement::Unpinned]);
        let (possible, left_out) = places.possible(asked);
        assert_eq!(placements(&possible), [Placement::Unpinned]);
        assert_eq!(
            left_out.iter().map(|one| one.what.as_str()).collect::<Vec<_>>(),
            ["same-cpu", "distinct-cores"]
        );
        let [line] = left_out_lines(&left_out).try_into().unwrap();
        assert!(line.contains("sched_setaffinity: Operation not permitted"), "{line}");
        assert_eq!(places.bound(&possible[0]), None);
    }
}
