//! What went wrong, for a user who started the program without a terminal (by a double-click): a window says it, else
//! a notification of the desktop, and the journal in any case. Where stderr is read by somebody, nothing here happens.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead, BufReader, PipeReader, Read, Write};
use std::iter;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use zbus::blocking::Connection;
use zbus::zvariant::Value;

use crate::doctor::{self, JOURNAL};
use crate::error::{DOCTOR, Error, Result, exit};
use crate::platform::clock;
use crate::platform::outlet::Outlet;
use crate::supervisor::spawn;
use crate::ui;

/// So many of the last lines are shown: what went wrong is in the last one, what led to it in those before.
const LINES: usize = 8;
/// A line of more bytes than this goes on in the next one.
const LONGEST_LINE: u64 = 1000;
/// How long is waited for the desktop's notification service, and for what is still in the pipe at the end.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the doctor may look for a notification. In a window it takes the time that it needs.
const LOOK_PATIENCE: Duration = Duration::from_secs(20);
/// So long a line waits for whoever reads what is passed on.
const UNHEARD_PATIENCE: Duration = Duration::from_millis(200);

/// Does the work. If nobody can read what is said on stderr meanwhile, and the work fails, the user is told otherwise,
/// before this returns. Takes and tells the exit code.
///
/// Must be called by the main thread, and the work is done by it.
pub fn attend(work: impl FnOnce() -> u8) -> u8 {
    // Without an ear the work is worth doing all the same.
    let Some(ear) = (!is_read()).then(Ear::open).and_then(io::Result::ok) else { return work() };
    let code = work();
    let text = ear.close();
    // Who stops the game by a signal knows it.
    if code != 0 && code < exit::SIGNAL_BASE {
        tell(&text);
    }
    code
}

/// Whether somebody reads stderr: on a terminal, at the other end of a pipe, where it was redirected to on a terminal, or
/// later in a file. Only a desktop's own file (`~/.xsession-errors`) is read by nobody.
fn is_read() -> bool {
    let kind = metadata_of(io::stderr()).map(|metadata| metadata.file_type());
    let is_pipe = kind.is_some_and(|kind| kind.is_fifo());
    let is_file = kind.is_some_and(|kind| kind.is_file());
    let is_on_desktop = std::env::var_os("XDG_CURRENT_DESKTOP").is_some();
    is_pipe || (is_file && !is_on_desktop) || File::open("/dev/tty").is_ok()
}

fn metadata_of(fd: impl AsFd) -> Option<std::fs::Metadata> {
    File::from(fd.as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

/// Hears what this process and its children say on stderr, and passes it on to where stderr went before.
struct Ear {
    before: OwnedFd,
    heard: Receiver<VecDeque<String>>,
}

impl Ear {
    fn open() -> io::Result<Self> {
        let before = io::stderr().as_fd().try_clone_to_owned()?;
        let (reader, writer) = io::pipe()?;
        let (tell, heard) = mpsc::channel();
        let pass_on_to = File::from(before.try_clone()?);
        let listen = move || {
            // Nobody waits for it any more if the send fails.
            let _late = tell.send(listen(reader, pass_on_to));
        };
        // Signals are for the main thread, which will choose how to hear them.
        let mask = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        let ear = thread::Builder::new().name("ear".to_owned()).spawn(listen);
        mask.thread_set_mask()?;
        ear?;
        nix::unistd::dup2_stderr(&writer)?;
        Ok(Self { before, heard })
    }

    /// Gives stderr back, and tells the last lines that were heard.
    fn close(self) -> String {
        // The last one who can write to the pipe lets go of it, so the listener reads its end.
        let is_back = nix::unistd::dup2_stderr(&self.before).is_ok();
        let lines = is_back.then(|| self.heard.recv_timeout(PATIENCE).ok()).flatten();
        lines.map(Vec::from).unwrap_or_default().join("\n")
    }
}

/// Reads to the end, and keeps the last lines.
fn listen(reader: PipeReader, pass_on_to: File) -> VecDeque<String> {
    let mut reader = BufReader::new(reader);
    let mut last = VecDeque::new();
    let mut line = Vec::new();
    while reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        // Where it went before may be nowhere, or be read by nobody.
        let _unheard = Outlet::to(&pass_on_to).write_within(&mut line.as_slice(), UNHEARD_PATIENCE);
        last.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
        if last.len() > LINES {
            last.pop_front();
        }
        line.clear();
    }
    last
}

/// Tells the user at once: in the journal, and in a window or else by a notification. Who has no terminal cannot ask the
/// doctor, so where it may know more, what it finds is added as it finds it.
fn tell(text: &str) {
    if !is_the_journal(io::stderr()) {
        // A system without a journal has none to be told.
        let _no_journal = write_to_journal(Path::new(JOURNAL), text);
    }
    // The game is over: a signal ends this process as it ends any other.
    let _still_blocked = SigSet::all().thread_unblock();
    // The window asks the doctor by itself.
    let is_seen = spawn::show_notice(text).unwrap_or(false);
    if is_seen {
        return;
    }
    let shown = notify(text, 0);
    if let Some(shown) = shown.filter(|_| is_for_the_doctor(text)) {
        let findings = findings_within(LOOK_PATIENCE);
        if !findings.is_empty() {
            let _replaced = notify(&[&[text.to_owned()], findings.as_slice()].concat().join("\n\n"), shown);
        }
    }
}

fn is_for_the_doctor(text: &str) -> bool {
    text.contains(DOCTOR)
}

/// Has the doctor look, in a thread of its own; tells what it finds as it finds it, and wakes somebody each time and at the end.
fn ask_the_doctor(wake: impl Fn() + Send + 'static) -> Option<Receiver<String>> {
    let (tell, told) = mpsc::channel();
    let look = move || {
        for finding in doctor::obstacles() {
            if tell.send(finding).is_err() {
                // Nobody wants to know any more.
                return;
            }
            wake();
        }
        drop(tell);
        wake();
    };
    thread::Builder::new().name("doctor".to_owned()).spawn(look).ok().map(|_never_joined| told)
}

/// What the doctor finds in this time.
fn findings_within(patience: Duration) -> Vec<String> {
    let deadline = Instant::now() + patience;
    let findings = ask_the_doctor(|| ());
    let next = || findings.as_ref()?.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok();
    iter::from_fn(next).collect()
}

/// Whether stderr is a connection to the journal; systemd says so in `JOURNAL_STREAM`, as device and inode.
fn is_the_journal(stderr: impl AsFd) -> bool {
    let connection = metadata_of(stderr).map(|metadata| format!("{}:{}", metadata.dev(), metadata.ino()));
    std::env::var("JOURNAL_STREAM").is_ok_and(|stream| Some(stream) == connection)
}

fn write_to_journal(socket: &Path, text: &str) -> io::Result<()> {
    // A value of several lines comes with its length, in eight bytes.
    let mut entry = b"PRIORITY=3\nSYSLOG_IDENTIFIER=tripong\nMESSAGE\n".to_vec();
    entry.extend((text.len() as u64).to_le_bytes());
    entry.extend(text.as_bytes());
    entry.push(b'\n');
    let to_journal = UnixDatagram::unbound()?;
    // A journal that hangs takes nothing, and is not waited for.
    to_journal.set_nonblocking(true)?;
    to_journal.send_to(&entry, socket).map(drop)
}

/// Asks the desktop to show it, in place of the notification of that number; tells its number. A desktop that does not answer
/// is not waited for.
fn notify(text: &str, replaces: u32) -> Option<u32> {
    let body = escaped(text);
    // Where there is no desktop, nobody is left to be told.
    clock::within(PATIENCE, move || ask_desktop_to_show(&body, replaces).ok()).flatten()
}

/// The call `Notify` of the [notification service](https://specifications.freedesktop.org/notification-spec/).
fn ask_desktop_to_show(body: &str, replaces: u32) -> zbus::Result<u32> {
    const SERVICE: &str = "org.freedesktop.Notifications";
    let (never_expires, critical) = (0_i32, Value::U8(2));
    let no_actions: &[&str] = &[];
    let hints = HashMap::from([("urgency", critical)]);
    let arguments =
        ("tripong", replaces, ui::APP_ID, "tripong could not go on", body, no_actions, hints, never_expires);
    let path = "/org/freedesktop/Notifications";
    let answer =
        Connection::session()?.call_method(Some(SERVICE), path, Some(SERVICE), "Notify", &arguments)?;
    answer.body().deserialize()
}

/// The body of a notification may have a little markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The process that shows the text, which comes on stdin, in a window until it is closed.
///
/// # Errors
/// [`Error::NoDisplay`] if no window can be shown.
pub fn run() -> Result<()> {
    // It has nothing to say any more once the process that speaks through it has been stopped.
    set_pdeathsig(Signal::SIGTERM)
        .map_err(Error::system("ask for a signal at the launcher's death (prctl)"))?;
    let text =
        io::read_to_string(io::stdin()).map_err(Error::system("read what is to be shown from stdin"))?;
    let asks = is_for_the_doctor(&text);
    ui::run_notice(text, |wake| {
        // The launcher waits for this, for a while. If it does not any more, it has told it otherwise.
        let _late = writeln!(io::stdout(), "open");
        asks.then(|| ask_the_doctor(wake)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn of_what_is_heard_all_is_passed_on_and_the_last_lines_are_kept() {
        let (reader, mut writer) = io::pipe().unwrap();
        let (mut passed_on, pass_on_to) = io::pipe().unwrap();
        let lines: Vec<_> = (0..LINES + 3).map(|line| format!("line {line}")).collect();
        writer.write_all(lines.join("\n").as_bytes()).unwrap();
        drop(writer);
        let last = listen(reader, File::from(OwnedFd::from(pass_on_to)));
        assert_eq!(Vec::from(last), lines[3..]);
        let mut text = String::new();
        passed_on.read_to_string(&mut text).unwrap();
        assert_eq!(text, lines.join("\n"));
    }

    #[test]
    fn what_nobody_reads_any_more_is_heard_all_the_same() {
        let (reader, mut writer) = io::pipe().unwrap();
        let (_unread, full) = io::pipe().unwrap();
        let filled = Outlet::to(&full).write_within(&mut vec![b'x'; 10 << 20].as_slice(), Duration::ZERO);
        assert_eq!(filled.unwrap_err().kind(), io::ErrorKind::TimedOut);
        writer.write_all(b"one\ntwo\n").unwrap();
        drop(writer);
        assert_eq!(Vec::from(listen(reader, File::from(OwnedFd::from(full)))), ["one", "two"]);
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let (reader, writer) = io::pipe().unwrap();
        let write = move || {
            let mut writer = writer;
            (0..100).for_each(|_| writer.write_all(&[b'x'; 10_000]).unwrap());
        };
        let writing = thread::spawn(write);
        let last = listen(reader, File::options().write(true).open("/dev/null").unwrap());
        writing.join().unwrap();
        assert_eq!(last.iter().map(String::len).collect::<Vec<_>>(), [1000; LINES]);
    }

    #[test]
    fn the_journal_is_given_all_lines_in_one_entry() {
        let folder = std::env::temp_dir().join(format!("tripong-journal-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("socket");
        let journal = UnixDatagram::bind(&path).unwrap();
        write_to_journal(&path, "one\ntwo").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let mut entry = [0; 200];
        let length = journal.recv(&mut entry).unwrap();
        let expected = b"PRIORITY=3\nSYSLOG_IDENTIFIER=tripong\nMESSAGE\n\x07\0\0\0\0\0\0\0one\ntwo\n";
        assert_eq!(&entry[..length], expected);
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(escaped("a <b> & c"), "a &lt;b&gt; &amp; c");
    }
}
