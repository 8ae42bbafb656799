//! The program of the supervisor: serve, recall, recover, respawn. One call is one atomic step.

use crate::ball::{Ball, Ownership, PANES, SUPERVISOR};
use crate::links::Via;
use crate::mutant::Mutant;
use crate::process::{At, Life, Process, WaitStep};
use crate::protocol::Protocol;
use crate::state::{Alarm, Doing, LATE, Record, State, Task};

impl Protocol {
    /// The next atomic step of the supervisor. It is not idle.
    pub(crate) fn supervise(&self, state: &mut State) {
        state.supervisor = match state.supervisor {
            Doing::Idle => Doing::Idle,
            Doing::Look(task) => self.look_at_baton(state, task),
            Doing::ReadOwn(task, ownership) => {
                match state.read(ownership.holder, ownership.epoch, self.mutant) {
                    Some(ball) => self.change(task, ownership, ball),
                    None => Doing::ReadGiven(task, ownership),
                }
            }
            Doing::ReadGiven(task, ownership) => match state.read_given(ownership, self.mutant) {
                Some(ball) => self.change(task, ownership, ball),
                // The ownership is over, and both records were written anew.
                None => Doing::Look(task),
            },
            Doing::Write(task, ownership, ball) => {
                self.note(state, ownership, ball);
                Doing::Swap(task, ownership, ball)
            }
            Doing::Swap(task, ownership, ball) => self.reclaim(state, task, ownership, ball),
            Doing::WriteLate(task, ownership, ball) => {
                self.note(state, ownership, ball);
                Doing::Notify(task)
            }
            Doing::Notify(task) => self.wake_all(state, task),
            Doing::Respawn(pane) => self.respawn(state, pane),
            Doing::Link(pane) => {
                state.link_neighbours(pane);
                Doing::Idle
            }
        };
        if state.supervisor == Doing::Idle {
            state.seen_tick = 0;
        }
    }

    fn note(&self, state: &mut State, ownership: Ownership, ball: Ball) {
        state.write(SUPERVISOR, Record { epoch: ownership.epoch, ball, via: Via::Shared }, self.mutant);
    }

    fn respawn(&self, state: &mut State, pane: u8) -> Doing {
        state.processes[usize::from(pane)] = Process::new(pane);
        if self.mutant == Mutant::SlotClearedAtRespawn {
            state.slots[usize::from(pane)] = [None; 2];
        }
        if self.has_links() {
            state.link_up(pane);
        }
        if self.has_links() && self.mutant != Mutant::LinksNotReplaced {
            Doing::Link(pane)
        } else {
            Doing::Idle
        }
    }

    fn look_at_baton(&self, state: &mut State, task: Task) -> Doing {
        let ownership = state.baton;
        state.seen_tick = state.truth.tick;
        match task {
            Task::Recover(pane) if ownership.holder != pane => self.bereave(task, pane),
            Task::Recover(_) if self.mutant == Mutant::RecoveryFromTheGiver => {
                Doing::ReadGiven(task, ownership)
            }
            _ => Doing::ReadOwn(task, ownership),
        }
    }

    /// The dead one did not have the ball: only whatever it still had to notify is left to do.
    fn bereave(&self, task: Task, pane: u8) -> Doing {
        if self.mutant == Mutant::NoNotifyAtADeath { Doing::Respawn(pane) } else { Doing::Notify(task) }
    }

    fn change(&self, task: Task, ownership: Ownership, ball: Ball) -> Doing {
        let ball = match task {
            Task::Serve(to) => ball.served(to),
            Task::Recover(_) => ball,
        };
        if self.mutant == Mutant::ReclaimBeforeTheRecord {
            Doing::Swap(task, ownership, ball)
        } else {
            Doing::Write(task, ownership, ball)
        }
    }

    fn reclaim(&self, state: &mut State, task: Task, ownership: Ownership, ball: Ball) -> Doing {
        if state.baton != ownership && self.mutant != Mutant::ReclaimByStore {
            // Lost the race: nothing has happened.
            return Doing::Look(task);
        }
        let truth = state.truth;
        let (to, is_right) = match task {
            Task::Serve(to) => {
                state.recalls += u8::from(ownership != Ownership::REST);
                // The owner may have gone on after its record was read; then the ball goes back to that record.
                (to, (state.seen_tick..=truth.tick).contains(&ball.tick) && ball.hop == truth.hop)
            }
            Task::Recover(pane) => {
                state.recoveries += 1;
                (pane, ball == truth)
            }
        };
        if !is_right {
            state.raise(Alarm::WrongBall);
        }
        state.truth = ball;
        state.baton = ownership.next(SUPERVISOR, to);
        if self.mutant == Mutant::ReclaimBeforeTheRecord {
            Doing::WriteLate(task, ownership, ball)
        } else {
            Doing::Notify(task)
        }
    }

    /// Notifies every bell. One step: nobody can tell a notification that comes later from a sleeper that runs later.
    fn wake_all(&self, state: &mut State, task: Task) -> Doing {
        let is_notified = |pane: &u8| match task {
            Task::Serve(to) => to == *pane || self.mutant != Mutant::ReclaimNotifiesOnlyTheReceiver,
            Task::Recover(_) => true,
        };
        (0..PANES).filter(is_notified).for_each(|pane| self.wake_for_sure(state, pane));
        match task {
            Task::Serve(_) => Doing::Idle,
            Task::Recover(dead) => Doing::Respawn(dead),
        }
    }

    /// Notices a death, and reaps it.
    pub(crate) fn reap(state: &mut State, pane: u8) {
        state.processes[usize::from(pane)] = Process::none(pane);
        state.supervisor = Doing::Look(Task::Recover(pane));
    }

    /// The mutant that replaces a process that only does not answer.
    pub(crate) fn give_up_on(state: &mut State, pane: u8) {
        state.processes[LATE] = state.processes[usize::from(pane)];
        Self::reap(state, pane);
    }

    /// Where the ball can be put when its owner stands still, or waits to send the ball to one that does.
    pub(crate) fn can_relieve(state: &State, to: u8) -> bool {
        let life = |pane: u8| state.processes[usize::from(pane)].life;
        let holder = state.baton.holder;
        holder < PANES && to != holder && life(to) == Life::Running && {
            match state.processes[usize::from(holder)].at {
                At::Refused(offer, WaitStep::Asleep) if life(offer.ball.pane) == Life::Stopped => true,
                _ => life(holder) == Life::Stopped,
            }
        }
    }
}
