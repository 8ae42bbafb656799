//! Busy threads beside the labs, so that none of their processes has a CPU for itself: `TRIPONG_LAB_LOAD=8`.

use std::hint::spin_loop;
use std::thread;

/// Starts as many as were asked for. They end with this process, however it ends.
pub(crate) fn start() {
    let threads: u32 = std::env::var("TRIPONG_LAB_LOAD").map_or(0, |threads| threads.parse().unwrap());
    for _ in 0..threads {
        thread::spawn(|| {
            loop {
                spin_loop();
            }
        });
    }
}
