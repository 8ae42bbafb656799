//! How the game stands, and where the ball is, in words.

use crate::game::{Control, Court, GameMode, Paddle, PaneId, Side};
use crate::protocol::goal_in_words;
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

/// What stands on the court while nothing flies, and what to do; `pause_key` is the name of that key.
pub(super) fn banner(snapshot: &Snapshot, pause_key: &str) -> Option<[String; 2]> {
    let score = snapshot.score();
    if snapshot.ball.is_some() && snapshot.holder().is_none() {
        return Some(["Press Space".to_owned(), "or Start: the ball is served here".to_owned()]);
    }
    if let Some(winner) = score.winner() {
        let name = if winner == Side::Left { "Left" } else { "Right" };
        let next = if snapshot.next_rules().mode == GameMode::Match { "the next match" } else { "a rally" };
        return Some([
            format!("{name} wins, {} : {}", score.left, score.right),
            format!("Space starts {next}"),
        ]);
    }
    if snapshot.live_settings.paused && snapshot.is_in_play() {
        return Some(["Paused".to_owned(), format!("{pause_key} or Space goes on")]);
    }
    let scorer = snapshot.goal()?;
    let to = if snapshot.ball?.vx < 0.0 { "left" } else { "right" };
    Some([goal_in_words(scorer, snapshot), format!("The next serve goes to the {to}")])
}

/// The pane of the side that has won.
pub(super) fn winner(snapshot: &Snapshot, court: &Court) -> Option<PaneId> {
    snapshot.score().winner().map(|side| if side == Side::Left { PaneId(0) } else { court.last() })
}

/// All of it in a sentence or two, for who comes to the window now.
pub(super) fn state(snapshot: &Snapshot, court: &Court, pause_key: &str) -> String {
    if snapshot.ball.is_none() {
        return "State unknown: the ball cannot be read.".to_owned();
    }
    let score = match snapshot.score() {
        score if score.is_match() => format!("Left {}, right {}.", score.left, score.right),
        score => format!("{} hits.", score.hits),
    };
    if snapshot.holder().is_none() {
        return "Ball at rest. Press Space or Start.".to_owned();
    }
    if let Some([what, todo]) = banner(snapshot, pause_key) {
        return format!("{what}. {todo}.");
    }
    match (snapshot.holder(), snapshot.ball) {
        (Some(holder), Some(ball)) => {
            let direction = if ball.vx < 0.0 { "left" } else { "right" };
            format!("Ball in {}, moving {direction}. {score}", court.pane_name(holder))
        }
        _ => "Ball at rest.".to_owned(),
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
    // That the ball rests is said by where it is.
    match banner(snapshot, pause_key).filter(|_| snapshot.holder().is_some()) {
        Some([what, todo]) => format!("{state} {what}. {todo}."),
        None => state,
    }
}

/// The same in a replay: what stands there is all that can be done.
pub(super) fn replayed_banner(snapshot: &Snapshot) -> Option<[String; 2]> {
    let [what, todo] = banner(snapshot, "")?;
    let score = snapshot.score();
    Some(if snapshot.holder().is_none() {
        ["The ball rests".to_owned(), "it was not served yet".to_owned()]
    } else if score.is_over() {
        [what, "as recorded".to_owned()]
    } else if snapshot.live_settings.paused {
        [what, "the game was paused, as recorded".to_owned()]
    } else {
        [what, todo]
    })
}

/// Where the ball is, seen from the window of `me`; in few words for a narrow window. In a replay `can_start` is false.
pub(super) fn whereabouts(
    snapshot: &Snapshot,
    court: &Court,
    me: PaneId,
    is_short: bool,
    can_start: bool,
) -> String {
    let todo = if can_start { " Press Space or Start." } else { "" };
    let holder = snapshot.holder();
    let process = holder.map(|holder| process(snapshot, court, holder).join(", ")).unwrap_or_default();
    let (short, long) = match holder {
        _ if snapshot.ball.is_none() => ("Ball unreadable".to_owned(), "The ball cannot be read.".to_owned()),
        None => ("Ball at rest".to_owned(), format!("The ball rests.{todo}")),
        Some(_) if snapshot.score().is_over() => {
            ("Match over".to_owned(), format!("The match is over.{todo}"))
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
