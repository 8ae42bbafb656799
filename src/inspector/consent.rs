//! A user who wants an action that ends a process is asked once; after a yes every action is done at once.

use crate::game::PaneId;
use crate::protocol::{Action, Supervision};

/// An action, and the pane whose process it is for.
pub type Wanted = (PaneId, Action);

/// What was asked, and whether somebody has agreed.
#[derive(Debug)]
pub struct Consent {
    /// Of the game: what is to be expected depends on it.
    supervision: Supervision,
    confirmation: Option<Wanted>,
    has_agreed: bool,
}

impl Consent {
    /// Nothing was asked yet, in a game that is supervised like this.
    #[must_use]
    pub fn new(supervision: Supervision) -> Self {
        Self { supervision, confirmation: None, has_agreed: false }
    }

    /// Somebody wants this. It is returned if it is to be done at once; otherwise it is the confirmation.
    pub fn want(&mut self, wanted: Wanted) -> Option<Wanted> {
        let asks = wanted.1.is_dangerous() && !self.has_agreed;
        self.confirmation = asks.then_some(wanted);
        (!asks).then_some(wanted)
    }

    /// What waits for an answer.
    #[must_use]
    pub fn confirmation(&self) -> Option<Wanted> {
        self.confirmation
    }

    /// The confirmation is answered. What was asked about is returned if the answer is yes.
    pub fn decide(&mut self, is_yes: bool) -> Option<Wanted> {
        self.has_agreed |= is_yes;
        self.confirmation.take().filter(|_| is_yes)
    }

    /// What is going to happen, while `holder` has the ball.
    #[must_use]
    pub fn expectation(&self, (pane, action): Wanted, holder: Option<PaneId>) -> String {
        action.expectation(holder == Some(pane), self.supervision)
    }
}
