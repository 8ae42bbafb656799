//! Stderr: whether somebody reads it, and a tee that keeps its last lines.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, PipeReader, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{SigSet, SigmaskHow};

use crate::platform::outlet::Outlet;

/// So many of the last lines are shown: what went wrong is in the last one, what led to it in those before.
const LINES: usize = 8;
/// A line of more bytes than this goes on in the next one.
const LONGEST_LINE: u64 = 1000;
/// How long is waited for what is still in the pipe at the end.
const PATIENCE: Duration = Duration::from_secs(5);
/// So long a line waits for the reader of what is passed on.
const READER_PATIENCE: Duration = Duration::from_millis(200);

/// Whether somebody reads stderr: on a terminal, at the other end of a pipe, where it was redirected to on a terminal, or
/// later in a file. Only a desktop's own file (`~/.xsession-errors`) is read by nobody.
pub(super) fn is_read() -> bool {
    let kind = metadata_of(io::stderr()).map(|metadata| metadata.file_type());
    let is_pipe = kind.is_some_and(|kind| kind.is_fifo());
    let is_file = kind.is_some_and(|kind| kind.is_file());
    let is_on_desktop = std::env::var_os("XDG_CURRENT_DESKTOP").is_some();
    is_pipe || (is_file && !is_on_desktop) || File::open("/dev/tty").is_ok()
}

/// What is known of the file behind an fd.
pub(super) fn metadata_of(fd: impl AsFd) -> Option<std::fs::Metadata> {
    File::from(fd.as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

/// Reads what this process and its children write to stderr, and passes it on to where stderr went before.
pub(super) struct StderrTee {
    before: OwnedFd,
    last_lines: Receiver<VecDeque<String>>,
}

impl StderrTee {
    pub(super) fn open() -> io::Result<Self> {
        let before = io::stderr().as_fd().try_clone_to_owned()?;
        let (reader, writer) = io::pipe()?;
        let (sender, last_lines) = mpsc::channel();
        let pass_on_to = File::from(before.try_clone()?);
        let listen = move || {
            // Nobody waits for it any more if the send fails.
            let _late = sender.send(listen(reader, pass_on_to));
        };
        // Signals are for the main thread, which chooses how to wait for them.
        let mask = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        let tee = thread::Builder::new().name("stderr-tee".to_owned()).spawn(listen);
        mask.thread_set_mask()?;
        tee?;
        nix::unistd::dup2_stderr(&writer)?;
        Ok(Self { before, last_lines })
    }

    /// Gives stderr back, and returns the last lines.
    pub(super) fn close(self) -> String {
        // Closes the last writing end of the pipe, so the listener reads its end.
        let is_back = nix::unistd::dup2_stderr(&self.before).is_ok();
        let lines = is_back.then(|| self.last_lines.recv_timeout(PATIENCE).ok()).flatten();
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
        let _unread = Outlet::to(&pass_on_to).write_within(&mut line.as_slice(), READER_PATIENCE);
        last.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
        if last.len() > LINES {
            last.pop_front();
        }
        line.clear();
    }
    last
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn all_is_passed_on_and_the_last_lines_are_kept() {
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
    fn lines_that_nobody_reads_any_more_are_kept_all_the_same() {
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
}
