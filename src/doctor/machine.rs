//! The machine and its kernel: what they are, and what they let a process do.

use std::fs;

use super::check::{Check, cause};
use crate::bench;
use crate::error::Result;
use crate::platform::privileges;
use crate::platform::privileges::Confinement;
use crate::platform::privileges::Restriction;

/// The oldest kernel on which all that the game cannot do without is there. The newest of it is waiting for a child by its
/// pidfd, `waitid(P_PIDFD)`. What is newer (`MFD_NOEXEC_SEAL` 6.3, Landlock 5.13) it can do without.
const OLDEST_KERNEL: (u32, u32) = (5, 4);

/// All of it.
pub(super) fn checks() -> Vec<Check> {
    let release = read("/proc/sys/kernel/osrelease");
    let cgroup = read("/proc/self/cgroup");
    let quota = cgroup.lines().find_map(|line| line.strip_prefix("0::"));
    let quota = quota.map(|path| read(&format!("/sys/fs/cgroup{path}/cpu.max"))).unwrap_or_default();
    let cpus = bench::allowed_cpus().map(|cpus| cpus.len());
    vec![
        kernel(&release),
        machine(),
        cores(cpus, &quota),
        landlock(privileges::tried()),
        ptrace(&read("/proc/sys/kernel/yama/ptrace_scope"), rustix::process::geteuid().is_root()),
    ]
}

/// A short file of the kernel's, without the line end; empty if there is none.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

fn kernel(release: &str) -> Check {
    let mut numbers = release.split(['.', '-', '+']).map_while(|number| number.parse::<u32>().ok());
    let version = numbers.next().zip(numbers.next());
    let (major, minor) = OLDEST_KERNEL;
    let oldest = format!("{major}.{minor}");
    match version {
        Some(version) if version < OLDEST_KERNEL => {
            let found = format!("Linux {release}, older than {oldest}");
            Check::warning(
                "kernel",
                found,
                "use a newer kernel: the check game says whether this one is enough",
            )
        }
        Some(_) => {
            Check::ok("kernel", format!("Linux {release}; {oldest} (waiting for a child by pidfd) is enough"))
        }
        None => Check::ok("kernel", format!("of unknown release ({release:?}); Linux {oldest} is enough")),
    }
}

fn machine() -> Check {
    let name = ["sys_vendor", "product_name"].map(|file| read(&format!("/sys/class/dmi/id/{file}")));
    let name = name.join(" ");
    let name = if name.trim().is_empty() { "its maker is not told".to_owned() } else { name };
    let kind = match bench::is_virtual() {
        Some(true) => "virtual",
        Some(false) => "real",
        None => "virtual or not, which /proc/cpuinfo does not tell",
    };
    Check::ok("machine", format!("{kind} ({name}), {}", std::env::consts::ARCH))
}

/// `quota` is the file cpu.max: microseconds of CPU time in a period of so many, or `max`.
fn cores(cpus: Result<usize>, quota: &str) -> Check {
    let cpus = match cpus {
        Ok(cpus) => cpus,
        Err(error) => return Check::warning("cores", cause(&error), "the bench cannot place its processes"),
    };
    let share = share_of_quota(quota);
    let limited = share.map(|share| format!(", limited to the time of {share:.1}")).unwrap_or_default();
    let found = format!("{cpus} may be used{limited}");
    if share.is_some_and(|share| share < 1.0) {
        Check::warning(
            "cores",
            found,
            "less than one: windows may stutter; raise the CPU limit of the container",
        )
    } else if cpus == 1 {
        let advice = "all works; `tripong bench` leaves out the rows of distinct-cores";
        Check::warning("cores", found, advice)
    } else {
        Check::ok("cores", found)
    }
}

fn share_of_quota(quota: &str) -> Option<f64> {
    let (time, period) = quota.split_once(' ')?;
    let (time, period): (f64, f64) = (time.parse().ok()?, period.parse().ok()?);
    (period > 0.0).then(|| time / period)
}

fn landlock(tried: Result<Restriction>) -> Check {
    let Restriction { confined, abi } = match tried {
        Ok(restriction) => restriction,
        Err(error) => {
            return Check::warning("landlock", cause(&error), "see the check processes");
        }
    };
    let holds = privileges::taken_back(abi);
    match confined {
        Confinement::Full | Confinement::Partial => {
            Check::ok("landlock", format!("version {abi}: a headless child {holds}"))
        }
        Confinement::Refused => {
            let advice =
                "the game is played all the same, and its report says so; allow Landlock in the sandbox";
            Check::warning("landlock", format!("a sandbox refuses it: a headless child {holds}"), advice)
        }
        Confinement::Absent | Confinement::Window | Confinement::Unknown => {
            Check::ok("landlock", format!("not in this kernel, or not enabled: a headless child {holds}"))
        }
    }
}

/// Whether `strace -p` and `gdb -p` can look at a pane, as docs/TOUR.md does.
fn ptrace(scope: &str, is_root: bool) -> Check {
    let found = format!("kernel.yama.ptrace_scope is {scope}");
    match scope {
        "" => Check::ok("ptrace", "not restricted by Yama: `strace -p` can look at the processes"),
        "0" => Check::ok("ptrace", format!("{found}: `strace -p` can look at the processes")),
        "1" | "2" if is_root => {
            Check::ok("ptrace", format!("{found}, and this is root: `strace -p` can look"))
        }
        "1" | "2" => {
            let advice =
                "the game does not need it; `sudo strace -p`, or `sudo sysctl kernel.yama.ptrace_scope=0`";
            Check::warning("ptrace", format!("{found}: `strace -p` is refused"), advice)
        }
        _ => {
            let advice = "the game does not need it; it can be lifted by a restart of the machine only";
            Check::warning("ptrace", format!("{found}: `strace -p` is refused to everybody"), advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::State;

    #[test]
    fn a_kernel_is_judged_by_its_first_two_numbers() {
        for (release, state) in [
            ("6.1.0-18-amd64", State::Ok),
            ("5.4-generic", State::Ok),
            ("5.3.18", State::Warning),
            ("4.19.0+", State::Warning),
            ("", State::Ok),
        ] {
            assert_eq!(kernel(release).state, state, "{release}");
        }
    }

    #[test]
    fn one_core_or_less_is_warned_of() {
        assert_eq!(cores(Ok(2), "max 100000").state, State::Ok);
        let one = cores(Ok(1), "");
        assert!(one.state == State::Warning && one.advice.unwrap().contains("distinct-cores"));
        let half = cores(Ok(8), "50000 100000");
        assert!(half.state == State::Warning && half.found == "8 may be used, limited to the time of 0.5");
        assert_eq!(cores(Ok(8), "150000 100000").state, State::Ok);
        assert_eq!(share_of_quota("1 0"), None);
    }

    #[test]
    fn a_scope_of_ptrace_says_who_may_look() {
        let state = |scope, is_root| ptrace(scope, is_root).state;
        assert_eq!(
            (state("", false), state("0", false), state("1", true)),
            (State::Ok, State::Ok, State::Ok)
        );
        assert_eq!((state("1", false), state("2", false)), (State::Warning, State::Warning));
        assert_eq!(state("3", true), State::Warning);
    }

    #[test]
    fn what_landlock_holds_is_told_for_each_kernel() {
        let found = |confined, abi| landlock(Ok(Restriction { confined, abi }));
        let full = found(Confinement::Full, 6);
        assert!(
            full.state == State::Ok && full.found.contains("nor connects to their abstract sockets"),
            "{full:?}"
        );
        let half = found(Confinement::Partial, 4).found;
        assert!(half.contains("connects no TCP socket") && half.contains("from Linux 6.12 on"), "{half}");
        assert!(found(Confinement::Partial, 1).found.contains("opens no file (from Linux 6.7 on"));
        let absent = found(Confinement::Absent, 0);
        assert!(absent.state == State::Ok && absent.found.ends_with("keeps its rights"), "{absent:?}");
        assert_eq!(found(Confinement::Refused, 0).state, State::Warning);
    }
}
