//! `tripong bench`: what a hand-off costs, by transport, wait and placement. docs/BENCH.md has what is measured and how.
//!
//! A `plan` has a `row_key` for each row, and `run` is all of them. `driver` starts real processes for each repetition. Each of
//! them is a `child`: it hands the `message` over by a `transport` along its `position`, in the shared `arena` or through links, and writes
//! its latencies to stdout. They become rows (`stats`), and these, with a look at the machine (`manifest`), a `report`: a
//! `table`, JSON, files, a `plot`.

mod arena;
mod child;
mod driver;
mod manifest;
mod message;
mod plan;
mod plot;
mod position;
mod report;
mod row_key;
mod run;
mod setup;
mod stats;
mod table;
mod transport;
mod worker;

pub use self::arena::Arena;
pub use self::child::run as run_child;
pub use self::manifest::Manifest;
pub use self::plan::Plan;
pub use self::report::BenchReport;
pub use self::row_key::{MAX_BYTES, MAX_PROCESSES, Placement, RowKey};
pub use self::run::{measure, run};
pub use self::stats::{Figures, Row};
