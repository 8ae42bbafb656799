//! What a mechanism can carry on this machine.

use rustix::net::sockopt;

use super::links::{link, queue_setting};
use super::message::HEADER_BYTES;
use crate::bench::key::RowKey;
use crate::bench::mechanism::Mechanism;
use crate::bench::placement::Placement;
use crate::protocol::doorbell::Wait;

/// Of the room for a packet of a Unix socket the kernel keeps this back.
const KEPT_BACK: usize = 32;
/// The largest UDP datagram over IPv4: 65,535 bytes with its two headers.
const LARGEST_DATAGRAM: usize = 65_507;
/// What a UDP datagram takes of the receiver's room beside its bytes, or a little more: headers and what the kernel keeps behind
/// them, and its own record of it.
const BEHIND: usize = 1024;
const RECORD: usize = 512;

impl Mechanism {
    /// The largest payload of a message here, in bytes: what the kernel takes in one piece. None where a message may go in parts,
    /// or stays in memory; then the bench has a limit of its own.
    pub fn max_bytes(self) -> Option<usize> {
        let whole = match self {
            Self::Socket | Self::Datagram => room_of_a_packet(self)?,
            Self::Udp => LARGEST_DATAGRAM,
            Self::Mqueue => queue_setting("msgsize_max")?,
            _ => return None,
        };
        Some(whole.saturating_sub(HEADER_BYTES) / 8 * 8)
    }
}

fn room_of_a_packet(mechanism: Mechanism) -> Option<usize> {
    let [ends, _] = link(&RowKey::latency(mechanism, Wait::Block, Placement::Unpinned, 2, 8)).ok()?;
    let room = sockopt::socket_send_buffer_size(ends.first()?).ok()?;
    Some(room.saturating_sub(KEPT_BACK))
}

/// Why the messages of a row cannot go by its mechanism, if they cannot.
pub(in crate::bench) fn why_not(key: &RowKey) -> Option<String> {
    if let Some(limit) = key.transport.max_bytes().filter(|limit| key.bytes > *limit) {
        return Some(format!("a message of {} may have {limit} bytes of payload at most", key.transport));
    }
    let room = datagrams(key)?;
    (key.in_flight > room).then(|| {
        format!(
            "of {} in flight the kernel may drop some: a UDP socket has room for {room} of them",
            key.in_flight
        )
    })
}

/// How many datagrams of a row a UDP socket holds, at least 1; the kernel drops those that come beyond.
fn datagrams(key: &RowKey) -> Option<usize> {
    let key_of_udp = Some(key).filter(|key| key.transport == Mechanism::Udp)?;
    let [ends, _] = link(key_of_udp).ok()?;
    let room = sockopt::socket_recv_buffer_size(ends.first()?).ok()?;
    // The kernel takes memory in powers of two.
    let one = (HEADER_BYTES + key.bytes + BEHIND).next_power_of_two() + RECORD;
    Some((room / one).max(1))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::bench::transport::channel::{Channel, Files, Packets, Queues};

    /// Sends one message from one end of a link to the other.
    fn pass(mechanism: Mechanism, bytes: usize) -> std::io::Result<()> {
        let key = RowKey::latency(mechanism, Wait::Block, Placement::Unpinned, 2, bytes);
        let ends = link(&key)?;
        let mut me = 0;
        let [mut one, mut other] = ends.map(|fds| {
            me += 1;
            let files = Files::new(&key, me - 1, fds.into_iter().map(File::from).collect());
            let channel: Box<dyn Channel> = match mechanism {
                Mechanism::Mqueue => Box::new(Queues::new(files)),
                _ => Box::new(Packets(files)),
            };
            channel
        });
        let mut message = vec![7; HEADER_BYTES + bytes];
        one.send(1, &message)?;
        message.fill(0);
        other.receive(0, &mut message)?;
        assert!(message.iter().all(|byte| *byte == 7), "{mechanism}");
        Ok(())
    }

    #[test]
    fn the_largest_message_is_the_largest_that_the_kernel_takes() {
        for mechanism in [Mechanism::Socket, Mechanism::Datagram, Mechanism::Udp, Mechanism::Mqueue] {
            // Where the kernel has it at all.
            if pass(mechanism, 8).is_err() {
                continue;
            }
            let largest = mechanism.max_bytes().unwrap();
            pass(mechanism, largest).unwrap_or_else(|error| panic!("{mechanism}, {largest} bytes: {error}"));
            // Root may make larger queues.
            let is_exempt = mechanism == Mechanism::Mqueue && rustix::process::geteuid().is_root();
            assert!(is_exempt || pass(mechanism, largest + 8).is_err(), "{mechanism}, {largest} bytes and 8");
        }
    }

    #[test]
    fn as_many_datagrams_as_there_is_said_to_be_room_for_arrive() {
        for bytes in [8, 64, 1000, 4096, 16384, 65480] {
            let mut key = RowKey::latency(Mechanism::Udp, Wait::Block, Placement::Unpinned, 2, bytes);
            let Ok(ends) = link(&key) else { return };
            key.in_flight = datagrams(&key).unwrap();
            assert_eq!(why_not(&key), None);
            let [one, other] = ends.map(|mut fds| File::from(fds.remove(0)));
            let message = vec![7; HEADER_BYTES + bytes];
            for _ in 0..key.in_flight {
                std::io::Write::write_all(&mut &one, &message).unwrap();
            }
            rustix::io::ioctl_fionbio(&other, true).unwrap();
            let mut received = 0;
            while std::io::Read::read(&mut &other, &mut vec![0; HEADER_BYTES + bytes]).is_ok() {
                received += 1;
            }
            assert_eq!(received, key.in_flight, "{bytes} bytes");
            key.in_flight += 1;
            assert!(why_not(&key).is_some());
        }
    }
}
