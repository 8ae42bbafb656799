//! Failpoints: named steps of the protocol at which a child can be made to die, stop or hang, for tests. In a release
//! build there are none: [`reach`] is empty, and the argument `--fail` does not exist.

use std::str::FromStr;

use strum::{Display, EnumString};

/// A step of the protocol, by the name that the command line has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum FailpointStep {
    /// Attached to the Region, not yet ready.
    Attach,
    /// About to sleep on the doorbell.
    Wait,
    /// The ball is here; not yet played.
    Accept,
    /// Before a record is written.
    BeforeWrite,
    /// Half of a record's words are written.
    InsideWrite,
    /// The hand-off's record is written; its frame, if it has one, is not yet sent.
    BeforeSend,
    /// Record and frame are on their way; the baton is not yet swapped.
    BeforeSwap,
    /// The baton is swapped; the neighbour is not yet notified.
    AfterSwap,
    /// The neighbour is notified.
    AfterNotify,
    /// The frame of a hand-off was read, and nothing was made of it yet.
    Receive,
    /// The supervisor is about to swap the baton: the owner fails inside a recall.
    InsideReclaim,
    /// While the window is drawn.
    Draw,
}

/// What happens at the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum FailpointAction {
    /// The process kills itself with SIGKILL.
    Kill,
    /// The process stops itself with SIGSTOP.
    Stop,
    /// The same every time that the step was reached so often.
    StopEach,
    /// The thread sleeps for ever: alive, but without progress.
    Hang,
    /// The thread sleeps for [`DELAY`], every time that the step was reached so often: a slow machine.
    DelayEach,
}

/// How long a step is delayed.
pub const DELAY: std::time::Duration = std::time::Duration::from_millis(250);

/// `STEP:ACTION:COUNT`: fail when the step is reached for the COUNT-th time (from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failpoint {
    /// Where.
    pub step: FailpointStep,
    /// What.
    pub action: FailpointAction,
    /// When.
    pub count: u64,
}

impl FromStr for Failpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<_> = text.split(':').collect();
        let [step, action, count] = parts[..] else { return Err("it must be STEP:ACTION:COUNT".to_owned()) };
        let step = step.parse().map_err(|_| "there is no such step")?;
        let action =
            action.parse().map_err(|_| "the actions are kill, stop, stop-each, hang and delay-each")?;
        let count = count.parse().ok().filter(|count| *count > 0).ok_or("the count must be 1 or more")?;
        Ok(Self { step, action, count })
    }
}

impl std::fmt::Display for Failpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { step, action, count } = self;
        write!(f, "{step}:{action}:{count}")
    }
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;

    use nix::sys::signal::{Signal, raise};

    use super::{DELAY, Failpoint, FailpointAction, FailpointStep};
    use crate::platform::clock;
    use crate::platform::sync::{AtomicU64, Ordering};

    /// What to do, and how often its step was reached.
    static FAILPOINT: OnceLock<(Failpoint, AtomicU64)> = OnceLock::new();

    /// This process will fail there. The first call counts.
    pub fn arm(failpoint: Failpoint) {
        let _armed_before = FAILPOINT.set((failpoint, AtomicU64::new(0)));
    }

    /// To be called at the step; fails if this is the time.
    pub fn reach(step: FailpointStep) {
        let Some((failpoint, reached)) = FAILPOINT.get().filter(|(failpoint, _)| failpoint.step == step)
        else {
            return;
        };
        let times = reached.fetch_add(1, Ordering::Relaxed) + 1;
        let is_repeated = matches!(failpoint.action, FailpointAction::StopEach | FailpointAction::DelayEach);
        let each = is_repeated && times.is_multiple_of(failpoint.count);
        if each || times == failpoint.count {
            fail(failpoint.action);
        }
    }

    fn fail(action: FailpointAction) {
        let signal = match action {
            FailpointAction::Kill => Signal::SIGKILL,
            FailpointAction::Stop | FailpointAction::StopEach => Signal::SIGSTOP,
            FailpointAction::Hang => clock::stand_still(),
            FailpointAction::DelayEach => return delay(),
        };
        // A signal to oneself cannot fail; a stopped process goes on from here when it is continued.
        let _raised = raise(signal);
    }

    fn delay() {
        // A clock that cannot be waited for delays nothing.
        let _slept = clock::sleep_until(clock::now_ns() + clock::ns(DELAY));
    }
}

#[cfg(debug_assertions)]
pub use armed::{arm, reach};

/// In a release build nothing fails on purpose, and no argument asks for it.
#[cfg(not(debug_assertions))]
pub fn arm(_failpoint: Failpoint) {}

/// In a release build nothing fails on purpose.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn reach(_step: FailpointStep) {}
