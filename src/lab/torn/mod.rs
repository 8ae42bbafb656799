//! The lab on torn copies: a record of 15 words that is copied while it is written, bare, under a sequence lock, and in two
//! copies.

mod act;
mod bare;
mod copies;
mod lock;
mod pair;
mod record;
mod stuck;

use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "torn",
    title: "Half a record",
    aim: "You can say when a copy of shared memory is torn, what a sequence lock promises, and to which side.",
    minutes: 10,
    tasks,
    act: act::act,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    vec![bare::stopped(draw), bare::running(draw), lock::checks(draw), stuck::writer(draw), copies::two(draw)]
}
