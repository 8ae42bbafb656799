//! What the viewer of a replay wants, and the keys for it: the same in each of its windows.

use egui::{Event, InputState, Key, Modifiers};

use crate::recording::playback::Rate;

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
    keys: &'static [Key],
    /// Whether Shift is held; None where that does not matter: on some keyboards only Shift makes a plus.
    shift: Option<bool>,
    /// Whether a key that is held does it again and again.
    repeats: bool,
}

const fn step(
    input: PlaybackInput,
    name: &'static str,
    what: &'static str,
    keys: &'static [Key],
    shift: bool,
) -> PlaybackKey {
    PlaybackKey { input, name, what, keys, shift: Some(shift), repeats: true }
}

const fn once(
    input: PlaybackInput,
    name: &'static str,
    what: &'static str,
    keys: &'static [Key],
) -> PlaybackKey {
    PlaybackKey { input, name, what, keys, shift: None, repeats: false }
}

/// All keys.
pub(super) const PLAYBACK_KEYS: [PlaybackKey; 11] = [
    once(PlaybackInput::PlayOrPause, "Space", "play, or stand still", &[Key::Space]),
    step(PlaybackInput::TickBack, "Left", "a tick back", &[Key::ArrowLeft], false),
    step(PlaybackInput::Tick, "Right", "a tick on", &[Key::ArrowRight], false),
    step(PlaybackInput::HopBack, "Shift Left", "to the hop before", &[Key::ArrowLeft], true),
    step(PlaybackInput::Hop, "Shift Right", "to the next hop", &[Key::ArrowRight], true),
    step(PlaybackInput::MarkBack, "P", "to the mark before: a death, a recall, a goal", &[Key::P], false),
    step(PlaybackInput::Mark, "N", "to the next mark", &[Key::N], false),
    once(PlaybackInput::Slower, "-", "slower, down to a quarter", &[Key::Minus]),
    once(PlaybackInput::Faster, "+", "faster, up to eight times", &[Key::Plus, Key::Equals]),
    once(PlaybackInput::Start, "Home", "to the start", &[Key::Home]),
    once(PlaybackInput::End, "End", "to the end", &[Key::End]),
];

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
        let found =
            found(*key, *modifiers).filter(|found| !keeps_space || found.input != PlaybackInput::PlayOrPause);
        if let Some(found) = found
            && (found.repeats || !repeat)
        {
            wanted.push(found.input);
        }
        found.is_none()
    });
    wanted
}

/// With Ctrl or Alt it is another program's, or changes the size.
fn found(key: Key, modifiers: Modifiers) -> Option<&'static PlaybackKey> {
    if modifiers.command || modifiers.ctrl || modifiers.alt {
        return None;
    }
    PLAYBACK_KEYS
        .iter()
        .find(|it| it.keys.contains(&key) && it.shift.is_none_or(|shift| shift == modifiers.shift))
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
        let input = |key, modifiers| found(key, modifiers).map(|found| found.input);
        assert_eq!(input(Key::ArrowLeft, Modifiers::NONE), Some(PlaybackInput::TickBack));
        assert_eq!(input(Key::ArrowLeft, Modifiers::SHIFT), Some(PlaybackInput::HopBack));
        assert_eq!(input(Key::Plus, Modifiers::SHIFT), Some(PlaybackInput::Faster));
        assert_eq!(input(Key::Plus, Modifiers::COMMAND), None, "larger");
    }
}
