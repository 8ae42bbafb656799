use std::sync::LazyLock;

use super::*;
use crate::bench::figures::Row;
use crate::bench::floor::{FloorKind, FloorRatio};
use crate::bench::key::Mode;
use crate::bench::mechanism::Mechanism;
use crate::bench::placement::Placement;
use crate::bench::report::fixed;
use crate::protocol::doorbell::Wait;

/// Numbers that are the same in each run (xorshift).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Around 0, of deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

const ROWS: usize = 30;
/// How many pairs of simulated runs are compared for each statement.
const COMPARISONS: u64 = 12;

/// What a simulated run is like.
#[derive(Debug, Clone, Copy)]
struct Like {
    repeats: usize,
    /// How much slower the program is.
    slower: f64,
    /// Only this row of it, if only one is.
    only: Option<usize>,
    /// How much slower the machine is in this run, floors included.
    machine: f64,
    /// The deviation of a repetition.
    spread: f64,
    floors: bool,
}

const LIKE: Like = Like { repeats: 10, slower: 1.0, only: None, machine: 1.0, spread: 0.015, floors: false };

fn key(row: usize) -> RowKey {
    RowKey::latency(Mechanism::Pipe, Wait::Block, Placement::SameCpu, 2, 8 * (row + 1))
}

/// A report of 30 rows. Each repetition has its own spread; some are disturbed, which makes them slower and never faster; and now and
/// then the whole machine is slow for a repetition, floors included.
fn simulated(random: &mut Random, like: Like) -> BenchReport {
    static EMPTY: LazyLock<BenchReport> = LazyLock::new(fixed::report);
    let mut report = EMPTY.clone();
    let slow: Vec<f64> = (0..like.repeats).map(|_| if random.uniform() < 0.03 { 1.1 } else { 1.0 }).collect();
    let one = |random: &mut Random, repeat: usize, base: f64| {
        let disturbed = if random.uniform() < 0.03 { 1.0 + random.uniform() } else { 1.0 };
        base * like.machine * slow[repeat] * disturbed * (like.spread * random.normal()).exp()
    };
    report.floors.truncate(1);
    report.floors[0].repeat_p50_ns = (0..like.repeats).map(|repeat| one(random, repeat, 2000.0)).collect();
    let row = |number: usize| -> Row {
        let slower = if like.only.is_none_or(|only| only == number) { like.slower } else { 1.0 };
        let base = 3000.0 * (1.0 + number as f64) * slower;
        let repeats: Vec<_> = (0..like.repeats)
            .map(|repeat| (one(random, repeat, base).round() as i64).cast_unsigned())
            .collect();
        let mut row = fixed::row(key(number), &repeats);
        row.floor =
            like.floors.then_some(FloorRatio { kind: FloorKind::FutexPair, ratio: 1.0, range: [1.0, 1.0] });
        row
    };
    report.rows = (0..ROWS).map(row).collect();
    report
}

/// How many of so many comparisons say so.
fn count(comparisons: u64, old: Like, new: Like, is_so: impl Fn(&Comparison) -> bool) -> u64 {
    let mut found = 0;
    for seed in 0..comparisons {
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ ((seed << 32) | (seed + 1)));
        let [old, new] = [old, new].map(|like| simulated(&mut random, like));
        found += u64::from(is_so(&Comparison::of(&old, &new, Share::NOISE)));
    }
    found
}

/// That all of these comparisons say so but for a few that are unclear or see no change, and that none says the opposite.
fn assert_say(old: Like, new: Like, verdict: Verdict, at_least: u64) {
    let opposites = match verdict {
        Verdict::Worse => vec![Verdict::Better],
        Verdict::Better => vec![Verdict::Worse],
        _ => vec![Verdict::Better, Verdict::Worse],
    };
    let found = count(COMPARISONS, old, new, |comparison| {
        assert!(!opposites.contains(&comparison.verdict), "{:?}: {old:?} {new:?}", comparison.verdict);
        comparison.verdict == verdict
    });
    assert!(found >= at_least, "{found}: {old:?} {new:?}");
}

#[test]
fn two_runs_of_one_machine_are_no_change() {
    assert_say(LIKE, LIKE, Verdict::NoChange, 11);
    let few = Like { repeats: 5, ..LIKE };
    assert_say(few, few, Verdict::NoChange, 8);
}

#[test]
fn a_machine_that_was_slower_altogether_is_no_change_where_there_are_floors() {
    let old = Like { floors: true, ..LIKE };
    assert_say(old, Like { machine: 1.3, ..old }, Verdict::NoChange, 7);
    assert_say(LIKE, Like { machine: 1.3, ..LIKE }, Verdict::Worse, 11);
}

#[test]
fn a_program_that_is_a_tenth_slower_is_found_and_one_that_is_faster_too() {
    for (like, at_least) in [(LIKE, 10), (Like { floors: true, repeats: 20, ..LIKE }, 11)] {
        assert_say(like, Like { slower: 1.1, ..like }, Verdict::Worse, at_least);
        assert_say(like, Like { slower: 1.0 / 1.1, ..like }, Verdict::Better, at_least);
    }
}

#[test]
fn one_row_of_thirty_that_is_slower_is_found_and_no_other_is_accused() {
    let old = Like { repeats: 20, spread: 0.01, ..LIKE };
    let new = Like { slower: 1.15, only: Some(7), ..old };
    let is_found = |comparison: &Comparison| {
        let worse = comparison.rows.iter().filter(|row| row.verdict == Verdict::Worse);
        worse.map(|row| row.key).collect::<Vec<_>>() == [key(7)]
    };
    assert!(count(COMPARISONS, old, new, is_found) >= 11);
}

#[test]
fn of_one_repetition_nothing_is_clear() {
    let like = Like { repeats: 1, ..LIKE };
    let unclear = |comparison: &Comparison| {
        comparison.verdict == Verdict::Unclear
            && comparison.rows.iter().all(|row| row.measured.interval.is_none())
    };
    assert_eq!(count(3, like, Like { slower: 2.0, ..like }, unclear), 3);
}

#[test]
fn more_messages_per_second_are_better() {
    let mut old = fixed::report();
    old.rows.truncate(2);
    old.rows.iter_mut().for_each(|row| row.key.mode = Mode::Throughput);
    old.rows.iter_mut().for_each(|row| row.floor = None);
    let mut new = old.clone();
    for row in &mut new.rows {
        row.figures.repeat_messages_per_s.iter_mut().for_each(|rate| *rate *= 1.5);
        // By which they are not compared.
        row.figures.repeat_p50_ns.iter_mut().for_each(|ns| *ns *= 3);
    }
    let better = Comparison::of(&old, &new, Share::NOISE);
    assert_eq!(better.verdict, Verdict::Better, "{better}");
    assert!(better.rows[0].measured.ratio.unwrap() < 0.7 && better.to_string().contains("k/s"), "{better}");
    assert_eq!(Comparison::of(&new, &old, Share::NOISE).verdict, Verdict::Worse);
}

#[test]
fn rows_that_only_one_has_and_other_machines_are_named() {
    let old = fixed::report();
    let mut new = old.clone();
    let gone = new.rows.remove(0).key;
    new.rows[0].key.bytes = 8;
    new.manifest.cpus = Some(99);
    new.manifest.build = "release".to_owned();
    let text = Comparison::of(&old, &new, Share::NOISE).to_string();
    assert!(text.contains(&format!("only in the old report: {}", gone.name())), "{text}");
    assert!(text.contains("only in the new report: "), "{text}");
    assert!(text.contains("the number of CPUs differs: ") && text.contains("then 99"), "{text}");
    assert!(text.contains("the build differs: debug, then release"), "{text}");
    assert!(text.contains("the old run: busy"), "{text}");
    let mut other = old.clone();
    other.rows.clear();
    let nothing = Comparison::of(&old, &other, Share::NOISE);
    assert_eq!(nothing.verdict, Verdict::Unclear);
    assert!(nothing.to_string().ends_with("no row in common"), "{nothing}");
}

#[test]
fn medians_of_nothing_are_unclear_and_no_infinity() {
    let old = fixed::report();
    let mut new = old.clone();
    new.rows.iter_mut().for_each(|row| row.figures.repeat_p50_ns = vec![0, 0, 0]);
    let comparison = Comparison::of(&old, &new, Share::NOISE);
    assert_eq!(comparison.verdict, Verdict::Unclear);
    assert!(!serde_json::to_string(&comparison).unwrap().contains("inf"));
}

#[test]
fn a_comparison_for_a_pull_request_shows_what_has_changed_first() {
    let mut old = fixed::report();
    old.rows.iter_mut().for_each(|row| row.floor = None);
    let mut new = old.clone();
    new.rows[0].figures.repeat_p50_ns.iter_mut().for_each(|ns| *ns *= 2);
    let text = markdown(&Comparison::of(&old, &new, Share::NOISE));
    let (changed, others) = text.split_once("<details>").unwrap();
    assert!(changed.starts_with("### tripong bench: worse; of 18 rows: 1 worse, 17 no change"), "{text}");
    assert_eq!(
        (changed.matches("| worse |").count(), others.matches("| no change |").count()),
        (1, 17),
        "{text}"
    );
    assert!(!text.contains("<script") && !text.contains("@all"), "{text}");
}
