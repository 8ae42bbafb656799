//! All transports of one process, and the links that it is sent for them.

use std::time::Instant;

use super::control_socket::{Came, ControlSocket, NeighbourSide, Wanted};
use super::interface::{Endpoint, PATIENCE, Transport};
use super::shared::Shared;
use super::stream::Stream;
use crate::error::{self, Error};
use crate::platform::report_line;
use crate::protocol::TransportKind;
use crate::protocol::doorbell::{Bed, Wait};

/// All transports of one process. Any of them may be needed at any time: the one in force can be swapped.
pub struct Transports<'a> {
    pub(super) endpoint: Endpoint<'a>,
    control_socket: &'a ControlSocket,
    links_taken: u64,
    /// Links for which there was no fd left.
    lost: [Option<Wanted>; 2],
    /// When a link to each neighbour was last asked for.
    asked: [Option<Instant>; 2],
    /// What keeps this process from having its links, and always will.
    pub(crate) failure: Option<Error>,
    shared: Shared<'a>,
    pub(super) pipe: Stream<'a>,
    pub(super) socket: Stream<'a>,
}

impl<'a> Transports<'a> {
    /// The transports of the process at `endpoint`, which is sent its links over `control_socket`. `wait` is how it waits in
    /// shared memory.
    pub fn new(endpoint: Endpoint<'a>, control_socket: &'a ControlSocket, wait: Wait) -> Self {
        Self {
            endpoint,
            control_socket,
            links_taken: 0,
            lost: [None; 2],
            asked: [None; 2],
            failure: None,
            shared: Shared { endpoint, wait },
            pipe: Stream::new(endpoint, Bed::Pipe),
            socket: Stream::new(endpoint, Bed::Socket),
        }
    }

    /// The transport of this kind, with the links that there are now.
    pub fn by(&mut self, kind: TransportKind) -> &mut dyn Transport {
        self.rewire();
        match kind {
            TransportKind::Shared => &mut self.shared,
            TransportKind::Pipe => &mut self.pipe,
            TransportKind::Socket => &mut self.socket,
        }
    }

    /// Takes the links that the launcher has sent since, and asks for others in place of those that are of no use.
    pub(super) fn rewire(&mut self) {
        if let Err(error) = self.take_links().and_then(|()| self.look_for_refusals()) {
            self.failure = Some(error);
            // Nothing is worth sleeping for any more.
            self.endpoint.notify(self.endpoint.me);
        }
        NeighbourSide::BOTH.into_iter().for_each(|side| self.ask_for_a_link(side));
    }

    fn take_links(&mut self) -> error::Result<()> {
        let sent = self.endpoint.region.links_sent(self.endpoint.me);
        // The count only says when to look. Where a link is missing or of no use, another may be there, whatever the count.
        let mut may_be_there = sent != self.links_taken || self.is_short_of_links();
        while may_be_there {
            match self.control_socket.take()? {
                Came::Link { to: Wanted { side, incarnation }, pipe, socket } => {
                    self.lost[side.index()] = None;
                    self.pipe.replace(side, pipe, incarnation);
                    self.socket.replace(side, socket, incarnation);
                }
                Came::Lost(wanted) => {
                    let before = self.lost[wanted.side.index()].replace(wanted);
                    if before.is_none() {
                        let me = self.endpoint.me;
                        report_line(&format!(
                            "tripong: {me} has no fd left for a link to its neighbour; raise `ulimit -n`"
                        ));
                    }
                }
                Came::Later => break,
                // Only now: whatever stopped it before, all that is in the control socket is taken in the end.
                Came::Nothing => {
                    self.links_taken = sent;
                    may_be_there = false;
                }
            }
        }
        Ok(())
    }

    /// Whether there is a neighbour to whom there is no link, or none of use.
    fn is_short_of_links(&self) -> bool {
        let neighbours = self.endpoint.court.neighbours(self.endpoint.me);
        let mut sides = neighbours.map(|pane| NeighbourSide::towards(self.endpoint.me, pane));
        sides.any(|side| !self.pipe.is_of_use(side) || !self.socket.is_of_use(side))
    }

    fn look_for_refusals(&self) -> error::Result<()> {
        let refusal = self.pipe.refusal().or_else(|| self.socket.refusal());
        let error = |(call, errno)| Error::system(format_args!("pass the ball by a link ({call})"))(errno);
        refusal.map_or(Ok(()), |refusal| Err(error(refusal)))
    }

    /// Once a second at most.
    fn ask_for_a_link(&mut self, side: NeighbourSide) {
        let wanted =
            self.lost[side.index()].or_else(|| self.pipe.wanted(side)).or_else(|| self.socket.wanted(side));
        let Some(wanted) = wanted else { return };
        let asked = &mut self.asked[side.index()];
        if asked.is_none_or(|at| at.elapsed() >= PATIENCE) {
            *asked = Some(Instant::now());
            self.control_socket.ask(wanted);
        }
    }
}
