//! What must hold in every state, and what must be seen to happen so that holding it means something.

use stateright::Property;

use crate::ball::{Ownership, SUPERVISOR};
use crate::links::{Frame, Links};
use crate::process::{At, Life, Offer, OfferStep, Process, Sleep, WaitStep};
use crate::protocol::{Action, Protocol};
use crate::state::{Alarm, Doing, State};

/// A process that takes itself for the owner in the current epoch is the one that the baton names.
pub const ONE_HOLDER: &str = "one holder";
/// `epoch - 1 == hops + recoveries + recalls`, by what the Region says.
pub const CONSERVATION: &str = "conservation";
/// Every process can read the ball at any moment.
pub const NOTHING_LOST: &str = "nothing lost";
/// What is read is the ball as its owner or the supervisor has left it: nobody late changes it.
pub const RIGHT_BALL: &str = "the right ball";
/// The ball goes on from where it was: no tick is skipped or undone but by a recall, to a record of that ownership.
pub const NO_WAY_BACK: &str = "no way back";
/// A process that lost its ownership hands nothing over.
pub const LATE_IS_FENCED: &str = "late is fenced";
/// A frame equals the record in the slot, and the taker gets the true ball.
pub const FRAME_CHANGES_NOTHING: &str = "a frame never changes the ball";
/// A taker finds its frame in the link, as long as no process has died.
pub const FRAME_ARRIVES: &str = "a frame is lost by a death only";
/// Whenever nobody can go on, the game has reached its goal. No path is endless, so every game reaches it.
pub const NO_HANG: &str = "no hang";

pub(crate) fn properties(protocol: &Protocol) -> Vec<Property<Protocol>> {
    let mut properties = invariants();
    let has_takes = protocol.bounds.stops + protocol.bounds.starts > 0;
    if protocol.bounds.kills > 0 && has_takes {
        properties.extend(troubles());
    }
    if protocol.bounds.kills > 0 && protocol.has_links() {
        properties.extend(troubles_of_links());
    }
    if protocol.bounds.starts > 0 && protocol.has_links() {
        properties.push(Property::sometimes(
            "a full link refuses the ball, and takes it later",
            |protocol: &Protocol, state: &State| {
                was_refused(protocol, state, |protocol, links, me, offer| {
                    links.takes(me, offer.ball.pane, offer.via, protocol.room)
                })
            },
        ));
    }
    if protocol.transports.len() > 1 {
        properties.push(Property::sometimes(
            "a hand-off reaches one that sleeps for another transport",
            crosses_a_swap,
        ));
    }
    properties
}

fn invariants() -> Vec<Property<Protocol>> {
    vec![
        Property::always(ONE_HOLDER, one_holder),
        Property::always(CONSERVATION, conservation),
        Property::always(NOTHING_LOST, |protocol: &Protocol, state: &State| {
            state.ball(protocol.mutant).is_some()
        }),
        Property::always(RIGHT_BALL, |protocol: &Protocol, state: &State| {
            state.ball(protocol.mutant).is_none_or(|ball| ball == state.truth)
        }),
        Property::always(NO_WAY_BACK, |_, state: &State| state.wake != Some(Alarm::WrongBall)),
        Property::always(LATE_IS_FENCED, |_, state: &State| state.wake != Some(Alarm::LateHandOff)),
        Property::always(FRAME_CHANGES_NOTHING, frames_are_true),
        Property::always(FRAME_ARRIVES, |protocol: &Protocol, state: &State| {
            state.left.kills < protocol.bounds.kills
                || !state.processes.iter().any(|process| lacks_frame(state, process))
        }),
        Property::always(NO_HANG, |protocol: &Protocol, state: &State| {
            has_reached_goal(protocol, state) || protocol.can_go_on(state)
        }),
    ]
}

fn troubles() -> Vec<Property<Protocol>> {
    vec![
        Property::sometimes(
            "a game is finished after a recovery and a recall",
            |protocol: &Protocol, state: &State| {
                state.recoveries > 0 && state.recalls > 0 && has_reached_goal(protocol, state)
            },
        ),
        Property::sometimes("an owner is about to write a record two epochs late", |_, state: &State| {
            state.processes.iter().any(|process| match process.at {
                At::Write(ownership, _) => ownership.epoch + 2 <= state.baton.epoch,
                At::Offer(offer, OfferStep::Write) => offer.ownership.epoch + 2 <= state.baton.epoch,
                _ => false,
            })
        }),
        Property::sometimes("the supervisor loses a race", |_, state: &State| match state.supervisor {
            Doing::Swap(_, ownership, _) => ownership != state.baton,
            _ => false,
        }),
        Property::sometimes("a new process finds the ball already outside", |_, state: &State| {
            let finds = |at: At| match at {
                At::Offer(offer, OfferStep::Write) => offer.ownership.giver == SUPERVISOR,
                _ => false,
            };
            state.recoveries > 0 && state.processes.iter().any(|process| finds(process.at))
        }),
    ]
}

fn troubles_of_links() -> Vec<Property<Protocol>> {
    vec![
        Property::sometimes("a frame is read ahead of the swap", |_, state: &State| {
            in_hand(state, |state, _, frame| {
                frame.epoch == state.baton.epoch + 1 && frame.giver == state.baton.holder
            })
        }),
        Property::sometimes("a late frame is rejected", |_, state: &State| {
            in_hand(state, |state, process, frame| {
                process.at == At::Look && frame.epoch <= state.baton.epoch && frame.ownership() != state.baton
            })
        }),
        Property::sometimes("a frame is lost by a death after it was read", |_, state: &State| {
            let lacks = |process: &Process| lacks_frame(state, process);
            state.lost_frame == state.baton.epoch && state.processes.iter().any(lacks)
        }),
        Property::sometimes(
            "a dead link refuses the ball, and a new one comes",
            |protocol: &Protocol, state: &State| {
                was_refused(protocol, state, |_, links, me, _| links.has_news(me))
            },
        ),
        Property::sometimes(
            "a frame was sent to a dead process, and the swap finds a new one",
            |_, state: &State| {
                state.processes.iter().any(|process| match process.at {
                    At::Offer(offer, OfferStep::Notify) if offer.via.is_link() => {
                        let taker = &state.processes[usize::from(offer.ball.pane)];
                        let is_asleep = taker.at == At::Asleep(Sleep::On(offer.via));
                        is_asleep && !state.links.is_sound(process.pane, taker.pane)
                    }
                    _ => false,
                })
            },
        ),
    ]
}

/// Whether it takes over the ball, and the frame that was sent is neither in its hand nor in its links.
fn lacks_frame(state: &State, process: &Process) -> bool {
    let is_this = |frame: &Frame| frame.ownership() == state.baton;
    match process.at {
        At::Fetch(ownership, _) if ownership == state.baton => {
            !state.links.readable(process.pane).any(is_this)
        }
        _ => false,
    }
}

/// Whether a giver sleeps because a link has refused its ball, and can now go on so.
fn was_refused(
    protocol: &Protocol,
    state: &State,
    can_go_on: fn(&Protocol, &Links, u8, Offer) -> bool,
) -> bool {
    state.processes.iter().any(|process| match process.at {
        At::Refused(offer, WaitStep::Asleep) => {
            offer.ownership == state.baton && can_go_on(protocol, &state.links, process.pane, offer)
        }
        _ => false,
    })
}

fn in_hand(state: &State, holds: fn(&State, &Process, Frame) -> bool) -> bool {
    state.processes.iter().any(|process| process.hand.is_some_and(|frame| holds(state, process, frame)))
}

fn crosses_a_swap(protocol: &Protocol, state: &State) -> bool {
    let via = state.given_via(state.baton, protocol.mutant);
    state.baton.giver != SUPERVISOR
        && state.processes.iter().any(|process| match process.sleeps() {
            Some(Sleep::On(other)) => process.pane == state.baton.holder && other != via,
            _ => false,
        })
}

fn frames_are_true(protocol: &Protocol, state: &State) -> bool {
    let hands = state.processes.iter().filter_map(|process| process.hand.as_ref());
    let mut frames =
        state.links.frames().iter().chain(hands).filter(|frame| frame.ownership() == state.baton);
    let given = state.read_given(state.baton, protocol.mutant);
    state.wake != Some(Alarm::OtherBall)
        && frames.all(|frame| given.is_none_or(|given| given == frame.ball.handed_over()))
}

fn one_holder(protocol: &Protocol, state: &State) -> bool {
    let believers = state.processes.iter().filter_map(|process| believes(protocol, process));
    let now = believers.filter(|ownership| ownership.epoch == state.baton.epoch);
    let mut count = 0;
    now.inspect(|_| count += 1).all(|ownership| ownership == state.baton) && count <= 1
}

/// The ownership in which this process believes to own the ball.
fn believes(protocol: &Protocol, process: &Process) -> Option<Ownership> {
    match process.at {
        At::Play(ownership, _) | At::Write(ownership, _) | At::Keep(ownership) => Some(ownership),
        At::Refused(offer, _) => Some(offer.ownership),
        At::Offer(offer, step) => {
            let mut rest = protocol.offer_steps().into_iter().skip_while(|other| *other != step);
            rest.any(|step| step == OfferStep::Swap).then_some(offer.ownership)
        }
        _ => None,
    }
    .filter(|_| process.is_there())
}

fn conservation(protocol: &Protocol, state: &State) -> bool {
    let Some(ball) = state.ball(protocol.mutant) else { return true };
    state.baton == Ownership::REST || state.baton.epoch - 1 == ball.hop + state.recoveries + state.recalls
}

pub(crate) fn has_reached_goal(protocol: &Protocol, state: &State) -> bool {
    let keeps = |process: &Process| {
        process.life == Life::Running && process.at == At::Keep(state.baton) && !process.is_notified
    };
    state.ball(protocol.mutant).is_some_and(|ball| ball.hop >= protocol.bounds.hops)
        && state.processes.iter().any(keeps)
}

impl Protocol {
    /// Whether anything but a new fault can happen.
    pub(crate) fn can_go_on(&self, state: &State) -> bool {
        let mut actions = Vec::new();
        self.progress(state, &mut actions);
        // Where timeouts help, nobody needs to be continued.
        actions.iter().any(|action| !self.timeouts || !matches!(action, Action::Continue(_)))
    }
}
