//! What the kernel says of each CPU that this process may use.

use serde::{Deserialize, Serialize};

use super::kind::{CoreKind, Kinds};
use crate::platform::machine::{Kernel, parse_cpu_list};

const CPUS: &str = "/sys/devices/system/cpu";
/// A CPU has fewer caches.
const CACHES: usize = 16;

/// A CPU, and what it shares with others. What the kernel does not say is None.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cpu {
    /// The kernel's number of it.
    pub number: usize,
    /// The lowest number of a CPU of the same core: SMT siblings have the same.
    pub core: Option<usize>,
    /// The cores with which it shares a cache that not the whole package shares, or its only one.
    pub cluster: Option<Cluster>,
    /// The kernel's number of the package.
    pub package: Option<usize>,
    /// Of what kind its core is.
    pub kind: Option<CoreKind>,
}

/// Cores that are nearer to each other than to the rest of their package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster {
    /// The lowest number of its CPUs.
    pub first: usize,
    /// What they share.
    pub by: ClusterBy,
}

/// What the cores of a cluster share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
pub enum ClusterBy {
    /// The cache of level 2.
    L2,
    /// The kernel says that they are a cluster, and not by what.
    #[serde(rename = "cluster")]
    #[strum(serialize = "cluster")]
    Cluster,
    /// The cache of level 3.
    L3,
}

/// The CPUs that this process may use and that are online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// In the order in which processes are placed: package by package, cores for performance first, and then by number.
    pub cpus: Vec<Cpu>,
}

impl Topology {
    /// What the kernel says of the CPUs that this process may use.
    pub(crate) fn read(kernel: Kernel<'_>, allowed: &[usize]) -> Self {
        let online = kernel.read(&format!("{CPUS}/online")).and_then(|list| parse_cpu_list(&list));
        // Without the list those count as online that the scheduler says may be used.
        let online = online.as_deref().unwrap_or(allowed);
        let of_cpu = |cpu: &usize| Files { kernel, cpu: *cpu };
        let files: Vec<_> = allowed.iter().filter(|cpu| online.contains(cpu)).map(of_cpu).collect();
        let kinds = Kinds::read(kernel, online);
        let cpu = |(files, core): (&Files<'_>, Option<usize>)| Cpu {
            number: files.cpu,
            core,
            cluster: files.cluster(),
            package: files.number("topology/physical_package_id"),
            kind: kinds.of(files.cpu),
        };
        let mut cpus: Vec<_> = files.iter().zip(cores(kernel, &files)).map(cpu).collect();
        cpus.sort_by_key(|cpu| (cpu.package.is_none(), cpu.package, cpu.kind, cpu.number));
        Self { cpus }
    }
}

/// The core of each, by the lowest number of its CPUs: by its list, or else by its ids.
fn cores(kernel: Kernel<'_>, files: &[Files<'_>]) -> Vec<Option<usize>> {
    let has_no_smt = kernel.smt() == Some(false);
    let lists: Vec<_> = files.iter().map(Files::siblings).collect();
    let ids: Vec<_> = files.iter().map(Files::ids).collect();
    let same_ids = |ids_of_one: Option<[usize; 3]>| {
        let ids_of_one = ids_of_one?;
        ids.iter().position(|ids| *ids == Some(ids_of_one)).map(|index| files[index].cpu)
    };
    let core = |index: usize| {
        let listed = lists[index].as_ref().and_then(|list| list.first().copied());
        listed.or_else(|| same_ids(ids[index])).or_else(|| has_no_smt.then(|| files[index].cpu))
    };
    let cores: Vec<_> = (0..files.len()).map(core).collect();
    // Where one says that it shares its core with another, and that one says it does not, nothing is known of either: a CPU
    // went offline, or came back, while the files were read.
    let is_agreed = |index: usize| {
        let cpu = files[index].cpu;
        (0..files.len()).all(|other| {
            let names =
                |list: &Option<Vec<usize>>, cpu| list.as_ref().is_some_and(|list| list.contains(&cpu));
            let are_siblings = names(&lists[index], files[other].cpu) || names(&lists[other], cpu);
            !are_siblings || cores[index] == cores[other]
        })
    };
    (0..files.len()).map(|index| cores[index].filter(|_| is_agreed(index))).collect()
}

/// The files of one CPU.
struct Files<'a> {
    kernel: Kernel<'a>,
    cpu: usize,
}

impl Files<'_> {
    fn read(&self, file: &str) -> Option<String> {
        self.kernel.read(&format!("{CPUS}/cpu{}/{file}", self.cpu))
    }

    fn number(&self, file: &str) -> Option<usize> {
        // -1, which is no such number, where the kernel does not know it.
        self.read(file)?.parse().ok()
    }

    /// A list of CPUs in which this one is.
    fn list(&self, file: &str) -> Option<Vec<usize>> {
        parse_cpu_list(&self.read(file)?).filter(|cpus| cpus.contains(&self.cpu))
    }

    fn siblings(&self) -> Option<Vec<usize>> {
        self.list("topology/core_cpus_list").or_else(|| self.list("topology/thread_siblings_list"))
    }

    /// Those of package, die and core, which together name a core.
    fn ids(&self) -> Option<[usize; 3]> {
        let die = self.number("topology/die_id").unwrap_or(0);
        Some([self.number("topology/physical_package_id")?, die, self.number("topology/core_id")?])
    }

    /// By the nearest thing that several cores share, and for all but the cache of level 2 not the whole package does.
    fn cluster(&self) -> Option<Cluster> {
        let own = self.siblings().unwrap_or_else(|| vec![self.cpu]);
        let package =
            self.list("topology/package_cpus_list").or_else(|| self.list("topology/core_siblings_list"));
        let has_others = |cpus: &Vec<usize>| cpus.iter().any(|cpu| !own.contains(cpu));
        let is_part = |cpus: &Vec<usize>| package.as_ref().is_some_and(|package| cpus.len() < package.len());
        let named = |by| move |cpus: Vec<usize>| Some(Cluster { first: *cpus.first()?, by });
        let by_l2 = || self.cache(2).filter(has_others).and_then(named(ClusterBy::L2));
        let by_kernel = || {
            let cpus = self.list("topology/cluster_cpus_list").filter(has_others).filter(is_part);
            cpus.and_then(named(ClusterBy::Cluster))
        };
        let by_l3 = || self.cache(3).filter(has_others).filter(is_part).and_then(named(ClusterBy::L3));
        by_l2().or_else(by_kernel).or_else(by_l3)
    }

    /// The CPUs that share its cache for data of this level.
    fn cache(&self, level: usize) -> Option<Vec<usize>> {
        let is_it = |index: &usize| {
            self.number(&format!("cache/index{index}/level")) == Some(level)
                && self.read(&format!("cache/index{index}/type")).is_some_and(|kind| kind != "Instruction")
        };
        let index = (0..CACHES).find(is_it)?;
        self.list(&format!("cache/index{index}/shared_cpu_list"))
    }
}
