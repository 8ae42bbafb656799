//! One process of a row: it takes its links and its CPU, and plays its part of the row's mode.

mod floor;
mod latency;
mod position;
mod ready;
mod tally;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use hdrhistogram::Histogram;

use super::figures::written_down;
use super::key::Mode;
use super::setup::RepetitionSetup;
use super::transport::{self, Arena};
use crate::error::{Error, Result};
use crate::platform::parent::{follow_the_launcher, name_the_process};
use crate::platform::{fds, machine, privileges, signals};
use crate::shm::Mapping;

/// Runs process `me` of a repetition, and writes the latencies of the messages that it took to stdout.
///
/// # Errors
/// What keeps it from playing; [`Error::Corrupt`] for a message that is not as it was sent.
pub fn run(me: usize) -> Result<()> {
    let [arena, parent_death_pipe] = fds::inherit([fds::REGION, fds::PARENT_DEATH_PIPE])?;
    signals::leave_to_launcher()?;
    name_the_process(&format!("tripong-b:{}", me + 1));
    let mapping = Mapping::<Arena>::attach_unread(arena.as_fd())?;
    let arena = mapping.shared();
    let setup = serde_json::from_reader(io::stdin()).map_err(io::Error::from);
    let setup: RepetitionSetup = setup.map_err(Error::system("read what is to be played from stdin"))?;
    let links = u8::try_from(transport::count(&setup.key, me)).unwrap_or(u8::MAX);
    let links = fds::inherit_rest(fds::LINKS, links)?.into_iter().map(File::from).collect();
    // Before there is another thread, which would go on elsewhere.
    setup.cpus[me].map_or(Ok(()), machine::run_on)?;
    privileges::give_up(false)?;
    follow_the_launcher(setup.launcher_pid, parent_death_pipe)?;
    if let Some(floor) = &setup.floor {
        return write(&floor::play(&setup, floor, me, arena)?);
    }
    let latencies = match setup.key.mode {
        Mode::Latency => {
            transport::with(&setup, me, arena, links, latency::Line { setup: &setup, me, arena })
        }
        Mode::Throughput | Mode::Rate | Mode::RequestReply | Mode::FanOut => {
            Err(Error::system(format_args!("play {}", setup.key.mode))(io::Error::from(
                io::ErrorKind::Unsupported,
            )))
        }
    }?;
    write(&latencies)
}

fn write(latencies: &Histogram<u64>) -> Result<()> {
    io::stdout().write_all(&written_down(latencies)?).map_err(Error::system("write the latencies to stdout"))
}
