//! Placements on machines that are not here.

use strum::VariantArray;

use super::faked::{Machine, big_little, complexes, hybrid, laptop, one_core, server, virtual_machine};
use super::*;
use crate::platform::machine::fake::Fake;
use crate::platform::machine::{HERE, Kernel, allowed_cpus};

const ONLINE: &str = "/sys/devices/system/cpu/online";

fn read(fake: &Fake, allowed: &[usize]) -> Topology {
    let read = fake.read();
    Topology::read(Kernel(&read), allowed)
}

fn of(machine: &Machine) -> Topology {
    read(&machine.tree(), &(0..16).collect::<Vec<_>>())
}

fn cpus(topology: &Topology, placement: Placement, processes: usize) -> Vec<usize> {
    let cpus = topology.place(placement, processes).unwrap_or_else(|why| panic!("{placement}: {why}"));
    assert_eq!(cpus.len(), processes);
    cpus.into_iter().map(Option::unwrap).collect()
}

fn why_not(topology: &Topology, placement: Placement) -> String {
    let why = topology.place(placement, 2).unwrap_err();
    assert!(!why.is_empty() && why.lines().count() == 1, "{why}");
    why
}

/// The placements that it has.
fn has(topology: &Topology) -> Vec<Placement> {
    Placement::VARIANTS.iter().copied().filter(|placement| topology.place(*placement, 4).is_ok()).collect()
}

use Placement::*;

#[test]
fn a_virtual_machine_of_two_cores_has_one_cpu_or_two_cores() {
    let topology = of(&virtual_machine());
    assert_eq!(has(&topology), [SameCpu, DistinctCores, Unpinned]);
    assert_eq!(cpus(&topology, SameCpu, 3), [0, 0, 0]);
    assert_eq!(cpus(&topology, DistinctCores, 3), [0, 1, 0]);
    assert_eq!(topology.place(Unpinned, 3), Ok(vec![None; 3]));
    assert_eq!(why_not(&topology, SmtSiblings), "no core has two of the CPUs that may be used (0-1)");
    assert!(why_not(&topology, SameCluster).contains("(0-1) are known to share an L2 cache"));
    assert_eq!(why_not(&topology, DistinctPackages), "the CPUs that may be used (0-1) are of one package");
    assert_eq!(why_not(&topology, EfficientCores), "the cores of this machine are all of one kind");
    assert!(topology.cpus.iter().all(|cpu| cpu.kind == Some(CoreKind::Uniform) && cpu.cluster.is_none()));
    assert_eq!(topology.warning(), None);
}

#[test]
fn two_cpus_of_one_core_are_never_called_distinct_cores() {
    let topology = of(&one_core());
    assert_eq!(has(&topology), [SameCpu, SmtSiblings, Unpinned]);
    assert_eq!(why_not(&topology, DistinctCores), "the CPUs that may be used (0-1) are of one core");
    assert_eq!(cpus(&topology, SmtSiblings, 2), [0, 1]);
}

#[test]
fn a_laptop_uses_all_cores_before_the_second_cpu_of_any() {
    let topology = of(&laptop());
    assert_eq!(has(&topology), [SameCpu, SmtSiblings, DistinctCores, Unpinned]);
    assert_eq!(cpus(&topology, SmtSiblings, 4), [0, 4, 0, 4]);
    assert_eq!(cpus(&topology, DistinctCores, 10), [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]);
    assert_eq!(why_not(&topology, PerformanceCores), "the kernel does not say of what kind the cores are");
}

#[test]
fn a_server_stays_in_one_package_unless_it_is_asked_for_two() {
    let topology = of(&server());
    assert_eq!(has(&topology), [SameCpu, SmtSiblings, DistinctCores, DistinctPackages, Unpinned]);
    assert_eq!(cpus(&topology, SmtSiblings, 2), [0, 8]);
    // Three cores of the first package, three of the second; 7 is offline.
    assert_eq!(cpus(&topology, DistinctCores, 12), [0, 4, 6, 1, 3, 5, 8, 12, 14, 9, 11, 0]);
    assert_eq!(cpus(&topology, DistinctPackages, 8), [0, 1, 4, 3, 6, 5, 8, 9]);
    assert!(topology.cpus.iter().all(|cpu| cpu.number != 7));
    // The hole is in no place, whatever is asked for.
    for placement in has(&topology) {
        let cpus = topology.place(placement, 16).unwrap();
        assert!(!cpus.contains(&Some(2)) && !cpus.contains(&Some(7)), "{placement}");
    }
}

#[test]
fn cores_that_share_an_l3_below_the_package_are_a_cluster() {
    let topology = of(&complexes());
    assert_eq!(has(&topology), [SameCpu, SmtSiblings, SameCluster, DistinctCores, Unpinned]);
    assert_eq!(cpus(&topology, SameCluster, 6), [0, 1, 2, 3, 8, 9]);
    assert_eq!(topology.cpus[5].cluster, Some(Cluster { first: 4, by: ClusterBy::L3 }));
    // Of the first one CPU only: the second has more cores.
    let topology = read(&complexes().tree(), &[1, 4, 5, 6]);
    assert_eq!(cpus(&topology, SameCluster, 2), [4, 5]);
}

#[test]
fn a_hybrid_machine_has_its_kinds_by_name() {
    let topology = read(&hybrid(), &(0..8).collect::<Vec<_>>());
    let all = [SameCpu, SmtSiblings, SameCluster, DistinctCores, PerformanceCores, EfficientCores];
    assert_eq!(has(&topology), [all.as_slice(), &[PerformanceToEfficient, Unpinned]].concat());
    assert_eq!(cpus(&topology, PerformanceCores, 3), [0, 2, 1]);
    assert_eq!(cpus(&topology, EfficientCores, 5), [4, 5, 6, 7, 4]);
    assert_eq!(cpus(&topology, PerformanceToEfficient, 6), [0, 4, 2, 5, 1, 6]);
    assert_eq!(cpus(&topology, SameCluster, 2), [4, 5]);
    assert_eq!(cpus(&topology, DistinctCores, 7), [0, 2, 4, 5, 6, 7, 1]);
    assert_eq!(
        why_not(&topology, MiddleCores),
        "none of the CPUs that may be used (0-7) is of a core of kind middle"
    );
    // The kinds are those of the machine, also where only one of them may be used.
    let efficient = read(&hybrid(), &[4, 6]);
    assert_eq!(has(&efficient), [SameCpu, SameCluster, DistinctCores, EfficientCores, Unpinned]);
    let one_each = read(&hybrid(), &[1, 6]);
    assert_eq!(has(&one_each), [SameCpu, DistinctCores, PerformanceToEfficient, Unpinned]);
    assert_eq!(
        why_not(&one_each, EfficientCores),
        "the CPUs of kind efficient that may be used (6) are of one core"
    );
}

#[test]
fn capacities_are_kinds_and_those_that_differ_by_little_are_one() {
    let topology = of(&big_little());
    // The fastest first.
    let kinds: Vec<_> = topology.cpus.iter().map(|cpu| (cpu.number, cpu.kind.unwrap())).collect();
    let middle = [4, 5, 6].map(|cpu| (cpu, CoreKind::Middle));
    let small = [0, 1, 2, 3].map(|cpu| (cpu, CoreKind::Efficient));
    assert_eq!(kinds, [&[(7, CoreKind::Performance)], middle.as_slice(), &small].concat());
    assert_eq!(cpus(&topology, SameCpu, 2), [7, 7]);
    assert_eq!(cpus(&topology, MiddleCores, 3), [4, 5, 6]);
    assert_eq!(cpus(&topology, EfficientCores, 4), [0, 1, 2, 3]);
    assert_eq!(cpus(&topology, PerformanceToEfficient, 4), [7, 0, 7, 1]);
    assert_eq!(cpus(&topology, SameCluster, 2), [0, 1]);
    assert_eq!(
        why_not(&topology, PerformanceCores),
        "the CPUs of kind performance that may be used (7) are of one core"
    );
    // One whose capacity is unknown may be of a kind of its own.
    let topology = read(&big_little().tree().without("cpu3/cpu_capacity"), &[0, 7]);
    assert!(topology.cpus.iter().all(|cpu| cpu.kind.is_none()));
}

#[test]
fn a_cpuset_of_odd_cpus_is_all_there_is() {
    let topology = read(&laptop().tree(), &[1, 3, 5]);
    assert_eq!(has(&topology), [SameCpu, SmtSiblings, DistinctCores, Unpinned]);
    assert_eq!(cpus(&topology, SmtSiblings, 2), [1, 5]);
    assert_eq!(cpus(&topology, DistinctCores, 4), [1, 3, 5, 1]);
    let topology = read(&complexes().tree(), &[5, 7, 9]);
    assert_eq!(cpus(&topology, SameCluster, 2), [5, 7]);
    let topology = read(&server().tree(), &[1, 9, 11]);
    assert_eq!(cpus(&topology, DistinctCores, 2), [1, 11]);
    assert_eq!(why_not(&topology, DistinctPackages), "the CPUs that may be used (1,9,11) are of one package");
}

#[test]
fn one_cpu_is_one_cpu() {
    for machine in [virtual_machine(), laptop(), server(), complexes()] {
        let topology = read(&machine.tree(), &[1]);
        assert_eq!(has(&topology), [SameCpu, Unpinned]);
        assert_eq!(why_not(&topology, DistinctCores), "the CPU that may be used (1) is one only");
        assert_eq!(cpus(&topology, SameCpu, 4), [1; 4]);
        assert_eq!(topology.warning(), None);
    }
}

#[test]
fn cpus_beyond_1024_are_as_others() {
    let packages: Vec<Vec<usize>> = vec![(0..1000).collect(), (1000..2000).collect()];
    let cores = (0..1000).map(|core| vec![core * 2, core * 2 + 1]).collect();
    let machine = Machine { packages: packages.clone(), cores, l3: packages, ..Machine::default() };
    let topology = read(&machine.tree(), &[0, 1, 1022, 1023, 1024, 1999]);
    assert_eq!(cpus(&topology, DistinctCores, 4), [0, 1022, 1024, 1999]);
    assert_eq!(cpus(&topology, DistinctPackages, 2), [0, 1022]);
}

#[test]
fn without_sys_each_cpu_counts_as_a_core_and_that_is_said() {
    for fake in [Fake::default(), Fake::new(&[(ONLINE, "0-3")]), Fake::new(&[(ONLINE, "0-")])] {
        let topology = read(&fake, &[0, 2, 3]);
        assert_eq!(has(&topology), [SameCpu, DistinctCores, Unpinned]);
        assert_eq!(cpus(&topology, DistinctCores, 4), [0, 2, 3, 0]);
        assert!(topology.cpus.iter().all(|cpu| cpu.core.or(cpu.package).is_none() && cpu.kind.is_none()));
        assert!(topology.warning().unwrap().contains("which of the CPUs 0,2-3 share a core"));
        assert_eq!(why_not(&topology, SmtSiblings), "the kernel does not say which CPUs share a core");
        assert_eq!(
            why_not(&topology, DistinctPackages),
            "the kernel does not say which CPUs share a package"
        );
    }
    // That there is no SMT at all is as good.
    let topology = read(&Fake::new(&[("/sys/devices/system/cpu/smt/active", "0")]), &[0, 1]);
    assert_eq!((topology.warning(), topology.cpus[1].core), (None, Some(1)));
}

#[test]
fn without_lists_the_ids_name_a_core() {
    let fake = server().tree().without("_list");
    let topology = read(&fake, &(0..16).collect::<Vec<_>>());
    assert_eq!(cpus(&topology, SmtSiblings, 2), [0, 8]);
    assert_eq!(cpus(&topology, DistinctCores, 7), [0, 4, 6, 1, 3, 5, 8]);
    // Older kernels have the lists by other names.
    let fake = complexes().tree().without("core_cpus_list").without("package_cpus_list");
    let topology = read(&fake, &(0..16).collect::<Vec<_>>());
    assert_eq!(cpus(&topology, SmtSiblings, 2), [0, 8]);
    assert_eq!(cpus(&topology, SameCluster, 2), [0, 1]);
}

#[test]
fn a_malformed_list_is_as_none_and_takes_no_time() {
    for text in ["0-", "3-1", "0-4294967295", "", "\u{0}", "1,0", "7", "all"] {
        let list = |fake: Fake, name: &str| {
            fake.with(&format!("/sys/devices/system/cpu/cpu0/topology/{name}"), text)
        };
        let fake = list(list(laptop().tree(), "core_cpus_list"), "thread_siblings_list");
        let topology = read(&fake, &[0, 1, 2]);
        // The ids know better.
        assert_eq!(cpus(&topology, DistinctCores, 3), [0, 1, 2], "{text:?}");
        let everywhere = laptop().tree();
        let paths: Vec<_> = everywhere.paths().map(str::to_owned).collect();
        let everywhere = paths.iter().fold(everywhere, |fake, path| fake.with(path, text));
        let topology = read(&everywhere, &[0, 1, 2]);
        // "7" is a list of a CPU that may not be used.
        let expected = if text == "7" { 0 } else { 3 };
        assert_eq!(topology.cpus.len(), expected, "{text:?}");
        assert_eq!(topology.place(SameCpu, 2).is_ok(), text != "7", "{text:?}");
    }
}

#[test]
fn cpus_that_do_not_agree_on_their_core_are_of_unknown_ones() {
    let fake = laptop().tree().with("/sys/devices/system/cpu/cpu4/topology/core_cpus_list", "4");
    let topology = read(&fake, &[0, 1, 4]);
    let core = |number| topology.cpus.iter().find(|cpu| cpu.number == number).unwrap().core;
    assert_eq!([core(0), core(1), core(4)], [None, Some(1), None]);
    assert!(topology.warning().unwrap().contains("the CPUs 0,4 share"));
}

#[test]
fn a_cpu_without_a_package_comes_after_those_with_one() {
    let fake =
        virtual_machine().tree().with("/sys/devices/system/cpu/cpu0/topology/physical_package_id", "-1");
    let topology = read(&fake, &[0, 1]);
    assert_eq!(
        topology.cpus.iter().map(|cpu| (cpu.number, cpu.package)).collect::<Vec<_>>(),
        [(1, Some(0)), (0, None)]
    );
    assert_eq!(why_not(&topology, DistinctPackages), "the kernel does not say which CPUs share a package");
}

#[test]
fn no_cpu_at_all_is_no_placement_and_no_panic() {
    let topology = read(&Fake::new(&[(ONLINE, "4-7")]), &[0, 1]);
    assert_eq!(has(&topology), [Unpinned]);
    for placement in Placement::VARIANTS.iter().filter(|placement| **placement != Unpinned) {
        why_not(&topology, *placement);
    }
    assert_eq!(read(&Fake::default(), &[]).warning(), None);
}

#[test]
fn this_machine_has_the_cpus_that_may_be_used_and_no_other() {
    let allowed = allowed_cpus().unwrap();
    let topology = Topology::read(HERE, &allowed);
    for placement in has(&topology) {
        for processes in [0, 1, 2, 16] {
            let cpus = topology.place(placement, processes).unwrap();
            assert_eq!(cpus.len(), processes);
            assert!(cpus.iter().flatten().all(|cpu| allowed.contains(cpu)), "{placement}: {cpus:?}");
        }
    }
    assert!(has(&topology).contains(&SameCpu));
}
