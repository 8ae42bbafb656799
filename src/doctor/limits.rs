//! Limits of this user and this shell, against what a game of 3 and of 16 panes takes.

use std::fs::File;
use std::sync::RwLock;
use std::thread;

use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};

use super::check::{Check, Finding};
use crate::error::exit;
use crate::platform::machine::HERE;
use crate::platform::units::fmt_bytes;
use crate::protocol::Region;

/// Panes of a game without arguments, and the most.
const PANES: [u64; 2] = [3, 16];
/// Memory of a process with a window, measured with software drawing; shared parts are counted in shares.
const MEMORY_OF_A_WINDOW: u64 = 75 << 20;

/// All of them.
pub(super) fn checks() -> Vec<Check> {
    vec![
        fds().of("fds"),
        file_size().of("file-size"),
        processes().of("processes"),
        ram(HERE.available_memory()).of("ram"),
    ]
}

/// What the launcher needs beside 0 to 2, at its worst: while it starts the last pane. Counted in a game: 10 of its own,
/// three for each pane, and for a moment all that one pane inherits; then the pipe over which a failed start is reported.
fn fds_for(panes: u64) -> u64 {
    4 * panes + 17
}

/// Threads, of which the kernel counts each as a process: eight of a pane with its window, as many of the inspector, and
/// the launcher's.
fn threads_for(panes: u64) -> u64 {
    8 * (panes + 1) + 2
}

fn fds() -> Finding {
    let wanted = PANES.map(fds_for);
    let limit = soft_limit(Resource::RLIMIT_NOFILE);
    let mut open = Vec::new();
    while (open.len() as u64) < wanted[1]
        && let Ok(fd) = File::open("/dev/null")
    {
        open.push(fd);
    }
    judge(open.len() as u64, wanted, &format!("the limit is {limit}"), "raise `ulimit -n`")
}

fn processes() -> Finding {
    let wanted = PANES.map(threads_for);
    let gate = RwLock::new(());
    let started = thread::scope(|scope| {
        // No thread panics that holds it.
        let closed = gate.write();
        let wait = || drop(gate.read());
        let start = || thread::Builder::new().stack_size(64 * 1024).spawn_scoped(scope, wait).is_ok();
        let started = (0..wanted[1]).take_while(|_| start()).count();
        drop(closed);
        started
    });
    let limit = soft_limit(Resource::RLIMIT_NPROC);
    let limits = format!("the limit of the user is {limit}");
    judge(started as u64, wanted, &limits, "raise `ulimit -u`, or the limit of pids of the container")
}

/// What was had of what 3 and 16 panes want.
fn judge(had: u64, [few, many]: [u64; 2], limit: &str, advice: &str) -> Finding {
    let [few_panes, many_panes] = PANES;
    if had < few {
        let found = format!("{had} more can be had, {few_panes} panes need {few}; {limit}");
        Finding::fails(exit::SYSTEM, found, advice)
    } else if had < many {
        let found =
            format!("{had} more can be had: enough for {few_panes} panes, {many_panes} need {many}; {limit}");
        Finding::warning(found, advice)
    } else {
        Finding::ok(format!("{many} more can be had, enough for {many_panes} panes; {limit}"))
    }
}

fn file_size() -> Finding {
    match getrlimit(Resource::RLIMIT_FSIZE) {
        Ok((soft, _)) => judge_file_size(soft),
        Err(errno) => Finding::warning(format!("the limit is unknown: {errno}"), "see the check memory"),
    }
}

/// A memfd is a file, to this limit.
fn judge_file_size(limit: u64) -> Finding {
    let needed = Region::SIZE;
    if limit == RLIM_INFINITY {
        Finding::ok(format!("not limited; the shared memory has {needed} bytes"))
    } else if limit >= needed as u64 {
        Finding::ok(format!("limited to {limit} bytes; the shared memory has {needed}"))
    } else {
        let found = format!("limited to {limit} bytes; the shared memory has {needed}");
        Finding::fails(exit::SYSTEM, found, "raise `ulimit -f`")
    }
}

fn ram(available: Option<u64>) -> Finding {
    let Some(available) = available else {
        return Finding::ok("how much is available is unknown");
    };
    let needed = MEMORY_OF_A_WINDOW * PANES[0];
    let found = format!("{} available; three windows take about {}", fmt_bytes(available), fmt_bytes(needed));
    if available < needed {
        Finding::warning(found, "close other programs, or play with fewer panes")
    } else {
        Finding::ok(found)
    }
}

fn soft_limit(resource: Resource) -> String {
    match getrlimit(resource) {
        Ok((RLIM_INFINITY, _)) => "none".to_owned(),
        Ok((soft, _)) => soft.to_string(),
        Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::CheckState;

    #[test]
    fn too_few_for_three_panes_fails_and_too_few_for_sixteen_is_warned_of() {
        let state = |had| judge(had, PANES.map(fds_for), "the limit is 9", "raise it").state;
        assert_eq!((state(28), state(29)), (CheckState::Fails, CheckState::Warning));
        assert_eq!((state(80), state(81)), (CheckState::Warning, CheckState::Ok));
    }

    #[test]
    fn the_shared_memory_must_fit_into_the_largest_file() {
        let size = Region::SIZE as u64;
        assert_eq!(judge_file_size(size - 1).exit_code, exit::SYSTEM);
        assert_eq!(
            (judge_file_size(size).state, judge_file_size(RLIM_INFINITY).state),
            (CheckState::Ok, CheckState::Ok)
        );
    }

    #[test]
    fn little_memory_is_warned_of() {
        let enough = ram(Some(1 << 30));
        assert_eq!(enough.found, "1024.0 MiB available; three windows take about 225.0 MiB");
        assert_eq!((enough.state, ram(Some(100 << 20)).state), (CheckState::Ok, CheckState::Warning));
        assert_eq!(ram(None).state, CheckState::Ok);
    }
}
