//! The baton: one word that says who owns the ball, and its named transitions.

use crate::game::{Court, MAX_PANES, PaneId};
use crate::platform::sync::{Ordering, ReadWrite, Rights, Word};
use crate::shm::shared;

/// No game reaches it: with a hand-off every microsecond that takes four years. So there is always a next epoch.
const LAST_EPOCH: u64 = 1 << 47;
/// The supervisor's number where panes are numbered from 0.
const SUPERVISOR: u8 = MAX_PANES;

/// Who can own the ball.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The process of a pane.
    Pane(PaneId),
    /// The launcher's supervisor: the ball rests.
    Supervisor,
}

impl serde::Serialize for Owner {
    /// The number of the pane; null for the supervisor.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.pane().serialize(serializer)
    }
}

impl Owner {
    /// The owner's slot number.
    pub fn index(self) -> usize {
        usize::from(self.number())
    }

    /// The pane, if it is one.
    pub fn pane(self) -> Option<PaneId> {
        if let Self::Pane(pane) = self { Some(pane) } else { None }
    }

    /// What a person calls it: "the left pane".
    pub fn name(self, court: &Court) -> String {
        match self {
            Self::Pane(pane) if pane <= court.last() => court.pane_name(pane),
            Self::Pane(pane) => format!("pane {}, which this court does not have", pane.0 + 1),
            Self::Supervisor => "the supervisor".to_owned(),
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::Pane(pane) => pane.0,
            Self::Supervisor => SUPERVISOR,
        }
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        match number {
            0..SUPERVISOR => Some(Self::Pane(PaneId(number))),
            SUPERVISOR => Some(Self::Supervisor),
            _ => None,
        }
    }
}

/// The baton, decoded: `holder` owns the ball in this epoch, and had it from `giver`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ownership {
    /// Counts the changes of holder.
    pub epoch: u64,
    /// Whose record of epoch - 1 the ball came from.
    pub giver: Owner,
    /// Who owns the ball.
    pub holder: Owner,
}

impl Ownership {
    /// Before the first serve: the supervisor keeps the ball.
    pub const REST: Self = Self { epoch: 0, giver: Owner::Supervisor, holder: Owner::Supervisor };

    /// The ownership after the supervisor has reclaimed the ball from this one for `holder`.
    pub(super) fn reclaimed_for(self, holder: Owner) -> Self {
        self.next(Owner::Supervisor, holder)
    }

    /// The ownership after the holder has handed the ball over.
    pub fn handed_to(self, to: PaneId) -> Self {
        self.next(self.holder, Owner::Pane(to))
    }

    fn next(self, giver: Owner, holder: Owner) -> Self {
        Self { epoch: self.epoch + 1, giver, holder }
    }

    /// The word that says this.
    #[doc(hidden)]
    pub fn encode(self) -> u64 {
        (self.epoch << 16) | (u64::from(self.giver.number()) << 8) | u64::from(self.holder.number())
    }

    /// None for a word that no transition can have written. All-zero bytes are such a word.
    #[doc(hidden)]
    pub fn decode(word: u64) -> Option<Self> {
        let [holder, giver, ..] = word.to_le_bytes();
        let ownership = Self {
            epoch: word >> 16,
            giver: Owner::from_number(giver)?,
            holder: Owner::from_number(holder)?,
        };
        // No owner hands the ball to itself, and once it was served it never rests again.
        let is_possible = ownership == Self::REST
            || (1..=LAST_EPOCH).contains(&ownership.epoch) && giver != holder && holder != SUPERVISOR;
        is_possible.then_some(ownership)
    }
}

/// The swap came too late: another process owns the ball.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fenced;

shared! {
    /// The word itself. Nobody stores to it after the start; it only goes on from ownership to ownership.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct Baton<M: Rights = ReadWrite>(pub(super) Word<M>);
}

impl<M: Rights> Baton<M> {
    /// Who owns the ball; None if the word is corrupt.
    pub fn look(&self) -> Option<Ownership> {
        // Acquire: the record that the giver wrote before its swap is seen by every process that sees the swap.
        Ownership::decode(self.0.load(Ordering::Acquire))
    }

    /// Whether this ownership is still the current one.
    pub fn is_still(&self, ownership: Ownership) -> bool {
        self.0.load(Ordering::Acquire) == ownership.encode()
    }
}

impl Baton {
    /// Lays the baton down for the first time. Only before there is a second process; a lab shows what happens otherwise.
    pub(crate) fn lay_down(&self, ownership: Ownership) {
        self.0.store(ownership.encode(), Ordering::Release);
    }

    /// The holder of `ownership` gives the ball to `to`. Its record of this epoch must have been written.
    ///
    /// # Errors
    /// [`Fenced`] if the supervisor has reclaimed the ball meanwhile: drop the local one.
    #[must_use = "a fenced holder must drop its ball"]
    pub fn hand_off(&self, ownership: Ownership, to: PaneId) -> Result<Ownership, Fenced> {
        self.swap(ownership, ownership.handed_to(to))
    }

    /// The supervisor reclaims the ball from `ownership` and gives it to `to`. Its own record of this epoch must have
    /// been written.
    ///
    /// # Errors
    /// [`Fenced`] if the ball has moved on meanwhile: nothing has happened.
    #[must_use = "a lost race must be run again or given up"]
    pub fn reclaim(&self, ownership: Ownership, to: PaneId) -> Result<Ownership, Fenced> {
        self.swap(ownership, ownership.reclaimed_for(Owner::Pane(to)))
    }

    fn swap(&self, from: Ownership, to: Ownership) -> Result<Ownership, Fenced> {
        // Release: a process that acquires this word sees the record. Acquire on both outcomes: the loser sees what the
        // winner wrote before its swap.
        let swapped =
            self.0.compare_exchange(from.encode(), to.encode(), Ordering::AcqRel, Ordering::Acquire);
        swapped.map(|_| to).map_err(|_| Fenced)
    }
}

#[cfg(test)]
impl Baton {
    /// A baton that nobody else has yet.
    pub(super) fn at_rest() -> Self {
        Self(Word::new(Ownership::REST.encode()))
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn all_zero_bytes_are_no_ownership() {
        assert_eq!(Baton(Word::new(0)).look(), None);
    }

    #[test]
    fn only_the_rest_has_epoch_zero_and_owners_are_bounded() {
        assert_eq!(Ownership::decode(Ownership::REST.encode()), Some(Ownership::REST));
        assert_eq!(Ownership::decode(0x1000), None, "epoch 0, giver supervisor, holder pane 0");
        assert_eq!(Ownership::decode(1 << 16 | 0x0011), None, "holder 17");
        assert_eq!(Ownership::decode(1 << 16 | 0x1100), None, "giver 17");
        assert_eq!(Ownership::decode(1 << 16 | 0x0101), None, "from pane 1 to pane 1");
        assert_eq!(Ownership::decode(2 << 16 | 0x0110), None, "back to rest");
        assert_eq!(Ownership::decode(u64::MAX << 16 | 0x0102), None, "the next epoch would be 0");
    }

    #[test]
    fn every_transition_is_one_epoch_and_names_the_giver() {
        let baton = Baton::at_rest();
        let served = baton.reclaim(Ownership::REST, PaneId(1)).unwrap();
        assert_eq!(served, Ownership { epoch: 1, giver: Owner::Supervisor, holder: Owner::Pane(PaneId(1)) });
        let handed = baton.hand_off(served, PaneId(2)).unwrap();
        assert_eq!(
            handed,
            Ownership { epoch: 2, giver: Owner::Pane(PaneId(1)), holder: Owner::Pane(PaneId(2)) }
        );
        assert_eq!(baton.look(), Some(handed));
    }

    #[test]
    fn a_late_holder_is_fenced_even_when_the_same_pane_holds_again() {
        let baton = Baton::at_rest();
        let first = baton.reclaim(Ownership::REST, PaneId(0)).unwrap();
        let second = baton.reclaim(first, PaneId(0)).unwrap();
        assert_eq!(baton.hand_off(first, PaneId(1)), Err(Fenced));
        assert_eq!(baton.reclaim(first, PaneId(1)), Err(Fenced));
        assert!(baton.is_still(second) && !baton.is_still(first));
    }
}
