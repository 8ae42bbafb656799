//! Where the time of two builds went: crate by crate, and in four sums.

use std::collections::BTreeMap;

use super::sample::{Build, Pair};

/// The name under which cargo's own questions to the compiler are listed.
const CARGO: &str = "cargo";
/// The two packages themselves.
const OWN: [&str; 2] = ["tripong ", "empty "];

/// A crate, in both builds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) ours_s: f64,
    pub(super) empty_s: f64,
}

impl Part {
    /// What tripong's build spends beyond the empty window's.
    pub(super) fn more_s(&self) -> f64 {
        self.ours_s - self.empty_s
    }

    fn is_own(&self) -> bool {
        OWN.iter().any(|own| self.name.starts_with(own))
    }
}

/// All crates, and what no crate is to blame for.
#[derive(Debug)]
pub(super) struct Parts {
    crates: Vec<Part>,
    rest: Part,
}

impl Parts {
    /// Of one repetition.
    pub(super) fn of(pair: &Pair) -> Self {
        let mut parts: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for unit in &pair.ours.units {
            parts.entry(&unit.name).or_default().0 += unit.cpu_s;
        }
        for unit in &pair.empty.units {
            parts.entry(&unit.name).or_default().1 += unit.cpu_s;
        }
        parts.remove(CARGO);
        let part =
            |(name, (ours_s, empty_s)): (&str, (f64, f64))| Part { name: name.to_owned(), ours_s, empty_s };
        let mut crates: Vec<Part> = parts.into_iter().map(part).collect();
        crates.sort_by(|one, other| other.more_s().total_cmp(&one.more_s()));
        let left = |build: &Build, of: fn(&Part) -> f64| build.cpu_s - crates.iter().map(of).sum::<f64>();
        let rest = Part {
            name: "cargo, and build scripts at work".to_owned(),
            ours_s: left(&pair.ours, |part| part.ours_s),
            empty_s: left(&pair.empty, |part| part.empty_s),
        };
        Self { crates, rest }
    }

    /// The crates that cost tripong's build most, beyond what they cost the empty window's.
    pub(super) fn most(&self) -> impl Iterator<Item = &Part> {
        self.crates.iter()
    }

    /// Name, tripong's, the empty window's: together they are the whole of both builds.
    pub(super) fn sums(&self) -> [(&str, f64, f64); 4] {
        let sum = |is_in: fn(&Part) -> bool| {
            let parts = self.crates.iter().filter(|part| is_in(part));
            parts.fold((0.0, 0.0), |(ours, empty), part| (ours + part.ours_s, empty + part.empty_s))
        };
        let own = sum(Part::is_own);
        let shared = sum(|part| !part.is_own() && part.empty_s > 0.0);
        let others = sum(|part| !part.is_own() && part.empty_s == 0.0);
        [
            ("the program itself", own.0, own.1),
            ("crates of both", shared.0, shared.1),
            ("crates of tripong alone", others.0, others.1),
            (&self.rest.name, self.rest.ours_s, self.rest.empty_s),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::units::parse;
    use super::*;

    fn build(cpu_s: f64, units: &str) -> Build {
        Build { cpu_s, wall_s: 1.0, units: parse(units).unwrap() }
    }

    fn pair() -> Pair {
        let ours = "1 cargo\n40 tripong 0.1.0\n8 tripong 0.1.0, the executable\n20 egui 1.0\n10 egui 1.0\n5 clap 4.0\n";
        Pair {
            ours: build(90.0, ours),
            empty: build(31.0, "1 cargo\n2 empty 0.0.0, the executable\n26 egui 1.0\n"),
        }
    }

    #[test]
    fn four_sums_are_the_whole_of_both_builds() {
        let parts = Parts::of(&pair());
        let figures: Vec<_> = parts.sums().iter().map(|(_, ours, empty)| (*ours, *empty)).collect();
        assert_eq!(figures, [(48.0, 2.0), (30.0, 26.0), (5.0, 0.0), (7.0, 3.0)]);
        let whole = figures.iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        assert_eq!(whole, (90.0, 31.0));
    }

    #[test]
    fn the_crate_that_adds_most_comes_first_and_one_that_both_need_counts_what_it_adds() {
        let parts = Parts::of(&pair());
        let names: Vec<_> = parts.most().map(|part| (part.name.as_str(), part.more_s())).collect();
        let expected = [
            ("tripong 0.1.0", 40.0),
            ("tripong 0.1.0, the executable", 8.0),
            ("clap 4.0", 5.0),
            ("egui 1.0", 4.0),
            ("empty 0.0.0, the executable", -2.0),
        ];
        assert_eq!(names, expected);
    }
}
