//! Each rule on rows that are made up.

use super::*;
use crate::bench::figures::Figures;
use crate::bench::key::{Copying, Mode, RowKey};
use crate::bench::mechanism::Mechanism;
use crate::platform::topology::Placement;
use crate::protocol::doorbell::Wait;

const ONE: Placement = Placement::SameCpu;
const TWO: Placement = Placement::DistinctCores;

/// A row with this median, and an interval of 2 % to both sides.
fn row(transport: Mechanism, wait: Wait, placement: Placement, p50_ns: u64) -> Row {
    let figures = Figures {
        hops: 50_000,
        repeats: 5,
        mean_ns: p50_ns as f64,
        p50_ns,
        p90_ns: None,
        p99_ns: None,
        p999_ns: None,
        max_ns: p50_ns,
        curve_ns: Vec::new(),
        repeat_p50_ns: vec![p50_ns; 5],
        p50_interval_ns: Some([p50_ns * 98 / 100, p50_ns * 102 / 100]),
        messages_per_s: 1e9 / p50_ns as f64,
        bytes_per_s: 64e9 / p50_ns as f64,
        repeat_messages_per_s: vec![1e9 / p50_ns as f64; 5],
        messages_interval_per_s: Some([0.98e9 / p50_ns as f64, 1.02e9 / p50_ns as f64]),
        sender_waited_percent: None,
        // All alike, so that the rule on CPU time has no winner.
        cpu_ns_per_message: 1000.0,
        ctx_switches_per_message: 1.0,
    };
    Row { key: RowKey::latency(transport, wait, placement, 2, 64), figures, cpus: None, floor: None }
}

fn shared(wait: Wait, placement: Placement, p50_ns: u64) -> Row {
    row(Mechanism::Shared, wait, placement, p50_ns)
}

fn pipe(placement: Placement, p50_ns: u64) -> Row {
    row(Mechanism::Pipe, Wait::Block, placement, p50_ns)
}

fn with(row: Row, change: impl Fn(&mut RowKey)) -> Row {
    let mut key = row.key;
    change(&mut key);
    Row { key, ..row }
}

fn mode(mode: Mode, rows: impl IntoIterator<Item = Row>) -> Vec<Row> {
    rows.into_iter().map(|row| with(row, |key| key.mode = mode)).collect()
}

fn sentences(rows: &[Row]) -> Vec<String> {
    advise(rows).into_iter().map(|advice| advice.sentence).collect()
}

fn assert_says(rows: &[Row], sentence: &str) {
    assert!(sentences(rows).iter().any(|said| said == sentence), "{:#?}", sentences(rows));
}

#[test]
fn no_row_and_one_row_are_no_advice() {
    assert_eq!(advise(&[]), []);
    assert_eq!(advise(&[pipe(ONE, 2000)]), []);
    // One on each placement: they are two questions, not two answers to one.
    assert_eq!(advise(&[pipe(ONE, 2000), pipe(TWO, 9000)]), []);
    let sizes = [pipe(ONE, 2000), with(pipe(ONE, 3000), |key| key.bytes = 1024)];
    assert_eq!(advise(&sizes), [], "one way in two sizes");
}

#[test]
fn rule_1_the_lowest_median_wins_on_each_placement() {
    let rows = [
        shared(Wait::Block, ONE, 2260),
        shared(Wait::Adaptive, ONE, 1480),
        pipe(ONE, 2570),
        shared(Wait::Block, TWO, 18_140),
        shared(Wait::Spin, TWO, 50),
    ];
    let advice = advise(&rows);
    assert_eq!(
        advice[0].sentence,
        "On one CPU, shared/adaptive is fastest: 1.48 µs (2 processes, 64 B); the next, shared/block, has 2.26 µs, 1.5 times as much."
    );
    let names = ["shared/adaptive, 2 processes, same-cpu, 64 B", "shared/block, 2 processes, same-cpu, 64 B"];
    assert_eq!(advice[0].rows, names);
    assert_eq!(
        advice[1].sentence,
        "On two CPUs (distinct-cores), shared/spin is fastest: 50 ns (2 processes, 64 B); the next, shared/block, has 18.1 µs, 363 \
         times as much."
    );
}

#[test]
fn rule_1_a_difference_within_the_intervals_has_no_winner() {
    let rows =
        [shared(Wait::Block, ONE, 2200), pipe(ONE, 2260), row(Mechanism::Socket, Wait::Block, ONE, 3700)];
    let advice = advise(&rows);
    assert_eq!(
        advice[0].sentence,
        "On one CPU, no clear winner for the lowest median: shared/block and pipe within 3 % (2.20 µs; 2 processes, 64 B)."
    );
    assert_eq!(advice[0].rows.len(), 2);
}

#[test]
fn rule_1_without_intervals_only_twice_as_much_is_a_difference() {
    let unsure = |mut row: Row| {
        row.figures.p50_interval_ns = None;
        row
    };
    let rows = [shared(Wait::Block, ONE, 2000), pipe(ONE, 3900)].map(unsure);
    assert!(sentences(&rows)[0].contains(
        "no clear winner for the lowest median: shared/block and pipe within 95 %, more repetitions may tell"
    ));
    let rows = [shared(Wait::Block, ONE, 2000), pipe(ONE, 4000)].map(unsure);
    assert!(sentences(&rows)[0].contains("shared/block is fastest"));
}

#[test]
fn rule_1_what_is_compared_differs_in_the_way_alone() {
    // The pipe has more processes, so it is compared with nothing.
    let rows = [
        shared(Wait::Block, ONE, 2260),
        shared(Wait::Adaptive, ONE, 1480),
        with(pipe(ONE, 10), |key| key.processes = 4),
    ];
    assert!(sentences(&rows)[0].starts_with("On one CPU, shared/adaptive is fastest"));
    // Of several numbers of processes the smallest speaks, and unpinned rows have a sentence of their own.
    let rows = [
        with(pipe(Placement::Unpinned, 10), |key| key.processes = 4),
        with(shared(Wait::Block, Placement::Unpinned, 20), |key| key.processes = 4),
        shared(Wait::Block, Placement::Unpinned, 1000),
        pipe(Placement::Unpinned, 2000),
    ];
    let expected =
        "Where the scheduler places the processes, shared/block is fastest: 1.00 µs (2 processes, 64 B)";
    assert!(sentences(&rows)[0].starts_with(expected), "{:?}", sentences(&rows));
}

#[test]
fn rule_1_requests_and_replies_are_asked_about_by_themselves() {
    let rows = mode(Mode::RequestReply, [shared(Wait::Spin, TWO, 100), pipe(TWO, 30_000)]);
    assert_says(
        &rows,
        "On two CPUs (distinct-cores), a request and its reply, shared/spin is fastest: 100 ns (2 processes, 64 B); the next, pipe, \
         has 30.0 µs, 300 times as much.",
    );
}

#[test]
fn rule_2_the_least_cpu_time_wins_by_a_tenth_at_least() {
    let cpu = |mut row: Row, ns| {
        row.figures.cpu_ns_per_message = ns;
        row
    };
    let rows = [cpu(shared(Wait::Spin, TWO, 50), 2000.0), cpu(pipe(TWO, 9000), 1500.0)];
    assert_says(
        &rows,
        "On two CPUs (distinct-cores), pipe takes the least CPU time: 1.50 µs (2 processes, 64 B); the next, shared/spin, has 2.00 µs, \
         1.3 times as much.",
    );
    let rows = [cpu(shared(Wait::Spin, TWO, 50), 1600.0), cpu(pipe(TWO, 9000), 1500.0)];
    assert_says(
        &rows,
        "On two CPUs (distinct-cores), no clear winner for the least CPU time: pipe and shared/spin within 7 % (1.50 µs; 2 processes, \
         64 B).",
    );
}

#[test]
fn rule_2_messages_at_fixed_times_speak_where_there_are_any() {
    let cpu = |mut row: Row, ns| {
        row.figures.cpu_ns_per_message = ns;
        row.key.mode = Mode::Rate;
        row.key.rate_per_s = Some(1000);
        row
    };
    let mut rows = vec![shared(Wait::Spin, TWO, 50), pipe(TWO, 9000)];
    rows.extend([cpu(shared(Wait::Spin, TWO, 50), 1e6), cpu(pipe(TWO, 9000), 2e4)]);
    let said: Vec<_> = sentences(&rows).into_iter().filter(|said| said.contains("CPU time")).collect();
    let expected = "On two CPUs (distinct-cores), messages at fixed times, pipe takes the least CPU time: 20.0 µs (2 processes, 64 B, \
                    1000/s); the next, shared/spin, has 1.00 ms, 50 times as much.";
    assert_eq!(said, [expected]);
}

#[test]
fn rule_2_needs_enough_messages_beside_the_start_of_the_processes() {
    let of = |hops: u64, mode: Mode| {
        let cpu = |mut row: Row, ns| {
            (row.figures.hops, row.figures.cpu_ns_per_message, row.key.mode) = (hops, ns, mode);
            row
        };
        let rows = [cpu(shared(Wait::Spin, TWO, 50), 2000.0), cpu(pipe(TWO, 9000), 1000.0)];
        sentences(&rows).iter().any(|said| said.contains("CPU time"))
    };
    assert!(!of(49_999, Mode::Latency) && of(50_000, Mode::Latency));
    assert!(!of(4999, Mode::Rate) && of(5000, Mode::Rate));
}

#[test]
fn rule_3_sizes_with_the_same_outcome_are_one_part_of_the_sentence() {
    let sized = |bytes: usize, spin: u64, pipes: u64| {
        [shared(Wait::Spin, TWO, spin), pipe(TWO, pipes)].map(|row| with(row, |key| key.bytes = bytes))
    };
    let rows = [sized(65536, 30_000, 30_100), sized(64, 50, 9000), sized(1024, 200, 9000)].concat();
    assert_says(
        &rows,
        "By size, on two CPUs (distinct-cores), 2 processes, lowest median: shared/spin from 64 B to 1024 B; no clear winner (shared/spin and pipe) \
         at 65536 B.",
    );
    assert!(!sentences(&rows[..2]).iter().any(|said| said.starts_with("By size")), "one size");
}

#[test]
fn rule_4_one_to_many_is_of_the_most_receivers() {
    let few = mode(Mode::FanOut, [shared(Wait::Block, TWO, 5000), pipe(TWO, 6000)]);
    let many = mode(Mode::FanOut, [shared(Wait::Block, TWO, 30_000), pipe(TWO, 20_000)]);
    let many = many.into_iter().map(|row| with(row, |key| key.processes = 8));
    let rows: Vec<_> = few.into_iter().chain(many).collect();
    assert_eq!(
        sentences(&rows),
        [
            "On two CPUs (distinct-cores), one message to all, pipe is fastest: 20.0 µs (8 processes, 64 B); the next, shared/block, has \
          30.0 µs, 1.5 times as much."
        ]
    );
}

#[test]
fn rule_5_names_those_that_tell_of_a_death_and_warns_of_those_that_do_not() {
    let rows = [
        shared(Wait::Spin, ONE, 50),
        row(Mechanism::Socket, Wait::Block, ONE, 3700),
        pipe(ONE, 2570),
        row(Mechanism::Datagram, Wait::Block, ONE, 3000),
    ];
    let advice = advise(&rows).pop().unwrap();
    assert_eq!(
        advice.sentence,
        "If one process must notice that the other was killed: socket and pipe tell it (a read ends and a write fails), and pipe is the \
         fastest of them on one CPU; with datagram a write fails, but a read waits on, so watch the process itself (pidfd); with \
         shared/spin a wait goes on, so watch the process itself (pidfd)."
    );
    assert_eq!(advice.rows.len(), 4);
    let silent = [shared(Wait::Spin, ONE, 50), shared(Wait::Block, ONE, 2000)];
    let said = sentences(&silent).pop().unwrap();
    assert!(said.contains("none of the measured ways tells it") && !said.contains("pipe"), "{said}");
    let said = sentences(&[shared(Wait::Spin, ONE, 50), pipe(ONE, 2570)]).pop().unwrap();
    assert!(
        said.contains("killed: pipe tells it (a read ends and a write fails); with shared/spin"),
        "{said}"
    );
    let alike = [row(Mechanism::Socket, Wait::Block, ONE, 2600), pipe(ONE, 2570)];
    assert!(sentences(&alike).pop().unwrap().contains("none of them is clearly the fastest"));
}

#[test]
fn rule_6_throughput_is_of_the_smallest_and_of_the_largest_messages() {
    let sized = |bytes: usize, ns: [u64; 2]| {
        let mut rows = mode(Mode::Throughput, [shared(Wait::Spin, TWO, ns[0]), pipe(TWO, ns[1])]);
        // How many it can have on their way is part of the way.
        rows[0].key.batch = 2;
        rows.into_iter().map(move |row| {
            let mut row = with(row, |key| (key.bytes, key.in_flight, key.copy) = (bytes, 8, Copying::Both));
            row.figures.bytes_per_s = row.figures.messages_per_s * bytes as f64;
            row
        })
    };
    let rows: Vec<_> = sized(64, [100, 1000])
        .chain(sized(4096, [500, 1500]))
        .chain(sized(1 << 20, [200_000, 100_000]))
        .collect();
    let said: Vec<_> = sentences(&rows).into_iter().filter(|said| said.contains("moves most")).collect();
    assert_eq!(
        said,
        [
            "On two CPUs (distinct-cores), many messages on their way, shared/spin/copy moves most: 10.0M messages/s, 640MB/s (2 \
             processes, 64 B); the next, pipe, has 1.00M messages/s, 64.0MB/s, 10 times less.",
            "On two CPUs (distinct-cores), many messages on their way, pipe moves most: 10.0k messages/s, 10.5GB/s (2 processes, \
             1048576 B); the next, shared/spin/copy, has 5.00k messages/s, 5.24GB/s, 2.0 times less.",
        ]
    );
}

#[test]
fn a_row_of_nothing_is_compared_with_nothing() {
    let mut broken = pipe(ONE, 0);
    broken.figures.messages_per_s = 0.0;
    let rows = [broken, shared(Wait::Block, ONE, 2000)];
    assert!(!sentences(&rows).iter().any(|said| said.contains("fastest")), "{:?}", sentences(&rows));
}
