//! The files of machines that are not here, as their kernels have them.

use crate::platform::machine::fake::Fake;
use crate::platform::machine::fmt_cpu_list;

const CPUS: &str = "/sys/devices/system/cpu";

/// Some CPUs, as one core, or as those that share something.
pub(super) type Group = Vec<usize>;

/// How the CPUs of a machine share its parts: each a list of groups.
#[derive(Debug, Default, Clone)]
pub(super) struct Machine {
    pub(super) packages: Vec<Group>,
    pub(super) cores: Vec<Group>,
    /// Without: each core has its own.
    pub(super) l2: Vec<Group>,
    pub(super) l3: Vec<Group>,
    pub(super) offline: Group,
    pub(super) capacities: Vec<(Group, u64)>,
}

impl Machine {
    /// The tree of its files.
    pub(super) fn tree(&self) -> Fake {
        let mut online: Group = self.cores.concat();
        online.sort_unstable();
        online.retain(|cpu| !self.offline.contains(cpu));
        let fake = Fake::new(&[(&format!("{CPUS}/online"), &fmt_cpu_list(&online))]);
        let fake = self
            .capacities
            .iter()
            .flat_map(|(cpus, capacity)| cpus.iter().map(move |cpu| (cpu, capacity)))
            .fold(fake, |fake, (cpu, capacity)| {
                fake.with(&format!("{CPUS}/cpu{cpu}/cpu_capacity"), &format!("{capacity}\n"))
            });
        online.iter().fold(fake, |fake, cpu| self.files_of(*cpu, fake))
    }

    fn files_of(&self, cpu: usize, mut fake: Fake) -> Fake {
        // The lists are of CPUs that are online.
        let list = |groups: &[Group]| {
            let mut group =
                groups.iter().find(|group| group.contains(&cpu)).cloned().unwrap_or_else(|| vec![cpu]);
            group.retain(|cpu| !self.offline.contains(cpu));
            group.sort_unstable();
            fmt_cpu_list(&group)
        };
        let package = self.packages.iter().position(|group| group.contains(&cpu)).unwrap_or(0);
        let core = self.cores.iter().position(|group| group.contains(&cpu)).unwrap_or(0);
        let core_list = list(&self.cores);
        let l2 = if self.l2.is_empty() { core_list.clone() } else { list(&self.l2) };
        let of_topology = [
            ("physical_package_id", package.to_string()),
            ("die_id", "0".to_owned()),
            ("core_id", core.to_string()),
            ("core_cpus_list", core_list.clone()),
            ("thread_siblings_list", core_list.clone()),
            ("cluster_cpus_list", l2.clone()),
            ("package_cpus_list", list(&self.packages)),
            ("core_siblings_list", list(&self.packages)),
        ];
        for (file, text) in of_topology {
            fake = fake.with(&format!("{CPUS}/cpu{cpu}/topology/{file}"), &format!("{text}\n"));
        }
        self.caches_of(cpu, &core_list, &l2, &list(&self.l3), fake)
    }

    fn caches_of(&self, cpu: usize, core: &str, l2: &str, l3: &str, mut fake: Fake) -> Fake {
        let caches = [(1, "Data", core), (1, "Instruction", core), (2, "Unified", l2), (3, "Unified", l3)];
        for (index, (level, kind, cpus)) in caches.into_iter().enumerate() {
            if level == 3 && self.l3.is_empty() {
                continue;
            }
            let folder = format!("{CPUS}/cpu{cpu}/cache/index{index}");
            fake = fake
                .with(&format!("{folder}/level"), &level.to_string())
                .with(&format!("{folder}/type"), kind)
                .with(&format!("{folder}/shared_cpu_list"), cpus);
        }
        fake
    }
}

/// Each of these by itself.
pub(super) fn each(cpus: impl IntoIterator<Item = usize>) -> Vec<Group> {
    cpus.into_iter().map(|cpu| vec![cpu]).collect()
}

/// A virtual machine: two CPUs, one package, an L3 for both.
pub(super) fn virtual_machine() -> Machine {
    let all = vec![vec![0, 1]];
    let capacities = vec![(vec![0, 1], 1024)];
    Machine { packages: all.clone(), cores: each(0..2), l3: all, capacities, ..Machine::default() }
}

/// A small virtual machine, as clouds rent them: its two CPUs are of one core.
pub(super) fn one_core() -> Machine {
    let all = vec![vec![0, 1]];
    Machine { packages: all.clone(), cores: all.clone(), l3: all, ..Machine::default() }
}

/// A laptop of four cores and eight CPUs: the second CPUs of the cores come after all first ones.
pub(super) fn laptop() -> Machine {
    let all = vec![(0..8).collect()];
    Machine {
        packages: all.clone(),
        cores: (0..4).map(|core| vec![core, core + 4]).collect(),
        l3: all,
        ..Machine::default()
    }
}

/// A server of two packages with three cores each. The numbers go from package to package in turn, with a hole: 2 is missing, 7
/// is offline.
pub(super) fn server() -> Machine {
    let cores = vec![vec![0, 8], vec![4, 12], vec![6, 14], vec![1, 9], vec![3, 11], vec![5, 7]];
    let packages = vec![vec![0, 4, 6, 8, 12, 14], vec![1, 3, 5, 7, 9, 11]];
    Machine { packages: packages.clone(), cores, l3: packages, offline: vec![7], ..Machine::default() }
}

/// One package of eight cores with two CPUs each; four cores share an L3.
pub(super) fn complexes() -> Machine {
    let cores = (0..8).map(|core| vec![core, core + 8]).collect();
    let l3 = [0, 4].map(|first: usize| (first..first + 4).chain(first + 8..first + 12).collect()).to_vec();
    Machine { packages: vec![(0..16).collect()], cores, l3, ..Machine::default() }
}

/// Two cores for performance with two CPUs each, and four efficient ones that share an L2.
pub(super) fn hybrid() -> Fake {
    let cores = [vec![vec![0, 1], vec![2, 3]], each(4..8)].concat();
    let l2 = vec![vec![0, 1], vec![2, 3], vec![4, 5, 6, 7]];
    let all: Vec<Group> = vec![(0..8).collect()];
    let machine = Machine { packages: all.clone(), cores, l2, l3: all, ..Machine::default() };
    machine.tree().with("/sys/devices/cpu_core/cpus", "0-3\n").with("/sys/devices/cpu_atom/cpus", "4-7\n")
}

/// Four small cores, three middle ones and a large one, as in a telephone: no L3 below the package, L2 by cluster of small ones.
pub(super) fn big_little() -> Machine {
    let capacities = vec![(vec![0, 1, 2, 3], 250), (vec![4, 5], 860), (vec![6], 870), (vec![7], 1024)];
    let all: Vec<Group> = vec![(0..8).collect()];
    let l2 = [vec![vec![0, 1], vec![2, 3]], each(4..8)].concat();
    Machine { packages: all.clone(), cores: each(0..8), l2, l3: all, capacities, ..Machine::default() }
}
