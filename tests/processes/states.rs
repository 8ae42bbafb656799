//! What the processes do, and who has the ball meanwhile.

use super::*;

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
        (pane.incarnation == Some(2) && pane.usage.is_some()).then_some(pane)
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
    impostor.arg0("pane:1").arg("600").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
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
fn the_owner_of_a_moment_is_never_shown_as_waiting_for_the_ball() {
    for transport in ["shared", "pipe"] {
        let mut inspected = Inspected::start(&format!("--stall off --transport {transport}"));
        let mut owners = [0; 3];
        // The ball goes on during a look now and then: then the look says so.
        wait_for("30 looks", || {
            let Processes { moment, all, .. } = inspected.sample();
            if let Some(owner) = moment.holder.filter(|_| moment.is_one_moment) {
                owners[owner.index()] += 1;
                for (pane, process) in (0..).map(PaneId).zip(&all[1..4]) {
                    let is_waiting = matches!(process.state, ProcessState::Blocked { call: Some(_), .. });
                    assert!(!is_waiting || pane != owner, "{owner:?}: {all:#?}");
                    assert!(process.state != ProcessState::Pacing || pane == owner, "{owner:?}: {all:#?}");
                }
            }
            (owners.iter().sum::<u32>() >= 30 && owners.iter().all(|looks| *looks > 0)).then_some(())
        });
    }
}
