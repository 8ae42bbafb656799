//! Where the processes of the bench run and what its manifest says: real processes, on this machine's CPUs, with kernel's files
//! that say something else of them, with masks, refusals and quotas.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use libtest_mimic::{Arguments, Trial};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::{Value, json};

use common::{Ended, Output, Program, TestProcess, clean, is_installed, nap, program, tripong, wait_for};
use tripong::error::exit;

/// A row as small as it can be.
const SHORT: &str = "bench --json --no-floors --transports pipe --processes 2 --hops 20 --repeats 1";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let anywhere: &[(&str, fn())] = &[
        ("a_mask_of_one_cpu_is_all_there_is", one_cpu),
        ("without_sys_and_proc_all_is_null_and_said", nothing_known),
        ("a_quiet_machine_passes_strict_and_a_busy_one_does_not", strict),
        ("a_quota_is_warned_of_and_one_that_is_used_up_fails_strict", quota),
    ];
    let of_two: &[(&str, fn())] = &[
        ("siblings_are_never_called_distinct_cores", siblings),
        ("a_row_is_bound_where_it_says", bound),
        ("kinds_of_cores_are_placements_by_name", kinds),
        ("the_table_says_which_cpus_were_used_and_keeps_its_columns", table),
        ("a_row_that_loses_a_cpu_becomes_a_line", lost),
    ];
    let refused: &[(&str, fn())] = &[
        ("where_no_process_can_be_bound_rows_are_unpinned_and_that_is_said", refused),
        ("an_affinity_that_is_not_kept_becomes_a_line", not_kept),
    ];
    // On a machine that must have it, a missing one is a failure, not an excuse.
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let has_two = cpus().len() > 1;
    let has_strace = is_ci || can_refuse();
    let trials = anywhere.iter().map(|(name, test)| trial(name, *test, true, ""));
    let of_two = of_two.iter().map(|(name, test)| trial(name, *test, has_two, "ignored: one CPU only"));
    let otherwise = "ignored: strace is missing, or may not trace";
    let refused = refused.iter().map(|(name, test)| trial(name, *test, has_strace, otherwise));
    let otherwise = "ignored: no cgroup with a quota can be made here";
    let cgroup =
        trial("a_cgroup_that_throttles_the_run_is_named", throttled, Cgroup::make().is_some(), otherwise);
    libtest_mimic::run(&arguments, trials.chain(of_two).chain(refused).chain([cgroup]).collect()).exit_code()
}

fn trial(name: &str, test: fn(), is_run: bool, otherwise: &str) -> Trial {
    let trial = Trial::test(name, move || {
        test();
        Ok(())
    });
    if is_run { trial } else { trial.with_kind(otherwise).with_ignored_flag(true) }
}

/// The CPUs that this test may use.
fn cpus() -> Vec<usize> {
    let set = sched_getaffinity(None).unwrap();
    (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect()
}

fn two_cpus() -> [usize; 2] {
    cpus()[..2].try_into().unwrap()
}

/// Kernel's files of our own, in a folder that is removed.
struct Files(PathBuf);

impl Files {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let name = format!("placement-{}-{name}", std::process::id());
        let folder = Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name));
        fs::create_dir(&folder.0).unwrap();
        files.iter().for_each(|(path, text)| folder.write(path, text));
        folder
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // The bench never sees half of it.
        let new = path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, path).unwrap();
    }

    fn start(&self, arguments: &str) -> Program {
        let mut command = tripong();
        command.args(arguments.split_whitespace()).arg("--kernel-files").arg(&self.0);
        Program::spawn(command)
    }

    fn report(&self, arguments: &str) -> (Value, Vec<String>) {
        report(&self.start(arguments).finish(), 0)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// What was printed, and the lines on stderr.
fn report(output: &Output, code: u8) -> (Value, Vec<String>) {
    assert_eq!(output.ended, Ended::Code(code.into()), "{output:?}");
    (output.report(), output.stderr.lines().map(str::to_owned).collect())
}

/// Placement and CPUs of each row.
fn rows(report: &Value) -> Vec<(String, Value)> {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["placement"].as_str().unwrap().to_owned(), row["cpus"].clone())).collect()
}

fn left_out(report: &Value) -> Vec<&str> {
    report["left_out"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect()
}

fn has(lines: &[String], part: &str) -> bool {
    lines.iter().any(|line| line.contains(part))
}

/// Two CPUs that share a core, as the kernel would say it.
fn siblings_files(name: &str) -> Files {
    let [one, two] = two_cpus();
    let list = format!("{one},{two}\n");
    let files = Files::new(name, &[("/sys/devices/system/cpu/online", &list)]);
    for cpu in [one, two] {
        let folder = format!("/sys/devices/system/cpu/cpu{cpu}");
        files.write(&format!("{folder}/topology/core_cpus_list"), &list);
        files.write(&format!("{folder}/topology/physical_package_id"), "0\n");
        files.write(&format!("{folder}/cpufreq/scaling_governor"), "powersave\n");
        files.write(&format!("{folder}/cpufreq/scaling_cur_freq"), "1200000\n");
        files.write(&format!("{folder}/cpufreq/cpuinfo_max_freq"), "4700000\n");
    }
    files
}

fn siblings() {
    let [one, two] = two_cpus();
    let files = siblings_files("siblings");
    let (report, lines) = files.report(&format!("{SHORT} --placement all"));
    let expected =
        [("same-cpu", json!([one, one])), ("smt-siblings", json!([one, two])), ("unpinned", Value::Null)];
    assert_eq!(rows(&report), expected.map(|(name, cpus)| (name.to_owned(), cpus)));
    let kinds = ["performance-cores", "middle-cores", "efficient-cores", "performance-to-efficient"];
    let others = ["same-cluster", "distinct-cores", "distinct-packages"];
    assert_eq!(left_out(&report), [others.as_slice(), &kinds].concat());
    let line = "tripong: the rows of distinct-cores are left out: the CPUs that may be used (";
    assert!(
        lines.iter().any(|found| found.starts_with(line) && found.ends_with(") are of one core")),
        "{lines:?}"
    );
    // One line for what has one reason.
    assert!(has(&lines, &format!("the rows of {} are left out: ", kinds.join(", "))), "{lines:?}");
    let used = report["manifest"]["used_cpus"].as_array().unwrap();
    assert_eq!(used.len(), 2);
    for (cpu, number) in used.iter().zip([one, two]) {
        let names =
            ["cpu", "core", "package", "kind", "governor", "frequency_start_mhz", "max_frequency_mhz"];
        let found = names.map(|name| cpu[name].clone());
        let known = [
            json!(number),
            json!(one),
            json!(0),
            Value::Null,
            json!("powersave"),
            json!(1200.0),
            json!(4700.0),
        ];
        assert_eq!(found, known, "{cpu}");
    }
}

/// A machine of two kinds of cores: the first CPU is the small one.
fn hybrid_files(name: &str) -> Files {
    let [small, fast] = two_cpus();
    let list = format!("{small},{fast}");
    let files = Files::new(name, &[("/sys/devices/system/cpu/online", &list)]);
    for (cpu, capacity) in [(small, "300"), (fast, "1024")] {
        files.write(&format!("/sys/devices/system/cpu/cpu{cpu}/cpu_capacity"), capacity);
        files.write(&format!("/sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list"), &cpu.to_string());
    }
    files
}

fn table() {
    let [small, fast] = two_cpus();
    let placement = "performance-to-efficient,same-cpu";
    let short = SHORT.replace("--json ", "");
    let output = hybrid_files("table").start(&format!("{short} --placement {placement}")).finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let cpus = if fast == small + 1 { format!("{small}-{fast}") } else { format!("{small},{fast}") };
    let placed = format!("placed     performance-to-efficient on CPUs {cpus}; same-cpu on CPU {fast}");
    assert!(output.stdout.lines().any(|line| line == placed), "{}", output.stdout);
    // A long name moves no column: all lines of a table are as long as its head.
    let mut tables = output.stdout.split("\n\n").skip(1);
    for placement in placement.split(',') {
        let lines: Vec<_> = tables.next().unwrap().lines().take(2).collect();
        assert!(lines[0].starts_with(&format!("{placement} ")) && lines[1].starts_with("pipe "), "{lines:?}");
        assert_eq!(lines[0].chars().count(), lines[1].chars().count(), "{lines:?}");
    }
}

/// A run that goes on for so long, when its processes play.
fn playing(program: &Program) -> Vec<TestProcess> {
    let is_ready = |process: &TestProcess| process.status("Threads").as_deref() == Some("2");
    let is_worker = |process: &TestProcess| {
        let line = fs::read_to_string(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default();
        line.contains("bench:")
    };
    wait_for("two processes to play", || {
        let mut processes = TestProcess::children_of(program.launcher().pid);
        processes.retain(|process| is_worker(process) && is_ready(process));
        (processes.len() == 2).then_some(processes)
    })
}

fn bound() {
    let [one, two] = two_cpus();
    let files = siblings_files("bound");
    let arguments = "bench --json --no-floors --transports pipe --processes 2 --repeats 1 --time 700ms --placement smt-siblings";
    let program = files.start(arguments);
    let mut masks: Vec<_> =
        playing(&program).iter().map(|process| process.status("Cpus_allowed_list").unwrap()).collect();
    masks.sort();
    let mut expected = [one.to_string(), two.to_string()];
    expected.sort();
    assert_eq!(masks, expected);
    let (report, _) = report(&program.finish(), 0);
    assert_eq!(rows(&report), [("smt-siblings".to_owned(), json!([one, two]))]);
}

fn kinds() {
    let ([small, fast], files) = (two_cpus(), hybrid_files("kinds"));
    let placements = "performance-to-efficient,same-core,distinct-cores,efficient-cores";
    let (report, lines) = files.report(&format!("{SHORT} --placement {placements}"));
    // The fast one is the first.
    let expected = [
        ("performance-to-efficient", json!([fast, small])),
        ("same-cpu", json!([fast, fast])),
        ("distinct-cores", json!([fast, small])),
    ];
    assert_eq!(rows(&report), expected.map(|(name, cpus)| (name.to_owned(), cpus)));
    assert_eq!(left_out(&report), ["efficient-cores"]);
    assert!(has(&lines, "the CPUs of kind efficient that may be used ("), "{lines:?}");
    let used = report["manifest"]["used_cpus"].as_array().unwrap();
    let kinds: Vec<_> = used.iter().map(|cpu| (cpu["cpu"].clone(), cpu["kind"].clone())).collect();
    assert_eq!(kinds, [(json!(small), json!("efficient")), (json!(fast), json!("performance"))]);
}

fn one_cpu() {
    let last = *cpus().last().unwrap();
    // What a thread starts has its mask.
    let run = thread::spawn(move || {
        bind(None, &[last]);
        let mut command = tripong();
        command.args(SHORT.split(' ')).args(["--placement", "all"]);
        Program::spawn(command).finish()
    });
    let (report, lines) = report(&run.join().unwrap(), 0);
    assert_eq!(report["manifest"]["allowed_cpus"], json!([last]));
    let expected = [("same-cpu", json!([last, last])), ("unpinned", Value::Null)];
    assert_eq!(rows(&report), expected.map(|(name, cpus)| (name.to_owned(), cpus)));
    assert!(left_out(&report).contains(&"distinct-cores"));
    let line = format!("the CPU that may be used ({last}) is one only");
    assert!(has(&lines, &line), "{lines:?}");
}

/// As `taskset` does it.
fn bind(process: Option<Pid>, cpus: &[usize]) {
    let mut set = CpuSet::new();
    cpus.iter().for_each(|cpu| set.set(*cpu));
    sched_setaffinity(process, &set).unwrap();
}

fn lost() {
    // The kernel does to a process whose CPU goes offline what is done to this one: it may run elsewhere.
    let arguments = "bench --json --no-floors --transports pipe --processes 2 --repeats 2 --time 700ms --placement same-cpu,unpinned";
    let mut command = tripong();
    command.args(arguments.split(' '));
    let program = Program::spawn(command);
    let process = &playing(&program)[1];
    bind(Pid::from_raw(process.pid.cast_signed()), &cpus());
    let (report, lines) = report(&program.finish(), 0);
    let placements: Vec<_> = rows(&report).into_iter().map(|(placement, _)| placement).collect();
    assert_eq!(placements, ["unpinned"]);
    let [what] = left_out(&report).try_into().unwrap();
    assert_eq!(what, "pipe, 2 processes, same-cpu, 64 B");
    let why = report["left_out"][0]["why"].as_str().unwrap();
    assert!(why.starts_with("CPU ") && why.contains("is lost: the kernel dropped the affinity"), "{why}");
    let line = format!("tripong: the row {what} is left out: {why}");
    assert_eq!(lines.iter().filter(|found| **found == line).count(), 1, "{lines:?}");
}

fn nothing_known() {
    let files = Files::new("nothing", &[]);
    let (report, lines) = files.report(&format!("{SHORT} --placement all"));
    let manifest = report["manifest"].as_object().unwrap();
    for name in [
        "cpu",
        "cpus",
        "cpuset",
        "smt",
        "governor",
        "quota",
        "throttling",
        "others_percent",
        "allowed_others_percent",
    ] {
        assert!(manifest[name].is_null(), "{name}: {}", manifest[name]);
    }
    for cpu in manifest["used_cpus"].as_array().unwrap() {
        assert!(
            cpu.as_object().unwrap().iter().all(|(name, value)| name == "cpu" || value.is_null()),
            "{cpu}"
        );
    }
    assert!(has(&lines, "how busy the machine was during the run is unknown"), "{lines:?}");
    if cpus().len() > 1 {
        assert!(rows(&report).iter().any(|(placement, _)| placement == "distinct-cores"));
        assert!(
            has(&lines, "so each counts as one: rows of distinct-cores may be of SMT siblings"),
            "{lines:?}"
        );
        assert!(left_out(&report).contains(&"smt-siblings"));
    }
}

/// A run that lasts until a file has changed: the exit code, the report and the lines.
fn changed_meanwhile(files: &Files, path: &str, text: &str, code: u8) -> (Value, Vec<String>) {
    let arguments = "bench --json --no-floors --strict --transports pipe --processes 2 --repeats 1 --time 700ms --placement unpinned";
    let program = files.start(arguments);
    playing(&program);
    files.write(path, text);
    report(&program.finish(), code)
}

const STAT: &str = "/proc/stat";

/// What the kernel counts of all CPUs that may be used, each alike.
fn stat(busy: u64, idle: u64) -> String {
    let line = |name: &str| format!("{name} {busy} 0 0 {idle} 0 0 0 0 0 0\n");
    let names = cpus().into_iter().map(|cpu| format!("cpu{cpu}"));
    std::iter::once("cpu ".to_owned()).chain(names).map(|name| line(&name)).collect()
}

fn strict() {
    let files = Files::new("strict", &[(STAT, &stat(0, 0))]);
    let (quiet, lines) = changed_meanwhile(&files, STAT, &stat(0, 10_000), 0);
    assert_eq!(
        (&quiet["manifest"]["others_percent"], quiet["warnings"].clone()),
        (&json!(0.0), json!([])),
        "{lines:?}"
    );
    assert!(lines.is_empty(), "{lines:?}");
    files.write(STAT, &stat(0, 0));
    let (busy, lines) = changed_meanwhile(&files, STAT, &stat(10_000, 0), exit::DISTURBED);
    // All is printed first.
    assert_eq!(busy["rows"].as_array().unwrap().len(), 1);
    assert!(has(&lines, "tripong: the machine was busy: others used "), "{lines:?}");
    assert!(busy["warnings"][0].as_str().unwrap().starts_with("the machine was busy: "), "{busy}");
}

fn quota() {
    let [cgroup, stat_file] = ["/sys/fs/cgroup/a/cpu.max", "/sys/fs/cgroup/a/cpu.stat"];
    let cpu_stat = |throttled: u64| {
        format!("usage_usec 1\nnr_periods 9\nnr_throttled {throttled}\nthrottled_usec {}\n", throttled * 1000)
    };
    // Much has been throttled before.
    let files = [("/proc/self/cgroup", "0::/a/b\n"), (cgroup, "150000 100000\n"), (stat_file, &cpu_stat(5))];
    let files = Files::new("quota", &files);
    files.write(STAT, &stat(0, 0));
    // That something happens at all is of no interest here.
    let (report, lines) = changed_meanwhile(&files, STAT, &stat(0, 10_000), 0);
    let quota = &report["manifest"]["quota"];
    let known =
        json!({ "is_limited": true, "cpus": 1.5, "period_us": 100_000, "cgroup": "v2 /sys/fs/cgroup/a" });
    assert_eq!(*quota, known);
    assert_eq!(report["manifest"]["throttling"]["throttled_periods"], 0);
    assert!(has(&lines, "tripong: a quota limits the run to the time of 1.50 CPUs (cgroup v2 "), "{lines:?}");
    assert!(!has(&lines, "throttled"), "{lines:?}");
    files.write(STAT, &stat(0, 0));
    let arguments = "bench --json --no-floors --strict --transports pipe --processes 2 --repeats 1 --time 700ms --placement unpinned";
    let program = files.start(arguments);
    playing(&program);
    files.write(STAT, &stat(0, 10_000));
    files.write(stat_file, &cpu_stat(7));
    let (report, lines) = self::report(&program.finish(), exit::DISTURBED);
    assert_eq!(
        report["manifest"]["throttling"],
        json!({ "periods": 0, "throttled_periods": 2, "throttled_us": 2000 })
    );
    assert!(has(&lines, "tripong: the run was throttled in 2 of "), "{lines:?}");
}

/// The executable with these arguments, whose system call is answered like this.
fn with(answers: &[&str], arguments: &str) -> Output {
    let mut command = program("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=sched_setaffinity,sched_getaffinity"]);
    answers.iter().for_each(|answer| {
        command.args(["-e", &format!("inject={answer}")]);
    });
    command.arg(env!("CARGO_BIN_EXE_tripong")).args(arguments.split_whitespace());
    Program::spawn(clean(command)).finish()
}

fn can_refuse() -> bool {
    is_installed("strace") && with(&["sched_setaffinity:error=EPERM"], "--version").ended == Ended::Code(0)
}

fn refused() {
    let arguments = format!("{SHORT} --placement same-cpu,distinct-cores,unpinned");
    for (answers, call) in [
        (vec!["sched_setaffinity:error=EPERM"], "sched_setaffinity: Operation not permitted"),
        (vec!["sched_setaffinity:error=ENOSYS"], "sched_setaffinity: Function not implemented"),
        (vec!["sched_getaffinity:error=EPERM"], "sched_getaffinity: Operation not permitted"),
    ] {
        let (report, lines) = report(&with(&answers, &arguments), 0);
        assert_eq!(rows(&report), [("unpinned".to_owned(), Value::Null)], "{call}");
        assert_eq!(left_out(&report), ["same-cpu", "distinct-cores"], "{call}");
        let said = format!(
            "the rows of same-cpu, distinct-cores are left out: no process can be bound to a CPU here ({call}"
        );
        assert_eq!(lines.iter().filter(|line| line.contains(&said)).count(), 1, "{call}: {lines:?}");
        // /proc has what the call does not say.
        assert_eq!(report["manifest"]["allowed_cpus"], json!(cpus()), "{call}");
    }
}

fn not_kept() {
    // The kernel says yes and does nothing.
    let output = with(&["sched_setaffinity:retval=0"], &format!("{SHORT} --placement same-cpu,unpinned"));
    if cpus().len() < 2 {
        return report(&output, 0).1.iter().for_each(|line| assert!(!line.contains("is lost"), "{line}"));
    }
    let (report, lines) = report(&output, 0);
    assert_eq!(rows(&report), [("unpinned".to_owned(), Value::Null)]);
    assert_eq!(left_out(&report), ["pipe, 2 processes, same-cpu, 64 B"]);
    assert_eq!(
        lines.iter().filter(|line| line.contains("is lost: the kernel dropped the affinity")).count(),
        1,
        "{lines:?}"
    );
}

/// A cgroup of our own that may have a tenth of a CPU's time. It is removed when nobody is left in it.
struct Cgroup(PathBuf);

impl Cgroup {
    fn make() -> Option<Self> {
        let v1 = [("cpu.cfs_period_us", "20000"), ("cpu.cfs_quota_us", "2000")];
        let v2 = [("cpu.max", "2000 20000")];
        Self::with("/sys/fs/cgroup/cpu", &v1).or_else(|| Self::with("/sys/fs/cgroup", &v2))
    }

    fn with(parent: &str, files: &[(&str, &str)]) -> Option<Self> {
        static NEXT: std::sync::Mutex<u32> = std::sync::Mutex::new(0);
        let mut next = NEXT.lock().unwrap();
        *next += 1;
        let folder = Path::new(parent).join(format!("tripong-test-{}-{next}", std::process::id()));
        fs::create_dir(&folder).ok()?;
        let cgroup = Self(folder);
        files.iter().all(|(file, text)| fs::write(cgroup.0.join(file), text).is_ok()).then_some(cgroup)
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // A process that has just ended may still be counted.
        for _again in 0..100 {
            if fs::remove_dir(&self.0).is_ok() {
                return;
            }
            nap();
        }
    }
}

fn throttled() {
    let cgroup = Cgroup::make().unwrap();
    let folder = cgroup.0.display().to_string();
    let mut command = program("sh");
    command.args(["-c", &format!("echo $$ > {folder}/cgroup.procs && exec \"$0\" \"$@\"")]);
    command.arg(env!("CARGO_BIN_EXE_tripong"));
    let arguments = "bench --json --no-floors --strict --transports shared --wait spin --processes 2 --repeats 1 --time 300ms --placement same-cpu";
    command.args(arguments.split(' '));
    let (report, lines) = report(&Program::spawn(clean(command)).finish(), exit::DISTURBED);
    let quota = &report["manifest"]["quota"];
    assert_eq!((&quota["cpus"], &quota["period_us"]), (&json!(0.1), &json!(20_000)), "{quota}");
    assert!(quota["cgroup"].as_str().unwrap().ends_with(&folder), "{quota}");
    let throttling = &report["manifest"]["throttling"];
    assert!(throttling["throttled_periods"].as_u64().unwrap() > 0, "{throttling}");
    assert!(throttling["throttled_us"].as_u64().unwrap() > 0, "{throttling}");
    assert!(has(&lines, "tripong: the run was throttled in "), "{lines:?}");
    assert!(has(&lines, "tripong: a quota limits the run to the time of 0.10 CPUs"), "{lines:?}");
}
