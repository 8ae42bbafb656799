//! One message from process to process, to the end of the line and back.

use hdrhistogram::Histogram;

use super::position::Position;
use super::ready::wait_for_all;
use super::tally::Tally;

use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::{Arena, COUNTED, Endpoint, LAST, Play};
use crate::error::{Error, Result};
use crate::platform::clock;

/// The warm-up takes at most this part of the time.
const WARMUP_SHARE: u64 = 10;

/// Process `me` of the line.
pub(super) struct Line<'a> {
    pub(super) setup: &'a RepetitionSetup,
    pub(super) me: usize,
    pub(super) arena: &'a Arena,
}

impl Play for Line<'_> {
    type Seen = Histogram<u64>;

    /// From the first hop to the last.
    fn play(self, endpoint: &mut impl Endpoint) -> Result<Histogram<u64>> {
        let Self { setup, me, arena } = self;
        let position = Position { processes: setup.key.processes, me };
        let mut tally = Tally::new()?;
        wait_for_all(me, setup, arena);
        let mut conductor = Conductor::new(setup);
        let (mut peer, mut hop) = (if me == 0 { 1 } else { me - 1 }, position.first_taken());
        if me == 0 {
            endpoint.put(peer, conductor.head(0, clock::now_ns()), None)?;
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
                let head = if me == 0 { conductor.head(hop, now_ns) } else { hop | flags };
                endpoint.put(peer, head, None)?;
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

/// Process 0 decides which hops are counted and when it is over; the others read it from the message. So whole rounds are counted,
/// and everybody knows of the end.
pub(super) struct Conductor<'a> {
    setup: &'a RepetitionSetup,
    /// The first counted hop, and when it was given.
    counted_since: Option<(u64, u64)>,
    began_ns: u64,
}

impl<'a> Conductor<'a> {
    pub(super) fn new(setup: &'a RepetitionSetup) -> Self {
        Self { setup, counted_since: None, began_ns: clock::now_ns() }
    }

    /// The head of the hop that begins the next round.
    pub(super) fn head(&mut self, hop: u64, now_ns: u64) -> u64 {
        let RepetitionSetup { warmup_hops, hops, time, .. } = self.setup;
        let time_ns = clock::ns(*time);
        if self.counted_since.is_none()
            && (hop >= *warmup_hops || now_ns - self.began_ns >= time_ns / WARMUP_SHARE)
        {
            self.counted_since = Some((hop, now_ns));
        }
        match self.counted_since {
            None => hop,
            Some((first, since_ns)) if hop - first < *hops && now_ns - since_ns < time_ns => hop | COUNTED,
            Some(_) => hop | LAST,
        }
    }
}
