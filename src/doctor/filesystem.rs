//! Files and services around a game: /proc, /dev/null, the settings, the session bus, the journal.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use super::check::{Check, Finding};
use crate::cli::settings::Settings;
use crate::error::exit;
use crate::platform::machine::HERE;

/// Where systemd's journal takes entries: the [native protocol](https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
pub(crate) const JOURNAL: &str = "/run/systemd/journal/socket";

/// All of them.
pub(super) fn checks() -> Vec<Check> {
    vec![proc().of("proc"), dev_null().of("dev-null"), settings(Settings::path()).of("settings")]
}

/// A child is started from /proc/self/exe, and finds its fds in /proc/self/fd.
fn proc() -> Finding {
    let opened = File::open("/proc/self/exe").and_then(|_| fs::read_dir("/proc/self/fd")).map(drop);
    judge_proc(opened, HERE.hidepid().as_deref())
}

fn judge_proc(opened: io::Result<()>, hidepid: Option<&str>) -> Finding {
    if let Err(error) = opened {
        let advice = "mount it: `mount -t proc proc /proc`";
        return Finding::fails(exit::SYSTEM, format!("/proc is not what it should be: {error}"), advice);
    }
    match hidepid {
        None | Some("0" | "off") => Finding::ok("/proc is mounted and shows all processes"),
        Some(option) => Finding::ok(format!(
            "/proc is mounted with hidepid={option}: one's own processes, all that the game needs"
        )),
    }
}

fn dev_null() -> Finding {
    let opened = OpenOptions::new().read(true).write(true).open("/dev/null");
    match opened.and_then(|mut file| file.write_all(b"x")) {
        Ok(()) => Finding::ok("/dev/null can be read and written"),
        Err(error) => {
            let advice = "make it: `mknod -m 666 /dev/null c 1 3`";
            Finding::fails(exit::SYSTEM, format!("/dev/null cannot be opened: {error}"), advice)
        }
    }
}

/// Where they will be a file is made, and removed again; what folders are missing is left to the game.
fn settings(path: Option<PathBuf>) -> Finding {
    let advice =
        "the game starts and remembers no settings: set HOME or XDG_CONFIG_HOME to a folder of yours";
    let Some(path) = path else {
        return Finding::warning("there is no folder for them: HOME is not set, or no absolute path", advice);
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
        Ok(()) => Finding::ok(format!("{shown} can be written")),
        Err(error) => {
            Finding::warning(format!("{shown} cannot be written, in {}: {error}", folder.display()), advice)
        }
    }
}

/// Where the lines of a program without a terminal can be read later.
pub(super) fn journal() -> Finding {
    match UnixDatagram::unbound().and_then(|datagram| datagram.connect(JOURNAL)) {
        Ok(()) => Finding::ok(format!("{JOURNAL} answers")),
        Err(error) => {
            Finding::ok(format!("none: {JOURNAL} does not answer ({error}); the game goes without"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::CheckState;

    #[test]
    fn a_proc_that_hides_others_is_enough_and_none_is_not() {
        let check = judge_proc(Ok(()), Some("invisible"));
        assert!(check.state == CheckState::Ok && check.found.contains("hidepid=invisible"), "{check:?}");
        assert!(judge_proc(Ok(()), None).found.contains("all processes"));
        assert_eq!(judge_proc(Err(io::ErrorKind::NotFound.into()), None).exit_code, exit::SYSTEM);
    }

    #[test]
    fn a_folder_that_takes_no_file_is_warned_of() {
        let missing = settings(Some(PathBuf::from("/proc/tripong/settings.json")));
        assert!(missing.state == CheckState::Warning && missing.found.contains("in /proc"), "{missing:?}");
        let is_a_file = settings(Some(PathBuf::from("/proc/version/tripong/settings.json")));
        assert!(is_a_file.state == CheckState::Warning, "a file where the folder must be: {is_a_file:?}");
        assert_eq!(settings(None).state, CheckState::Warning);
    }
}
