//! Messages from process 0 to process 1, one way: as many as it takes, or at fixed times.

use hdrhistogram::Histogram;

use super::conductor::Conductor;
use super::ready::wait_for_all;
use super::tally::Tally;
use crate::bench::key::Mode;
use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::{Arena, COUNTED, Endpoint, LAST, Play};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::sync::{Ordering, spin_loop};
use crate::protocol::doorbell::Wait;

/// Messages that are smaller than this cost so little that a look at the clock for each would be most of it.
const SMALL_BYTES: usize = 4096;
/// Of these the sender looks at the clock once for so many (both are powers of two: a division for each message would show),
const LOOK: u64 = 16;
/// and one of so many bears the time.
const TIMED: u64 = 64;

/// One of the two processes.
pub(super) struct OneWay<'a> {
    pub(super) setup: &'a RepetitionSetup,
    pub(super) me: usize,
    pub(super) arena: &'a Arena,
}

impl Play for OneWay<'_> {
    type Seen = Histogram<u64>;

    fn play(self, endpoint: &mut impl Endpoint) -> Result<Histogram<u64>> {
        wait_for_all(self.me, self.setup, self.arena);
        match (self.me, self.setup.key.mode) {
            (0, Mode::Rate) => self.send_when_due(endpoint)?,
            (0, _) => self.send(endpoint)?,
            _ => return self.receive(endpoint),
        }
        Ok(Tally::new()?.finish(&self.arena.logs[0]))
    }
}

impl OneWay<'_> {
    /// As many as it takes.
    fn send(&self, endpoint: &mut impl Endpoint) -> Result<()> {
        let (batch, mut put) = (self.setup.key.batch, 0);
        let (look, timed) = if self.setup.key.bytes < SMALL_BYTES { (LOOK - 1, TIMED - 1) } else { (0, 0) };
        let mut conductor = Conductor::new(self.setup);
        let (mut number, mut now_ns) = (0_u64, clock::now_ns());
        loop {
            let counted = conductor.counts();
            let head = conductor.message(number, now_ns);
            let is_first = conductor.counts() != counted;
            let is_timed = is_first || number & timed == 0;
            endpoint.put(1, head, if is_timed { None } else { Some(0) })?;
            if is_first {
                // What it has waited up to here does not count: the time begins with this message.
                endpoint.waited_ns();
            }
            (number, put) = (number + 1, put + 1);
            let is_last = head & LAST != 0;
            if is_last || put == batch {
                endpoint.flush(1)?;
                put = 0;
            }
            if is_last {
                return self.log_waited(endpoint);
            }
            if number & look == 0 {
                now_ns = clock::now_ns();
            }
        }
    }

    /// Each at its time, whatever became of those before; those that are overdue at once.
    fn send_when_due(&self, endpoint: &mut impl Endpoint) -> Result<()> {
        let key = &self.setup.key;
        let rate = u128::from(key.rate_per_s.unwrap_or(1).max(1));
        let mut conductor = Conductor::new(self.setup);
        let begin_ns = clock::now_ns();
        let due = |number: u64| {
            let after = u128::from(number) * 1_000_000_000 / rate;
            begin_ns.saturating_add(u64::try_from(after).unwrap_or(u64::MAX))
        };
        let (mut number, mut put) = (0, 0);
        loop {
            let due_ns = due(number);
            let mut now_ns = clock::now_ns();
            if now_ns < due_ns {
                if put > 0 {
                    endpoint.flush(1)?;
                    put = 0;
                }
                sleep_until(due_ns, key.wait)?;
                now_ns = clock::now_ns();
            }
            let counted = conductor.counts();
            let head = conductor.due(number, due_ns, now_ns);
            if conductor.counts() != counted {
                // The time begins when this message is due.
                endpoint.waited_ns();
            }
            endpoint.put(1, head, Some(due_ns))?;
            (number, put) = (number + 1, put + 1);
            let is_last = head & LAST != 0;
            if is_last || put >= key.batch {
                endpoint.flush(1)?;
                put = 0;
            }
            if is_last {
                return self.log_waited(endpoint);
            }
        }
    }

    /// For how long the sender has waited for room while messages were counted.
    fn log_waited(&self, endpoint: &mut impl Endpoint) -> Result<()> {
        // Relaxed: the launcher reads when this process has ended.
        self.arena.logs[0].waited_ns.store(endpoint.waited_ns(), Ordering::Relaxed);
        Ok(())
    }

    fn receive(&self, endpoint: &mut impl Endpoint) -> Result<Histogram<u64>> {
        let mut tally = Tally::new()?;
        for number in 0.. {
            let message = endpoint.take(0, number)?;
            message.check(number).map_err(Error::Corrupt)?;
            tally.take();
            let is_last = message.head & LAST != 0;
            if message.head & COUNTED != 0 {
                if message.sent_ns != 0 {
                    tally.count(message.sent_ns, clock::now_ns());
                } else {
                    tally.count_unseen();
                }
            }
            if is_last {
                tally.ends(clock::now_ns());
                break;
            }
        }
        Ok(tally.finish(&self.arena.logs[self.me]))
    }
}

/// Until a message is due: asleep, or awake if that is how the processes of the row wait.
fn sleep_until(due_ns: u64, wait: Wait) -> Result<()> {
    if wait != Wait::Spin {
        return clock::sleep_until(due_ns);
    }
    while clock::now_ns() < due_ns {
        spin_loop();
    }
    Ok(())
}
