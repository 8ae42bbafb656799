//! The two processes of the lab, from within.

use std::io;

use super::record::{Check, Copied, Copies, Record, Victim, WORDS, is_torn, number_of};
use crate::error::{Error, Result};
use crate::lab::stage::Actor;
use crate::platform::clock;
use crate::platform::sync::{Ordering, Word};

/// Between two looks at the clock.
const COPIES_PER_LOOK: u64 = 64;

/// Does what each line says, until there is none.
pub(super) fn act(actor: &mut Actor) -> Result<()> {
    loop {
        let line = actor.hear()?;
        let mut words = line.split(' ');
        let Some(verb) = words.next().filter(|verb| !verb.is_empty()) else { return Ok(()) };
        let numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
        let number = |index: usize| numbers.get(index).copied().unwrap_or(0);
        let said = if actor.part == "writer" {
            write(actor, verb, number(0), number(1), number(2))?
        } else {
            read(actor, verb, number(0), number(1))?
        };
        actor.say(&said)?;
    }
}

/// A word that says that the writer is to end its run.
pub(super) fn is_over(memory: &crate::lab::stage::LabMemory) -> &Word {
    &memory.lonely[1].0
}

fn unknown(verb: &str) -> Error {
    Error::failed(format_args!("understand {verb:?}, a line of the lab"))(io::ErrorKind::InvalidInput.into())
}

/// The writer. It stands still after `stop` words; 0: not at all.
fn write(actor: &Actor, verb: &str, number: u64, stop: u64, which: u64) -> Result<String> {
    let memory = actor.memory();
    let record = Record::of(memory);
    let between = |index: usize| {
        let stands_still = index > 0 && index as u64 == stop;
        if stands_still { actor.stop_here() } else { Ok(()) }
    };
    match verb {
        "bare" => record.write(number, &between)?,
        "locked" => record.write_locked(number, &between)?,
        "copy" => {
            let victim = Victim::ALL.get(which as usize).copied().unwrap_or(Victim::Earlier);
            Copies::of(memory).write(number, victim, &between)?;
        }
        "run-bare" | "run-locked" => return run(actor, number, verb == "run-locked"),
        _ => return Err(unknown(verb)),
    }
    Ok("written".to_owned())
}

/// Writes records with rising numbers until the stage has seen enough. Says how many.
fn run(actor: &Actor, from: u64, is_locked: bool) -> Result<String> {
    let (record, over) = (Record::of(actor.memory()), is_over(actor.memory()));
    actor.say("runs")?;
    let mut number = from;
    // Relaxed: it stands for itself.
    while over.load(Ordering::Relaxed) == 0 {
        // A number has half a word.
        number = if number >= u64::from(u32::MAX) { from } else { number + 1 };
        if is_locked {
            record.write_locked(number, &|_| Ok(()))?;
        } else {
            record.write(number, &|_| Ok(()))?;
        }
    }
    Ok((number - from).to_string())
}

/// The reader.
fn read(actor: &Actor, verb: &str, first: u64, second: u64) -> Result<String> {
    let record = Record::of(actor.memory());
    let check = Check::ALL.get(first as usize).copied().unwrap_or(Check::Both);
    let between = |index: usize| {
        let stands_still = index > 0 && index as u64 == second;
        if stands_still { actor.stop_here() } else { Ok(()) }
    };
    match verb {
        "copy" => Ok(listed(&record.copy(&|_| Ok(()))?)),
        "try" => {
            let tried = record.try_copy(check, &between)?;
            let (is_taken, is_torn) = (u8::from(tried.is_taken), u8::from(is_torn(&tried.copied)));
            Ok(format!("{is_taken} {is_torn} {} {}", tried.before, tried.after))
        }
        "tries" => {
            let tries = (0..first).map(|_| record.try_copy(Check::Both, &|_| Ok(())));
            let taken = tries.filter(|tried| tried.as_ref().is_ok_and(|tried| tried.is_taken));
            Ok(taken.count().to_string())
        }
        "newest" => Ok(Copies::of(actor.memory()).read().unwrap_or(0).to_string()),
        "run-bare" => Tally::default().run(&record, None, first, second),
        "run-locked" => Tally::default().run(&record, Some(check), u64::MAX, second),
        _ => Err(unknown(verb)),
    }
}

fn listed(copied: &Copied) -> String {
    let numbers: Vec<_> = copied.iter().map(|word| number_of(*word).unwrap_or(0).to_string()).collect();
    numbers.join(" ")
}

/// What came of many copies.
#[derive(Default)]
struct Tally {
    tries: u64,
    taken: u64,
    torn: u64,
    /// Words whose halves do not belong together.
    torn_words: u64,
    /// Of the first torn copy: how many words were of its first record, and the numbers of its first and last words.
    first: Option<(usize, u64, u64)>,
}

impl Tally {
    /// Copies until so many torn copies were taken, or this time is over.
    fn run(
        mut self,
        record: &Record<'_>,
        check: Option<Check>,
        most_torn: u64,
        for_ns: u64,
    ) -> Result<String> {
        let end_ns = clock::now_ns().saturating_add(for_ns);
        while self.torn < most_torn
            && (!self.tries.is_multiple_of(COPIES_PER_LOOK) || clock::now_ns() < end_ns)
        {
            self.tries += 1;
            let (is_taken, copied) = match check {
                None => (true, record.copy(&|_| Ok(()))?),
                Some(check) => {
                    let tried = record.try_copy(check, &|_| Ok(()))?;
                    (tried.is_taken, tried.copied)
                }
            };
            if is_taken {
                self.count(&copied);
            }
        }
        let (words, from, to) = self.first.unwrap_or_default();
        Ok(format!("{} {} {} {} {words} {from} {to}", self.tries, self.taken, self.torn, self.torn_words))
    }

    fn count(&mut self, copied: &Copied) {
        self.taken += 1;
        self.torn_words += copied.iter().filter(|word| number_of(**word).is_none()).count() as u64;
        if is_torn(copied) {
            self.torn += 1;
            let numbers = copied.map(|word| number_of(word).unwrap_or(0));
            let words = numbers.iter().filter(|number| **number == numbers[0]).count();
            self.first = self.first.or(Some((words, numbers[0], numbers[WORDS - 1])));
        }
    }
}
