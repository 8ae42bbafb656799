//! Looking at the machine from the beginning of a run to its end.

use std::time::{Duration, Instant, SystemTime};

use nix::sys::resource::UsageWho;

use super::fields::Manifest;
use super::quota::{QuotaReport, ThrottlingReport};
use super::shares::Shares;
use super::used_cpu::CpuWatch;
use crate::bench::figures::Usage;
use crate::bench::key::RowKey;
use crate::bench::mapped_file::Place;
use crate::bench::mechanism::Mechanism;
use crate::bench::placement::Places;
use crate::error::Result;
use crate::platform::machine::{Kernel, Throttling, Ticks, spent};

/// What was there when the run began.
#[derive(Debug)]
pub(in crate::bench) struct Watch<'a> {
    kernel: Kernel<'a>,
    begin: Instant,
    unix_s: u64,
    ticks: Option<Ticks>,
    allowed: CpuWatch<'a>,
    used: CpuWatch<'a>,
    cpu: Duration,
    mapped_file_system: Option<String>,
    load_average: Option<String>,
    throttling: Option<Vec<Throttling>>,
}

impl<'a> Watch<'a> {
    /// The run begins, of these rows.
    pub(in crate::bench) fn start(kernel: Kernel<'a>, places: &Places, keys: &[RowKey]) -> Result<Self> {
        let allowed = places.allowed.clone().unwrap_or_default();
        let mut used: Vec<_> = keys.iter().flat_map(|key| places.bound(key).unwrap_or_default()).collect();
        used.sort_unstable();
        used.dedup();
        if used.is_empty() {
            used.clone_from(&allowed);
        }
        let maps_a_file = keys.iter().any(|key| key.transport == Mechanism::File);
        let place = if maps_a_file { Place::find().ok() } else { None };
        Ok(Self {
            kernel,
            mapped_file_system: place.and_then(|place| place.file_system().map(str::to_owned)),
            load_average: kernel.load_average(),
            throttling: kernel.throttling(),
            used: CpuWatch::start(kernel, used),
            cpu: own_cpu()?,
            begin: Instant::now(),
            unix_s: unix_s(),
            ticks: kernel.ticks(),
            allowed: CpuWatch::start(kernel, allowed),
        })
    }

    /// The run is over.
    pub(in crate::bench) fn finish(self, places: &Places) -> Result<Manifest> {
        let Self { kernel, .. } = self;
        let duration = self.begin.elapsed();
        let ours = own_cpu()?.saturating_sub(self.cpu);
        let (cpus, allowed) = (kernel.cpus(), self.allowed_shares(ours, duration));
        let ticks = kernel.ticks().zip(self.ticks).map(|(now, before)| now.since(before));
        let all = ticks.zip(cpus).and_then(|(ticks, cpus)| Shares::of(ticks, ours, duration, cpus));
        let throttling = spent(self.throttling, kernel.throttling());
        let used_cpus = self.used.finish(&places.topology);
        Ok(Manifest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
            cpu: kernel.cpu_model(),
            cpus,
            allowed_cpus: places.allowed.clone(),
            cpuset: kernel.cpuset(),
            smt: kernel.smt(),
            kernel: kernel.release(),
            clocksource: kernel.clocksource(),
            governor: used_cpus.first().and_then(|cpu| cpu.governor.clone()),
            used_cpus,
            is_virtual: kernel.is_virtual(),
            unix_s: self.unix_s,
            mapped_file_system: self.mapped_file_system,
            load_average: self.load_average,
            duration_s: (duration.as_secs_f64() * 1e3).round() / 1e3,
            others_percent: all.map(|shares| shares.others),
            stolen_percent: all.map(|shares| shares.stolen),
            allowed_others_percent: allowed.map(|shares| shares.others),
            allowed_stolen_percent: allowed.map(|shares| shares.stolen),
            quota: kernel.quotas().as_deref().map(QuotaReport::of),
            throttling: throttling.as_ref().map(ThrottlingReport::of),
        })
    }

    /// Of the allowed CPUs: all that the bench used, it used there.
    fn allowed_shares(&self, ours: Duration, duration: Duration) -> Option<Shares> {
        let since: Option<Vec<Ticks>> = self.allowed.since().into_iter().collect();
        let since = since.filter(|ticks| !ticks.is_empty())?;
        let sum = since.iter().fold(Ticks::default(), |sum, ticks| sum.and(*ticks));
        Shares::of(sum, ours, duration, since.len())
    }
}

/// Now.
fn unix_s() -> u64 {
    // A clock before 1970 is wrong, and so is what it says.
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// The CPU time of this process, and of all its children that were waited for.
fn own_cpu() -> Result<Duration> {
    Ok(Usage::of(UsageWho::RUSAGE_SELF)?.cpu + Usage::of(UsageWho::RUSAGE_CHILDREN)?.cpu)
}
