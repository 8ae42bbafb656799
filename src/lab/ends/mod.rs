//! The lab on the ends of pipes: who keeps one open, what a write without a reader does, how much fits, and what mixes.

mod broken;
mod capacity;
mod forgotten;
mod mix;
mod part;

use super::calls::obey;
use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "ends",
    title: "The ends of a pipe",
    aim: "You can say why a reader never gets its end of file, what SIGPIPE is for, how much a pipe holds, and which writes it keeps whole.",
    minutes: 9,
    tasks,
    act: obey,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    vec![forgotten::task(draw), broken::task(draw), capacity::task(draw), part::task(draw), mix::task(draw)]
}
