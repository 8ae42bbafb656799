//! The program of a pane: wait, accept, step, offer. One call is one atomic step.

use crate::state::{Alarm, At, Ball, Life, OfferStep, PANES, Process, SUPERVISOR, State, Tenure};
use crate::{Law, Mutant};

impl Law {
    /// Whether this process can take its next step.
    pub(crate) fn can_step(&self, state: &State, index: usize) -> bool {
        let process = &state.processes[index];
        let is_awake = match process.at {
            // A timeout that finds nothing new changes nothing, so only the others are steps.
            At::Asleep => process.is_rung || self.timeouts && state.baton.holder == process.pane,
            At::Keep(_) => process.is_rung,
            _ => true,
        };
        process.life == Life::Running && is_awake
    }

    /// The panes to which the next tick can send the ball; one, if it does not matter.
    pub(crate) fn ways(&self, state: &State, index: usize) -> &'static [u8] {
        match state.processes[index].at {
            At::Play(_, ball) if ball.age + 1 >= self.crossing && ball.pane == 1 => &[0, 2],
            _ => &[1],
        }
    }

    /// The next atomic step of a process.
    pub(crate) fn step(&self, state: &mut State, index: usize, way: u8) {
        let Process { pane: me, at, .. } = state.processes[index];
        let next = match at {
            At::Hear | At::Asleep | At::Keep(_) if self.mutant == Mutant::BellHeardAfterTheBaton => {
                look(state, me).map_or(At::HearLate, At::ReadOwn)
            }
            At::Hear | At::Asleep | At::Keep(_) => {
                state.processes[index].is_rung = false;
                At::Look
            }
            At::HearLate => {
                state.processes[index].is_rung = false;
                At::Asleep
            }
            At::Look => look(state, me).map_or(At::Asleep, At::ReadOwn),
            At::ReadOwn(tenure) => match state.read(me, tenure.epoch, self.mutant) {
                Some(ball) => self.accept(me, tenure, ball),
                None => At::ReadGiven(tenure),
            },
            At::ReadGiven(tenure) => match state.read_given(tenure, self.mutant) {
                Some(ball) => self.accept(me, tenure, ball),
                // Taken meanwhile: its ring will come.
                None => At::Asleep,
            },
            At::Play(tenure, _) if state.baton != tenure => At::Hear,
            At::Play(tenure, ball) => match ball.advanced(self.crossing, way) {
                ball if ball.pane == me => At::Write(tenure, ball),
                ball => At::Offer(tenure, ball, 0),
            },
            At::Write(tenure, ball) => {
                self.checkpoint(state, me, tenure, ball);
                At::Play(tenure, ball)
            }
            At::Offer(tenure, ball, step) => self.offer(state, me, tenure, ball, step),
        };
        state.processes[index].go(next);
    }

    fn accept(&self, me: u8, tenure: Tenure, ball: Ball) -> At {
        if ball.hop >= self.bounds.hops {
            At::Keep(tenure)
        } else if ball.pane == me {
            At::Play(tenure, ball)
        } else {
            // An earlier process died between the tick that made the ball leave and the swap.
            At::Offer(tenure, ball, 0)
        }
    }

    /// Writes a record of a tenure, be it over or not. What the owner writes is the truth from now on.
    fn checkpoint(&self, state: &mut State, me: u8, tenure: Tenure, ball: Ball) {
        if state.baton == tenure {
            let truth = state.truth;
            let is_next = ball.tick == truth.tick + 1 && ball.hop == truth.hop;
            if ball != truth && !is_next {
                state.raise(Alarm::WrongBall);
            }
            state.truth = ball;
        }
        let counted = self.mutant == Mutant::HopCountedByTheGiver && ball.pane != me;
        let record = if counted { ball.handed_over() } else { ball };
        state.write(me, tenure.epoch, record, self.mutant);
    }

    /// The steps of a hand-off, in their order.
    pub(crate) fn offer_steps(&self) -> [OfferStep; 3] {
        use OfferStep::{Ring, Swap, Write};
        match self.mutant {
            Mutant::RecordAfterTheSwap => [Swap, Write, Ring],
            Mutant::RingBeforeTheSwap => [Write, Ring, Swap],
            _ => [Write, Swap, Ring],
        }
    }

    fn offer(&self, state: &mut State, me: u8, tenure: Tenure, ball: Ball, step: u8) -> At {
        match self.offer_steps()[usize::from(step)] {
            OfferStep::Write => self.checkpoint(state, me, tenure, ball),
            OfferStep::Ring => state.ring(ball.pane),
            OfferStep::Swap => {
                let is_late = state.baton != tenure;
                if is_late && self.mutant != Mutant::LateOwnerNotFenced {
                    return At::Hear;
                }
                if is_late {
                    state.raise(Alarm::LateHandOff);
                }
                state.baton = state.baton.next(me, ball.pane);
                state.truth = ball.handed_over();
            }
        }
        if step == 2 { At::Hear } else { At::Offer(tenure, ball, step + 1) }
    }
}

fn look(state: &State, me: u8) -> Option<Tenure> {
    debug_assert!(me < PANES && me != SUPERVISOR);
    (state.baton.holder == me).then_some(state.baton)
}
