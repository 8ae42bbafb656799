//! Every mechanism plays, every mechanism's corruption is noticed, and nothing is left behind. No figure is judged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod support;

use std::fs;
use std::process::Child;
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use support::{
    WATCHDOG, children, is_there, leftovers, listed, pause, rows, run, stand_in, start, text, within,
};

const MECHANISMS: [&str; 11] = [
    "ringfire-nospin",
    "ringfire",
    "ringfire-spin",
    "iceoryx2-event",
    "iceoryx2-waitset",
    "iceoryx2-pubsub",
    "ipc-channel",
    "interprocess-socket",
    "mqueue",
    "pipe",
    "seqpacket",
];

/// One test of its own for each mechanism, by name.
macro_rules! for_each_mechanism {
    ($($test:ident: $name:literal),*) => {
        mod plays {
            $(#[test] fn $test() { super::plays($name); })*
        }
        mod notices_a_spoiled_byte {
            $(#[test] fn $test() { super::notices_a_spoiled_byte($name); })*
        }
        #[test]
        fn every_mechanism_has_its_tests() {
            assert_eq!([$($name),*], MECHANISMS);
        }
    };
}

for_each_mechanism! {
    ringfire_nospin: "ringfire-nospin",
    ringfire: "ringfire",
    ringfire_spin: "ringfire-spin",
    iceoryx2_event: "iceoryx2-event",
    iceoryx2_waitset: "iceoryx2-waitset",
    iceoryx2_pubsub: "iceoryx2-pubsub",
    ipc_channel: "ipc-channel",
    interprocess_socket: "interprocess-socket",
    mqueue: "mqueue",
    pipe: "pipe",
    seqpacket: "seqpacket"
}

fn plays(name: &str) {
    // Two repetitions, and a payload that is not ringfire's own size.
    let output = run(&[
        "--only",
        name,
        "--placement",
        "unpinned",
        "--hops",
        "300",
        "--repeats",
        "2",
        "--bytes",
        "72",
        "--json",
    ]);
    let rows = rows(&output);
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row["transport"], name);
    assert_eq!((&row["hops"], &row["repeats"], &row["bytes"]), (&300.into(), &2.into(), &72.into()));
    let at = |field| row[field].as_u64().unwrap();
    let order = ["p50_ns", "p90_ns", "p99_ns", "p999_ns"].map(at);
    assert!(at("p50_ns") > 0 && order.is_sorted(), "{order:?}");
    assert!(
        row["messages_per_s"].as_f64().unwrap() > 0.0 && row["cpu_ns_per_message"].as_f64().unwrap() > 0.0
    );
}

fn notices_a_spoiled_byte(name: &str) {
    let output =
        run(&["--only", name, "--placement", "unpinned", "--hops", "300", "--repeats", "1", "--corrupt"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(name) && said.contains("the payload is corrupt"), "{said}");
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn the_list_in_help_is_the_list_of_tests() {
    let help = text(&run(&["--help"]).stdout);
    let others = listed(&help, "Only for throughput: ");
    let names: Vec<_> = listed(&help, "Names: ").into_iter().filter(|name| !others.contains(name)).collect();
    let (ours, theirs) = names.split_last().unwrap();
    assert_eq!((ours.as_str(), theirs), ("tripong", &MECHANISMS.map(str::to_owned)[..]));
}

#[test]
fn an_unknown_mechanism_and_a_payload_out_of_range_are_usage_errors() {
    for (arguments, said) in
        [(["--only", "nobody"], "no such mechanism"), (["--bytes", "12"], "multiple of 8")]
    {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

#[test]
fn ours_is_set_against_theirs() {
    let tripong = stand_in();
    let only = "pipe,ringfire-nospin,tripong";
    let output = run(&[
        "--tripong",
        &tripong,
        "--only",
        only,
        "--placement",
        "same-cpu",
        "--hops",
        "100",
        "--repeats",
        "3",
        "--json",
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let transports: Vec<_> =
        report["rows"].as_array().unwrap().iter().map(|row| row["transport"].as_str().unwrap()).collect();
    assert_eq!(transports, ["ringfire-nospin", "pipe", "shared", "shared"]);
    let ratios = report["ratios"].as_array().unwrap();
    let theirs: Vec<_> = ratios.iter().map(|ratio| ratio["theirs"].as_str().unwrap()).collect();
    assert_eq!(theirs, ["ringfire-nospin", "pipe", "ringfire-nospin", "pipe"]);
    assert!(ratios.iter().all(|ratio| ratio["repeats"] == 3 && ratio["p50"].as_f64().unwrap() > 0.0));
}

#[test]
fn without_ours_theirs_is_printed_and_it_is_said() {
    for (tripong, said) in
        [("/nonexistent/tripong", "cargo build --release"), ("/bin/false", "without tripong")]
    {
        let output = run(&[
            "--tripong",
            tripong,
            "--only",
            "pipe,tripong",
            "--placement",
            "unpinned",
            "--hops",
            "100",
            "--repeats",
            "2",
        ]);
        assert!(output.status.success());
        assert!(text(&output.stdout).contains("pipe"));
        let lines = text(&output.stderr);
        assert_eq!(lines.lines().count(), 1, "{lines}");
        assert!(lines.contains(said), "{lines}");
    }
}

/// Starts an endless run of a mechanism and waits until both of its processes are at it.
fn endless(name: &str) -> (Child, Vec<i32>) {
    let child = start(&["--only", name, "--placement", "unpinned", "--hops", "100000000", "--repeats", "1"]);
    let deadline = Instant::now() + WATCHDOG;
    while children(child.id()).len() < 2 {
        assert!(Instant::now() < deadline);
        pause();
    }
    let started = children(child.id());
    (child, started)
}

#[test]
fn ctrl_c_ends_a_run_and_leaves_nothing() {
    for name in MECHANISMS {
        let (child, started) = endless(name);
        let pid = child.id();
        kill(Pid::from_raw(pid.try_into().unwrap()), Signal::SIGINT).unwrap();
        let output = within(WATCHDOG, child);
        assert_eq!(output.status.code(), Some(130), "{name}: {}", text(&output.stderr));
        assert_eq!(leftovers(pid), [""; 0], "{name}");
        assert!(!started.into_iter().any(is_there), "{name}");
    }
}

#[test]
fn a_killed_run_takes_its_processes_along() {
    let (mut child, started) = endless("pipe");
    child.kill().unwrap();
    child.wait().unwrap();
    let deadline = Instant::now() + WATCHDOG;
    while started.iter().copied().any(is_there) {
        assert!(Instant::now() < deadline);
        pause();
    }
    // Nobody was left to remove it.
    for folder in leftovers(child.id()) {
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn a_process_that_dies_fails_the_run_in_one_line() {
    let (child, started) = endless("seqpacket");
    let pid = child.id();
    kill(Pid::from_raw(started[1]), Signal::SIGKILL).unwrap();
    let output = within(WATCHDOG, child);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(5), 1), "{said}");
    assert_eq!(leftovers(pid), [""; 0]);
}
