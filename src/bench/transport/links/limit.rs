//! How large a message may be.

use rustix::net::sockopt::socket_send_buffer_size;

use super::link;
use crate::bench::key::RowKey;
use crate::bench::mechanism::Mechanism;
use crate::bench::transport::message::HEADER_BYTES;

/// Room of a socket that a packet does not get: of its size the kernel keeps this back.
const KEPT_BACK: usize = 32;
/// The largest UDP datagram over IPv4.
const DATAGRAM: usize = 65_507;

/// The largest payload of a message that this kernel takes in one piece; None where a message may go in parts, or where no link
/// can be made, which is found out when it is made.
pub(in crate::bench) fn message_limit(key: &RowKey) -> Option<usize> {
    let message = match key.transport {
        Mechanism::Socket | Mechanism::Datagram => {
            let [ends, _] = link(key).ok()?;
            // What a socket may have on its way, in the kernel's own measure; a packet must be smaller.
            socket_send_buffer_size(ends.first()?).ok()?.saturating_sub(KEPT_BACK)
        }
        Mechanism::Udp => DATAGRAM,
        _ => return None,
    };
    Some(message.saturating_sub(HEADER_BYTES) / 8 * 8)
}
