//! What `--placement` takes.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use strum::VariantArray;

use crate::platform::topology::Placement;

/// A placement, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacementChoice {
    /// One by its name.
    One(Placement),
    /// All that the machine has.
    All,
}

impl PlacementChoice {
    /// These placements, each once.
    pub(super) fn placements(choices: &[Self]) -> Vec<Placement> {
        let of_choice = |choice: &Self| match choice {
            Self::One(placement) => vec![*placement],
            Self::All => Placement::VARIANTS.to_vec(),
        };
        let mut placements = Vec::new();
        for placement in choices.iter().flat_map(of_choice) {
            if !placements.contains(&placement) {
                placements.push(placement);
            }
        }
        placements
    }
}

impl ValueEnum for PlacementChoice {
    fn value_variants<'a>() -> &'a [Self] {
        use Placement as P;
        const ALL: &[PlacementChoice] = &[
            PlacementChoice::One(P::SameCpu),
            PlacementChoice::One(P::SmtSiblings),
            PlacementChoice::One(P::SameCluster),
            PlacementChoice::One(P::DistinctCores),
            PlacementChoice::One(P::DistinctPackages),
            PlacementChoice::One(P::PerformanceCores),
            PlacementChoice::One(P::MiddleCores),
            PlacementChoice::One(P::EfficientCores),
            PlacementChoice::One(P::PerformanceToEfficient),
            PlacementChoice::One(P::Unpinned),
            PlacementChoice::All,
        ];
        ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::One(placement) => placement.to_possible_value(),
            Self::All => Some(PossibleValue::new("all").help("All that this machine has")),
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_placement_or_all_of_them_and_each_is_measured_once() {
        let parse = |text: &str| PlacementChoice::from_str(text, true).unwrap();
        assert_eq!(PlacementChoice::value_variants().len(), Placement::VARIANTS.len() + 1);
        for placement in Placement::VARIANTS {
            assert_eq!(parse(&placement.to_string()), PlacementChoice::One(*placement));
        }
        let choices = ["unpinned", "same-core", "all", "same-cpu"].map(parse);
        let found = PlacementChoice::placements(&choices);
        assert_eq!(found[..2], [Placement::Unpinned, Placement::SameCpu]);
        assert_eq!(found.len(), Placement::VARIANTS.len());
    }
}
