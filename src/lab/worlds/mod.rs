//! The lab on address spaces: what an address means in each of three processes, and what a pointer is worth in another.

mod drawn;
mod link;
mod pages;
mod pointers;
mod private;
mod process;
mod shared;
mod truth;

use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "worlds",
    title: "One address, three worlds",
    aim: "You can say what an address means in another process, and what may stand in shared memory instead of a pointer.",
    minutes: 10,
    tasks,
    act: pages::act,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    vec![
        private::same_address(draw),
        shared::one_page(draw),
        shared::copy_on_write(draw),
        pointers::nothing_there(draw),
        pointers::another_page_there(draw),
        link::link(draw),
    ]
}
