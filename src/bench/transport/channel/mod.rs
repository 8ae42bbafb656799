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
