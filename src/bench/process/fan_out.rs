//! One message from process 0 to all others; the next one when all have taken it.

use hdrhistogram::Histogram;

use super::conductor::Conductor;
use super::ready::wait_for_all;
use super::tally::Tally;
use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::{Arena, COUNTED, Endpoint, LAST, Play};
use crate::error::{Error, Result};
use crate::platform::clock;

/// One of the processes.
pub(super) struct FanOut<'a> {
    pub(super) setup: &'a RepetitionSetup,
    pub(super) me: usize,
    pub(super) arena: &'a Arena,
}

impl Play for FanOut<'_> {
    type Seen = Histogram<u64>;

    fn play(self, endpoint: &mut impl Endpoint) -> Result<Histogram<u64>> {
        wait_for_all(self.me, self.setup, self.arena);
        let mut tally = Tally::new()?;
        if self.me == 0 { self.send(endpoint) } else { receive(endpoint, &mut tally) }?;
        Ok(tally.finish(&self.arena.logs[self.me]))
    }
}

impl FanOut<'_> {
    fn send(&self, endpoint: &mut impl Endpoint) -> Result<()> {
        let mut conductor = Conductor::new(self.setup);
        for number in 0.. {
            let head = conductor.message(number, clock::now_ns());
            endpoint.put_to_all(1..self.setup.key.processes, head)?;
            if head & LAST != 0 {
                break;
            }
        }
        Ok(())
    }
}

fn receive(endpoint: &mut impl Endpoint, tally: &mut Tally) -> Result<()> {
    for number in 0.. {
        let message = endpoint.take(0, number)?;
        message.check(number).map_err(Error::Corrupt)?;
        let now_ns = clock::now_ns();
        tally.take();
        if message.head & COUNTED != 0 {
            tally.count(message.sent_ns, now_ns);
        }
        if message.head & LAST != 0 {
            break;
        }
    }
    Ok(())
}
