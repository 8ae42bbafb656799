//! A pane's process, started by hand: what it refuses to play on, and that it never outlives its launcher.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;

use command_fds::{CommandFdExt, FdMapping};
use common::{Ended, Output, Program, tripong, tripong_without_fds, wait_until};
use nix::fcntl::{FcntlArg, OFlag, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::Signal;
use tripong::error::exit;
use tripong::game::{Court, PaneId};
use tripong::platform::fds;
use tripong::platform::sync::Ordering;
use tripong::protocol::doorbell::FdBell;
use tripong::protocol::{Region, Setup};
use tripong::shm::Mapping;
use tripong::transport::control_socket::ControlSocket;

/// Where the first words of the Region are.
const MAGIC: u64 = 0;
const LAYOUT: u64 = 8;
const PANES: u64 = 16;

/// What a launcher passes on, besides the Region.
struct Launcher {
    parent_death_pipe: OwnedFd,
    /// As long as this is open, the launcher lives.
    parent_death_pipe_end: OwnedFd,
    wakeup_eventfd: OwnedFd,
    bells: Vec<FdBell>,
}

/// Both descriptions of an fd, as the launcher keeps one and passes on the other.
fn duplicate(fd: impl AsFd) -> OwnedFd {
    fd.as_fd().try_clone_to_owned().unwrap()
}

impl Launcher {
    fn new() -> Self {
        let (parent_death_pipe, parent_death_pipe_end) = nix::unistd::pipe2(OFlag::O_CLOEXEC).unwrap();
        let wakeup_eventfd = duplicate(FdBell::new().unwrap());
        let bells = setup().court.all_panes().map(|_| FdBell::new().unwrap()).collect();
        Self { parent_death_pipe, parent_death_pipe_end, wakeup_eventfd, bells }
    }

    /// All fds that a pane is passed, with their numbers, the Region first.
    fn fds(&self, region: OwnedFd) -> Vec<(OwnedFd, i32)> {
        let (_control_socket, control_socket_end) = ControlSocket::pair().unwrap();
        let own = [
            (region, fds::REGION),
            (duplicate(&self.parent_death_pipe), fds::PARENT_DEATH_PIPE),
            (duplicate(&self.wakeup_eventfd), fds::WAKEUP_EVENTFD),
            (control_socket_end, fds::CONTROL_SOCKET),
        ];
        own.into_iter().chain(self.bells.iter().map(duplicate).zip(fds::BELLS..)).collect()
    }

    /// A pane with `region` as its Region. The test's thread must outlive it: a child dies with the thread that
    /// started it.
    fn start(&self, role: &str, region: OwnedFd) -> Program {
        let mut command = tripong();
        command.args(["--role", role]);
        let mappings = self.fds(region).into_iter();
        let mappings = mappings.map(|(parent_fd, child_fd)| FdMapping { parent_fd, child_fd });
        command.fd_mappings(mappings.collect()).unwrap();
        Program::spawn(command)
    }
}

/// What a launcher decides, if it is the process that runs this test.
fn setup() -> Setup {
    let court = Court { panes: 3, seed: 1 };
    let launcher_pid = std::process::id();
    Setup::headless(court, launcher_pid)
}

/// A good Region.
fn region() -> (OwnedFd, Mapping<Region>) {
    Mapping::create(&setup()).unwrap()
}

/// A memfd with the bytes of a good Region, so many of them, that is not sealed yet.
fn copy_of_a_region(size: usize) -> File {
    let (memfd, _mapping) = region();
    let mut bytes = vec![0; Region::SIZE];
    File::from(memfd).read_exact_at(&mut bytes, 0).unwrap();
    bytes.resize(size, 0);
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    let copy = File::from(memfd_create(c"tripong-copy", flags).unwrap());
    copy.write_all_at(&bytes, 0).unwrap();
    copy
}

fn sealed(memfd: File, seals: SealFlag) -> OwnedFd {
    fcntl(&memfd, FcntlArg::F_ADD_SEALS(seals)).unwrap();
    memfd.into()
}

/// A sealed Region of which one word was changed.
fn region_with(offset: u64, word: u64) -> OwnedFd {
    let copy = copy_of_a_region(Region::SIZE);
    copy.write_all_at(&word.to_ne_bytes(), offset).unwrap();
    sealed(copy, SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW)
}

/// The pane refuses what it was given, in one line that ends with this.
fn assert_refused(role: &str, region: OwnedFd, reason: &str) {
    let launcher = Launcher::new();
    assert_says_why(launcher.start(role, region).finish(), reason);
}

fn assert_says_why(output: Output, reason: &str) {
    let Output { ended, stdout, stderr } = output;
    let line = stderr.strip_suffix('\n').unwrap_or(&stderr);
    let (who, why) = line.split_once(": refused the Region: ").unwrap_or_else(|| panic!("{stderr}"));
    assert!(who.starts_with("tripong: pane "), "{line}");
    assert_eq!(why, reason);
    assert_eq!((ended, stdout.as_str()), (Ended::Code(exit::REFUSED.into()), ""), "{line}");
}

const BY_HAND: &str = "panes are started by `tripong` itself, not by hand";

#[test]
fn a_file_is_no_region() {
    // An open file with a name, of a kind that has no seals; nothing is written.
    let file = File::open(env!("CARGO_BIN_EXE_tripong")).unwrap();
    assert_refused("pane:1", file.into(), &format!("fd 3 is not a memfd; {BY_HAND}"));
}

#[test]
fn a_pipe_is_no_region() {
    let (reader, _writer) = nix::unistd::pipe2(OFlag::O_CLOEXEC).unwrap();
    assert_refused("pane:1", reader, &format!("fd 3 is not a memfd; {BY_HAND}"));
}

#[test]
fn a_region_that_could_change_its_size_is_refused() {
    let unsealed = "its memfd is not sealed against shrinking and growing";
    let copy = || copy_of_a_region(Region::SIZE);
    assert_refused("pane:1", copy().into(), &format!("{unsealed} (seals 0x0)"));
    assert_refused("pane:1", sealed(copy(), SealFlag::F_SEAL_SHRINK), &format!("{unsealed} (seals 0x2)"));
    assert_refused("pane:1", sealed(copy(), SealFlag::F_SEAL_GROW), &format!("{unsealed} (seals 0x4)"));
}

#[test]
fn a_region_of_another_size_is_refused_with_both_sizes() {
    for size in [0, 1, 4096, Region::SIZE - 1, Region::SIZE + 1, 2 * Region::SIZE] {
        let region = sealed(copy_of_a_region(size), SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW);
        assert_refused("pane:1", region, &format!("its size is {size} bytes instead of {}", Region::SIZE));
    }
}

#[test]
fn zeroes_are_no_region() {
    let zeroed = copy_of_a_region(0);
    zeroed.set_len(Region::SIZE as u64).unwrap();
    let zeroed = sealed(zeroed, SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW);
    assert_refused("pane:1", zeroed, "its magic word is 0x0000000000000000, which is not tripong's");
}

#[test]
fn a_region_with_another_magic_is_refused_with_that_word() {
    let word = 0x0123_4567_89ab_cdef;
    let reason = "its magic word is 0x0123456789abcdef, which is not tripong's";
    assert_refused("pane:1", region_with(MAGIC, word), reason);
}

#[test]
fn a_region_of_another_layout_is_refused_with_both_versions() {
    let mut version = [0; 8];
    copy_of_a_region(Region::SIZE).read_exact_at(&mut version, LAYOUT).unwrap();
    let expected = u64::from_ne_bytes(version);
    for found in [0, expected + 1, u64::MAX] {
        let reason = format!("its layout version is {found} instead of {expected}");
        assert_refused("pane:1", region_with(LAYOUT, found), &reason);
    }
}

#[test]
fn a_region_with_an_impossible_pane_count_is_refused_with_the_count() {
    // 258 is 2 in its lowest byte.
    for count in [0, 1, 17, 258, u64::MAX] {
        assert_refused(
            "pane:1",
            region_with(PANES, count),
            &format!("its pane count is {count}, not 2 to 16"),
        );
    }
}

#[test]
fn a_pane_that_the_court_does_not_have_is_refused() {
    for pane in [3, 5, 15] {
        let reason = format!("its court has 3 panes, so there is no pane {pane}");
        assert_refused(&format!("pane:{}", pane + 1), region().0, &reason);
    }
}

#[test]
fn a_missing_fd_is_refused_by_its_number() {
    for missing in [
        fds::REGION,
        fds::PARENT_DEATH_PIPE,
        fds::WAKEUP_EVENTFD,
        fds::CONTROL_SOCKET,
        fds::BELLS,
        fds::BELLS + 2,
    ] {
        let launcher = Launcher::new();
        let present = launcher.fds(region().0).into_iter().filter(|(_, child_fd)| *child_fd != missing);
        let mappings = present.map(|(parent_fd, child_fd)| FdMapping { parent_fd, child_fd }).collect();
        let mut command = tripong_without_fds(&[missing]);
        command.args(["--role", "pane:1"]).fd_mappings(mappings).unwrap();
        assert_says_why(
            Program::spawn(command).finish(),
            &format!("fd {missing} was not passed on; {BY_HAND}"),
        );
    }
}

#[test]
fn a_pane_signs_its_status_when_it_has_attached_and_leaves_when_the_game_is_stopped() {
    let (memfd, mapping) = region();
    let launcher = Launcher::new();
    let status = &mapping.region().pane(PaneId(2)).status;
    status.expect(5);
    let pane = launcher.start("pane:3", memfd);
    wait_until("the pane to attach", || status.ready.load(Ordering::Acquire) == 1);
    assert_eq!(status.pid.load(Ordering::Relaxed), u64::from(pane.launcher().pid));
    assert_eq!(status.incarnation.load(Ordering::Relaxed), 5, "which one it is, is not its own to say");
    mapping.region().stop();
    mapping.region().wake_all(&launcher.bells);
    let Output { ended, stdout, stderr } = pane.finish();
    assert_eq!((ended, stdout.as_str(), stderr.as_str()), (Ended::Code(0), "", ""));
}

#[test]
fn a_pane_whose_parent_is_not_its_launcher_ends_itself() {
    // Process 1 lives, but it is not the parent.
    let (memfd, mapping) = Mapping::create(&Setup { launcher_pid: 1, ..setup() }).unwrap();
    let launcher = Launcher::new();
    let output = launcher.start("pane:1", memfd).finish();
    assert_eq!(output.ended, Ended::By(Signal::SIGKILL), "{output:?}");
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    assert_eq!(mapping.region().pane(PaneId(0)).status.ready.load(Ordering::Acquire), 0, "it never played");
}

#[test]
fn a_pane_ends_itself_at_the_end_of_its_parent_death_pipe() {
    let (memfd, mapping) = region();
    let launcher = Launcher::new();
    let pane = launcher.start("pane:1", memfd);
    let status = &mapping.region().pane(PaneId(0)).status;
    wait_until("the pane to attach", || status.ready.load(Ordering::Acquire) == 1);
    assert!(!pane.launcher().has_ended());
    drop(launcher.parent_death_pipe_end);
    let output = pane.finish();
    assert_eq!(output.ended, Ended::By(Signal::SIGKILL), "{output:?}");
}
