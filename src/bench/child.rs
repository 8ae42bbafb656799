//! One process of the line: takes the message, checks it, hands it on.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2Serializer};

use super::arena::{Arena, Log};
use super::message::{COUNTED, LAST};
use super::position::Position;
use super::setup::RepetitionSetup;
use super::stats::new_histogram;
use super::transport::{BenchTransport, Ends, Shared, Stream};
use crate::error::{Error, Result};
use crate::platform::parent::{follow_the_launcher, name_the_process};
use crate::platform::sync::Ordering;
use crate::platform::{clock, fds, machine, privileges, signals};
use crate::protocol::TransportKind;
use crate::shm::Mapping;
use crate::transport::control_socket::NeighbourSide;

/// How long process 0 sleeps at a time until all are ready. The launcher ends a process that waits in vain.
const PATIENCE: Duration = Duration::from_secs(1);
/// The warm-up takes at most this part of the time.
const WARMUP_SHARE: u64 = 10;

/// Runs process `me` of a repetition, and writes the latencies of the hops that it took to stdout.
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
    let position = Position { processes: setup.processes, me };
    let links = take_links(&setup, position)?;
    // Before there is another thread, which would go on elsewhere.
    setup.cpus[me].map_or(Ok(()), machine::run_on)?;
    privileges::give_up(false)?;
    follow_the_launcher(setup.launcher_pid, parent_death_pipe)?;
    let latencies = match setup.transport {
        TransportKind::Shared => {
            let (wait, words, spoil) = (setup.wait, setup.bytes / 8, setup.spoil);
            play(Shared { arena, position, wait, words, spoil }, position, &setup, arena)
        }
        TransportKind::Pipe | TransportKind::Socket => {
            play(Stream::new(links, setup.bytes, setup.spoil), position, &setup, arena)
        }
    }?;
    write(&latencies)
}

/// The ends of the links to both neighbours, in the order in which the launcher passes them on.
fn take_links(setup: &RepetitionSetup, position: Position) -> Result<[Option<Ends>; 2]> {
    let per_link = match setup.transport {
        TransportKind::Shared => 0,
        TransportKind::Pipe => 2,
        TransportKind::Socket => 1,
    };
    let has = [position.me > 0, position.me + 1 < position.processes];
    let count = has.map(u8::from).iter().sum::<u8>() * per_link;
    let mut fds = fds::inherit_rest(fds::LINKS, count)?.into_iter().map(File::from);
    Ok(has.map(|has| {
        let mut link = fds.by_ref().take(usize::from(per_link * u8::from(has)));
        Some(Ends { reader: link.next()?, writer: link.next() })
    }))
}

/// From the first hop to the last.
fn play(
    mut transport: impl BenchTransport,
    position: Position,
    setup: &RepetitionSetup,
    arena: &Arena,
) -> Result<Histogram<u64>> {
    let mut latencies = new_histogram()?;
    let mut tally = Tally::default();
    wait_for_all(position, setup, arena);
    let mut conductor = Conductor::new(setup);
    let (mut side, mut hop) = (NeighbourSide::Left, position.first_taken());
    if position.me == 0 {
        side = position.onward(0);
        transport.give(side, conductor.head(0, clock::now_ns()))?;
    }
    loop {
        let message = transport.take(side, hop)?;
        message.check(hop).map_err(Error::Corrupt)?;
        let now_ns = clock::now_ns();
        tally.taken += 1;
        let mut is_over = message.head & LAST != 0;
        if !is_over || position.me + 1 < position.processes {
            hop += 1;
            side = position.onward(hop);
            let flags = message.head & (COUNTED | LAST);
            let head = if position.me == 0 { conductor.head(hop, now_ns) } else { hop | flags };
            transport.give(side, head)?;
            is_over = head & LAST != 0;
            hop = position.next_taken(hop);
        }
        // While the message is away.
        if message.head & COUNTED != 0 {
            latencies.saturating_record(now_ns.saturating_sub(message.sent_ns));
            tally.count(message.sent_ns, now_ns);
        }
        if is_over {
            tally.write(&arena.logs[position.me]);
            return Ok(latencies);
        }
    }
}

/// Counts this process as ready; process 0, which begins, waits until all are.
fn wait_for_all(position: Position, setup: &RepetitionSetup, arena: &Arena) {
    arena.count_ready();
    let first = &arena.mailboxes[0];
    if position.me > 0 {
        return first.notify_word();
    }
    loop {
        first.disarm();
        if arena.ready() >= setup.processes as u64 {
            return;
        }
        first.sleep(PATIENCE);
    }
}

/// Process 0 decides which hops are counted and when it is over; the others read it from the message. So whole rounds are counted,
/// and everybody knows of the end.
struct Conductor<'a> {
    setup: &'a RepetitionSetup,
    /// The first counted hop, and when it was given.
    counted_since: Option<(u64, u64)>,
    began_ns: u64,
}

impl<'a> Conductor<'a> {
    fn new(setup: &'a RepetitionSetup) -> Self {
        Self { setup, counted_since: None, began_ns: clock::now_ns() }
    }

    /// The head of the hop that begins the next round.
    fn head(&mut self, hop: u64, now_ns: u64) -> u64 {
        let RepetitionSetup { warmup_hops, hops, time, .. } = self.setup;
        let time_ns = clock::ns(*time);
        if self.counted_since.is_none()
            && (hop >= *warmup_hops || now_ns - self.began_ns >= time_ns / WARMUP_SHARE)
        {
            self.counted_since = Some((hop, now_ns));
        }
        match self.counted_since {
            None => hop,
            Some((first, since_ns)) if hop - first < *hops && now_ns - since_ns < time_ns => hop | COUNTED,
            Some(_) => hop | LAST,
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    taken: u64,
    first_ns: Option<u64>,
    last_ns: u64,
}

impl Tally {
    fn count(&mut self, sent_ns: u64, now_ns: u64) {
        self.first_ns.get_or_insert(sent_ns);
        self.last_ns = now_ns;
    }

    fn write(&self, log: &Log) {
        // Relaxed: the launcher reads when this process has ended.
        log.first_ns.store(self.first_ns.unwrap_or(u64::MAX), Ordering::Relaxed);
        log.last_ns.store(self.last_ns, Ordering::Relaxed);
        log.taken.store(self.taken, Ordering::Relaxed);
    }
}

fn write(latencies: &Histogram<u64>) -> Result<()> {
    let mut bytes = Vec::new();
    let serialized = V2Serializer::new().serialize(latencies, &mut bytes).map_err(io::Error::other);
    serialized.map_err(Error::system("write down the latencies"))?;
    io::stdout().write_all(&bytes).map_err(Error::system("write the latencies to stdout"))
}
