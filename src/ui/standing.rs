//! How the game stands, in words.

use crate::game::{Court, Side};
use crate::protocol::snapshot::Snapshot;

/// What is always seen on the court: the score of a match, or the rally.
pub(super) fn headline(snapshot: &Snapshot) -> String {
    let standing = snapshot.standing();
    if standing.is_match() {
        format!("{} : {}", standing.left, standing.right)
    } else if standing.hits + snapshot.wishes.best == 0 {
        String::new()
    } else {
        format!("Rally {}   Best {}", standing.hits, snapshot.wishes.best)
    }
}

/// What stands in the middle of the court while nothing flies, and what to do.
pub(super) fn banner(snapshot: &Snapshot) -> Option<[String; 2]> {
    let standing = snapshot.standing();
    if let Some(winner) = standing.winner() {
        let (mine, other) = match winner {
            Side::Left => (standing.left, standing.right),
            Side::Right => (standing.right, standing.left),
        };
        let name = if winner == Side::Left { "Left" } else { "Right" };
        return Some([format!("{name} wins {mine}:{other}"), "Start begins a new match".to_owned()]);
    }
    let is_paused = snapshot.wishes.paused && snapshot.is_in_play();
    is_paused.then(|| ["Paused".to_owned(), "P or Space goes on".to_owned()])
}

/// All of it in one sentence or two, read aloud whenever it changes: at hand-offs, bounces and goals.
pub(super) fn status(snapshot: &Snapshot, court: &Court) -> String {
    if snapshot.ball.is_none() {
        return "State unknown: the ball cannot be read.".to_owned();
    }
    let score = match snapshot.standing() {
        standing if standing.is_match() => format!("Left {}, right {}.", standing.left, standing.right),
        standing => format!("{} hits.", standing.hits),
    };
    if let Some([what, todo]) = banner(snapshot) {
        return format!("{what}. {todo}.");
    }
    match (snapshot.holder(), snapshot.ball) {
        (Some(holder), Some(ball)) => {
            let direction = if ball.vx < 0.0 { "left" } else { "right" };
            format!("Ball in the {} pane, moving {direction}. {score}", court.name(holder))
        }
        _ => "Ball at rest. Press Start.".to_owned(),
    }
}

/// The same, for whoever cannot see the court.
pub(super) fn in_words(snapshot: &Snapshot) -> String {
    let standing = snapshot.standing();
    let state = if standing.is_match() {
        format!("Match: left {}, right {}.", standing.left, standing.right)
    } else {
        let (hits, passes, best) = (standing.hits, standing.passes, snapshot.wishes.best);
        format!("Rally: {hits} hits, {passes} passes, best {best} hits.")
    };
    match banner(snapshot) {
        Some([what, todo]) => format!("{state} {what}. {todo}."),
        None => state,
    }
}
