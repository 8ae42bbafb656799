//! Processes that do nothing but hand a message on. Whatever grows with the number of
//! processes here, too, is the machine's (a process that has not run for long comes back to cold caches), not the game's.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use tripong::game::{Court, PaneId};
use tripong::platform::clock;
use tripong::platform::sync::Ordering;
use tripong::protocol::doorbell::FdBell;
use tripong::protocol::{Histogram, Owner, Ownership, Region, Setup, TransportKind};
use tripong::shm::Mapping;

use crate::error::{Result, failed};
use crate::proc;
use crate::process::{Place, StartedProgram};
use crate::watch::Watch;

/// For how long a process keeps the message: about as long as the ball stays in a pane of an unpaced game.
const KEPT_NS: u64 = 6_000;
/// Before the measuring.
const SETTLE: Duration = Duration::from_millis(200);
/// A ring that was lost costs so much.
const PATIENCE: Duration = Duration::from_secs(1);

/// What handing a message on costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handing {
    /// Half of the hand-offs took no longer.
    pub(crate) p50_us: f64,
    /// CPU of a hop, less the time for which the message is kept.
    pub(crate) cpu_us: f64,
}

/// Lets so many processes, all on one CPU, hand a message from the first to the last and back, for so long.
///
/// # Errors
/// At a limit of processes or memory.
pub(crate) fn measure(panes: u8, cpu: usize, time: Duration, watch: &Watch) -> Result<Handing> {
    let setup = Setup::headless(Court { panes, seed: 0 }, std::process::id());
    let (memfd, mapping) = Mapping::create(&setup).map_err(failed("create a Region"))?;
    let own = std::env::current_exe().map_err(failed("find the own executable"))?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), memfd.as_raw_fd());
    let start = |pane: PaneId| {
        let arguments = ["ring", "--region", &path, "--pane", &pane.0.to_string()].map(str::to_owned);
        StartedProgram::start(&own, &arguments, Place { display: None, cpu: Some(cpu) })
    };
    let mut processes = setup.court.all_panes().map(start).collect::<Result<Vec<_>>>()?;
    let region = mapping.region();
    watch.until("the processes of the ring", || {
        processes.iter_mut().try_for_each(StartedProgram::must_live)?;
        let is_ready = |pane| region.pane(pane).status.ready.load(Ordering::Acquire) == 1;
        Ok(setup.court.all_panes().all(is_ready).then_some(()))
    })?;
    region
        .baton
        .reclaim(Ownership::REST, PaneId(0))
        .map_err(|_| failed("start the ring")("its message is gone"))?;
    region.bell(PaneId(0)).wake(&bell()?);
    watch.pause(SETTLE)?;
    let look = || {
        let used = proc::sum(processes.iter().map(|process| proc::usage(process.pid())));
        (region.baton.look().map_or(0, |ownership| ownership.epoch), used.cpu_ns)
    };
    let before = look();
    watch.pause(time)?;
    let after = look();
    let hops = (after.0 - before.0).max(1) as f64;
    let p50_us = Histogram::percentiles(region.all_latencies()).p50 as f64 / 1000.0;
    let cpu_us = ((after.1 - before.1) as f64 / hops - KEPT_NS as f64) / 1000.0;
    Ok(Handing { p50_us, cpu_us })
}

/// One process of the ring. Plays until it is killed.
///
/// # Errors
/// When there is no Region.
pub(crate) fn run(path: &str, me: PaneId) -> Result<()> {
    let file = File::options().read(true).write(true).open(path).map_err(failed("open the Region"))?;
    let (mapping, setup) = Mapping::attach(file.as_fd()).map_err(failed("attach to the Region"))?;
    let (region, bell) = (mapping.region(), bell()?);
    region.pane(me).status.ready.store(1, Ordering::Release);
    loop {
        region.bell(me).disarm();
        match region.baton.look() {
            Some(ownership) if ownership.holder == Owner::Pane(me) => {
                hand_on(region, &setup.court, ownership, me, &bell);
            }
            _ => region.bell(me).sleep(PATIENCE),
        }
    }
}

fn hand_on(region: &Region, court: &Court, ownership: Ownership, me: PaneId, bell: &FdBell) {
    let mut comes_from_right = false;
    if let Owner::Pane(giver) = ownership.giver {
        let handed_ns = region.pane(giver).status.took_ns.load(Ordering::Relaxed);
        region.latency(me, TransportKind::Shared).record(clock::now_ns().saturating_sub(handed_ns));
        comes_from_right = giver > me;
    }
    let until_ns = clock::now_ns() + KEPT_NS;
    while clock::now_ns() < until_ns {}
    let goes_left = me == court.last() || comes_from_right && me != PaneId(0);
    let to = PaneId(if goes_left { me.0 - 1 } else { me.0 + 1 });
    region.pane(me).status.took_ns.store(clock::now_ns(), Ordering::Relaxed);
    if region.baton.hand_off(ownership, to).is_ok() {
        region.bell(to).notify(bell);
    }
}

/// Everybody sleeps on the word in the Region; an eventfd is asked for, and never used.
fn bell() -> Result<FdBell> {
    FdBell::new().map_err(failed("make a doorbell"))
}
