//! The trajectory hash while the game is played: the same game played alone, some way behind.
//!
//! It begins with the oldest serve since which no person has moved a paddle, is given every later serve, and is compared,
//! bit by bit, with balls that were seen. It has its own pace: so many ticks per sample.

use std::collections::VecDeque;

use super::found::{Hash, Holds, Serves};
use crate::game::{Ball, Court, ReferenceSimulation};
use crate::platform::sync::Rights;
use crate::protocol::{EventLog, Ownership, Record, Serve};

/// So many of the last serves are kept for a reference simulation that is far behind.
const SERVES: usize = 4096;
/// So many balls wait to be compared; when there are more, every second one is dropped.
const GOALS: usize = 64;

/// A ball that was seen.
#[derive(Debug, Clone, Copy)]
struct Goal {
    /// The epoch of the serve with which its rally began.
    rally: u64,
    ball: Ball,
}

/// A reference simulation on its way.
#[derive(Debug, Clone)]
struct Run {
    /// The serve with which it began.
    first: Serve,
    /// The number of the serve that its rally began with.
    number: u64,
    /// As the rally began: a ball that was corrupt goes back, and a serve may follow an earlier tick.
    rally: ReferenceSimulation,
    reference: ReferenceSimulation,
}

/// The reference simulation, and what it is compared with.
#[derive(Debug, Clone)]
pub(super) struct Replay {
    court: Court,
    /// The serves with their numbers, without a gap; None where the entry is corrupt.
    serves: VecDeque<(u64, Option<Serve>)>,
    next: u64,
    goals: VecDeque<Goal>,
    run: Option<Run>,
    /// The last epoch in which a person has moved a paddle.
    by_hand: Option<u64>,
    compared: u64,
    last: Option<(Ball, Ball)>,
    /// The first difference. It stays: no later ball can repair it.
    difference: Option<String>,
    reported: Serves,
}

/// How far the reference simulation has come towards a goal.
enum Progress {
    /// It is there, or need not go.
    Done,
    /// The ticks did not suffice, or a serve is not in the log yet.
    Later,
    /// A serve on the way is not known.
    Lost,
}

fn is_beyond(ball: &Ball, goal: &Ball) -> bool {
    (ball.tick, ball.hop) > (goal.tick, goal.hop)
}

/// What it takes to equal: every bit.
fn bits(ball: &Ball) -> [u64; 8] {
    let Ball { tick, hop, x, y, vx, vy, hash, score } = *ball;
    [tick, hop, x.to_bits(), y.to_bits(), vx.to_bits(), vy.to_bits(), hash, score.word()]
}

impl Replay {
    pub(super) fn new(court: Court) -> Self {
        let (serves, goals, run, by_hand, last, difference, reported) = Default::default();
        Self { court, serves, next: 0, goals, run, by_hand, compared: 0, last, difference, reported }
    }

    /// Reads the serves since the last sample.
    pub(super) fn follow(&mut self, event_log: &EventLog<impl Rights>) {
        let found = event_log.serves.since(self.next);
        if found.first != self.next {
            // Some were overwritten: what came before them is of no use any more.
            self.serves.clear();
            self.begin_anew();
        }
        for (number, words) in (found.first..).zip(&found.entries) {
            let serve = Serve::from_words(*words, &self.court);
            self.check_place(serve.as_ref());
            self.serves.push_back((number, serve));
        }
        self.next = found.next();
        let many = self.serves.len().saturating_sub(SERVES);
        self.serves.drain(..many);
    }

    /// Place and direction of a serve depend on the seed, the pane and the tick. Its hash also on all that was before.
    fn check_place(&mut self, serve: Option<&Serve>) {
        let Some(serve) = serve else {
            self.reported.corrupt += 1;
            return;
        };
        let last = (serve.epoch > 1).then_some(serve.ball);
        let mut drawn = self.court.serve_by(serve.ball.score.rules, serve.pane, last);
        if serve.epoch > 1 {
            drawn.hash = serve.ball.hash;
        }
        if bits(&drawn) == bits(&serve.ball) {
            self.reported.placed += 1;
        } else {
            self.reported.holds =
                Holds::No(format!("epoch {} began with another ball than the seed draws", serve.epoch));
        }
    }

    /// A ball was seen, and the last epoch in which a person has moved a paddle.
    pub(super) fn see(&mut self, ownership: Ownership, record: &Record, by_hand: Option<u64>) {
        if by_hand > self.by_hand {
            self.by_hand = by_hand;
            if self.run.as_ref().is_some_and(|run| by_hand >= Some(run.first.epoch)) {
                self.begin_anew();
            }
        }
        let goal = Goal { rally: record.rally, ball: record.ball };
        // A rally in which somebody has played by hand can never be compared.
        if ownership == Ownership::REST || self.by_hand >= Some(goal.rally) {
            return;
        }
        if self.goals.back().is_none_or(|last| bits(&last.ball) != bits(&goal.ball)) {
            self.goals.push_back(goal);
        }
        if self.goals.len() > GOALS {
            let mut is_even = false;
            self.goals.retain(|_| {
                is_even = !is_even;
                is_even
            });
        }
    }

    fn begin_anew(&mut self) {
        (self.run, self.last, self.compared) = (None, None, 0);
    }

    /// Plays on alone, by at most so many ticks, and compares what is reached.
    pub(super) fn advance(&mut self, mut ticks: u64) {
        while let Some(goal) = self.goals.front().copied().filter(|_| self.difference.is_none()) {
            let Some(mut run) = self.run.take().or_else(|| self.begin()) else { return };
            let progress = self.play(&mut run, &goal, &mut ticks);
            self.run = Some(run);
            match progress {
                Progress::Done => drop(self.goals.pop_front()),
                Progress::Later => return,
                // At the next sample, so that this one comes to an end whatever the serves are.
                Progress::Lost => return self.begin_anew(),
            }
        }
    }

    /// From the oldest serve since which there is neither a hand nor a corrupt entry.
    fn begin(&self) -> Option<Run> {
        let is_clean =
            |serve: &&(u64, Option<Serve>)| serve.1.is_some_and(|serve| Some(serve.epoch) > self.by_hand);
        let (number, first) = self.serves.iter().rev().take_while(is_clean).last()?;
        let (number, first) = (*number, (*first)?);
        let reference = ReferenceSimulation::from_serve(self.court, first.pane, first.ball);
        Some(Run { first, number, rally: reference.clone(), reference })
    }

    /// Towards a goal, from serve to serve.
    fn play(&mut self, run: &mut Run, goal: &Goal, ticks: &mut u64) -> Progress {
        loop {
            let Some((_, Some(rally))) = self.numbered(run.number) else { return Progress::Lost };
            if goal.rally == rally.epoch && !is_beyond(&run.reference.ball(), &goal.ball) {
                if !run.reference.run_towards(&goal.ball, ticks) {
                    return Progress::Later;
                }
                self.compare(&run.reference.ball(), goal);
                return Progress::Done;
            }
            if goal.rally <= rally.epoch {
                // From before the reference simulation began, or a ball that has gone back since it was corrupt.
                return Progress::Done;
            }
            let serve = match self.numbered(run.number + 1) {
                Some((_, Some(serve))) => serve,
                Some((_, None)) => return Progress::Lost,
                // The supervisor logs a serve a moment after it.
                None => return Progress::Later,
            };
            if is_beyond(&run.reference.ball(), &serve.ball) {
                run.reference = run.rally.clone();
            }
            if !run.reference.run_towards(&serve.ball, ticks) {
                return Progress::Later;
            }
            self.serve(run, &serve);
            if self.difference.is_some() {
                return Progress::Done;
            }
        }
    }

    /// The reference simulation is given a serve, and must come to the same ball.
    fn serve(&mut self, run: &mut Run, serve: &Serve) {
        run.reference.serve_by(serve.ball.score.rules, serve.pane);
        (run.number, run.rally) = (run.number + 1, run.reference.clone());
        if bits(&run.reference.ball()) == bits(&serve.ball) {
            self.reported.equal += 1;
        } else {
            let text =
                format!("epoch {} began with another ball than the reference simulation serves", serve.epoch);
            self.reported.holds = Holds::No(text.clone());
            self.difference = Some(text);
        }
    }

    fn numbered(&self, number: u64) -> Option<(u64, Option<Serve>)> {
        let (oldest, _) = self.serves.front()?;
        self.serves.get(usize::try_from(number.checked_sub(*oldest)?).ok()?).copied()
    }

    fn compare(&mut self, reference: &Ball, goal: &Goal) {
        self.compared += 1;
        self.last = Some((goal.ball, *reference));
        if bits(reference) != bits(&goal.ball) {
            let Ball { tick, hop, .. } = goal.ball;
            self.difference =
                Some(format!("at tick {tick}, hop {hop} the ball is not that of one process alone"));
        }
    }

    pub(super) fn hash(&self, live: Option<&Ball>) -> Hash {
        let ball = self.run.as_ref().map(|run| run.reference.ball());
        let first = self.run.as_ref().map(|run| run.first.ball);
        let made = |of: fn(&Ball) -> u64| match (&ball, &first) {
            (Some(ball), Some(first)) => of(ball).saturating_sub(of(first)),
            _ => 0,
        };
        let behind = |of: fn(&Ball) -> u64| match (&ball, live) {
            (Some(ball), Some(live)) => of(live).saturating_sub(of(ball)),
            _ => 0,
        };
        let hex = |ball: Option<Ball>| ball.map(|ball| format!("{:016x}", ball.hash));
        let (compared, expected) = self.last.unzip();
        Hash {
            holds: self.holds(),
            since_epoch: self.run.as_ref().map(|run| run.first.epoch),
            compared: self.compared,
            hops: made(|ball| ball.hop),
            ticks: made(|ball| ball.tick),
            hash: hex(compared),
            expected_hash: hex(expected),
            behind_hops: behind(|ball| ball.hop),
            behind_ticks: behind(|ball| ball.tick),
        }
    }

    fn holds(&self) -> Holds {
        match (&self.difference, &self.run, self.by_hand) {
            (Some(difference), ..) => Holds::No(difference.clone()),
            (None, Some(_), _) if self.last.is_some() => Holds::Yes,
            (None, Some(_), _) => {
                Holds::CannotTell("the reference simulation has not caught up yet".to_owned())
            }
            (None, None, Some(epoch)) => Holds::CannotTell(format!(
                "a person has moved a paddle, last in epoch {epoch}: the game is no function of the seed any more; \
                 press Start to begin a rally that can be compared"
            )),
            (None, None, None) if self.serves.is_empty() => {
                Holds::CannotTell("the ball has not been served yet; press Start".to_owned())
            }
            (None, None, None) => {
                Holds::CannotTell("no serve since which all is known; press Start to begin anew".to_owned())
            }
        }
    }

    pub(super) fn serves(&self) -> Serves {
        let mut reported = self.reported.clone();
        if reported.holds == Holds::NotLooked {
            let nothing = || Holds::CannotTell("the ball has not been served yet; press Start".to_owned());
            reported.holds = if reported.placed > 0 { Holds::Yes } else { nothing() };
        }
        reported
    }
}
