//! What carries bytes from process to process.

mod files;
mod joined;
mod packets;
mod queues;

use std::io;

pub(super) use self::files::Files;
pub(super) use self::joined::Joined;
pub(super) use self::packets::Packets;
pub(super) use self::queues::Queues;

/// What carries bytes from process to process. Each call blocks until all of them are gone, or there.
pub(super) trait Channel {
    /// One message. It may stay here until it is flushed.
    fn send(&mut self, to: usize, bytes: &[u8]) -> io::Result<()>;

    /// All that was sent to this process is gone.
    fn flush(&mut self, _to: usize) -> io::Result<()> {
        Ok(())
    }

    /// One message.
    fn receive(&mut self, from: usize, bytes: &mut [u8]) -> io::Result<()>;
}

/// # Errors
/// A message that is shorter than it should be.
fn whole(found: usize, expected: usize) -> io::Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, format!("{found} bytes of {expected}")))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::fs::File;
    use std::io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, UnexpectedEof, WouldBlock};

    use super::*;
    use crate::bench::key::RowKey;
    use crate::bench::mechanism::Mechanism;
    use crate::bench::placement::Placement;
    use crate::bench::transport::links::link;
    use crate::protocol::doorbell::Wait;

    /// The channel of process 0, whose peer has ended. Its fds do not block.
    fn with_a_dead_peer(mechanism: Mechanism) -> Option<Box<dyn Channel>> {
        let key = RowKey::latency(mechanism, Wait::Block, Placement::Unpinned, 2, 8);
        let [mine, _theirs] = link(&key).ok()?;
        for fd in &mine {
            let flags = rustix::fs::fcntl_getfl(fd).unwrap();
            rustix::fs::fcntl_setfl(fd, flags | rustix::fs::OFlags::NONBLOCK).unwrap();
        }
        let files = Files::new(&key, 0, mine.into_iter().map(File::from).collect());
        Some(match mechanism {
            Mechanism::Mqueue => Box::new(Queues::new(files)),
            Mechanism::Socket | Mechanism::Datagram | Mechanism::Udp => Box::new(Packets(files)),
            _ => Box::new(files),
        })
    }

    #[test]
    fn a_dead_peer_shows_as_the_facts_have_it() {
        for mechanism in Mechanism::ALL.iter().copied().filter(|mechanism| !mechanism.is_in_memory()) {
            let says = mechanism.facts().peer_killed;
            // Where the kernel refuses it there is nothing to be seen.
            let Some(mut channel) = with_a_dead_peer(mechanism) else { continue };
            let read = channel.receive(1, &mut [0; 32]).unwrap_err().kind();
            let expected = if says.starts_with("end of file") { UnexpectedEof } else { WouldBlock };
            assert_eq!(read, expected, "{mechanism}: {says}");
            // What TCP and UDP have sent comes back as an error, and the next call returns it.
            let sent = (0..3).find_map(|_| channel.send(1, &[0; 32]).err()).map(|error| error.kind());
            let expected = match says {
                _ if says.contains("EPIPE") => Some(BrokenPipe),
                _ if says.contains("ECONNREFUSED") => Some(ConnectionRefused),
                _ => sent.filter(|kind| *kind == WouldBlock),
            };
            assert!(sent == expected || sent == Some(ConnectionReset), "{mechanism}: {says}: {sent:?}");
        }
    }
}
