//! `tripong bench`: what it costs to pass messages, by mechanism, wait, mode, size and placement. docs/BENCH.md has what is measured
//! and how.
//!
//! A `plan` has a `key` for each row, and `run` is all of them, in turn. `driver` starts real processes for each repetition. Each
//! of them (`process`) plays its part of the row's mode over an endpoint of the row's mechanism (`transport`), and writes its
//! latencies to stdout. They become rows with `figures`, how sure each is (`statistics`), each beside its `floor`; these, with a look at the machine (`manifest`)
//! and the `advice` that follows from them, are a `report`: a table, JSON, files, pictures.
//!
//! Reports that were stored are read again by the commands beside a run (`command`, `stored`): `compare` says what is better or
//! worse, `merge` has the machines of a class side by side.

mod advice;
mod available;
mod command;
mod compare;
mod driver;
mod figures;
mod floor;
mod kept;
mod key;
mod list;
mod manifest;
mod mapped_file;
mod mechanism;
mod mechanism_choice;
mod memory;
mod merge;
mod placement;
mod placement_choice;
mod plan;
mod process;
mod report;
mod room;
mod run;
mod setup;
mod statistics;
mod stored;
mod task;
mod transport;
mod worker;

pub use self::advice::Advice;
pub use self::command::{
    BaselineName, BenchCommand, CompareArgs, FileArgs, KeepArgs, MergeArgs, ReportArgs, Share,
};
pub use self::compare::{Compared, ComparedRow, Comparison, Judged, OverFloor, Together, Verdict};
pub use self::figures::{Figures, Row};
pub use self::floor::{Floor, FloorKind, FloorRatio};
pub use self::key::{Copying, MAX_BYTES, MAX_PROCESSES, Mode, RowKey};
pub use self::manifest::{Manifest, QuotaReport, ThrottlingReport, UsedCpu};
pub use self::mechanism::Mechanism;
pub use self::mechanism_choice::MechanismChoice;
pub use self::merge::{Machine, MachineValue, Merged, MergedRow};
pub use self::placement::Placement;
pub use self::placement_choice::PlacementChoice;
pub use self::plan::Plan;
pub use self::process::run as run_child;
pub use self::report::{BenchReport, LeftOut};
pub use self::run::{measure, run, two_cpus};
pub use self::transport::{Arena, Facts};
