//! One process of a row: it takes its links and its CPU, and plays its part of the row's mode.

mod conductor;
mod fan_out;
mod latency;
mod one_way;
mod position;
mod ready;
mod request;
mod tally;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2Serializer};

use super::key::Mode;
use super::setup::RepetitionSetup;
use super::transport::{self, Arena, SharedMemory};
use crate::error::{Error, Result};
use crate::platform::parent::{follow_the_launcher, name_the_process};
use crate::platform::{fds, machine, privileges, signals};
use crate::shm::{Backing, Mapping, WordsMapping};

/// Runs process `me` of a repetition, and writes the latencies of the messages that it took to stdout.
///
/// # Errors
/// What keeps it from playing; [`Error::Corrupt`] for a message that is not as it was sent.
pub fn run(me: usize) -> Result<()> {
    let [arena, parent_death_pipe] = fds::inherit([fds::REGION, fds::PARENT_DEATH_PIPE])?;
    signals::leave_to_launcher()?;
    name_the_process(&format!("tripong-b:{}", me + 1));
    let mapping = Mapping::<Arena>::attach_unread(arena.as_fd())?;
    let setup = serde_json::from_reader(io::stdin()).map_err(io::Error::from);
    let setup: RepetitionSetup = setup.map_err(Error::system("read what is to be played from stdin"))?;
    let count = transport::count(&setup.key, me) + usize::from(setup.buffers > 0);
    let rest = fds::inherit_rest(fds::LINKS, u8::try_from(count).unwrap_or(u8::MAX))?;
    let mut links = rest.into_iter().map(File::from);
    // Before there is another thread, which would go on elsewhere.
    setup.cpus[me].map_or(Ok(()), machine::run_on)?;
    let buffers = buffers(&setup, &mut links)?;
    let memory = SharedMemory { arena: mapping.shared(), buffers: buffers.words() };
    privileges::give_up(false)?;
    follow_the_launcher(setup.launcher_pid, parent_death_pipe)?;
    write(&play(&setup, me, memory, links.collect())?)
}

/// The part of process `me` in the row's mode.
fn play(
    setup: &RepetitionSetup,
    me: usize,
    memory: SharedMemory<'_>,
    links: Vec<File>,
) -> Result<Histogram<u64>> {
    let arena = memory.arena;
    match setup.key.mode {
        Mode::Latency => transport::with(setup, me, memory, links, latency::Line { setup, me, arena }),
        Mode::Throughput | Mode::Rate => {
            transport::with(setup, me, memory, links, one_way::OneWay { setup, me, arena })
        }
        Mode::RequestReply => {
            transport::with(setup, me, memory, links, request::RequestReply { setup, me, arena })
        }
        Mode::FanOut => transport::with(setup, me, memory, links, fan_out::FanOut { setup, me, arena }),
    }
}

/// The payloads in shared memory, of which the launcher has said how many words there are.
fn buffers(setup: &RepetitionSetup, fds: &mut impl Iterator<Item = File>) -> Result<WordsMapping> {
    let words = transport::buffer_words(&setup.key);
    let memfd = if setup.buffers > 0 { fds.next() } else { None };
    memfd.map_or(Ok(WordsMapping::none()), |memfd| {
        WordsMapping::attach(memfd.as_fd(), Backing::Memfd, setup.buffers, words)
    })
}

fn write(latencies: &Histogram<u64>) -> Result<()> {
    let mut bytes = Vec::new();
    let serialized = V2Serializer::new().serialize(latencies, &mut bytes).map_err(io::Error::other);
    serialized.map_err(Error::system("write down the latencies"))?;
    io::stdout().write_all(&bytes).map_err(Error::system("write the latencies to stdout"))
}
