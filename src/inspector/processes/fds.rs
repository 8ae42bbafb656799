//! The open fds of the processes of a game, and what each of them is.
//!
//! A pane inherits its first fds at known numbers ([`crate::platform::fds`]); all others are told by what they are, and by who else
//! has the same: the two ends of a pipe have one inode number, and an eventfd has one number in every process.

use std::collections::BTreeMap;
use std::io::Read;

use nix::libc;
use procfs::process::{FDPermissions, FDTarget, Process};
use serde::Serialize;

use super::Role;
use crate::game::{Court, PaneId};
use crate::platform::fds;

/// An open fd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fd {
    /// Its number in its process.
    pub number: i32,
    /// What sort of thing it is.
    pub kind: Kind,
    /// What can be done with it.
    pub access: Access,
    /// What the link in /proc says.
    pub target: String,
    /// What it is in the game, for people.
    pub meaning: String,
}

/// What sort of thing an fd is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Anonymous memory with a name of its own.
    Memfd,
    /// One end of a pipe.
    Pipe,
    /// A counter that can be polled.
    Eventfd,
    /// A socket that keeps packets apart and in order.
    Seqpacket,
    /// A socket that is a stream of bytes.
    Stream,
    /// A socket of another or an unknown type.
    Socket,
    /// Another process, whose end can be polled.
    Pidfd,
    /// Signals that can be read.
    Signalfd,
    /// A set of fds that is waited for.
    Epoll,
    /// A device.
    Device,
    /// A file.
    File,
    /// Anything else.
    Other,
}

/// In which direction an fd can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// To read from.
    Read,
    /// To write to.
    Write,
    /// Both.
    Both,
}

/// What is the same in two processes that share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The inode of a pipe: that of both its ends.
    Pipe(u64),
    /// The inode of a socket.
    Socket(u64),
    /// The number of an eventfd.
    Event(u64),
    /// The process that a pidfd means.
    Process(u32),
}

/// An fd as /proc shows it, before it is known who else has it.
#[derive(Debug, Clone)]
pub(super) struct RawFd {
    number: i32,
    kind: Kind,
    access: Access,
    target: String,
    key: Option<Key>,
}

/// All fds of one process.
pub(super) struct Holder {
    pub(super) role: Role,
    pub(super) pid: u32,
    pub(super) fds: Vec<RawFd>,
}

/// The types of the sockets seen so far: the list of all the machine's sockets is only read for a new one.
#[derive(Debug, Default)]
pub(super) struct SocketTypes(BTreeMap<u64, i32>);

/// The fds that a process has now, in the order of their numbers. None of a dead one.
pub(super) fn list(process: &Process) -> Vec<RawFd> {
    let infos = process.fd().into_iter().flatten().flatten();
    let fds = infos.map(|info| {
        let (kind, key) = sort_out(process, info.fd, &info.target);
        RawFd { number: info.fd, kind, access: access(info.mode()), target: as_linked(&info.target), key }
    });
    let mut fds: Vec<_> = fds.collect();
    fds.sort_by_key(|fd| fd.number);
    fds
}

/// Says what every fd is. The result has as many entries as `holders`, in their order.
pub(super) fn explain(holders: &[Holder], court: &Court, types: &mut SocketTypes) -> Vec<Vec<Fd>> {
    types.learn(holders);
    let explainer = Explainer { holders, court, common: common(holders, court) };
    let explain = |holder: &Holder| {
        let fds = holder.fds.iter().map(|fd| {
            let kind = types.kind(fd);
            let meaning = explainer.meaning(holder, fd, kind);
            Fd { number: fd.number, kind, access: fd.access, target: fd.target.clone(), meaning }
        });
        fds.collect()
    };
    holders.iter().map(explain).collect()
}

fn access(mode: FDPermissions) -> Access {
    match (mode.contains(FDPermissions::READ), mode.contains(FDPermissions::WRITE)) {
        (true, false) => Access::Read,
        (false, true) => Access::Write,
        _ => Access::Both,
    }
}

fn sort_out(process: &Process, number: i32, target: &FDTarget) -> (Kind, Option<Key>) {
    match target {
        FDTarget::MemFD(_) => (Kind::Memfd, None),
        FDTarget::Pipe(inode) => (Kind::Pipe, Some(Key::Pipe(*inode))),
        FDTarget::Socket(inode) => (Kind::Socket, Some(Key::Socket(*inode))),
        FDTarget::Path(path) if path.starts_with("/dev") => (Kind::Device, None),
        FDTarget::Path(_) => (Kind::File, None),
        FDTarget::Other(kind, _) | FDTarget::AnonInode(kind) => match kind.trim_matches(['[', ']']) {
            "eventfd" => (Kind::Eventfd, info(process, number, "eventfd-id").map(Key::Event)),
            "pidfd" => {
                let pid = info(process, number, "Pid").and_then(|pid| u32::try_from(pid).ok());
                (Kind::Pidfd, pid.map(Key::Process))
            }
            "signalfd" => (Kind::Signalfd, None),
            "eventpoll" => (Kind::Epoll, None),
            _ => (Kind::Other, None),
        },
        FDTarget::Net(_) | FDTarget::Unknown(..) => (Kind::Other, None),
    }
}

/// A number in the fd's `fdinfo`.
fn info(process: &Process, number: i32, name: &str) -> Option<u64> {
    let mut text = String::new();
    process.open_relative(format!("fdinfo/{number}")).ok()?.read_to_string(&mut text).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    value.trim().parse().ok()
}

/// What the link says, put together again.
fn as_linked(target: &FDTarget) -> String {
    match target {
        FDTarget::Path(path) => path.display().to_string(),
        FDTarget::Socket(inode) => format!("socket:[{inode}]"),
        FDTarget::Net(inode) => format!("net:[{inode}]"),
        FDTarget::Pipe(inode) => format!("pipe:[{inode}]"),
        FDTarget::AnonInode(kind) => format!("anon_inode:{kind}"),
        FDTarget::MemFD(name) => format!("/memfd:{name}"),
        FDTarget::Other(kind, inode) => format!("{kind}:[{inode}]"),
        FDTarget::Unknown(kind, rest) => format!("{kind}:{rest}"),
    }
}

impl SocketTypes {
    fn learn(&mut self, holders: &[Holder]) {
        let sockets: Vec<_> = holders.iter().flat_map(|holder| &holder.fds).filter_map(socket).collect();
        self.0.retain(|inode, _| sockets.contains(inode));
        if sockets.iter().any(|inode| !self.0.contains_key(inode)) {
            let types: BTreeMap<_, _> = procfs::net::unix()
                .into_iter()
                .flatten()
                .map(|entry| (entry.inode, i32::from(entry.socket_type)))
                .collect();
            // One that is not in the list (it is no Unix socket) is not looked for again and again.
            self.0 =
                sockets.into_iter().map(|inode| (inode, types.get(&inode).copied().unwrap_or(0))).collect();
        }
    }

    fn kind(&self, fd: &RawFd) -> Kind {
        match socket(fd).and_then(|inode| self.0.get(&inode)) {
            Some(&libc::SOCK_SEQPACKET) => Kind::Seqpacket,
            Some(&libc::SOCK_STREAM) => Kind::Stream,
            Some(_) | None => fd.kind,
        }
    }
}

fn socket(fd: &RawFd) -> Option<u64> {
    if let Some(Key::Socket(inode)) = fd.key { Some(inode) } else { None }
}

/// What all processes of the game have in common, as the panes have it at its number.
fn common(holders: &[Holder], court: &Court) -> BTreeMap<Key, String> {
    let mut common = BTreeMap::new();
    for holder in holders {
        if let Role::Pane(me) = holder.role {
            let inherited = holder.fds.iter().filter_map(|fd| Some((fd.key?, inherited(fd, me, court)?)));
            common.extend(inherited.map(|(key, meaning)| (key, meaning.replace(" (its own)", ""))));
        }
    }
    common
}

/// What the fd of a pane is by its number, if it is of the right sort.
fn inherited(fd: &RawFd, me: PaneId, court: &Court) -> Option<String> {
    let meaning = match (fd.number, fd.kind) {
        (fds::LIFELINE, Kind::Pipe) => "lifeline: its end of file is the launcher's death".to_owned(),
        (fds::ATTENTION, Kind::Eventfd) => "the supervisor's bell".to_owned(),
        (fds::WIRE, Kind::Socket) => "wire: new links come over it from the launcher".to_owned(),
        (number, Kind::Eventfd) => {
            let pane = court.all_panes().find(|pane| number == fds::BELLS + i32::from(pane.0))?;
            let own = if pane == me { " (its own)" } else { "" };
            format!("bell of the {} pane{own}", court.name(pane))
        }
        _ => return None,
    };
    Some(meaning)
}

/// Says what an fd is, from what all have open.
struct Explainer<'a> {
    holders: &'a [Holder],
    court: &'a Court,
    common: BTreeMap<Key, String>,
}

impl Explainer<'_> {
    fn meaning(&self, holder: &Holder, fd: &RawFd, kind: Kind) -> String {
        let standard = ["standard input", "standard output", "standard error"];
        if let Some(name) = usize::try_from(fd.number).ok().and_then(|number| standard.get(number)) {
            return (*name).to_owned();
        }
        if fd.target.starts_with("/memfd:tripong ") || fd.target == "/memfd:tripong" {
            return "the Region: the memory that all processes share".to_owned();
        }
        if fd.target.starts_with("/memfd:tripong-desk") {
            return "the desk: here the inspector asks the supervisor for deeds".to_owned();
        }
        if let Role::Pane(me) = holder.role
            && let Some(meaning) = inherited(fd, me, self.court)
        {
            return meaning;
        }
        if kind == Kind::Pipe {
            return self.meaning_of_pipe(holder, fd);
        }
        match fd.key.and_then(|key| self.common.get(&key)) {
            Some(meaning) => meaning.clone(),
            None => self.meaning_by_kind(holder, fd, kind),
        }
    }

    fn meaning_by_kind(&self, holder: &Holder, fd: &RawFd, kind: Kind) -> String {
        let meaning = match (kind, holder.role) {
            (Kind::Seqpacket, Role::Pane(_)) => "link to a neighbour, socket",
            (Kind::Seqpacket, Role::Launcher) => "wire to a pane, the launcher's end",
            (Kind::Stream, _) => "connection to the display or the desktop",
            (Kind::Pidfd, _) => return self.meaning_of_pidfd(fd),
            (Kind::Signalfd, _) => "signals that end the game",
            (Kind::Epoll | Kind::Eventfd, _) => "event loop",
            (Kind::Device, _) if fd.target.starts_with("/dev/dri") => "GPU",
            (Kind::Device, _) if fd.target == "/dev/null" => "nothing",
            (Kind::Device, _) => "device",
            (Kind::Memfd, _) => "memory of the display or the GPU",
            (Kind::File, _) => "file",
            (Kind::Socket, _) => "socket",
            _ => "other",
        };
        meaning.to_owned()
    }

    fn meaning_of_pidfd(&self, fd: &RawFd) -> String {
        let child = self.holders.iter().find(|holder| fd.key == Some(Key::Process(holder.pid)));
        match child {
            Some(child) => format!("tells the end of the process of {}", child.role.with_article(self.court)),
            None => "tells the end of a process".to_owned(),
        }
    }

    fn meaning_of_pipe(&self, holder: &Holder, fd: &RawFd) -> String {
        let end = match fd.access {
            Access::Read => "reading end",
            Access::Write | Access::Both => "writing end",
        };
        if let Some(lifeline) = fd.key.and_then(|key| self.common.get(&key)) {
            return format!("{lifeline}; {end}");
        }
        let direction = if fd.access == Access::Read { "from" } else { "to" };
        let other_end = |other: &&RawFd| other.key == fd.key && other.access != fd.access;
        if holder.fds.iter().any(|other| other_end(&other)) {
            return format!("pipe within the process, {end}");
        }
        let others = self.holders.iter().filter(|other| other.fds.iter().any(|fd| other_end(&fd)));
        match others.map(|other| other.role.with_article(self.court)).next() {
            Some(other) => format!("pipe {direction} {other}, {end}"),
            None => format!("pipe whose other end no process of the game has open, {end}"),
        }
    }
}
