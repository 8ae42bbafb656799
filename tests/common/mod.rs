//! Real processes of the real executable: started with a clean environment, watched, and never left behind.
//!
//! Whatever a test waits for has [`PATIENCE`], which is long, because no test measures speed: when it is over,
//! something hangs. Signals go to pidfds only, of processes that the test itself has brought to life.

#![allow(dead_code, reason = "every test file uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]
#![allow(clippy::print_stderr, reason = "the last words of a watchdog")]

pub(crate) mod helper;
#[cfg(feature = "terminal")]
pub(crate) mod lab;
pub(crate) mod memory;
pub(crate) mod process;
pub(crate) mod recorded;
pub(crate) mod report;
pub(crate) mod strace;

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Once};
use std::thread;
use std::time::{Duration, Instant};

use std::os::unix::process::ExitStatusExt;

use nix::sys::signal::Signal;

pub(crate) use process::TestProcess;

/// After this, whatever is waited for will not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// How often something is looked at that cannot be waited for.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The executable, without a display and with nothing on stdin.
pub(crate) fn tripong() -> Command {
    clean(program(env!("CARGO_BIN_EXE_tripong")))
}

/// The executable, sure not to inherit fds 3, 4 and 5, not even from the parent of the tests (a job server, say).
pub(crate) fn tripong_without_fds(closed: &[i32]) -> Command {
    let closed: String = closed.iter().map(|fd| format!(" {fd}<&-")).collect();
    tripong_by_shell(&format!("exec \"$0\" \"$@\"{closed}"))
}

/// The executable as a shell starts it; `script` ends with `exec "$0" "$@"` and what it redirects.
pub(crate) fn tripong_by_shell(script: &str) -> Command {
    let mut command = clean(program("/bin/sh"));
    command.args(["-c", script, env!("CARGO_BIN_EXE_tripong")]);
    command
}

/// The executable as a double-click starts it: without a terminal, and without a reader of its stderr.
pub(crate) fn tripong_without_terminal() -> Command {
    // It is no leader of a group, so setsid becomes it, under the same pid.
    let mut command = clean(program("setsid"));
    command.arg(env!("CARGO_BIN_EXE_tripong")).stderr(Stdio::null());
    command
}

#[expect(clippy::disallowed_methods, reason = "the one place where tests start processes")]
pub(crate) fn program(path: &str) -> Command {
    catch_what_is_ignored();
    Command::new(path)
}

/// `nohup` ignores SIGHUP, and a shell's `&` SIGINT and SIGQUIT, for the tests and for all that they start. A signal that is
/// caught, though, has its default in the next program: so these are caught here, and nothing is done about them.
fn catch_what_is_ignored() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let this = TestProcess::open(std::process::id()).unwrap();
        for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGCHLD] {
            if this.ignores(signal) {
                signal_hook::flag::register(signal as i32, Arc::default()).unwrap();
            }
        }
    });
}

/// Whether there is a program of this name.
pub(crate) fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).exists())
}

pub(crate) fn clean(mut command: Command) -> Command {
    for variable in
        ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_CURRENT_DESKTOP", "COLUMNS", "RUST_BACKTRACE"]
    {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The transport by which the games of this run are played: `TRIPONG_TRANSPORT`, so that every suite can be run with each.
pub(crate) fn transport() -> String {
    std::env::var("TRIPONG_TRANSPORT").unwrap_or_else(|_| "shared".to_owned())
}

/// The arguments of a game, played by the transport of this run if they name none.
pub(crate) fn by_transport(arguments: &str) -> Vec<String> {
    let names_one = arguments.contains("--transport");
    let more = if names_one { Vec::new() } else { vec!["--transport".to_owned(), transport()] };
    arguments.split_whitespace().map(str::to_owned).chain(more).collect()
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with this exit code.
    Code(i32),
    /// By this signal.
    By(Signal),
}

impl From<ExitStatus> for Ended {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, signal) => Self::By(Signal::try_from(signal.unwrap()).unwrap()),
        }
    }
}

/// All that a process has left behind.
#[derive(Debug)]
pub(crate) struct Output {
    /// How it ended.
    pub(crate) ended: Ended,
    /// What it wrote to stdout; empty if stdout was not a pipe of ours.
    pub(crate) stdout: String,
    /// What it wrote to stderr; empty if stderr was not a pipe of ours.
    pub(crate) stderr: String,
}

impl Output {
    /// The report of a game that was played with `--json`.
    pub(crate) fn report(&self) -> serde_json::Value {
        assert_eq!(self.stdout.lines().count(), 1, "the report is alone, in one line: {self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What it wrote to stderr, but for the last line of a game with windows, which names the game.
    pub(crate) fn news(&self) -> String {
        let lines = self.stderr.lines().filter(|line| !line.contains("; again: tripong --seed "));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The report, after it was made sure that the game ended with this exit code and without a word on stderr.
    pub(crate) fn quiet_report(&self, code: i32) -> serde_json::Value {
        assert_eq!((self.ended, self.stderr.as_str()), (Ended::Code(code), ""), "{self:?}");
        self.report()
    }
}

/// A running process of the executable. Dropped, it is killed and reaped, and its children die with it.
#[derive(Debug)]
pub(crate) struct Program {
    process: Child,
    handle: TestProcess,
    stdout: Option<Receiver<String>>,
    stderr: Option<Receiver<String>>,
}

impl Program {
    /// A game with these arguments, separated by spaces.
    pub(crate) fn start(arguments: &str) -> Self {
        let mut command = tripong();
        command.args(by_transport(arguments));
        Self::spawn(command)
    }

    /// Any command line that was built on [`tripong`].
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut process = command.spawn().unwrap();
        // It cannot be a stranger: nobody has waited for it yet.
        let handle = TestProcess::open(process.id()).unwrap();
        let stdout = process.stdout.take().map(collect);
        let stderr = process.stderr.take().map(collect);
        Self { process, handle, stdout, stderr }
    }

    /// The process itself.
    pub(crate) fn launcher(&self) -> &TestProcess {
        &self.handle
    }

    /// Waits until so many panes have attached to the Region, and returns them in their order from the left.
    pub(crate) fn panes(&self, count: usize) -> Vec<TestProcess> {
        let attached = || {
            let mut panes = TestProcess::children_of(self.handle.pid);
            panes.retain(TestProcess::has_attached);
            panes.sort_by_key(|pane| pane.pane());
            (panes.len() == count).then_some(panes)
        };
        wait_for(&format!("{count} panes to attach"), attached)
    }

    /// Waits for the end, and returns what is left then of the process group, of which this must be the leader. It was not
    /// reaped yet, so that nobody else can have the number of its group.
    pub(crate) fn survivors(&self) -> Vec<TestProcess> {
        wait_until("the program to end", || self.handle.has_ended());
        let mut group = TestProcess::group_of(self.handle.pid);
        let with_it = group.len();
        group.retain(|process| process.pid != self.handle.pid);
        assert_eq!(group.len() + 1, with_it, "it must lead its group");
        group
    }

    /// Waits for the end.
    pub(crate) fn finish(mut self) -> Output {
        wait_until("the program to end", || self.handle.has_ended());
        let ended = self.process.wait().unwrap().into();
        // Its children have inherited stderr: when it can be read to its end, none of them is left.
        let all_of = |stream: &Receiver<String>| {
            stream.recv_timeout(PATIENCE).expect("somebody still holds an output of the ended program open")
        };
        Output {
            ended,
            stdout: self.stdout.as_ref().map(all_of).unwrap_or_default(),
            stderr: self.stderr.as_ref().map(all_of).unwrap_or_default(),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail if it has ended and was waited for, which is what is wanted.
        let _killed = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// A game with these arguments, from its start to its end.
pub(crate) fn run(arguments: &str) -> Output {
    Program::start(arguments).finish()
}

/// Reads to the end in a thread of its own, so that a full pipe stops nobody.
fn collect(mut stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        // Nobody wants it if the test has failed meanwhile.
        let _unwanted = sender.send(text);
    });
    receiver
}

/// Waits until `look` finds something.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} for {what}");
        nap();
    }
}

/// Waits until `holds` is true.
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    wait_for(what, || holds().then_some(()));
}

#[expect(clippy::disallowed_methods, reason = "other people's processes notify no bell of ours")]
pub(crate) fn nap() {
    thread::sleep(LOOK_AGAIN);
}

/// Ends the whole test binary if it is not dropped in time: for tests that only compute, and might for ever.
#[must_use]
pub(crate) struct Watchdog(mpsc::Sender<()>);

impl Watchdog {
    /// From now on.
    pub(crate) fn start() -> Self {
        let (sender, receiver) = mpsc::channel::<()>();
        thread::spawn(move || {
            if receiver.recv_timeout(5 * PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("a test computed for {:?}: it hangs", 5 * PATIENCE);
                std::process::abort();
            }
        });
        Self(sender)
    }
}

/// Lets somebody who looks up once a second do so this many times.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing happens that could be waited for, and that is the point"
)]
pub(crate) fn sleep_for_looks(looks: u32) {
    thread::sleep(looks * Duration::from_secs(1));
}
