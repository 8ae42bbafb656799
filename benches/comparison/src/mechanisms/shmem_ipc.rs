//! shmem-ipc: a ring in a memfd, for one writer and one reader. Its safe interface moves single elements, here the words of a
//! message, and does not report each wake-up that is due, so both ends only look, and no row copies large messages.

use std::fs::File;
use std::hint::spin_loop;
use std::os::fd::OwnedFd;

use shmem_ipc::sharedring::{Receiver, Sender};

use crate::error::{Error, Result, failed};
use crate::flow::COPIED_FROM;
use crate::mechanism::{Endpoint, Host, Line, Link, Passport, Wanted};

/// Bytes of an element.
const WORD: usize = 8;

/// The sender, kept until the processes have its fds, and how many elements it has room for.
struct Ring(Sender<u64>);

/// Makes the ring.
///
/// # Errors
/// For messages that are to be copied.
pub(crate) fn host(wanted: &Wanted<'_>) -> Result<Box<dyn Host>> {
    if wanted.frame >= COPIED_FROM {
        let why = "its safe interface moves single elements".to_owned();
        return Err(Error::Unfit { bytes: wanted.frame, why });
    }
    Ok(Box::new(Ring(Sender::new(words(wanted.frame, wanted.in_flight)).map_err(failed("make a ring"))?)))
}

fn words(frame: usize, in_flight: usize) -> usize {
    frame / WORD * in_flight
}

impl Host for Ring {
    fn passport(&mut self, _index: usize) -> Result<Passport> {
        let files = [self.0.memfd().as_file(), self.0.empty_signal(), self.0.full_signal()];
        let fds: std::io::Result<_> =
            files.into_iter().map(|file| file.try_clone().map(OwnedFd::from)).collect();
        Ok(Passport { fds: fds.map_err(failed("copy an fd"))?, ..Passport::default() })
    }
}

/// A process's end.
pub(crate) struct Words {
    end: End,
    frame: Vec<u8>,
}

enum End {
    Giver(Sender<u64>),
    Taker(Receiver<u64>),
}

impl Line for Words {
    fn open(endpoint: &Endpoint, fds: Vec<OwnedFd>) -> Result<Self> {
        let [memfd, empty, full] = <[OwnedFd; 3]>::try_from(fds)
            .map_err(|fds| failed("take the ring")(format_args!("{} fds instead of 3", fds.len())))?
            .map(File::from);
        let room = words(endpoint.frame, endpoint.flow().map_or(1, |flow| flow.in_flight));
        let end = if endpoint.index == 0 {
            End::Giver(Sender::open(room, memfd, empty, full).map_err(failed("open the ring"))?)
        } else {
            End::Taker(Receiver::open(room, memfd, empty, full).map_err(failed("open the ring"))?)
        };
        Ok(Self { end, frame: vec![0; endpoint.frame] })
    }
}

impl Link for Words {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let End::Giver(sender) = &mut self.end else {
            return Err(failed("send")("this is the reader"));
        };
        fill(&mut self.frame);
        let mut words = self.frame.as_chunks::<WORD>().0.iter().copied().map(u64::from_ne_bytes);
        while words.len() > 0 {
            let room = sender.sender_mut().write_count().map_err(failed("send"))?;
            let count = words.len().min(room);
            if count == 0 {
                spin_loop();
            } else {
                sender.sender_mut().send_foreach(count, || words.next().unwrap_or_default());
            }
        }
        Ok(())
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let End::Taker(receiver) = &mut self.end else {
            return Err(failed("receive")("this is the writer"));
        };
        let mut words = self.frame.as_chunks_mut::<WORD>().0.iter_mut();
        while words.len() > 0 {
            let there = receiver.receiver_mut().read_count().map_err(failed("receive"))?;
            let count = words.len().min(there);
            if count == 0 {
                spin_loop();
            } else {
                receiver.receiver_mut().recv_foreach(count, |word| {
                    if let Some(place) = words.next() {
                        *place = word.to_ne_bytes();
                    }
                });
            }
        }
        Ok(read(&self.frame))
    }
}
