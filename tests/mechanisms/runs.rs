//! Whole runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use nix::sys::signal::Signal;
use tripong::bench::Mechanism;
use tripong::error::exit;

use crate::common::process::wait_until_gone;
use crate::common::{Ended, Output, Program, TestProcess, wait_until};
use crate::{bench, report, run};

/// No larger message is tried: a debug build takes milliseconds for each.
const LARGEST: usize = 256 << 10;
/// What every process of the bench has: stdin, stdout, stderr, the memory, and the pipe that ends with the launcher.
const OWN_FDS: i32 = 5;

pub(crate) fn sizes(mechanism: Mechanism) {
    let largest = mechanism.max_bytes().unwrap_or(LARGEST).min(LARGEST);
    let sizes = [8, 64, 72, 4096, largest];
    let wait = "--wait block --placement unpinned --processes 3 --hops 12 --repeats 1 --no-floors";
    let report = report(&format!(
        "--transports {mechanism} {wait} --bytes {}",
        sizes.map(|size| size.to_string()).join(",")
    ));
    let rows = report["rows"].as_array().unwrap();
    let found: Vec<_> = rows.iter().map(|row| row["bytes"].as_u64().unwrap()).collect();
    assert_eq!(found, sizes.map(|size| size as u64), "{report}");
    assert_eq!(report["left_out"], serde_json::json!([]));
    for row in rows {
        assert_eq!((&row["hops"], &row["transport"]), (&12.into(), &mechanism.name().into()), "{row}");
        assert!(row["p50_ns"].as_u64().unwrap() > 0, "{row}");
    }
}

pub(crate) fn a_changed_byte(mechanism: Mechanism) {
    let output = run(&format!(
        "--transports {mechanism} --wait block --placement unpinned --processes 3 --hops 100 --no-floors --corrupt 51 --bytes 4096"
    ));
    assert_eq!((output.ended, output.stdout.as_str()), (Ended::Code(exit::RULE.into()), ""), "{output:?}");
    let expected = ": hop 51 arrived with a payload of checksum ";
    assert!(output.stderr.contains(expected) && output.stderr.lines().count() == 1, "{output:?}");
}

/// How many fds of links a process has for each neighbour.
fn fds_for_a_neighbour(mechanism: Mechanism) -> i32 {
    match mechanism {
        Mechanism::Shared | Mechanism::File => 0,
        // A pidfd of the neighbour.
        Mechanism::Signal
        | Mechanism::Socket
        | Mechanism::Stream
        | Mechanism::Datagram
        | Mechanism::Tcp
        | Mechanism::TcpNagle
        | Mechanism::Udp => 1,
        Mechanism::Eventfd | Mechanism::Uring | Mechanism::Pipe | Mechanism::Fifo | Mechanism::Mqueue => 2,
    }
}

/// An empty folder for temporary files.
fn scratch(name: &str) -> PathBuf {
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("mechanisms-{}-{name}", std::process::id()));
    fs::create_dir(&path).unwrap();
    path
}

/// What there is of ours where names can stay behind.
fn names_of(launcher: u32) -> Vec<String> {
    let of_it = format!("tripong-bench-{launcher}-");
    let entries =
        ["/dev/mqueue", "/dev/shm"].into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| name.contains(&of_it)).collect()
}

pub(crate) fn a_killed_process(mechanism: Mechanism) {
    let folder = scratch(mechanism.name());
    let mut command = bench(&format!(
        "--transports {mechanism} --wait block --placement unpinned --processes 3 --repeats 1 --no-floors --time 10min --json"
    ));
    command.env("TMPDIR", &folder);
    let program = Program::spawn(command);
    let launcher = program.launcher().pid;
    let processes = TestProcess::of_the_bench(&program, 3);
    for (process, neighbours) in processes.iter().zip([1, 2, 1]) {
        let expected: Vec<_> = (0..OWN_FDS + neighbours * fds_for_a_neighbour(mechanism)).collect();
        wait_until(&format!("{} to have the fds {expected:?}: {:?}", process.pid, process.fds()), || {
            process.fds().into_keys().collect::<Vec<_>>() == expected
        });
    }
    let memory = if mechanism == Mechanism::File { folder.to_str().unwrap() } else { "memfd:tripong" };
    let inodes: BTreeSet<_> =
        processes.iter().flat_map(|process| process.mappings_of(memory)).map(|(_, inode)| inode).collect();
    assert_eq!(inodes.len(), 1, "one memory");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "no name is left while it runs");
    assert_eq!(names_of(launcher), [""; 0], "no name is left while it runs");
    processes[1].signal(Signal::SIGKILL);
    let Output { ended, stdout, stderr } = program.finish();
    assert_eq!((ended, stdout.as_str()), (Ended::Code(exit::SYSTEM.into()), ""), "{stderr}");
    let which = format!("process 1 (pid {}) ended too early (killed by SIGKILL)\n", processes[1].pid);
    assert!(stderr.ends_with(&which) && stderr.lines().count() == 1, "{stderr}");
    wait_until_gone(&processes);
    fs::remove_dir(&folder).expect("nothing is left in the folder for temporary files");
    assert_eq!(names_of(launcher), [""; 0]);
}

pub(crate) fn a_lost_datagram() {
    for transport in ["udp", "datagram"] {
        let output = run(&format!(
            "--transports {transport} --placement unpinned --processes 2 --repeats 1 --no-floors --lose 130 --time 1s --patience 1s"
        ));
        assert_eq!(
            (output.ended, output.stdout.as_str()),
            (Ended::Code(exit::SYSTEM.into()), ""),
            "{output:?}"
        );
        let what = format!(
            "tripong: failed to measure {transport}, 2 processes, unpinned, 64 B: it is not over in time"
        );
        let why = if transport == "udp" { ": the kernel may have dropped a datagram\n" } else { "\n" };
        assert_eq!(output.stderr, what + why);
    }
}

pub(crate) fn too_large() {
    let output = run(
        "--transports pipe,udp,socket --placement unpinned --processes 2 --hops 10 --repeats 1 --no-floors --bytes 64,64m --time 1ms --json",
    );
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let report = output.report();
    for transport in [Mechanism::Udp, Mechanism::Socket] {
        let what = format!("{transport}, 2 processes, unpinned, 67108864 B");
        let largest = transport.max_bytes().unwrap();
        let why = format!("a message of {transport} may have {largest} bytes of payload at most");
        let line = format!("tripong: {what} is left out: {why}\n");
        assert!(output.stderr.contains(&line), "{line}{}", output.stderr);
        let left_out = serde_json::json!({ "what": what, "why": why });
        assert!(report["left_out"].as_array().unwrap().contains(&left_out), "{report}");
    }
    assert!(report["rows"].as_array().unwrap().len() >= 3, "{report}");
}

pub(crate) fn all() {
    let report = report(
        "--transports all --wait block --placement unpinned --processes 2 --hops 20 --repeats 1 --no-floors",
    );
    let names = |list: &str, key: &str| -> BTreeSet<String> {
        report[list].as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    let (rows, left_out) = (names("rows", "transport"), names("left_out", "what"));
    assert!(rows.is_disjoint(&left_out), "{report}");
    let all: BTreeSet<_> = Mechanism::ALL.iter().map(|mechanism| mechanism.name().to_owned()).collect();
    assert_eq!(&rows | &left_out, all, "{report}");
    let has_file = rows.contains(Mechanism::File.name());
    assert_eq!(report["manifest"]["mapped_file_system"].is_string(), has_file, "{report}");
}

pub(crate) fn two_at_a_time() {
    let arguments = "--transports all --wait block --placement unpinned --processes 2 --hops 50 --repeats 2 --no-floors --json";
    let both = [(); 2].map(|()| Program::spawn(bench(arguments)));
    for output in both.map(Program::finish) {
        assert_eq!(output.ended, Ended::Code(0), "{output:?}");
        let report = output.report();
        let count = report["rows"].as_array().unwrap().len() + report["left_out"].as_array().unwrap().len();
        assert_eq!(count, Mechanism::ALL.len(), "{report}");
    }
}
