//! A budget of repairs: so many within a time.

use std::time::{Duration, Instant};

/// A budget of repairs: so many within a time.
#[derive(Debug)]
pub(super) struct Budget {
    /// None: as many as it takes.
    most: Option<(usize, Duration)>,
    spent: Vec<Instant>,
}

/// A budget is spent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spent {
    /// How many were allowed.
    pub(super) most: usize,
    /// Within which time, in words.
    pub(super) window: String,
}

impl Budget {
    pub(super) fn new(most: Option<(usize, Duration)>) -> Self {
        Self { most, spent: Vec::new() }
    }

    /// Takes one of it.
    ///
    /// # Errors
    /// It is [`Spent`].
    pub(super) fn spend(&mut self, now: Instant) -> Result<(), Spent> {
        let Some((most, window)) = self.most else { return Ok(()) };
        self.spent.push(now);
        self.spent.retain(|at| now.saturating_duration_since(*at) <= window);
        let spent = || Spent { most, window: humantime::format_duration(window).to_string() };
        if self.spent.len() <= most { Ok(()) } else { Err(spent()) }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_and_comes_back_with_time() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut budget = Budget::new(Some((2, 5 * second)));
        let mut spend = |at| budget.spend(start + at * second);
        assert_eq!([spend(0), spend(1)], [Ok(()), Ok(())]);
        assert_eq!(spend(2), Err(Spent { most: 2, window: "5s".to_owned() }));
        assert_eq!(spend(20), Ok(()));
        assert_eq!(Budget::new(None).spend(start), Ok(()));
    }
}
