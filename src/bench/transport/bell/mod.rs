//! What wakes a process whose message lies in shared memory, and is no word of that memory.

mod counter;
mod ring;
mod signal;

pub(super) use self::counter::CounterBell;
pub(super) use self::ring::RingBell;
pub(super) use self::signal::SignalBell;
pub(in crate::bench) use self::signal::block as block_signals;
