//! What `--transports` takes.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::mechanism::Mechanism;

/// A mechanism, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MechanismChoice {
    /// One by its name.
    One(Mechanism),
    /// All that the machine has.
    All,
}

impl MechanismChoice {
    /// These mechanisms, each once.
    pub(super) fn mechanisms(choices: &[Self]) -> Vec<Mechanism> {
        let mut mechanisms: Vec<Mechanism> = Vec::new();
        for choice in choices {
            let these = match choice {
                Self::One(mechanism) => std::slice::from_ref(mechanism),
                Self::All => Mechanism::ALL,
            };
            for mechanism in these {
                if !mechanisms.contains(mechanism) {
                    mechanisms.push(*mechanism);
                }
            }
        }
        mechanisms
    }
}

impl ValueEnum for MechanismChoice {
    fn value_variants<'a>() -> &'a [Self] {
        use Mechanism as M;
        const ALL: &[MechanismChoice] = &[
            MechanismChoice::One(M::Shared),
            MechanismChoice::One(M::File),
            MechanismChoice::One(M::Eventfd),
            MechanismChoice::One(M::Signal),
            MechanismChoice::One(M::Uring),
            MechanismChoice::One(M::Pipe),
            MechanismChoice::One(M::Fifo),
            MechanismChoice::One(M::Socket),
            MechanismChoice::One(M::Stream),
            MechanismChoice::One(M::Datagram),
            MechanismChoice::One(M::Tcp),
            MechanismChoice::One(M::TcpNagle),
            MechanismChoice::One(M::Udp),
            MechanismChoice::One(M::Mqueue),
            MechanismChoice::All,
        ];
        ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::One(mechanism) => mechanism.to_possible_value(),
            Self::All => Some(PossibleValue::new("all").help("All that this machine has")),
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_mechanism_or_all_of_them_and_each_is_measured_once() {
        let parse = |text: &str| MechanismChoice::from_str(text, true).unwrap();
        assert_eq!(MechanismChoice::value_variants().len(), Mechanism::ALL.len() + 1);
        for mechanism in Mechanism::ALL {
            assert_eq!(parse(mechanism.name()), MechanismChoice::One(*mechanism));
        }
        let found = MechanismChoice::mechanisms(&["udp", "pipe", "udp", "all"].map(parse));
        assert_eq!(found[..3], [Mechanism::Udp, Mechanism::Pipe, Mechanism::Shared]);
        assert_eq!(found.len(), Mechanism::ALL.len());
    }
}
