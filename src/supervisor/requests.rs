//! What the supervisor is asked for: by users, a serve and the inspector's window; by the inspector, an action; by panes,
//! another link in place of one that broke without a death.

use std::os::fd::AsFd;
use std::time::Instant;

use super::happening::Happened;
use super::policy::Ending;
use super::state::Supervisor;
use crate::error::Result;
use crate::game::{Control, Paddle, PaneId};
use crate::platform::display::{Place, WindowState};
use crate::platform::privileges;
use crate::platform::sync::Ordering;
use crate::protocol::snapshot::{Medians, Snapshot};
use crate::protocol::{Action, Demand, End, GameSettings, ProcessStatus, What};
use crate::supervisor::spawn::{Child, InspectorOutput};
use crate::transport::PATIENCE;
use crate::transport::control_socket::{self, Party, Sent};

/// How far a press of a key on the terminal moves a paddle, in court units. A terminal
/// reports no releases, so a held key is many presses.
const STEP: f64 = 0.25;

impl Supervisor {
    /// Serves from every pane whose user has pressed Start since. Without windows nobody can have.
    pub(super) fn answer_requests(&mut self) -> Result<()> {
        if !self.setup.windows {
            return Ok(());
        }
        for pane in self.setup.court.all_panes() {
            let asked = self.region().pane(pane).status.serves_asked.load(Ordering::Acquire);
            if asked != self.panes[pane.index()].serves_done {
                self.panes[pane.index()].serves_done = asked;
                self.serve(pane)?;
            }
        }
        Ok(())
    }

    /// Starts the inspector with the game, or again: its window takes the keyboard from nobody. Only for the main thread, as
    /// every start.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System)
    pub fn open_inspector(&mut self, screen: InspectorOutput) -> Result<()> {
        self.start_inspector(screen, true)
    }

    /// The window of the inspector opens there.
    ///
    /// # Errors
    /// [`crate::error::Error::System`] if there is no memory for its request page.
    pub fn place_inspector(&mut self, place: Place) -> Result<()> {
        self.inspection.set_place(place)
    }

    /// The windows of the panes take the keyboard from nobody when they open, as one that comes back. Before a pane is started.
    pub fn open_quietly(&self) {
        let window = |pane| &self.region().pane(pane).status.window;
        self.setup.court.all_panes().for_each(|pane| window(pane).set_state(WindowState::default()));
    }

    fn start_inspector(&mut self, screen: InspectorOutput, is_unasked: bool) -> Result<()> {
        if self.inspection.has_ended()? {
            self.inspection.start(&self.spawner, screen, &self.memfd, is_unasked)?;
        }
        Ok(())
    }

    /// Whether what the inspector has written to stdout may end in the middle of a line.
    pub fn inspector_was_cut_off(&self) -> bool {
        self.inspection.was_cut_off
    }

    /// Reaps the inspector, opens it for a user who asks, and does what it asks for: the end of the game, perhaps.
    pub(super) fn look_after_the_inspector(&mut self) -> Result<Option<Ending>> {
        self.inspection.has_ended()?;
        let ending = self.look_after_the_view();
        if let Some(death) = self.inspection.driver_death.take() {
            match privileges::code_is_forbidden() {
                // Software would crash as well.
                Some(cause) => self.report(&format!("the inspector died ({death}): {cause}")),
                None => {
                    self.turn_to_software("inspector", death);
                    self.open_window(true);
                }
            }
        }
        if let Some(death) = self.inspection.lost.take() {
            self.report_a_lost_inspector(death);
        }
        for pane in self.setup.court.all_panes() {
            let asked = self.region().pane(pane).status.inspects_asked.load(Ordering::Acquire);
            if asked != self.inspection.asked[pane.index()] {
                self.inspection.asked[pane.index()] = asked;
                // Without windows nobody can have asked.
                if self.setup.windows {
                    self.open_window(false);
                    ProcessStatus::count(&self.region().event_log.called);
                }
            }
        }
        Ok(if self.answer_the_request_page()? { Some(Ending::Left) } else { ending })
    }

    /// The game goes on. With windows it does not, if the display is gone: then the panes say so.
    fn report_a_lost_inspector(&self, death: End) {
        match self.spawner.gone_display() {
            None => self.report(&format!("the inspector {}; the game continues", death.of_window())),
            Some(_) if self.setup.windows => {}
            Some(name) => self.report(&format!(
                "the inspector's display is gone: {name} does not answer any more; the game continues"
            )),
        }
    }

    /// A game in which it cannot be opened, at a limit of fds for example, goes on without.
    fn open_window(&mut self, is_unasked: bool) {
        if let Err(error) = self.start_inspector(InspectorOutput::Window, is_unasked) {
            self.report(&format!("the inspector is not opened: {error}"));
        }
    }

    /// Does what was asked for, in its order. True if that is the end of the game.
    fn answer_the_request_page(&mut self) -> Result<bool> {
        let mut is_left = false;
        while let Some(demand) = self.inspection.next_request() {
            let is_possible =
                |demand: &Demand| demand.pane().is_none_or(|pane| pane <= self.setup.court.last());
            if let Some(demand) = demand.filter(is_possible) {
                is_left |= demand == Demand::Quit;
                self.answer(demand)?;
            }
        }
        if self.inspection.is_open() {
            // Again and again: somebody may have written over it.
            self.region().event_log.answered.store(self.inspection.answered, Ordering::Release);
        }
        Ok(is_left)
    }

    fn answer(&mut self, demand: Demand) -> Result<()> {
        let may_play = self.setup.is_playable;
        match demand {
            Demand::Act(pane, action) => {
                let is_done = self.commit(action, pane);
                self.note(if is_done { What::Done { pane, action } } else { What::NotDone { pane, action } });
            }
            Demand::Serve(pane) if may_play => {
                // A user who wants the ball does not want it to stand still.
                self.region().set_paused(false);
                self.serve(pane)?;
            }
            Demand::Up(pane) if may_play => self.move_paddle(pane, -STEP),
            Demand::Down(pane) if may_play => self.move_paddle(pane, STEP),
            Demand::Autopilot(pane) if may_play => self.region().set_control(pane, Control::Autopilot),
            Demand::Pause(paused) if may_play => {
                self.region().set_paused(paused);
                self.wake_all();
            }
            Demand::Pace(speed) if may_play => {
                let seen = self.region().settings();
                self.region().change_settings(&seen, &GameSettings { speed, ..seen });
            }
            Demand::Transport(kind) if may_play => {
                self.region().swap_transport(kind);
                self.wake_all();
            }
            // The launcher looks at the count after each look.
            Demand::Record => self.region().press_record(),
            // The end is the caller's; and where nobody may play, a word that asks for it is a mistake.
            _ => {}
        }
        Ok(())
    }

    /// Moves a pane's paddle from where it is now. From then on it is a person's.
    fn move_paddle(&mut self, pane: PaneId, by: f64) {
        let seen = Snapshot::take(self.region(), &self.setup.court, &mut Medians::default());
        let now = seen.panes.get(pane.index()).map_or(Paddle::MIDDLE, |view| view.paddle);
        self.region().set_control(pane, Control::Manual(Paddle::at(now.y + by)));
    }

    /// Does it. False if the pane has no process now.
    pub(super) fn commit(&self, action: Action, pane: PaneId) -> bool {
        self.note_stops();
        let is_done = self.do_to_process(action, pane);
        self.happenings.add(Happened::Action(pane, action, is_done));
        is_done
    }

    fn do_to_process(&self, action: Action, pane: PaneId) -> bool {
        let Some(child) = self.child(pane) else { return false };
        match action {
            Action::Kill => child.process.signal(rustix::process::Signal::KILL),
            Action::Freeze => child.process.signal(rustix::process::Signal::STOP),
            Action::Continue => child.process.signal(rustix::process::Signal::CONT),
            Action::Hang | Action::Tear => {
                let incarnation = self.region().pane(pane).status.incarnation.load(Ordering::Relaxed);
                self.region().set_command(pane, incarnation, action);
                self.region().bell(pane).wake(&self.spawner.bells[pane.index()]);
            }
        }
        true
    }

    /// Makes the links anew that were asked for: one for each process at a look, so that none keeps the supervisor from all
    /// else.
    pub(super) fn answer_requests_for_links(&mut self) -> Result<()> {
        for index in 0..self.children.len() {
            let pane = self.children[index].pane;
            let Some(wanted) = control_socket::wanted(self.children[index].control_socket.as_fd()) else {
                continue;
            };
            let other = wanted.side.neighbour(pane);
            // A link to a process that has died is not asked for: its successor gets one.
            if self.child(other).is_some() && self.process(other).0 == wanted.incarnation {
                self.repair_the_link(pane.min(other), pane.max(other))?;
            }
        }
        Ok(())
    }

    /// Makes new links between two neighbours, if both have a process.
    pub(super) fn connect(&self, left: PaneId, right: PaneId) -> Result<()> {
        let (Some(one), Some(other)) = (self.child(left), self.child(right)) else { return Ok(()) };
        let sent = control_socket::connect(self.party(one), self.party(other))?;
        for (child, sent) in [one, other].into_iter().zip(sent) {
            let region = self.region();
            match sent {
                Sent::Sent => {
                    region.set_links_sent(child.pane, region.links_sent(child.pane).wrapping_add(1));
                    region.bell(child.pane).wake(&self.spawner.bells[child.pane.index()]);
                }
                // Its death will be noticed in a moment.
                Sent::Gone => {}
                Sent::Stuck => {
                    child.process.signal(rustix::process::Signal::KILL);
                    self.report(&format!(
                        "{} (pid {}) takes no new links; it was killed",
                        child.pane, child.process.pid
                    ));
                }
            }
        }
        Ok(())
    }

    fn party<'a>(&self, child: &'a Child) -> Party<'a> {
        Party { control_socket: child.control_socket.as_fd(), incarnation: self.process(child.pane).0 }
    }

    /// Once a second at most: both neighbours may ask, and one that has no fd left will ask again and again.
    fn repair_the_link(&mut self, left: PaneId, right: PaneId) -> Result<()> {
        let repaired = &mut self.panes[left.index()].link_repaired;
        if repaired.is_some_and(|at| at.elapsed() < PATIENCE) {
            return Ok(());
        }
        let before = repaired.replace(Instant::now());
        self.connect(left, right)?;
        if before.is_none() {
            self.report(&format!("the link between {left} and {right} broke; both have a new one"));
        }
        Ok(())
    }
}
