//! What the inspector shows of processes is what /proc contains: every value, against a reading of our own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

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
fn a_frozen_process_is_stopped_and_a_continued_one_is_not() {
    let mut inspected = Inspected::start("--stall off");
    inspected.panes[1].freeze();
    assert_eq!(inspected.state(1), ProcessState::Stopped, "whatever it was frozen in");
    assert!(inspected.panes[1].status("State").unwrap().starts_with('T'));
    inspected.panes[1].signal(Signal::SIGCONT);
    let process = &inspected.panes[1];
    wait_until("it to go on", || !process.status("State").unwrap().starts_with('T'));
    assert!(!matches!(inspected.state(1), ProcessState::Stopped | ProcessState::Zombie | ProcessState::Gone));
}

/// With this transport, those who wait sleep in one of these calls, and the words for it are these.
fn assert_waiters(transport: &str, numbers: &[u64], words: &[&str]) {
    let mut inspected = Inspected::start(&format!("--stall off --transport {transport}"));
    let owner = inspected.memory.freeze_the_owner(&inspected.panes);
    for pane in (0..3).filter(|pane| *pane != owner) {
        // Once a second it wakes up to look by itself.
        wait_for(transport, || {
            let state = inspected.state(pane).to_string();
            let number = inspected.panes[pane].call()?;
            (numbers.contains(&number) && words.contains(&state.as_str())).then_some(())
        });
    }
}

#[test]
fn who_waits_by_shared_memory_is_blocked_in_a_futex() {
    assert_waiters("shared", &[calls::FUTEX], &["blocked: futex (its doorbell)"]);
}

#[test]
fn who_waits_by_pipe_is_blocked_in_poll_on_its_pipes() {
    assert_waiters("pipe", &calls::POLLS, &["blocked: poll on its pipes", "blocked: ppoll on its pipes"]);
}

#[test]
fn who_waits_by_socket_is_blocked_in_poll_on_its_sockets() {
    let words = ["blocked: poll on its sockets", "blocked: ppoll on its sockets"];
    assert_waiters("socket", &calls::POLLS, &words);
}

#[test]
fn who_has_the_ball_paces_and_the_launcher_waits_for_its_children() {
    let mut inspected = Inspected::start("");
    wait_for("a player between two ticks", || {
        let owner = inspected.memory.owner()?;
        let state = inspected.state(owner);
        (state == ProcessState::Pacing && inspected.panes[owner].call() == Some(calls::CLOCK_NANOSLEEP))
            .then_some(())
    });
    wait_for("the launcher to sleep", || {
        let state = inspected.sample().all[0].state.to_string();
        let is_in_poll = calls::POLLS.contains(&inspected.game.launcher().call()?);
        (state.ends_with("poll on its children, its bell and signals") && is_in_poll).then_some(())
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "nothing can be made to hang in a release build")]
fn who_never_comes_to_its_next_tick_hangs() {
    let mut inspected = Inspected::start("--stall off --fail accept:hang:1");
    wait_for("a hung owner", || {
        let owner = inspected.memory.ownership()?.holder.index();
        (owner < 3
            && matches!(inspected.state(owner), ProcessState::Hangs { for_ns } if for_ns >= 250_000_000))
        .then_some(())
    });
}

#[test]
fn a_dead_process_is_a_zombie_until_it_is_reaped_and_then_there_is_another() {
    let mut inspected = Inspected::start("");
    let first = inspected.sample();
    // Who stands still reaps nobody.
    inspected.game.launcher().freeze();
    inspected.panes[2].signal(Signal::SIGKILL);
    let dead = &inspected.panes[2];
    wait_until("its death", || dead.status("State").is_some_and(|state| state.starts_with('Z')));
    let zombie = inspected.sample();
    let [launcher, .., pane, _] = &zombie.all[..] else { panic!("{zombie:?}") };
    assert_eq!((launcher.state, pane.state, pane.usage), (ProcessState::Stopped, ProcessState::Zombie, None));
    assert_eq!((pane.pid, pane.fds.len()), (inspected.panes[2].pid, 0));
    assert!(!pane.state.is_alive());
    // So says who sees it for the first time.
    assert_eq!(inspected.first_sample().all[3].state, ProcessState::Zombie);
    inspected.game.launcher().signal(Signal::SIGCONT);
    let next = wait_for("the next process", || {
        let pane = inspected.sample().all.swap_remove(3);
        (pane.incarnation == Some(2) && pane.state.is_alive()).then_some(pane)
    });
    assert_ne!(next.pid, first.all[3].pid);
    let usage = next.usage.unwrap();
    assert_eq!(
        (usage.cpu_percent, usage.wakeups_per_s),
        (None, None),
        "nothing is counted from its predecessor on"
    );
}

#[test]
fn when_the_game_is_over_all_its_processes_are_gone() {
    let mut inspected = Inspected::start("");
    inspected.sample();
    inspected.game.launcher().signal(Signal::SIGTERM);
    let Inspected { game, panes, memory, mut sampler, .. } = inspected;
    game.finish();
    common::process::wait_until_gone(&panes);
    let processes = sampler.sample(memory.region(), clock::now_ns());
    for process in &processes.all[..4] {
        assert_eq!(
            (process.state, process.usage, process.fds.len()),
            (ProcessState::Gone, None, 0),
            "{process:?}"
        );
    }
    assert_eq!(processes.all[4].pid, std::process::id(), "the one who looks on is still there");
}

#[test]
fn a_stranger_that_was_given_the_pid_is_never_taken_for_the_pane() {
    let inspected = Inspected::start("");
    let setup = Setup { launcher_pid: inspected.setup.launcher_pid, ..inspected.setup.clone() };
    let (_memfd, mapping) = Mapping::create(&setup).unwrap();
    let region = mapping.region();
    let state = |region: &Region, pid: u32| {
        let status = &region.pane(PaneId(0)).status;
        status.pid.store(pid.into(), Ordering::Relaxed);
        status.ready.store(1, Ordering::Release);
        Sampler::new(&setup).sample(region, 0).all[1].state
    };
    let launcher = inspected.game.launcher().pid;
    // The same words on its command line, but another parent.
    let mut impostor = program("/bin/sleep");
    impostor.arg0("pane:0").arg("600").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let impostor = Program::spawn(impostor);
    for stranger in
        [std::process::id(), launcher, inspected.panes[1].pid, impostor.launcher().pid, 0, u32::MAX]
    {
        assert_eq!(state(region, stranger), ProcessState::Gone, "{stranger}");
    }
    assert_ne!(state(region, inspected.panes[0].pid), ProcessState::Gone, "the real one");
}

#[test]
fn a_pane_without_an_attached_process_is_starting() {
    let inspected = Inspected::start("");
    let (_memfd, mapping) = Mapping::create(&inspected.setup).unwrap();
    let states = Sampler::new(&inspected.setup).sample(mapping.region(), 0).all;
    assert!(
        states[1..4].iter().all(|pane| pane.state == ProcessState::Starting && pane.usage.is_none()),
        "{states:?}"
    );
}

#[test]
fn the_fds_are_those_that_proc_shows() {
    for transport in ["shared", "socket"] {
        let inspected = Inspected::start(&format!("--transport {transport}"));
        let processes = wait_for("all links", || {
            let processes = inspected.first_sample();
            let links = |pane: usize| {
                processes.all[pane].fds.iter().filter(|fd| fd.meaning.starts_with("link")).count()
            };
            ([1, 2, 3].map(links) == [1, 2, 1]).then_some(processes)
        });
        let real = [inspected.game.launcher()].into_iter().chain(&inspected.panes);
        let types = types_of_sockets();
        for (process, real) in processes.all.iter().zip(real) {
            let shown: BTreeMap<_, _> = process.fds.iter().map(|fd| (fd.number, fd.target.clone())).collect();
            assert_eq!(shown, real.fds(), "{}", process.name);
            assert!(process.fds.is_sorted_by_key(|fd| fd.number));
            for fd in &process.fds {
                let expected = match real.can_read_and_write(fd.number) {
                    [true, false] => Access::Read,
                    [false, true] => Access::Write,
                    _ => Access::Both,
                };
                assert_eq!(fd.access, expected, "{fd:?}");
                if let Some(inode) = fd.target.strip_prefix("socket:[") {
                    let expected = if types[inode.trim_end_matches(']')] == "0005" {
                        Kind::Seqpacket
                    } else {
                        Kind::Stream
                    };
                    assert_eq!(fd.kind, expected, "{fd:?}");
                }
            }
        }
    }
}

/// Inode and type of all Unix sockets.
fn types_of_sockets() -> BTreeMap<String, String> {
    let table = fs::read_to_string("/proc/net/unix").unwrap();
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.map(|words| (words[6].to_owned(), words[4].to_owned())).collect()
}

/// What each pipe of a pane is, and where it leads.
fn pipes(processes: &Processes, pane: usize) -> Vec<(String, String)> {
    let fds = processes.all[pane + 1].fds.iter().filter(|fd| fd.meaning.starts_with("pipe "));
    fds.map(|fd| (fd.meaning.clone(), fd.target.clone())).collect()
}

#[test]
fn every_fd_of_a_pane_is_known_and_the_ends_of_pipes_are_listed_together() {
    let inspected = Inspected::start("");
    let processes = wait_for("all links", || {
        let processes = inspected.first_sample();
        ([0, 1, 2].map(|pane| pipes(&processes, pane).len()) == [2, 4, 2]).then_some(processes)
    });
    let names = ["left", "middle", "right"];
    for (giver, taker) in [(0, 1), (1, 0), (1, 2), (2, 1)] {
        let find = |pane: usize, meaning: String| {
            let mut ends = pipes(&processes, pane);
            ends.retain(|(found, _)| *found == meaning);
            let [(_, target)] = &ends[..] else { panic!("{meaning}: {processes:?}") };
            target.clone()
        };
        let writing = find(giver, format!("pipe to the {} pane, writing end", names[taker]));
        let reading = find(taker, format!("pipe from the {} pane, reading end", names[giver]));
        assert_eq!(writing, reading, "one pipe from {giver} to {taker}");
    }
    let meanings = |pane: usize| -> Vec<String> {
        processes.all[pane + 1].fds[..10].iter().map(|fd| fd.meaning.clone()).collect()
    };
    let expected = [
        "standard input",
        "standard output",
        "standard error",
        "the Region: the memory that all processes share",
        "parent-death pipe: its end of file is the launcher's death",
        "the supervisor's bell",
        "control socket: new links come over it from the launcher",
        "bell of the left pane",
        "bell of the middle pane (its own)",
        "bell of the right pane",
    ];
    assert_eq!(meanings(1), expected);
    let unknown: Vec<_> = processes.all[..4]
        .iter()
        .flat_map(|process| &process.fds)
        .filter(|fd| fd.meaning == "other")
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_launcher_has_the_other_ends() {
    let inspected = Inspected::start("");
    let processes = inspected.first_sample();
    let launcher = &processes.all[0];
    let count = |meaning: &str| launcher.fds.iter().filter(|fd| fd.meaning == meaning).count();
    for name in ["left", "middle", "right"] {
        assert_eq!(count(&format!("bell of the {name} pane")), 1, "{launcher:?}");
        assert_eq!(count(&format!("reports the end of the process of the {name} pane")), 1, "{launcher:?}");
    }
    assert_eq!(count("the supervisor's bell"), 1, "{launcher:?}");
    assert_eq!(count("control socket to a pane, the launcher's end"), 3, "{launcher:?}");
    assert_eq!(
        count("parent-death pipe: its end of file is the launcher's death; writing end"),
        1,
        "{launcher:?}"
    );
    assert_eq!(count("the Region: the memory that all processes share"), 1, "{launcher:?}");
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
