//! The bells: how a process sleeps, and who wakes it.
//!
//! A pane's bell is one word: awake, notified, or how its process sleeps. Here it is no word of its own: a process that
//! sleeps and is not notified has a bell that says how, and any other's says whether it is notified.

use crate::ball::{PANES, SUPERVISOR};
use crate::links::Via;
use crate::mutant::Mutant;
use crate::process::{At, Life, Process, Sleep, WaitStep};
use crate::protocol::Protocol;
use crate::state::State;

impl Process {
    /// Notifies its bell. Returns what the bell said, if it said that the process sleeps.
    fn notify(&mut self) -> Option<Sleep> {
        let was = self.sleeps().filter(|_| !self.is_notified && self.is_there());
        self.is_notified = true;
        self.go(self.at);
        was
    }

    fn wake(&mut self, by_futex: bool) {
        let sleeps_so = |sleep| (sleep == Sleep::On(Via::Shared)) == by_futex;
        self.is_woken |= self.is_there() && self.sleeps().is_some_and(sleeps_so);
    }

    pub(crate) fn is_there(&self) -> bool {
        matches!(self.life, Life::Running | Life::Stopped)
    }
}

impl Protocol {
    /// Whether this process can take its next step.
    pub(crate) fn can_step(&self, state: &State, index: usize) -> bool {
        let process = &state.processes[index];
        let is_awake = match process.at {
            At::Asleep(sleep) => {
                process.is_woken
                    || wakes(state, process, sleep)
                    || self.timeouts && has_missed(state, process)
            }
            At::Refused(offer, WaitStep::Asleep) => {
                let can_send = state.links.takes(process.pane, offer.ball.pane, offer.via, self.room);
                let is_late = self.timeouts && state.baton != offer.ownership;
                process.is_woken || can_send || state.links.has_news(process.pane) || is_late
            }
            At::Keep(_) => process.is_notified,
            _ => true,
        };
        process.life == Life::Running && is_awake
    }

    /// Notifies the bell of a pane. Returns how its sleeper must be woken, if it sleeps: by its futex, or by its eventfd.
    pub(crate) fn notify(&self, state: &mut State, pane: u8) -> Option<bool> {
        let bells = state.processes.iter_mut().filter(|process| process.pane == pane);
        let was = bells.filter_map(Process::notify).last()?;
        Some(was == Sleep::On(Via::Shared))
    }

    /// Notifies the bell of a pane after a hand-off. The frame itself wakes a taker that sleeps on its link;
    /// then its bell keeps saying so: nobody takes a sleeper for awake.
    pub(crate) fn notify_after_frame(
        &self,
        state: &mut State,
        giver: u8,
        pane: u8,
        via: Via,
    ) -> Option<bool> {
        let was = state.processes[usize::from(pane)];
        let was_asleep = was.sleeps().filter(|_| !was.is_notified);
        // Its own link: the one to an earlier process may be of the same kind.
        let is_its_link = state.links.is_sound(giver, pane) || self.mutant == Mutant::KindOfLinkTrusted;
        let is_woken_by_frame = via.is_link() && is_its_link && was_asleep == Some(Sleep::On(via));
        if is_woken_by_frame && self.mutant != Mutant::FrameWakesNotified {
            return None;
        }
        let needed = self.notify(state, pane);
        match self.mutant {
            Mutant::FrameWakesNotified if is_woken_by_frame => None,
            Mutant::EarlySleeperNotWoken if was_asleep == Some(Sleep::OnFds) => None,
            Mutant::WakesByItsOwnTransport => (!via.is_link()).then_some(true),
            _ => needed,
        }
    }

    /// Wakes the process that sleeps there now on its futex, or on its eventfd. A wake that comes too late has no effect.
    pub(crate) fn wake(state: &mut State, pane: u8, by_futex: bool) {
        let sleepers = state.processes.iter_mut().filter(|process| process.pane == pane);
        sleepers.for_each(|process| process.wake(by_futex));
    }

    /// The supervisor notifies, and wakes whatever the bell said: an earlier notifier may have died before its wake.
    pub(crate) fn wake_for_sure(&self, state: &mut State, pane: u8) {
        let needed = self.notify(state, pane);
        if self.mutant == Mutant::TimidSupervisor {
            needed.into_iter().for_each(|by_futex| Self::wake(state, pane, by_futex));
        } else {
            [false, true].into_iter().for_each(|by_futex| Self::wake(state, pane, by_futex));
        }
    }

    /// Says in the bell how it sleeps, by compare-and-swap: it does not sleep if the bell has notified.
    pub(crate) fn arm(&self, process: &mut Process, asleep: At, notified: At) -> At {
        let is_lost = process.is_notified && self.mutant != Mutant::ArmByStore;
        process.is_notified = false;
        if is_lost { notified } else { asleep }
    }

    /// The choices of a process's next step; one, if there is nothing to choose: the pane to which the next tick can
    /// send the ball, or the transport.
    pub(crate) fn choices(&self, state: &State, index: usize) -> &'static [u8] {
        let process = &state.processes[index];
        match process.at {
            At::Play(_, ball) if ball.age + 1 >= self.crossing && ball.pane == 1 => {
                if self.panes == 2 {
                    &[0]
                } else {
                    &[0, 2]
                }
            }
            At::Play(..) => &[1],
            At::Look if state.baton.holder == process.pane => &[0],
            At::Offer(_, step) if step != self.offer_steps()[0] => &[0],
            At::Offer(..) | At::Look | At::DisarmLate | At::ReceiveLate(_) | At::ReadGiven(_) => {
                &[0, 1, 2][..self.transports.len()]
            }
            _ => &[0],
        }
    }
}

/// Whether what is in the kernel wakes this sleeper: new links, or frames of the kind for which it sleeps.
fn wakes(state: &State, process: &Process, sleep: Sleep) -> bool {
    let mut frames = state.links.readable(process.pane);
    match sleep {
        Sleep::On(Via::Shared) => false,
        Sleep::On(via) => state.links.has_news(process.pane) || frames.any(|frame| frame.via == via),
        Sleep::OnFds => state.links.has_news(process.pane) || frames.next().is_some(),
    }
}

/// Whether a timeout finds something new. Others change nothing, so they are no steps.
fn has_missed(state: &State, process: &Process) -> bool {
    debug_assert!(process.pane < PANES && process.pane != SUPERVISOR);
    state.baton.holder == process.pane || state.links.readable(process.pane).next().is_some()
}
