//! What the supervisor has done and seen, as lines.

use super::chain::Begun;
use super::{Recorder, Sink, start};
use crate::protocol::{Ownership, Serve as Served};
use crate::recording::line::{
    ActionDone, BallLine, Died, Line, OfPane, Recovered, Reinitialized, Serve, Start, Started,
};
use crate::supervisor::{Happened, Happening, WentBack};

impl Happening {
    /// The epoch that the supervisor has begun, if it has.
    pub(super) fn begun(&self) -> Option<Begun> {
        let (taken, pane, hop) = match &self.what {
            Happened::Served(taken, served) => (taken, Some(served.serve.pane), served.serve.ball.hop),
            Happened::Recovered(taken, ball) => (taken, taken.holder.pane(), ball.hop),
            _ => return None,
        };
        Some(Begun { epoch: taken.epoch + 1, holder: pane, hop })
    }

    /// The ownership out of which it has taken the ball, if it has.
    pub(super) fn taken(&self) -> Option<Ownership> {
        match self.what {
            Happened::Served(taken, _) | Happened::Recovered(taken, _) => Some(taken),
            _ => None,
        }
    }
}

impl<S: Sink> Recorder<S> {
    /// The line of what has happened, after those of the hand-offs before.
    pub(super) fn note(&mut self, happening: Happening) {
        let at = happening.at_ns.saturating_sub(self.origin_ns);
        let begun = happening.begun();
        match happening.what {
            Happened::Served(taken, served) => {
                let (before, from) = (served.before.as_ref().map(BallLine::of), taken.holder.pane());
                let Served { epoch, pane, ball } = served.serve;
                let (rules, ball) = (ball.score.rules, BallLine::of(&ball));
                let line = Serve { at, epoch, pane, from, before, rules, ball };
                if self.chain.comes_to(epoch) {
                    self.begin_epoch(Line::Serve(Box::new(line)), begun);
                } else if self.chain.may_start_at(epoch) && !self.has_lost_controls {
                    let start = start::with_paddles_in_the_middle(&self.court, epoch, Some(pane), ball);
                    self.chain.start(Start { at, ..start });
                }
            }
            Happened::Recovered(taken, ball) => {
                let Some(pane) = taken.holder.pane() else { return };
                let (epoch, ball) = (taken.epoch + 1, BallLine::of(&ball));
                if self.chain.comes_to(epoch) {
                    let line = Recovered { at, epoch, pane, ball };
                    self.begin_epoch(Line::Recovered(Box::new(line)), begun);
                }
            }
            Happened::Reinitialized(back) => self.go_back(at, *back),
            what => {
                // In the order of time, as far as it is known.
                let is_before = |arrived_ns: Option<u64>| arrived_ns.is_some_and(|ns| ns <= happening.at_ns);
                self.chain.write_next_hops(|known| is_before(known.arrived_ns));
                line_of(at, what).into_iter().for_each(|line| self.chain.push(line));
            }
        }
    }

    fn begin_epoch(&mut self, line: Line, begun: Option<Begun>) {
        if let Some(begun) = begun {
            self.chain.begin(line, begun);
        }
    }

    /// A fresh Region: what was noted in the old one is gone, and so is all that was after the checkpoint.
    fn go_back(&mut self, at: u64, back: WentBack) {
        let WentBack { from, to, ball, paddles, reason } = back;
        let (pane, ball) = (to.holder.pane(), BallLine::of(&ball));
        self.chain.write_hops(from.epoch, |_| true);
        let line = Reinitialized { at, back_to: from.epoch, epoch: to.epoch, pane, ball, reason };
        let is_recorded = self.chain.go_back(line);
        self.logs = super::Logs::new(self.court, self.origin_ns);
        self.seen = None;
        if !is_recorded {
            let paddles = paddles.into_iter().map(start::as_line).collect();
            self.chain.start(Start { at, epoch: to.epoch, pane, ball, paddles });
        }
    }
}

/// The line of what begins no epoch.
fn line_of(at: u64, what: Happened) -> Option<Line> {
    Some(match what {
        Happened::Started(pane, incarnation, pid) => Line::Started(Started { at, pane, incarnation, pid }),
        Happened::Died(pane, incarnation, pid, how) => Line::Died(Died { at, pane, incarnation, pid, how }),
        Happened::Stalled(pane) => Line::Stalled(OfPane { at, pane }),
        Happened::Hung(pane) => Line::Hung(OfPane { at, pane }),
        Happened::Frozen(pane) => Line::Frozen(OfPane { at, pane }),
        Happened::Continued(pane) => Line::Continued(OfPane { at, pane }),
        Happened::Action(pane, action, done) => Line::Action(ActionDone { at, pane, action, done }),
        Happened::Served(..) | Happened::Recovered(..) | Happened::Reinitialized(_) => return None,
    })
}
