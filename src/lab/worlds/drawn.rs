//! What this lab draws, and the names of its processes.

use crate::lab::exercise::Draw;
use crate::shm::LAB_ADDRESSES;

/// The three processes.
pub(super) const NAMES: [&str; 3] = ["A", "B", "C"];

/// Where a page begins: the places, from 0 to 5, do not overlap.
pub(super) fn page_address(draw: &mut Draw, place: u64) -> u64 {
    // Each place has 4 GiB, and a page begins at one of 4,095 whole MiB of it.
    LAB_ADDRESSES.start + (place << 32) + (draw.within(1, 0xfff) << 20)
}

/// A word of a page, but the first: its distance from the beginning, in bytes.
pub(super) fn offset(draw: &mut Draw) -> u64 {
    8 * draw.within(1, 511)
}

/// Three numbers, no two the same, in any order.
pub(super) fn numbers(draw: &mut Draw) -> [u64; 3] {
    let all = vec![draw.within(100, 399), draw.within(400, 699), draw.within(700, 999)];
    let all = draw.shuffle(all);
    [all[0], all[1], all[2]]
}

/// A, B and C, as their indices, in any order.
pub(super) fn any_order(draw: &mut Draw) -> [usize; 3] {
    let order = draw.shuffle(vec![0, 1, 2]);
    [order[0], order[1], order[2]]
}
