//! What wakes a process whose message lies in shared memory, and is no word of that memory.

mod counter;

pub(super) use self::counter::CounterBell;
