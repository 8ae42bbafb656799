//! One pane's part of the game: wait, accept, step, offer. The same in every pane, with a window or without.

mod orders;
mod pace;
mod shown;

use std::time::Duration;

use crate::carrier::wire::Wire;
use crate::carrier::{Carriers, PATIENCE, Seat};
use crate::error::{self, Error};
use crate::game::{Ball, Control, Outcome, Paddle, PaneId};
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::{FdBell, Wait};
use crate::protocol::failpoint::{self, Step};
use crate::protocol::{
    Arrival, Card, CarrierKind, Fenced, Owner, Phase, Record, Region, Setup, Slot, Tenure,
};
use shown::Shown;

/// As long as something moves in a pane without the ball, it looks again after this.
const FRAME: Duration = Duration::from_millis(16);

/// Who looks on: a window, or nobody.
pub trait Audience: Sync {
    /// Something to see has changed.
    fn show(&self);
    /// The same, even where nobody can see it: the window is wanted in front.
    fn come_forward(&self);
}

/// One pane's process at play.
pub struct Player<'a> {
    seat: Seat<'a>,
    setup: &'a Setup,
    carriers: Carriers<'a>,
    /// Rung when the supervisor has something to do.
    supervisor: &'a FdBell,
    /// Who looks on.
    audience: Option<&'a dyn Audience>,
    shown: Shown,
    /// How often it has heard that all windows are wanted in front.
    raises: u64,
    /// In which tenure it has said that the game is over.
    kept: Option<Tenure>,
    /// What keeps it from playing on.
    failure: Option<Error>,
    /// When this process attached (`CLOCK_MONOTONIC`, ns).
    born_ns: u64,
    /// The last record that this process has written, with its epoch: nobody else can write over it.
    last: Option<(u64, Record)>,
}

impl<'a> Player<'a> {
    /// The player of the pane at `seat`, in a process that attached at `born_ns` and is sent its links over `wire`.
    #[must_use]
    pub fn new(
        seat: Seat<'a>,
        setup: &'a Setup,
        wire: &'a Wire,
        supervisor: &'a FdBell,
        audience: Option<&'a dyn Audience>,
        born_ns: u64,
    ) -> Self {
        // In real time the ball stays for a second: nobody watches for that long.
        let wait = if setup.paced { Wait::Block } else { setup.wait };
        Self {
            seat,
            setup,
            carriers: Carriers::new(seat, wire, wait),
            supervisor,
            audience,
            shown: Shown::default(),
            raises: seat.region.raises(),
            kept: None,
            failure: None,
            born_ns,
            last: None,
        }
    }

    /// Plays until the game is stopped.
    ///
    /// # Errors
    /// What keeps this process from playing on: the system refuses a call that it cannot do without.
    pub fn run(&mut self) -> error::Result<()> {
        self.play_on();
        self.failure.take().or_else(|| self.carriers.take_failure()).map_or(Ok(()), Err)
    }

    fn play_on(&mut self) {
        loop {
            self.obey(None);
            Card::count(&self.slot().card.looks);
            // Again and again: somebody may have written over it.
            self.slot().card.ready.store(1, Ordering::Release);
            // The bell before the baton: a ring in between is not slept through.
            self.region().bell(self.me()).hear();
            let tenure = self.region().baton.look();
            match tenure {
                Some(tenure) if tenure.holder == Owner::Pane(self.me()) => self.hold(tenure),
                _ if self.is_stopping() => return,
                _ => self.wait(tenure),
            }
            if self.is_stopping() {
                return;
            }
        }
    }

    /// The game is being stopped, or this process cannot play on.
    fn is_stopping(&self) -> bool {
        self.region().header.phase() == Phase::Stopping
            || self.failure.is_some()
            || self.carriers.have_failed()
    }

    fn me(&self) -> PaneId {
        self.seat.me
    }

    fn region(&self) -> &'a Region {
        self.seat.region
    }

    fn slot(&self) -> &'a Slot {
        self.region().pane(self.me())
    }

    /// The ball is elsewhere: sleep. An audience is shown where it went, and whatever still moves in this pane.
    fn wait(&mut self, tenure: Option<Tenure>) {
        let moves = self.show_what_is_new(tenure);
        failpoint::reach(Step::Wait);
        self.carriers.by(self.region().carrier()).sleep(if moves { FRAME } else { PATIENCE });
    }

    /// The ball is here: play it until it leaves, is taken, or the game is stopped.
    fn hold(&mut self, tenure: Tenure) {
        let Some(record) = self.ball(tenure) else {
            // Taken meanwhile, or garbage: either way the supervisor has the word.
            self.supervisor.ring();
            return self.wait_for_a_ring();
        };
        failpoint::reach(Step::Accept);
        if !self.region().has_received(tenure) {
            self.slot().card.holding.store(tenure.epoch + 1, Ordering::Release);
            // The other windows say how long it took.
            self.ring_the_windows(|_| true);
        }
        let is_far_enough = self.setup.goal_hops.is_some_and(|goal| record.ball.hop >= goal);
        if is_far_enough || record.ball.standing.is_over() {
            return self.keep(tenure);
        }
        if self.play(tenure, record) == Err(Fenced) {
            Card::count(&self.slot().card.fenced);
        } else if self.region().baton.is_still(tenure) {
            // The game is being stopped, or over.
            return;
        }
        self.slot().card.holding.store(0, Ordering::Release);
    }

    /// The game is over: the ball rests here until the supervisor takes it.
    fn keep(&mut self, tenure: Tenure) {
        if self.kept != Some(tenure) {
            self.kept = Some(tenure);
            // It ends a game that nobody looks at, and the other windows say who has won.
            self.supervisor.ring();
            self.ring_the_windows(|_| true);
        }
        self.show_what_is_new(Some(tenure));
        self.wait_for_a_ring();
        if !self.region().baton.is_still(tenure) {
            self.slot().card.holding.store(0, Ordering::Release);
        }
    }

    /// The ball of this tenure: as an earlier process of this pane has left it, or as it came.
    fn ball(&mut self, tenure: Tenure) -> Option<Record> {
        // A ball that is given to this pane is in it, or the baton is not what the giver has written.
        let is_here = |record: &Record| self.seat.court.can_have(self.seat.me, &record.ball);
        // Own garbage, be it of this epoch or of one long ago, is as good as none.
        let played = self.region().ball_as_played(tenure, self.seat.court).ok().flatten();
        let record = played.or_else(|| self.region().ball_as_given(tenure, self.seat.court).ok());
        let record = record.filter(is_here)?;
        // It is looked at again while the game is being stopped: it has come only once.
        if !self.region().has_received(tenure) {
            self.receive(tenure, &record, played.is_none());
        }
        let is_handed = played.is_none() && tenure.giver != Owner::Supervisor;
        // The supervisor's record has this pane's paddle, and so has its own.
        let paddle = if is_handed { self.paddle_for(&record) } else { record.paddle };
        Some(Record { handed_ns: 0, via: CarrierKind::Shared, paddle, ..record })
    }

    /// Where the autopilot has this pane's paddle: as this process remembers it, or else as the one before has left it.
    fn paddle_for(&self, record: &Record) -> Paddle {
        match &self.last {
            Some((epoch, mine)) => mine.paddle_later(*epoch, record),
            None => self.slot().paddle_for(record, self.seat.court),
        }
    }

    /// Writes the record of this tenure.
    fn write(&mut self, tenure: Tenure, record: &Record) {
        self.slot().write(tenure.epoch, record);
        self.last = Some((tenure.epoch, *record));
    }

    /// The ball has come: notes it, and if a neighbour has just handed it over, takes what came with it, and measures.
    fn receive(&mut self, tenure: Tenure, record: &Record, is_handed: bool) {
        let is_handed = is_handed && tenure.giver != Owner::Supervisor;
        if is_handed {
            self.carriers.by(record.via).receive(tenure, record);
        }
        let now_ns = clock::now_ns();
        // A hand-off that began before this process, or has not begun, cannot be measured.
        let is_measured = is_handed && (self.born_ns..=now_ns).contains(&record.handed_ns);
        let handed_ns = if is_measured { record.handed_ns } else { 0 };
        let arrival = Arrival::of(tenure, record.via, record.ball.hop, handed_ns, now_ns);
        self.region().trail(self.me()).push(arrival.words());
        if is_measured {
            let took_ns = now_ns - handed_ns;
            self.region().latency(self.me(), record.via).record(took_ns);
            self.slot().card.took_ns.store(took_ns, Ordering::Relaxed);
        }
    }

    /// Tick by tick, each checkpointed, until the ball leaves or the game is stopped.
    fn play(&mut self, tenure: Tenure, mut record: Record) -> Result<(), Fenced> {
        if let Outcome::LeavesTo(to) = self.seat.court.outcome(self.me(), &record.ball) {
            // An earlier process of this pane died between its last tick and the swap: the swap is what is left to do.
            return self.offer(tenure, record, to);
        }
        loop {
            self.pace(tenure, &mut record)?;
            if self.is_stopping() {
                return Ok(());
            }
            if !self.region().baton.is_still(tenure) {
                return Err(Fenced);
            }
            let before = record.ball;
            let control = self.control(tenure);
            let outcome = self.seat.court.advance(self.me(), &mut record.ball, &mut record.paddle, control);
            if let Outcome::LeavesTo(to) = outcome {
                return self.offer(tenure, record, to);
            }
            failpoint::reach(Step::BeforeWrite);
            self.obey(Some((tenure, &record)));
            self.write(tenure, &record);
            self.note_the_best(&record.ball);
            self.show(&before, &record.ball);
            if record.ball.standing.is_over() {
                return Ok(());
            }
        }
    }

    /// The best rally is the one with the most hits.
    fn note_the_best(&self, ball: &Ball) {
        if ball.standing.hits > self.region().best() {
            self.region().set_best(ball.standing.hits);
        }
    }

    /// Without windows there is nobody to move a paddle, whatever the word says: it would change the game. With them it
    /// is noted that somebody does.
    fn control(&self, tenure: Tenure) -> Control {
        if !self.setup.windows {
            return Control::Autopilot;
        }
        let control = self.region().control(self.me());
        if let Control::Manual(_) = control {
            self.slot().card.by_hand.store(tenure.epoch + 1, Ordering::Relaxed);
        }
        control
    }

    /// Hands the ball over to a neighbour and wakes it.
    fn offer(&mut self, tenure: Tenure, mut record: Record, to: PaneId) -> Result<(), Fenced> {
        if let Some(hops) = self.setup.swap_every {
            self.region().swap_carrier(self.setup.carrier.after(record.ball.hop / hops));
        }
        record.handed_ns = clock::now_ns();
        record.via = self.region().carrier();
        self.write(tenure, &record);
        failpoint::reach(Step::BeforeSend);
        if !self.send(tenure, &mut record, to)? {
            return Ok(());
        }
        failpoint::reach(Step::BeforeSwap);
        self.region().baton.hand_off(tenure, to)?;
        failpoint::reach(Step::AfterSwap);
        self.carriers.by(record.via).announce(to);
        failpoint::reach(Step::AfterRing);
        Card::count(&self.slot().card.hops);
        // The other windows say where the ball is.
        self.ring_the_windows(|pane| pane != to);
        Ok(())
    }

    /// Sends the record by the carrier in force. While the taker cannot have it (it is dead, or has not read for a
    /// long time) the ball stays here. False if the game is stopped meanwhile.
    fn send(&mut self, tenure: Tenure, record: &mut Record, to: PaneId) -> Result<bool, Fenced> {
        loop {
            self.region().bell(self.me()).hear();
            if self.is_stopping() {
                return Ok(false);
            }
            if !self.region().baton.is_still(tenure) {
                return Err(Fenced);
            }
            let via = self.region().carrier();
            if via != record.via {
                record.via = via;
                self.write(tenure, record);
            }
            let carrier = self.carriers.by(via);
            match carrier.send(tenure.handed_to(to), record) {
                Ok(()) => return Ok(true),
                Err(_full_or_broken) => carrier.wait_to_send(to, PATIENCE),
            }
        }
    }
}
