//! What is played in a repetition: rows, and the floors beside which they stand.

use std::ops::ControlFlow;

use nix::sys::signal::Signal;

use super::driver::Driver;
use super::figures::Sample;
use super::floor::FloorKey;
use super::key::RowKey;
use super::placement::Places;
use super::plan::Plan;
use crate::error::Result;

pub(super) type RowSamples = Vec<(RowKey, Sample)>;
pub(super) type FloorSamples = Vec<(FloorKey, Sample)>;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Row(RowKey),
    Floor(FloorKey),
}

impl Task {
    /// Plays one repetition of it, as [`Driver::repetition`].
    pub(super) fn play(
        &self,
        driver: &mut Driver,
        plan: &Plan,
        places: &Places,
    ) -> Result<ControlFlow<Signal, Sample>> {
        match self {
            Self::Row(key) => driver.repetition(*key, plan, places),
            Self::Floor(key) => driver.floor(*key, plan, places),
        }
    }

    /// For people.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Row(key) => key.name(),
            Self::Floor(key) => key.name(),
        }
    }

    /// What it is, before its name.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Row(_) => "the row",
            Self::Floor(_) => "the floor",
        }
    }
}

/// All rows in their order, each floor just before the first row that stands beside it, so that they meet the same moment.
pub(super) fn tasks(keys: &[RowKey], with_floors: bool) -> Vec<Task> {
    let mut tasks = Vec::new();
    for key in keys {
        let floor = FloorKey::beside(key).filter(|_| with_floors).map(Task::Floor);
        let floor = floor.filter(|floor| !tasks.contains(floor));
        tasks.extend(floor.into_iter().chain([Task::Row(*key)]));
    }
    tasks
}

/// The samples of floors, and those of rows.
pub(super) fn apart(samples: Vec<(Task, Sample)>) -> (FloorSamples, RowSamples) {
    let (mut floors, mut rows) = (Vec::new(), Vec::new());
    for (task, sample) in samples {
        match task {
            Task::Floor(key) => floors.push((key, sample)),
            Task::Row(key) => rows.push((key, sample)),
        }
    }
    (floors, rows)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::mechanism::Mechanism;
    use crate::platform::topology::Placement;
    use crate::protocol::doorbell::Wait;

    #[test]
    fn each_floor_is_played_once_in_a_repetition_just_before_its_first_row() {
        let row = |transport, wait, placement| RowKey::latency(transport, wait, placement, 2, 64);
        let keys = [
            row(Mechanism::Shared, Wait::Block, Placement::SameCpu),
            row(Mechanism::Shared, Wait::Spin, Placement::SameCpu),
            row(Mechanism::Pipe, Wait::Block, Placement::SameCpu),
            row(Mechanism::Shared, Wait::Spin, Placement::DistinctCores),
            row(Mechanism::Shared, Wait::Spin, Placement::Unpinned),
        ];
        let names: Vec<_> =
            tasks(&keys, true).iter().map(|task| task.kind().to_owned() + " " + &task.name()).collect();
        let expected = [
            "the floor futex-pair, same-cpu",
            "the row shared/block, 2 processes, same-cpu, 64 B",
            "the floor yield-switch, same-cpu",
            "the row shared/spin, 2 processes, same-cpu, 64 B",
            "the row pipe, 2 processes, same-cpu, 64 B",
            "the floor cache-line, distinct-cores",
            "the row shared/spin, 2 processes, distinct-cores, 64 B",
            "the row shared/spin, 2 processes, unpinned, 64 B",
        ];
        assert_eq!(names, expected);
        assert_eq!(tasks(&keys, false), keys.map(Task::Row));
    }
}
