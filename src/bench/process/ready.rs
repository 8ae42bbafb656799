//! No process begins before all are ready.

use std::time::Duration;

use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::Arena;

/// How long process 0 sleeps at a time until all are ready. The launcher ends a process that waits in vain.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts this process as ready; process 0, which begins, waits until all are.
pub(super) fn wait_for_all(me: usize, setup: &RepetitionSetup, arena: &Arena) {
    arena.count_ready();
    let first = &arena.mailboxes[0];
    if me > 0 {
        return first.notify_word();
    }
    loop {
        first.disarm();
        if arena.ready() >= setup.key.processes as u64 {
            return;
        }
        first.sleep(PATIENCE);
    }
}
