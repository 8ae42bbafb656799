//! One message from process to process, to the end of the line and back.

use hdrhistogram::Histogram;

use super::conductor::Conductor;
use super::position::Position;
use super::ready::wait_for_all;
use super::tally::Tally;

use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::{Arena, COUNTED, Endpoint, LAST, Play};
use crate::error::{Error, Result};
use crate::platform::clock;

/// Process `me` of the line.
pub(super) struct Line<'a> {
    pub(super) setup: &'a RepetitionSetup,
    pub(super) me: usize,
    pub(super) arena: &'a Arena,
}

impl Play for Line<'_> {
    type Seen = Histogram<u64>;

    /// From the first hop to the last. Process 0 decides the end at the beginning of a round, so whole rounds are counted, and
    /// everybody knows of the end.
    fn play(self, endpoint: &mut impl Endpoint) -> Result<Histogram<u64>> {
        let Self { setup, me, arena } = self;
        let position = Position { processes: setup.key.processes, me };
        let mut tally = Tally::new()?;
        wait_for_all(me, setup, arena);
        let mut conductor = Conductor::new(setup);
        let (mut peer, mut hop) = (if me == 0 { 1 } else { me - 1 }, position.first_taken());
        if me == 0 {
            endpoint.put(peer, conductor.round(0, clock::now_ns()), None)?;
            endpoint.flush(peer)?;
        }
        loop {
            let message = endpoint.take(peer, hop)?;
            message.check(hop).map_err(Error::Corrupt)?;
            let now_ns = clock::now_ns();
            tally.take();
            let mut is_over = message.head & LAST != 0;
            if !is_over || me + 1 < position.processes {
                hop += 1;
                peer = position.onward(hop);
                let flags = message.head & (COUNTED | LAST);
                let head = if me == 0 { conductor.round(hop, now_ns) } else { hop | flags };
                endpoint.put(peer, head, setup.spoil.slow(now_ns - message.sent_ns))?;
                endpoint.flush(peer)?;
                is_over = head & LAST != 0;
                hop = position.next_taken(hop);
            }
            // While the message is away.
            if message.head & COUNTED != 0 {
                tally.count(message.sent_ns, now_ns);
            }
            if is_over {
                return Ok(tally.finish(&arena.logs[me]));
            }
        }
    }
}
