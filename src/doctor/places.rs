//! Files and services around a game: /proc, /dev/null, the settings, the session bus, the journal.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::check::Check;
use super::machine::read;
use crate::clock;
use crate::display::variable;
use crate::error::exit;
use crate::settings::Settings;

/// A local service that has not answered after this is no service.
const PATIENCE: Duration = Duration::from_secs(2);

/// All of them.
pub(super) fn checks() -> Vec<Check> {
    vec![proc(), dev_null(), settings(Settings::path()), session_bus(), journal()]
}

/// A child is started from /proc/self/exe, and finds its fds in /proc/self/fd.
fn proc() -> Check {
    let opened = File::open("/proc/self/exe").and_then(|_| fs::read_dir("/proc/self/fd")).map(drop);
    judge_proc(opened, &read("/proc/self/mounts"))
}

fn judge_proc(opened: io::Result<()>, mounts: &str) -> Check {
    if let Err(error) = opened {
        let advice = "mount it: `mount -t proc proc /proc`";
        return Check::fails(
            "proc",
            exit::SYSTEM,
            format!("/proc is not what it should be: {error}"),
            advice,
        );
    }
    let options = mounts.lines().find_map(|line| line.split_once(" /proc proc ")).unwrap_or_default().1;
    let hidden = options.split([',', ' ']).find(|option| option.starts_with("hidepid="));
    match hidden {
        None | Some("hidepid=0" | "hidepid=off") => {
            Check::ok("proc", "/proc is mounted and shows all processes")
        }
        Some(option) => Check::ok(
            "proc",
            format!("/proc is mounted with {option}: one's own processes, all that the game needs"),
        ),
    }
}

fn dev_null() -> Check {
    let opened = OpenOptions::new().read(true).write(true).open("/dev/null");
    match opened.and_then(|mut file| file.write_all(b"x")) {
        Ok(()) => Check::ok("dev-null", "/dev/null can be read and written"),
        Err(error) => {
            let advice = "make it: `mknod -m 666 /dev/null c 1 3`";
            Check::fails("dev-null", exit::SYSTEM, format!("/dev/null cannot be opened: {error}"), advice)
        }
    }
}

/// Where they will be a file is made, and removed again; what folders are missing is left to the game.
fn settings(path: Option<PathBuf>) -> Check {
    let advice =
        "the game starts and remembers no settings: set HOME or XDG_CONFIG_HOME to a folder of yours";
    let Some(path) = path else {
        return Check::warning("settings", "there is no folder for them: HOME is not set", advice);
    };
    let shown = path.display();
    let folder = path.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let file = folder.join(format!(".tripong-doctor-{}", std::process::id()));
    let written =
        OpenOptions::new().write(true).create_new(true).open(&file).and_then(|mut file| file.write_all(b"x"));
    // It was made by us, if there is one of this name.
    let removed = fs::remove_file(&file);
    match written.and(removed) {
        Ok(()) => Check::ok("settings", format!("{shown} can be written")),
        Err(error) => Check::warning(
            "settings",
            format!("{shown} cannot be written, in {}: {error}", folder.display()),
            advice,
        ),
    }
}

/// Over this a screen reader finds the windows, and a desktop shows notes.
fn session_bus() -> Check {
    let advice = "the game does not need it; without it no screen reader finds the windows";
    let address = variable("DBUS_SESSION_BUS_ADDRESS");
    let named = address.as_deref().and_then(socket_in);
    let usual = || Some(PathBuf::from(env::var_os("XDG_RUNTIME_DIR")?).join("bus"));
    let Some(socket) = named.or_else(|| address.is_none().then(usual)?) else {
        let found = address.unwrap_or_else(|| "DBUS_SESSION_BUS_ADDRESS is not set".to_owned());
        return Check::warning("session-bus", format!("not found ({found})"), advice);
    };
    let shown = socket.display().to_string();
    match clock::within(PATIENCE, move || UnixStream::connect(socket).map(drop)) {
        Some(Ok(())) => Check::ok("session-bus", format!("{shown} answers")),
        Some(Err(error)) => {
            Check::warning("session-bus", format!("{shown} does not answer ({error})"), advice)
        }
        None => Check::warning("session-bus", format!("{shown} does not answer within {PATIENCE:?}"), advice),
    }
}

/// The path in an address such as `unix:path=/run/user/1000/bus,guid=…`.
fn socket_in(address: &str) -> Option<PathBuf> {
    let unix = address.split(';').find_map(|one| one.strip_prefix("unix:"))?;
    unix.split(',').find_map(|pair| pair.strip_prefix("path=")).map(PathBuf::from)
}

/// Where the lines of a program without a terminal can be read later.
fn journal() -> Check {
    let socket = "/run/systemd/journal/socket";
    match UnixDatagram::unbound().and_then(|datagram| datagram.connect(socket)) {
        Ok(()) => Check::ok("journal", format!("{socket} answers")),
        Err(error) => {
            Check::ok("journal", format!("none: {socket} does not answer ({error}); the game goes without"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::State;

    #[test]
    fn a_proc_that_hides_others_is_enough_and_none_is_not() {
        let hidden = "proc /proc proc rw,nosuid,hidepid=invisible 0 0";
        let check = judge_proc(Ok(()), hidden);
        assert!(check.state == State::Ok && check.found.contains("hidepid=invisible"), "{check:?}");
        assert!(judge_proc(Ok(()), "proc /proc proc rw,relatime 0 0").found.contains("all processes"));
        assert_eq!(judge_proc(Err(io::ErrorKind::NotFound.into()), "").exit_code, exit::SYSTEM);
    }

    #[test]
    fn an_address_of_a_bus_has_a_path_or_none() {
        let path = Some(PathBuf::from("/run/user/1/bus"));
        assert_eq!(socket_in("unix:path=/run/user/1/bus,guid=ab"), path);
        assert_eq!(socket_in("tcp:host=x;unix:guid=ab,path=/run/user/1/bus"), path);
        assert_eq!(socket_in("unix:abstract=/tmp/dbus-x"), None);
        assert_eq!(socket_in(""), None);
    }

    #[test]
    fn a_folder_that_takes_no_file_is_warned_of() {
        let missing = settings(Some(PathBuf::from("/proc/tripong/settings.json")));
        assert!(missing.state == State::Warning && missing.found.contains("in /proc"), "{missing:?}");
        assert_eq!(settings(None).state, State::Warning);
    }
}
