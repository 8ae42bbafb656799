//! The lab on cost: what a hand-off costs by transport and by way of waiting, on one CPU and on two, measured by the bench.

mod adaptive;
mod copies;
mod facts;
mod hop;
mod orders;
mod spin;
mod switches;

use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "cost",
    title: "What a hand-off costs",
    aim: "You can say what a hand-off copies and switches by each transport, and which way of waiting wins on one CPU and on two.",
    minutes: 10,
    tasks,
    act: hop::act,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    vec![
        copies::task(draw),
        switches::task(draw),
        orders::one_cpu(draw),
        spin::task(draw),
        orders::two_cpus(draw),
        adaptive::task(draw),
    ]
}
