//! The lab on waiting: a loop that polls, naps between looks, a futex, a pipe; what each costs while nothing comes, and how soon
//! each notices.

mod company;
mod crowd;
mod guess;
mod lost;
mod meter;
mod nap;
mod one_cpu;
mod process;
mod sleepers;
mod way;

use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "waiting",
    title: "Four ways to wait",
    aim: "You can say what polling, naps, a futex and a pipe cost while they wait, how soon each notices, and how a wake-up is lost.",
    minutes: 10,
    tasks,
    act: process::act,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    vec![crowd::task(draw), sleepers::task(draw), nap::task(draw), one_cpu::task(draw), lost::task(draw)]
}
