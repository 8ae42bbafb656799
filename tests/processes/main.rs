//! What the inspector shows of processes is what /proc contains: every value, against a reading of our own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

#[path = "../common/mod.rs"]
mod common;
mod fds;
mod states;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use common::memory::Memory;
use common::{Program, TestProcess, program, tripong, wait_for, wait_until};
use nix::sys::signal::Signal;
use tripong::game::PaneId;
use tripong::inspector::processes::{Access, Kind, ProcessRole, ProcessState, Processes, Sampler};
use tripong::platform::clock;
use tripong::platform::sync::Ordering;
use tripong::protocol::{Region, Setup};
use tripong::shm::Mapping;

/// The numbers of the system calls, from the kernel's tables.
#[cfg(target_arch = "x86_64")]
mod calls {
    pub(super) const FUTEX: u64 = 202;
    pub(super) const POLLS: [u64; 2] = [7, 271];
    pub(super) const CLOCK_NANOSLEEP: u64 = 230;
}
#[cfg(not(target_arch = "x86_64"))]
mod calls {
    pub(super) const FUTEX: u64 = 98;
    pub(super) const POLLS: [u64; 2] = [73, 73];
    pub(super) const CLOCK_NANOSLEEP: u64 = 115;
}

const SECOND_NS: u64 = 1_000_000_000;

/// A game without windows that goes on until it is dropped, and a sampler of it.
struct Inspected {
    game: Program,
    panes: Vec<TestProcess>,
    memory: Memory,
    setup: Setup,
    sampler: Sampler,
}

impl Inspected {
    fn start(arguments: &str) -> Self {
        let game = Program::start(&format!("--headless --for 10min --json --seed 1 {arguments}"));
        let panes = game.panes(3);
        let memory = Memory::of(&panes[0]);
        let setup = memory.region().header.setup().unwrap();
        wait_until("all panes to be ready", || {
            setup
                .court
                .all_panes()
                .all(|pane| memory.region().pane(pane).status.ready.load(Ordering::Acquire) == 1)
        });
        let sampler = Sampler::new(&setup);
        Self { game, panes, memory, setup, sampler }
    }

    fn sample(&mut self) -> Processes {
        self.sampler.sample(self.memory.region(), clock::now_ns())
    }

    /// A picture by somebody who looks for the first time.
    fn first_sample(&self) -> Processes {
        Sampler::new(&self.setup).sample(self.memory.region(), 0)
    }

    fn state(&mut self, pane: usize) -> ProcessState {
        self.sample().all[pane + 1].state
    }

    /// With the owner frozen first, nobody has anything to do any more.
    fn freeze_all(&self) {
        let owner = self.memory.freeze_the_owner(&self.panes);
        let others = self.panes.iter().enumerate().filter(|(pane, _)| *pane != owner);
        others.for_each(|(_, pane)| pane.freeze());
    }

    fn continue_all(&self) {
        self.panes.iter().for_each(|pane| pane.signal(Signal::SIGCONT));
    }
}

#[test]
fn counts_and_rates_are_those_of_proc() {
    let mut inspected = Inspected::start("--stall off");
    inspected.freeze_all();
    let readings = |panes: &[TestProcess]| -> Vec<_> {
        panes.iter().map(|pane| (pane.switches(), pane.cpu_ticks())).collect()
    };
    let before = readings(&inspected.panes);
    let first = inspected.sampler.sample(inspected.memory.region(), SECOND_NS);
    inspected.continue_all();
    inspected.memory.wait_for_ticks(200);
    inspected.freeze_all();
    let after = readings(&inspected.panes);
    // The clock is the caller's: two and a half seconds later.
    let second = inspected.sampler.sample(inspected.memory.region(), 7 * SECOND_NS / 2);
    assert_eq!((first.at_ns, second.at_ns), (SECOND_NS, 7 * SECOND_NS / 2));
    for (pane, process) in inspected.panes.iter().enumerate() {
        let [old, new] = [&first, &second].map(|sample| sample.all[pane + 1].usage.unwrap());
        assert_eq!((old.cpu_percent, old.wakeups_per_s), (None, None), "there is nothing before the first");
        assert_eq!([old.voluntary_switches, old.involuntary_switches], before[pane].0);
        assert_eq!([new.voluntary_switches, new.involuntary_switches], after[pane].0);
        let wakeups = (after[pane].0[0] - before[pane].0[0]) as f64 / 2.5;
        let cpu = (after[pane].1 - before[pane].1) as f64 / 2.5;
        assert!((new.wakeups_per_s.unwrap() - wakeups).abs() < 1e-9, "{new:?}, {wakeups}");
        assert!((new.cpu_percent.unwrap() - cpu).abs() < 1e-9, "{new:?}, {cpu} % by ticks of 10 ms");
        assert_eq!(new.threads, process.threads() as u64);
    }
    let woken: f64 = second.all[1..4].iter().map(|pane| pane.usage.unwrap().wakeups_per_s.unwrap()).sum();
    assert!(woken > 0.0, "the ball has flown");
}

#[test]
fn the_memory_is_that_of_smaps_rollup_and_is_looked_at_every_two_seconds() {
    let mut inspected = Inspected::start("--stall off");
    inspected.freeze_all();
    // What is shared with others counts less whenever one more of them starts.
    wait_for("a moment in which nobody starts or ends", || {
        let real: Vec<_> = inspected.panes.iter().map(TestProcess::pss_bytes).collect();
        let shown: Vec<_> =
            inspected.first_sample().all[1..4].iter().map(|pane| pane.usage.unwrap().pss_bytes).collect();
        (real.into_iter().map(Some).eq(shown)).then_some(())
    });
    let pss = |inspected: &mut Inspected, seconds: u64| {
        let sample = inspected.sampler.sample(inspected.memory.region(), seconds * SECOND_NS);
        sample.all[1].usage.unwrap().pss_bytes.unwrap()
    };
    let first = pss(&mut inspected, 10);
    // Somebody else maps the same executable, so that the share of each becomes smaller, some time.
    let mut more = tripong();
    more.args("--headless --for 10min".split(' '));
    let _more = Program::spawn(more);
    let real = &inspected.panes[0];
    wait_until("a smaller share", || real.pss_bytes() != first);
    assert_eq!(pss(&mut inspected, 11), first, "not looked at yet");
    let mut seconds = 12;
    wait_for("the smaller share, as it is now", || {
        let shown = pss(&mut inspected, seconds);
        seconds += 2;
        (shown != first && shown == inspected.panes[0].pss_bytes()).then_some(())
    });
}

#[test]
fn all_is_reported_in_json_as_well() {
    let mut inspected = Inspected::start("--stall off");
    inspected.freeze_all();
    let json = serde_json::to_value(inspected.sample()).unwrap();
    let all = json["all"].as_array().unwrap();
    assert_eq!(all.len(), 5, "{json}");
    assert_eq!((&all[0]["role"], &all[4]["role"]), (&"launcher".into(), &"inspector".into()));
    for (index, pane) in inspected.panes.iter().enumerate() {
        let shown = &all[index + 1];
        assert_eq!((&shown["pane"], &shown["pid"]), (&index.into(), &pane.pid.into()), "{shown}");
        assert_eq!(
            (&shown["incarnation"], &shown["state"]["kind"]),
            (&1.into(), &"stopped".into()),
            "{shown}"
        );
        assert_eq!(shown["usage"]["voluntary_switches"], pane.switches()[0], "{shown}");
        assert_eq!(shown["fds"][3]["kind"], "memfd", "{shown}");
    }
}

#[test]
fn the_inspector_is_the_one_who_looks() {
    let mut inspected = Inspected::start("");
    let processes = inspected.sample();
    let inspector = processes.all.last().unwrap();
    assert_eq!(
        (inspector.role, inspector.pid, inspector.incarnation),
        (ProcessRole::Inspector, std::process::id(), None)
    );
    let regions = inspector.fds.iter().filter(|fd| fd.meaning.starts_with("the Region"));
    assert!(regions.count() >= 1, "the test has opened it");
}
