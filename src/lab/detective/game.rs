//! Runs games with the real launcher, supervisor and recorder; only the panes play by another protocol.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::process::{ChildStderr, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::memfd::{MFdFlags, memfd_create};
use rustix::process::{Pid, Signal, kill_process};

use super::flaw::{Case, PANES, Plan};
use crate::error::{Error, Result};
use crate::lab::front::{Picture, ProcessPicture};
use crate::lab::stage::{PATIENCE, Stage};
use crate::platform::clock;
use crate::protocol::End;
use crate::supervisor::spawn::{ChildProcess, Output, end_all, ourselves, start};

/// After this without a record the ball is recalled.
const STALL: &str = "400ms";
/// A game ends by itself after this, whatever happens.
const LONGEST: &str = "30s";
/// So often it is looked whether a game has something to say.
const LOOK: Duration = Duration::from_millis(2);
/// So long after the recall a stopped process goes on: by then the recalled ball waits for it.
const PAUSE: Duration = Duration::from_millis(100);
/// So long a game in windows may take to end.
const LEAVE: Duration = Duration::from_secs(4);
/// What the launcher reports of a ball that it has recalled.
const RECALLED: &str = "makes no progress; the ball was recalled";
/// What it reports of a recording that has ended: a file that `tripong replay` shows, which this one is not.
const RECORDED: &str = "recorded in ";

/// What a game has come to.
#[derive(Debug)]
pub(super) struct Played {
    /// How its launcher has ended.
    pub(super) end: End,
    /// The report, as JSON.
    pub(super) report: serde_json::Value,
    /// The recording. It is in memory only, and gone with this process, however that ends.
    pub(super) recording: File,
}

impl Played {
    /// Where another process of this user finds the recording, as long as this process lives.
    pub(super) fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.recording.as_raw_fd())
    }
}

/// A game that is being played. Dropped, it is killed, and its panes with it.
struct Game {
    /// What it is called.
    name: &'static str,
    /// What its launcher has reported last.
    news: String,
    launcher: ChildProcess,
    recording: Output,
    lines: Receiver<String>,
    heard: Vec<String>,
    /// When its stopped processes go on.
    continue_at: Option<Instant>,
    end: Option<End>,
}

/// Plays these cases at the same time, in courts of the same seed.
///
/// # Errors
/// [`Error::Failed`] if one of them does not come to an end; those of the system. No process is left.
pub(super) fn play<const N: usize>(
    stage: &mut Stage<'_>,
    (seed, plan): (u64, Plan),
    cases: [Case; N],
) -> Result<[Played; N]> {
    let mut games = Vec::with_capacity(N);
    for case in cases {
        let game = Game::start(seed, plan, case)?;
        stage.note(format!("the {} is played (launcher: pid {})", game.name, game.launcher.pid));
        games.push(game);
    }
    show(stage, &games);
    let deadline = Instant::now() + PATIENCE;
    while games.iter().any(|game| game.end.is_none()) {
        let mut has_changed = false;
        for game in &mut games {
            has_changed |= game.look(stage)?;
        }
        if has_changed {
            show(stage, &games);
        }
        if Instant::now() >= deadline {
            return Err(failed("it does not end"));
        }
        clock::sleep_until(clock::now_ns() + clock::ns(LOOK))?;
    }
    let played: Vec<_> = games.into_iter().map(Game::played).collect::<Result<_>>()?;
    played.try_into().map_err(|_| failed("one is missing"))
}

/// A game in windows, beside the window of the lab. Dropped, it is ended, and its windows with it.
pub(super) struct Shown(ChildProcess);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.signal(Signal::TERM);
        // One that does not end by itself is killed. What ended the lab is worth more to know than what went wrong after it.
        let _ended = self.0.ended_by(Instant::now() + LEAVE);
        let _killed = end_all([&self.0]);
    }
}

/// Opens such a game with the inspector, if the student sits at a window. It goes on until the student closes it, or the lab ends.
///
/// # Errors
/// [`Error::System`], for example at a limit of processes.
pub(super) fn show_in_windows(stage: &mut Stage<'_>, seed: u64, case: Case) -> Result<Option<Shown>> {
    if !stage.is_at_a_window() {
        return Ok(None);
    }
    let mut command = ourselves(&["--inspect", "--stall", "500ms"]);
    command.args(["--seed", &seed.to_string(), "--flaw", &case.code(seed).to_string()]);
    // What it reports is of a game that is not to be reported to anybody.
    command.stderr(Stdio::null());
    let name = "the game of the lab in windows".to_owned();
    let (launcher, _no_streams) = start(command, std::iter::empty(), name)?;
    stage.note(format!(
        "the game with the flaw, seed {seed}, opens in windows beside this one, with the inspector: click Start there to play it"
    ));
    Ok(Some(Shown(launcher)))
}

/// The launchers, and what each has reported last.
fn show(stage: &mut Stage<'_>, games: &[Game]) {
    let process = |game: &Game| ProcessPicture {
        name: game.name.to_owned(),
        pid: game.launcher.pid,
        state: game.end.map_or_else(|| game.news.clone(), |end| format!("ended: {end}")),
        has_ball: game.end.is_none(),
    };
    stage.show(&Picture { processes: games.iter().map(process).collect(), cells: Vec::new() });
}

fn failed(why: &str) -> Error {
    Error::failed("play a game of the lab")(std::io::Error::other(why.to_owned()))
}

impl Game {
    fn start(seed: u64, plan: Plan, case: Case) -> Result<Self> {
        let (panes, hops) = (PANES.to_string(), plan.hops.to_string());
        let mut command = ourselves(&[
            "--headless",
            "--unpaced",
            "--panes",
            &panes,
            "--hops",
            &hops,
            "--for",
            LONGEST,
            "--stall",
            STALL,
            "--record",
            "-",
            "--json",
        ]);
        command.args(["--seed", &seed.to_string(), "--flaw", &case.code(seed).to_string()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let (launcher, streams) = start(command, std::iter::empty(), "a game of the lab".to_owned())?;
        let name = if case.flaw.is_some() { "game with the flaw" } else { "game that keeps the rules" };
        let mut game = Self {
            name,
            news: "its panes play".to_owned(),
            launcher,
            recording: Output::of(streams.stdout)?,
            lines: mpsc::channel().1,
            heard: Vec::new(),
            continue_at: None,
            end: None,
        };
        game.lines = hear(streams.stderr)?;
        Ok(game)
    }

    /// What it has reported, and whether it has ended; true if there is something new. A stopped process goes on.
    fn look(&mut self, stage: &mut Stage<'_>) -> Result<bool> {
        let mut has_changed = false;
        while let Ok(line) = self.lines.try_recv() {
            let said = line.strip_prefix("tripong: ").filter(|said| !said.starts_with(RECORDED));
            if let Some(said) = said {
                stage.note(format!("launcher {} reports: {said}", self.launcher.pid));
                (self.news, has_changed) = (said.to_owned(), true);
            }
            if line.contains(RECALLED) {
                self.continue_at = Some(Instant::now() + PAUSE);
            }
            self.heard.push(line);
        }
        if self.continue_at.take_if(|at| Instant::now() >= *at).is_some() {
            let continued = continue_the_stopped(self.launcher.pid);
            continued
                .iter()
                .for_each(|pid| stage.note(format!("the stopped process {pid} goes on (SIGCONT)")));
        }
        if self.end.is_none() {
            self.end = self.launcher.reaped()?;
            has_changed |= self.end.is_some();
        }
        Ok(has_changed)
    }

    fn played(mut self) -> Result<Played> {
        let end = self.end.ok_or_else(|| failed("it has not ended"))?;
        // All of its processes have ended, and with them the pipe.
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.heard.push(line);
        }
        let (reports, lines): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.heard).into_iter().partition(|line| line.starts_with('{'));
        let report = reports.first().and_then(|line| serde_json::from_str(line).ok());
        let report = report.ok_or_else(|| {
            failed(&format!("it has no report: {}", lines.last().map_or("", String::as_str)))
        })?;
        let recording = in_memory(&self.recording.all())?;
        Ok(Played { end, report, recording })
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        if self.end.is_none() {
            // What ended the lab is worth more to know than what went wrong after it.
            let _ended = end_all([&self.launcher]);
        }
    }
}

/// Reads lines, in a thread of its own, so that a full pipe stops no launcher.
fn hear(stderr: Option<ChildStderr>) -> Result<Receiver<String>> {
    let (sender, lines) = mpsc::channel();
    let read = move || {
        let all =
            stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).lines().map_while(|line| line.ok()));
        // Nobody hears it any more: then it is not wanted.
        all.map_while(|line| sender.send(line).ok()).for_each(drop);
    };
    let started = thread::Builder::new().name("listener".to_owned()).spawn(read);
    started.map_err(Error::system("start a thread that reads a pipe (clone3)"))?;
    Ok(lines)
}

/// Continues (SIGCONT) the stopped children of this process. Returns their pids.
fn continue_the_stopped(launcher: u32) -> Vec<i32> {
    let stats = procfs::process::all_processes()
        .into_iter()
        .flatten()
        .filter_map(|process| process.ok()?.stat().ok());
    let is_stopped =
        |stat: &procfs::process::Stat| stat.state == 'T' && stat.ppid.cast_unsigned() == launcher;
    let stopped = stats.filter(is_stopped).map(|stat| stat.pid);
    // One that has ended meanwhile needs none.
    stopped
        .filter(|pid| Pid::from_raw(*pid).is_some_and(|pid| kill_process(pid, Signal::CONT).is_ok()))
        .collect()
}

fn in_memory(bytes: &[u8]) -> Result<File> {
    let memfd = memfd_create("tripong-lab-recording", MFdFlags::MFD_CLOEXEC);
    let mut file =
        File::from(memfd.map_err(Error::system("create the memory of a recording (memfd_create)"))?);
    file.write_all(bytes).map_err(Error::system("write a recording into memory"))?;
    Ok(file)
}
