//! The message: what goes from process to process, written anew and checked at every hop.
//!
//! ```text
//! head      number of the hop from 0, warm-up included | flags in the two highest bits
//! sent_ns   CLOCK_MONOTONIC, just before the hand-off
//! sum       of head and payload: a sum of products with odd factors, so a change of any one word shows
//! payload   --bytes, words that follow from the number of the hop
//! ```

/// The hop is one of those that are counted.
pub(in crate::bench) const COUNTED: u64 = 1 << 62;
/// The repetition is over: the process that gets this passes it on to the end of the line, and ends.
pub(in crate::bench) const LAST: u64 = 1 << 63;
/// Bytes of a message before its payload.
pub(super) const HEADER_BYTES: usize = 24;

/// 2^64 over the golden ratio: consecutive multiples differ in all their bits.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The number of the message that a head belongs to.
#[inline]
pub(super) fn number(head: u64) -> u64 {
    head & !(COUNTED | LAST)
}

/// The words of a payload.
#[inline]
pub(super) fn words(hop: u64) -> impl Iterator<Item = u64> {
    let first = hop.wrapping_add(1).wrapping_mul(GOLDEN);
    std::iter::successors(Some(first), |word| Some(word.wrapping_add(GOLDEN)))
}

/// The checksum over a head and a payload, one word after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sum {
    sum: u64,
    factor: u64,
}

impl Sum {
    #[inline]
    pub(super) fn of(head: u64) -> Self {
        Self { sum: head ^ GOLDEN, factor: GOLDEN }
    }

    /// Takes the next word in. The products do not wait for each other.
    #[inline]
    pub(super) fn add(&mut self, word: u64) {
        self.sum = self.sum.wrapping_add(word.wrapping_mul(self.factor));
        self.factor = self.factor.wrapping_add(GOLDEN.wrapping_mul(2));
    }

    #[inline]
    pub(super) fn get(self) -> u64 {
        self.sum
    }
}

/// A message that has come: what its header has, and what its payload sums up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bench) struct Arrival {
    pub(in crate::bench) head: u64,
    pub(in crate::bench) sent_ns: u64,
    pub(in crate::bench) sum: u64,
    pub(in crate::bench) found_sum: u64,
}

impl Arrival {
    /// # Errors
    /// What is wrong with it.
    #[inline]
    pub(in crate::bench) fn check(&self, expected_hop: u64) -> Result<(), String> {
        if number(self.head) != expected_hop {
            return Err(format!("hop {expected_hop} arrived with the number {}", number(self.head)));
        }
        if self.sum != self.found_sum {
            let (sum, found) = (self.sum, self.found_sum);
            return Err(format!(
                "hop {expected_hop} arrived with a payload of checksum {found:016x} instead of {sum:016x}"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    fn sum(head: u64, words: &[u64]) -> u64 {
        let mut sum = Sum::of(head);
        words.iter().for_each(|word| sum.add(*word));
        sum.get()
    }

    #[test]
    fn any_changed_bit_changes_the_checksum() {
        let good: Vec<_> = words(7).take(16).collect();
        let expected = sum(7, &good);
        assert_eq!(sum(7, &good), expected);
        for bit in 0..16 * 64 {
            let mut bad = good.clone();
            bad[bit / 64] ^= 1 << (bit % 64);
            assert_ne!(sum(7, &bad), expected, "bit {bit}");
            assert_ne!(sum(7 ^ 1 << (bit % 64), &good), expected, "bit {bit} of the head");
        }
    }

    #[test]
    fn payloads_of_neighbouring_hops_have_no_word_in_common_at_any_place() {
        for hop in 0..1000 {
            assert!(words(hop).zip(words(hop + 1)).take(64).all(|(one, other)| one != other), "{hop}");
        }
    }

    #[test]
    fn flags_are_no_part_of_the_number() {
        assert_eq!(number(9 | COUNTED | LAST), 9);
        let arrival = Arrival { head: 9 | COUNTED, sent_ns: 1, sum: 5, found_sum: 5 };
        assert_eq!(arrival.check(9), Ok(()));
        assert!(arrival.check(8).is_err());
        assert!(Arrival { found_sum: 6, ..arrival }.check(9).is_err());
    }
}
