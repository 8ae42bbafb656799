//! What was, as far as it is kept: the states that a line may go back to.

use std::collections::VecDeque;
use std::sync::Arc;

use super::state::State;

/// States of a chunk: a clone of a history shares its chunks.
const CHUNK: usize = 64;
/// So many chunks are kept: at most 2 MB of states.
const CHUNKS: usize = 64;
/// So many of a short history.
const RECENT: usize = 2;

/// The last states, from the earliest to the latest.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    chunks: VecDeque<Arc<Vec<State>>>,
    /// Whether there were earlier ones.
    is_cut: bool,
}

/// Why there is no state to go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is earlier than the first one of all.
    BeforeAll,
    /// It was there, and is not kept any more.
    NotKept,
}

impl History {
    pub(super) fn push(&mut self, state: State) {
        match self.chunks.back_mut() {
            Some(chunk) if chunk.len() < CHUNK => Arc::make_mut(chunk).push(state),
            _ => {
                self.chunks.push_back(Arc::new(vec![state]));
                if self.chunks.len() > CHUNKS {
                    self.chunks.pop_front();
                    self.is_cut = true;
                }
            }
        }
    }

    /// The last state that is no later than this tick of this epoch. Those after it are void from now on.
    pub(super) fn back_to(&mut self, epoch: u64, tick: u64) -> Result<State, Missing> {
        while let Some(chunk) = self.chunks.back_mut() {
            let kept = chunk.iter().take_while(|state| state.moment() <= (epoch, tick)).count();
            if let Some(last) = kept.checked_sub(1).and_then(|last| chunk.get(last)) {
                let last = last.clone();
                Arc::make_mut(chunk).truncate(kept);
                return Ok(last);
            }
            self.chunks.pop_back();
        }
        Err(if self.is_cut { Missing::NotKept } else { Missing::BeforeAll })
    }

    /// The latest state.
    pub(super) fn last(&self) -> Option<&State> {
        self.chunks.back().and_then(|chunk| chunk.last())
    }

    /// The same with the latest states only: some hundred bytes instead of megabytes.
    pub(super) fn recent(&self) -> Self {
        let earlier = self.chunks.len().saturating_sub(RECENT);
        let chunks = self.chunks.iter().skip(earlier).cloned().collect();
        Self { chunks, is_cut: self.is_cut || earlier > 0 }
    }
}
