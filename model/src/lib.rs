//! The law of the hand-off as a state machine: three panes, the supervisor, and everything that can happen to them
//! between any two atomic steps. The law itself is the documentation of `src/protocol/mod.rs` in the crate `tripong`;
//! what is modelled and what is not stands in `docs/MODELS.md`.

#![allow(missing_docs, reason = "the variants and fields say what they are")]

pub mod laws;
mod pane;
pub mod state;
mod supervisor;

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model, Property};

use state::{Doing, LATE, Life, PANES, SUPERVISOR, State, Task};

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

/// A deliberate defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// None: the law as it is.
    None,
    /// A giver swaps the baton, and then writes the record.
    RecordAfterTheSwap,
    /// The supervisor swaps the baton, and then writes the record.
    TakeBeforeTheRecord,
    /// A giver rings, and then swaps the baton.
    RingBeforeTheSwap,
    /// A waiter looks at the baton, and then at the bell.
    BellHeardAfterTheBaton,
    /// The supervisor does not ring when a pane dies without the ball.
    NoRingAtADeath,
    /// The supervisor stores the baton instead of comparing and swapping it.
    TakeByStore,
    /// A slot has one record instead of one for even and one for odd epochs.
    OneHalf,
    /// A new process begins with an empty slot.
    SlotClearedAtRespawn,
    /// A process that does not answer is replaced before it is dead.
    RespawnBeforeTheReap,
    /// The giver counts the hop, in the record that it writes before the swap.
    HopCountedByTheGiver,
    /// A recovery does not look at what the dead owner has written itself.
    RecoveryFromTheGiver,
    /// A holder whose swap comes too late swaps from whatever the baton says now.
    LateOwnerNotFenced,
    /// A take rings its receiver alone. Not a defect: see `docs/MUTANTS.md`.
    TakeRingsOnlyTheReceiver,
}

/// A game to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    pub bounds: Bounds,
    /// After so many ticks the ball leaves a pane.
    pub crossing: u8,
    /// Whether waits have a timeout. If not, rings alone must do, and whoever was stopped is continued some day;
    /// if so, some are never continued.
    pub timeouts: bool,
    pub mutant: Mutant,
}

/// What can happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A process does its next atomic step; the ball, if it leaves the pane with it, goes to pane `to`.
    Step { process: u8, to: u8 },
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

impl Law {
    fn progress(&self, state: &State, actions: &mut Vec<Action>) {
        for (process, index) in (0..).zip(0..state.processes.len()) {
            match state.processes[index].life {
                Life::Running if self.can_step(state, index) => {
                    let ways = self.ways(state, index).iter();
                    actions.extend(ways.map(|to| Action::Step { process, to: *to }));
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
        for pane in 0..PANES {
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

impl Model for Law {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::first(self.bounds)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.progress(state, actions);
        if !laws::has_reached_goal(self, state) {
            self.faults(state, actions);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        let process = |index: u8| usize::from(index);
        match action {
            Action::Step { process: index, to } => self.step(&mut state, process(index), to),
            Action::Supervise => self.supervise(&mut state),
            Action::Reap(pane) => Self::reap(&mut state, pane),
            Action::Relieve(to) => state.supervisor = Doing::Look(Task::Serve(to)),
            Action::Start(to) => {
                state.left.starts -= 1;
                state.supervisor = Doing::Look(Task::Serve(to));
            }
            Action::Kill(pane) => {
                state.left.kills -= 1;
                state.processes[process(pane)] =
                    state::Process { life: Life::Dead, ..state::Process::none(pane) };
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
        laws::properties()
    }
}

/// What a check has found.
#[derive(Debug)]
pub struct Verdict {
    pub states: usize,
    pub depth: usize,
    pub took: Duration,
    /// Laws that were broken, each with the way there.
    pub broken: Vec<String>,
    /// What should be seen, and never was.
    pub unseen: Vec<&'static str>,
}

impl Law {
    /// The shortest way found to break this law, or None.
    #[must_use]
    pub fn counterexample(self, law: &'static str) -> Option<Vec<Action>> {
        let wanted = HasDiscoveries::AnyOf(BTreeSet::from([law]));
        let checker = self.checker().finish_when(wanted).spawn_bfs().join();
        checker.discovery(law).map(stateright::Path::into_actions)
    }

    /// Visits every state, or stops at the first law that is broken.
    #[must_use]
    pub fn check(self) -> Verdict {
        let begin = Instant::now();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let checker =
            self.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let found = checker.discoveries();
        let (mut broken, mut unseen) = (Vec::new(), Vec::new());
        for property in self.properties() {
            let is_law = property.expectation.discovery_is_failure();
            match found.get(property.name) {
                Some(way) if is_law => {
                    broken.push(format!("{} is broken by {:?}", property.name, way.clone().into_actions()));
                }
                None if !is_law => unseen.push(property.name),
                _ => {}
            }
        }
        let (states, depth) = (checker.unique_state_count(), checker.max_depth());
        Verdict { states, depth, took: begin.elapsed(), broken, unseen }
    }

    /// Whether every path ends: then a law about all states that have no next one is a law about every game.
    #[must_use]
    pub fn every_path_ends(self) -> bool {
        let hasher = RandomState::new();
        let (mut open, mut done) = (HashSet::new(), HashSet::new());
        let mut path: Vec<(u64, Vec<State>)> = vec![(0, self.init_states())];
        while let Some((key, rest)) = path.last_mut() {
            let Some(state) = rest.pop() else {
                open.remove(key);
                done.insert(*key);
                path.pop();
                continue;
            };
            let key = hasher.hash_one(&state);
            if open.contains(&key) {
                return false;
            }
            if !done.contains(&key) {
                open.insert(key);
                path.push((key, self.next_states(&state)));
            }
        }
        true
    }
}

const _: () = assert!(SUPERVISOR as usize == LATE, "the late process has the last place");
