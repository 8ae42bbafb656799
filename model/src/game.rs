//! The game as the checker plays it: what can happen in a state, and what comes of it.

use stateright::{Model, Property};

use crate::ball::{PANES, SUPERVISOR};
use crate::invariants;
use crate::mutant::Mutant;
use crate::process::{Life, Process};
use crate::protocol::{Action, Protocol};
use crate::state::{Doing, LATE, State, Task};

impl Protocol {
    pub(crate) fn progress(&self, state: &State, actions: &mut Vec<Action>) {
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
