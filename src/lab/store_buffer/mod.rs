//! The lab on the order of loads and stores: what a processor's store buffer shows to another process, and what an order of the
//! language forbids.

mod act;
mod flags;
mod message;
mod order;
mod pair;

use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "store-buffer",
    title: "Both read zero",
    aim: "You can say which order of loads and stores another process may see, by the language and on your processor, and what \
        forbids it.",
    minutes: 10,
    tasks,
    act: act::act,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    vec![flags::relaxed(draw), flags::release_acquire(draw), flags::fence(draw), message::passing(draw)]
}
