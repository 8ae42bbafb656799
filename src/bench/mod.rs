//! `tripong bench`: what a hand-off costs, by carrier, wait and placement. docs/BENCH.md says what is measured and how.
//!
//! A `plan` has a `row_key` for each row, and `run` is all of them. `driver` starts real processes for each repetition. Each of
//! them is a `child`: it hands the `token` over by a `lane` along its `route`, in the shared `yard` or through `links`, and writes
//! its latencies to stdout. They become rows (`stats`), and these, with a look at the machine (`manifest`), a `report`: a
//! `table`, JSON, files, a `plot`.

mod child;
mod driver;
mod lane;
mod links;
mod manifest;
mod plan;
mod player;
mod plot;
mod report;
mod route;
mod row_key;
mod run;
mod setup;
mod spoil;
mod stats;
mod table;
mod token;
mod yard;

pub use self::child::run as run_child;
pub use self::manifest::Manifest;
pub use self::plan::Plan;
pub use self::report::Report;
pub use self::row_key::{MAX_BYTES, MAX_PROCESSES, Placement, Title};
pub use self::run::run;
pub use self::stats::{Figures, Row};
pub use self::yard::Yard;
