//! A pane with a flaw: a small implementation of its own on the words of the Region, by shared memory alone. Without a flaw it
//! keeps every rule, as the pane of the game does.

use std::time::Duration;

use nix::sys::signal::{Signal, raise};

use super::flaw::{Case, Flaw, Plan};
use crate::child::Attached;
use crate::error::{Error, Result};
use crate::game::{Control, Outcome, PaneId};
use crate::pane::Observer;
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::{
    Action, Arrival, Fenced, Owner, Ownership, Phase, ProcessStatus, Record, Region, TransportKind,
};
use crate::transport::Endpoint;

/// So long a pane without windows rests with each ball: a recorder, and a person, see every hand-off.
const REST_NS: u64 = 15_000_000;
/// The same after a hand-off at which a flaw may show: a recorder that looks 20 times a second sees what the giver has written,
/// before it writes again.
const LONG_REST_NS: u64 = 80_000_000;
/// A pane that nobody notifies looks by itself after this.
const PATIENCE: Duration = Duration::from_secs(1);
/// The same where somebody watches what it does.
const FRAME: Duration = Duration::from_millis(20);
/// A giver that writes its last record after the swap has written none for so many ticks before.
const UNWRITTEN: usize = 8;

/// How the ball is gone.
pub(super) enum Gone {
    /// It was handed over, or was recalled; or else the game is being stopped.
    Away,
    Stopping,
}

/// The process of a pane, in a game of this lab.
pub(super) struct FlawedPane<'a> {
    attached: &'a Attached,
    pub(super) endpoint: Endpoint<'a>,
    observer: Option<&'a dyn Observer>,
    pub(super) case: Case,
    pub(super) plan: Plan,
    /// The epoch for which it has noted that it keeps the ball; None before it keeps one.
    pub(super) kept: Option<u64>,
}

/// Plays a pane until the game is stopped, with the flaw of this code.
///
/// # Errors
/// [`Error::Failed`] if the code is not of this game; those of the system.
pub fn play(attached: &Attached, code: u64, observer: Option<&dyn Observer>) -> Result<()> {
    let seed = attached.setup.court.seed;
    let found = Case::of(code, seed).zip(Plan::of(seed));
    let (case, plan) = found.ok_or_else(|| {
        let why = format!("{code} is no code for seed {seed}; the lab `detective` prints both");
        Error::failed("play by another protocol")(std::io::Error::other(why))
    })?;
    let endpoint = attached.endpoint();
    FlawedPane { attached, endpoint, observer, case, plan, kept: None }.run()
}

impl FlawedPane<'_> {
    fn run(&mut self) -> Result<()> {
        loop {
            self.obey(None);
            ProcessStatus::count(&self.status().heartbeats);
            self.status().ready.store(1, Ordering::Release);
            // The bell before the baton.
            self.region().bell(self.me()).disarm();
            let ownership = self.region().baton.look();
            self.note_what_it_keeps(ownership);
            if self.is_stopping() {
                return Ok(());
            }
            match ownership {
                Some(ownership) if ownership.holder == Owner::Pane(self.me()) => self.hold(ownership)?,
                _ => self.sleep(),
            }
        }
    }

    fn hold(&mut self, ownership: Ownership) -> Result<()> {
        let Some(record) = self.take(ownership) else {
            // Recalled meanwhile, or corrupt.
            self.attached.notify_the_supervisor();
            self.sleep();
            return Ok(());
        };
        let is_far_enough = self.attached.setup.goal_hops.is_some_and(|goal| record.ball.hop >= goal);
        if is_far_enough || record.ball.score.is_over() {
            self.attached.notify_the_supervisor();
            self.sleep();
            return Ok(());
        }
        match self.play(ownership, record)? {
            Err(Fenced) => ProcessStatus::count(&self.status().fenced),
            Ok(Gone::Stopping) => return Ok(()),
            Ok(Gone::Away) => {}
        }
        self.status().in_hand.store(0, Ordering::Release);
        Ok(())
    }

    /// The ball of this ownership, and a note that it has come.
    fn take(&self, ownership: Ownership) -> Option<Record> {
        let (region, court) = (self.region(), self.endpoint.court);
        let own = region.ball_as_played(ownership, court).ok().flatten();
        let record = own.or_else(|| region.ball_as_taken(ownership, court).ok());
        let record = record.filter(|record| court.can_have(self.me(), &record.ball))?;
        if !region.has_received(ownership) {
            let now_ns = clock::now_ns();
            let is_handed = own.is_none() && ownership.giver != Owner::Supervisor;
            let handed_ns = if is_handed { record.handed_ns.min(now_ns) } else { 0 };
            let arrival = Arrival::of(ownership, TransportKind::Shared, record.ball.hop, handed_ns, now_ns);
            region.arrival_log(self.me()).push(arrival.words());
            if is_handed {
                region.latency(self.me(), TransportKind::Shared).record(now_ns - handed_ns);
                self.status().took_ns.store(now_ns - handed_ns, Ordering::Relaxed);
            }
            self.status().in_hand.store(ownership.epoch + 1, Ordering::Release);
        }
        Some(Record { handed_ns: 0, via: TransportKind::Shared, ..record })
    }

    /// Tick by tick, until the ball leaves.
    fn play(
        &mut self,
        ownership: Ownership,
        mut record: Record,
    ) -> Result<std::result::Result<Gone, Fenced>> {
        let court = self.endpoint.court;
        if let Outcome::LeavesTo(to) = court.outcome(self.me(), &record.ball) {
            // The process before this one has died at the side.
            return Ok(self.hand_over(ownership, record, to));
        }
        if !self.attached.setup.paced {
            let rest_ns = if self.plan.lapses(record.ball.hop) { LONG_REST_NS } else { REST_NS };
            clock::sleep_until(clock::now_ns() + rest_ns)?;
        }
        self.write(ownership, &record);
        self.stop_if_planned(ownership, &record);
        loop {
            self.pace(&mut record)?;
            if self.is_stopping() {
                return Ok(Ok(Gone::Stopping));
            }
            if self.case.flaw != Some(Flaw::IsNotFenced) && !self.region().baton.is_still(ownership) {
                return Ok(Err(Fenced));
            }
            if let Outcome::LeavesTo(to) = self.tick(&mut record) {
                return Ok(self.hand_over(ownership, record, to));
            }
            self.obey(Some((ownership, &record)));
            if self.case.flaw != Some(Flaw::SwapsFirst) || !self.leaves_soon(record) {
                self.write(ownership, &record);
            }
            self.show();
            if record.ball.score.is_over() {
                return Ok(Ok(Gone::Stopping));
            }
        }
    }

    pub(super) fn tick(&self, record: &mut Record) -> Outcome {
        self.endpoint.court.advance(self.me(), &mut record.ball, &mut record.paddle, Control::Autopilot)
    }

    fn leaves_soon(&self, mut record: Record) -> bool {
        (0..UNWRITTEN).any(|_| matches!(self.tick(&mut record), Outcome::LeavesTo(_)))
    }

    /// Waits until the next tick is due, in real time.
    fn pace(&self, record: &mut Record) -> Result<()> {
        if !self.attached.setup.paced {
            return Ok(());
        }
        while self.region().is_paused() && !self.is_stopping() {
            ProcessStatus::count(&self.status().heartbeats);
            clock::sleep_until(clock::now_ns() + clock::ns(FRAME))?;
            record.due_ns = clock::now_ns();
        }
        let tick_ns = self.region().settings().pace(&record.ball.score).tick_ns();
        let now_ns = clock::now_ns();
        // One that was stopped goes on from now.
        let due_ns = record.due_ns.clamp(now_ns.saturating_sub(tick_ns), now_ns + tick_ns);
        clock::sleep_until(due_ns)?;
        record.due_ns = due_ns + tick_ns;
        Ok(())
    }

    fn sleep(&self) {
        self.show();
        // One that nobody notifies is to be seen asleep.
        let is_watched = self.observer.is_some() && self.case.flaw != Some(Flaw::IsSilent);
        let time = if is_watched || self.kept.is_some() { FRAME } else { PATIENCE };
        self.region().bell(self.me()).sleep(time);
    }

    /// Obeys the inspector, as the pane of the game does.
    fn obey(&self, next: Option<(Ownership, &Record)>) {
        match (self.region().command(self.me(), self.endpoint.incarnation), next) {
            (Some(Action::Hang), _) => clock::stand_still(),
            (Some(Action::Tear), Some((ownership, record))) => {
                self.region().pane(self.me()).tear(ownership.epoch, record);
                // Cannot fail, and does not return.
                let _killed = raise(Signal::SIGKILL);
            }
            _ => {}
        }
    }

    fn show(&self) {
        self.observer.into_iter().for_each(Observer::show);
    }

    /// The other windows show where the ball is. The taker is notified or not: that is the hand-off's.
    pub(super) fn show_everywhere(&self, to: PaneId) {
        self.show();
        let others = self.endpoint.court.all_panes().filter(|pane| *pane != self.me() && *pane != to);
        others.filter(|_| self.attached.setup.windows).for_each(|pane| self.endpoint.notify(pane));
    }

    pub(super) fn write(&self, ownership: Ownership, record: &Record) {
        self.region().pane(self.me()).write(ownership.epoch, record);
    }

    fn is_stopping(&self) -> bool {
        self.region().header.phase() == Phase::Stopping
    }

    pub(super) fn me(&self) -> PaneId {
        self.endpoint.me
    }

    pub(super) fn region(&self) -> &Region {
        self.endpoint.region
    }

    pub(super) fn status(&self) -> &ProcessStatus {
        &self.region().pane(self.me()).status
    }
}
