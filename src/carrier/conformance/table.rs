//! Two panes of one court in one process, and what each of them does with the ball.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use crate::carrier::stream::Stream;
use crate::carrier::wire::{self, Party, Side, Wanted, Wire};
use crate::carrier::{Carriers, Seat, Unsent};
use crate::game::{Court, PaneId};
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::{FdBell, Wait};
use crate::protocol::{CarrierKind, Owner, Record, Region, Setup, Tenure};
use crate::shm::Mapping;

pub(super) const COURT: Court = Court { panes: 3, seed: 7 };
pub(super) const GIVER: PaneId = PaneId(0);
pub(super) const TAKER: PaneId = PaneId(1);
pub(super) const STREAMS: [CarrierKind; 2] = [CarrierKind::Pipe, CarrierKind::Socket];
/// Nothing here takes so long, unless it hangs.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Long enough to see that nothing comes.
pub(super) const MOMENT: Duration = Duration::from_millis(20);

/// What the launcher has: the Region, the bells, and its ends of the wires.
pub(super) struct Table {
    pub(super) mapping: Mapping<Region>,
    pub(super) bells: Vec<FdBell>,
    pub(super) wires: Vec<(OwnedFd, Wire)>,
}

impl Table {
    /// The ball is served to the giver, and the giver and the taker are linked.
    pub(super) fn laid() -> (Self, Tenure) {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let bells = COURT.all_panes().map(|_| FdBell::new().unwrap()).collect();
        let wires = COURT.all_panes().map(|_| new_wire()).collect();
        let table = Self { mapping, bells, wires };
        table.connect();
        let tenure = table.take(Tenure::REST, GIVER);
        (table, tenure)
    }

    pub(super) fn connect(&self) {
        let party = |pane: PaneId| Party { wire: self.wires[pane.index()].0.as_fd(), incarnation: 0 };
        wire::connect(party(GIVER), party(TAKER)).unwrap();
        for pane in [GIVER, TAKER] {
            let region = self.mapping.region();
            region.set_links_sent(pane, region.links_sent(pane) + 1);
        }
    }

    /// The taker has died, and so its ends are closed; its successor has a wire of its own, and no links yet.
    pub(super) fn succeed_the_taker(&mut self) {
        self.wires[TAKER.index()] = new_wire();
        self.mapping.region().set_links_sent(TAKER, 0);
    }

    pub(super) fn seat(&self, me: PaneId) -> Seat<'_> {
        Seat { region: self.mapping.region(), court: &COURT, me, incarnation: 0, bells: &self.bells }
    }

    pub(super) fn carriers(&self, me: PaneId) -> Carriers<'_> {
        Carriers::new(self.seat(me), &self.wires[me.index()].1, Wait::Block)
    }

    /// The supervisor takes the ball for somebody.
    pub(super) fn take(&self, tenure: Tenure, to: PaneId) -> Tenure {
        let region = self.mapping.region();
        region.slot(Owner::Supervisor).write(tenure.epoch, &record(tenure.epoch, CarrierKind::Shared));
        let taken = region.baton.take(tenure, to).unwrap();
        region.alarm_all(&self.bells);
        taken
    }

    /// The link that the pane has asked the launcher for.
    pub(super) fn wanted(&self, pane: PaneId) -> Option<Wanted> {
        wire::wanted(self.wires[pane.index()].0.as_fd())
    }

    /// Frames that the pane has used, and frames that it has rejected.
    pub(super) fn counts(&self, pane: PaneId) -> (u64, u64) {
        let card = &self.mapping.region().pane(pane).card;
        (card.frames.load(Ordering::Relaxed), card.rejected.load(Ordering::Relaxed))
    }
}

pub(super) fn new_wire() -> (OwnedFd, Wire) {
    let (launchers, childs) = Wire::pair().unwrap();
    (launchers, childs.into())
}

/// A ball that leaves to the taker, another one at every tick.
pub(super) fn record(tick: u64, via: CarrierKind) -> Record {
    record_for(TAKER, tick, via)
}

fn record_for(to: PaneId, tick: u64, via: CarrierKind) -> Record {
    let mut ball = COURT.serve(to, None);
    ball.tick = tick;
    Record { via, handed_ns: 3, ..Record::served(ball, 1, 2) }
}

/// What a holder does to hand the ball over, up to the swap.
pub(super) fn send(
    carriers: &mut Carriers<'_>,
    via: CarrierKind,
    tenure: Tenure,
    to: PaneId,
) -> Result<(), Unsent> {
    let seat = carriers.seat;
    let record = record_for(to, tenure.epoch, via);
    seat.region.pane(seat.me).write(tenure.epoch, &record);
    carriers.by(via).send(tenure.handed_to(to), &record)
}

pub(super) fn swap_and_announce(
    carriers: &mut Carriers<'_>,
    via: CarrierKind,
    tenure: Tenure,
    to: PaneId,
) -> Tenure {
    let next = carriers.seat.region.baton.hand_off(tenure, to).unwrap();
    carriers.by(via).announce(to);
    next
}

pub(super) fn hand_over(carriers: &mut Carriers<'_>, via: CarrierKind, tenure: Tenure, to: PaneId) -> Tenure {
    send(carriers, via, tenure, to).unwrap();
    swap_and_announce(carriers, via, tenure, to)
}

/// What a taker does: sleep until the ball is its own, and take what came with it.
pub(super) fn wait_and_accept(carriers: &mut Carriers<'_>, asleep: CarrierKind) -> (Tenure, Record) {
    let seat = carriers.seat;
    let begin = Instant::now();
    loop {
        seat.bell().0.hear();
        match seat.region.baton.look() {
            Some(tenure) if tenure.holder == Owner::Pane(seat.me) => {
                let record = seat.region.ball(tenure, &COURT).unwrap();
                carriers.by(record.via).receive(tenure, &record);
                // The law of every hand-off here: rung or woken by its frame, never by a timeout.
                assert!(begin.elapsed() < PATIENCE, "nobody woke the taker");
                return (tenure, record);
            }
            _ => carriers.by(asleep).sleep(PATIENCE),
        }
    }
}

/// As if it had heard all that has rung so far.
pub(super) fn forget_rings(carriers: &Carriers<'_>) {
    let (word, fd) = carriers.seat.bell();
    fd.hush();
    word.hear();
}

pub(super) fn stream<'a, 'b>(carriers: &'b mut Carriers<'a>, kind: CarrierKind) -> &'b mut Stream<'a> {
    carriers.rewire();
    if kind == CarrierKind::Pipe { &mut carriers.pipe } else { &mut carriers.socket }
}

/// Bytes that no carrier would send, from the giver to the taker.
pub(super) fn send_bytes(carriers: &mut Carriers<'_>, kind: CarrierKind, bytes: &[u8]) {
    let link = stream(carriers, kind).link(Side::Right).unwrap();
    let sent = rustix::io::write(link.writer().unwrap(), bytes);
    assert_eq!(sent, Ok(bytes.len()));
}
