//! The program of a pane until it has the ball and while it plays: wait, receive, accept, step. One call is one atomic
//! step.

use crate::ball::{Ball, Ownership, SUPERVISOR};
use crate::links::Via;
use crate::mutant::Mutant;
use crate::process::{At, Offer, Process, Sleep};
use crate::protocol::Protocol;
use crate::state::{Alarm, Record, State};

impl Protocol {
    /// The next atomic step of a process. `choice` is one of `choices`.
    #[expect(clippy::too_many_lines, reason = "one arm for each place at which a process can be")]
    pub(crate) fn step(&self, state: &mut State, index: usize, choice: u8) {
        let Process { pane: me, at, .. } = state.processes[index];
        let process = &mut state.processes[index];
        let next = match at {
            At::Disarm | At::Asleep(_) | At::Keep(_) if self.mutant == Mutant::BellDisarmedAfterTheBaton => {
                if state.baton.holder == me {
                    At::ReadOwn(state.baton)
                } else {
                    At::DisarmLate
                }
            }
            At::Disarm | At::Asleep(_) | At::Keep(_) => {
                process.is_notified = false;
                self.heard()
            }
            At::DisarmLate => {
                process.is_notified = false;
                self.lie_down(process, choice)
            }
            At::Receive => {
                receive(state, index);
                At::Look
            }
            At::ReceiveLate(epoch) => {
                receive(state, index);
                let process = &mut state.processes[index];
                process.hand = process.hand.filter(|frame| frame.epoch == epoch + 1);
                self.lie_down(process, choice)
            }
            At::Look => self.look(state, index, choice),
            At::Arm(sleep) => self.arm(process, At::Asleep(sleep), At::Disarm),
            At::ReadOwn(ownership) => match state.read(me, ownership.epoch, self.mutant) {
                Some(ball) => self.accept(state, index, ownership, ball),
                None => At::ReadGiven(ownership),
            },
            At::ReadGiven(ownership) => self.take_over(state, index, ownership, choice),
            At::Fetch(ownership, ball) => {
                receive(state, index);
                if self.mutant == Mutant::FrameAheadThrownAway {
                    let process = &mut state.processes[index];
                    process.hand = process.hand.filter(|frame| frame.epoch <= ownership.epoch);
                }
                self.accept(state, index, ownership, ball)
            }
            At::Play(ownership, _) if state.baton != ownership => At::Disarm,
            At::Play(ownership, ball) => match ball.advanced(self.crossing, choice) {
                ball if ball.pane == me => At::Write(ownership, ball),
                ball => self.offer(ownership, ball),
            },
            At::Write(ownership, ball) => {
                self.checkpoint(state, me, ownership, ball, Via::Shared);
                At::Play(ownership, ball)
            }
            At::Offer(offer, step) => self.hand_over(state, me, offer, step, choice),
            At::Refused(offer, step) => self.wait_to_send(state, index, offer, step),
            At::Wake { pane, futex } => {
                Self::wake(state, pane, futex);
                At::Disarm
            }
        };
        state.processes[index].go(next);
    }

    /// Whether there are links in this game.
    pub(crate) fn has_links(&self) -> bool {
        self.transports.iter().any(|via| via.is_link())
    }

    fn heard(&self) -> At {
        let reads_first = self.has_links() && self.mutant != Mutant::FrameJudgedByAnOlderLook;
        if reads_first { At::Receive } else { At::Look }
    }

    /// Looks at the baton, which decides on the frame in hand: one that is not ahead of it is of the ownership that it
    /// says, or is rejected.
    fn look(&self, state: &mut State, index: usize, choice: u8) -> At {
        let baton = state.baton;
        let process = &mut state.processes[index];
        let believed = process.hand.filter(|frame| frame.epoch > baton.epoch);
        if let (Mutant::FrameBelieved, Some(frame)) = (self.mutant, believed) {
            return self.accept(state, index, frame.ownership(), frame.ball.handed_over());
        }
        process.hand = process.hand.filter(|frame| frame.epoch > baton.epoch || frame.ownership() == baton);
        if baton.holder == process.pane {
            At::ReadOwn(baton)
        } else if self.mutant == Mutant::FrameJudgedByAnOlderLook && self.has_links() {
            state.links.install(process.pane);
            At::ReceiveLate(baton.epoch)
        } else {
            self.lie_down(process, choice)
        }
    }

    /// Nothing to do: sleep for a hand-off by one of the transports, or, with a frame in hand, for the swap that follows.
    fn lie_down(&self, process: &Process, choice: u8) -> At {
        At::Arm(process.hand.map_or(Sleep::On(self.transports[usize::from(choice)]), |_| Sleep::OnFds))
    }

    /// Takes over what the giver has left: the record, and the frame if it was sent. The record decides.
    fn take_over(&self, state: &mut State, index: usize, ownership: Ownership, choice: u8) -> At {
        let Some(ball) = state.read_given(ownership, self.mutant) else {
            // Taken meanwhile: its notification will come.
            return self.lie_down(&state.processes[index], choice);
        };
        let has_frame = state.processes[index].hand.is_some_and(|frame| frame.ownership() == ownership);
        let was_sent = ownership.giver != SUPERVISOR && state.given_via(ownership, self.mutant).is_link();
        if was_sent && !has_frame {
            At::Fetch(ownership, ball)
        } else {
            self.accept(state, index, ownership, ball)
        }
    }

    fn accept(&self, state: &mut State, index: usize, ownership: Ownership, ball: Ball) -> At {
        if state.baton == ownership && ball != state.truth {
            state.raise(Alarm::OtherBall);
        }
        let process = &mut state.processes[index];
        if ball.hop >= self.bounds.hops {
            // An owner that keeps the ball writes no record, so it will take it over again if it is notified.
            return At::Keep(ownership);
        }
        process.hand = process.hand.filter(|frame| frame.epoch > ownership.epoch);
        if ball.pane == process.pane {
            At::Play(ownership, ball)
        } else {
            // An earlier process died between the tick that made the ball leave and the swap.
            self.offer(ownership, ball)
        }
    }

    fn offer(&self, ownership: Ownership, ball: Ball) -> At {
        At::Offer(Offer { ownership, ball, via: Via::Shared, is_again: false }, self.offer_steps()[0])
    }

    /// Writes a record of an ownership, be it over or not. What the owner writes is the truth from now on.
    pub(crate) fn checkpoint(&self, state: &mut State, me: u8, ownership: Ownership, ball: Ball, via: Via) {
        if state.baton == ownership {
            let truth = state.truth;
            let is_next = ball.tick == truth.tick + 1 && ball.hop == truth.hop;
            if ball != truth && !is_next {
                state.raise(Alarm::WrongBall);
            }
            state.truth = ball;
        }
        let counted = self.mutant == Mutant::HopCountedByTheGiver && ball.pane != me;
        let ball = if counted { ball.handed_over() } else { ball };
        state.write(me, Record { epoch: ownership.epoch, ball, via }, self.mutant);
    }
}

/// Takes over new links, and takes what can be read out of the kernel. A frame that is read keeps its place in hand
/// until one of a higher epoch comes.
fn receive(state: &mut State, index: usize) {
    let process = &mut state.processes[index];
    state.links.install(process.pane);
    let read = state.links.read(process.pane);
    process.hand = process.hand.into_iter().chain(read).max_by_key(|frame| frame.epoch);
}
