//! The hand-off of a pane with a flaw; and the faults that are planned in a game.

use nix::sys::signal::{Signal, raise};

use super::flaw::Flaw;
use super::pane::{FlawedPane, Gone};
use crate::game::PaneId;
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::{Arrival, Fenced, Owner, Ownership, ProcessStatus, Record, TransportKind};

impl FlawedPane<'_> {
    /// The hand-off, and what is wrong with it.
    pub(super) fn hand_over(
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
    pub(super) fn note_what_it_keeps(&mut self, ownership: Option<Ownership>) {
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
    pub(super) fn stop_if_planned(&self, ownership: Ownership, record: &Record) {
        // After the recall the ball is of the same hop, but no pane has given it.
        let is_first =
            ownership.giver != Owner::Supervisor && !self.is_later_process() && self.is_first_region();
        if self.has_faults() && record.ball.hop == self.plan.stopped && is_first {
            // Cannot fail. It goes on from here when it is continued.
            let _stopped = raise(Signal::SIGSTOP);
        }
    }

    /// The planned fault of a giver: it dies between record and swap, in whichever order it does the two.
    fn die_if_planned(&self, hop: u64) {
        if self.has_faults() && hop == self.plan.killed && !self.is_later_process() {
            // Cannot fail, and does not return.
            let _killed = raise(Signal::SIGKILL);
        }
    }

    /// A hop that is counted twice is noticed without any fault, half a second later at most: none is to come before that.
    fn has_faults(&self) -> bool {
        self.case.has_faults && self.case.flaw != Some(Flaw::CountsIt)
    }

    fn is_later_process(&self) -> bool {
        self.endpoint.incarnation > 1
    }

    fn is_first_region(&self) -> bool {
        self.region().event_log.counts().reinitializations == 0
    }
}
