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
/// A pane that nobody notifies looks by itself after this.
const PATIENCE: Duration = Duration::from_secs(1);
/// The same where somebody watches what it does.
const FRAME: Duration = Duration::from_millis(20);
/// A giver that writes its last record after the swap has written none for so many ticks before.
const UNWRITTEN: usize = 8;

/// How the ball is gone.
enum Gone {
    /// It was handed over, or was recalled; or else the game is being stopped.
    Away,
    Stopping,
}

/// The process of a pane, in a game of this lab.
struct FlawedPane<'a> {
    attached: &'a Attached,
    endpoint: Endpoint<'a>,
    observer: Option<&'a dyn Observer>,
    case: Case,
    plan: Plan,
    /// The epoch for which it has noted that it keeps the ball; None before it keeps one.
    kept: Option<u64>,
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
            clock::sleep_until(clock::now_ns() + REST_NS)?;
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

    fn tick(&self, record: &mut Record) -> Outcome {
        self.endpoint.court.advance(self.me(), &mut record.ball, &mut record.paddle, Control::Autopilot)
    }

    fn leaves_soon(&self, mut record: Record) -> bool {
        (0..UNWRITTEN).any(|_| matches!(self.tick(&mut record), Outcome::LeavesTo(_)))
    }

    /// The hand-off, and what is wrong with it.
    fn hand_over(
        &mut self,
        ownership: Ownership,
        mut record: Record,
        to: PaneId,
    ) -> std::result::Result<Gone, Fenced> {
        let hop = record.ball.hop + 1;
        let lapses = self.plan.lapses(hop);
        let has = |flaw| self.case.flaw == Some(flaw);
        record.handed_ns = clock::now_ns();
        if has(Flaw::ChangesIt) && lapses {
            record.ball.vy = f64::from_bits(record.ball.vy.to_bits() ^ 1);
        }
        if has(Flaw::CountsIt) && hop == self.plan.flawed && self.is_first_region() {
            record.ball.hop += 1;
        }
        if has(Flaw::SwapsFirst) {
            self.swap(ownership, to)?;
            self.die_if_planned(hop);
            self.write(ownership, &record);
        } else {
            self.write(ownership, &record);
            self.die_if_planned(hop);
            self.swap(ownership, to)?;
        }
        if has(Flaw::PlaysOn) && lapses {
            // Where it flies on is not this pane any more.
            let _left = self.tick(&mut record);
            self.write(ownership, &record);
        }
        if !(has(Flaw::IsSilent) && lapses) {
            self.endpoint.notify(to);
        }
        if has(Flaw::KeepsIt) && hop >= self.plan.flawed {
            self.kept = self.kept.or(Some(0));
        }
        ProcessStatus::count(&self.status().hops);
        self.show_everywhere(to);
        Ok(Gone::Away)
    }

    fn swap(&self, ownership: Ownership, to: PaneId) -> std::result::Result<(), Fenced> {
        if self.case.flaw == Some(Flaw::IsNotFenced) {
            self.region().baton.lay_down(ownership.handed_to(to));
            return Ok(());
        }
        self.region().baton.hand_off(ownership, to).map(drop)
    }

    /// One that keeps a ball that it has given away notes in each epoch that it has it.
    fn note_what_it_keeps(&mut self, ownership: Option<Ownership>) {
        let Some((kept, now)) = self.kept.zip(ownership) else { return };
        let me = Owner::Pane(self.me());
        if now.holder == me || now.epoch == kept {
            return;
        }
        self.kept = Some(now.epoch);
        let mine = Ownership { giver: me, ..now };
        let hop = now.epoch.saturating_sub(1);
        let arrival = Arrival::of(mine, TransportKind::Shared, hop, 0, clock::now_ns());
        self.region().arrival_log(self.me()).push(arrival.words());
        self.status().in_hand.store(now.epoch + 1, Ordering::Release);
    }

    /// The planned fault of an owner: it stops, once in a game.
    fn stop_if_planned(&self, ownership: Ownership, record: &Record) {
        // After the recall the ball is of the same hop, but no pane has given it.
        let is_first =
            ownership.giver != Owner::Supervisor && !self.is_later_process() && self.is_first_region();
        if self.case.has_faults && record.ball.hop == self.plan.stopped && is_first {
            // Cannot fail. It goes on from here when it is continued.
            let _stopped = raise(Signal::SIGSTOP);
        }
    }

    /// The planned fault of a giver: it dies between record and swap, in whichever order it does the two.
    fn die_if_planned(&self, hop: u64) {
        if self.case.has_faults && hop == self.plan.killed && !self.is_later_process() {
            // Cannot fail, and does not return.
            let _killed = raise(Signal::SIGKILL);
        }
    }

    fn is_later_process(&self) -> bool {
        self.endpoint.incarnation > 1
    }

    fn is_first_region(&self) -> bool {
        self.region().event_log.counts().reinitializations == 0
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
    fn show_everywhere(&self, to: PaneId) {
        self.show();
        let others = self.endpoint.court.all_panes().filter(|pane| *pane != self.me() && *pane != to);
        others.filter(|_| self.attached.setup.windows).for_each(|pane| self.endpoint.notify(pane));
    }

    fn write(&self, ownership: Ownership, record: &Record) {
        self.region().pane(self.me()).write(ownership.epoch, record);
    }

    fn is_stopping(&self) -> bool {
        self.region().header.phase() == Phase::Stopping
    }

    fn me(&self) -> PaneId {
        self.endpoint.me
    }

    fn region(&self) -> &Region {
        self.endpoint.region
    }

    fn status(&self) -> &ProcessStatus {
        &self.region().pane(self.me()).status
    }
}
