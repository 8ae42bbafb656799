//! What the end of a process says of its cause.

use nix::sys::signal::Signal;

use crate::error::exit;
use crate::protocol::End;
use crate::supervisor::spawn::Death;

/// What a driver that crashes ends a process with.
const CRASHES: [Signal; 5] =
    [Signal::SIGABRT, Signal::SIGBUS, Signal::SIGFPE, Signal::SIGILL, Signal::SIGSEGV];

/// Whether a process with a window has got no OpenGL, or has died as by a driver that crashes.
pub(super) fn may_be_the_driver(death: Death) -> bool {
    match death {
        Death::Killed(_) => CRASHES.into_iter().any(|signal| death == Death::by(signal)),
        Death::Exited(code) => code == i32::from(exit::TRY_SOFTWARE),
    }
}

/// As an entry of the event log has it.
pub(super) fn end(death: Death) -> End {
    match death {
        Death::Exited(code) => End::Code(u8::try_from(code).unwrap_or(u8::MAX)),
        Death::Killed(number) => End::Signal(u8::try_from(number).unwrap_or(u8::MAX)),
    }
}
