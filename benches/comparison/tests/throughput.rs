//! Messages flow over every mechanism, none is lost, a spoiled byte is noticed, and nothing is left behind. No figure is judged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod support;

use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use support::{
    WATCHDOG, children, is_there, leftovers, listed, pause, rows, run, stand_in, start, text, within,
};

const MECHANISMS: [&str; 16] = [
    "ringfire-nospin",
    "ringfire",
    "ringfire-spin",
    "ringfire-batch",
    "iceoryx2-event",
    "iceoryx2-pubsub",
    "ipc-channel",
    "interprocess-socket",
    "shmem-ipc",
    "mqueue",
    "pipe",
    "seqpacket",
    "rtrb-threads",
    "rtrb-threads-batch",
    "memcpy",
    "memcpy-in-out",
];

/// What carries no copied messages: it has no such row, and a line says why. (Where the system's limits allow it, mqueue does.)
const UNFIT: [&str; 3] = ["ringfire-nospin", "shmem-ipc", "seqpacket"];

fn throughput(name: &str, options: &[&str]) -> std::process::Output {
    let all = ["--mode", "throughput", "--only", name, "--placement", "unpinned", "--in-flight", "16"];
    run(&[&all[..], options].concat())
}

/// One test of its own for each mechanism, by name.
macro_rules! for_each_mechanism {
    ($($test:ident: $name:literal),*) => {
        mod flows {
            $(#[test] fn $test() { super::flows($name); })*
        }
        mod copies {
            $(#[test] fn $test() { super::copies($name); })*
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
    ringfire_batch: "ringfire-batch",
    iceoryx2_event: "iceoryx2-event",
    iceoryx2_pubsub: "iceoryx2-pubsub",
    ipc_channel: "ipc-channel",
    interprocess_socket: "interprocess-socket",
    shmem_ipc: "shmem-ipc",
    mqueue: "mqueue",
    pipe: "pipe",
    seqpacket: "seqpacket",
    rtrb_threads: "rtrb-threads",
    rtrb_threads_batch: "rtrb-threads-batch",
    memcpy: "memcpy",
    memcpy_in_out: "memcpy-in-out"
}

fn is_row(row: &Value, name: &str, bytes: u64, copy: &str, messages: u64) {
    assert_eq!((&row["mode"], &row["transport"]), (&"throughput".into(), &name.into()));
    assert_eq!(
        (&row["bytes"], &row["copy"], &row["placement"]),
        (&bytes.into(), &copy.into(), &"unpinned".into())
    );
    // Exactly as many as were asked for, by the receiver's count too, or there would be no row.
    assert_eq!((&row["messages"], &row["repeats"]), (&messages.into(), &2.into()));
    let all: Vec<_> =
        row["repeat_messages_per_s"].as_array().unwrap().iter().map(|rate| rate.as_f64().unwrap()).collect();
    let median = row["messages_per_s"].as_f64().unwrap();
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|rate| *rate > 0.0) && (all[0].midpoint(all[1]) / median - 1.0).abs() < 1e-9);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let bytes = bytes as f64;
    assert!((row["bytes_per_s"].as_f64().unwrap() / median / bytes - 1.0).abs() < 1e-9);
}

fn flows(name: &str) {
    // Neither size is one that a mechanism has compiled in.
    let rows =
        rows(&throughput(name, &["--bytes", "72,4608", "--messages", "200", "--repeats", "2", "--json"]));
    let fits = |bytes| name != "ringfire-nospin" || bytes < 4096;
    let sizes: Vec<u64> = [72, 4608].into_iter().filter(|bytes| fits(*bytes)).collect();
    assert_eq!(rows.len(), sizes.len(), "{rows:?}");
    for (row, bytes) in rows.iter().zip(sizes) {
        is_row(row, name, bytes, "in-place", 400);
    }
}

fn copies(name: &str) {
    // Larger than a packet of a socket may be.
    let output = throughput(name, &["--bytes", "256k", "--messages", "40", "--repeats", "2", "--json"]);
    let rows = rows(&output);
    if rows.is_empty() {
        let said = text(&output.stderr);
        assert!(UNFIT.contains(&name) || name == "mqueue" || name.ends_with("batch"), "{said}");
        let lines = if name.ends_with("batch") { 0 } else { 1 };
        assert_eq!(said.lines().count(), lines, "{said}");
    } else {
        assert!(!UNFIT.contains(&name));
        is_row(&rows[0], name, 256 << 10, "both", 80);
    }
}

fn notices_a_spoiled_byte(name: &str) {
    for bytes in ["64", "64k"] {
        let output =
            throughput(name, &["--bytes", bytes, "--messages", "300", "--repeats", "1", "--corrupt"]);
        let said = text(&output.stderr);
        if output.status.success() {
            assert!(
                bytes == "64k" && !text(&output.stdout).contains("messages/s"),
                "{name}, {bytes}: {said}"
            );
            continue;
        }
        assert_eq!(output.status.code(), Some(6), "{bytes}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(name) && said.contains("message 256: the payload is corrupt"), "{said}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn the_list_in_help_is_the_list_of_tests() {
    let help = text(&run(&["--help"]).stdout);
    let others = listed(&help, "Only for latency: ");
    let names: Vec<_> = listed(&help, "Names: ").into_iter().filter(|name| !others.contains(name)).collect();
    let (ours, theirs) = names.split_last().unwrap();
    assert_eq!((ours.as_str(), theirs), ("tripong", &MECHANISMS.map(str::to_owned)[..]));
}

#[test]
fn what_cannot_be_is_a_usage_error() {
    for (options, said) in [
        (["--bytes", "12"], "multiple of 8"),
        (["--bytes", "64,1t"], "multiple of 8"),
        (["--bytes", "18446744073709551615k"], "multiple of 8"),
        (["--in-flight", "48"], "power of two"),
    ] {
        let output = run(&[&["--mode", "throughput", "--only", "memcpy"][..], &options].concat());
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    let output = throughput("memcpy", &["--corrupt", "--messages", "256"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--corrupt spoils message 256"), "{}", text(&output.stderr));
    let output = run(&["--bytes", "64,1m"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--mode throughput"), "{}", text(&output.stderr));
}

#[test]
fn ours_is_set_against_the_fastest_peer_and_the_marks() {
    let tripong = stand_in();
    let only = "pipe,seqpacket,memcpy,memcpy-in-out,tripong";
    let options = ["--mode", "throughput", "--tripong", &tripong, "--only", only, "--placement", "same-cpu"];
    let sizes = ["--bytes", "64,64k", "--messages", "512", "--repeats", "3"];
    let output = run(&[&options[..], &sizes, &["--json"]].concat());
    assert_eq!(text(&output.stderr), "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ours: Vec<_> =
        report["rows"].as_array().unwrap().iter().filter(|row| row["transport"] == "shared").collect();
    let keys: Vec<_> =
        ours.iter().map(|row| [&row["bytes"], &row["wait"], &row["copy"]].map(Value::to_string)).collect();
    let expected = [
        ["64", "\"block\"", "\"in-place\""],
        ["64", "\"adaptive\"", "\"in-place\""],
        ["65536", "\"block\"", "\"both\""],
        ["65536", "\"adaptive\"", "\"both\""],
    ];
    assert_eq!(keys, expected.map(|key| key.map(str::to_owned)));
    assert!(ours.iter().all(|row| row["repeat_messages_per_s"].as_array().unwrap().len() == 3));
    let ratios = report["ratios"].as_array().unwrap();
    // Where messages are copied, each of our rows is set against both marks too.
    assert_eq!(ratios.iter().filter(|ratio| ratio["is_mark"] == true).count(), 4);
    let aims = |bytes: u64, mark: &str| {
        let of = |ratio: &&Value| ratio["bytes"] == bytes && ratio["theirs"] == mark;
        ratios.iter().filter(of).map(|ratio| ratio["aim"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(aims(65536, "memcpy-in-out"), [0.9, 0.9]);
    assert_eq!(aims(65536, "memcpy"), [Value::Null, Value::Null]);
    assert!(ratios.iter().filter(|ratio| ratio["bytes"] == 64 && ratio["aim"] == 1.0).count() >= 2);
    // The same run for people.
    let output = run(&[&options[..], &sizes].concat());
    let table = text(&output.stdout);
    for part in [
        "64 bytes, same-cpu, written and read in place",
        "65536 bytes, same-cpu, copied in and out",
        "tripong shared",
        "memcpy-in-out*",
        "aim 0.9",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
}

#[test]
fn without_ours_the_others_flow_and_it_is_said() {
    for (tripong, said) in
        [("/nonexistent/tripong", "cargo build --release"), ("/bin/false", "without tripong")]
    {
        let output = throughput(
            "pipe,tripong",
            &["--tripong", tripong, "--repeats", "2", "--bytes", "64", "--messages", "100"],
        );
        assert!(output.status.success());
        assert!(text(&output.stdout).contains("pipe"));
        let lines = text(&output.stderr);
        assert_eq!(lines.lines().count(), 1, "{lines}");
        assert!(lines.contains(said), "{lines}");
    }
}

#[test]
fn a_flow_by_time_counts_what_came_in_it() {
    let options = ["--mode", "throughput", "--only", "pipe", "--placement", "unpinned", "--bytes", "64"];
    let rows = rows(&run(&[&options[..], &["--time-ms", "20", "--repeats", "1", "--json"]].concat()));
    let (messages, rate) =
        (rows[0]["messages"].as_f64().unwrap(), rows[0]["messages_per_s"].as_f64().unwrap());
    assert!(messages > 0.0 && messages / rate >= 0.02, "{messages} {rate}");
}

#[test]
fn ctrl_c_ends_a_flow_and_leaves_nothing() {
    for (name, processes) in
        [("ringfire", 2), ("iceoryx2-event", 2), ("mqueue", 2), ("pipe", 2), ("rtrb-threads", 1)]
    {
        let options = ["--mode", "throughput", "--only", name, "--placement", "unpinned", "--bytes", "64"];
        let child = start(&[&options[..], &["--time-ms", "600000", "--repeats", "1"]].concat());
        let (pid, deadline) = (child.id(), Instant::now() + WATCHDOG);
        while children(pid).len() < processes {
            assert!(Instant::now() < deadline, "{name}");
            pause();
        }
        let started = children(pid);
        kill(Pid::from_raw(pid.try_into().unwrap()), Signal::SIGINT).unwrap();
        let output = within(WATCHDOG, child);
        assert_eq!(output.status.code(), Some(130), "{name}: {}", text(&output.stderr));
        assert_eq!(leftovers(pid), [""; 0], "{name}");
        assert!(!started.into_iter().any(is_there), "{name}");
    }
}
