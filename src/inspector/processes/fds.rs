//! The open fds of a process, as /proc shows them.

use std::collections::BTreeMap;
use std::io::Read;

use nix::libc;
use procfs::process::{FDPermissions, FDTarget, Process};
use serde::Serialize;

/// An open fd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fd {
    /// Its number in its process.
    pub number: i32,
    /// What sort of thing it is.
    pub kind: Kind,
    /// What can be done with it.
    pub access: Access,
    /// The link in /proc.
    pub target: String,
    /// What it is in the game, for people.
    pub meaning: String,
}

/// What sort of thing an fd is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
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

/// An fd as /proc shows it, before it is known which other process has it.
#[derive(Debug, Clone)]
pub(super) struct RawFd {
    pub(super) number: i32,
    pub(super) kind: Kind,
    pub(super) access: Access,
    pub(super) target: String,
    pub(super) key: Option<Key>,
}

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

/// The text of the link, put together again.
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

/// The types of the sockets seen so far: the list of all the machine's sockets is only read for a new one.
#[derive(Debug, Default)]
pub(super) struct SocketTypes(BTreeMap<u64, i32>);

impl SocketTypes {
    pub(super) fn learn<'a>(&mut self, fds: impl Iterator<Item = &'a RawFd>) {
        let sockets: Vec<_> = fds.filter_map(socket).collect();
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

    pub(super) fn kind(&self, fd: &RawFd) -> Kind {
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
