//! One file per mechanism.

pub(crate) mod iceoryx2;
pub(crate) mod iceoryx2_event;
pub(crate) mod iceoryx2_pubsub;
pub(crate) mod iceoryx2_waitset;
pub(crate) mod interprocess;
pub(crate) mod ipc_channel;
pub(crate) mod mqueue;
pub(crate) mod pipe;
pub(crate) mod ringfire;
mod ringfire_blob;
pub(crate) mod ringfire_way;
pub(crate) mod seqpacket;
pub(crate) mod shmem_ipc;
