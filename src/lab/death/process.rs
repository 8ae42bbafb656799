//! What a process of this lab does, and knows for itself: what dies with it.

use std::fs::File;

use super::design::Step;
use super::left::{BATON, BYTES, FLAG, Left, RECORDS, STRUCT, image_of, newest, record_in, record_of};
use super::wires::Wires;
use crate::error::{Error, Result};
use crate::game::{Control, Court, PaneId};
use crate::lab::stage::Actor;
use crate::lab::steps::{Walker, court};
use crate::protocol::{Owner, Ownership, RECORD_WORDS, Record, checksum};

/// Half the words of a ball.
const HALF: usize = RECORD_WORDS / 2;

/// What a process knows for itself.
#[derive(Debug, Clone)]
pub(super) struct Mind {
    /// 0 is A, 1 is B.
    who: usize,
    court: Court,
    pane: PaneId,
    other: PaneId,
    /// The epoch in which it has the ball.
    epoch: u64,
    /// Its ball; before it has one, only its paddle counts.
    record: Record,
    /// It has the ball.
    pub(super) has_ball: bool,
    /// What it has read from the pipe.
    bytes: Vec<u8>,
    saw_flag: bool,
    /// What it still has to store until the ball is handed over: two halves and the flag.
    to_store: u8,
}

impl Mind {
    /// Of A (0), which has the ball, or of B (1).
    pub(super) fn new(who: usize, court: Court, panes: [PaneId; 2], epoch: u64, record: Record) -> Self {
        let (pane, other) = (panes[who], panes[1 - who]);
        let epoch = epoch + who as u64;
        let (bytes, saw_flag, to_store) = (Vec::new(), false, 3);
        Self { who, court, pane, other, epoch, record, has_ball: who == 0, bytes, saw_flag, to_store }
    }

    /// What the process is to do, as a line.
    pub(super) fn line(&self, steps: &[Step]) -> String {
        let [giver, taker] = if self.who == 0 { [self.pane, self.other] } else { [self.other, self.pane] };
        let epoch = self.epoch - self.who as u64;
        let numbers =
            [self.court.seed, epoch, giver.0.into(), taker.0.into()].into_iter().chain(self.image());
        let words = numbers.map(|number| number.to_string()).chain(steps.iter().map(Step::to_string));
        words.collect::<Vec<_>>().join(" ")
    }

    fn image(&self) -> [u64; RECORD_WORDS] {
        self.record.words(self.epoch)
    }

    fn packed(&self) -> Vec<u8> {
        self.image().into_iter().flat_map(u64::to_le_bytes).collect()
    }

    /// The ball of the giver is here: counts the hop.
    fn take(&mut self, ball: Option<Record>) {
        if let Some(record) = ball {
            self.record.ball = record.ball.handed_over();
            self.has_ball = true;
        }
    }

    /// Does a step.
    pub(super) fn perform(&mut self, step: Step, left: &impl Left) -> Result<()> {
        match step {
            Step::Play => self.play(),
            Step::Pack | Step::Wait => {}
            Step::Forget => self.has_ball = false,
            Step::WriteAll => left.put(0, &self.packed())?,
            Step::WriteFirst => left.put(0, &self.packed()[..BYTES / 2])?,
            Step::WriteRest => left.put(0, &self.packed()[BYTES / 2..])?,
            Step::WriteOn => {
                left.put(1, &self.packed())?;
                self.has_ball = false;
            }
            Step::ReadAll => self.read(left.get(0, BYTES)?),
            Step::ReadFirst | Step::ReadRest => self.read(left.get(0, BYTES / 2)?),
            Step::StoreFirst => self.store(left, 0..HALF),
            Step::StoreRest => self.store(left, HALF..RECORD_WORDS),
            Step::SetFlag => {
                left.store(FLAG[0], 1);
                self.stored();
            }
            Step::Clear => {
                self.saw_flag = left.load(FLAG[0]) == 1;
                left.store(FLAG[0], 0);
            }
            Step::Copy => self.copy(left),
            Step::HandOn => self.hand_on(left),
            Step::RecordFirst => self.record_first(left),
            Step::RecordRest => self.record_rest(left),
            Step::Swap => self.swap(left),
            Step::ReadBaton => self.read_baton(left),
        }
        Ok(())
    }

    fn play(&mut self) {
        if self.has_ball {
            let Record { ball, paddle, .. } = &mut self.record;
            // Whether it has crossed the side is known: A plays its last tick, B its first.
            let _outcome = self.court.advance(self.pane, ball, paddle, Control::Autopilot);
        }
    }

    fn read(&mut self, bytes: Vec<u8>) {
        self.bytes.extend(bytes);
        self.take(record_in(&self.bytes, &self.court));
    }

    fn store(&mut self, left: &impl Left, range: std::ops::Range<usize>) {
        let image = self.image();
        range.for_each(|at| left.store(STRUCT[0] + at, image[at]));
        self.stored();
    }

    fn stored(&mut self) {
        self.to_store = self.to_store.saturating_sub(1);
        self.has_ball = self.to_store > 0;
    }

    fn copy(&mut self, left: &impl Left) {
        if self.saw_flag || left.load(FLAG[0]) == 1 {
            self.take(record_of(&image_of(left, STRUCT[0]), &self.court));
        }
    }

    fn hand_on(&mut self, left: &impl Left) {
        for (at, word) in self.image().into_iter().enumerate() {
            left.store(STRUCT[1] + at, word);
        }
        left.store(FLAG[1], 1);
        self.has_ball = false;
    }

    /// The place of the copy that is written next, and its number.
    fn next_copy(&self, left: &impl Left) -> (usize, u64) {
        let numbers = RECORDS[self.who].map(|copy| left.load(copy + RECORD_WORDS));
        let older = usize::from(numbers[1] < numbers[0]);
        (RECORDS[self.who][older], numbers[1 - older] + 1)
    }

    fn record_first(&self, left: &impl Left) {
        let (place, _) = self.next_copy(left);
        let image = self.image();
        (0..HALF).for_each(|at| left.store(place + at, image[at]));
    }

    fn record_rest(&self, left: &impl Left) {
        let (place, number) = self.next_copy(left);
        let mut words = self.image().to_vec();
        words.push(number);
        words.push(checksum(&words));
        // The number comes last: until then the other copy counts.
        (HALF..RECORD_WORDS)
            .chain([RECORD_WORDS + 1, RECORD_WORDS])
            .for_each(|at| left.store(place + at, words[at]));
    }

    fn ownership(&self) -> Ownership {
        Ownership { epoch: self.epoch, giver: Owner::Pane(self.other), holder: Owner::Pane(self.pane) }
    }

    fn swap(&mut self, left: &impl Left) {
        let (from, to) = (self.ownership(), self.ownership().handed_to(self.other));
        self.has_ball = !left.swap(BATON, from.encode(), to.encode());
    }

    fn read_baton(&mut self, left: &impl Left) {
        if left.load(BATON) == self.ownership().encode() {
            self.take(newest(left, 0, self.epoch - 1, &self.court));
        }
    }
}

/// A process of this lab: does its steps.
pub(super) fn act(actor: &mut Actor) -> Result<()> {
    let failed =
        || Error::failed("find the steps of a process of the lab")(std::io::ErrorKind::InvalidData.into());
    let line = actor.hear()?;
    let words: Vec<&str> = line.split(' ').collect();
    let (numbers, steps) = words.split_at_checked(4 + RECORD_WORDS).ok_or_else(failed)?;
    let numbers: Option<Vec<u64>> = numbers.iter().map(|word| word.parse().ok()).collect();
    let [seed, epoch, giver, taker, words @ ..] = numbers.as_deref().ok_or_else(failed)? else {
        return Err(failed());
    };
    let steps: Option<Vec<Step>> = steps.iter().map(|step| step.parse().ok()).collect();
    let court = court(*seed);
    let record = words.try_into().ok().and_then(|words| record_of(words, &court)).ok_or_else(failed)?;
    let pane = |word: &u64| u8::try_from(*word).map(PaneId).map_err(|_| failed());
    let who = usize::from(actor.part == "B");
    let mut mind = Mind::new(who, court, [pane(giver)?, pane(taker)?], *epoch, record);
    let mut links = std::mem::take(&mut actor.links).into_iter().map(File::from);
    // Of B these are the end to read of the first pipe and the end to write of the second.
    let pipes = [links.next(), links.next()];
    let wires = Wires { memory: actor.memory(), pipes };
    Walker::new(actor, who).walk(mind.has_ball, &steps.ok_or_else(failed)?, |step| {
        mind.perform(*step, &wires)?;
        Ok(mind.has_ball)
    })
}
