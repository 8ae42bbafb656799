//! All mechanisms.

use crate::error::Result;
use crate::mechanism::{Endpoint, Host, NoHost, Wait};
use crate::mechanisms::{iceoryx2_event, iceoryx2_pubsub, iceoryx2_waitset};
use crate::mechanisms::{interprocess, ipc_channel, mqueue, pipe, ringfire, seqpacket};
use crate::worker::{Control, play};

/// A row of the table of mechanisms.
pub(crate) struct Mechanism {
    /// Its name in arguments and rows.
    pub(crate) name: &'static str,
    /// Its package, if it is one.
    pub(crate) package: Option<&'static str>,
    /// How it waits.
    pub(crate) wait: Wait,
    /// Makes what must exist before the processes do: of a run's name, and the bytes of a message.
    pub(crate) host: fn(&str, usize) -> Result<Box<dyn Host>>,
    /// The life of one process.
    pub(crate) play: fn(&Endpoint, &mut Control) -> Result<()>,
}

/// All of them.
pub(crate) static ALL: [Mechanism; 11] = [
    Mechanism {
        name: "ringfire-nospin",
        package: Some("ringfire"),
        wait: Wait::Block,
        host: no_host,
        play: ringfire::play::<ringfire::NoSpin>,
    },
    Mechanism {
        name: "ringfire",
        package: Some("ringfire"),
        wait: Wait::Adaptive,
        host: no_host,
        play: ringfire::play::<ringfire::Adaptive>,
    },
    Mechanism {
        name: "ringfire-spin",
        package: Some("ringfire"),
        wait: Wait::Spin,
        host: no_host,
        play: ringfire::play::<ringfire::Spin>,
    },
    Mechanism {
        name: "iceoryx2-event",
        package: Some("iceoryx2"),
        wait: Wait::Block,
        host: crate::mechanisms::iceoryx2::host,
        play: play::<iceoryx2_event::Event>,
    },
    Mechanism {
        name: "iceoryx2-waitset",
        package: Some("iceoryx2"),
        wait: Wait::Block,
        host: crate::mechanisms::iceoryx2::host,
        play: play::<iceoryx2_waitset::Set>,
    },
    Mechanism {
        name: "iceoryx2-pubsub",
        package: Some("iceoryx2"),
        wait: Wait::Spin,
        host: crate::mechanisms::iceoryx2::host,
        play: play::<iceoryx2_pubsub::PubSub>,
    },
    Mechanism {
        name: "ipc-channel",
        package: Some("ipc-channel"),
        wait: Wait::Block,
        host: ipc_channel::host,
        play: play::<ipc_channel::Channel>,
    },
    Mechanism {
        name: "interprocess-socket",
        package: Some("interprocess"),
        wait: Wait::Block,
        host: no_host,
        play: play::<interprocess::LocalSocket>,
    },
    Mechanism {
        name: "mqueue",
        package: None,
        wait: Wait::Block,
        host: mqueue::host,
        play: play::<mqueue::Queues>,
    },
    Mechanism { name: "pipe", package: None, wait: Wait::Block, host: pipe::host, play: play::<pipe::Pipes> },
    Mechanism {
        name: "seqpacket",
        package: None,
        wait: Wait::Block,
        host: seqpacket::host,
        play: play::<seqpacket::Socket>,
    },
];

fn no_host(_run: &str, _frame: usize) -> Result<Box<dyn Host>> {
    Ok(Box::new(NoHost))
}
