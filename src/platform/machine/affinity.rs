//! On which CPUs a process may run, and binding it to one.

use std::io;

use rustix::io::Errno;
use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

use super::cpu_list::{fmt_cpu_list, parse_cpu_list};
use super::kernel::{HERE, Kernel};
use crate::error::{Error, Result};

/// A process can be bound to CPUs below this number only: an affinity has a bit for each of them.
const PINNABLE_CPUS: usize = CpuSet::MAX_CPU;

/// The system calls, which a test replaces.
#[derive(Clone, Copy)]
struct Calls<'a> {
    set: &'a dyn Fn(&CpuSet) -> rustix::io::Result<()>,
    get: &'a dyn Fn() -> rustix::io::Result<CpuSet>,
    /// The CPU that this thread runs on.
    cpu: &'a dyn Fn() -> usize,
}

const REAL: Calls<'static> = Calls {
    set: &|cpus| sched_setaffinity(None, cpus),
    get: &|| sched_getaffinity(None),
    cpu: &sched_getcpu,
};

/// The CPUs that this process may run on, and can be bound to.
///
/// # Errors
/// [`Error::System`]
pub(crate) fn allowed_cpus() -> Result<Vec<usize>> {
    REAL.allowed_cpus(HERE)
}

/// From now on this thread runs on that CPU only.
///
/// # Errors
/// [`Error::CpuLost`] where the CPU is offline, or the kernel dropped the affinity at once; [`Error::System`] where a sandbox
/// refuses it.
pub(crate) fn run_on(cpu: usize) -> Result<()> {
    REAL.run_on(cpu)
}

/// Whether this thread, which is bound to a CPU, is so still, and runs there.
///
/// # Errors
/// [`Error::CpuLost`] where it is not.
pub(crate) fn is_still_on(cpu: usize) -> Result<()> {
    REAL.is_still_on(cpu)
}

/// Why no process can be bound to a CPU, where a sandbox forbids that; asked without changing anything.
pub(crate) fn is_affinity_refused() -> Option<String> {
    REAL.is_refused()
}

impl Calls<'_> {
    fn allowed_cpus(self, kernel: Kernel<'_>) -> Result<Vec<usize>> {
        let error = match (self.get)() {
            Ok(set) => return Ok(cpus_of(&set)),
            Err(error) => error,
        };
        // A kernel for more CPUs than there are bits in the set has no answer; nor has a sandbox that forbids the call.
        let listed = kernel.allowed_list().map(|mut cpus| {
            cpus.retain(|cpu| *cpu < PINNABLE_CPUS);
            cpus
        });
        listed.filter(|cpus| !cpus.is_empty()).ok_or_else(|| Error::system("ask for the allowed CPUs")(error))
    }

    fn run_on(self, cpu: usize) -> Result<()> {
        if cpu >= PINNABLE_CPUS {
            let why = format!("a process can be bound to CPUs below {PINNABLE_CPUS} only");
            return Err(Error::CpuLost { cpu, why });
        }
        let mut set = CpuSet::new();
        set.set(cpu);
        match (self.set)(&set) {
            Ok(()) => self.is_still_on(cpu),
            Err(Errno::INVAL) => {
                let why = "it is offline, or not in the cpuset of this process any more".to_owned();
                Err(Error::CpuLost { cpu, why })
            }
            Err(error) => Err(Error::system(format_args!("run on CPU {cpu}"))(error)),
        }
    }

    fn is_still_on(self, cpu: usize) -> Result<()> {
        // Where nobody answers, only where it runs is known.
        let allowed = (self.get)().map(|set| cpus_of(&set)).ok();
        let is_bound = allowed.as_ref().is_none_or(|allowed| *allowed == [cpu]);
        let runs_on = (self.cpu)();
        if is_bound && runs_on == cpu {
            return Ok(());
        }
        let now = allowed.map(|allowed| format!(" and may run on {}", fmt_cpu_list(&allowed)));
        let why = format!(
            "the kernel dropped the affinity, as it does when a CPU goes offline: the process runs on CPU {runs_on}{}",
            now.unwrap_or_default()
        );
        Err(Error::CpuLost { cpu, why })
    }

    fn is_refused(self) -> Option<String> {
        let refused = |call: &str, error: Errno| {
            let is_refusal = [Errno::PERM, Errno::ACCESS, Errno::NOSYS].contains(&error);
            is_refusal.then(|| format!("{call}: {}", io::Error::from(error)))
        };
        match (self.get)() {
            Ok(set) => (self.set)(&set).err().and_then(|error| refused("sched_setaffinity", error)),
            Err(error) => refused("sched_getaffinity", error),
        }
    }
}

impl Kernel<'_> {
    /// The CPUs that this thread may run on, by /proc.
    fn allowed_list(self) -> Option<Vec<usize>> {
        let status = self.read("/proc/thread-self/status")?;
        parse_cpu_list(status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?)
    }
}

fn cpus_of(set: &CpuSet) -> Vec<usize> {
    (0..PINNABLE_CPUS).filter(|cpu| set.is_set(*cpu)).collect()
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::cell::Cell;

    use super::super::fake::Fake;
    use super::*;

    fn set_of(cpus: &[usize]) -> CpuSet {
        let mut set = CpuSet::new();
        cpus.iter().for_each(|cpu| set.set(*cpu));
        set
    }

    /// Binds to CPU 3 where the kernel gives these answers.
    fn run_on_3(set: rustix::io::Result<()>, get: rustix::io::Result<&[usize]>, cpu: usize) -> Result<()> {
        Calls { set: &|_| set, get: &|| get.map(set_of), cpu: &|| cpu }.run_on(3)
    }

    fn line(result: Result<()>) -> String {
        let line = result.unwrap_err().to_string();
        assert_eq!(line.lines().count(), 1, "{line}");
        line
    }

    #[test]
    fn an_affinity_that_holds_is_right_and_one_that_does_not_is_an_error_in_one_line() {
        run_on_3(Ok(()), Ok(&[3]), 3).unwrap();
        // Nobody says more than where it runs.
        run_on_3(Ok(()), Err(Errno::PERM), 3).unwrap();
        let dropped = line(run_on_3(Ok(()), Ok(&[0, 1, 2]), 1));
        assert!(dropped.starts_with("CPU 3 is lost: ") && dropped.contains("may run on 0-2"), "{dropped}");
        assert!(line(run_on_3(Ok(()), Ok(&[3]), 0)).contains("runs on CPU 0"));
        assert!(line(run_on_3(Ok(()), Err(Errno::PERM), 0)).contains("runs on CPU 0"));
        let offline = line(run_on_3(Err(Errno::INVAL), Ok(&[0]), 0));
        assert!(offline.contains("it is offline, or not in the cpuset"), "{offline}");
        let code = |result: Result<()>| result.unwrap_err().exit_code();
        assert_eq!(code(run_on_3(Ok(()), Ok(&[0]), 0)), crate::error::exit::CPU_LOST);
        assert_eq!(code(run_on_3(Err(Errno::PERM), Ok(&[0]), 0)), crate::error::exit::SYSTEM);
    }

    #[test]
    fn a_cpu_that_no_set_has_a_bit_for_is_refused_without_asking() {
        for cpu in [PINNABLE_CPUS, usize::MAX] {
            let calls =
                Calls { set: &|_| panic!("asked"), get: &|| panic!("asked"), cpu: &|| panic!("asked") };
            assert!(line(calls.run_on(cpu)).contains("below 1024 only"));
        }
    }

    #[test]
    fn a_sandbox_that_refuses_is_found_out_without_changing_anything() {
        let asked = Cell::new(0);
        let allows = Calls {
            set: &|set| {
                asked.set(asked.get() + 1);
                assert!(*set == set_of(&[1, 5]));
                Ok(())
            },
            get: &|| Ok(set_of(&[1, 5])),
            cpu: &|| 1,
        };
        assert_eq!((allows.is_refused(), asked.get()), (None, 1));
        for error in [Errno::PERM, Errno::ACCESS, Errno::NOSYS] {
            let refused = Calls { set: &|_| Err(error), ..allows }.is_refused().unwrap();
            assert!(refused.starts_with("sched_setaffinity: "), "{refused}");
            let refused = Calls { get: &|| Err(error), ..allows }.is_refused().unwrap();
            assert!(refused.starts_with("sched_getaffinity: "), "{refused}");
        }
        // That is no refusal: a CPU has just gone, or there are more than a set has bits for.
        assert_eq!(Calls { set: &|_| Err(Errno::INVAL), ..allows }.is_refused(), None);
        assert_eq!(Calls { get: &|| Err(Errno::INVAL), ..allows }.is_refused(), None);
    }

    #[test]
    fn where_the_call_has_no_answer_proc_has_one() {
        let status = "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t0-1,1020-1030\nThreads:\t1";
        let of_proc = |error, status: &str| {
            let calls = Calls { set: &|_| Ok(()), get: &|| Err(error), cpu: &|| 0 };
            let fake = Fake::new(&[("/proc/thread-self/status", status)]);
            let read = fake.read();
            calls.allowed_cpus(Kernel(&read))
        };
        for error in [Errno::INVAL, Errno::PERM, Errno::NOSYS] {
            assert_eq!(of_proc(error, status).unwrap(), [0, 1, 1020, 1021, 1022, 1023]);
        }
        for status in ["", "Name: x", "Cpus_allowed_list:\t0-", "Cpus_allowed_list:\t2000-2001"] {
            assert_eq!(of_proc(Errno::INVAL, status).unwrap_err().exit_code(), crate::error::exit::SYSTEM);
        }
    }

    #[test]
    fn this_thread_can_be_bound_to_each_of_its_cpus() {
        std::thread::spawn(|| {
            assert_eq!(is_affinity_refused(), None);
            for cpu in allowed_cpus().unwrap() {
                run_on(cpu).unwrap();
                is_still_on(cpu).unwrap();
                assert_eq!(allowed_cpus().unwrap(), [cpu]);
            }
        })
        .join()
        .unwrap();
    }
}
