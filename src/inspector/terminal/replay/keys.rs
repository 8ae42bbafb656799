//! What the keys do. Each function has one that every keyboard has.

use ratatui::crossterm::event::KeyCode;

use crate::recording::playback::{Goal, MarkKind, Playback};

/// For the page of the keys.
pub(super) const HELP: [(&str, &str); 15] = [
    ("space", "play, and stop; at the end: from the beginning"),
    ("left, right", "a tick back, a tick on"),
    (", and .", "to where an epoch began: a hop, a serve or a recovery, back or on"),
    ("PgUp, PgDn", "Court: a second back, a second on"),
    ("n, p", "the next mark, the one before"),
    ("a capital letter", "the next mark of the kind that has this letter below"),
    ("+, -", "faster, slower: from 1/4 to 8"),
    ("Home, End", "Court: the beginning, the end"),
    ("0 to 9", "so many tenths of the whole"),
    ("Tab, backspace", "another page, the one before"),
    ("up, down, PgUp, PgDn", "Memory, Flow, Invariants: scroll"),
    ("o, a", "Memory: only what has changed; all parts unfolded"),
    ("w", "Flow: a longer time; after the longest the shortest"),
    ("q, ctrl-C, ctrl-Z", "quit; go back to the shell, where `fg` goes on"),
    ("?", "these keys, and back"),
];

/// A second, for the keys that move by one.
const SECOND_NS: u64 = 1_000_000_000;

/// Where a key goes, on every page.
pub(super) fn goal(code: KeyCode) -> Option<Goal> {
    let mark = |forward, kind| Goal::Mark { forward, kind };
    Some(match code {
        KeyCode::Right => Goal::Ticks(1),
        KeyCode::Left => Goal::Ticks(-1),
        KeyCode::Char('.' | '>') => Goal::Hops(1),
        KeyCode::Char(',' | '<') => Goal::Hops(-1),
        KeyCode::Char('n') => mark(true, None),
        KeyCode::Char('p') => mark(false, None),
        KeyCode::Char(digit @ '0'..='9') => Goal::Fraction(f64::from(digit as u32 - '0' as u32) / 10.0),
        KeyCode::Char(letter) => {
            let kind = MarkKind::ALL.into_iter().find(|kind| kind.letter() == letter)?;
            mark(true, Some(kind))
        }
        _ => return None,
    })
}

/// Where a key goes on the page of the court.
pub(super) fn goal_on_the_court(code: KeyCode, playback: &Playback) -> Option<Goal> {
    let here = playback.head().shown_ns;
    Some(match code {
        KeyCode::Home => Goal::Start,
        KeyCode::End => Goal::End,
        KeyCode::PageUp => Goal::Shown(here.saturating_sub(SECOND_NS)),
        KeyCode::PageDown => Goal::Shown(here.saturating_add(SECOND_NS)),
        _ => return None,
    })
}
