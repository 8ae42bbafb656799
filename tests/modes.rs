//! The modes of `tripong bench` between real processes: each counts exactly, notices what it should, and ends as it should.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::time::Duration;

use common::process::wait_until_gone;
use common::{Ended, Output, Program, TestProcess, tripong};
use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::error::exit;
use tripong::platform::clock;

const MODES: [&str; 4] = ["throughput", "rate", "request-reply", "fan-out"];

fn start(arguments: &str) -> Program {
    let mut command = tripong();
    command.args(["bench", "--no-floors", "--placement", "unpinned"]).args(arguments.split_whitespace());
    Program::spawn(command)
}

fn rows(arguments: &str) -> Vec<Value> {
    let output = start(&format!("{arguments} --json")).finish();
    assert_eq!(output.ended, Ended::Code(0), "{arguments}: {output:?}");
    output.report()["rows"].as_array().unwrap().clone()
}

fn assert_figures(row: &Value, messages: u64) {
    let whole = |name: &str| row[name].as_u64().unwrap_or_else(|| panic!("{name} in {row}"));
    let number = |name: &str| row[name].as_f64().unwrap_or_else(|| panic!("{name} in {row}"));
    let mode = row["mode"].as_str().unwrap();
    let receivers = if mode == "fan-out" { whole("processes") - 1 } else { 1 };
    assert_eq!(whole("hops"), whole("repeats") * messages * receivers, "{row}");
    assert!(whole("p50_ns") > 0 && whole("p50_ns") <= whole("max_ns"), "{row}");
    assert!(number("messages_per_s") > 0.0 && number("cpu_ns_per_message") > 0.0, "{row}");
    let payload = number("messages_per_s") * number("bytes");
    assert!((number("bytes_per_s") - payload).abs() <= payload / 1e6, "{row}");
    match mode {
        "throughput" | "rate" => {
            assert!((0.0..=100.0).contains(&number("sender_waited_percent")), "{row}");
        }
        _ => assert!(row["sender_waited_percent"].is_null(), "{row}"),
    }
    assert_eq!(row["rate_per_s"].is_null(), mode != "rate", "{row}");
}

#[test]
fn every_mode_counts_exactly_with_every_kind_of_transport() {
    for mode in MODES {
        let rows = rows(&format!(
            "--mode {mode} --transports shared,pipe,socket --wait block,adaptive --copy in-place,both \
             --fan-out 1,3 --rate 100k --hops 300 --repeats 2"
        ));
        let shapes = if mode == "fan-out" { 2 } else { 1 };
        assert_eq!(rows.len(), 6 * shapes, "{mode}");
        let ways: Vec<_> =
            rows[..6].iter().map(|row| ["transport", "wait", "copy"].map(|name| row[name].clone())).collect();
        let expected = [
            ["shared", "block", "in-place"],
            ["shared", "block", "both"],
            ["shared", "adaptive", "in-place"],
            ["shared", "adaptive", "both"],
            ["pipe", "block", "both"],
            ["socket", "block", "both"],
        ];
        assert_eq!(ways, expected.map(|names| names.map(Value::from)));
        rows.iter().for_each(|row| assert_figures(row, 300));
    }
}

#[test]
fn the_line_of_processes_copies_too() {
    let rows = rows(
        "--transports shared --wait block --copy both --processes 3 --hops 40 --repeats 1 --bytes 8,64,4k,64k",
    );
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row["copy"] == "both" && row["hops"] == 40), "{rows:?}");
}

#[test]
fn payloads_of_any_size_go_through_rings_of_any_size() {
    // Slots side by side and on cache lines of their own, copied by words and at once; rings of one, and of no power of two.
    for (in_flight, batch) in [(1, 1), (3, 2), (100, 7)] {
        let rows = rows(&format!(
            "--mode throughput --transports shared,pipe,socket --wait block --copy in-place,both \
             --bytes 8,256,264,520,16k --in-flight {in_flight} --batch {batch} --hops 200 --repeats 1"
        ));
        assert_eq!(rows.len(), 5 * 4);
        for row in rows {
            assert_figures(&row, 200);
            // A packet is handed over by itself.
            let batch = if row["transport"] == "socket" { 1 } else { batch };
            assert_eq!((&row["in_flight"], &row["batch"]), (&in_flight.into(), &batch.into()), "{row}");
        }
    }
}

#[test]
fn large_messages_have_fewer_on_their_way() {
    let rows = rows(
        "--mode throughput --transports shared --wait block --hops 4 --time 2s --repeats 1 --bytes 64,16k,64k,1m",
    );
    let found: Vec<_> =
        rows.iter().map(|row| [&row["in_flight"], &row["batch"]].map(Value::as_u64)).collect();
    assert_eq!(found, [[64, 16], [64, 16], [16, 4], [4, 1]].map(|numbers| numbers.map(Some)));
}

#[test]
fn a_bit_that_changes_on_the_way_fails_the_run_in_every_mode() {
    let ways = [
        "shared --wait block",
        "shared --wait adaptive --copy both --bytes 4k",
        "pipe --bytes 1k",
        "socket --bytes 8",
    ];
    for mode in MODES {
        for way in ways {
            // In the warm-up, and counted: there a copied payload is mostly checked at its ends only.
            for hop in [0, 151] {
                let arguments = format!(
                    "--mode {mode} --transports {way} --fan-out 2 --rate 1m --hops 400 --repeats 1 --corrupt {hop}"
                );
                let Output { ended, stdout, stderr } = start(&arguments).finish();
                assert_eq!(
                    (ended, stdout.as_str()),
                    (Ended::Code(exit::RULE.into()), ""),
                    "{arguments}: {stderr}"
                );
                let expected = format!(": hop {hop} arrived with a payload of checksum ");
                assert!(stderr.contains(&expected), "{arguments}: {stderr}");
            }
        }
    }
}

/// A message is late by as long as its process was stopped: it was due all the same, and so were those after it.
fn assert_stall_is_seen(transport: &str, stopped: usize) {
    let program = start(&format!(
        "--mode rate --rate 10k --transports {transport} --wait block --time 1s --repeats 1 --json"
    ));
    let processes = TestProcess::of_the_bench(&program, 2);
    let sleep = |ms| clock::sleep_until(clock::now_ns() + clock::ns(Duration::from_millis(ms))).unwrap();
    // The warm-up takes a tenth of the time.
    sleep(300);
    processes[stopped].signal(Signal::SIGSTOP);
    sleep(300);
    processes[stopped].signal(Signal::SIGCONT);
    let output = program.finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let report = output.report();
    let row = &report["rows"][0];
    let ms = |name: &str| row[name].as_u64().unwrap() / 1_000_000;
    // All were sent: 10,000 in a second.
    assert!((10_000..=10_001).contains(&row["hops"].as_u64().unwrap()), "{row}");
    // 3,000 of them were due meanwhile; of these 2,000 were late by more than 100 ms, and 1,000 by more than 200.
    assert!(ms("max_ns") >= 290 && ms("p90_ns") >= 180, "{transport}, {stopped}: {row}");
}

#[test]
fn a_receiver_that_is_stopped_makes_all_that_was_due_meanwhile_late() {
    ["shared", "pipe"].into_iter().for_each(|transport| assert_stall_is_seen(transport, 1));
}

#[test]
fn a_sender_that_is_stopped_makes_all_that_was_due_meanwhile_late() {
    ["shared", "socket"].into_iter().for_each(|transport| assert_stall_is_seen(transport, 0));
}

#[test]
fn a_rate_that_cannot_be_kept_ends_and_shows_what_was_reached() {
    let rows = rows("--mode rate --rate 100m --transports shared,pipe --wait block --time 100ms --repeats 1");
    for row in rows {
        assert!(row["messages_per_s"].as_f64().unwrap() < 1e8, "{row}");
        // The later a message the longer it was due.
        assert!(row["max_ns"].as_u64().unwrap() > 50_000_000, "{row}");
    }
}

#[test]
fn a_rate_that_can_be_kept_is_kept() {
    let rows = rows("--mode rate --rate 200 --transports shared --wait adaptive --time 300ms --repeats 1");
    let rate = rows[0]["messages_per_s"].as_f64().unwrap();
    // 60 messages from the first due to the last that has come: 59 periods, and its latency.
    assert!(rate <= 60.0 / 0.295 * 1.001, "{rate}");
    assert!((60..=61).contains(&rows[0]["hops"].as_u64().unwrap()), "{:?}", rows[0]);
}

/// A row that goes on until something happens to it.
fn endless(mode: &str, transport: &str) -> (Program, Vec<TestProcess>) {
    let program = start(&format!(
        "--mode {mode} --transports {transport} --wait block --fan-out 3 --rate 1k --repeats 1 --time 10min --json"
    ));
    let count = if mode == "fan-out" { 4 } else { 2 };
    let processes = TestProcess::of_the_bench(&program, count);
    (program, processes)
}

#[test]
fn a_process_that_is_killed_fails_the_run_in_every_mode() {
    for mode in MODES {
        for (transport, killed) in [("shared", 1), ("pipe", 0)] {
            let (program, processes) = endless(mode, transport);
            processes[killed].signal(Signal::SIGKILL);
            let Output { ended, stdout, stderr } = program.finish();
            assert_eq!((ended, stdout.as_str()), (Ended::Code(exit::SYSTEM.into()), ""), "{stderr}");
            let pid = processes[killed].pid;
            let who = format!("process {killed} (pid {pid}) ended too early (killed by SIGKILL)\n");
            assert!(stderr.ends_with(&who), "{mode} by {transport}: {stderr}");
            wait_until_gone(&processes);
        }
    }
}

#[test]
fn a_signal_ends_every_mode() {
    for mode in MODES {
        let (program, processes) = endless(mode, "shared");
        program.launcher().signal(Signal::SIGINT);
        let Output { ended, stdout, .. } = program.finish();
        let code = i32::from(exit::SIGNAL_BASE) + Signal::SIGINT as i32;
        assert_eq!((ended, stdout.as_str()), (Ended::Code(code), ""), "{mode}");
        wait_until_gone(&processes);
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    for (argument, problem) in [
        ("--mode none", "'none' for '--mode <MODES>'"),
        ("--in-flight 0", "'0' for '--in-flight <N>': it must be a whole number from 1 to 1048576"),
        ("--batch 1048577", "'1048577' for '--batch <N>': it must be a whole number from 1 to 1048576"),
        ("--fan-out 16", "'16' for '--fan-out <N>': it must be a whole number from 1 to 15"),
        ("--rate 101m", "'101m' for '--rate <N>': it must be a number of messages per second from 1 to 100m"),
        ("--rate 0", "'0' for '--rate <N>': it must be a number of messages per second from 1 to 100m"),
    ] {
        let Output { ended, stdout, stderr } = start(argument).finish();
        assert_eq!((ended, stdout.as_str()), (Ended::Code(exit::USAGE.into()), ""), "{argument}");
        assert!(stderr.contains(problem) && stderr.lines().count() == 1, "{argument}: {stderr}");
    }
}
