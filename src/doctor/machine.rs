//! The machine and its kernel: what they are, and what they let a process do.

use procfs::KernelVersion;

use super::check::{Check, Finding, cause};
use crate::error::Result;
use crate::platform::machine::{self, HERE};
use crate::platform::privileges::{self, Confinement, Restriction};

/// The oldest kernel on which all that the game cannot do without is there. The newest of it is waiting for a child by its
/// pidfd, `waitid(P_PIDFD)`. What is newer (`MFD_NOEXEC_SEAL` 6.3, Landlock 5.13) it can do without.
const OLDEST_KERNEL: (u8, u8) = (5, 4);

/// All of it.
pub(super) fn checks() -> Vec<Check> {
    vec![
        kernel(&HERE.release().unwrap_or_default()).of("kernel"),
        machine(HERE.product(), HERE.is_virtual()).of("machine"),
        cores(machine::allowed_cpus().map(|cpus| cpus.len()), HERE.cpu_limit()).of("cores"),
        landlock(privileges::tried()).of("landlock"),
        ptrace(HERE.ptrace_scope().as_deref(), rustix::process::geteuid().is_root()).of("ptrace"),
    ]
}

fn kernel(release: &str) -> Finding {
    let (major, minor) = OLDEST_KERNEL;
    let oldest = format!("{major}.{minor}");
    match KernelVersion::from_str(release).map(|version| (version.major, version.minor)) {
        Ok(version) if version < OLDEST_KERNEL => {
            let found = format!("Linux {release}, older than {oldest}");
            let advice = "use a newer kernel; the check game tries whether this one is enough";
            Finding::warning(found, advice)
        }
        Ok(_) => Finding::ok(format!("Linux {release}; needs {oldest} or newer (pidfd)")),
        Err(_) => Finding::ok(format!("of unknown release ({release:?}); needs Linux {oldest} or newer")),
    }
}

fn machine(product: Option<String>, is_virtual: Option<bool>) -> Finding {
    let product = product.unwrap_or_else(|| "maker unknown".to_owned());
    let kind = match is_virtual {
        Some(true) => "virtual",
        Some(false) => "real",
        None => "virtual or not: /proc/cpuinfo does not have it",
    };
    Finding::ok(format!("{kind} ({product}), {}", std::env::consts::ARCH))
}

fn cores(cpus: Result<usize>, limit: Option<f64>) -> Finding {
    let cpus = match cpus {
        Ok(cpus) => cpus,
        Err(error) => return Finding::warning(cause(&error), "the bench cannot place its processes"),
    };
    let limited = limit.map(|limit| format!(", limited to the time of {limit:.1}")).unwrap_or_default();
    let found = format!("{cpus} may be used{limited}");
    if limit.is_some_and(|limit| limit < 1.0) {
        Finding::warning(found, "less than one: windows may stutter; raise the CPU limit of the container")
    } else if cpus == 1 {
        let advice = "all works; `tripong bench` leaves out the rows of distinct-cores";
        Finding::warning(found, advice)
    } else {
        Finding::ok(found)
    }
}

fn landlock(tried: Result<Restriction>) -> Finding {
    let Restriction { confined, abi } = match tried {
        Ok(restriction) => restriction,
        Err(error) => {
            return Finding::warning(cause(&error), "see the check processes");
        }
    };
    let holds = privileges::taken_back(abi);
    match confined {
        Confinement::Full | Confinement::Partial => {
            Finding::ok(format!("version {abi}: a headless child {holds}"))
        }
        Confinement::Refused => {
            let advice =
                "the game is played all the same, and its report says so; allow Landlock in the sandbox";
            Finding::warning(format!("a sandbox refuses it: a headless child {holds}"), advice)
        }
        Confinement::Absent | Confinement::Window | Confinement::Unknown => {
            Finding::ok(format!("not in this kernel, or not enabled: a headless child {holds}"))
        }
    }
}

/// Whether `strace -p` and `gdb -p` can look at a pane, as docs/TOUR.md does.
fn ptrace(scope: Option<&str>, is_root: bool) -> Finding {
    let Some(scope) = scope else {
        return Finding::ok("not restricted by Yama: `strace -p` can look at the processes");
    };
    let found = format!("kernel.yama.ptrace_scope is {scope}");
    match scope {
        "0" => Finding::ok(format!("{found}: `strace -p` can look at the processes")),
        "1" | "2" if is_root => Finding::ok(format!("{found}, and this is root: `strace -p` can look")),
        "1" | "2" => {
            let advice =
                "the game does not need it; `sudo strace -p`, or `sudo sysctl kernel.yama.ptrace_scope=0`";
            Finding::warning(format!("{found}: `strace -p` is refused"), advice)
        }
        _ => {
            let advice = "the game does not need it; it can be lifted by a restart of the machine only";
            Finding::warning(format!("{found}: `strace -p` is refused to everybody"), advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::CheckState;

    #[test]
    fn a_kernel_is_judged_by_its_first_two_numbers() {
        for (release, state) in [
            ("6.1.0-18-amd64", CheckState::Ok),
            ("5.4.0-generic", CheckState::Ok),
            ("5.3.18", CheckState::Warning),
            ("4.19.0+", CheckState::Warning),
            ("", CheckState::Ok),
        ] {
            assert_eq!(kernel(release).state, state, "{release}");
        }
    }

    #[test]
    fn one_core_or_less_is_warned_of() {
        assert_eq!(cores(Ok(2), None).state, CheckState::Ok);
        let one = cores(Ok(1), None);
        assert!(one.state == CheckState::Warning && one.advice.unwrap().contains("distinct-cores"));
        let half = cores(Ok(8), Some(0.5));
        assert!(
            half.state == CheckState::Warning && half.found == "8 may be used, limited to the time of 0.5"
        );
        assert_eq!(cores(Ok(8), Some(1.5)).state, CheckState::Ok);
    }

    #[test]
    fn the_scope_of_ptrace_decides_what_strace_may_look_at() {
        let state = |scope, is_root| ptrace(Some(scope), is_root).state;
        assert_eq!((ptrace(None, false).state, state("0", false)), (CheckState::Ok, CheckState::Ok));
        assert_eq!(state("1", true), CheckState::Ok);
        assert_eq!((state("1", false), state("2", false)), (CheckState::Warning, CheckState::Warning));
        assert_eq!(state("3", true), CheckState::Warning);
    }

    #[test]
    fn what_landlock_holds_is_reported_for_each_kernel() {
        let found = |confined, abi| landlock(Ok(Restriction { confined, abi }));
        let full = found(Confinement::Full, 6);
        assert!(
            full.state == CheckState::Ok && full.found.contains("nor connects to their abstract sockets"),
            "{full:?}"
        );
        let half = found(Confinement::Partial, 4).found;
        assert!(half.contains("connects no TCP socket") && half.contains("from Linux 6.12 on"), "{half}");
        assert!(found(Confinement::Partial, 1).found.contains("opens no file (from Linux 6.7 on"));
        let absent = found(Confinement::Absent, 0);
        assert!(absent.state == CheckState::Ok && absent.found.ends_with("keeps its rights"), "{absent:?}");
        assert_eq!(found(Confinement::Refused, 0).state, CheckState::Warning);
    }
}
