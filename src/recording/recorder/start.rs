//! The state from which on a game is recorded: while the ball rests; or, in the middle of a game, at a hand-off, or a serve, whose
//! state was seen.

use crate::game::{Court, Paddle, PaneId};
use crate::protocol::{Owner, Ownership, Record, Region};
use crate::recording::line::{BallLine, Hex, Start};

/// What a start needs of the panes before the hand-off at which it is.
#[derive(Debug)]
pub(super) struct Seen {
    ownership: Ownership,
    /// The newest record of each pane, with its epoch.
    newest: Vec<Option<(u64, Record)>>,
}

impl Seen {
    /// The panes now; None if the ball goes on meanwhile.
    pub(super) fn now(region: &Region, court: &Court) -> Option<Self> {
        let ownership = region.baton.look()?;
        let newest = court.all_panes().map(|pane| region.pane(pane).newest(court)).collect();
        region.baton.is_still(ownership).then_some(Self { ownership, newest })
    }

    /// The start at the hand-off that ended what was seen; None if more has happened since, or its state is lost.
    pub(super) fn start(&self, region: &Region, court: &Court, now: Ownership) -> Option<Start> {
        let (Owner::Pane(giver), Owner::Pane(holder)) = (now.giver, now.holder) else { return None };
        if now.epoch != self.ownership.epoch + 1 || self.ownership.holder != now.giver {
            return None;
        }
        let given = region.ball_as_given(now, court).ok()?;
        let left = region.pane(giver).read(self.ownership.epoch, court).ok()?;
        let paddle = |(pane, newest): (PaneId, &Option<(u64, Record)>)| {
            let newest = if pane == giver { Some((self.ownership.epoch, left)) } else { *newest };
            newest.map_or((Paddle::MIDDLE, given.ball.tick), |(epoch, record)| {
                record.paddle_left(epoch, &given)
            })
        };
        let paddles = court.all_panes().zip(&self.newest).map(paddle).map(as_line).collect();
        let (epoch, ball) = (now.epoch, BallLine::of(&given.ball));
        Some(Start { at: 0, epoch, pane: Some(holder), ball, paddles })
    }
}

/// A start where every paddle stands in the middle: the ball rests, or was served.
pub(super) fn with_paddles_in_the_middle(
    court: &Court,
    epoch: u64,
    pane: Option<PaneId>,
    ball: BallLine,
) -> Start {
    let paddles = court.all_panes().map(|_| as_line((Paddle::MIDDLE, ball.tick))).collect();
    Start { at: 0, epoch, pane, ball, paddles }
}

/// A start where the game is now, if it is read at once; for a game that has ended.
pub(super) fn here(region: &Region, court: &Court, ownership: Ownership, record: &Record) -> Start {
    let left = |pane: PaneId| match region.pane(pane).newest(court) {
        _ if ownership.holder == Owner::Pane(pane) => (record.paddle, record.ball.tick),
        Some((epoch, newest)) => newest.paddle_left(epoch, record),
        None => (Paddle::MIDDLE, record.ball.tick),
    };
    let paddles = court.all_panes().map(left).map(as_line).collect();
    let (epoch, pane, ball) = (ownership.epoch, ownership.holder.pane(), BallLine::of(&record.ball));
    Start { at: 0, epoch, pane, ball, paddles }
}

/// Where a paddle was, at which tick.
pub(super) fn as_line((paddle, tick): (Paddle, u64)) -> (Hex, u64) {
    (Hex(paddle.y.to_bits()), tick)
}
