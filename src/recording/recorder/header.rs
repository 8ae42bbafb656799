//! The first line: what game it is, and where it is played.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::protocol::Region;
use crate::recording::line::{FORMAT, Header, Machine};
use crate::supervisor::Supervisor;

/// Of a recording that begins now.
pub(super) fn header(supervisor: &Supervisor, origin_ns: u64) -> Header {
    let (setup, region) = (supervisor.setup(), supervisor.region());
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Header {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        layout: Region::LAYOUT,
        seed: setup.court.seed,
        panes: setup.court.panes,
        paced: setup.paced,
        playable: setup.is_playable,
        windows: setup.windows,
        transport: region.transport(),
        settings: region.settings(),
        unix_s: unix.as_secs(),
        origin_ns,
        machine: Machine::here(),
    }
}
