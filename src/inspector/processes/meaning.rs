//! What the open fds of the processes are in the game.
//!
//! A pane inherits its first fds at known numbers ([`crate::platform::fds`]); all others are known by what they are, and by which other process
//! has the same: the two ends of a pipe have one inode number, and an eventfd has one number in every process.

use std::collections::BTreeMap;

use super::fds::{Access, Fd, Key, Kind, RawFd, SocketTypes};
use super::process::ProcessRole;
use crate::game::{Court, PaneId};
use crate::platform::fds;

/// All fds of one process.
pub(super) struct Holder {
    pub(super) role: ProcessRole,
    pub(super) pid: u32,
    pub(super) fds: Vec<RawFd>,
}

/// Explains every fd. The result has as many entries as `holders`, in their order.
pub(super) fn explain(holders: &[Holder], court: &Court, types: &mut SocketTypes) -> Vec<Vec<Fd>> {
    types.learn(holders.iter().flat_map(|holder| &holder.fds));
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

/// What all processes of the game have in common, as the panes have it at its number.
fn common(holders: &[Holder], court: &Court) -> BTreeMap<Key, String> {
    let mut common = BTreeMap::new();
    for holder in holders {
        if let ProcessRole::Pane(me) = holder.role {
            let inherited = holder.fds.iter().filter_map(|fd| Some((fd.key?, inherited(fd, me, court)?)));
            common.extend(inherited.map(|(key, meaning)| (key, meaning.replace(" (its own)", ""))));
        }
    }
    common
}

/// What the fd of a pane is by its number, if it is of the right sort.
fn inherited(fd: &RawFd, me: PaneId, court: &Court) -> Option<String> {
    let meaning = match (fd.number, fd.kind) {
        (fds::PARENT_DEATH_PIPE, Kind::Pipe) => {
            "parent-death pipe: its end of file is the launcher's death".to_owned()
        }
        (fds::WAKEUP_EVENTFD, Kind::Eventfd) => "the supervisor's bell".to_owned(),
        (fds::CONTROL_SOCKET, Kind::Socket) => {
            "control socket: new links come over it from the launcher".to_owned()
        }
        (number, Kind::Eventfd) => {
            let pane = court.all_panes().find(|pane| number == fds::BELLS + i32::from(pane.0))?;
            let own = if pane == me { " (its own)" } else { "" };
            format!("bell of {}{own}", court.pane_name(pane))
        }
        _ => return None,
    };
    Some(meaning)
}

/// Explains an fd, by what all processes have open.
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
        if fd.target.starts_with("/memfd:tripong-request-page") {
            return "the request page: here the inspector asks the supervisor for actions".to_owned();
        }
        if let ProcessRole::Pane(me) = holder.role
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
            (Kind::Seqpacket, ProcessRole::Pane(_)) => "link to a neighbour, socket",
            (Kind::Seqpacket, ProcessRole::Launcher) => "control socket to a pane, the launcher's end",
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
            Some(child) => {
                format!("reports the end of the process of {}", child.role.with_article(self.court))
            }
            None => "reports the end of a process".to_owned(),
        }
    }

    fn meaning_of_pipe(&self, holder: &Holder, fd: &RawFd) -> String {
        let end = match fd.access {
            Access::Read => "reading end",
            Access::Write | Access::Both => "writing end",
        };
        if let Some(parent_death_pipe) = fd.key.and_then(|key| self.common.get(&key)) {
            return format!("{parent_death_pipe}; {end}");
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
