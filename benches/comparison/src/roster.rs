//! All mechanisms.

use crate::cli::Mode;
use crate::error::Result;
use crate::flow::solo;
use crate::mechanism::{Endpoint, Host, NoHost, Wait, Wanted};
use crate::mechanisms::{iceoryx2, iceoryx2_event, iceoryx2_pubsub, iceoryx2_waitset};
use crate::mechanisms::{interprocess, ipc_channel, mqueue, pipe, ringfire, seqpacket, shmem_ipc};
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
    peer("ringfire-nospin", RINGFIRE, Wait::Block, no_host, ringfire::play::<ringfire::NoSpin>),
    peer("ringfire", RINGFIRE, Wait::Adaptive, no_host, ringfire::play::<ringfire::Adaptive>),
    peer("ringfire-spin", RINGFIRE, Wait::Spin, no_host, ringfire::play::<ringfire::Spin>),
    Mechanism {
        only: Some(Mode::Throughput),
        batches: true,
        ..peer("ringfire-batch", RINGFIRE, Wait::Spin, no_host, ringfire::play::<ringfire::Spin>)
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

    /// How many processes it takes.
    pub(crate) fn processes(&self) -> usize {
        if self.is_mark { 1 } else { 2 }
    }
}

fn no_host(_wanted: &Wanted<'_>) -> Result<Box<dyn Host>> {
    Ok(Box::new(NoHost))
}
