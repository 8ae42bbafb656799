//! Every word of the Region, overwritten with every kind of value, at every moment, with every transport: no false verdict, no
//! hang, no endless repair, no panic. The words come from the layout, so none can be forgotten.
//!
//! `cargo test` takes a sample. The whole, an hour or so, with a row of totals for each moment and transport:
//!
//! ```sh
//! TRIPONG_SUITE=long cargo test --test corruption -- --nocapture --test-threads 2
//! ```
//!
//! `TRIPONG_WORDS=slot[0]` takes only words whose names contain that, `TRIPONG_SEED=N` the same again.

#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]
#![allow(clippy::print_stderr, reason = "the totals of a long run")]

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use common::memory::Memory;
use common::report::{assert_conserved, number};
use common::{Ended, Program, TestProcess, nap, wait_for, wait_until};
use nix::sys::signal::Signal;
use tripong::game::{Court, mix};
use tripong::protocol::doorbell::FdBell;
use tripong::protocol::{Field, Layout, RegionPart, TransportKind, Unit};

/// Words that are overwritten in one game.
const BATCH: usize = 40;
/// The first fd of the bells that a pane inherits.
const BELLS: i32 = 7;

/// When a word is overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The ball stands still: the game is paused.
    Rest,
    /// The giver has written and sent its record.
    BeforeSwap,
    /// The giver has swapped the baton, and the taker has not looked yet.
    AfterSwap,
    /// The taker plays.
    Playing,
    /// The game gets the signal to end a moment before, or after.
    End,
}

impl Moment {
    /// A game in which the moment comes.
    fn game(self) -> &'static str {
        match self {
            Self::Rest => "",
            Self::BeforeSwap => "--unpaced --wait block --fail before-swap:stop-each:1",
            Self::AfterSwap => "--unpaced --wait block --fail after-swap:stop-each:1",
            Self::Playing | Self::End => "--unpaced",
        }
    }
}

/// What is written over a word.
#[derive(Debug, Clone, Copy)]
enum Value {
    Zero,
    One,
    Ones,
    FlippedBit,
    /// What is in another word of the same kind.
    AnotherSoundOne,
    Random,
}

impl Value {
    const ALL: [Self; 6] =
        [Self::Zero, Self::One, Self::Ones, Self::FlippedBit, Self::AnotherSoundOne, Self::Random];
}

/// A word, and what is done to it.
#[derive(Debug, Clone)]
struct Fault {
    field: Field,
    value: Value,
    /// The process that stands still then is killed, instead of continued.
    kills: bool,
    seed: u64,
}

impl Fault {
    /// Overwrites the word.
    fn write(&self, memory: &Memory, fields: &[Field]) {
        // Some fields are several words.
        let word = mix(self.seed, 1) % (self.field.size as u64).div_ceil(8);
        let offset = self.field.offset as u64 + 8 * word;
        let now = memory.read_word(offset & !7);
        let sound = || {
            let same = fields.iter().filter(|other| other.unit == self.field.unit);
            let others: Vec<_> = same
                .map(|other| memory.read_word(other.offset as u64 & !7))
                .filter(|word| *word != now)
                .collect();
            others.get(mix(self.seed, 2) as usize % others.len().max(1)).copied().unwrap_or(now ^ 2)
        };
        let value = match self.value {
            Value::Zero => 0,
            Value::One => 1,
            Value::Ones => u64::MAX,
            Value::FlippedBit => now ^ 1 << (mix(self.seed, 3) % 64),
            Value::AnotherSoundOne => sound(),
            Value::Random => mix(self.seed, 4),
        };
        let bytes = value.to_ne_bytes();
        memory.overwrite(offset, &bytes[..self.field.size.min(8)]);
    }
}

/// A game, and its processes and their memory as they are now.
struct Game {
    program: Program,
    transport: TransportKind,
    /// The process that stood still the last time, and the ball's epoch and tick.
    last: Option<(u32, u64, u64)>,
    is_reported: bool,
}

impl Game {
    fn start(moment: Moment, transport: TransportKind, seed: u64) -> Self {
        let always = "--headless --json --for 20min --stall off --restarts 1000/1s";
        let program = Program::start(&format!(
            "{always} --transport {transport} --seed {} {}",
            seed % 1000,
            moment.game()
        ));
        Self { program, transport, last: None, is_reported: false }
    }

    /// The panes, if all are there, and their memory, if that is sound.
    fn panes(&self) -> Option<(Vec<TestProcess>, Memory)> {
        let mut panes = TestProcess::children_of(self.program.launcher().pid);
        // Not all have attached: one that stands still may have been stopped before it had a name for its second thread.
        panes.retain(|pane| pane.pane().is_some());
        panes.sort_by_key(TestProcess::pane);
        let memory = Memory::try_of(panes.first()?)?;
        (panes.len() == 3).then_some((panes, memory))
    }

    /// Waits for the moment; the pane that stands still then, and the memory. The ball has gone on since the last one.
    fn wait_for(&mut self, moment: Moment) -> (TestProcess, Memory) {
        let last = self.last;
        let is_new = |pane: &TestProcess, memory: &Memory| {
            let now = Some((pane.pid, memory.ownership()?.epoch, memory.ticks()?));
            (now != last).then_some(now)
        };
        let (pane, memory, now) = wait_for(&format!("the moment {moment:?}, after {last:?}"), || {
            let (mut panes, memory) = self.panes()?;
            let place = self.stop_at(moment, &panes, &memory)?;
            let pane = panes.swap_remove(place);
            let now = is_new(&pane, &memory);
            if now.is_none() {
                pane.try_signal(Signal::SIGCONT);
                self.go_on(&memory);
            }
            Some((pane, memory, now?))
        });
        self.last = now;
        (pane, memory)
    }

    /// The pane that stands still with the ball at this moment, once it does.
    fn stop_at(&self, moment: Moment, panes: &[TestProcess], memory: &Memory) -> Option<usize> {
        match moment {
            Moment::BeforeSwap | Moment::AfterSwap => panes.iter().position(is_stopped),
            Moment::Playing | Moment::End => {
                let owner = memory.owner()?;
                panes[owner].try_signal(Signal::SIGSTOP).then_some(())?;
                wait_until("the owner to stand still", || {
                    is_stopped(&panes[owner]) || panes[owner].has_ended()
                });
                if memory.owner() != Some(owner) {
                    panes[owner].try_signal(Signal::SIGCONT);
                    return None;
                }
                Some(owner)
            }
            Moment::Rest => {
                // Not before its owner has written a record. A fresh Region may have been laid out as one at rest.
                if memory.owner().is_none() {
                    self.go_on(memory);
                    return None;
                }
                memory.region().set_paused(true);
                let before = memory.ticks()?;
                // Some ticks long.
                nap();
                nap();
                (memory.ticks()? == before).then_some(memory.owner()?)
            }
        }
    }

    /// Everybody may do what users do, so that the game goes on: by this transport, without a pause.
    fn go_on(&self, memory: &Memory) {
        memory.region().set_paused(false);
        memory.region().swap_transport(self.transport);
        if let Some((panes, _)) = self.panes() {
            let bells = (0..3).filter_map(|bell| panes[0].copy_of_fd(BELLS + bell)).map(FdBell::from);
            memory.region().wake_all(&bells.collect::<Vec<_>>());
        }
    }

    /// Once: a second signal ends it without its report.
    fn ask_to_end(&mut self) {
        if !std::mem::replace(&mut self.is_reported, true) {
            self.program.launcher().signal(Signal::SIGTERM);
        }
    }

    /// Ends the game, and returns what it has shown. Nobody stands still in its way.
    fn end(mut self) -> (serde_json::Value, String) {
        self.ask_to_end();
        wait_for("the game to end", || {
            let panes = TestProcess::children_of(self.program.launcher().pid);
            for pane in panes {
                pane.try_signal(Signal::SIGCONT);
            }
            self.program.launcher().has_ended().then_some(())
        });
        let output = self.program.finish();
        assert_eq!(output.ended, Ended::Code(128 + Signal::SIGTERM as i32), "{output:?}");
        (output.report(), output.stderr)
    }
}

fn is_stopped(process: &TestProcess) -> bool {
    process.status("State").is_some_and(|state| state.starts_with('T'))
}

/// What a batch of faults has come to.
#[derive(Default)]
struct Totals {
    faults: u64,
    reinitializations: u64,
    recoveries: u64,
    marked: u64,
}

impl Totals {
    /// Plays one game in which all these words are overwritten, one after the other.
    fn play(
        &mut self,
        moment: Moment,
        transport: TransportKind,
        faults: &[Fault],
        fields: &[Field],
        seed: u64,
    ) {
        let mut game = Game::start(moment, transport, seed);
        for fault in faults {
            let (pane, memory) = game.wait_for(moment);
            let is_last = moment == Moment::End;
            if is_last && fault.kills {
                game.ask_to_end();
            }
            fault.write(&memory, fields);
            // It may be dead already, if what was overwritten has ended it.
            pane.try_signal(if fault.kills && !is_last { Signal::SIGKILL } else { Signal::SIGCONT });
            game.go_on(&memory);
        }
        let (report, stderr) = game.end();
        let what = || format!("TRIPONG_SEED={seed}, {moment:?}, {transport}: {faults:#?}\n{stderr}");
        let is_conserved = std::panic::catch_unwind(|| assert_conserved(&report));
        assert!(is_conserved.is_ok() && !stderr.contains("panic"), "{}", what());
        assert!(number(&report, "reinitializations") <= faults.len() as u64, "{}", what());
        self.faults += faults.len() as u64;
        self.reinitializations += number(&report, "reinitializations");
        self.recoveries += number(&report, "recoveries");
        self.marked += report["corrupt"].as_array().unwrap().len() as u64;
    }
}

/// Whether only the inspector and a recording read the word: an entry of a log.
fn is_in_a_ring(field: &Field) -> bool {
    matches!(field.part, RegionPart::EventLog | RegionPart::ArrivalLog(_) | RegionPart::ControlLog(_))
        && field.name.contains("].")
}

fn shuffle<T>(list: &mut [T], seed: u64) {
    for i in (1..list.len()).rev() {
        list.swap(i, mix(seed, i as u64) as usize % (i + 1));
    }
}

/// Every value in every field, in an order that the seed draws.
fn faults_of<'a>(fields: impl Iterator<Item = &'a Field>, seed: u64) -> Vec<Fault> {
    let mut faults = Vec::new();
    for field in fields {
        for value in Value::ALL {
            let seed = mix(seed, faults.len() as u64);
            faults.push(Fault { field: field.clone(), value, kills: seed.is_multiple_of(3), seed });
        }
    }
    shuffle(&mut faults, seed);
    faults
}

/// Overwrites all words, or a sample, at one moment.
fn overwrite(moment: Moment) {
    let variable = |name| std::env::var(name).ok();
    let seed = variable("TRIPONG_SEED")
        .map(|seed| seed.parse().unwrap())
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64);
    let is_long = variable("TRIPONG_SUITE").is_some();
    let names = variable("TRIPONG_WORDS").unwrap_or_default();
    let layout = Layout::of(Court { panes: 3, seed: 0 });
    let fields: Vec<_> = layout.fields().iter().filter(|field| field.unit.is_in_use()).cloned().collect();
    assert!(fields.iter().any(|field| field.unit == Unit::BATON) && fields.len() > 2000);
    for transport in TransportKind::ALL {
        let seed = mix(seed, (transport as u64) << 8 | moment as u64);
        let mut faults = faults_of(fields.iter().filter(|field| field.path().contains(&names)), seed);
        // The end comes once a game.
        let batch = if moment == Moment::End { 1 } else { BATCH };
        let most = match (is_long, moment) {
            (true, Moment::End) => 1000,
            (true, _) => faults.len(),
            (false, Moment::End) => 4,
            (false, _) => BATCH,
        };
        if most < faults.len() {
            // A sample has few words of rings, of which there are many and which only the inspector reads.
            let (rings, mut others): (Vec<_>, Vec<_>) =
                faults.into_iter().partition(|fault| is_in_a_ring(&fault.field));
            others.extend(rings.into_iter().take(most / 8));
            others.rotate_right(most / 8);
            faults = others;
        }
        faults.truncate(most);
        let mut totals = Totals::default();
        for (number, faults) in faults.chunks(batch).enumerate() {
            totals.play(moment, transport, faults, &fields, mix(seed, number as u64));
        }
        let Totals { faults, reinitializations, recoveries, marked } = totals;
        eprintln!(
            "{moment:?}, {transport}: {faults} words overwritten, {reinitializations} reinitializations, {recoveries} recoveries, \
             {marked} words marked, every game conserved"
        );
    }
}

#[test]
fn a_word_overwritten_while_the_ball_rests_changes_no_verdict() {
    overwrite(Moment::Rest);
}

#[test]
fn a_word_overwritten_before_the_swap_changes_no_verdict() {
    overwrite(Moment::BeforeSwap);
}

#[test]
fn a_word_overwritten_after_the_swap_changes_no_verdict() {
    overwrite(Moment::AfterSwap);
}

#[test]
fn a_word_overwritten_while_the_ball_is_played_changes_no_verdict() {
    overwrite(Moment::Playing);
}

#[test]
fn a_word_overwritten_as_the_game_ends_changes_no_verdict() {
    overwrite(Moment::End);
}
