//! The hand-off protocol as a state machine: two or three panes, the supervisor, and everything that can happen to
//! them between any two atomic steps. The protocol itself is the documentation of `src/protocol/mod.rs` in the crate
//! `tripong`; what is modelled and what is not stands in `docs/MODELS.md`.

#![allow(missing_docs, reason = "the variants and fields say what they are")]

mod bell;
mod check;
pub mod invariants;
pub mod links;
mod mutant;
mod offer;
mod pane;
pub mod process;
pub mod state;
mod supervisor;

use stateright::{Model, Property};

pub use check::Verdict;
use links::Via;
pub use mutant::Mutant;
use process::{Life, Process};
use state::{Doing, LATE, PANES, SUPERVISOR, State, Task};

/// How much happens in a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The pane that takes over the ball with this hop keeps it.
    pub hops: u8,
    /// Processes that are killed.
    pub kills: u8,
    /// Processes that are stopped. Fewer than panes.
    pub stops: u8,
    /// Presses of Start.
    pub starts: u8,
}

/// A game to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    pub bounds: Bounds,
    /// After so many ticks the ball leaves a pane.
    pub crossing: u8,
    /// Whether waits have a timeout. If not, notifications alone must do, and every stopped process is continued in the end;
    /// if so, some are never continued.
    pub timeouts: bool,
    /// How hand-offs travel. With several, each hand-off and each sleeper chooses anew: that is every order in which
    /// the transport can be swapped, and in which the panes can notice.
    pub transports: &'static [Via],
    /// A link holds so many frames.
    pub room: usize,
    /// Panes, two or three.
    pub panes: u8,
    pub mutant: Mutant,
}

/// What can happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A process does its next atomic step. `choice` is the pane to which the ball leaves with it, or the number of the
    /// transport that it uses.
    Step { process: u8, choice: u8 },
    /// The supervisor does its next atomic step.
    Supervise,
    /// The supervisor notices a death.
    Reap(u8),
    /// The supervisor takes the ball from a stopped owner, to this pane.
    Relieve(u8),
    /// The user of this pane presses Start.
    Start(u8),
    /// SIGKILL.
    Kill(u8),
    /// SIGSTOP.
    Stop(u8),
    /// SIGCONT.
    Continue(u8),
    /// A mutant takes a stopped process for dead.
    GiveUpOn(u8),
}

impl Protocol {
    fn progress(&self, state: &State, actions: &mut Vec<Action>) {
        for (process, index) in (0..).zip(0..state.processes.len()) {
            match state.processes[index].life {
                Life::Running if self.can_step(state, index) => {
                    let choices = self.choices(state, index).iter();
                    actions.extend(choices.map(|choice| Action::Step { process, choice: *choice }));
                }
                Life::Stopped => actions.push(Action::Continue(process)),
                Life::Dead if state.supervisor == Doing::Idle => actions.push(Action::Reap(process)),
                _ => {}
            }
        }
        if state.supervisor == Doing::Idle {
            let relieved = (0..PANES).filter(|to| Self::can_relieve(state, *to));
            actions.extend(relieved.map(Action::Relieve));
        } else {
            actions.push(Action::Supervise);
        }
    }

    fn faults(&self, state: &State, actions: &mut Vec<Action>) {
        let left = &state.left;
        for pane in 0..self.panes {
            let life = state.processes[usize::from(pane)].life;
            if left.kills > 0 && matches!(life, Life::Running | Life::Stopped) {
                actions.push(Action::Kill(pane));
            }
            if left.stops > 0 && life == Life::Running {
                actions.push(Action::Stop(pane));
            }
            let is_idle = state.supervisor == Doing::Idle;
            if left.starts > 0 && is_idle {
                actions.push(Action::Start(pane));
            }
            let nobody_is_late = state.processes[LATE].life == Life::Gone;
            let gives_up = self.mutant == Mutant::RespawnBeforeTheReap && is_idle && nobody_is_late;
            if gives_up && life == Life::Stopped {
                actions.push(Action::GiveUpOn(pane));
            }
        }
    }
}

impl Protocol {
    /// A process dies, and with it what it has read out of the kernel.
    fn kill(&self, state: &mut State, pane: u8) {
        let process = &mut state.processes[usize::from(pane)];
        if let Some(frame) = process.hand.filter(|frame| frame.epoch >= state.baton.epoch) {
            state.lost_frame = frame.epoch;
        }
        *process = Process { life: Life::Dead, ..Process::none(pane) };
        if self.has_links() {
            state.links.close(pane);
        }
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::first(self.bounds, self.panes)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.progress(state, actions);
        if !invariants::has_reached_goal(self, state) {
            self.faults(state, actions);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        let process = |index: u8| usize::from(index);
        match action {
            Action::Step { process: index, choice } => self.step(&mut state, process(index), choice),
            Action::Supervise => self.supervise(&mut state),
            Action::Reap(pane) => Self::reap(&mut state, pane),
            Action::Relieve(to) => state.supervisor = Doing::Look(Task::Serve(to)),
            Action::Start(to) => {
                state.left.starts -= 1;
                state.supervisor = Doing::Look(Task::Serve(to));
            }
            Action::Kill(pane) => {
                state.left.kills -= 1;
                self.kill(&mut state, pane);
            }
            Action::Stop(pane) => {
                state.left.stops -= 1;
                state.processes[process(pane)].life = Life::Stopped;
            }
            Action::Continue(index) => state.processes[process(index)].life = Life::Running,
            Action::GiveUpOn(pane) => Self::give_up_on(&mut state, pane),
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        invariants::properties(self)
    }
}

const _: () = assert!(SUPERVISOR as usize == LATE, "the late process has the last place");
