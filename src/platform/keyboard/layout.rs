//! What the letter keys of a keyboard print, group by group.

/// A letter key of the game, by what an American keyboard prints there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKey {
    /// The upper key of the left paddle.
    W,
    /// The lower one.
    S,
    /// The upper key of an inner paddle.
    I,
    /// The lower one.
    K,
    /// The pause.
    P,
}

impl LetterKey {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::W, Self::S, Self::I, Self::K, Self::P];

    /// The code of the key in X11 and in xkb keymaps: that of the kernel, plus 8.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::W => 25,
            Self::S => 39,
            Self::I => 31,
            Self::K => 45,
            Self::P => 33,
        }
    }

    fn index(self) -> usize {
        self as usize
    }
}

/// What the keys print without Shift, in the order of [`LetterKey::ALL`]; None where that is no character.
pub(super) type Printed = [Option<char>; LetterKey::ALL.len()];

/// Group by group, from what each key prints in its groups. A key with fewer groups than the layout has begins again with its
/// first one.
pub(super) fn by_group(keys: &[Vec<Option<char>>; LetterKey::ALL.len()]) -> Vec<Printed> {
    let count = keys.iter().map(Vec::len).max().unwrap_or_default();
    let in_group = |group: usize| keys.each_ref().map(|groups| *groups.iter().cycle().nth(group)?);
    (0..count).map(in_group).collect()
}

/// What the letter keys print, in each group of the keyboard's layout, and which group is in force.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct KeyboardLayout {
    groups: Vec<Printed>,
    group: usize,
}

impl KeyboardLayout {
    pub(super) fn new(groups: Vec<Printed>, group: usize) -> Self {
        Self { groups, group }
    }

    /// What the key prints in the group in force; None if that is no character, or not known.
    pub fn printed(&self, key: LetterKey) -> Option<char> {
        self.groups.get(self.group)?[key.index()]
    }

    /// Takes notice of what a key has printed: it shows which group is in force, which a Wayland compositor reports only the window
    /// that has the keyboard. True if that changes the group.
    pub fn note_printed(&mut self, key: LetterKey, printed: char) -> bool {
        let is_as_printed = |group: &Printed| {
            group[key.index()].is_some_and(|lower| lower.to_lowercase().eq(printed.to_lowercase()))
        };
        if self.groups.get(self.group).is_some_and(is_as_printed) {
            return false;
        }
        let found = self.groups.iter().position(is_as_printed);
        found.is_some_and(|group| {
            self.group = group;
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_groups() -> KeyboardLayout {
        let [latin, russian] = ["wsikp", "цышлз"].map(|letters| {
            let mut letters = letters.chars();
            LetterKey::ALL.map(|_| letters.next())
        });
        KeyboardLayout { groups: vec![latin, russian], group: 0 }
    }

    #[test]
    fn what_a_key_prints_shows_which_group_is_in_force() {
        let mut layout = two_groups();
        assert!(!layout.note_printed(LetterKey::W, 'w'));
        assert!(!layout.note_printed(LetterKey::W, 'W'), "with Shift");
        assert!(layout.note_printed(LetterKey::S, 'ы'));
        assert_eq!(layout.printed(LetterKey::W), Some('ц'));
        assert!(!layout.note_printed(LetterKey::S, '!'), "with a modifier that nobody knows");
        assert!(layout.note_printed(LetterKey::S, 'S'));
        assert_eq!(layout.printed(LetterKey::W), Some('w'));
    }

    #[test]
    fn nothing_is_known_of_a_keyboard_without_a_layout() {
        let mut layout = KeyboardLayout::default();
        assert!(!layout.note_printed(LetterKey::P, 'p'));
        assert_eq!(LetterKey::ALL.map(|key| layout.printed(key)), [None; 5]);
    }
}
