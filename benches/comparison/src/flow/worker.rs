//! The two ends of a flow.

use serde::{Deserialize, Serialize};

use crate::clock::now_ns;
use crate::error::Result;
use crate::flow::frame::{self, COUNTED, HEADER, LAST, Prepared, WHOLE_EVERY};
use crate::flow::pace::Pace;
use crate::frame::spoil;
use crate::mechanism::{Endpoint, Flow, Link};
use crate::usage::Usage;

/// What an end reports.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct FlowReport {
    /// Counted messages.
    pub(crate) counted: u64,
    /// The sender's: before the first of them is written. `CLOCK_MONOTONIC`, in nanoseconds.
    pub(crate) start_ns: u64,
    /// The receiver's: when the last of them has been checked.
    pub(crate) end_ns: u64,
    /// CPU time in between, in nanoseconds.
    pub(crate) cpu_ns: u64,
}

/// The life of a process once it is attached: 0 sends, 1 receives.
pub(crate) fn play(link: &mut impl Link, endpoint: &Endpoint, flow: &Flow) -> Result<FlowReport> {
    if endpoint.index == 0 { send(link, endpoint, flow) } else { receive(link, endpoint, flow) }
}

/// Whether a byte of this message is to be spoiled: of the first after the start that is checked as a whole in any case.
pub(super) fn is_spoiled(endpoint: &Endpoint, head: u64) -> bool {
    endpoint.corrupt && frame::sequence(head) == WHOLE_EVERY
}

fn send(link: &mut impl Link, endpoint: &Endpoint, flow: &Flow) -> Result<FlowReport> {
    let mut pace = Pace::new(flow);
    let mut prepared = flow.copy.then(|| Prepared::new(endpoint.frame));
    let mut used = None;
    loop {
        let burst = pace.next();
        if pace.start_ns != 0 && used.is_none() {
            used = Some(Usage::of_thread()?);
        }
        match &mut prepared {
            Some(prepared) => {
                for place in 0..burst.count {
                    copy_in(link, prepared, burst.head(place), endpoint)?;
                }
            }
            None => link.send_batch(burst.count, |place, message| {
                let head = burst.head(place);
                frame::write(message, head);
                if is_spoiled(endpoint, head) {
                    spoil(message, HEADER);
                }
            })?,
        }
        if burst.is_last {
            let cpu_ns = cpu_since(used)?;
            return Ok(FlowReport {
                counted: pace.counted(),
                start_ns: pace.start_ns,
                end_ns: now_ns(),
                cpu_ns,
            });
        }
    }
}

fn copy_in(link: &mut impl Link, prepared: &mut Prepared, head: u64, endpoint: &Endpoint) -> Result<()> {
    prepared.mark(head);
    let is_spoiled = is_spoiled(endpoint, head);
    if is_spoiled {
        spoil(prepared.frame(), HEADER);
    }
    link.send_copy(prepared.frame())?;
    if is_spoiled {
        spoil(prepared.frame(), HEADER);
    }
    Ok(())
}

/// What a receiver has seen.
#[derive(Debug, Default)]
struct Seen {
    next: u64,
    counted: u64,
    start_ns: u64,
    is_over: bool,
}

impl Seen {
    #[inline]
    fn take(&mut self, head: u64) {
        self.next += 1;
        if head & COUNTED != 0 {
            if self.counted == 0 {
                self.start_ns = now_ns();
            }
            self.counted += 1;
        }
        self.is_over = head & LAST != 0;
    }
}

fn receive(link: &mut impl Link, endpoint: &Endpoint, flow: &Flow) -> Result<FlowReport> {
    let mut seen = Seen::default();
    let mut place = vec![0; if flow.copy { endpoint.frame } else { 0 }];
    let mut used = None;
    while !seen.is_over {
        if flow.copy {
            link.receive_copy(&mut place)?;
            seen.take(frame::check_copied(&place, seen.next)?);
        } else {
            link.receive_batch(flow.batch, |message| {
                seen.take(frame::check(message, seen.next)?);
                Ok(())
            })?;
        }
        if seen.counted > 0 && used.is_none() {
            used = Some(Usage::of_thread()?);
        }
    }
    let end_ns = now_ns();
    Ok(FlowReport { counted: seen.counted, start_ns: seen.start_ns, end_ns, cpu_ns: cpu_since(used)? })
}

/// CPU time of this thread since then, in nanoseconds.
pub(super) fn cpu_since(before: Option<Usage>) -> Result<u64> {
    let now = Usage::of_thread()?;
    Ok(before.map_or(0, |before| now.since(&before).cpu_ns))
}
