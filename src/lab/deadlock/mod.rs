//! The lab on deadlock: processes that fill each other's pipes before they read.

mod break_it;
mod cycle;
mod fill;
mod kill;
mod pair;
mod rule;

use super::calls::obey;
use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "deadlock",
    title: "Blocked in write, both",
    aim: "You can find a deadlock of pipes in /proc, say after how many bytes it stops, break it, and write programs that have none.",
    minutes: 10,
    tasks,
    act: obey,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    vec![fill::task(draw), cycle::task(draw), kill::task(draw), break_it::task(draw), rule::task(draw)]
}
