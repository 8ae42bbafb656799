//! Running the program, and looking at what it leaves.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Three hundred hops wait for a whole machine that is busy with other tests.
pub(crate) const WATCHDOG: Duration = Duration::from_secs(120);

pub(crate) fn start(arguments: &[&str]) -> Child {
    #[expect(clippy::disallowed_methods, reason = "a test starts the program that it tests")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_tripong-comparison"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Runs to the end, and checks that nothing is left.
pub(crate) fn run(arguments: &[&str]) -> Output {
    let child = start(arguments);
    let pid = child.id();
    let output = within(WATCHDOG, child);
    assert_eq!(leftovers(pid), [""; 0], "{arguments:?}");
    output
}

pub(crate) fn within(limit: Duration, mut child: Child) -> Output {
    let deadline = Instant::now() + limit;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("not at its end after {limit:?}");
        }
        pause();
    }
    child.wait_with_output().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test looks again a little later")]
pub(crate) fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

/// What bears the name of a run of this process: shared memory, queues, abstract sockets.
pub(crate) fn leftovers(pid: u32) -> Vec<String> {
    let run = format!("tripong-comparison-{pid}-");
    let folders =
        ["/dev/shm", "/dev/mqueue", "/tmp"].into_iter().filter_map(|folder| fs::read_dir(folder).ok());
    let files = folders.flatten().map(|entry| entry.unwrap().path().to_string_lossy().into_owned());
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    let sockets = sockets.lines().map(str::to_owned).collect::<Vec<_>>();
    files.chain(sockets).filter(|name| name.contains(&run)).collect()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn rows(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["rows"].as_array().unwrap().clone()
}

pub(crate) fn stand_in() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand-in.sh").to_str().unwrap().to_owned()
}

/// A list in the help, by its title.
pub(crate) fn listed(help: &str, title: &str) -> Vec<String> {
    let list = help.split(title).nth(1).unwrap().split("\n\n").next().unwrap();
    list.split(',').map(|name| name.trim().to_owned()).collect()
}

/// The processes that this one has started.
pub(crate) fn children(pid: u32) -> Vec<i32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

pub(crate) fn is_there(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}
