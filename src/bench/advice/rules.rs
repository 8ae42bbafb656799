//! The rules, in the order and with the numbers of docs/BENCH.md.

use super::contest::{By, Verdict, contests, fmt_times, list};
use super::death::AfterDeath;
use super::sentence::Advice;
use crate::bench::figures::Row;
use crate::bench::key::{Mode, RowKey};
use crate::platform::topology::Placement;

type Rule = fn(&[&Row]) -> Vec<Advice>;

pub(super) const ALL: [Rule; 6] = [fastest, least_cpu, by_size, one_to_many, after_a_death, most];

/// The modes in which one message is on its way at a time.
const LATENCIES: [Mode; 2] = [Mode::Latency, Mode::RequestReply];

/// A difference that may be one, though it is within the intervals.
const MUCH_PERCENT: f64 = 10.0;

/// Rule 1: the lowest median latency, for one CPU, for two, and where the scheduler decides.
fn fastest(rows: &[&Row]) -> Vec<Advice> {
    let contests = LATENCIES.into_iter().flat_map(|mode| smallest(rows, mode));
    contests.filter_map(|contest| compare(By::Median, &contest, "is fastest")).collect()
}

/// Rule 2: the least CPU time per message. Messages that are due at fixed times say most: their processes wait in between.
fn least_cpu(rows: &[&Row]) -> Vec<Advice> {
    let modes = [Mode::Rate, Mode::Latency, Mode::RequestReply];
    let contests = modes.into_iter().map(|mode| smallest(rows, mode)).find(|contests| !contests.is_empty());
    let advise = |mut contest: Vec<&Row>| {
        contest.retain(|row| row.figures.hops / row.figures.repeats.max(1) >= messages_for_cpu(row.key.mode));
        compare(By::Cpu, &contest, "takes the least CPU time")
    };
    contests.into_iter().flatten().filter_map(advise).collect()
}

/// With fewer messages in a repetition, most of the CPU time is that of starting the processes.
fn messages_for_cpu(mode: Mode) -> u64 {
    if mode == Mode::Rate { 1000 } else { 10_000 }
}

/// Rule 3: which way for which size, where a placement has rows of several.
fn by_size(rows: &[&Row]) -> Vec<Advice> {
    let modes =
        [(Mode::Latency, By::Median), (Mode::RequestReply, By::Median), (Mode::Throughput, By::Throughput)];
    let mut advice = Vec::new();
    for (mode, by) in modes {
        let mut families: Vec<Vec<Vec<&Row>>> = Vec::new();
        for contest in contests(rows, mode).into_iter().filter(|contest| contest.len() > 1) {
            let is_like = |other: &RowKey, key: &RowKey| {
                (other.placement, other.processes) == (key.placement, key.processes)
            };
            let found = families.iter_mut().find(|family| is_like(&family[0][0].key, &contest[0].key));
            match found {
                Some(family) => family.push(contest),
                None => families.push(vec![contest]),
            }
        }
        advice.extend(families.into_iter().filter_map(|family| sizes(by, family)));
    }
    advice
}

fn sizes(by: By, mut contests: Vec<Vec<&Row>>) -> Option<Advice> {
    contests.sort_by_key(|contest| contest[0].key.bytes);
    let verdicts: Vec<_> = contests.iter().filter_map(|contest| Verdict::of(by, contest)).collect();
    let [first, .., _last] = verdicts.as_slice() else { return None };
    // Sizes in a row with the same outcome are one part of the sentence.
    let mut parts: Vec<(String, usize, usize)> = Vec::new();
    for verdict in &verdicts {
        let bytes = verdict.rows()[0].key.bytes;
        let outcome = match verdict {
            Verdict::Winner { best, .. } => best.key.way(),
            Verdict::Tie { rows, .. } => format!("no clear winner ({})", list(rows)),
        };
        match parts.last_mut() {
            Some((last, _, to)) if *last == outcome => *to = bytes,
            _ => parts.push((outcome, bytes, bytes)),
        }
    }
    let part = |(outcome, from, to): &(String, usize, usize)| {
        if from == to {
            format!("{outcome} at {from} B")
        } else {
            format!("{outcome} from {from} B to {to} B")
        }
    };
    let parts: Vec<_> = parts.iter().map(part).collect();
    let key = &first.rows()[0].key;
    let what = if by == By::Throughput { "most bytes per second" } else { "lowest median" };
    let sentence =
        format!("By size, {}, {} processes, {what}: {}.", place(key), key.processes, parts.join("; "));
    Some(Advice::new(sentence, verdicts.iter().flat_map(Verdict::rows)))
}

/// Rule 4: one message to many, to as many as were measured.
fn one_to_many(rows: &[&Row]) -> Vec<Advice> {
    let contests = widest(rows);
    contests.into_iter().filter_map(|contest| compare(By::Median, &contest, "is fastest")).collect()
}

/// Rule 5: what tells a process that the other one was killed.
fn after_a_death(rows: &[&Row]) -> Vec<Advice> {
    let contest = [Mode::Latency, Mode::RequestReply, Mode::Throughput]
        .into_iter()
        .find_map(|mode| smallest(rows, mode).into_iter().find(|contest| contest.len() > 1));
    contest.map(|contest| after_a_death_of(&contest)).into_iter().collect()
}

fn after_a_death_of(contest: &[&Row]) -> Advice {
    let those = |after| -> Vec<&Row> {
        contest.iter().copied().filter(|row| AfterDeath::of(row.key.transport) == after).collect()
    };
    let (noticed, sending, silent) =
        (those(AfterDeath::Noticed), those(AfterDeath::ToldWhenItSends), those(AfterDeath::NotTold));
    let by = if contest[0].key.mode == Mode::Throughput { By::Throughput } else { By::Median };
    let mut sentence = match (noticed.as_slice(), Verdict::of(by, &noticed)) {
        ([], _) => "If one process must notice that the other was killed: none of the measured ways tells it in any case".to_owned(),
        ([only], _) => format!(
            "If one process must notice that the other was killed: {} tells it ({})",
            only.key.way(),
            AfterDeath::Noticed.says()
        ),
        (_, verdict) => format!(
            "If one process must notice that the other was killed: {} tell it ({}), and {}",
            list(&noticed),
            AfterDeath::Noticed.says(),
            match &verdict {
                Some(Verdict::Winner { best, .. }) => format!("{} is the fastest of them {}", best.key.way(), place(&best.key)),
                _ => "none of them is clearly the fastest".to_owned(),
            }
        ),
    };
    for (rows, after) in [(sending, AfterDeath::ToldWhenItSends), (silent, AfterDeath::NotTold)] {
        if !rows.is_empty() {
            sentence = format!(
                "{sentence}; with {} {}, so watch the process itself (pidfd)",
                list(&rows),
                after.says()
            );
        }
    }
    Advice::new(sentence + ".", contest.iter().copied())
}

/// Rule 6: throughput, of the smallest messages and of the largest.
fn most(rows: &[&Row]) -> Vec<Advice> {
    let mut ends = smallest(rows, Mode::Throughput);
    for contest in largest(rows) {
        if !ends.iter().any(|other| other[0].key == contest[0].key) {
            ends.push(contest);
        }
    }
    ends.iter().filter_map(|contest| compare(By::Throughput, contest, "moves most")).collect()
}

/// Of each placement, in the order of the report, the rows with the fewest processes, and of these with the smallest messages.
fn smallest<'a>(rows: &[&'a Row], mode: Mode) -> Vec<Vec<&'a Row>> {
    of_each_placement(contests(rows, mode), |key| (key.processes, key.bytes))
}

fn largest<'a>(rows: &[&'a Row]) -> Vec<Vec<&'a Row>> {
    let order = |key: &RowKey| (key.processes, usize::MAX - key.bytes);
    of_each_placement(contests(rows, Mode::Throughput), order)
}

fn widest<'a>(rows: &[&'a Row]) -> Vec<Vec<&'a Row>> {
    let order = |key: &RowKey| (usize::MAX - key.processes, key.bytes);
    of_each_placement(contests(rows, Mode::FanOut), order)
}

/// Of each placement, the contest that is first in this order.
fn of_each_placement(contests: Vec<Vec<&Row>>, order: impl Fn(&RowKey) -> (usize, usize)) -> Vec<Vec<&Row>> {
    let mut found: Vec<Vec<&Row>> = Vec::new();
    for contest in contests {
        match found.iter_mut().find(|other| other[0].key.placement == contest[0].key.placement) {
            Some(other) if order(&contest[0].key) < order(&other[0].key) => *other = contest,
            Some(_) => {}
            None => found.push(contest),
        }
    }
    found
}

/// What a comparison has shown; None where there is nothing to compare.
fn compare(by: By, contest: &[&Row], does: &str) -> Option<Advice> {
    let verdict = Verdict::of(by, contest)?;
    let rows = verdict.rows();
    let key = &rows[0].key;
    let place = capitalized(&place(key));
    let terms = terms_of(key);
    let sentence = match &verdict {
        Verdict::Winner { best, next, times } => format!(
            "{place}, {} {does}: {} ({terms}); the next, {}, has {}, {}.",
            best.key.way(),
            by.figure(best),
            next.key.way(),
            by.figure(next),
            if by == By::Throughput {
                format!("{} less", fmt_times(*times))
            } else {
                format!("{} as much", fmt_times(*times))
            }
        ),
        Verdict::Tie { rows, percent } => {
            let question = match by {
                By::Cpu => "for the least CPU time",
                By::Median => "for the lowest median",
                By::Throughput => "for throughput",
            };
            format!(
                "{place}, no clear winner {question}: {} within {percent:.0} %{} ({}; {terms}).",
                list(rows),
                if *percent < MUCH_PERCENT { "" } else { ", more repetitions may tell" },
                by.figure(rows[0])
            )
        }
    };
    Some(Advice::new(sentence, rows))
}

/// Where, and of what kind: on one CPU; on two CPUs (distinct-cores), a request and its reply.
fn place(key: &RowKey) -> String {
    let place = match key.placement {
        Placement::SameCpu => "on one CPU".to_owned(),
        Placement::Unpinned => "where the scheduler places the processes".to_owned(),
        placement => format!("on two CPUs ({placement})"),
    };
    let kind = match key.mode {
        Mode::Latency => return place,
        Mode::Throughput => "many messages on their way",
        Mode::Rate => "messages at fixed times",
        Mode::RequestReply => "a request and its reply",
        Mode::FanOut => "one message to all",
    };
    format!("{place}, {kind}")
}

fn terms_of(key: &RowKey) -> String {
    let terms = format!("{} processes, {} B", key.processes, key.bytes);
    key.rate_per_s.map_or(terms.clone(), |rate| format!("{terms}, {rate}/s"))
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
