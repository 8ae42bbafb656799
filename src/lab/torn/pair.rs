//! The writer and the reader, from outside.

use std::time::Duration;

use super::act::is_over;
use crate::error::{Error, Result};
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{LabProcess, Stage};
use crate::platform::clock;
use crate::platform::sync::Ordering;

/// Whether a copy ever is torn is seen in so long, or not at all.
pub(super) const LONGEST_RUN: Duration = Duration::from_millis(1_000);
/// More torn copies than these teach nothing more.
pub(super) const ENOUGH: u64 = 20;

/// A writer and a reader.
pub(super) struct Pair {
    pub(super) writer: LabProcess,
    pub(super) reader: LabProcess,
    states: [String; 2],
    cells: Vec<Cell>,
}

/// What came of many copies while the writer wrote.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) written: u64,
    pub(super) tries: u64,
    pub(super) taken: u64,
    pub(super) torn: u64,
    pub(super) torn_words: u64,
    /// Of the first torn copy: words of its first record; numbers of its first and its last word.
    pub(super) first: (u64, u64, u64),
}

impl Pair {
    pub(super) fn start(stage: &mut Stage<'_>) -> Result<Self> {
        let writer = stage.start("writer", Vec::new())?;
        let reader = stage.start("reader", Vec::new())?;
        let waits = || "waits for a line".to_owned();
        let pair = Self { writer, reader, states: [waits(), waits()], cells: Vec::new() };
        pair.show(stage);
        Ok(pair)
    }

    fn show(&self, stage: &mut Stage<'_>) {
        let one = |(process, state): (&LabProcess, &String)| ProcessPicture {
            name: process.part.clone(),
            pid: process.pid(),
            state: state.clone(),
            has_ball: false,
        };
        let processes = [&self.writer, &self.reader].into_iter().zip(&self.states).map(one).collect();
        stage.show(&Picture { processes, cells: self.cells.clone() });
    }

    /// Puts a value into the picture; it is shown with the next report.
    pub(super) fn set(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        match self.cells.iter_mut().find(|cell| cell.name == name) {
            Some(cell) => cell.value = value,
            None => self.cells.push(Cell { name: name.to_owned(), value }),
        }
    }

    /// Says what the writer has done.
    pub(super) fn wrote(&mut self, stage: &mut Stage<'_>, did: &str) {
        self.report(stage, 0, did);
    }

    /// Says what the reader has done.
    pub(super) fn read(&mut self, stage: &mut Stage<'_>, did: &str) {
        self.report(stage, 1, did);
    }

    fn report(&mut self, stage: &mut Stage<'_>, who: usize, did: &str) {
        // What follows a colon is for the list of events: a state has little room.
        did.split(':').next().unwrap_or_default().clone_into(&mut self.states[who]);
        stage.note(format!("the {} {did}", ["writer", "reader"][who]));
        self.show(stage);
    }

    /// Lets both run at the same time.
    pub(super) fn run(
        &mut self,
        stage: &mut Stage<'_>,
        verb: &str,
        first: u64,
        for_: Duration,
    ) -> Result<Run> {
        is_over(stage.memory()).store(0, Ordering::Relaxed);
        self.writer.say(&format!("{verb} 1000"));
        self.writer.hear()?;
        self.wrote(stage, "writes record after record");
        self.reader.say(&format!("{verb} {first} {}", clock::ns(for_)));
        let [tries, taken, torn, torn_words, words, from, to] = numbers(&self.reader.hear()?)?;
        is_over(stage.memory()).store(1, Ordering::Relaxed);
        let [written] = numbers(&self.writer.hear()?)?;
        self.wrote(stage, &format!("has written {written} records"));
        self.read(
            stage,
            &format!("has tried {tries} times, taken {taken} copies, and {torn} of them are torn"),
        );
        Ok(Run { written, tries, taken, torn, torn_words, first: (words, from, to) })
    }
}

/// The numbers of a line.
pub(super) fn numbers<const N: usize>(line: &str) -> Result<[u64; N]> {
    let numbers: Vec<u64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    let numbers = numbers.try_into().map_err(|_| std::io::ErrorKind::InvalidData.into());
    numbers.map_err(Error::failed(format_args!("understand {line:?} of a process of the lab")))
}
