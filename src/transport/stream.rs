//! The transports `pipe` and `socket`: the record is sent as a frame, and the taker sleeps until one comes.
//!
//! The sockets are `SOCK_SEQPACKET` and not `SOCK_STREAM`: the kernel keeps packets apart, so a packet is a frame or
//! it is none, and a neighbour that writes half a frame spoils that one only. In a stream of bytes, as a pipe is,
//! whatever comes after half a frame is out of step until somebody finds the next beginning (`Decoder` does).
//! They are pairs without a name: nothing is left in a file system, and nobody else can connect.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::time::Timespec;

use super::control_socket::{NeighbourSide, Wanted};
use super::frame::{Frame, Rejection};
use super::interface::{Endpoint, GRACE, Transport, Unsent};
use super::link::{Ends, Found, Link};
use crate::game::PaneId;
use crate::protocol::doorbell::{Bed, Sleeper};
use crate::protocol::failpoint::{self, FailpointStep};
use crate::protocol::{Owner, Ownership, ProcessStatus, Record};

/// The links of one kind to both neighbours.
pub(super) struct Stream<'a> {
    endpoint: Endpoint<'a>,
    bed: Bed,
    links: [Option<Link>; 2],
    inbox: Inbox<'a>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(endpoint: Endpoint<'a>, bed: Bed) -> Self {
        Self { endpoint, bed, links: [None, None], inbox: Inbox { endpoint, in_hand: None, accepted: 0 } }
    }

    /// Takes a new link to the neighbour on that side. What the old one still has is read first: its giver has died
    /// after it was sent.
    pub(super) fn replace(&mut self, side: NeighbourSide, ends: Ends, incarnation: u64) {
        while self.read(side) == Found::Bytes {}
        self.links[side.index()] = Some(Link::new(ends, incarnation));
    }

    /// The link on that side, if it has been of no use for so long that its neighbour's death would be known by now.
    pub(super) fn wanted(&self, side: NeighbourSide) -> Option<Wanted> {
        let link = self.link(side).filter(|link| link.useless_for().is_some_and(|time| time >= GRACE))?;
        Some(Wanted { side, incarnation: link.incarnation })
    }

    /// Whether there is a link on that side, and it has not broken.
    pub(super) fn is_of_use(&self, side: NeighbourSide) -> bool {
        self.link(side).is_some_and(|link| link.useless_for().is_none())
    }

    /// A call that is refused, without which no link of this kind is of use.
    pub(super) fn refusal(&self) -> Option<(&'static str, Errno)> {
        self.links.iter().flatten().find_map(|link| link.refused)
    }

    pub(super) fn link(&self, side: NeighbourSide) -> Option<&Link> {
        self.links[side.index()].as_ref()
    }

    /// Reads the link on that side once.
    fn read(&mut self, side: NeighbourSide) -> Found {
        let Some(link) = &mut self.links[side.index()] else { return Found::End };
        let inbox = &mut self.inbox;
        let from = side.neighbour(self.endpoint.me);
        link.read(self.endpoint.court, &mut |frame| inbox.put(from, frame))
    }

    /// Sleeps on the bell and on two more fds; returns which of the two are ready.
    fn poll(
        &self,
        bed: Bed,
        fds: [Option<BorrowedFd<'_>>; 2],
        flags: PollFlags,
        timeout: Duration,
    ) -> [bool; 2] {
        let (word, bell) = self.endpoint.bell();
        if !word.arm(Sleeper { bed, incarnation: self.endpoint.incarnation }) {
            return [false; 2];
        }
        // In place of an fd that there is not: the bell once more.
        let [bell_fd, one, other] =
            [None, fds[0], fds[1]].map(|fd| fd.map_or((bell.as_fd(), PollFlags::IN), |fd| (fd, flags)));
        let mut polled = [bell_fd, one, other].map(|(fd, flags)| PollFd::from_borrowed_fd(fd, flags));
        let timeout = Timespec::try_from(timeout).ok();
        // EINTR is as good as nothing: the caller looks again.
        let _count = poll(&mut polled, timeout.as_ref());
        if !polled[0].revents().is_empty() {
            bell.drain();
        }
        [0, 1].map(|i| fds[i].is_some() && !polled[i + 1].revents().is_empty())
    }
}

impl Transport for Stream<'_> {
    fn send(&mut self, next: Ownership, record: &Record) -> Result<(), Unsent> {
        let Owner::Pane(to) = next.holder else { return Err(Unsent::Broken) };
        let link = &mut self.links[NeighbourSide::towards(self.endpoint.me, to).index()];
        let sent = link.as_mut().ok_or(Unsent::Broken)?.send(&Frame { ownership: next, record: *record });
        if sent == Err(Unsent::Full) {
            // It may sleep on something else, and would never make room.
            self.endpoint.notify(to);
        }
        sent
    }

    fn wait_to_send(&mut self, to: PaneId, timeout: Duration) {
        let writer = self.link(NeighbourSide::towards(self.endpoint.me, to)).and_then(Link::writer);
        // Where there is no room to wait for, it is a new link that is waited for, and may have to be asked for.
        let timeout = if writer.is_some() { timeout } else { timeout.min(GRACE / 2) };
        self.poll(Bed::Fds, [writer, None], PollFlags::OUT, timeout);
    }

    fn notify(&self, to: PaneId) {
        let link = self.link(NeighbourSide::towards(self.endpoint.me, to));
        let sleeper = Sleeper { bed: self.bed, incarnation: link.map_or(0, |link| link.incarnation) };
        self.endpoint.region.bell(to).notify_after_frame(&self.endpoint.bells[to.index()], sleeper);
    }

    fn receive(&mut self, ownership: Ownership, ledger: &Record) {
        let Owner::Pane(giver) = ownership.giver else { return };
        let side = NeighbourSide::towards(self.endpoint.me, giver);
        while !self.inbox.has(ownership) && self.read(side) == Found::Bytes {}
        failpoint::reach(FailpointStep::Receive);
        self.inbox.accept(ownership, ledger);
    }

    fn sleep(&mut self, timeout: Duration) {
        // After a frame that was read before its swap, no other wakes this process.
        let bed = if self.inbox.is_early() { Bed::Fds } else { self.bed };
        let readers = NeighbourSide::BOTH.map(|side| self.link(side).and_then(Link::reader));
        let ready = self.poll(bed, readers, PollFlags::IN, timeout);
        for side in NeighbourSide::BOTH.into_iter().filter(|side| ready[side.index()]) {
            self.read(side);
        }
    }
}

/// The frame that was read and not yet used. There is one ball, so there is one such frame at most.
struct Inbox<'a> {
    endpoint: Endpoint<'a>,
    in_hand: Option<(PaneId, Frame)>,
    /// The epoch of the last frame that was used.
    accepted: u64,
}

impl Inbox<'_> {
    /// Keeps a frame that belongs to this ownership or the next, and rejects any other.
    fn put(&mut self, from: PaneId, frame: Result<Frame, Rejection>) {
        self.throw_out_the_void();
        let judged = frame.and_then(|frame| self.judge(from, &frame).map(|()| frame));
        let judged = judged.and_then(|frame| match self.in_hand {
            Some(_) => Err(Rejection::Doubled),
            None => Ok(frame),
        });
        match judged {
            Ok(frame) => self.in_hand = Some((from, frame)),
            Err(_rejection) => self.reject(),
        }
    }

    /// The ledger's word on a frame, now.
    fn judge(&self, from: PaneId, frame: &Frame) -> Result<(), Rejection> {
        let Ownership { epoch, giver, holder } = frame.ownership;
        if (giver, holder) != (Owner::Pane(from), Owner::Pane(self.endpoint.me)) {
            return Err(Rejection::Foreign);
        }
        if epoch <= self.accepted {
            return Err(Rejection::Doubled);
        }
        match self.endpoint.region.baton.look() {
            Some(now) if frame.ownership == now || epoch == now.epoch + 1 && giver == now.holder => Ok(()),
            Some(now) if epoch <= now.epoch => Err(Rejection::Late),
            _ => Err(Rejection::Foreign),
        }
    }

    fn has(&self, ownership: Ownership) -> bool {
        self.in_hand.is_some_and(|(_, frame)| frame.ownership == ownership)
    }

    /// Whether there is a frame whose swap is still to come.
    fn is_early(&mut self) -> bool {
        self.throw_out_the_void();
        self.in_hand.is_some()
    }

    /// A frame whose giver lost its swap is of no use.
    fn throw_out_the_void(&mut self) {
        if let Some((from, frame)) = self.in_hand
            && self.judge(from, &frame).is_err()
        {
            self.in_hand = None;
            self.reject();
        }
    }

    /// Uses the frame of this ownership, if there is one and it agrees with the ledger.
    fn accept(&mut self, ownership: Ownership, ledger: &Record) {
        let Some((_, frame)) = self.in_hand.take_if(|(_, frame)| frame.ownership == ownership) else {
            return;
        };
        let Frame { record, .. } = frame;
        if (Record { ball: record.ball.handed_over(), ..record }) == *ledger {
            self.accepted = ownership.epoch;
            ProcessStatus::count(&self.endpoint.status().frames);
        } else {
            self.reject();
        }
    }

    fn reject(&self) {
        ProcessStatus::count(&self.endpoint.status().rejected);
    }
}
