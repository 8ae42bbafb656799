//! What each call of the compiler costs. Cargo starts this program instead of the compiler (`RUSTC_WRAPPER`), and this one
//! starts the compiler, and writes down what it took.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use nix::sys::resource::{UsageWho, getrusage};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::error::{Result, failed, report_line};
use crate::process::BECOME;

/// The variable with the path of the list: where it is set, this program is the compiler's wrapper.
pub(crate) const LIST: &str = "TRIPONG_BUILD_UNITS";

/// One call of the compiler.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    /// The package, with its version, and whether it is an executable.
    pub(super) name: String,
    /// Seconds on a CPU.
    pub(super) cpu_s: f64,
}

/// Runs the compiler as cargo would, and returns its exit code. None if cargo has not started this process.
pub(crate) fn wrap() -> Option<u8> {
    let list = std::env::var_os(LIST)?;
    // It is cargo itself, or the compiler, that this process is to become.
    if std::env::args_os().nth(1).is_none_or(|argument| argument == BECOME) {
        return None;
    }
    Some(wrapped(&list).unwrap_or_else(|error| {
        report_line(&format!("tripong-end-to-end, as the compiler: {error}"));
        1
    }))
}

fn wrapped(list: &OsStr) -> Result<u8> {
    // What ends cargo ends all compilers.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(failed("die with cargo"))?;
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    #[expect(clippy::disallowed_methods, reason = "the compiler is started here and nowhere else")]
    let mut compiler = Command::new("/proc/self/exe");
    compiler.args([BECOME, &std::process::id().to_string()]).args(&arguments);
    let status = compiler.status().map_err(failed("start the compiler"))?;
    let package = |what| std::env::var(format!("CARGO_PKG_{what}")).unwrap_or_default();
    let name = name(&package("NAME"), &package("VERSION"), &arguments);
    let mut list = OpenOptions::new().append(true).open(list).map_err(failed("open the list of units"))?;
    // In one piece: many write at a time.
    let line = format!("{} {name}\n", children_cpu_s()?);
    list.write_all(line.as_bytes()).map_err(failed("write into the list of units"))?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// A build script is counted to its package; calls without a package are cargo's own questions.
fn name(package: &str, version: &str, arguments: &[OsString]) -> String {
    let after = |option: &str| {
        arguments.windows(2).find(|pair| pair[0] == option).map(|pair| pair[1].to_string_lossy().into_owned())
    };
    let is_script = after("--crate-name").is_some_and(|name| name.starts_with("build_script_"));
    let is_executable = after("--crate-type").is_some_and(|kind| kind == "bin") && !is_script;
    match package {
        "" => "cargo".to_owned(),
        _ => format!("{package} {version}{}", if is_executable { ", the executable" } else { "" }),
    }
}

/// The lines that the wrappers have written.
///
/// # Errors
/// When one is none.
pub(super) fn parse(list: &str) -> Result<Vec<Unit>> {
    list.lines()
        .map(|line| {
            let (seconds, name) = line.split_once(' ').unwrap_or_default();
            match seconds.parse() {
                Ok(cpu_s) => Ok(Unit { name: name.to_owned(), cpu_s }),
                Err(_) => Err(failed("read the list of units")(format_args!("this line is no unit: {line}"))),
            }
        })
        .collect()
}

/// What all ended children of this process have used, with theirs: seconds on a CPU.
///
/// # Errors
/// Never on Linux.
pub(super) fn children_cpu_s() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(failed("get the CPU time of children"))?;
    let seconds = [usage.user_time(), usage.system_time()]
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6);
    Ok(seconds.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_has_the_name_of_its_package_and_an_executable_says_so() {
        let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let library = arguments("rustc --crate-name winit --crate-type lib");
        assert_eq!(name("winit", "1.2.3", &library), "winit 1.2.3");
        let script = arguments("rustc --crate-name build_script_build --crate-type bin");
        assert_eq!(name("winit", "1.2.3", &script), "winit 1.2.3");
        let executable = arguments("rustc --crate-name tripong --crate-type bin");
        assert_eq!(name("tripong", "0.1.0", &executable), "tripong 0.1.0, the executable");
        assert_eq!(name("", "", &arguments("rustc -vV")), "cargo");
    }

    #[test]
    fn what_wrappers_write_is_read_and_a_torn_line_is_not() {
        let unit = |name: &str, cpu_s| Unit { name: name.to_owned(), cpu_s };
        assert_eq!(
            parse("0.5 a 1.0\n2 b 2.0, the executable\n").unwrap(),
            [unit("a 1.0", 0.5), unit("b 2.0, the executable", 2.0)]
        );
        assert!(parse("a 1.0\n").is_err() && parse("7\n").is_err());
    }
}
