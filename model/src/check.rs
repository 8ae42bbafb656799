//! Visits every state of a game.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model};

use crate::protocol::{Action, Protocol};
use crate::state::State;

/// What a check has found.
#[derive(Debug)]
pub struct Verdict {
    pub states: usize,
    pub depth: usize,
    pub took: Duration,
    /// Invariants that were broken, each with the way there.
    pub broken: Vec<String>,
    /// What should be seen, and never was.
    pub unseen: Vec<&'static str>,
}

impl Protocol {
    /// The shortest way found to break this invariant, or None.
    #[must_use]
    pub fn counterexample(self, invariant: &'static str) -> Option<Vec<Action>> {
        let wanted = HasDiscoveries::AnyOf(BTreeSet::from([invariant]));
        let checker = self.checker().finish_when(wanted).spawn_bfs().join();
        checker.discovery(invariant).map(stateright::Path::into_actions)
    }

    /// Visits every state, or stops at the first invariant that is broken.
    #[must_use]
    pub fn check(self) -> Verdict {
        let begin = Instant::now();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let checker =
            self.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let found = checker.discoveries();
        let (mut broken, mut unseen) = (Vec::new(), Vec::new());
        for property in self.properties() {
            let is_invariant = property.expectation.discovery_is_failure();
            match found.get(property.name) {
                Some(way) if is_invariant => {
                    broken.push(format!("{} is broken by {:?}", property.name, way.clone().into_actions()));
                }
                None if !is_invariant => unseen.push(property.name),
                _ => {}
            }
        }
        let (states, depth) = (checker.unique_state_count(), checker.max_depth());
        Verdict { states, depth, took: begin.elapsed(), broken, unseen }
    }

    /// Whether every path ends: then an invariant about all states that have no next one is an invariant about every game.
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
