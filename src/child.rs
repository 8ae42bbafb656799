//! A child: attaches to the Region and plays one pane, in a window or headless.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;

use crate::error::{Error, Refusal, Result};
use crate::game::{Control, Direction, HeldKey, PaneId};
use crate::pane::{Observer, Player};
use crate::platform::display::{Place, WindowState};
use crate::platform::privileges::Confinement;
use crate::platform::sync::Ordering;
use crate::platform::{clock, fds, parent, privileges, report_line, signals};
use crate::protocol::doorbell::FdBell;
use crate::protocol::failpoint::{self, Failpoint, FailpointStep};
use crate::protocol::snapshot;
use crate::protocol::{GameSettings, ProcessStatus, Region, Setup, TransportKind, WindowStatus};
use crate::shm::Mapping;
use crate::transport::Endpoint;
use crate::transport::control_socket::ControlSocket;

/// A process that has attached to the Region.
#[derive(Debug)]
pub struct Attached {
    mapping: Mapping<Region>,
    /// What the game is.
    pub setup: Setup,
    /// The pane that this process plays.
    pub me: PaneId,
    /// When this process attached (`CLOCK_MONOTONIC`, ns).
    born_ns: u64,
    supervisor: FdBell,
    control_socket: ControlSocket,
    bells: Vec<FdBell>,
    failed: OnceLock<u8>,
    /// Kept open, so that `ls -l /proc/PID/fd` shows what the process shares.
    _memfd: OwnedFd,
}

/// How a process that has attached plays its pane: with the game's own hand-off, [`Attached::play`], or with that of a lab.
pub type Play = dyn Fn(&Attached, Option<&dyn Observer>) -> Result<()> + Send;

/// All panes fail for the same reason; one of them reports it.
fn report_once(region: &Region, error: Error) -> Error {
    if region.header.may_speak() { error } else { Error::ChildFailed(error.exit_code()) }
}

impl Attached {
    /// Attaches this process to its pane.
    ///
    /// # Errors
    /// Why it cannot play: no Region.
    pub fn attach(me: PaneId, failpoint: Option<Failpoint>) -> Result<Self> {
        let [region, parent_death_pipe, wakeup_eventfd, control_socket] =
            fds::inherit([fds::REGION, fds::PARENT_DEATH_PIPE, fds::WAKEUP_EVENTFD, fds::CONTROL_SOCKET])?;
        failpoint.into_iter().for_each(failpoint::arm);
        signals::leave_to_launcher()?;
        parent::name_the_process(&format!("tripong:{}", me.number()));
        let (mapping, setup) = Mapping::attach(region.as_fd())?;
        if me.0 >= setup.court.panes {
            return Err(Refusal::NoSuchPane { pane: me.0, panes: setup.court.panes }.into());
        }
        let bells = fds::inherit_rest(fds::BELLS, setup.court.panes)?.into_iter().map(FdBell::from).collect();
        let confined = privileges::give_up(setup.windows).and_then(|confined| {
            parent::follow_the_launcher(setup.launcher_pid, parent_death_pipe)?;
            Ok(confined)
        });
        let confined = confined.map_err(|error| report_once(mapping.region(), error))?;
        let (supervisor, control_socket) = (wakeup_eventfd.into(), ControlSocket(control_socket));
        // Before the others know that there is somebody to hand a ball to.
        let born_ns = clock::now_ns();
        let (_memfd, failed) = (region, OnceLock::new());
        let attached =
            Attached { mapping, setup, me, born_ns, supervisor, control_socket, bells, failed, _memfd };
        attached.sign_the_status(confined);
        Ok(attached)
    }

    /// The shared bytes.
    pub fn region(&self) -> &Region {
        self.mapping.region()
    }

    /// Plays the pane until the game is stopped.
    ///
    /// # Errors
    /// As [`Player::run`].
    pub fn play(&self, observer: Option<&dyn Observer>) -> Result<()> {
        let endpoint = self.endpoint();
        Player::new(endpoint, &self.setup, &self.control_socket, &self.supervisor, observer, self.born_ns)
            .run()
    }

    /// Where this process plays.
    pub fn endpoint(&self) -> Endpoint<'_> {
        let (region, court, me, bells) = (self.region(), &self.setup.court, self.me, &self.bells);
        let incarnation = self.status().incarnation.load(Ordering::Relaxed);
        Endpoint { region, court, me, incarnation, bells }
    }

    /// The supervisor has something to do.
    pub fn notify_the_supervisor(&self) {
        self.supervisor.notify();
    }

    /// The error as this process is to end with it: all panes fail for the same reason, and one of them reports it.
    pub fn report_once(&self, error: Error) -> Error {
        report_once(self.region(), error)
    }

    /// The thread that plays cannot go on: reports it, and sets how this process is to end.
    pub fn fail(&self, error: Error) {
        let error = self.report_once(error);
        if !matches!(error, Error::ChildFailed(_)) {
            report_line(&format!("tripong: {}: {error}", self.me));
        }
        // The only thread that plays fails once.
        let _first = self.failed.set(error.exit_code());
    }

    /// The exit code of a process whose thread that plays could not go on.
    pub fn failed(&self) -> Option<u8> {
        self.failed.get().copied()
    }

    /// Puts another transport in force.
    pub fn swap_transport(&self, to: TransportKind) {
        self.region().swap_transport(to);
        self.wake_everybody();
    }

    /// Sets what moves a pane's paddle; its window shows it.
    pub fn set_control(&self, pane: PaneId, control: Control) {
        self.region().set_control(pane, control);
        if pane != self.me {
            self.notify(pane);
        }
    }

    /// A key of this window that is held moves a pane's paddle from the next tick on.
    pub fn hold_key(&self, pane: PaneId, direction: Direction) {
        let Some((tick, view)) = snapshot::pane_now(self.region(), &self.setup.court, pane) else { return };
        let is_held = view.control.key_of(self.me).is_some_and(|key| key.direction == direction);
        if !is_held {
            let key = HeldKey::pressed(view.paddle, direction, tick, self.me);
            self.region().set_control(pane, Control::Held(key));
            self.notify(pane);
        }
    }

    /// The key of this window that moves a pane's paddle, if there is one, is not held any more: the paddle stays where it is.
    pub fn release_key(&self, pane: PaneId) {
        if self.region().control(pane).key_of(self.me).is_none() {
            return;
        }
        if let Some((tick, _)) = snapshot::pane_now(self.region(), &self.setup.court, pane)
            && self.region().release_key(pane, self.me, tick)
        {
            self.notify(pane);
        }
    }

    /// The same for all paddles: this window has no keyboard any more.
    pub fn release_all_keys(&self) {
        self.setup.court.all_panes().for_each(|pane| self.release_key(pane));
    }

    /// Its window has something new to show.
    fn notify(&self, pane: PaneId) {
        self.region().bell(pane).notify(&self.bells[pane.index()]);
    }

    /// Changes, of the settings that a window has shown, those that its user wants otherwise.
    pub fn change_settings(&self, seen: &GameSettings, wanted: &GameSettings) {
        self.region().change_settings(seen, wanted);
        self.wake_everybody();
    }

    /// What all windows show has changed.
    fn wake_everybody(&self) {
        self.region().wake_all(&self.bells);
    }

    /// Asks the supervisor to put the ball to this pane's start.
    pub fn ask_for_serve(&self) {
        // A user who wants the ball does not want it to stand still.
        self.region().set_paused(false);
        ProcessStatus::count(&self.status().serves_asked);
        self.supervisor.notify();
    }

    /// Asks all windows to come to the front.
    pub fn raise_all(&self) {
        self.region().raise_all();
        self.wake_everybody();
    }

    /// Where this pane's window belongs: where its user has put it, or else where the launcher wants it.
    pub fn place(&self) -> Option<Place> {
        let at_first = self.setup.places.get(self.me.index()).filter(|place| place.width > 0)?;
        Some(self.status().place().unwrap_or(*at_first))
    }

    /// Notes where the user has put the window: this pane's next process finds it.
    pub fn set_place(&self, place: Place) {
        self.status().set_place(place);
    }

    /// What this process reports of its window.
    pub fn window(&self) -> &WindowStatus {
        &self.status().window
    }

    /// What the process of a pane reports of its window.
    pub fn window_of(&self, pane: PaneId) -> &WindowStatus {
        &self.region().pane(pane).status.window
    }

    /// Notes that the window manager has put the window where the panes do not stand in order; the supervisor reports it.
    pub fn stands_out_of_order(&self) {
        let state = self.window().state().unwrap_or_default();
        self.window().set_state(WindowState { is_out_of_order: true, ..state });
        self.supervisor.notify();
    }

    /// Asks the supervisor to open the inspector.
    pub fn ask_for_inspector(&self) {
        ProcessStatus::count(&self.status().inspects_asked);
        self.supervisor.notify();
    }

    /// Asks the launcher to begin a recording, or to end it.
    pub fn press_record(&self) {
        self.region().press_record();
        self.supervisor.notify();
    }

    /// Whether a process of this pane has ever asked for a serve.
    pub fn has_asked_for_serve(&self) -> bool {
        self.status().serves_asked.load(Ordering::Relaxed) > 0
    }

    /// Announces that this process is going to end because its user wants the game to end.
    pub fn announce_leaving(&self) {
        self.status().leave();
    }

    fn sign_the_status(&self, confined: Confinement) {
        let status = self.status();
        status.confined.store(confined as u64, Ordering::Relaxed);
        status.pid.store(std::process::id().into(), Ordering::Relaxed);
        failpoint::reach(FailpointStep::Attach);
        status.ready.store(1, Ordering::Release);
        self.supervisor.notify();
    }

    fn status(&self) -> &ProcessStatus {
        &self.region().pane(self.me).status
    }
}
