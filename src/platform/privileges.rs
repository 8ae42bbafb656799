//! What a child gives up before it plays: it needs no file and no network, and never more rights than it has.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, RestrictionStatus, Ruleset, RulesetAttr,
    RulesetError, RulesetStatus, Scope,
};
use memmap2::{MmapMut, MmapOptions};
use nix::errno::Errno;
use nix::sys::prctl::set_no_new_privs;

use crate::error::{Error, Result, is_refusal};

/// The newest set of rights that is asked for; an older kernel takes back what it knows, or nothing.
const RIGHTS: ABI = ABI::V6;

/// How much of its rights a pane's process has given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confinement {
    /// It has not reported it; or the word is corrupt.
    Unknown,
    /// None: it has a window, which needs them.
    Window,
    /// None: this kernel has no Landlock.
    Absent,
    /// None: the kernel, or a sandbox, has refused.
    Refused,
    /// What a Landlock takes back that is older than 6.12.
    Partial,
    /// All that it does not need.
    Full,
}

impl From<u64> for Confinement {
    fn from(word: u64) -> Self {
        let all = [Self::Window, Self::Absent, Self::Refused, Self::Partial, Self::Full];
        all.into_iter().find(|known| *known as u64 == word).unwrap_or(Self::Unknown)
    }
}

/// What Landlock has made of a process that gave up its rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restriction {
    /// How much was taken back.
    pub confined: Confinement,
    /// The version of the kernel's Landlock; 0 where there is none.
    pub abi: i32,
}

/// Gives up, for this thread and all that it starts, what a pane does not need: any new privilege, and without a window
/// all that Landlock takes back here (`taken_back`). A window needs its files and sockets for its display. Returns how much
/// was taken back.
///
/// # Errors
/// [`Error::System`] if new privileges cannot be given up. Landlock is the second line of defence: where it is missing or
/// refused the game is played, and its report contains that.
pub fn give_up(has_window: bool) -> Result<Confinement> {
    set_no_new_privs().map_err(Error::system("give up new privileges (prctl)"))?;
    Ok(if has_window { Confinement::Window } else { restrict_all().confined })
}

/// The same for a process without a window that signals others.
///
/// # Errors
/// As [`give_up`].
#[cfg(feature = "terminal")]
pub(crate) fn give_up_but_signals() -> Result<Confinement> {
    set_no_new_privs().map_err(Error::system("give up new privileges (prctl)"))?;
    Ok(restrict(Scope::from_all(RIGHTS) & !Scope::Signal).confined)
}

/// What this kernel takes back of a thread that gives it up.
///
/// # Errors
/// [`Error::System`] if no thread can be started.
pub fn tried() -> Result<Restriction> {
    let thread = std::thread::Builder::new().spawn(restrict_all);
    let thread = thread.map_err(Error::system("start a thread (clone3)"))?;
    Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}

/// What a Landlock of this version takes back of a process without a window, in words that follow "it".
pub fn taken_back(abi: i32) -> &'static str {
    match abi {
        ..=0 => "keeps its rights",
        1..=3 => {
            "opens no file (from Linux 6.7 on it would use no TCP either, from 6.12 on signal nobody else)"
        }
        4..=5 => {
            "opens no file, and binds and connects no TCP socket (from Linux 6.12 on it would signal nobody else)"
        }
        6.. => {
            "opens no file, binds and connects no TCP socket, and neither signals other processes nor connects to their \
             abstract sockets"
        }
    }
}

/// How memory that was written is kept from being executed, if it is (`MemoryDenyWriteExecute`, `PR_SET_MDWE`). A driver that
/// compiles what it runs dies of that, and so do all that draw with software rendering.
pub(crate) fn code_is_forbidden() -> Option<String> {
    let tried = MmapOptions::new().len(1).map_anon().and_then(MmapMut::make_exec).map(drop);
    let error = tried.err().filter(is_refusal)?;
    Some(format!(
        "a sandbox forbids to execute memory that was written (mprotect: {error}; MemoryDenyWriteExecute, PR_SET_MDWE)"
    ))
}

/// Rules without an exception.
fn restrict_all() -> Restriction {
    restrict(Scope::from_all(RIGHTS))
}

/// No files and no network, and others out of reach by what is in `scope`.
fn restrict(scope: BitFlags<Scope>) -> Restriction {
    // The crate asks the kernel for its version here, and takes every error for a kernel without Landlock.
    Errno::clear();
    let rules = Ruleset::default();
    let asked = Errno::last();
    let status = restrict_by(rules, scope).ok().map(|status| (status.ruleset, status.landlock));
    Restriction::of(asked, status)
}

fn restrict_by(
    rules: Ruleset,
    scope: BitFlags<Scope>,
) -> std::result::Result<RestrictionStatus, RulesetError> {
    rules
        .handle_access(AccessFs::from_all(RIGHTS))?
        .handle_access(AccessNet::from_all(RIGHTS))?
        .scope(scope)?
        .create()?
        .restrict_self()
}

impl Restriction {
    /// What it is, from the error with which the kernel was asked for its version, and what came of the rules: None if they
    /// were refused.
    fn of(asked: Errno, status: Option<(RulesetStatus, LandlockStatus)>) -> Self {
        let Some((ruleset, landlock)) = status else {
            return Self { confined: Confinement::Refused, abi: 0 };
        };
        let abi = match landlock {
            LandlockStatus::Available { effective_abi, kernel_abi } => {
                kernel_abi.unwrap_or(effective_abi as i32)
            }
            LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => 0,
        };
        let confined = match ruleset {
            RulesetStatus::FullyEnforced => Confinement::Full,
            RulesetStatus::PartiallyEnforced => Confinement::Partial,
            RulesetStatus::NotEnforced if is_refusal(&asked.into()) => Confinement::Refused,
            RulesetStatus::NotEnforced => Confinement::Absent,
        };
        Self { confined, abi }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::net::TcpStream;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
    use std::thread;

    use nix::sys::signal::{Signal, kill, raise};
    use nix::unistd::getppid;

    use super::*;

    /// Does it in a thread that has given up its rights, if this kernel takes back as much as that.
    fn restricted<T: Send + 'static>(least_abi: i32, act: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        thread::spawn(move || (restrict_all().abi >= least_abi).then(act)).join().unwrap()
    }

    #[test]
    fn without_a_window_no_file_can_be_opened_any_more() {
        let open = || fs::File::open("/proc/self/status").map(drop).map_err(|error| error.kind());
        assert_eq!(open(), Ok(()));
        assert!(restricted(1, open).is_none_or(|opened| opened == Err(ErrorKind::PermissionDenied)));
    }

    #[test]
    fn without_a_window_tcp_is_given_up_where_the_kernel_can() {
        let connect = || TcpStream::connect(("127.0.0.1", 1)).map(drop).map_err(|error| error.kind());
        assert_eq!(connect(), Err(ErrorKind::ConnectionRefused), "nobody listens there");
        assert!(restricted(4, connect).is_none_or(|connected| connected == Err(ErrorKind::PermissionDenied)));
    }

    #[test]
    fn without_a_window_others_are_not_signalled_where_the_kernel_can() {
        let signal = || kill(getppid(), None);
        assert_eq!(signal(), Ok(()), "the process that started the tests lives");
        assert!(restricted(6, signal).is_none_or(|sent| sent == Err(Errno::EPERM)));
        assert!(restricted(6, || raise(Signal::SIGCONT)).is_none_or(|sent| sent == Ok(())), "but itself");
    }

    #[test]
    fn without_a_window_abstract_sockets_of_others_are_out_of_reach_where_the_kernel_can() {
        let name = format!("tripong-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(name).unwrap();
        let _listener = UnixListener::bind_addr(&address).unwrap();
        let connect = move || UnixStream::connect_addr(&address).map(drop).map_err(|error| error.kind());
        assert_eq!(connect.clone()(), Ok(()));
        assert!(restricted(6, connect).is_none_or(|connected| connected == Err(ErrorKind::PermissionDenied)));
    }

    #[test]
    fn with_a_window_files_can_be_opened_and_privileges_not_gained() {
        let status = thread::spawn(|| {
            assert_eq!(give_up(true).unwrap(), Confinement::Window);
            fs::read_to_string("/proc/thread-self/status").unwrap()
        });
        assert!(status.join().unwrap().contains("NoNewPrivs:\t1"));
    }

    #[test]
    fn what_became_of_the_rights_is_distinguished() {
        let available = |abi| LandlockStatus::Available { effective_abi: abi, kernel_abi: None };
        let none = || Some((RulesetStatus::NotEnforced, LandlockStatus::NotImplemented));
        for (asked, status, confined, abi) in [
            (0, Some((RulesetStatus::FullyEnforced, available(ABI::V6))), Confinement::Full, 6),
            (0, Some((RulesetStatus::PartiallyEnforced, available(ABI::V3))), Confinement::Partial, 3),
            (Errno::ENOSYS as i32, none(), Confinement::Absent, 0),
            (Errno::EOPNOTSUPP as i32, none(), Confinement::Absent, 0),
            (Errno::EPERM as i32, none(), Confinement::Refused, 0),
            (0, None, Confinement::Refused, 0),
        ] {
            let restriction = Restriction::of(Errno::from_raw(asked), status);
            assert_eq!(restriction, Restriction { confined, abi });
        }
    }
}
