//! The launcher of a game on a terminal: what it does with the terminal when its view cannot, and when its job stops.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::policy::Ending;
use super::state::Supervisor;
use crate::error::exit;
use crate::platform::terminal::{JobSignal, LentTerminal, StopRequests};
use crate::platform::{clock, report_line};
use crate::protocol::End;

/// So long the view may take to give the terminal back. Then the launcher does.
const VIEW_PATIENCE: Duration = Duration::from_secs(1);
/// How often the launcher looks whether it has.
const LOOK: Duration = Duration::from_millis(5);

impl Supervisor {
    /// From now on the view shows the game on the terminal, which was so before.
    pub fn lend_the_terminal(&mut self, terminal: LentTerminal, job: StopRequests) {
        (self.terminal, self.job) = (Some(terminal), Some(job));
    }

    /// The view has ended: what is printed now is for the screen on which the game was started.
    pub fn take_the_terminal_back(&mut self) {
        self.terminal = None;
    }

    /// Stops the whole job if that was asked for. Returns for how long.
    pub(super) fn stop_if_asked(&mut self) -> Duration {
        let is_asked = self.job.as_ref().and_then(StopRequests::take) == Some(JobSignal::Stop);
        if is_asked { self.stop_the_job() } else { Duration::ZERO }
    }

    /// As ctrl-Z does on a terminal. Returns when the job goes on.
    fn stop_the_job(&mut self) -> Duration {
        let since = Instant::now();
        self.inspection.stop();
        let deadline = since + VIEW_PATIENCE;
        while !self.inspection.is_stopped() && Instant::now() < deadline {
            // Fails in a sandbox without clocks: then it looks more often.
            let _slept = clock::sleep_until(clock::now_ns() + clock::ns(LOOK));
        }
        self.terminal.iter().for_each(LentTerminal::give_back);
        let running: Vec<_> = self
            .children
            .iter()
            .map(|child| &child.process)
            .filter(|process| !process.is_stopped())
            .collect();
        running.iter().for_each(|process| process.signal(rustix::process::Signal::STOP));
        self.job.iter().for_each(StopRequests::stop_this_process);
        running.iter().for_each(|process| process.signal(rustix::process::Signal::CONT));
        self.inspection.go_on();
        since.elapsed()
    }

    /// What follows when the view has died.
    pub(super) fn look_after_the_view(&mut self) -> Option<Ending> {
        let (pid, death) = self.inspection.view_death.take()?;
        if death == End::Code(exit::TERMINAL_GONE)
            || self.terminal.as_ref().is_some_and(LentTerminal::is_gone)
        {
            // The signal that says so may be ignored, or on its way.
            return Some(Ending::Signal(Signal::SIGHUP));
        }
        self.terminal.iter().for_each(LentTerminal::give_back);
        // Nothing else shows any more what happens.
        self.policy.reports = true;
        report_line(&format!(
            "tripong: the terminal view (pid {pid}) died ({death}); the game goes on without it: ctrl-C ends it"
        ));
        None
    }
}
