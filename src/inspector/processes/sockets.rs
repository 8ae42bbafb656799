//! Of which type the sockets of the processes are.

use std::collections::BTreeMap;

use nix::libc;

use super::fds::{Key, Kind, RawFd};

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
