//! Throughput: one process sends without a pause, the other one receives.

mod frame;
mod pace;
pub(crate) mod ratios;
pub(crate) mod report;
pub(crate) mod row;
pub(crate) mod series;
pub(crate) mod solo;
mod worker;

pub(crate) use frame::{COPIED_FROM, HEADER, WHOLE_EVERY};
pub(crate) use worker::{FlowReport, play};
