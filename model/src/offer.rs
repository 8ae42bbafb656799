//! The program of a giver: write, send, swap, announce; and what it does when a link refuses the frame. One call is one
//! atomic step.

use crate::links::{Frame, Via};
use crate::mutant::Mutant;
use crate::process::{At, Offer, OfferStep, WaitStep};
use crate::protocol::Protocol;
use crate::state::{Alarm, State};

impl Protocol {
    /// The steps of a hand-off, in their order.
    pub(crate) fn offer_steps(&self) -> [OfferStep; 4] {
        use OfferStep::{Notify, Send, Swap, Write};
        match self.mutant {
            Mutant::RecordAfterTheSwap => [Swap, Write, Send, Notify],
            Mutant::NotifyBeforeTheSwap => [Write, Send, Notify, Swap],
            Mutant::SendAfterTheSwap => [Write, Swap, Send, Notify],
            Mutant::FrameBeforeTheRecord => [Send, Write, Swap, Notify],
            _ => [Write, Send, Swap, Notify],
        }
    }

    fn after(&self, offer: Offer, step: OfferStep) -> At {
        let sends = offer.via.is_link();
        let mut rest = self.offer_steps().into_iter().skip_while(|other| *other != step).skip(1);
        let next = rest.find(|step| sends || *step != OfferStep::Send);
        next.map_or(At::Disarm, |next| At::Offer(offer, next))
    }

    pub(crate) fn hand_over(
        &self,
        state: &mut State,
        me: u8,
        mut offer: Offer,
        step: OfferStep,
        choice: u8,
    ) -> At {
        let Offer { ownership, ball, .. } = offer;
        if step == self.offer_steps()[0] {
            offer.via = self.transports[usize::from(choice)];
            offer.is_again &= offer.via.is_link();
        }
        match step {
            OfferStep::Write => self.checkpoint(state, me, ownership, ball, offer.via),
            OfferStep::Send => {
                if !self.send(state, me, offer) {
                    return self.refused(state, me, offer);
                }
                // From here on it disarms its bell anew before it sleeps.
                offer.is_again = false;
            }
            OfferStep::Swap => {
                let is_late = state.baton != ownership;
                if is_late && self.mutant != Mutant::LateOwnerNotFenced {
                    return At::Disarm;
                }
                if is_late {
                    state.raise(Alarm::LateHandOff);
                }
                state.baton = state.baton.next(me, ball.pane);
                state.truth = ball.handed_over();
            }
            OfferStep::Notify => {
                let needed = self.notify_after_frame(state, me, ball.pane, offer.via);
                return match (needed, self.after(offer, step)) {
                    (Some(futex), At::Disarm) => At::Wake { pane: ball.pane, futex },
                    (needed, next) => {
                        needed.into_iter().for_each(|futex| Self::wake(state, ball.pane, futex));
                        next
                    }
                };
            }
        }
        self.after(offer, step)
    }

    fn send(&self, state: &mut State, me: u8, offer: Offer) -> bool {
        let Offer { ownership, ball, via, .. } = offer;
        let frame =
            Frame { giver: me, to: ball.pane, via, is_orphan: false, epoch: ownership.epoch + 1, ball };
        !via.is_link() || state.links.send(frame, self.room)
    }

    fn refused(&self, state: &State, me: u8, offer: Offer) -> At {
        let notifies = self.mutant != Mutant::RefusedGiverDoesNotNotify;
        match self.mutant {
            Mutant::SendAfterTheSwap => self.after(offer, OfferStep::Send),
            _ if !offer.is_again => At::Refused(offer, WaitStep::Disarm),
            _ if notifies && state.links.is_sound(me, offer.ball.pane) => {
                At::Refused(offer, WaitStep::Notify)
            }
            _ => At::Refused(offer, WaitStep::Arm),
        }
    }

    /// A giver keeps the ball until the link takes the frame or its ownership is over.
    pub(crate) fn wait_to_send(&self, state: &mut State, index: usize, offer: Offer, step: WaitStep) -> At {
        let process = &mut state.processes[index];
        match step {
            WaitStep::Disarm | WaitStep::Asleep => {
                process.is_notified = false;
                state.links.install(process.pane);
                At::Refused(offer, WaitStep::Look)
            }
            WaitStep::Look
                if state.baton != offer.ownership && self.mutant != Mutant::RefusedGiverDoesNotLook =>
            {
                At::Disarm
            }
            WaitStep::Look => {
                At::Offer(Offer { via: Via::Shared, is_again: true, ..offer }, self.offer_steps()[0])
            }
            WaitStep::Notify => {
                let needed = self.notify(state, offer.ball.pane);
                let next = needed.map_or(WaitStep::Arm, |futex| WaitStep::Wake { futex });
                At::Refused(offer, next)
            }
            WaitStep::Wake { futex } => {
                Self::wake(state, offer.ball.pane, futex);
                At::Refused(offer, WaitStep::Arm)
            }
            WaitStep::Arm => {
                let again = |step| At::Refused(offer, step);
                self.arm(process, again(WaitStep::Asleep), again(WaitStep::Disarm))
            }
        }
    }
}
