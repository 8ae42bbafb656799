//! Files and services around a game: /proc, /dev/null, the settings, the session bus, the journal.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::check::Check;
use crate::cli::settings::Settings;
use crate::error::exit;
use crate::platform::clock;
use crate::platform::machine::HERE;

/// Where systemd's journal takes entries: the [native protocol](https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
pub(crate) const JOURNAL: &str = "/run/systemd/journal/socket";
/// A local service that has not answered after this is no service.
const PATIENCE: Duration = Duration::from_secs(2);

/// All of them.
pub(super) fn checks() -> Vec<Check> {
    vec![proc(), dev_null(), settings(Settings::path()), session_bus(), journal()]
}

/// A child is started from /proc/self/exe, and finds its fds in /proc/self/fd.
fn proc() -> Check {
    let opened = File::open("/proc/self/exe").and_then(|_| fs::read_dir("/proc/self/fd")).map(drop);
    judge_proc(opened, HERE.hidepid().as_deref())
}

fn judge_proc(opened: io::Result<()>, hidepid: Option<&str>) -> Check {
    if let Err(error) = opened {
        let advice = "mount it: `mount -t proc proc /proc`";
        return Check::fails(
            "proc",
            exit::SYSTEM,
            format!("/proc is not what it should be: {error}"),
            advice,
        );
    }
    match hidepid {
        None | Some("0" | "off") => Check::ok("proc", "/proc is mounted and shows all processes"),
        Some(option) => Check::ok(
            "proc",
            format!("/proc is mounted with hidepid={option}: one's own processes, all that the game needs"),
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
        return Check::warning(
            "settings",
            "there is no folder for them: HOME is not set, or no absolute path",
            advice,
        );
    };
    let shown = path.display();
    // What is there and no folder is where the game would fail.
    let is_there = |place: &&Path| place.symlink_metadata().is_ok();
    let folder = path.ancestors().skip(1).find(is_there).unwrap_or(Path::new("/"));
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

/// Over this a screen reader finds the windows, and a desktop shows what went wrong in a start without a terminal.
fn session_bus() -> Check {
    let asked = clock::within(PATIENCE, || names_on_the_bus().map_err(|error| error.to_string()));
    judge_bus(asked.unwrap_or_else(|| Err(format!("it does not answer within {PATIENCE:?}"))))
}

/// Who is there, and who would come if asked.
fn names_on_the_bus() -> zbus::Result<Vec<String>> {
    let proxy = zbus::blocking::fdo::DBusProxy::new(&zbus::blocking::Connection::session()?)?;
    let names = proxy.list_names()?.into_iter().chain(proxy.list_activatable_names()?);
    Ok(names.map(|name| name.to_string()).collect())
}

fn judge_bus(names: std::result::Result<Vec<String>, String>) -> Check {
    let has = |names: &[String], name| names.iter().any(|other| other == name);
    match names {
        Ok(names) => {
            let can = |name| if has(&names, name) { "" } else { "no " };
            let notifications = can("org.freedesktop.Notifications");
            let accessibility = can("org.a11y.Bus");
            let found =
                format!("answers, with {notifications}notifications and {accessibility}accessibility");
            Check::ok("session-bus", found)
        }
        Err(reason) => {
            let advice = "the game does not need it; without it no screen reader finds the windows";
            Check::warning("session-bus", format!("does not answer: {reason}"), advice)
        }
    }
}

/// Where the lines of a program without a terminal can be read later.
fn journal() -> Check {
    match UnixDatagram::unbound().and_then(|datagram| datagram.connect(JOURNAL)) {
        Ok(()) => Check::ok("journal", format!("{JOURNAL} answers")),
        Err(error) => {
            Check::ok("journal", format!("none: {JOURNAL} does not answer ({error}); the game goes without"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::State;

    #[test]
    fn a_proc_that_hides_others_is_enough_and_none_is_not() {
        let check = judge_proc(Ok(()), Some("invisible"));
        assert!(check.state == State::Ok && check.found.contains("hidepid=invisible"), "{check:?}");
        assert!(judge_proc(Ok(()), None).found.contains("all processes"));
        assert_eq!(judge_proc(Err(io::ErrorKind::NotFound.into()), None).exit_code, exit::SYSTEM);
    }

    #[test]
    fn a_bus_is_told_with_what_is_on_it_and_a_missing_one_is_warned_of() {
        let check = judge_bus(Ok(vec!["org.a11y.Bus".to_owned()]));
        assert!(
            check.state == State::Ok && check.found.contains("no notifications and accessibility"),
            "{check:?}"
        );
        assert_eq!(judge_bus(Err("no address".to_owned())).state, State::Warning);
    }

    #[test]
    fn a_folder_that_takes_no_file_is_warned_of() {
        let missing = settings(Some(PathBuf::from("/proc/tripong/settings.json")));
        assert!(missing.state == State::Warning && missing.found.contains("in /proc"), "{missing:?}");
        let is_a_file = settings(Some(PathBuf::from("/proc/version/tripong/settings.json")));
        assert!(is_a_file.state == State::Warning, "a file where the folder must be: {is_a_file:?}");
        assert_eq!(settings(None).state, State::Warning);
    }
}
