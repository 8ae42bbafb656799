//! Two panes of one court in one process, and what each of them does with the ball.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use crate::game::{Court, PaneId};
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::{FdBell, Wait};
use crate::protocol::{Owner, Ownership, Record, Region, Setup, TransportKind};
use crate::shm::Mapping;
use crate::transport::control_socket::{self, ControlSocket, NeighbourSide, Party, Wanted};
use crate::transport::stream::Stream;
use crate::transport::{Endpoint, Transports, Unsent};

pub(super) const COURT: Court = Court { panes: 3, seed: 7 };
pub(super) const GIVER: PaneId = PaneId(0);
pub(super) const TAKER: PaneId = PaneId(1);
pub(super) const STREAMS: [TransportKind; 2] = [TransportKind::Pipe, TransportKind::Socket];
/// Nothing here takes so long, unless it hangs.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Long enough to see that nothing comes.
pub(super) const MOMENT: Duration = Duration::from_millis(20);

/// What the launcher has: the Region, the bells, and its ends of the control sockets.
pub(super) struct Table {
    pub(super) mapping: Mapping<Region>,
    pub(super) bells: Vec<FdBell>,
    pub(super) control_sockets: Vec<(OwnedFd, ControlSocket)>,
}

impl Table {
    /// The ball is served to the giver, and the giver and the taker are linked.
    pub(super) fn laid() -> (Self, Ownership) {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let bells = COURT.all_panes().map(|_| FdBell::new().unwrap()).collect();
        let control_sockets = COURT.all_panes().map(|_| new_control_socket()).collect();
        let table = Self { mapping, bells, control_sockets };
        table.connect();
        let ownership = table.reclaim(Ownership::REST, GIVER);
        (table, ownership)
    }

    /// One for each transport.
    pub(super) fn laid_for(
        kinds: impl IntoIterator<Item = TransportKind>,
    ) -> impl Iterator<Item = (TransportKind, Self, Ownership)> {
        kinds.into_iter().map(|kind| {
            let (table, ownership) = Self::laid();
            (kind, table, ownership)
        })
    }

    pub(super) fn connect(&self) {
        let party = |pane: PaneId| Party {
            control_socket: self.control_sockets[pane.index()].0.as_fd(),
            incarnation: 0,
        };
        control_socket::connect(party(GIVER), party(TAKER)).unwrap();
        for pane in [GIVER, TAKER] {
            let region = self.mapping.region();
            region.set_links_sent(pane, region.links_sent(pane) + 1);
        }
    }

    /// The taker has died, and so its ends are closed; its successor has a control socket of its own, and no links yet.
    pub(super) fn respawn_the_taker(&mut self) {
        self.control_sockets[TAKER.index()] = new_control_socket();
        self.mapping.region().set_links_sent(TAKER, 0);
    }

    pub(super) fn endpoint(&self, me: PaneId) -> Endpoint<'_> {
        Endpoint { region: self.mapping.region(), court: &COURT, me, incarnation: 0, bells: &self.bells }
    }

    pub(super) fn transports(&self, me: PaneId) -> Transports<'_> {
        Transports::new(self.endpoint(me), &self.control_sockets[me.index()].1, Wait::Block)
    }

    /// The supervisor takes the ball for somebody.
    pub(super) fn reclaim(&self, ownership: Ownership, to: PaneId) -> Ownership {
        let region = self.mapping.region();
        region
            .slot(Owner::Supervisor)
            .write(ownership.epoch, &record(ownership.epoch, TransportKind::Shared));
        let taken = region.baton.reclaim(ownership, to).unwrap();
        region.wake_all(&self.bells);
        taken
    }

    /// The link that the pane has asked the launcher for.
    pub(super) fn wanted(&self, pane: PaneId) -> Option<Wanted> {
        control_socket::wanted(self.control_sockets[pane.index()].0.as_fd())
    }

    /// Frames that the pane has used, and frames that it has rejected.
    pub(super) fn counts(&self, pane: PaneId) -> (u64, u64) {
        let status = &self.mapping.region().pane(pane).status;
        (status.frames.load(Ordering::Relaxed), status.rejected.load(Ordering::Relaxed))
    }
}

pub(super) fn new_control_socket() -> (OwnedFd, ControlSocket) {
    let (launchers, childs) = ControlSocket::pair().unwrap();
    (launchers, ControlSocket(childs))
}

/// A ball that leaves to the taker, another one at every tick.
pub(super) fn record(tick: u64, via: TransportKind) -> Record {
    record_for(TAKER, tick, via)
}

fn record_for(to: PaneId, tick: u64, via: TransportKind) -> Record {
    let mut ball = COURT.serve(to, None);
    ball.tick = tick;
    Record { via, handed_ns: 3, ..Record::served(ball, 1, 2) }
}

/// What a holder does to hand the ball over, up to the swap.
pub(super) fn send(
    transports: &mut Transports<'_>,
    via: TransportKind,
    ownership: Ownership,
    to: PaneId,
) -> Result<(), Unsent> {
    let endpoint = transports.endpoint;
    let record = record_for(to, ownership.epoch, via);
    endpoint.region.pane(endpoint.me).write(ownership.epoch, &record);
    transports.by(via).send(ownership.handed_to(to), &record)
}

pub(super) fn swap_and_notify(
    transports: &mut Transports<'_>,
    via: TransportKind,
    ownership: Ownership,
    to: PaneId,
) -> Ownership {
    let next = transports.endpoint.region.baton.hand_off(ownership, to).unwrap();
    transports.by(via).notify(to);
    next
}

pub(super) fn hand_over(
    transports: &mut Transports<'_>,
    via: TransportKind,
    ownership: Ownership,
    to: PaneId,
) -> Ownership {
    send(transports, via, ownership, to).unwrap();
    swap_and_notify(transports, via, ownership, to)
}

/// What a taker does: sleep until the ball is its own, and take what came with it.
pub(super) fn wait_and_accept(transports: &mut Transports<'_>, asleep: TransportKind) -> (Ownership, Record) {
    let endpoint = transports.endpoint;
    let begin = Instant::now();
    loop {
        endpoint.bell().0.disarm();
        match endpoint.region.baton.look() {
            Some(ownership) if ownership.holder == Owner::Pane(endpoint.me) => {
                let record = endpoint.region.ball(ownership, &COURT).unwrap();
                transports.by(record.via).receive(ownership, &record);
                // The protocol of every hand-off here: notified or woken by its frame, never by a timeout.
                assert!(begin.elapsed() < PATIENCE, "nobody woke the taker");
                return (ownership, record);
            }
            _ => transports.by(asleep).sleep(PATIENCE),
        }
    }
}

/// As if it had seen all notifications so far.
pub(super) fn forget_notifications(transports: &Transports<'_>) {
    let (word, fd) = transports.endpoint.bell();
    fd.drain();
    word.disarm();
}

pub(super) fn stream<'a, 'b>(transports: &'b mut Transports<'a>, kind: TransportKind) -> &'b mut Stream<'a> {
    transports.rewire();
    if kind == TransportKind::Pipe { &mut transports.pipe } else { &mut transports.socket }
}

/// Bytes that no transport would send, from the giver to the taker.
pub(super) fn send_bytes(transports: &mut Transports<'_>, kind: TransportKind, bytes: &[u8]) {
    let link = stream(transports, kind).link(NeighbourSide::Right).unwrap();
    let sent = rustix::io::write(link.writer().unwrap(), bytes);
    assert_eq!(sent, Ok(bytes.len()));
}
