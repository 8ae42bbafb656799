//! Which mechanisms this machine has: each is tried, with one message from this process to itself.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};

use super::key::RowKey;
use super::mechanism::Mechanism;
use super::memory::{Memory, backing};
use super::placement::Placement;
use super::report::LeftOut;
use super::setup::{RepetitionSetup, Spoil};
use super::transport::{self, Endpoint, Play, SharedMemory, limits, links};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::protocol::doorbell::Wait;

/// How long one message may take that nothing holds up.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps the rows of mechanisms that this machine has, whose messages are not too large for them, and for whose processes it can
/// create all links; says why the others are left out.
pub(super) fn keep_available(keys: &mut Vec<RowKey>) -> Vec<LeftOut> {
    let mut tried: Vec<(Mechanism, bool)> = Vec::new();
    let mut left_out = Vec::new();
    keys.retain(|key| {
        let mechanism = key.transport;
        if let Some((_, is_here)) = tried.iter().find(|(known, _)| *known == mechanism) {
            return *is_here;
        }
        let why = why_not(mechanism);
        tried.push((mechanism, why.is_none()));
        left_out.extend(why.map(|why| LeftOut { what: mechanism.to_string(), why }));
        tried.last().is_some_and(|(_, is_here)| *is_here)
    });
    keys.retain(|key| {
        let why = limits::why_not(key).or_else(|| links(key).err().map(|error| error.to_string()));
        let can_be = why.is_none();
        left_out.extend(why.map(|why| LeftOut { what: key.name(), why }));
        can_be
    });
    left_out
}

/// Why this machine does not have a mechanism; None if it does.
pub(super) fn why_not(mechanism: Mechanism) -> Option<String> {
    let tried = clock::within(PATIENCE, move || match mechanism {
        // This process has not blocked the signal, and must not receive it.
        Mechanism::Signal => signal_ourselves(),
        other => pass_one(other),
    });
    let Some(tried) = tried else {
        return Some(format!("a message did not arrive within {} s", PATIENCE.as_secs()));
    };
    tried.err().map(|error| error.to_string())
}

/// A signal that does nothing.
fn signal_ourselves() -> Result<()> {
    let sent = pidfd_open(getpid(), PidfdFlags::empty()).and_then(|me| pidfd_send_signal(me, Signal::URG));
    sent.map_err(Error::system("signal a process (pidfd_open, pidfd_send_signal)"))
}

/// One message, as a process gives it, and another takes it.
fn pass_one(mechanism: Mechanism) -> Result<()> {
    let key = RowKey::latency(mechanism, Wait::Block, Placement::Unpinned, 2, 8);
    let memory = Memory::new(backing(mechanism))?;
    memory.arena().clear();
    let setup = RepetitionSetup {
        launcher_pid: std::process::id(),
        key,
        floor: None,
        warmup_hops: 0,
        hops: 1,
        time: PATIENCE,
        cpus: vec![None; 2],
        buffers: 0,
        spoil: Spoil::default(),
    };
    let shared = SharedMemory { arena: memory.arena(), buffers: &[] };
    let mut ends =
        links(&key)?.into_iter().map(|fds: Vec<OwnedFd>| fds.into_iter().map(File::from).collect());
    let mut fds = || ends.next().unwrap_or_default();
    // Both ends before the first message: one that closes early takes what it has not delivered along.
    let (giver, taker) = (fds(), fds());
    transport::with(&setup, 0, shared, giver, Give)?;
    transport::with(&setup, 1, shared, taker, Take)
}

struct Give;

impl Play for Give {
    type Seen = ();

    fn play(self, endpoint: &mut impl Endpoint) -> Result<()> {
        endpoint.put(1, 0, None)?;
        endpoint.flush(1)
    }
}

struct Take;

impl Play for Take {
    type Seen = ();

    fn play(self, endpoint: &mut impl Endpoint) -> Result<()> {
        endpoint.take(0, 0)?.check(0).map_err(Error::Corrupt)
    }
}
