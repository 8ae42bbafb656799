//! What a child gives up before it plays: it needs no file and no network, and never more rights than it has.

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, RestrictionStatus, Ruleset, RulesetAttr, RulesetError,
};
use nix::sys::prctl::set_no_new_privs;

use crate::error::{Error, Result};

/// The newest set of rights that is asked for; an older kernel grants what it knows, or nothing.
const RIGHTS: ABI = ABI::V5;

/// Gives up, for this thread and all that it starts, what a pane does not need: any new privilege, and without a
/// window also every file that is not yet open and every network connection. A window needs both for its display.
///
/// # Errors
/// [`Error::System`] if the kernel refuses to take a right back. A kernel without Landlock takes none.
pub fn give_up(has_window: bool) -> Result<()> {
    set_no_new_privs().map_err(Error::system("give up new privileges"))?;
    if has_window {
        return Ok(());
    }
    let status = give_up_files().map_err(std::io::Error::other);
    status.map(drop).map_err(Error::system("give up files and network"))
}

/// What this kernel takes back of a thread that gives it up: files and network.
///
/// # Errors
/// [`Error::System`] if the kernel refuses to.
pub(crate) fn tried() -> Result<LandlockStatus> {
    let thread = std::thread::Builder::new().spawn(give_up_files);
    let thread = thread.map_err(Error::system("start a thread"))?;
    let status = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let status = status.map_err(std::io::Error::other);
    status.map(|status| status.landlock).map_err(Error::system("give up files and network"))
}

/// Rules without an exception.
fn give_up_files() -> std::result::Result<RestrictionStatus, RulesetError> {
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(RIGHTS))?
        .handle_access(AccessNet::from_all(RIGHTS))?
        .create()?;
    rules.restrict_self()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::thread;

    use landlock::RulesetStatus;

    use super::*;

    #[test]
    fn without_a_window_no_file_can_be_opened_any_more() {
        let (status, opened) = thread::spawn(|| {
            let status = give_up_files().unwrap().ruleset;
            (status, fs::File::open("/proc/self/status").map(drop).map_err(|error| error.kind()))
        })
        .join()
        .unwrap();
        // A kernel without Landlock cannot take a right back, and says so.
        let is_enforced = status != RulesetStatus::NotEnforced;
        assert_eq!(opened, if is_enforced { Err(ErrorKind::PermissionDenied) } else { Ok(()) });
    }

    #[test]
    fn with_a_window_files_can_be_opened_and_privileges_not_gained() {
        let status = thread::spawn(|| {
            give_up(true).unwrap();
            fs::read_to_string("/proc/thread-self/status").unwrap()
        });
        assert!(status.join().unwrap().contains("NoNewPrivs:\t1"));
    }
}
