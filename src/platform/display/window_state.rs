//! What a window manager keeps of a window beside its place: its desktop, whether it is an icon, maximized, above all others.

use std::fmt;

/// The states that a window manager writes to a window (`_NET_WM_STATE`), and that the next window of the same pane begins with.
/// Bit `i` of [`WindowState::states`] is the `i`-th of them.
pub(crate) const STATES: [&str; 9] = [
    "_NET_WM_STATE_MAXIMIZED_VERT",
    "_NET_WM_STATE_MAXIMIZED_HORZ",
    "_NET_WM_STATE_FULLSCREEN",
    "_NET_WM_STATE_ABOVE",
    "_NET_WM_STATE_BELOW",
    "_NET_WM_STATE_STICKY",
    "_NET_WM_STATE_SHADED",
    "_NET_WM_STATE_SKIP_TASKBAR",
    "_NET_WM_STATE_SKIP_PAGER",
];
/// The bit of the states for a window that is shaded.
pub(crate) const SHADED: u16 = 1 << 6;
const KNOWN_STATES: u16 = (1 << STATES.len()) - 1;
/// The window is an icon.
const ICON: u16 = 1 << 14;
/// The window manager has put the window out of the order of the panes.
const OUT_OF_ORDER: u16 = 1 << 15;
/// A word that has this bit was written by a window that was shown.
const IS_KNOWN: u64 = 1 << 31;
const HAS_DESKTOP: u64 = 1 << 30;
/// This number means all desktops.
const ALL_DESKTOPS: u32 = u32::MAX;
/// No window manager has more desktops.
const MOST_DESKTOPS: u32 = 1 << 16;

/// How a window manager keeps a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WindowState {
    /// Which of the states it has.
    pub states: u16,
    /// Whether it is an icon.
    pub is_icon: bool,
    /// Whether it stands where the order of the panes is lost.
    pub is_out_of_order: bool,
    /// Its desktop; `u32::MAX` for all of them, None where there are none.
    pub desktop: Option<u32>,
}

impl WindowState {
    /// As a word: `desktop:32 known:1 has-desktop:1 unused:14 states:16`.
    pub(crate) fn encode(self) -> u64 {
        let flag = |is_set: bool, bit: u16| if is_set { bit } else { 0 };
        let states =
            self.states & KNOWN_STATES | flag(self.is_icon, ICON) | flag(self.is_out_of_order, OUT_OF_ORDER);
        let desktop = self.desktop.map_or(0, |desktop| u64::from(desktop) << 32 | HAS_DESKTOP);
        desktop | IS_KNOWN | u64::from(states)
    }

    /// None for the word of a window that was never shown, and for one that no window can have written.
    pub(crate) fn decode(word: u64) -> Option<Self> {
        let (states, number) = (word as u16, (word >> 32) as u32);
        let state = Self {
            states: states & KNOWN_STATES,
            is_icon: states & ICON != 0,
            is_out_of_order: states & OUT_OF_ORDER != 0,
            desktop: (word & HAS_DESKTOP != 0).then_some(number),
        };
        let is_possible = number == ALL_DESKTOPS || number < MOST_DESKTOPS;
        (is_possible && state.encode() == word).then_some(state)
    }
}

/// In words, for people.
impl fmt::Display for WindowState {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = STATES.iter().enumerate().filter(|(bit, _)| self.states >> bit & 1 == 1);
        let states = set.map(|(_, name)| name.trim_start_matches("_NET_WM_STATE_").to_lowercase());
        let flags = [(self.is_icon, "icon"), (self.is_out_of_order, "out of order")];
        let flags = flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name.to_owned());
        let desktop = self.desktop.map(|number| match number {
            ALL_DESKTOPS => "on all desktops".to_owned(),
            number => format!("on desktop {}", u64::from(number) + 1),
        });
        let all: Vec<_> = desktop.into_iter().chain(flags).chain(states).collect();
        to.write_str(&if all.is_empty() { "nothing special".to_owned() } else { all.join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_was_written_and_a_corrupt_word_is_none() {
        for desktop in [None, Some(0), Some(3), Some(ALL_DESKTOPS)] {
            for states in [0, 1, SHADED, KNOWN_STATES] {
                for (is_icon, is_out_of_order) in [(false, true), (true, false)] {
                    let state = WindowState { states, is_icon, is_out_of_order, desktop };
                    assert_eq!(WindowState::decode(state.encode()), Some(state));
                }
            }
        }
        let sound = WindowState::default().encode();
        let corrupt = [0, 1, u64::MAX, sound | 1 << 20, sound | 1 << 40, sound | HAS_DESKTOP | 1 << 60];
        assert_eq!(corrupt.map(WindowState::decode), [None; 6]);
    }
}
