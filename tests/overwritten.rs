//! A pane that writes corrupt data into the Region: the ball is not lost, the game goes on to its end, and
//! a line says what was corrupt. Every fault is a row of docs/FAULTS.md.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]
#![allow(clippy::print_stderr, reason = "the seed of a random test")]

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use common::memory::{BATON, COPY, HALF, HEADER, Memory, RECORD};
use common::report::{assert_conserved, number};
use common::{Ended, Output, Program, TestProcess, wait_for, wait_until};
use nix::fcntl::{FallocateFlags, fallocate};
use nix::sys::signal::Signal;
use tripong::game::{BallSize, mix};
use tripong::platform::sync::Ordering;
use tripong::protocol::{Owner, Phase, Region, Speed};

/// How a Region is spoiled.
type Spoil = fn(&Memory);

/// The words of the header, by their number.
fn header(memory: &Memory, word: u64, value: u64) {
    memory.overwrite_word(HEADER + 8 * word, value);
}

/// The baton with the same epoch and giver, and another holder.
fn other_holder(memory: &Memory, holder: impl Fn(u64) -> u64) {
    let word = memory.read_word(BATON);
    memory.overwrite_word(BATON, word & !0xff | holder(word & 0xff));
}

/// Faults after which nothing in the Region is trusted any more.
const FATAL: &[(&str, Spoil)] = &[
    ("baton: all ones", |memory| memory.overwrite_word(BATON, u64::MAX)),
    ("baton: zero", |memory| memory.overwrite_word(BATON, 0)),
    ("baton: a wild epoch", |memory| memory.overwrite_word(BATON, 12_345_678 << 16 | 0x0102)),
    ("baton: an old epoch", |memory| memory.overwrite_word(BATON, 1 << 16 | 0x1000)),
    ("baton: the next pane as holder", |memory| other_holder(memory, |holder| (holder + 1) % 3)),
    ("baton: the pane before as holder", |memory| other_holder(memory, |holder| (holder + 2) % 3)),
    ("baton: the supervisor as holder", |memory| other_holder(memory, |_| 16)),
    ("baton: a pane beyond the court as holder", |memory| other_holder(memory, |_| 7)),
    ("header: magic", |memory| header(memory, 0, 0)),
    ("header: layout", |memory| header(memory, 1, u64::MAX)),
    ("header: panes", |memory| header(memory, 2, 16)),
    ("header: seed", |memory| header(memory, 3, 99)),
    ("header: launcher", |memory| header(memory, 4, 1)),
    ("header: goal", |memory| header(memory, 5, 1_000_000)),
    ("header: phase", |memory| header(memory, 7, 2)),
    ("the first page: zeros", |memory| memory.overwrite(0, &[0; 4096])),
    ("the first page: ones", |memory| memory.overwrite(0, &[0xff; 4096])),
    ("everything: ones", |memory| memory.overwrite(0, &[0xff; Region::SIZE])),
    ("everything: a hole", |memory| {
        let flags = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
        fallocate(&memory.file, flags, 0, i64::try_from(Region::SIZE).unwrap()).unwrap();
    }),
];

/// A game that goes on until a signal ends it, after the ball has flown for a while.
fn game(arguments: &str) -> (Program, Vec<TestProcess>, Memory) {
    let game = Program::start(&format!("--headless --json --for 5min {arguments}"));
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    memory.wait_for_ticks(100);
    (game, panes, memory)
}

/// The game as it is after a fault: it goes on, conserved, until it gets the signal to stop.
fn assert_goes_on(what: &str, game: Program) -> Output {
    wait_for_ticks(&game, 100);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(128 + Signal::SIGTERM as i32), "{what}: {output:?}");
    assert_conserved(&output.report());
    assert!(!output.stderr.contains("panic"), "{what}: {output:?}");
    output
}

/// The Region that the panes have now. All of them: while a Region is replaced, one process of the old one may be left, started
/// after the death that led to it.
fn memory_of(game: &Program) -> Memory {
    wait_for("a pane with a sound Region", || game.panes(3).iter().find_map(Memory::try_of))
}

/// Waits until the ball has flown on for so many ticks, whatever Region it is in by then.
fn wait_for_ticks(game: &Program, ticks: u64) {
    let before = wait_for("a ball", || memory_of(game).ticks());
    wait_until("the ball to fly on", || memory_of(game).ticks().is_some_and(|now| now >= before + ticks));
}

#[test]
fn a_spoiled_region_is_replaced_and_the_game_goes_on() {
    for arguments in ["--seed 1", "--unpaced --seed 2"] {
        // All at once: they mostly wait.
        for faults in FATAL.chunks(7) {
            let games: Vec<_> = faults.iter().map(|_| game(arguments)).collect();
            for ((_, _, memory), (_, spoil)) in games.iter().zip(faults) {
                spoil(memory);
            }
            for ((game, panes, _), (what, _)) in games.into_iter().zip(faults) {
                wait_until(&format!("other processes on another Region after {what}"), || {
                    panes.iter().all(TestProcess::is_gone)
                });
                let output = assert_goes_on(what, game);
                let line = output.stderr.strip_suffix('\n').unwrap_or_default();
                let is_named =
                    line.starts_with("tripong: the Region is replaced: ") && line.ends_with("corrupt");
                assert!(is_named && !line.contains('\n'), "{what}: {output:?}");
            }
        }
    }
}

#[test]
fn what_was_wanted_from_the_start_outlives_a_region_that_is_spoiled_at_once() {
    let game = Program::start("--headless --json --for 5min --seed 3 --speed fastest --ball large");
    let panes = game.panes(3);
    // Before the supervisor has looked for the first time, on a machine that is not too busy.
    header(&Memory::of(&panes[0]), 0, 0);
    wait_until("other processes on another Region", || panes.iter().all(TestProcess::is_gone));
    let settings = memory_of(&game).region().settings();
    assert_eq!(settings.speed, Speed::Fastest);
    assert_eq!(settings.rules.map(|rules| rules.size), Some(BallSize::Large));
    assert_goes_on("a spoiled header", game);
}

#[test]
fn corruption_that_comes_last_is_noticed_before_the_report() {
    for (what, spoil) in FATAL.iter().step_by(3) {
        for (ends, code) in [("--for 2100ms", 0), ("--for 1min", 128 + Signal::SIGTERM as i32)] {
            // A slow machine may sleep through the end: what is spoiled then is spoiled after the report was made.
            let (game, memory) = wait_for("a game that is as good as over", || {
                let game = Program::start(&format!("--headless --json --seed 8 {ends}"));
                let memory = Memory::of(&game.panes(3)[0]);
                // Half a second before the end nobody else looks at it any more.
                let is_over = || memory.region().header.phase() != Phase::Running;
                wait_until("its end to come near", || is_over() || memory.ticks() > Some(400));
                (!is_over()).then_some((game, memory))
            });
            spoil(&memory);
            if code > 0 {
                game.launcher().signal(Signal::SIGTERM);
            }
            let output = game.finish();
            assert_eq!(output.ended, Ended::Code(code), "{what}: {output:?}");
            assert_conserved(&output.report());
        }
    }
}

#[test]
fn a_process_that_finds_a_corrupt_header_at_its_start_does_not_end_the_game() {
    for round in 0..5 {
        let (game, panes, memory) = game("--seed 9 --restarts unlimited");
        panes[round % 3].signal(Signal::SIGKILL);
        wait_until("the next process to be started", || memory.incarnation((round % 3) as u8) == 2);
        header(&memory, 0, 0);
        wait_until("another Region", || panes.iter().all(TestProcess::is_gone));
        assert_goes_on("a header that is corrupt at the start", game);
    }
}

/// Writes over both copies of the record that the ball's owner has written, while it stands still.
fn spoil_the_record(memory: &Memory, offset: u64, bytes: &[u8]) {
    let ownership = memory.ownership().unwrap();
    let half = memory.offset_of_slot(ownership.holder) + HALF * (ownership.epoch & 1);
    for copy in [half, half + COPY] {
        memory.overwrite(copy + offset, bytes);
    }
}

#[test]
fn a_record_that_a_dead_owner_has_spoiled_is_not_gone_on_from() {
    let nan = f64::NAN.to_bits().to_ne_bytes();
    let (x, tick) = (24, 8);
    let noise: [u8; RECORD] = std::array::from_fn(|i| mix(7, i as u64) as u8);
    let cases: [(&str, u64, &[u8], Option<&str>); 4] = [
        ("not a number", x, &nan, Some("a ball that this court cannot have")),
        ("a wrong checksum", tick, &[1, 2, 3], Some("a record with a wrong checksum")),
        ("noise", 0, &noise, Some("bytes that are no record")),
        // As good as one that has not been written yet: the ball goes on from where it came in.
        ("zeros", 0, &[0; RECORD], None),
    ];
    for (what, offset, bytes, fault) in cases {
        for arguments in ["--seed 3 --stall off", "--unpaced --seed 4 --stall off"] {
            let (game, panes, memory) = game(arguments);
            let owner = memory.freeze_the_owner(&panes);
            spoil_the_record(&memory, offset, bytes);
            panes[owner].signal(Signal::SIGKILL);
            // With a fresh Region all panes have fresh processes; until they are gone the old Region can still be found.
            let replaced = |pane: &TestProcess| fault.is_none() || pane.is_gone();
            wait_until("the next process", || panes[owner].is_gone() && panes.iter().all(replaced));
            let output = assert_goes_on(what, game);
            let repair = if fault.is_some() { "reinitializations" } else { "recoveries" };
            assert_eq!(number(&output.report(), repair), 1, "{what}: {output:?}");
            let (pid, name) = (panes[owner].pid, format!("pane {}", owner + 1));
            let died = format!("{name} (pid {pid}) died (killed by SIGKILL) and was started again");
            let replaced = |fault| {
                format!("the Region is replaced: {name} died (killed by SIGKILL) and has left {fault}")
            };
            let line = match fault {
                Some(fault) => replaced(fault),
                // Where the supervisor has looked since the ball came in, the ball was further already.
                None if number(&output.report(), "reinitializations") == 1 => format!(
                    "the Region is replaced: the ball cannot be taken for {name}: a ball that cannot have come so far\n\
                     tripong: {died}"
                ),
                None => died,
            };
            assert_eq!(output.stderr, format!("tripong: {line}\n"), "{what}");
        }
    }
}

/// Counters and other words that nobody relies on.
#[test]
fn spoiled_statuses_controls_and_bells_change_nothing() {
    let spoil: [(&str, Spoil); 5] = [
        ("statuses", |memory| {
            for pane in memory.region().header.setup().unwrap().court.all_panes() {
                let status = &memory.region().pane(pane).status;
                for word in
                    [&status.pid, &status.incarnation, &status.heartbeats, &status.hops, &status.fenced]
                {
                    word.store(u64::MAX, Ordering::Release);
                }
            }
        }),
        ("controls", |memory| memory.overwrite(2432, &0.3f64.to_ne_bytes().repeat(23))),
        ("bells", |memory| (0..16).for_each(|bell| memory.overwrite(384 + 128 * bell, &[0xff; 4]))),
        ("links_sent", |memory| memory.overwrite(2688, &[0xff; 128])),
        ("latencies", |memory| memory.overwrite(2816 + 17 * 640, &[0xff; 48 * 4224])),
    ];
    for (what, spoil) in spoil {
        let (game, panes, memory) = game("--unpaced --seed 5 --restarts unlimited");
        spoil(&memory);
        memory.wait_for_ticks(1000);
        // The next process has to cope with it as well.
        panes[1].signal(Signal::SIGKILL);
        wait_until("the next process", || {
            TestProcess::children_of(game.launcher().pid).len() == 3 && panes[1].is_gone()
        });
        let output = assert_goes_on(what, game);
        assert_eq!(output.stderr.lines().count(), 1, "{what}: {output:?}");
    }
}

/// Random numbers that a seed brings back.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = mix(self.0, 1);
        self.0 % bound
    }

    /// Where and what.
    fn fault(&mut self) -> (u64, Vec<u8>) {
        let length = 8 << self.below(5);
        let size = Region::SIZE as u64;
        // Half of all goes to where most of it matters.
        let end = if self.below(2) == 0 { size } else { 2816 + 4 * 640 };
        let offset = self.below((end - length) / 8) * 8;
        let fill = self.below(4);
        let bytes = (0..length).map(|_| match fill {
            0 => 0,
            1 => 0xff,
            _ => self.below(256) as u8,
        });
        let bytes: Vec<_> = bytes.collect();
        (offset, bytes)
    }
}

#[test]
fn corrupt_words_anywhere_at_any_time_lose_no_ball() {
    let seed = std::env::var("TRIPONG_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed =
        seed.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64);
    let rounds = if std::env::var_os("TRIPONG_SUITE").is_some() { 300 } else { 12 };
    for round in 0..rounds {
        let seed = seed + round;
        eprintln!("TRIPONG_SEED={seed}");
        let mut dice = Dice(seed);
        let pace = if dice.below(3) == 0 { "" } else { "--unpaced" };
        let (game, _, _) = game(&format!("{pace} --seed {} --restarts unlimited", dice.below(1000)));
        for _ in 0..3 {
            wait_for_ticks(&game, dice.below(50));
            let memory = memory_of(&game);
            let (offset, bytes) = dice.fault();
            eprintln!("{} bytes at {offset}: {:02x?}...", bytes.len(), &bytes[..8]);
            memory.overwrite(offset, &bytes);
            // It is noticed within half a second, if it matters; until then the old Region is still read.
            common::sleep_for_looks(1);
        }
        assert_goes_on(&format!("TRIPONG_SEED={seed}"), game);
    }
}

#[test]
fn the_size_and_the_seals_of_the_region_are_not_a_childs_to_change() {
    let (game, panes, memory) = game("--seed 6");
    let size = i64::try_from(Region::SIZE).unwrap();
    for size in [0, size - 1, size + 1, 1 << 30] {
        assert_eq!(nix::unistd::ftruncate(&memory.file, size), Err(nix::errno::Errno::EPERM), "{size}");
    }
    let more = nix::fcntl::FcntlArg::F_ADD_SEALS(nix::fcntl::SealFlag::F_SEAL_WRITE);
    assert_eq!(nix::fcntl::fcntl(&memory.file, more), Err(nix::errno::Errno::EPERM));
    let output = assert_goes_on("seals", game);
    assert_eq!(output.stderr, "");
    assert!(panes.iter().all(TestProcess::is_gone));
    assert!(matches!(memory.ownership().unwrap().holder, Owner::Pane(_)), "the ball stays where it was");
}
