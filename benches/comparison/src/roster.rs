//! All mechanisms.

use rustix::fs::statvfs;

use crate::error::{Error, Result, failed};
use crate::flow::solo;
use crate::mechanism::{Endpoint, Host, NoHost, Wait, Wanted};
use crate::mechanisms::{iceoryx2, iceoryx2_event, iceoryx2_pubsub, iceoryx2_waitset};
use crate::mechanisms::{
    interprocess, ipc_channel, mqueue, pipe, ringfire, ringfire_way, seqpacket, shmem_ipc,
};
use crate::mode::Mode;
use crate::worker::{Control, play};

/// What makes a mechanism's host.
type MakeHost = fn(&Wanted<'_>) -> Result<Box<dyn Host>>;
/// The life of one process of a mechanism.
type Play = fn(&Endpoint, &mut Control) -> Result<()>;

/// A row of the table of mechanisms.
pub(crate) struct Mechanism {
    /// Its name in arguments and rows.
    pub(crate) name: &'static str,
    /// Its package, if it is one.
    pub(crate) package: Option<&'static str>,
    /// How it waits.
    pub(crate) wait: Wait,
    /// The only mode that it has, if it has not both.
    pub(crate) only: Option<Mode>,
    /// Whether it is no mechanism between processes, but what one process can do alone, to hold the others against.
    pub(crate) is_mark: bool,
    /// Whether it is handed many messages at once, where many flow.
    pub(crate) batches: bool,
    /// Makes what must exist before the processes do.
    pub(crate) host: MakeHost,
    /// The life of one process.
    pub(crate) play: Play,
}

/// A mechanism with both modes, one message at a time.
const fn peer(
    name: &'static str,
    package: Option<&'static str>,
    wait: Wait,
    host: MakeHost,
    play: Play,
) -> Mechanism {
    Mechanism { name, package, wait, only: None, is_mark: false, batches: false, host, play }
}

/// What one process can do alone.
const fn mark(name: &'static str, package: Option<&'static str>, wait: Wait, play: Play) -> Mechanism {
    Mechanism { only: Some(Mode::Throughput), is_mark: true, ..peer(name, package, wait, no_host, play) }
}

const RINGFIRE: Option<&str> = Some("ringfire");
const ICEORYX2: Option<&str> = Some("iceoryx2");

/// All of them.
pub(crate) static ALL: [Mechanism; 17] = [
    peer("ringfire-nospin", RINGFIRE, Wait::Block, no_host, ringfire::play::<ringfire_way::NoSpin>),
    peer("ringfire", RINGFIRE, Wait::Adaptive, no_host, ringfire::play::<ringfire_way::Adaptive>),
    peer("ringfire-spin", RINGFIRE, Wait::Spin, no_host, ringfire::play::<ringfire_way::Spin>),
    Mechanism {
        only: Some(Mode::Throughput),
        batches: true,
        ..peer("ringfire-batch", RINGFIRE, Wait::Spin, no_host, ringfire::play::<ringfire_way::Spin>)
    },
    peer("iceoryx2-event", ICEORYX2, Wait::Block, iceoryx2::host, play::<iceoryx2_event::Event>),
    Mechanism {
        only: Some(Mode::Latency),
        ..peer("iceoryx2-waitset", ICEORYX2, Wait::Block, iceoryx2::host, play::<iceoryx2_waitset::Set>)
    },
    peer("iceoryx2-pubsub", ICEORYX2, Wait::Spin, iceoryx2::host, play::<iceoryx2_pubsub::PubSub>),
    peer("ipc-channel", Some("ipc-channel"), Wait::Block, ipc_channel::host, play::<ipc_channel::Channel>),
    peer(
        "interprocess-socket",
        Some("interprocess"),
        Wait::Block,
        no_host,
        play::<interprocess::LocalSocket>,
    ),
    Mechanism {
        only: Some(Mode::Throughput),
        ..peer("shmem-ipc", Some("shmem-ipc"), Wait::Spin, shmem_ipc::host, play::<shmem_ipc::Words>)
    },
    peer("mqueue", None, Wait::Block, mqueue::host, play::<mqueue::Queues>),
    peer("pipe", None, Wait::Block, pipe::host, play::<pipe::Pipes>),
    peer("seqpacket", None, Wait::Block, seqpacket::host, play::<seqpacket::Socket>),
    mark("rtrb-threads", Some("rtrb"), Wait::Spin, solo::rtrb),
    Mechanism { batches: true, ..mark("rtrb-threads-batch", Some("rtrb"), Wait::Spin, solo::rtrb) },
    mark("memcpy", None, Wait::Nothing, solo::memcpy_in),
    mark("memcpy-in-out", None, Wait::Nothing, solo::memcpy_in_out),
];

impl Mechanism {
    /// Whether it can be measured so.
    pub(crate) fn has(&self, mode: Mode) -> bool {
        self.only.is_none_or(|only| only == mode)
    }

    /// Whether messages lie in `/dev/shm`, which may be small: 64 MiB in a container that asks for no more.
    fn is_in_dev_shm(&self) -> bool {
        [RINGFIRE, ICEORYX2].contains(&self.package)
    }

    /// # Errors
    /// When `/dev/shm` has no room for so many messages: the mechanism would die of SIGBUS when it writes them.
    pub(crate) fn check_room(&self, wanted: &Wanted<'_>) -> Result<()> {
        if !self.is_in_dev_shm() {
            return Ok(());
        }
        let folder = statvfs("/dev/shm").map_err(failed("ask for the room in /dev/shm"))?;
        room(wanted, folder.f_bavail.saturating_mul(folder.f_frsize))
    }

    /// How many processes it takes.
    pub(crate) fn processes(&self) -> usize {
        if self.is_mark { 1 } else { 2 }
    }
}

/// Whether so many messages fit into so many bytes, with what the packages round up, and a megabyte for what else they keep.
fn room(wanted: &Wanted<'_>, free: u64) -> Result<()> {
    let messages = (wanted.in_flight + 2).saturating_mul(wanted.frame.next_multiple_of(64));
    let needed = messages.next_power_of_two() as u64 + (1 << 20);
    if free >= needed {
        return Ok(());
    }
    let why = format!("/dev/shm has {free} free bytes, and {} in flight need {needed}", wanted.in_flight);
    Err(Error::Unfit { bytes: wanted.frame, why })
}

fn no_host(_wanted: &Wanted<'_>) -> Result<Box<dyn Host>> {
    Ok(Box::new(NoHost))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_for_which_dev_shm_is_too_small_are_refused() {
        let wanted = |in_flight| Wanted { run: "", frame: (1 << 20) + 16, in_flight };
        let container = 64 << 20;
        assert!(room(&wanted(16), container).is_ok());
        let error = room(&wanted(64), container).unwrap_err();
        assert!(
            error.is_unfit() && error.to_string().contains("/dev/shm has 67108864 free bytes"),
            "{error}"
        );
    }
}
