//! What such a process is asked for, and what it answers: a line of JSON each.

use serde::{Deserialize, Serialize};

use crate::protocol::End;

/// A system call, or a few. A link is meant by its place among those that the process was started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lab) enum Call {
    /// `read`, once, with room for so many bytes.
    Read { link: usize, room: usize },
    /// `read` again and again, until so many bytes have come, or the end of the file.
    ReadAll { link: usize, bytes: usize },
    /// `recvmsg`, once, which also says whether a message was cut.
    Receive { link: usize, room: usize },
    /// `recv` with the flag `MSG_TRUNC`, once.
    ReceiveLength { link: usize, room: usize },
    /// `write`, so many times, each with so many bytes. Those of one write are all the same letter; the next write has the next
    /// letter, then it is this one again.
    Write { link: usize, letter: char, bytes: usize, times: usize },
    /// `send`, once: a message without bytes is sent too.
    Send { link: usize, letter: char, bytes: usize },
    /// `write` again and again, until one does not take all.
    Fill { link: usize, bytes: usize },
    /// `close`.
    Close { link: usize },
    /// From now on the link does not wait (`O_NONBLOCK`).
    DoNotWait { link: usize },
    /// From now on SIGPIPE does what it does by default.
    DieOfSigpipe,
    /// Sends so many bytes and receives so many, by this rule.
    Exchange { rule: Rule, output: usize, send: usize, input: usize, expect: usize },
}

/// In which order a process sends and receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lab) enum Rule {
    /// Writes all, then reads all.
    WriteFirst,
    /// Reads all, then writes all.
    ReadFirst,
    /// Writes without waiting, again and again, until all is written; then reads all.
    TryAgain,
    /// Whatever is possible now: poll, then read or write.
    Both,
}

/// What is asked for, with its number: the process notes that it has begun with it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// Which process: it has words of its own in the memory of the lab.
    pub(super) place: usize,
    /// Which call, from 1.
    pub(super) number: u64,
    /// It.
    pub(super) call: Call,
}

/// So many bytes with the same letter, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lab) struct Run {
    /// The letter.
    pub(in crate::lab) letter: char,
    /// How often.
    pub(in crate::lab) bytes: usize,
}

/// What came of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lab) struct Reply {
    /// What it returned; of several calls, how many bytes in all.
    pub(in crate::lab) bytes: u64,
    /// How many calls returned without an error.
    pub(in crate::lab) calls: u64,
    /// The error of the last call: `EPIPE`; empty for none.
    pub(in crate::lab) error: String,
    /// `recvmsg` has set the flag `MSG_TRUNC`.
    pub(in crate::lab) is_cut: bool,
    /// What was read.
    pub(in crate::lab) runs: Vec<Run>,
}

impl Reply {
    /// In words: `returned 5`, `failed: EPIPE`.
    pub(in crate::lab) fn words(&self) -> String {
        match self.error.as_str() {
            "" => format!("returned {}", self.bytes),
            error => format!("failed: {error}"),
        }
    }
}

/// How a call has ended, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lab) enum Ended {
    /// It has returned.
    Returned(Reply),
    /// The process has died in it.
    Died(End),
    /// The process sleeps in it; by what that was seen.
    Asleep(&'static str),
}

impl Ended {
    /// What it returned, if it did.
    pub(in crate::lab) fn reply(&self) -> Option<&Reply> {
        if let Self::Returned(reply) = self { Some(reply) } else { None }
    }

    /// Whether the process sleeps in it.
    pub(in crate::lab) fn is_asleep(&self) -> bool {
        matches!(self, Self::Asleep(_))
    }

    /// In words.
    pub(in crate::lab) fn words(&self) -> String {
        match self {
            Self::Returned(reply) => reply.words(),
            Self::Died(End::Signal(13)) => "died of SIGPIPE".to_owned(),
            Self::Died(end) => format!("died ({end})"),
            Self::Asleep(_) => "waits".to_owned(),
        }
    }
}

impl Call {
    /// The system call in which it may sleep, and the link.
    pub(in crate::lab) fn sleeps(&self) -> Option<(&'static str, usize)> {
        match self {
            Self::Read { link, .. } | Self::ReadAll { link, .. } => Some(("read", *link)),
            Self::Receive { link, .. } => Some(("recvmsg", *link)),
            Self::ReceiveLength { link, .. } => Some(("recvfrom", *link)),
            Self::Write { link, .. } | Self::Fill { link, .. } => Some(("write", *link)),
            Self::Send { link, .. } => Some(("sendto", *link)),
            _ => None,
        }
    }
}
