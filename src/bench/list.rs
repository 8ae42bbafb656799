//! `tripong bench --list`: the mechanisms, what each costs, and which of them this machine has.

use std::fmt;

use clap::ValueEnum;

use super::available;
use super::key::MAX_BYTES;
use super::mapped_file::Place;
use super::mechanism::Mechanism;
use crate::protocol::doorbell::Wait;

/// All mechanisms, as this machine has them.
pub(super) struct Listing(Vec<Listed>);

struct Listed {
    mechanism: Mechanism,
    /// Why this machine does not have it.
    why_not: Option<String>,
    max_bytes: usize,
    note: String,
}

impl Listing {
    /// Tries each of them.
    pub(super) fn of_this_machine() -> Self {
        Self(Mechanism::ALL.iter().map(|mechanism| Listed::of(*mechanism)).collect())
    }
}

impl Listed {
    fn of(mechanism: Mechanism) -> Self {
        let place = if mechanism == Mechanism::File { Place::find().ok() } else { None };
        Self {
            mechanism,
            why_not: available::why_not(mechanism),
            max_bytes: mechanism.max_bytes().unwrap_or(MAX_BYTES).min(MAX_BYTES),
            note: place.map(|place| format!(": {place}")).unwrap_or_default(),
        }
    }

    fn about(&self) -> String {
        let value = self.mechanism.to_possible_value();
        value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<11}{:<6}{:>9}   {:<19}{:<17}{:<8}waits",
            "transport", "here", "largest", "giver calls", "taker calls", "copies"
        )?;
        for listed in &self.0 {
            let facts = listed.mechanism.facts();
            let waits = if listed.mechanism.has_waits() {
                Wait::ALL.map(|wait| wait.name()).join(", ")
            } else {
                Wait::Block.name().to_owned()
            };
            let here = if listed.why_not.is_none() { "yes" } else { "no" };
            writeln!(
                f,
                "{:<11}{here:<6}{:>9}   {:<19}{:<17}{:<8}{waits}",
                listed.mechanism.name(),
                listed.max_bytes,
                facts.giver,
                facts.taker,
                facts.copies
            )?;
            writeln!(f, "           {}{}", listed.about(), listed.note)?;
            if let Some(why) = &listed.why_not {
                writeln!(f, "           not here: {why}")?;
            }
        }
        write!(
            f,
            "\nlargest: bytes of payload in one message. calls: one each for a message to a taker that sleeps; by shared and file the\n\
             giver makes none while the taker is awake. copies: of the payload, by the kernel. docs/TRANSPORTS.md has more."
        )
    }
}
