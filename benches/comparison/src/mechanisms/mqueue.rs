//! Two POSIX message queues, one each way.

use std::fs;
use std::os::fd::OwnedFd;

use nix::mqueue::{MQ_OFlag, MqAttr, MqdT, mq_open, mq_receive, mq_send, mq_unlink};
use nix::sys::stat::Mode;

use crate::error::{Error, Result, failed};
use crate::mechanism::{Endpoint, Host, Line, Link, Passport, Wanted};

/// The queues' names, in the order of their readers; unlinked when dropped.
struct Names(Vec<String>);

/// Makes the queues, with room for as many messages as may be on their way at once, or as many as the system allows.
///
/// # Errors
/// When it allows none of this size.
pub(crate) fn host(wanted: &Wanted<'_>) -> Result<Box<dyn Host>> {
    let limit =
        fs::read_to_string("/proc/sys/fs/mqueue/msg_max").ok().and_then(|text| text.trim().parse().ok());
    match make(wanted, wanted.in_flight) {
        Err(_) if wanted.in_flight > 1 => make(wanted, limit.unwrap_or(1).min(wanted.in_flight))
            .map_err(|error| Error::Unfit { bytes: wanted.frame, why: error.to_string() }),
        made => made,
    }
}

fn make(wanted: &Wanted<'_>, messages: usize) -> Result<Box<dyn Host>> {
    let number = |number: usize| number.try_into().map_err(failed("make a message queue"));
    let attributes = MqAttr::new(0, number(messages)?, number(wanted.frame)?, 0);
    let flags = MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | MQ_OFlag::O_RDWR | MQ_OFlag::O_CLOEXEC;
    let mut names = Names(Vec::new());
    for reader in 0..2 {
        let name = queue_name(wanted.run, reader);
        mq_open(name.as_str(), flags, Mode::S_IRUSR | Mode::S_IWUSR, Some(&attributes))
            .map_err(failed(format_args!("make the message queue {name}")))?;
        names.0.push(name);
    }
    Ok(Box::new(names))
}

fn queue_name(run: &str, reader: usize) -> String {
    format!("/{run}-{reader}")
}

impl Host for Names {
    fn passport(&mut self, _index: usize) -> Result<Passport> {
        Ok(Passport::default())
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        for name in &self.0 {
            // Fails only if somebody else has unlinked it.
            let _gone = mq_unlink(name.as_str());
        }
    }
}

/// A process's ends.
#[derive(Debug)]
pub(crate) struct Queues {
    reading: MqdT,
    writing: MqdT,
    frame: Vec<u8>,
}

impl Line for Queues {
    fn open(endpoint: &Endpoint, _fds: Vec<OwnedFd>) -> Result<Self> {
        let open = |reader, flags: MQ_OFlag| {
            let name = queue_name(&endpoint.run, reader);
            mq_open(name.as_str(), flags | MQ_OFlag::O_CLOEXEC, Mode::empty(), None)
                .map_err(failed(format_args!("open the message queue {name}")))
        };
        let reading = open(endpoint.index, MQ_OFlag::O_RDONLY)?;
        let writing = open(endpoint.other(), MQ_OFlag::O_WRONLY)?;
        Ok(Self { reading, writing, frame: vec![0; endpoint.frame] })
    }
}

impl Link for Queues {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        fill(&mut self.frame);
        mq_send(&self.writing, &self.frame, 0).map_err(failed("send to the message queue"))
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let bytes = mq_receive(&self.reading, &mut self.frame, &mut 0)
            .map_err(failed("receive from the message queue"))?;
        Ok(read(&self.frame[..bytes]))
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        mq_send(&self.writing, message, 0).map_err(failed("send to the message queue"))
    }

    fn receive_copy(&mut self, place: &mut Vec<u8>) -> Result<()> {
        mq_receive(&self.reading, place, &mut 0).map_err(failed("receive from the message queue")).map(drop)
    }
}
