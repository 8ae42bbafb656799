//! From a placement to the CPUs of the processes.

use super::cpu::{Cpu, Topology};
use super::kind::CoreKind;
use super::placement::Placement;
use crate::platform::machine::fmt_cpu_list;

/// CPUs, by their numbers.
type Cpus = Vec<usize>;

impl Topology {
    /// The CPU of each process; None where the scheduler chooses.
    ///
    /// # Errors
    /// Why this machine does not have that placement, in one line.
    pub fn place(&self, placement: Placement, processes: usize) -> Result<Vec<Option<usize>>, String> {
        let all: Vec<_> = self.cpus.iter().collect();
        let cpus = match placement {
            Placement::Unpinned => return Ok(vec![None; processes]),
            Placement::SameCpu => {
                let first = self.cpus.first().map(|cpu| vec![cpu.number]);
                first.ok_or("no CPU that this process may use is online")?
            }
            Placement::SmtSiblings => self.siblings()?,
            Placement::SameCluster => self.cluster(processes)?,
            Placement::DistinctCores => self.distinct_cores()?,
            Placement::DistinctPackages => in_turn(&self.packages()?),
            Placement::PerformanceCores => self.of_kind(&all, CoreKind::Performance)?,
            Placement::MiddleCores => self.of_kind(&all, CoreKind::Middle)?,
            Placement::EfficientCores => self.of_kind(&all, CoreKind::Efficient)?,
            Placement::PerformanceToEfficient => {
                let kinds = [CoreKind::Performance, CoreKind::Efficient];
                let [fast, small] = kinds.map(|kind| self.one_each_of_kind(kind));
                return Ok(alternate(&fast?, &small?, processes));
            }
        };
        Ok(cpus.into_iter().cycle().take(processes).map(Some).collect())
    }

    /// What rows of several cores do not know of these CPUs, in one line.
    pub fn warning(&self) -> Option<String> {
        let unknown: Vec<_> =
            self.cpus.iter().filter(|cpu| cpu.core.is_none()).map(|cpu| cpu.number).collect();
        (unknown.len() > 1).then(|| {
            format!(
                "the kernel does not say which of the CPUs {} share a core, so each counts as one: rows of distinct-cores may \
                 be of SMT siblings",
                list(unknown)
            )
        })
    }

    /// All CPUs that may be used, as a list.
    fn all(&self) -> String {
        list(self.cpus.iter().map(|cpu| cpu.number).collect())
    }

    fn siblings(&self) -> Result<Cpus, String> {
        let found = cores(&self.cpus).into_iter().find(|core| core.len() > 1);
        found.ok_or_else(|| {
            if self.cpus.len() > 1 && self.cpus.iter().any(|cpu| cpu.core.is_none()) {
                return "the kernel does not say which CPUs share a core".to_owned();
            }
            format!("no core has two of the CPUs that may be used ({})", self.all())
        })
    }

    fn distinct_cores(&self) -> Result<Cpus, String> {
        let cores = cores(&self.cpus);
        if cores.len() < 2 {
            let what = if self.cpus.len() < 2 { "is one only" } else { "are of one core" };
            let noun = if self.cpus.len() < 2 { "CPU" } else { "CPUs" };
            return Err(format!("the {noun} that may be used ({}) {what}", self.all()));
        }
        Ok(one_each_first(&cores))
    }

    /// One with a core for each process, or else the largest; of these one for performance, of these the first.
    fn cluster(&self, processes: usize) -> Result<Cpus, String> {
        let mut clusters: Vec<(usize, Vec<Cpu>)> = Vec::new();
        for cpu in &self.cpus {
            let Some(cluster) = cpu.cluster else { continue };
            match clusters.iter_mut().find(|(first, _)| *first == cluster.first) {
                Some((_, cpus)) => cpus.push(*cpu),
                None => clusters.push((cluster.first, vec![*cpu])),
            }
        }
        let clusters = clusters.iter().map(|(_, cpus)| cores(cpus)).filter(|cores| cores.len() > 1);
        let largest_first = |cores: &Vec<Cpus>| std::cmp::Reverse(cores.len().min(processes));
        let found = clusters.min_by_key(largest_first).map(|cores| one_each_first(&cores));
        found.ok_or_else(|| {
            format!(
                "no two cores of the CPUs that may be used ({}) are known to share an L2 cache, or an L3 that not their whole \
                 package shares",
                self.all()
            )
        })
    }

    /// The CPUs of each package, one of each core first.
    fn packages(&self) -> Result<Vec<Cpus>, String> {
        if self.cpus.iter().any(|cpu| cpu.package.is_none()) {
            return Err("the kernel does not say which CPUs share a package".to_owned());
        }
        let packages = self.cpus.chunk_by(|one, next| one.package == next.package);
        let packages: Vec<_> = packages.map(|cpus| one_each_first(&cores(cpus))).collect();
        if packages.len() < 2 {
            return Err(format!("the CPUs that may be used ({}) are of one package", self.all()));
        }
        Ok(packages)
    }

    /// One CPU of each core of a kind first, then the others.
    fn one_each_of_kind(&self, kind: CoreKind) -> Result<Cpus, String> {
        let cpus: Vec<_> = self.cpus.iter().filter(|cpu| cpu.kind == Some(kind)).copied().collect();
        if !cpus.is_empty() {
            return Ok(one_each_first(&cores(&cpus)));
        }
        let has = |kind: Option<CoreKind>| self.cpus.iter().any(|cpu| cpu.kind == kind);
        Err(if has(None) {
            "the kernel does not say of what kind the cores are".to_owned()
        } else if has(Some(CoreKind::Uniform)) {
            "the cores of this machine are all of one kind".to_owned()
        } else {
            format!("none of the CPUs that may be used ({}) is of a core of kind {kind}", self.all())
        })
    }

    fn of_kind(&self, all: &[&Cpu], kind: CoreKind) -> Result<Cpus, String> {
        let cpus = self.one_each_of_kind(kind)?;
        let of_kind: Vec<_> = all.iter().filter(|cpu| cpu.kind == Some(kind)).map(|cpu| **cpu).collect();
        if cores(&of_kind).len() < 2 {
            return Err(format!("the CPUs of kind {kind} that may be used ({}) are of one core", list(cpus)));
        }
        Ok(cpus)
    }
}

/// The CPUs of each core, in the order of their first ones. A CPU whose core is unknown is one by itself.
fn cores(cpus: &[Cpu]) -> Vec<Cpus> {
    let mut cores: Vec<(Option<usize>, Cpus)> = Vec::new();
    for cpu in cpus {
        let same = cores.iter_mut().find(|(core, _)| core.is_some() && *core == cpu.core);
        match same {
            Some((_, cpus)) => cpus.push(cpu.number),
            None => cores.push((cpu.core, vec![cpu.number])),
        }
    }
    cores.into_iter().map(|(_, cpus)| cpus).collect()
}

/// The first CPU of each core, then the second ones, and so on: two of one core only when no core is free.
fn one_each_first(cores: &[Cpus]) -> Cpus {
    let most = cores.iter().map(Vec::len).max().unwrap_or(0);
    (0..most).flat_map(|index| cores.iter().filter_map(move |core| core.get(index)).copied()).collect()
}

/// One of each in turn, as far as the longest goes; a shorter one begins again.
fn in_turn(groups: &[Cpus]) -> Cpus {
    let most = groups.iter().map(Vec::len).max().unwrap_or(0);
    let of_group = |index: usize| move |cpus: &Cpus| cpus.get(index % cpus.len().max(1)).copied();
    (0..most).flat_map(|index| groups.iter().filter_map(of_group(index))).collect()
}

/// In turn one of each.
fn alternate(first: &[usize], second: &[usize], processes: usize) -> Vec<Option<usize>> {
    let cpu = |process: usize| {
        let cpus = if process.is_multiple_of(2) { first } else { second };
        cpus.get((process / 2) % cpus.len().max(1)).copied()
    };
    (0..processes).map(cpu).collect()
}

fn list(mut cpus: Cpus) -> String {
    cpus.sort_unstable();
    fmt_cpu_list(&cpus)
}
