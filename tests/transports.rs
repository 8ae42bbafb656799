//! The transports between real processes: what travels, who sleeps, who holds which end, and what happens to neighbours
//! that do not read, die, or write corrupt data. What each transport must do by itself is held by `src/transport/conformance/mod.rs`;
//! deaths at every step by `tests/kill.rs`, for any transport (`TRIPONG_TRANSPORT`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;

use common::memory::{Memory, game};
use common::report::{assert_conserved, number, stop};
use common::{Ended, Output, Program, TestProcess, run, wait_for, wait_until};
use nix::sys::signal::Signal;
use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use tripong::game::{PaneId, mix};
use tripong::platform::sync::Ordering;
use tripong::protocol::TransportKind;
use tripong::transport::FRAME_BYTES;

const STREAMS: [TransportKind; 2] = [TransportKind::Pipe, TransportKind::Socket];

#[test]
fn the_same_seed_gives_the_same_game_by_every_transport_and_with_every_swap() {
    for (panes, hops) in [(2, 300), (3, 400), (16, 200)] {
        let reports =
            ["shared", "pipe", "socket", "shared --swap-every 1", "pipe --swap-every 7"].map(|how| {
                let arguments = "--headless --unpaced --json --seed 9";
                let report = run(&format!("{arguments} --panes {panes} --hops {hops} --transport {how}"))
                    .quiet_report(0);
                assert_conserved(&report);
                assert_eq!(
                    (number(&report, "fenced"), number(&report, "rejected")),
                    (0, 0),
                    "{how}: {report}"
                );
                report
            });
        for report in &reports {
            assert_eq!((&report["hash"], &report["ticks"]), (&reports[0]["hash"], &reports[0]["ticks"]));
        }
        // Every ball came by a frame, where there are frames.
        assert_eq!(reports.each_ref().map(|report| number(report, "frames"))[..3], [0, hops, hops]);
        let swaps = reports.each_ref().map(|report| number(report, "swaps"));
        assert_eq!(swaps, [0, 0, 0, hops - 1, (hops - 1) / 7]);
    }
}

#[test]
fn a_report_has_the_latencies_of_each_transport_that_was_used() {
    let report = run("--headless --unpaced --json --hops 300 --seed 2 --transport socket --swap-every 10");
    let report = report.quiet_report(0);
    let transports = report["transports"].as_array().unwrap();
    let names: Vec<_> = transports.iter().map(|transport| transport["transport"].as_str().unwrap()).collect();
    assert_eq!(names, ["shared", "pipe", "socket"]);
    assert!(transports.iter().all(|transport| number(transport, "hops") == 100), "{report}");
    assert!(transports.iter().all(|transport| number(&transport["handoff_ns"], "p50") > 0), "{report}");
    let alone = run("--headless --unpaced --json --hops 50 --seed 2 --transport pipe").quiet_report(0);
    assert_eq!(alone["transports"].as_array().unwrap().len(), 1, "{alone}");
}

#[test]
fn a_thousand_swaps_at_random_moments_lose_nothing() {
    let game = Program::start("--headless --json --unpaced --for 5min --seed 3");
    let memory = Memory::of(&game.panes(3)[0]);
    let region = memory.region();
    let mut draw = 3;
    while region.swaps() < 1000 {
        draw = mix(draw, 1);
        let ticks = memory.ticks();
        region.swap_transport(TransportKind::ALL[(draw % 3) as usize]);
        if draw.is_multiple_of(8) {
            wait_until("the ball to fly on", || memory.ticks() != ticks);
        }
    }
    let (report, stderr) = stop(game);
    assert_eq!((number(&report, "swaps"), stderr.as_str()), (1000, ""), "{report}");
    assert_eq!(number(&report, "recalls"), 0, "nobody was taken for frozen: {report}");
}

#[test]
fn swaps_amid_deaths_and_freezes_lose_nothing() {
    for how in ["shared --swap-every 1", "pipe --swap-every 2", "socket --swap-every 3"] {
        let report = run(&format!("chaos --json --kills 60 --stops 60 --seed 4 --transport {how}")).report();
        assert_conserved(&report);
        assert!(number(&report, "swaps") > 0, "{report}");
    }
}

/// A count and no time: the first pane of sixteen is many seconds away from the ball.
#[test]
fn a_pane_without_the_ball_sleeps_by_every_transport() {
    for transport in TransportKind::ALL {
        let arguments = format!("--headless --for 1min --seed 1 --panes 16 --transport {transport}");
        let game = Program::start(&arguments);
        let panes = game.panes(16);
        let memory = Memory::of(&panes[0]);
        memory.wait_for_ticks(20);
        let start = std::time::Instant::now();
        let before = panes[0].naps();
        memory.wait_for_ticks(100);
        // It looks by itself once a second.
        let (naps, allowed) = (panes[0].naps() - before, 4 + 2 * start.elapsed().as_secs());
        assert!(naps <= allowed, "{transport}: woke {naps} times in {:?} without a ball", start.elapsed());
    }
}

/// The pipes and sockets among a process's fds that lead to its neighbours: number and name.
fn link_fds(process: &TestProcess) -> Vec<(i32, String)> {
    let after_the_bells = tripong::platform::fds::BELLS + 3;
    let fds = process.fds().into_iter().filter(|(number, _)| *number >= after_the_bells);
    fds.filter(|(_, name)| name.starts_with("pipe:") || name.starts_with("socket:")).collect()
}

/// Waits until every pane has taken its links: three fds for each neighbour.
fn wait_for_links(panes: &[TestProcess]) {
    wait_until("all panes to have their links", || {
        panes.iter().map(|pane| link_fds(pane).len()).collect::<Vec<_>>() == [3, 6, 3]
    });
}

/// How often each pipe or socket is open in these processes, by its name.
fn openings(processes: &[TestProcess]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for (_, name) in processes.iter().flat_map(link_fds) {
        *count.entry(name).or_insert(0) += 1;
    }
    count
}

#[test]
fn every_end_of_a_link_is_open_in_one_process_only() {
    let (game, _, memory) = game("--restarts unlimited");
    for _round in 0..3 {
        let panes = game.panes(3);
        // Two neighbours: a pipe each way, of which each has one end, and a socket on each side. What is left of the
        // links to a dead one goes when the new ones come.
        wait_until("every end to be in one process", || {
            let openings = openings(&panes);
            let counts_of = |kind: &str| {
                let of_kind = openings.iter().filter(|(name, _)| name.starts_with(kind));
                of_kind.map(|(_, count)| *count).collect::<Vec<_>>()
            };
            counts_of("pipe:") == [2; 4] && counts_of("socket:") == [1; 4]
        });
        let (ends, launchers) = (openings(&panes), game.launcher().fds());
        let is_kept = |name: &String| launchers.values().any(|of_launcher| of_launcher == name);
        assert!(!ends.keys().any(is_kept), "the launcher has closed its own: {launchers:?}");
        // The next round looks at the links of a successor.
        let incarnation = memory.incarnation(1);
        panes[1].signal(Signal::SIGKILL);
        wait_until("the next process", || memory.incarnation(1) > incarnation && panes[1].is_gone());
    }
    game.panes(3);
    stop(game);
}

/// The end through which `from` writes to its neighbour `to`, as a copy of our own.
fn steal_writer(transport: TransportKind, from: &TestProcess, to: &TestProcess) -> OwnedFd {
    wait_for("the link between two panes", || {
        let theirs = link_fds(to);
        let is_writer = |number: i32| {
            let info = std::fs::read_to_string(format!("/proc/{}/fdinfo/{number}", from.pid)).ok()?;
            let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
            Some(i32::from_str_radix(flags.trim(), 8).ok()? & 3 == 1)
        };
        let mut own = link_fds(from).into_iter();
        let found = match transport {
            TransportKind::Pipe => own
                .filter(|(_, name)| theirs.iter().any(|(_, other)| other == name))
                .find(|(number, _)| is_writer(*number) == Some(true)),
            // The outermost pane has one socket only.
            _ => own.find(|(_, name)| name.starts_with("socket:")),
        };
        from.copy_of_fd(found?.0)
    })
}

#[test]
fn a_neighbour_that_writes_nonsense_changes_nothing() {
    for transport in STREAMS {
        let (game, panes, memory) = game(&format!("--transport {transport}"));
        wait_for_links(&panes);
        let writer = steal_writer(transport, &panes[0], &panes[1]);
        let mut draw = 5;
        for round in 0..40 {
            draw = mix(draw, round);
            let length = (draw % (2 * FRAME_BYTES as u64)) as usize;
            let noise: Vec<_> = (0..length).map(|i| mix(draw, i as u64) as u8).collect();
            let _full = rustix::io::write(&writer, &noise);
            memory.wait_for_ticks(5);
        }
        let (report, stderr) = stop(game);
        assert!(number(&report, "rejected") > 10, "{transport}: {report}");
        let undone = ["restarts", "recoveries", "recalls", "fenced"].map(|field| number(&report, field));
        assert_eq!((undone, stderr.as_str()), ([0; 4], ""), "{transport}: {report}");
    }
}

#[test]
fn a_full_link_keeps_the_ball_with_its_giver_until_it_is_read() {
    for transport in STREAMS {
        let (game, panes, memory) = game(&format!("--stall off --transport {transport}"));
        wait_for_links(&panes);
        let writer = steal_writer(transport, &panes[0], &panes[1]);
        // While the first pane plays, its neighbour stands still, and the link to it is filled: until that is done, the ball
        // may be gone already.
        wait_until("the ball to be kept in the first pane", || {
            if memory.owner() != Some(0) {
                return false;
            }
            panes[1].freeze();
            while rustix::io::write(&writer, &[7; FRAME_BYTES]).is_ok() {}
            let is_kept = memory.owner() == Some(0);
            if !is_kept {
                panes[1].signal(Signal::SIGCONT);
            }
            is_kept
        });
        memory.wait_until_it_stands();
        assert_eq!(memory.owner(), Some(0), "{transport}: it stays with its giver");
        panes[1].signal(Signal::SIGCONT);
        wait_until("the ball to go on", || memory.owner().is_some_and(|owner| owner != 0));
        let (report, _) = stop(game);
        let undone = ["restarts", "recoveries", "recalls", "fenced"].map(|field| number(&report, field));
        assert_eq!(undone, [0; 4], "{transport}: {report}");
    }
}

#[test]
fn a_link_that_breaks_without_a_death_is_made_anew() {
    let (game, panes, memory) = game("--transport socket --stall off");
    wait_for_links(&panes);
    let before = link_fds(&panes[0]);
    let (socket, _) = before.iter().find(|(_, name)| name.starts_with("socket:")).unwrap();
    let socket = panes[0].copy_of_fd(*socket).unwrap();
    rustix::net::shutdown(&socket, rustix::net::Shutdown::Both).unwrap();
    drop(socket);
    wait_until("new links", || {
        let now = link_fds(&panes[0]);
        now.len() == 3 && now.iter().all(|end| !before.iter().any(|(_, name)| *name == end.1))
    });
    let frames =
        || [0, 1].map(|pane| memory.region().pane(PaneId(pane)).status.frames.load(Ordering::Acquire));
    let so_far = frames();
    wait_until("the ball to cross it both ways", || {
        frames().iter().zip(so_far).all(|(now, before)| *now > before)
    });
    let (report, stderr) = stop(game);
    let undone = ["restarts", "recoveries", "recalls", "fenced"].map(|field| number(&report, field));
    assert_eq!(undone, [0; 4], "{report}");
    assert_eq!(
        stderr, "tripong: the link between pane 1 and pane 2 broke; both have a new one\n",
        "whoever asks first"
    );
}

#[test]
fn a_pane_without_fds_is_sent_its_links_again_once_it_has_some() {
    let (game, panes, memory) = game("--transport pipe --stall off --restarts unlimited");
    wait_for_links(&panes);
    // The hard limit stays, so that there is a way back.
    let hard = getrlimit(Resource::Nofile).maximum;
    let set = |current| {
        let pid = rustix::process::Pid::from_raw(panes[1].pid.cast_signed());
        prlimit(pid, Resource::Nofile, Rlimit { current, maximum: hard }).unwrap();
    };
    set(Some(4));
    // Both neighbours: two links are lost, one after the other.
    for neighbour in [0, 2] {
        panes[neighbour].signal(Signal::SIGKILL);
    }
    wait_until("the links to the dead to be given up", || {
        [0, 2].iter().all(|pane| panes[*pane].is_gone())
            && memory.incarnation(0) == 2
            && memory.incarnation(2) == 2
    });
    common::sleep_for_looks(2);
    set(hard);
    wait_for_links(&game.panes(3));
    memory.wait_for_ticks(500);
    let (report, stderr) = stop(game);
    assert_eq!(number(&report, "restarts"), 2, "{report}");
    let lost = "tripong: pane 2 has no fd left for a link to its neighbour; raise `ulimit -n`\n";
    assert_eq!(stderr.matches(lost).count(), 2, "once for each neighbour: {stderr}");
}

#[test]
fn a_dead_reader_leaves_the_ball_with_its_giver_until_there_is_another() {
    for transport in STREAMS {
        // The reader dies whenever it has read a frame, so its giver finds a broken link again and again.
        let arguments = format!(
            "--headless --unpaced --json --hops 60 --seed 6 --restarts unlimited --transport {transport} --fail receive:kill:1"
        );
        let Output { ended, stdout, stderr } = run(&arguments);
        assert_eq!(ended, Ended::Code(0), "{stdout}{stderr}");
        let report = serde_json::from_str(&stdout).unwrap();
        assert_conserved(&report);
        assert!(number(&report, "restarts") >= 20, "{report}");
        let quiet = run("--headless --unpaced --json --hops 60 --seed 6").quiet_report(0);
        assert_eq!(report["hash"], quiet["hash"], "{transport}");
    }
}
