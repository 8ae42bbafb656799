//! Process 0 asks, process 1 replies.

use hdrhistogram::Histogram;

use super::conductor::Conductor;
use super::ready::wait_for_all;
use super::tally::Tally;
use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::{Arena, COUNTED, Endpoint, LAST, Play};
use crate::error::{Error, Result};
use crate::platform::clock;

/// One of the two processes.
pub(super) struct RequestReply<'a> {
    pub(super) setup: &'a RepetitionSetup,
    pub(super) me: usize,
    pub(super) arena: &'a Arena,
}

impl Play for RequestReply<'_> {
    type Seen = Histogram<u64>;

    fn play(self, endpoint: &mut impl Endpoint) -> Result<Histogram<u64>> {
        wait_for_all(self.me, self.setup, self.arena);
        let mut tally = Tally::new()?;
        if self.me == 0 { self.ask(endpoint, &mut tally) } else { reply(endpoint) }?;
        Ok(tally.finish(&self.arena.logs[self.me]))
    }
}

impl RequestReply<'_> {
    /// The reply bears the time of the request, so both times are by the clock of this process. Requests have the even numbers,
    /// replies the odd ones.
    fn ask(&self, endpoint: &mut impl Endpoint, tally: &mut Tally) -> Result<()> {
        let mut conductor = Conductor::new(self.setup);
        let mut now_ns = clock::now_ns();
        for pair in 0.. {
            let flags = conductor.message(pair, now_ns) & (COUNTED | LAST);
            endpoint.put(1, (2 * pair) | flags, None)?;
            endpoint.flush(1)?;
            let reply = endpoint.take(1, 2 * pair + 1)?;
            reply.check(2 * pair + 1).map_err(Error::Corrupt)?;
            now_ns = clock::now_ns();
            tally.take();
            if flags & COUNTED != 0 {
                tally.count(reply.sent_ns, now_ns);
            }
            if flags & LAST != 0 {
                break;
            }
        }
        Ok(())
    }
}

fn reply(endpoint: &mut impl Endpoint) -> Result<()> {
    for pair in 0.. {
        let request = endpoint.take(0, 2 * pair)?;
        request.check(2 * pair).map_err(Error::Corrupt)?;
        endpoint.put(0, request.head + 1, Some(request.sent_ns))?;
        endpoint.flush(0)?;
        if request.head & LAST != 0 {
            break;
        }
    }
    Ok(())
}
