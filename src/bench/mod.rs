//! `tripong bench`: what it costs to pass messages, by mechanism, wait, mode, size and placement. docs/BENCH.md has what is measured
//! and how.
//!
//! A `plan` has a `key` for each row, and `run` is all of them, in turn. `driver` starts real processes for each repetition. Each
//! of them (`process`) plays its part of the row's mode over an endpoint of the row's mechanism (`transport`), and writes its
//! latencies to stdout. They become rows with `figures`, how sure each is (`statistics`), each beside its `floor`; these, with a look at the machine (`manifest`)
//! and the `advice` that follows from them, are a `report`: a table, JSON, files, pictures.

mod advice;
mod driver;
mod figures;
mod floor;
mod key;
mod manifest;
mod mapped_file;
mod mechanism;
mod memory;
mod placement;
mod placement_choice;
mod plan;
mod process;
mod report;
mod room;
mod run;
mod setup;
mod statistics;
mod task;
mod transport;
mod worker;

pub use self::advice::Advice;
pub use self::figures::{Figures, Row};
pub use self::floor::{Floor, FloorKind, FloorRatio};
pub use self::key::{Copying, MAX_BYTES, MAX_PROCESSES, Mode, RowKey};
pub use self::manifest::{Manifest, QuotaReport, ThrottlingReport, UsedCpu};
pub use self::mechanism::Mechanism;
pub use self::placement::Placement;
pub use self::placement_choice::PlacementChoice;
pub use self::plan::Plan;
pub use self::process::run as run_child;
pub use self::report::{BenchReport, LeftOut};
pub use self::run::{measure, run, two_cpus};
pub use self::transport::Arena;
