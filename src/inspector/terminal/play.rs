//! The keys of the court. Those that a keyboard may have elsewhere, or not at all, have others beside them that every keyboard has.

use ratatui::crossterm::event::KeyCode;

use crate::game::{Court, PaneId};
use crate::protocol::snapshot::Snapshot;
use crate::protocol::{Demand, Speed};

/// What they do, for the page of the keys.
pub(super) const HELP: [(&str, &str); 7] = [
    (
        "up, down",
        "Court: the paddle of the chosen pane, or the right one; a terminal reports no releases: a press is a step",
    ),
    ("w, s", "Court: the left paddle"),
    ("space", "Court: serve; while the ball flies: pause, and go on (p too)"),
    ("Enter", "Court: serve from the chosen pane, or the middle one, wherever the ball is"),
    ("+ -, PgUp PgDn", "Court: faster, slower"),
    ("b, End", "Court: the next transport"),
    ("a, Backspace", "Court: give the chosen paddle, or the right one, back to the autopilot"),
];

/// What a key asks for, while this pane is chosen. The outer None: it means nothing special here.
pub(super) fn press(
    code: KeyCode,
    court: &Court,
    chosen: Option<PaneId>,
    snapshot: &Snapshot,
) -> Option<Option<Demand>> {
    let paddle = chosen.unwrap_or(court.last());
    let (settings, start) = (snapshot.live_settings, chosen.unwrap_or(court.middle()));
    let pause = || Demand::Pause(!settings.paused);
    Some(match code {
        KeyCode::Up => Some(Demand::Up(paddle)),
        KeyCode::Down => Some(Demand::Down(paddle)),
        KeyCode::Char('w') => Some(Demand::Up(PaneId(0))),
        KeyCode::Char('s') => Some(Demand::Down(PaneId(0))),
        KeyCode::Enter => Some(Demand::Serve(start)),
        KeyCode::Char(' ') if snapshot.is_in_play() => Some(pause()),
        KeyCode::Char(' ') => Some(Demand::Serve(start)),
        KeyCode::Char('p') => snapshot.is_in_play().then(pause),
        KeyCode::Char('+' | '=') | KeyCode::PageUp => beside(settings.speed, 1).map(Demand::Pace),
        KeyCode::Char('-' | '_') | KeyCode::PageDown => beside(settings.speed, -1).map(Demand::Pace),
        KeyCode::Char('b') | KeyCode::End => Some(Demand::Transport(snapshot.transport.after(1))),
        KeyCode::Char('a') | KeyCode::Backspace => Some(Demand::Autopilot(paddle)),
        _ => return None,
    })
}

/// The speed so many steps from this one, if there is one.
fn beside(speed: Speed, step: isize) -> Option<Speed> {
    let at = Speed::ALL.into_iter().position(|other| other == speed)?;
    Speed::ALL.get(at.checked_add_signed(step)?).copied()
}
