//! Chaos on purpose: panes are killed and stopped at random while the game goes on, and the ball is counted.

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::game::{Court, PaneId, mix, unit};
use crate::platform::clock;
use crate::platform::units::{count, fmt_ns};
use crate::protocol::{Action, GameSettings};
use crate::supervisor::report::GameReport;
use crate::supervisor::verdict::Verdict;
use crate::supervisor::{NextAction, Supervisor};

/// What is to be done to the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many SIGKILLs.
    pub kills: u64,
    /// How many times SIGSTOP, recall, SIGCONT.
    pub stops: u64,
    /// The longest wait between two actions.
    pub longest_wait: Duration,
    /// A stopped pane is continued after this even if nobody took its ball: it had none any more.
    pub stop_patience: Duration,
    /// The panes die by themselves, at a failpoint; for tests.
    pub by_failpoint: bool,
}

/// Carries the plan out.
#[derive(Debug)]
pub struct Chaos {
    plan: Plan,
    court: Court,
    draw: u64,
    stops: u64,
    next_at: Instant,
    killed: Option<Killed>,
    stopped: Option<Stopped>,
    recoveries_ns: Vec<u64>,
}

/// A pane that was killed and has no new process yet.
#[derive(Debug)]
struct Killed {
    pane: PaneId,
    incarnation: u64,
    at: Instant,
    was_owner: bool,
}

/// A pane that stands still.
#[derive(Debug)]
struct Stopped {
    pane: PaneId,
    stalls: u64,
    at: Instant,
}

impl Chaos {
    /// Draws from the game's seed what it does.
    pub fn new(plan: Plan, court: Court) -> Self {
        let (stops, next_at) = (0, Instant::now());
        let (killed, stopped, recoveries_ns) = Default::default();
        Self { plan, court, draw: court.seed, stops, next_at, killed, stopped, recoveries_ns }
    }

    /// How much of the plan is done.
    pub fn done(&self, supervisor: &Supervisor) -> u64 {
        supervisor.tally.counts.restarts.min(self.plan.kills) + self.stops
    }

    /// The next action, if its time has come.
    pub fn act(&mut self, supervisor: &Supervisor) -> NextAction {
        self.see_to_the_killed(supervisor);
        self.see_to_the_stopped(supervisor);
        let is_busy = self.killed.is_some() || self.stopped.is_some();
        let has_begun = !supervisor.tally.serves.is_empty();
        if has_begun && !is_busy && Instant::now() >= self.next_at {
            self.do_something(supervisor);
            self.next_at = Instant::now() + self.plan.longest_wait.mul_f64(unit(self.draw()));
        }
        let is_busy = self.killed.is_some() || self.stopped.is_some();
        let is_done = self.done(supervisor) >= self.plan.kills + self.plan.stops;
        // Looked at often while something is under way, since no bell announces a stall.
        let again_at = Some(self.next_at.max(Instant::now() + Duration::from_micros(200)));
        NextAction { again_at, enough: is_done && !is_busy }
    }

    fn do_something(&mut self, supervisor: &Supervisor) {
        let (kills, stops) =
            (self.plan.kills.saturating_sub(supervisor.tally.counts.restarts), self.plan.stops - self.stops);
        let kills = if self.plan.by_failpoint { 0 } else { kills };
        if kills + stops == 0 {
            return;
        }
        let owner = owner(supervisor);
        let wants_kill = self.draw() % (kills + stops) < kills;
        let any = PaneId((self.draw() % u64::from(self.court.panes)) as u8);
        let victim = if wants_kill && self.draw().is_multiple_of(2) { Some(any) } else { owner };
        let Some(pane) = victim.filter(|pane| supervisor.is_ready(*pane)) else { return };
        if supervisor.child(pane).is_none() {
            return;
        }
        let at = Instant::now();
        if wants_kill {
            let incarnation = supervisor.process(pane).0;
            let was_owner = owner == Some(pane);
            let _there_is_one = supervisor.commit(Action::Kill, pane);
            self.killed = Some(Killed { pane, incarnation, at, was_owner });
        } else {
            let _there_is_one = supervisor.commit(Action::Freeze, pane);
            self.stopped = Some(Stopped { pane, stalls: supervisor.tally.counts.stalls, at });
        }
    }

    /// A killed owner is recovered from when the next process of its pane is there.
    fn see_to_the_killed(&mut self, supervisor: &Supervisor) {
        let is_replaced = |killed: &mut Killed| {
            supervisor.is_ready(killed.pane) && supervisor.process(killed.pane).0 > killed.incarnation
        };
        if let Some(killed) = self.killed.take_if(is_replaced)
            && killed.was_owner
        {
            self.recoveries_ns.push(clock::ns(killed.at.elapsed()));
        }
    }

    /// A stopped pane is continued when its ball was taken, or after a while.
    fn see_to_the_stopped(&mut self, supervisor: &Supervisor) {
        let (stalls, patience) = (supervisor.tally.counts.stalls, self.plan.stop_patience);
        let is_over = |stopped: &mut Stopped| stalls > stopped.stalls || stopped.at.elapsed() > patience;
        if let Some(stopped) = self.stopped.take_if(is_over) {
            // There may be none any more: it was killed as it did not come back to life.
            let _was_there = supervisor.commit(Action::Continue, stopped.pane);
            self.stops += u64::from(stalls > stopped.stalls);
        }
    }

    fn draw(&mut self) -> u64 {
        self.draw = mix(self.draw, 1);
        self.draw
    }
}

fn owner(supervisor: &Supervisor) -> Option<PaneId> {
    supervisor.region().baton.look()?.holder.pane()
}

/// The report of a game with chaos.
#[derive(Debug, Serialize)]
pub struct ChaosReport<'a> {
    #[serde(flatten)]
    game: &'a GameReport,
    kills: u64,
    stops: u64,
    died_as_owner: u64,
    stalls: u64,
    recovery_ns: Option<Recovery>,
    lost: u64,
    duplicated: u64,
    hash_equal: Option<bool>,
}

/// From the SIGKILL of a pane that had the ball to the next process of that pane having attached, in nanoseconds.
#[derive(Debug, Clone, Copy, Serialize)]
struct Recovery {
    p50: u64,
    p99: u64,
    max: u64,
}

impl<'a> ChaosReport<'a> {
    /// What a game with chaos has shown.
    pub fn of(chaos: &Chaos, supervisor: &Supervisor, game: &'a GameReport) -> Self {
        let tally = &supervisor.tally;
        let mut sorted = chaos.recoveries_ns.clone();
        sorted.sort_unstable();
        let at = |per_cent: usize| sorted.get((sorted.len() * per_cent).div_ceil(100).saturating_sub(1));
        let at = |per_cent| at(per_cent).copied();
        let recovery = || Some(Recovery { p50: at(50)?, p99: at(99)?, max: at(100)? });
        Self {
            game,
            kills: tally.counts.restarts,
            stops: chaos.stops,
            died_as_owner: tally.counts.died_as_owner,
            stalls: tally.counts.stalls,
            recovery_ns: recovery(),
            lost: u64::from(game.balls() == 0),
            duplicated: game.balls().saturating_sub(1),
            hash_equal: game.hash_is_expected(),
        }
    }
}

impl ChaosReport<'_> {
    /// What the window shows at the end: `report` is this one as it is printed, `settings` how the windows looked.
    pub fn verdict(&self, report: String, settings: GameSettings) -> Verdict {
        let holds = self.game.is_conserved() != Some(false);
        let heading = match (self.lost, self.duplicated) {
            (0, 0) if holds => "The ball survived: not lost, not doubled",
            (0, 0) => "The ball is not where one process alone has it",
            (0, _) => "The ball was doubled",
            (_, _) => "The ball was lost",
        };
        let hash = match self.hash_equal {
            Some(true) => "; every hand-off is as one process alone has it",
            Some(false) => "; the hash is not that of one process alone",
            // A person moved a paddle.
            None => "",
        };
        let (kills, stops, balls) =
            (count(self.kills, "kill"), count(self.stops, "stop"), count(self.game.balls(), "ball"));
        let of_owner = self.died_as_owner;
        let reason = format!("{kills} ({of_owner} of the ball's owner), {stops}; {balls} left{hash}.");
        Verdict { holds, heading: heading.to_owned(), reason, report, settings }
    }
}

impl fmt::Display for ChaosReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.game)?;
        writeln!(
            f,
            "chaos      {} kills ({} with the ball), {} stops",
            self.kills, self.died_as_owner, self.stops
        )?;
        match self.recovery_ns {
            Some(Recovery { p50, p99, max }) => {
                let [p50, p99, max] = [p50, p99, max].map(fmt_ns);
                writeln!(f, "recovery   p50 {p50}, p99 {p99}, max {max}, until the next process plays")?;
            }
            None => writeln!(f, "recovery   -")?,
        }
        write!(f, "lost       {}, duplicated {}", self.lost, self.duplicated)
    }
}
