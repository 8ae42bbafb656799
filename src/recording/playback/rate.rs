//! How fast a recording is played.

/// How fast it is played, beside how it happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rate {
    /// A quarter.
    Quarter,
    /// Half.
    Half,
    /// As it happened.
    #[default]
    Real,
    /// Twice as fast.
    Double,
    /// Four times.
    Fourfold,
    /// Eight times.
    Eightfold,
}

impl Rate {
    /// All of them, from slow to fast.
    pub const ALL: [Self; 6] =
        [Self::Quarter, Self::Half, Self::Real, Self::Double, Self::Fourfold, Self::Eightfold];

    /// As it is shown: "1/4", "2".
    pub fn name(self) -> &'static str {
        ["1/4", "1/2", "1", "2", "4", "8"][self as usize]
    }

    /// The next faster one, or itself.
    pub fn faster(self) -> Self {
        Self::ALL.get(self as usize + 1).copied().unwrap_or(self)
    }

    /// The next slower one, or itself.
    pub fn slower(self) -> Self {
        (self as usize).checked_sub(1).and_then(|at| Self::ALL.get(at)).copied().unwrap_or(self)
    }

    /// So long of the recording goes by in so much time.
    pub(super) fn of(self, ns: u64) -> u64 {
        match self {
            Self::Quarter => ns / 4,
            Self::Half => ns / 2,
            Self::Real => ns,
            Self::Double => ns.saturating_mul(2),
            Self::Fourfold => ns.saturating_mul(4),
            Self::Eightfold => ns.saturating_mul(8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_rate_to_rate_it_doubles_and_stops_at_the_ends() {
        for pair in Rate::ALL.windows(2) {
            assert_eq!((pair[0].faster(), pair[1].slower()), (pair[1], pair[0]));
            assert_eq!(2 * pair[0].of(4000), pair[1].of(4000));
        }
        assert_eq!((Rate::Eightfold.faster(), Rate::Quarter.slower()), (Rate::Eightfold, Rate::Quarter));
    }
}
