//! Fds that one process sends to another over a socket (`SCM_RIGHTS`).

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Result;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

/// The most fds of one message.
const MOST: usize = 3;

/// Two ends of a socket that keeps messages apart. Neither blocks.
///
/// # Errors
/// Those of socketpair(2).
pub(crate) fn socket() -> Result<(OwnedFd, OwnedFd)> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
}

/// Sends a message of these bytes and these fds, of which there are at most [`MOST`].
///
/// # Errors
/// Those of sendmsg(2).
pub(crate) fn send(socket: impl AsFd, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let has_room = control.push(SendAncillaryMessage::ScmRights(fds));
    debug_assert!(has_room, "the space is that of {MOST} fds");
    sendmsg(socket, &[IoSlice::new(bytes)], &mut control, SendFlags::NOSIGNAL).map(drop)
}

/// Receives a message: how many bytes it has, and its fds. At a limit of fds the message comes without some of them.
///
/// # Errors
/// Those of recvmsg(2).
pub(crate) fn receive(socket: impl AsFd, bytes: &mut [u8]) -> Result<(usize, Vec<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(socket, &mut [IoSliceMut::new(bytes)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let fds = control.drain().flat_map(|message| match message {
        RecvAncillaryMessage::ScmRights(fds) => fds.collect(),
        _ => Vec::new(),
    });
    Ok((received.bytes, fds.collect()))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn a_message_brings_its_bytes_and_its_fds() {
        let (ours, theirs) = socket().unwrap();
        let (mut reader, writer) = std::io::pipe().unwrap();
        send(&ours, b"one", &[writer.as_fd(), ours.as_fd()]).unwrap();
        drop(writer);
        let mut bytes = [0; 8];
        let (length, fds) = receive(&theirs, &mut bytes).unwrap();
        assert_eq!((&bytes[..length], fds.len()), (b"one".as_slice(), 2));
        let mut fds = fds.into_iter();
        File::from(fds.next().unwrap()).write_all(b"by it").unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "by it", "and no other writer is left open");
    }

    #[test]
    fn nothing_is_waited_for_and_the_end_is_a_message_of_no_bytes() {
        let (ours, theirs) = socket().unwrap();
        assert_eq!(receive(&theirs, &mut [0]).unwrap_err(), rustix::io::Errno::AGAIN);
        drop(ours);
        assert_eq!(receive(&theirs, &mut [0]).unwrap().0, 0);
    }
}
