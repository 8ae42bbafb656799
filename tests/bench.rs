//! `tripong bench` on real processes: what it measures, that it notices what it should, and that nobody is left.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use common::process::wait_until_gone;
use common::{Ended, Output, Program, TestProcess, tripong, tripong_by_shell, wait_until};
use nix::sys::signal::Signal;
use rustix::thread::{CpuSet, sched_getaffinity};
use serde_json::Value;
use tripong::error::exit;

fn start(arguments: &str) -> Program {
    let mut command = tripong();
    command.arg("bench").args(arguments.split_whitespace());
    Program::spawn(command)
}

fn cpus() -> Vec<usize> {
    let set = sched_getaffinity(None).unwrap();
    (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect()
}

/// Whether two of these CPUs are of different cores, or the kernel does not say.
fn has_distinct_cores() -> bool {
    let core = |cpu: &usize| {
        let path = format!("/sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list");
        fs::read_to_string(path).unwrap_or_else(|_| cpu.to_string())
    };
    cpus().iter().map(core).collect::<BTreeSet<_>>().len() > 1
}

/// It went well; on stderr there is nothing but what there should be on a busy, a limited or a small machine.
fn assert_well(output: &Output) {
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let is_expected = |line: &str| {
        let machine = [
            "the machine was busy: ",
            // Of a run that is shorter than a tick of the kernel's nobody knows.
            "how busy the machine was during the run is unknown",
            "a quota limits the run ",
            "the run was throttled ",
            "the kernel does not say which of the CPUs ",
        ];
        let line = line.strip_prefix("tripong: ").unwrap_or_default();
        machine.iter().any(|expected| line.starts_with(expected))
            || !has_distinct_cores() && line.starts_with("the rows of distinct-cores are left out: ")
    };
    assert!(output.stderr.lines().all(is_expected), "{output:?}");
}

fn rows(arguments: &str) -> Vec<Value> {
    let output = start(&format!("{arguments} --json")).finish();
    assert_well(&output);
    output.report()["rows"].as_array().unwrap().clone()
}

fn assert_row(row: &Value, hops: u64, repeats: u64) {
    let whole = |name: &str| row[name].as_u64().unwrap_or_else(|| panic!("{name} in {row}"));
    let number = |name: &str| row[name].as_f64().unwrap_or_else(|| panic!("{name} in {row}"));
    let percentiles = ["p50_ns", "p90_ns", "p99_ns", "p999_ns", "max_ns"];
    let percentiles: Vec<_> =
        percentiles.into_iter().filter(|name| !row[*name].is_null()).map(whole).collect();
    assert!(percentiles.is_sorted() && percentiles[0] > 0, "{row}");
    // Whole rounds are counted.
    let round = 2 * (whole("processes") - 1);
    assert_eq!((whole("hops"), whole("repeats")), (repeats * hops.next_multiple_of(round), repeats), "{row}");
    assert!(number("messages_per_s") > 0.0 && number("cpu_ns_per_message") > 0.0, "{row}");
    assert!(number("ctx_switches_per_message") >= 0.0, "{row}");
}

#[test]
fn every_row_that_was_asked_for_is_there_with_all_its_figures() {
    let rows = rows("--wait block,adaptive --processes 2,3 --hops 200 --repeats 2");
    let mut expected = Vec::new();
    for placement in ["same-cpu", "distinct-cores", "unpinned"] {
        for processes in [2, 3] {
            for (transport, wait) in
                [("shared", "block"), ("shared", "adaptive"), ("pipe", "block"), ("socket", "block")]
            {
                if placement != "distinct-cores" || has_distinct_cores() {
                    expected.push(format!("{placement} {processes} {transport} {wait} 64"));
                }
            }
        }
    }
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let name = |row: &Value| {
        let texts = ["transport", "wait"].map(|name| text(row, name)).join(" ");
        format!("{} {} {texts} {}", text(row, "placement"), row["processes"], row["bytes"])
    };
    assert_eq!(rows.iter().map(name).collect::<Vec<_>>(), expected);
    rows.iter().for_each(|row| assert_row(row, 200, 2));
}

#[test]
fn spinning_on_one_cpu_is_cut_short_by_the_time() {
    let rows = rows(
        "--transports shared --wait spin --placement same-cpu,unpinned --processes 2,5 --repeats 1 --time 100ms",
    );
    assert_eq!(rows.len(), 4);
    for row in rows {
        let hops = row["hops"].as_u64().unwrap();
        assert_row(&row, hops, 1);
    }
}

#[test]
fn a_payload_of_any_size_goes_through_every_transport() {
    let rows = rows(
        "--wait block --placement unpinned --processes 3 --hops 40 --repeats 1 --bytes 8,64,72,4k,65536",
    );
    let sizes: Vec<_> = rows.iter().map(|row| row["bytes"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [8, 64, 72, 4096, 65536].map(|bytes| [bytes; 3]).concat());
    rows.iter().for_each(|row| assert_row(row, 40, 1));
}

#[test]
fn a_size_that_a_transport_does_not_take_is_left_out_and_the_others_are_measured() {
    let output =
        start("--wait block --placement unpinned --processes 2 --hops 2 --repeats 1 --bytes 16m,8 --json")
            .finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let report = output.report();
    let way = |row: &Value| (row["transport"].as_str().unwrap().to_owned(), row["bytes"].as_u64().unwrap());
    let ways: Vec<_> = report["rows"].as_array().unwrap().iter().map(way).collect();
    let size = 16 << 20;
    let expected = [("shared", size), ("pipe", size), ("shared", 8), ("pipe", 8), ("socket", 8)];
    assert_eq!(ways, expected.map(|(way, bytes)| (way.to_owned(), bytes)));
    let left_out = report["left_out"].as_array().unwrap();
    assert_eq!(left_out.len(), 1, "{left_out:?}");
    assert_eq!(left_out[0]["what"], "socket, 2 processes, unpinned, 16777216 B");
    assert!(
        left_out[0]["why"].as_str().unwrap().starts_with("a message of socket may have "),
        "{left_out:?}"
    );
    assert!(
        output.stderr.contains("tripong: socket, 2 processes, unpinned, 16777216 B is left out: a message")
    );
}

#[test]
fn a_limit_that_leaves_no_room_for_a_size_is_a_line_and_the_row_is_left_out() {
    for (limit, size, expected) in [
        ("ulimit -f 2000", "4m", "it shares 16.8 MB, and `ulimit -f` allows "),
        ("ulimit -v 262144", "64m", "and `ulimit -v` allows 268.4 MB"),
    ] {
        let mut command = tripong_by_shell(&format!("{limit}; exec \"$0\" \"$@\""));
        let arguments = "--transports shared --wait block --placement unpinned --processes 4 --hops 6";
        command.arg("bench").args(arguments.split(' '));
        command.args(["--repeats", "1", "--json", "--bytes", &format!("8,{size}")]);
        let output = Program::spawn(command).finish();
        assert_eq!(output.ended, Ended::Code(0), "{output:?}");
        let report = output.report();
        let rows = report["rows"].as_array().unwrap();
        assert!(rows.len() == 1 && rows[0]["bytes"] == 8, "{report}");
        let left_out = report["left_out"].as_array().unwrap();
        let why = left_out[0]["why"].as_str().unwrap();
        assert!(left_out.len() == 1 && why.contains(expected), "{left_out:?}");
    }
}

#[test]
fn the_manifest_reports_the_machine() {
    let output =
        start("--json --transports pipe --placement unpinned --processes 2 --hops 10 --repeats 1").finish();
    assert_well(&output);
    let report = output.report();
    let names: Vec<_> = report.as_object().unwrap().keys().collect();
    assert_eq!(names, ["advice", "floors", "left_out", "manifest", "rows", "schema", "type", "warnings"]);
    let manifest = &report["manifest"];
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    assert_eq!(manifest["kernel"], kernel.trim());
    assert_eq!(manifest["allowed_cpus"], serde_json::to_value(cpus()).unwrap());
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert!(manifest["cpus"].as_u64().unwrap() >= cpus().len() as u64, "{manifest}");
    assert!(manifest["is_virtual"].is_boolean() && manifest["cpu"].is_string(), "{manifest}");
    for name in ["clocksource", "governor", "smt"] {
        assert!(manifest.get(name).is_some(), "{name} in {manifest}");
    }
    assert!(manifest["duration_s"].as_f64().unwrap() >= 0.0, "{manifest}");
    for name in ["others_percent", "stolen_percent"] {
        let value = &manifest[name];
        assert!(
            value.as_f64().is_some_and(|percent| percent >= 0.0) || value.is_null(),
            "{name} in {manifest}"
        );
    }
}

/// The lines of the table that begins with this word.
fn table<'a>(report: &'a str, first: &str) -> Vec<&'a str> {
    let lines = report.lines().skip_while(|line| !line.starts_with(first));
    lines.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn without_json_there_is_a_table_for_people() {
    let output = start("--wait block --placement same-cpu --processes 2 --hops 10 --repeats 1").finish();
    assert_well(&output);
    let report = &output.stdout;
    assert!(report.starts_with("machine "), "{report}");
    let table = table(report, "same-cpu");
    let firsts: Vec<_> = table.iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(firsts, ["same-cpu", "shared/block", "pipe", "socket"], "{report}");
    assert!(table.iter().all(|line| line.chars().count() == table[0].chars().count()), "{report}");
    // Ten messages of one repetition: neither an interval nor a percentile but the median.
    let cells = |line: &str| line.split_whitespace().filter(|cell| *cell == "-").count();
    assert!(table[1..].iter().all(|line| cells(line) == 4), "{report}");
    assert!(report.contains("\n-          too few to tell: ± takes 5 repetitions"), "{report}");
    assert!(report.contains("\n  F        two processes wake each other by the futex alone"), "{report}");
    assert!(report.contains("\nadvice     On one CPU, "), "{report}");
}

#[test]
fn no_line_of_the_report_is_wider_than_120_columns() {
    let arguments =
        "--wait block,adaptive --placement same-cpu,unpinned --bytes 64,64k --hops 40 --repeats 5";
    let output = start(&format!("{arguments} --processes 2,16")).finish();
    assert_well(&output);
    let report = &output.stdout;
    // The line on the machine is as long as the name of its CPU.
    let longest = report.lines().skip(1).max_by_key(|line| line.chars().count()).unwrap();
    assert!(longest.chars().count() <= 120, "{longest}\n{report}");
}

#[test]
fn each_row_stands_beside_its_floor_which_was_measured_in_the_same_run() {
    let two = if cpus().len() > 1 { ",distinct-cores" } else { "" };
    let arguments = format!(
        "--json --transports shared,pipe --wait block,spin --placement unpinned{two} --processes 2 --hops 300 --repeats 3"
    );
    let output = start(&arguments).finish();
    assert_well(&output);
    let report = output.report();
    let floors = report["floors"].as_array().unwrap();
    let name = |floor: &Value| {
        [&floor["kind"], &floor["placement"]].map(|text| text.as_str().unwrap().to_owned()).join(" ")
    };
    let mut expected = vec!["futex-pair unpinned"];
    if report["rows"].as_array().unwrap().iter().any(|row| row["placement"] == "distinct-cores") {
        expected.extend(["futex-pair distinct-cores", "cache-line distinct-cores"]);
    }
    assert_eq!(floors.iter().map(name).collect::<Vec<_>>(), expected);
    for floor in floors {
        let repeats = floor["repeat_p50_ns"].as_array().unwrap();
        assert!(repeats.len() == 3 && repeats.iter().all(|ns| ns.as_f64().unwrap() > 0.0), "{floor}");
    }
    for row in report["rows"].as_array().unwrap() {
        assert_beside_its_floor(row, floors);
    }
}

/// The row's ratio is what its repetitions and those of its floor give.
fn assert_beside_its_floor(row: &Value, floors: &[Value]) {
    let kind = match (row["wait"].as_str().unwrap(), row["placement"].as_str().unwrap()) {
        ("block", _) => "futex-pair",
        ("spin", "unpinned") => {
            assert!(row["floor"].is_null(), "{row}");
            return;
        }
        _ => "cache-line",
    };
    assert_eq!(row["floor"]["kind"], kind, "{row}");
    let floor =
        floors.iter().find(|floor| floor["kind"] == kind && floor["placement"] == row["placement"]).unwrap();
    let ns = |value: &Value| {
        value["repeat_p50_ns"].as_array().unwrap().iter().map(|ns| ns.as_f64().unwrap()).collect::<Vec<_>>()
    };
    let mut ratios: Vec<_> = ns(row).into_iter().zip(ns(floor)).map(|(row, floor)| row / floor).collect();
    ratios.sort_by(f64::total_cmp);
    let found = [&row["floor"]["range"][0], &row["floor"]["ratio"], &row["floor"]["range"][1]];
    let is_close = |(found, expected): (&Value, f64)| (found.as_f64().unwrap() / expected - 1.0).abs() < 1e-9;
    assert!(found.into_iter().zip(ratios).all(is_close), "{row}");
}

#[test]
fn floors_can_be_left_out_and_five_repetitions_have_intervals() {
    let output = start(
        "--json --no-floors --transports pipe --placement unpinned --processes 2 --hops 100 --repeats 5",
    )
    .finish();
    assert_well(&output);
    let report = output.report();
    let row = &report["rows"][0];
    assert_eq!(report["floors"], Value::Array(Vec::new()));
    assert!(row["floor"].is_null() && row["p90_ns"].is_u64() && row["p99_ns"].is_null(), "{row}");
    for (figure, interval) in [("p50_ns", "p50_interval_ns"), ("messages_per_s", "messages_interval_per_s")] {
        let [least, figure, most] =
            [&row[interval][0], &row[figure], &row[interval][1]].map(|value| value.as_f64().unwrap());
        assert!(0.0 < least && least <= figure && figure <= most, "{row}");
    }
}

/// A bench that goes on until something happens to it.
fn endless(arguments: &str, count: usize) -> (Program, Vec<TestProcess>) {
    let program =
        start(&format!("{arguments} --processes {count} --no-floors --repeats 1 --time 10min --json"));
    let processes = TestProcess::of_the_bench(&program, count);
    (program, processes)
}

fn assert_stopped_by(signal: Signal, program: Program, processes: &[TestProcess]) {
    program.launcher().signal(signal);
    let Output { ended, stdout, stderr } = program.finish();
    let code = i32::from(exit::SIGNAL_BASE) + signal as i32;
    assert_eq!((ended, stdout.as_str(), stderr.as_str()), (Ended::Code(code), "", ""));
    wait_until_gone(processes);
}

#[test]
fn each_process_runs_where_it_is_placed_and_nowhere_else() {
    let single = cpus().iter().map(usize::to_string).collect::<BTreeSet<_>>();
    let mut placements = vec!["same-cpu", "unpinned"];
    if has_distinct_cores() {
        placements.push("distinct-cores");
    }
    for placement in placements {
        let arguments = format!("--transports shared --wait block --placement {placement}");
        let (program, processes) = endless(&arguments, 3);
        let everywhere = program.launcher().status("Cpus_allowed_list").unwrap();
        let allowed: Vec<_> =
            processes.iter().map(|process| process.status("Cpus_allowed_list").unwrap()).collect();
        if placement == "unpinned" {
            assert_eq!(allowed, vec![everywhere; 3]);
        } else {
            assert!(allowed.iter().all(|cpu| single.contains(cpu)), "{placement}: {allowed:?}");
            let is_one = allowed[0] == allowed[1] && allowed[1] == allowed[2];
            assert_eq!(
                (is_one, allowed[0] == allowed[1]),
                (placement == "same-cpu", placement == "same-cpu")
            );
        }
        assert_stopped_by(Signal::SIGINT, program, &processes);
    }
}

#[test]
fn the_line_is_of_processes_with_one_memory_and_only_their_own_fds() {
    for (transport, links) in [("shared", [0, 0, 0]), ("pipe", [2, 4, 2]), ("socket", [1, 2, 1])] {
        let (program, processes) =
            endless(&format!("--transports {transport} --wait block --placement unpinned"), 3);
        let inodes: BTreeSet<_> = processes
            .iter()
            .flat_map(|process| process.mappings_of("memfd:tripong"))
            .map(|(_, inode)| inode)
            .collect();
        assert_eq!(inodes.len(), 1, "{transport}");
        for (process, links) in processes.iter().zip(links) {
            let fds: Vec<_> = process.fds().into_keys().collect();
            assert_eq!(fds, (0..5 + links).collect::<Vec<_>>(), "{transport}: {:?}", process.fds());
        }
        assert_stopped_by(Signal::SIGTERM, program, &processes);
    }
}

#[test]
fn a_process_that_is_killed_fails_the_run_and_takes_the_others_along() {
    for transport in ["shared", "pipe", "socket"] {
        let (program, processes) =
            endless(&format!("--transports {transport} --wait block --placement unpinned"), 3);
        processes[1].signal(Signal::SIGKILL);
        let Output { ended, stdout, stderr } = program.finish();
        assert_eq!((ended, stdout.as_str()), (Ended::Code(exit::SYSTEM.into()), ""), "{stderr}");
        let who = format!("process 1 (pid {}) ended too early (killed by SIGKILL)\n", processes[1].pid);
        assert!(stderr.ends_with(&who) && stderr.lines().count() == 1, "{stderr}");
        wait_until_gone(&processes);
    }
}

#[test]
fn a_killed_launcher_takes_the_line_along() {
    for transport in ["shared", "pipe"] {
        let (program, processes) =
            endless(&format!("--transports {transport} --wait adaptive --placement unpinned"), 3);
        program.launcher().signal(Signal::SIGKILL);
        assert_eq!(program.finish().ended, Ended::By(Signal::SIGKILL));
        wait_until("the processes to end", || processes.iter().all(TestProcess::has_ended));
    }
}

#[test]
fn a_byte_that_changes_on_the_way_fails_the_run() {
    for arguments in
        ["shared --wait block", "shared --wait adaptive --bytes 4096", "pipe", "socket --bytes 65536"]
    {
        for hop in [0, 51] {
            let corrupt = format!(
                "--transports {arguments} --placement unpinned --processes 3 --hops 100 --corrupt {hop}"
            );
            let Output { ended, stdout, stderr } = start(&corrupt).finish();
            assert_eq!(
                (ended, stdout.as_str()),
                (Ended::Code(exit::RULE.into()), ""),
                "{arguments}: {stderr}"
            );
            let expected = format!(": hop {hop} arrived with a payload of checksum ");
            assert!(stderr.contains(&expected) && stderr.lines().count() == 1, "{arguments}: {stderr}");
        }
    }
}

#[test]
fn a_delay_of_a_few_hops_shows_in_the_99th_percentile_and_not_in_the_median() {
    for transport in ["shared", "pipe", "socket"] {
        let rows = rows(&format!(
            "--transports {transport} --wait block --placement unpinned --processes 2 --hops 1000 --repeats 1 --delay 1ms/2%"
        ));
        let ns = |name: &str| rows[0][name].as_u64().unwrap();
        assert!(ns("p99_ns") >= 1_000_000, "{:?}", rows[0]);
        assert!(ns("p99_ns") - ns("p50_ns") >= 900_000, "{:?}", rows[0]);
    }
}

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}-{name}", std::process::id()))
}

#[test]
fn files_are_written_where_they_were_asked_for() {
    let files = ["rows.csv", "latencies.hlog", "curves.svg"].map(scratch);
    let [csv, histogram, plot] = files.each_ref().map(|path| path.display());
    // What was there before, and longer, is gone.
    fs::write(&files[0], "x".repeat(100_000)).unwrap();
    let output = start(&format!(
        "--wait block --processes 2 --placement unpinned --hops 50 --repeats 2 --csv {csv} --histogram {histogram} --plot {plot}"
    ))
    .finish();
    assert_well(&output);
    let [csv, histogram, plot] = files.each_ref().map(|path| fs::read_to_string(path).unwrap());
    assert_eq!(csv.lines().count(), 4);
    let [names, row] = [0, 1].map(|line| csv.lines().nth(line).unwrap().split(',').collect::<Vec<_>>());
    let row: BTreeMap<_, _> = names.into_iter().zip(row).collect();
    assert_eq!(
        ["transport", "wait", "placement", "bytes", "hops", "repeats"].map(|name| row[name]),
        ["shared", "block", "unpinned", "64", "100", "2"]
    );
    // A line for each repetition of each row.
    assert_eq!(histogram.matches("Tag=").count(), 6, "{histogram}");
    assert!(plot.starts_with("<svg") && plot.trim_end().ends_with("</svg>"));
    files.iter().for_each(|path| fs::remove_file(path).unwrap());
}

#[test]
fn a_run_that_is_stopped_leaves_no_file_and_spoils_none() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
        let folder = scratch(&format!("stopped-{signal}"));
        fs::create_dir(&folder).unwrap();
        let [csv, histogram, plot] =
            ["rows.csv", "latencies.hlog", "curves.svg"].map(|name| folder.join(name));
        fs::write(&csv, "of an earlier run").unwrap();
        let files =
            format!("--csv {} --histogram {} --plot {}", csv.display(), histogram.display(), plot.display());
        let (program, processes) =
            endless(&format!("{files} --transports pipe --wait block --placement unpinned"), 2);
        program.launcher().signal(signal);
        program.finish();
        wait_until("the processes to end", || processes.iter().all(TestProcess::has_ended));
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["rows.csv"], "{signal}");
        assert_eq!(fs::read_to_string(&csv).unwrap(), "of an earlier run", "{signal}");
        fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
fn a_file_that_cannot_be_written_is_found_out_before_anything_is_measured() {
    for argument in ["--csv", "--histogram", "--plot"] {
        let output = start(&format!("{argument} /nowhere/file --time 10min")).finish();
        assert_eq!((output.ended, output.stdout.as_str()), (Ended::Code(exit::SYSTEM.into()), ""));
        let line =
            "tripong: failed to open /nowhere/file for writing: No such file or directory (os error 2)\n";
        assert_eq!(output.stderr, line);
    }
}

#[test]
fn a_role_taken_by_hand_and_arguments_out_of_range_are_refused() {
    let assert_usage = |arguments: &str, problem: &str| {
        let Output { ended, stdout, stderr } = start(arguments).finish();
        assert_eq!((ended, stdout.as_str()), (Ended::Code(exit::USAGE.into()), ""), "{arguments}");
        assert_eq!(stderr, format!("tripong: invalid value {problem}; see `tripong bench --help`\n"));
    };
    let sizes = "it must be a multiple of 8 from 8 to 64m, such as 64, 16k or 1m";
    for wrong in ["7", "12", "65m", "0k", "k", "", "99999999999999999999m", "1g", "-8", "4k4"] {
        assert_usage(&format!("--bytes={wrong}"), &format!("'{wrong}' for '--bytes <N>': {sizes}"));
    }
    assert_usage("--processes 2,17", "'17' for '--processes <N>': it must be a whole number from 2 to 16");
    assert_usage("--repeats 0", "'0' for '--repeats <N>': it must be a whole number from 1 up");
    assert_usage("--time 0s", "'0s' for '--time <T>': it must be a time above 0, such as 500ms, 5s or 2min");
    let mut command = common::tripong_without_fds(&[3, 4, 5]);
    command.args(["--role", "bench:1"]);
    let Output { ended, stderr, .. } = Program::spawn(command).finish();
    assert_eq!(ended, Ended::Code(exit::REFUSED.into()));
    assert!(
        stderr.starts_with("tripong: bench process 1: refused the Region: fd 3 was not passed on"),
        "{stderr}"
    );
}
