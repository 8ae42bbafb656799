//! What must hold in every state, and what must be seen to happen so that holding it means something.

use stateright::Property;

use crate::state::{Alarm, At, Doing, Life, OfferStep, Process, SUPERVISOR, State, Tenure};
use crate::{Action, Law};

/// Whoever believes to own the ball in the current epoch is whom the baton names.
pub const ONE_HOLDER: &str = "one holder";
/// `epoch - 1 == hops + recoveries + recalls`, by what the Region says.
pub const CONSERVATION: &str = "conservation";
/// The ball can be read, by whoever looks at any moment.
pub const NOTHING_LOST: &str = "nothing lost";
/// What is read is the ball as its owner or the supervisor has left it: nobody late changes it.
pub const RIGHT_BALL: &str = "the right ball";
/// The ball goes on from where it was: no tick is skipped or undone but by a recall, to a record of that tenure.
pub const NO_WAY_BACK: &str = "no way back";
/// Whoever lost its tenure hands nothing over.
pub const LATE_IS_FENCED: &str = "late is fenced";
/// Whenever nobody can go on, the game has reached its goal. No path is endless, so every game reaches it.
pub const NO_HANG: &str = "no hang";

pub(crate) fn properties() -> Vec<Property<Law>> {
    vec![
        Property::always(ONE_HOLDER, one_holder),
        Property::always(CONSERVATION, conservation),
        Property::always(NOTHING_LOST, |law: &Law, state: &State| state.ball(law.mutant).is_some()),
        Property::always(RIGHT_BALL, |law: &Law, state: &State| {
            state.ball(law.mutant).is_none_or(|ball| ball == state.truth)
        }),
        Property::always(NO_WAY_BACK, |_, state: &State| state.alarm != Some(Alarm::WrongBall)),
        Property::always(LATE_IS_FENCED, |_, state: &State| state.alarm != Some(Alarm::LateHandOff)),
        Property::always(NO_HANG, |law: &Law, state: &State| {
            has_reached_goal(law, state) || law.can_go_on(state)
        }),
        Property::sometimes(
            "a game is finished after a recovery and a recall",
            |law: &Law, state: &State| {
                state.recoveries > 0 && state.recalls > 0 && has_reached_goal(law, state)
            },
        ),
        Property::sometimes("an owner is about to write a record two epochs late", |_, state: &State| {
            state.processes.iter().any(|process| match process.at {
                At::Write(tenure, _) | At::Offer(tenure, _, 0) => tenure.epoch + 2 <= state.baton.epoch,
                _ => false,
            })
        }),
        Property::sometimes("the supervisor loses a race", |_, state: &State| match state.supervisor {
            Doing::Swap(_, tenure, _) => tenure != state.baton,
            _ => false,
        }),
        Property::sometimes("a new process finds the ball already outside", |_, state: &State| {
            let finds = |at: At| matches!(at, At::Offer(tenure, _, 0) if tenure.giver == SUPERVISOR);
            state.recoveries > 0 && state.processes.iter().any(|process| finds(process.at))
        }),
    ]
}

fn one_holder(law: &Law, state: &State) -> bool {
    let believers = state.processes.iter().filter_map(|process| believes(law, process));
    let now = believers.filter(|tenure| tenure.epoch == state.baton.epoch);
    let mut count = 0;
    now.inspect(|_| count += 1).all(|tenure| tenure == state.baton) && count <= 1
}

/// The tenure in which this process believes to own the ball.
fn believes(law: &Law, process: &Process) -> Option<Tenure> {
    let is_there = matches!(process.life, Life::Running | Life::Stopped);
    match process.at {
        At::Play(tenure, _) | At::Write(tenure, _) | At::Keep(tenure) => Some(tenure),
        At::Offer(tenure, _, step) => {
            let steps = law.offer_steps();
            steps[usize::from(step)..].contains(&OfferStep::Swap).then_some(tenure)
        }
        _ => None,
    }
    .filter(|_| is_there)
}

fn conservation(law: &Law, state: &State) -> bool {
    let Some(ball) = state.ball(law.mutant) else { return true };
    state.baton == Tenure::REST || state.baton.epoch - 1 == ball.hop + state.recoveries + state.recalls
}

pub(crate) fn has_reached_goal(law: &Law, state: &State) -> bool {
    let keeps = |process: &Process| {
        process.life == Life::Running && process.at == At::Keep(state.baton) && !process.is_rung
    };
    state.ball(law.mutant).is_some_and(|ball| ball.hop >= law.bounds.hops)
        && state.processes.iter().any(keeps)
}

impl Law {
    /// Whether anything but a new fault can happen.
    pub(crate) fn can_go_on(&self, state: &State) -> bool {
        let mut actions = Vec::new();
        self.progress(state, &mut actions);
        // Where timeouts help, nobody needs to be continued.
        actions.iter().any(|action| !self.timeouts || !matches!(action, Action::Continue(_)))
    }
}
