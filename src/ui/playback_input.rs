//! What the viewer of a replay wants, and the keys for it: the same in each of its windows.

use egui::{Event, InputState, Key, Modifiers};

use crate::recording::playback::{MarkKind, Rate};

/// What the viewer of a replay wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaybackInput {
    /// To play, or to stand still.
    PlayOrPause,
    /// One tick back.
    TickBack,
    /// One tick on.
    Tick,
    /// To the hop before.
    HopBack,
    /// To the next hop.
    Hop,
    /// To the mark before.
    MarkBack,
    /// To the next mark.
    Mark,
    /// To the next mark of this kind.
    MarkOf(MarkKind),
    /// The next slower speed.
    Slower,
    /// The next faster speed.
    Faster,
    /// To the start of the recording.
    Start,
    /// To its end.
    End,
    /// This speed.
    Rate(Rate),
    /// This place of the scrubber, in nanoseconds.
    SeekTo(u64),
}

/// A key of the replay.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlaybackKey {
    pub(super) input: PlaybackInput,
    /// As people call it.
    pub(super) name: &'static str,
    /// What it does.
    pub(super) what: &'static str,
    /// The keys, and whether Shift is held; None where that does not matter: on some keyboards only Shift makes a plus.
    keys: &'static [(Key, Option<bool>)],
    /// Whether a key that is held does it again and again.
    repeats: bool,
}

/// All keys but those of the kinds of marks: the same as on a terminal, and the arrows with Shift.
pub(super) const PLAYBACK_KEYS: [PlaybackKey; 11] = [
    once(PlaybackInput::PlayOrPause, "Space", "play, or stand still", &[(Key::Space, None)]),
    step(PlaybackInput::TickBack, "Left", "a tick back", &[(Key::ArrowLeft, Some(false))]),
    step(PlaybackInput::Tick, "Right", "a tick on", &[(Key::ArrowRight, Some(false))]),
    step(
        PlaybackInput::HopBack,
        ", Shift Left",
        "to where an epoch began: a hop, a serve, a recovery",
        &[(Key::Comma, None), (Key::ArrowLeft, Some(true))],
    ),
    step(
        PlaybackInput::Hop,
        ". Shift Right",
        "to the next one",
        &[(Key::Period, None), (Key::ArrowRight, Some(true))],
    ),
    step(
        PlaybackInput::MarkBack,
        "P",
        "to the mark before: a death, a recall, a goal",
        &[(Key::P, Some(false))],
    ),
    step(PlaybackInput::Mark, "N", "to the next mark", &[(Key::N, Some(false))]),
    // These repeat: on a keyboard where Shift makes the plus, a Shift that is released first lets the key be released as `=`, and egui
    // takes the next plus, and every one after it, for a repeat.
    step(PlaybackInput::Slower, "-", "slower, down to a quarter", &[(Key::Minus, None)]),
    step(PlaybackInput::Faster, "+", "faster, up to eight times", &[(Key::Plus, None), (Key::Equals, None)]),
    once(PlaybackInput::Start, "Home", "to the start", &[(Key::Home, None)]),
    once(PlaybackInput::End, "End", "to the end", &[(Key::End, None)]),
];

const fn step(
    input: PlaybackInput,
    name: &'static str,
    what: &'static str,
    keys: &'static [(Key, Option<bool>)],
) -> PlaybackKey {
    PlaybackKey { input, name, what, keys, repeats: true }
}

const fn once(
    input: PlaybackInput,
    name: &'static str,
    what: &'static str,
    keys: &'static [(Key, Option<bool>)],
) -> PlaybackKey {
    PlaybackKey { input, name, what, keys, repeats: false }
}

impl PlaybackInput {
    /// Its key.
    pub(super) fn key(self) -> Option<&'static PlaybackKey> {
        PLAYBACK_KEYS.iter().find(|key| key.input == self)
    }
}

/// What the keys want, in their order. They are taken out of the input: nothing else gets them. A control that has the focus
/// keeps the space bar, which presses it.
pub(super) fn take_playback_keys(input: &mut InputState, keeps_space: bool) -> Vec<PlaybackInput> {
    let mut wanted = Vec::new();
    input.events.retain(|event| {
        let Event::Key { key, pressed: true, repeat, modifiers, .. } = event else { return true };
        let found = found(*key, *modifiers);
        let Some((found, repeats)) =
            found.filter(|(found, _)| !keeps_space || *found != PlaybackInput::PlayOrPause)
        else {
            return true;
        };
        wanted.extend((repeats || !repeat).then_some(found));
        false
    });
    wanted
}

/// What a key wants, and whether it does so again and again while it is held. With Ctrl or Alt it is another program's, or changes
/// the size.
fn found(key: Key, modifiers: Modifiers) -> Option<(PlaybackInput, bool)> {
    if modifiers.command || modifiers.ctrl || modifiers.alt {
        return None;
    }
    let is_it = |(other, shift): &(Key, Option<bool>)| {
        *other == key && shift.is_none_or(|shift| shift == modifiers.shift)
    };
    let found = PLAYBACK_KEYS.iter().find(|it| it.keys.iter().any(is_it));
    let kind =
        || MarkKind::ALL.into_iter().find(|kind| modifiers.shift && key.name() == kind.letter().to_string());
    found.map(|found| (found.input, found.repeats)).or_else(|| Some((PlaybackInput::MarkOf(kind()?), true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_the_same_and_shift_makes_hops_of_ticks() {
        for (index, one) in PLAYBACK_KEYS.iter().enumerate() {
            assert!(
                PLAYBACK_KEYS[..index].iter().all(|other| other.name != one.name && other.input != one.input)
            );
        }
        let input = |key, modifiers| found(key, modifiers).map(|(input, _)| input);
        assert_eq!(input(Key::ArrowLeft, Modifiers::NONE), Some(PlaybackInput::TickBack));
        assert_eq!(input(Key::ArrowLeft, Modifiers::SHIFT), Some(PlaybackInput::HopBack));
        assert_eq!(input(Key::Plus, Modifiers::SHIFT), Some(PlaybackInput::Faster));
        assert_eq!(input(Key::Comma, Modifiers::NONE), Some(PlaybackInput::HopBack), "as on a terminal");
        assert_eq!(input(Key::D, Modifiers::SHIFT), Some(PlaybackInput::MarkOf(MarkKind::Death)));
        assert_eq!(input(Key::D, Modifiers::NONE), None);
        assert_eq!(input(Key::Plus, Modifiers::COMMAND), None, "larger");
    }
}
