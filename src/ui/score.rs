//! How the game stands, and where the ball is, in words.

use crate::game::{Control, Court, Paddle, PaneId, Side};
use crate::protocol::snapshot::{PaneView, Snapshot};

/// What is always seen on the court: the score of a match, or the rally.
pub(super) fn headline(snapshot: &Snapshot) -> String {
    let score = snapshot.score();
    if score.is_match() {
        format!("{} : {}", score.left, score.right)
    } else if score.hits + snapshot.live_settings.best == 0 {
        String::new()
    } else {
        format!("Rally {}   Best {}", score.hits, snapshot.live_settings.best)
    }
}

/// What stands in the middle of the court while nothing flies, and what to do; `pause_key` is the name of that key.
pub(super) fn banner(snapshot: &Snapshot, pause_key: &str) -> Option<[String; 2]> {
    let score = snapshot.score();
    if let Some(winner) = score.winner() {
        let (name, mine, other) = match winner {
            Side::Left => ("Left", score.left, score.right),
            Side::Right => ("Right", score.right, score.left),
        };
        return Some([format!("{name} wins {mine}:{other}"), "Start begins a new match".to_owned()]);
    }
    let is_paused = snapshot.live_settings.paused && snapshot.is_in_play();
    is_paused.then(|| ["Paused".to_owned(), format!("{pause_key} or Space goes on")])
}

/// All of it in one sentence or two, read aloud whenever it changes: at hand-offs, bounces and goals.
pub(super) fn status(snapshot: &Snapshot, court: &Court, pause_key: &str) -> String {
    if snapshot.ball.is_none() {
        return "State unknown: the ball cannot be read.".to_owned();
    }
    let score = match snapshot.score() {
        score if score.is_match() => format!("Left {}, right {}.", score.left, score.right),
        score => format!("{} hits.", score.hits),
    };
    if let Some([what, todo]) = banner(snapshot, pause_key) {
        return format!("{what}. {todo}.");
    }
    match (snapshot.holder(), snapshot.ball) {
        (Some(holder), Some(ball)) => {
            let direction = if ball.vx < 0.0 { "left" } else { "right" };
            format!("Ball in {}, moving {direction}. {score}", court.pane_name(holder))
        }
        _ => "Ball at rest. Press Start.".to_owned(),
    }
}

/// The same, for a screen reader.
pub(super) fn in_words(snapshot: &Snapshot, pause_key: &str) -> String {
    let score = snapshot.score();
    let state = if score.is_match() {
        format!("Match: left {}, right {}.", score.left, score.right)
    } else {
        let (hits, passes, best) = (score.hits, score.passes, snapshot.live_settings.best);
        format!("Rally: {hits} hits, {passes} passes, best {best} hits.")
    };
    match banner(snapshot, pause_key) {
        Some([what, todo]) => format!("{state} {what}. {todo}."),
        None => state,
    }
}

/// Where the ball is, seen from the window of `me`; in few words for a narrow window.
pub(super) fn whereabouts(snapshot: &Snapshot, court: &Court, me: PaneId, is_short: bool) -> String {
    let holder = snapshot.holder();
    let process = holder.map(|holder| process(snapshot, court, holder).join(", ")).unwrap_or_default();
    let (short, long) = match holder {
        _ if snapshot.ball.is_none() => ("Ball unreadable".to_owned(), "The ball cannot be read.".to_owned()),
        None => ("Ball at rest".to_owned(), "The ball rests. Press Start.".to_owned()),
        Some(_) if snapshot.score().is_over() => {
            ("Match over".to_owned(), "The match is over. Press Start.".to_owned())
        }
        Some(holder) if holder == me => ("Ball here".to_owned(), format!("The ball is here: {process}.")),
        Some(holder) => (
            format!("Ball: {}", court.pane_title(holder)),
            format!("The ball is in {}: {process}.", court.pane_name(holder)),
        ),
    };
    if is_short { short } else { long }
}

/// Which process has a pane.
pub(super) fn process(snapshot: &Snapshot, court: &Court, pane: PaneId) -> [String; 2] {
    let number = format!("process {} of {}", pane.0 + 1, court.panes);
    [number, format!("pid {}", pane_view(snapshot, pane).pid)]
}

/// What is known of a pane.
pub(super) fn pane_view(snapshot: &Snapshot, pane: PaneId) -> PaneView {
    let nobody = PaneView { pid: 0, incarnation: 0, paddle: Paddle::MIDDLE, control: Control::Autopilot };
    snapshot.panes.get(pane.index()).copied().unwrap_or(nobody)
}
