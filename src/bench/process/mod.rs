//! One process of a row: it takes its links and its CPU, and plays its part of the row's mode.

mod conductor;
mod fan_out;
mod floor;
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

use super::figures::written_down;
use super::key::Mode;
use super::mechanism::Mechanism;
use super::memory::backing;
use super::setup::RepetitionSetup;
use super::transport::{self, Arena, SharedMemory};
use crate::error::{Error, Result, exit};
use crate::platform::parent::{follow_the_launcher, name_the_process};
use crate::platform::{fds, machine, privileges, signals};
use crate::shm::{Mapping, WordsMapping};

/// Runs process `me` of a repetition, and writes the latencies of the messages that it took to stdout.
///
/// # Errors
/// What keeps it from playing; [`Error::Corrupt`] for a message that is not as it was sent.
pub fn run(me: usize) -> Result<()> {
    let [arena, parent_death_pipe] = fds::inherit([fds::REGION, fds::PARENT_DEATH_PIPE])?;
    signals::leave_to_launcher()?;
    name_the_process(&format!("tripong-b:{}", me + 1));
    let setup = serde_json::from_reader(io::stdin()).map_err(io::Error::from);
    let setup: RepetitionSetup = setup.map_err(Error::system("read what is to be played from stdin"))?;
    let mapping = Mapping::<Arena>::attach_from(arena.as_fd(), backing(setup.key.transport))?;
    let count = transport::count(&setup.key, me) + usize::from(setup.buffers > 0);
    let rest = fds::inherit_rest(fds::LINKS, u8::try_from(count).unwrap_or(u8::MAX))?;
    let mut links = rest.into_iter().map(File::from);
    // Before there is another thread, which would go on elsewhere.
    setup.cpus[me].map_or(Ok(()), machine::run_on).map_err(give_up_cpu)?;
    let buffers = buffers(&setup, &mut links)?;
    let memory = SharedMemory { arena: mapping.shared(), buffers: buffers.words() };
    if setup.key.transport == Mechanism::Signal {
        transport::block_signals()?;
        privileges::give_up_but_signals()?;
    } else {
        privileges::give_up(false)?;
    }
    follow_the_launcher(setup.launcher_pid, parent_death_pipe)?;
    let seen = play(&setup, me, memory, links.collect())?;
    // A CPU that went offline, or an affinity that the kernel dropped, has spoilt what was measured.
    setup.cpus[me].map_or(Ok(()), machine::is_still_on).map_err(give_up_cpu)?;
    write(&seen)
}

/// The part of process `me` in the row's mode, or of a floor.
fn play(
    setup: &RepetitionSetup,
    me: usize,
    memory: SharedMemory<'_>,
    links: Vec<File>,
) -> Result<Histogram<u64>> {
    let arena = memory.arena;
    if let Some(floor) = &setup.floor {
        return floor::play(setup, floor, me, arena);
    }
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

/// The launcher reports that this process lost its CPU, once for all processes of the row: it reads the reason.
fn give_up_cpu(error: Error) -> Error {
    let Error::CpuLost { why, .. } = &error else { return error };
    match io::stdout().write_all(why.as_bytes()) {
        Ok(()) => Error::ChildFailed(exit::CPU_LOST),
        Err(_) => error,
    }
}

/// The payloads in shared memory, of which the launcher has said how many words there are.
fn buffers(setup: &RepetitionSetup, fds: &mut impl Iterator<Item = File>) -> Result<WordsMapping> {
    let words = transport::buffer_words(&setup.key);
    let memfd = if setup.buffers > 0 { fds.next() } else { None };
    memfd.map_or(Ok(WordsMapping::none()), |memfd| {
        WordsMapping::attach(memfd.as_fd(), backing(setup.key.transport), setup.buffers, words)
    })
}

fn write(latencies: &Histogram<u64>) -> Result<()> {
    io::stdout().write_all(&written_down(latencies)?).map_err(Error::system("write the latencies to stdout"))
}
