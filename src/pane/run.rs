//! The loop of a pane: wait until the ball is here, hold it, and play it tick by tick until it leaves.

use std::time::Duration;

use nix::sys::signal::{Signal, raise};

use super::state::Player;
use crate::error;
use crate::game::{Ball, Control, Outcome};
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::failpoint::{self, FailpointStep};
use crate::protocol::{Action, ControlChange, Fenced, Owner, Ownership, ProcessStatus, RallyEnd, Record};
use crate::transport::PATIENCE;

/// As long as something moves in a pane without the ball, it looks again after this.
const FRAME: Duration = Duration::from_millis(16);

impl Player<'_> {
    /// Plays until the game is stopped.
    ///
    /// # Errors
    /// What keeps this process from playing on: the system refuses a call that it cannot do without.
    pub fn run(&mut self) -> error::Result<()> {
        self.play_on();
        self.failure.take().or_else(|| self.transports.failure.take()).map_or(Ok(()), Err)
    }

    fn play_on(&mut self) {
        loop {
            self.obey(None);
            ProcessStatus::count(&self.slot().status.heartbeats);
            // Again and again: somebody may have written over it.
            self.slot().status.ready.store(1, Ordering::Release);
            // The bell before the baton: a notification in between is not slept through.
            self.region().bell(self.me()).disarm();
            let ownership = self.region().baton.look();
            match ownership {
                Some(ownership) if ownership.holder == Owner::Pane(self.me()) => self.hold(ownership),
                _ if self.is_stopping() => return,
                _ => self.wait(ownership),
            }
            if self.is_stopping() {
                return;
            }
        }
    }

    /// The ball is elsewhere: sleep. An observer is shown where it went, and whatever still moves in this pane.
    fn wait(&mut self, ownership: Option<Ownership>) {
        let moves = self.show_what_is_new(ownership);
        failpoint::reach(FailpointStep::Wait);
        self.transports.by(self.region().transport()).sleep(if moves { FRAME } else { PATIENCE });
    }

    /// The ball is here: play it until it leaves, is taken, or the game is stopped.
    fn hold(&mut self, ownership: Ownership) {
        let Some(record) = self.ball(ownership) else {
            // Taken meanwhile, or corrupt: either way the supervisor has the word.
            self.supervisor.notify();
            return self.wait_for_a_notification();
        };
        failpoint::reach(FailpointStep::Accept);
        if !self.region().has_received(ownership) {
            self.slot().status.in_hand.store(ownership.epoch + 1, Ordering::Release);
            // The other windows show how long it took.
            self.notify_the_windows(|_| true);
        }
        let is_far_enough = self.setup.goal_hops.is_some_and(|goal| record.ball.hop >= goal);
        if is_far_enough || record.ball.score.is_over() {
            return self.keep(ownership);
        }
        if self.play(ownership, record) == Err(Fenced) {
            ProcessStatus::count(&self.slot().status.fenced);
        } else if self.region().baton.is_still(ownership) {
            // The game is being stopped, or over.
            return;
        }
        self.slot().status.in_hand.store(0, Ordering::Release);
    }

    /// The game is over: the ball rests here until the supervisor takes it.
    fn keep(&mut self, ownership: Ownership) {
        if self.kept != Some(ownership) {
            self.kept = Some(ownership);
            // It ends a game that nobody looks at, and the other windows show which side has won.
            self.supervisor.notify();
            self.notify_the_windows(|_| true);
        }
        self.show_what_is_new(Some(ownership));
        self.wait_for_a_notification();
        if !self.region().baton.is_still(ownership) {
            self.slot().status.in_hand.store(0, Ordering::Release);
        }
    }

    /// Tick by tick, each checkpointed, until the ball leaves or the game is stopped.
    fn play(&mut self, ownership: Ownership, mut record: Record) -> Result<(), Fenced> {
        if let Outcome::LeavesTo(to) = self.endpoint.court.outcome(self.me(), &record.ball) {
            // An earlier process of this pane died between its last tick and the swap: the swap is what is left to do.
            return self.offer(ownership, record, to);
        }
        loop {
            self.pace(ownership, &mut record)?;
            if self.is_stopping() {
                return Ok(());
            }
            if !self.region().baton.is_still(ownership) {
                return Err(Fenced);
            }
            let before = record.ball;
            let control = self.control(ownership, &before);
            let outcome =
                self.endpoint.court.advance(self.me(), &mut record.ball, &mut record.paddle, control);
            if let Outcome::LeavesTo(to) = outcome {
                return self.offer(ownership, record, to);
            }
            failpoint::reach(FailpointStep::BeforeWrite);
            self.obey(Some((ownership, &record)));
            self.write(ownership, &record);
            self.note_the_rally(&before, &record.ball);
            self.show(&before, &record.ball);
            if record.ball.score.is_over() {
                return Ok(());
            }
        }
    }

    /// The best rally is the one with the most hits, of those that people have played in. How the last one ended is shown to
    /// people, who see a game in real time.
    fn note_the_rally(&self, before: &Ball, ball: &Ball) {
        if ball.score.by_hand && ball.score.hits > self.region().best() {
            self.region().set_best(ball.score.hits);
        }
        if self.setup.paced && ball.score.has_ended(&before.score) {
            self.region().set_rally_end(&RallyEnd::of(&before.score, self.me(), clock::now_ns()));
        }
    }

    /// Where nobody may play, nobody moves a paddle, whatever the word is: it would change the game. Elsewhere it is noted that
    /// somebody does, and with which control the tick after `ball` is played, if with another than the one before: the record of
    /// a tick is written after that.
    fn control(&mut self, ownership: Ownership, ball: &Ball) -> Control {
        if !self.setup.is_playable {
            return Control::Autopilot;
        }
        let control = self.region().control(self.me());
        if control != Control::Autopilot {
            self.slot().status.by_hand.store(ownership.epoch + 1, Ordering::Relaxed);
        }
        let epoch = ownership.epoch;
        let in_force = if self.in_force.0 == epoch { self.in_force.1 } else { Control::Autopilot };
        if control != in_force {
            let change = ControlChange { epoch, tick: ball.tick + 1, control };
            self.region().control_log(self.me()).push(change.words());
        }
        self.in_force = (epoch, control);
        control
    }

    /// Obeys the supervisor's command, if there is one for this very process. `next` is the record that would be written now.
    pub(super) fn obey(&self, next: Option<(Ownership, &Record)>) {
        match (self.region().command(self.me(), self.endpoint.incarnation), next) {
            // Alive, but without progress, until the supervisor ends it.
            (Some(Action::Hang), _) => clock::stand_still(),
            (Some(Action::Tear), Some((ownership, record))) => {
                self.slot().tear(ownership.epoch, record);
                // Cannot fail, and does not return.
                let _killed = raise(Signal::SIGKILL);
            }
            // Without the ball there is no record to tear. All other actions are signals.
            _ => {}
        }
    }
}
