//! The game at the play head, laid out in a Region of this process alone, as it lay in that of the processes that played it.
//!
//! What a recording does not have stays zero: bells, heartbeats, links, commands, windows, what users asked for, and the copies of a
//! record that do not count.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::super::line::Header;
use super::logs::{Halves, Logs, record_of};
use crate::error::Result;
use crate::game::{Control, Court, PaneId};
use crate::platform::sync::{Ordering, Word};
use crate::protocol::{Owner, Ownership, Record, Region, Ring, Setup, TransportKind};
use crate::recording::Replayed;
use crate::recording::replayed::PaneProcess;
use crate::shm::Mapping;

/// A moment of a recording.
#[derive(Debug)]
pub(super) struct Moment<'a> {
    pub(super) shown_ns: u64,
    /// By the clock of the machine that recorded it.
    pub(super) now_ns: u64,
    pub(super) game: &'a Replayed,
    pub(super) logs: &'a Logs,
}

/// A Region with a moment of a recording in it.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) setup: Setup,
    memfd: OwnedFd,
    mapping: Mapping<Region>,
    /// How many Regions there were before it.
    pub(super) generation: u64,
    /// Which life of the recorded Region it shows, and what of it.
    lives: u64,
    shown_ns: u64,
    /// The records that were written last, by owner.
    written: Vec<Halves>,
}

impl Stage {
    /// Before anything is shown.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System) if there is no memory for a Region.
    pub(super) fn new(header: &Header) -> Result<Self> {
        let setup = setup_of(header);
        let (memfd, mapping) = Mapping::create(&setup)?;
        let written = vec![Halves::default(); usize::from(header.panes) + 1];
        Ok(Self { setup, memfd, mapping, generation: 0, lives: 0, shown_ns: 0, written })
    }

    pub(super) fn region(&self) -> &Region {
        self.mapping.region()
    }

    pub(super) fn memfd(&self) -> BorrowedFd<'_> {
        self.memfd.as_fd()
    }

    /// Shows a moment: in the same Region, if it follows what is there.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(super) fn show(&mut self, moment: &Moment<'_>) -> Result<()> {
        let goes_on =
            moment.shown_ns >= self.shown_ns && moment.logs.lives == self.lives && self.follows(moment.logs);
        if !goes_on {
            (self.memfd, self.mapping) = Mapping::create(&self.setup)?;
            self.generation += 1;
            self.written.fill(Halves::default());
        }
        (self.shown_ns, self.lives) = (moment.shown_ns, moment.logs.lives);
        let region = self.mapping.region();
        lay_out_logs(region, moment.logs);
        lay_out_controls(region, moment);
        let ownership = ownership(moment);
        self.lay_out_records(moment, ownership);
        let region = self.mapping.region();
        for (pane, process) in moment.logs.court.all_panes().zip(moment.game.processes()) {
            lay_out_status(region, pane, process, moment.logs);
        }
        region.stage_ownership(ownership);
        Ok(())
    }

    /// Whether all that is new fits behind what is there.
    fn follows(&self, logs: &Logs) -> bool {
        fn fits<const W: usize, const N: usize>(ring: &Ring<W, N>, first: u64, count: u64) -> bool {
            (first..=count).contains(&ring.count())
        }
        let region = self.region();
        let panes = logs.court.all_panes().zip(&logs.panes);
        let mut panes = panes.map(|(pane, of)| {
            fits(region.arrival_log(pane), of.arrivals.first, of.arrivals.count())
                && fits(region.control_log(pane), of.changes.first, of.changes.count())
        });
        fits(&region.event_log.events, logs.events.first, logs.events.count())
            && fits(&region.event_log.serves, logs.serves.first, logs.serves.count())
            && panes.all(|fits| fits)
    }

    fn lay_out_records(&mut self, moment: &Moment<'_>, ownership: Ownership) {
        let Moment { logs, game, now_ns, .. } = *moment;
        let owners = logs.court.all_panes().map(Owner::Pane).zip(logs.panes.iter().map(|pane| &pane.records));
        for (owner, halves) in owners.chain([(Owner::Supervisor, &logs.supervisor)]) {
            halves
                .iter()
                .flatten()
                .for_each(|(epoch, record)| self.write(&logs.court, owner, *epoch, record));
        }
        let (Owner::Pane(holder), Some(ball)) = (ownership.holder, game.ball()) else { return };
        let record = Record { due_ns: now_ns, ..record_of(ball, game.paddle(holder), logs.rally) };
        if ownership.epoch != logs.ownership.epoch {
            // An epoch that nobody has seen began with this ball.
            self.write(&logs.court, Owner::Supervisor, ownership.epoch.saturating_sub(1), &record);
        } else if ball.tick > logs.began_tick {
            self.write(&logs.court, ownership.holder, ownership.epoch, &record);
        }
    }

    fn write(&mut self, court: &Court, owner: Owner, epoch: u64, record: &Record) {
        let place = owner.pane().map_or(usize::from(court.panes), PaneId::index);
        let Some(written) =
            self.written.get_mut(place).and_then(|of| of.get_mut(usize::from(epoch & 1 == 1)))
        else {
            return;
        };
        if *written != Some((epoch, *record)) {
            *written = Some((epoch, *record));
            self.mapping.region().slot(owner).write_both(epoch, record);
        }
    }
}

/// What the Region's header has of a recording.
fn setup_of(header: &Header) -> Setup {
    let court = Court { panes: header.panes, seed: header.seed };
    let Header { paced, playable, windows, transport, settings, .. } = *header;
    let explains = settings.explains;
    // No process of this machine is the launcher.
    Setup { paced, is_playable: playable, windows, transport, explains, ..Setup::headless(court, 0) }
}

/// Who has the ball: within epochs that nobody has seen, by the simulation.
fn ownership(moment: &Moment<'_>) -> Ownership {
    let Moment { game, logs, .. } = *moment;
    match game.holder() {
        Some(pane) if game.epoch() != logs.ownership.epoch => {
            Ownership { epoch: game.epoch(), giver: Owner::Supervisor, holder: Owner::Pane(pane) }
        }
        Some(_) => logs.ownership,
        None => Ownership::REST,
    }
}

fn lay_out_logs(region: &Region, logs: &Logs) {
    region.event_log.events.stage(logs.events.first, logs.events.entries.iter());
    region.event_log.serves.stage(logs.serves.first, logs.serves.entries.iter());
    region.event_log.set_counts(&logs.counts);
    for (pane, of) in logs.court.all_panes().zip(&logs.panes) {
        region.arrival_log(pane).stage(of.arrivals.first, of.arrivals.entries.iter());
        region.control_log(pane).stage(of.changes.first, of.changes.entries.iter());
    }
    for ((transport, pane), durations) in &logs.durations {
        if let Some(transport) = TransportKind::ALL.get(*transport) {
            let counts = durations.counts.iter().map(|(place, count)| (usize::from(*place), *count));
            region.latency(*pane, *transport).stage(counts, durations.max_ns);
        }
    }
    if let Some(end) = &logs.rally_end {
        region.set_rally_end(end);
    }
}

fn lay_out_controls(region: &Region, moment: &Moment<'_>) {
    let Moment { game, logs, .. } = *moment;
    let has_played = game.ball().is_some_and(|ball| ball.tick > logs.began_tick);
    for (pane, of) in logs.court.all_panes().zip(&logs.panes) {
        let is_known = has_played && game.holder() == Some(pane);
        region.set_control(pane, if is_known { game.control() } else { Control::from_word(of.control) });
    }
    region.set_settings(game.settings());
    region.stage_transport(game.transport(), logs.swaps);
}

fn lay_out_status(region: &Region, pane: PaneId, process: &PaneProcess, logs: &Logs) {
    let (status, Some(of)) = (&region.pane(pane).status, logs.panes.get(pane.index())) else { return };
    let store = |cell: &Word, word| cell.store(word, Ordering::Relaxed);
    store(&status.pid, process.pid.unwrap_or(0).into());
    store(&status.incarnation, process.incarnation);
    // One that was there before the recording began lives until a line says that it died.
    let is_alive = process.is_alive || process.end.is_none();
    store(&status.ready, is_alive.into());
    store(&status.hops, of.hops);
    store(&status.fenced, process.fenced);
    store(&status.took_ns, of.took_ns);
    store(&status.by_hand, of.by_hand);
    store(&status.in_hand, if is_alive { of.in_hand } else { 0 });
}
