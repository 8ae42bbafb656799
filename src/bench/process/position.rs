//! The way of the message: from one end of the line to the other and back, 0, 1, .., N-1, .., 1, 0.

/// One process's place in the line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) processes: usize,
    pub(super) me: usize,
}

impl Position {
    /// Hops of a whole round: there and back.
    #[inline]
    pub(super) fn round(self) -> u64 {
        2 * (self.processes as u64 - 1)
    }

    /// The first hop that this process takes. Process 0, which begins, takes the last one of a round.
    pub(super) fn first_taken(self) -> u64 {
        if self.me == 0 { self.round() - 1 } else { self.me as u64 - 1 }
    }

    /// To which process the one that has taken this hop (or begins with it) hands the message on.
    #[inline]
    pub(super) fn onward(self, given: u64) -> usize {
        if given % self.round() == self.me as u64 && self.me + 1 < self.processes {
            self.me + 1
        } else {
            self.me - 1
        }
    }

    /// The hop that this process takes next, after it gave one. It comes back from where it went.
    #[inline]
    pub(super) fn next_taken(self, given: u64) -> u64 {
        let away = if self.onward(given) > self.me { self.processes - 1 - self.me } else { self.me };
        given + 2 * away as u64 - 1
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn every_hop_has_one_giver_and_one_taker_who_are_neighbours() {
        for processes in 2..=16 {
            let positions: Vec<_> = (0..processes).map(|me| Position { processes, me }).collect();
            let mut next: Vec<_> = positions.iter().map(|position| position.first_taken()).collect();
            let mut holder = 0;
            for hop in 0..200 {
                let taker = positions[holder].onward(hop);
                assert_eq!(taker.abs_diff(holder), 1, "hop {hop} of {processes}");
                next[holder] = positions[holder].next_taken(hop);
                let waiting: Vec<_> = (0..processes).filter(|me| next[*me] == hop).collect();
                assert_eq!(waiting, [taker], "hop {hop} of {processes}");
                holder = taker;
            }
        }
    }

    #[test]
    fn a_round_goes_there_and_back() {
        let processes = 4;
        let mut holder = 0;
        let mut way = vec![holder];
        for hop in 0..6 {
            holder = Position { processes, me: holder }.onward(hop);
            way.push(holder);
        }
        assert_eq!(way, [0, 1, 2, 3, 2, 1, 0]);
    }
}
