//! The two processes, from outside, and what any observation of them must fit.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::lab::exercise::Observation;
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{LabProcess, Stage};
use crate::platform::clock;
use crate::platform::machine::allowed_cpus;

/// At most so many rounds.
pub(super) const ROUNDS: u64 = 1_000_000;
/// Or as many as fit into this time.
const RUN: Duration = Duration::from_millis(800);

/// Runs both processes; what the first one says, of which these are the names, and where they ran.
pub(super) fn run(stage: &mut Stage<'_>, line: &str, did: &str, names: &[&str]) -> Result<([u64; 4], Place)> {
    let cpus = allowed_cpus()?;
    // The last one: the first CPU of a machine often has the interrupts.
    let pair = [cpus.first(), cpus.last()].map(|cpu| cpu.copied().unwrap_or(0));
    let [mut first, mut second] = [stage.start("A", Vec::new())?, stage.start("B", Vec::new())?];
    let mut is_pinned = true;
    for (process, cpu) in [&mut first, &mut second].into_iter().zip(pair) {
        process.say(&format!("{line} {cpu} {ROUNDS} {}", clock::ns(RUN)));
        is_pinned &= process.hear()? == "pinned";
    }
    let place = Place { cpus: cpus.len().min(2) as u64, is_pinned };
    show(stage, [&first, &second], pair, did, Vec::new());
    stage.note(format!("A on CPU {} and B on CPU {} begin: {did}", pair[0], pair[1]));
    first.say("begin");
    second.say("begin");
    let said = first.hear()?;
    second.hear()?;
    let numbers: Vec<u64> = said.split(' ').filter_map(|word| word.parse().ok()).collect();
    let counts = numbers.try_into().map_err(|_| std::io::ErrorKind::InvalidData.into());
    let counts: [u64; 4] =
        counts.map_err(Error::failed(format_args!("understand {said:?} of a process of the lab")))?;
    let cell = |(name, count): (&&str, &u64)| Cell { name: (*name).to_owned(), value: count.to_string() };
    show(stage, [&first, &second], pair, did, names.iter().zip(&counts).map(cell).collect());
    Ok((counts, place))
}

fn show(stage: &mut Stage<'_>, processes: [&LabProcess; 2], cpus: [usize; 2], did: &str, cells: Vec<Cell>) {
    let one = |(process, cpu): (&LabProcess, usize)| ProcessPicture {
        name: process.part.clone(),
        pid: process.pid(),
        state: format!("on CPU {cpu}: {did}"),
        has_ball: false,
    };
    let processes = processes.into_iter().zip(cpus).map(one).collect();
    stage.show(&Picture { processes, cells });
}

/// What the words of its stories mean.
pub(super) fn orders() -> String {
    format!(
        "This is Rust; the atomics of C and C++ have the same rules. Your processor is of the kind {}. Relaxed: the load or store itself is \
         whole, and its order with those of other words is left open. Release, of a store: all that stands before it in the program is \
         there for a process that loads what it has stored with Acquire; and what stands after an Acquire load is not done before it. SeqCst \
         keeps both, and all SeqCst steps of all processes have one order in which everybody sees them. fence(…) is no access; it \
         keeps such an order between what stands before it and what stands after it.",
        std::env::consts::ARCH
    )
}

/// Where the two ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// 1 or 2.
    pub(super) cpus: u64,
    is_pinned: bool,
}

impl Place {
    /// Adds it to what was observed.
    pub(super) fn add(self, seen: &mut Observation) {
        seen.count("CPUs used", self.cpus, "").flag("each pinned to its CPU", self.is_pinned);
        seen.text("processor", std::env::consts::ARCH);
    }

    /// Of an observation.
    pub(super) fn of(seen: &Observation) -> std::result::Result<(Self, &str), String> {
        let place =
            Self { cpus: seen.number_of("CPUs used")?, is_pinned: seen.is("each pinned to its CPU")? };
        if !(1..=2).contains(&place.cpus) {
            return Err(format!("two processes run on one CPU or two, and not on {}", place.cpus));
        }
        Ok((place, seen.text_of("processor")?))
    }
}

/// Refuses a number of rounds that was not asked for.
pub(super) fn check_rounds(rounds: u64) -> std::result::Result<(), String> {
    if rounds == 0 || rounds > ROUNDS {
        return Err(format!("there are 1 to {ROUNDS} rounds, and not {rounds}"));
    }
    Ok(())
}
