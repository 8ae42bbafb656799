//! What people read of the keys: a letter key is called as this keyboard prints it.

use egui::{Context, Event, FontId, Key};

use super::key_places::place_of;
use crate::platform::keyboard::{KeyboardLayout, LetterKey};

/// As an American keyboard prints them.
const AMERICAN: [char; LetterKey::ALL.len()] = ['W', 'S', 'I', 'K', 'P'];

/// The names of the keys.
#[derive(Debug)]
pub(super) struct KeyLabels {
    layout: KeyboardLayout,
    /// In the order of [`LetterKey::ALL`].
    letters: [char; LetterKey::ALL.len()],
    /// Whether the letters are those of the layout.
    are_current: bool,
}

impl Default for KeyLabels {
    fn default() -> Self {
        Self { layout: KeyboardLayout::default(), letters: AMERICAN, are_current: true }
    }
}

impl KeyLabels {
    /// From now on the keyboard has this layout.
    pub(super) fn set_layout(&mut self, layout: KeyboardLayout) {
        self.are_current &= self.layout == layout;
        self.layout = layout;
    }

    /// Takes notice of what keys have printed since the last frame. To be called before the names are used.
    pub(super) fn follow(&mut self, ctx: &Context) {
        ctx.input(|input| {
            for pair in input.events.windows(2) {
                if let [Event::Key { key, physical_key, pressed: true, .. }, Event::Text(text)] = pair {
                    self.note_printed(place_of(*key, *physical_key), text);
                }
            }
        });
        if !self.are_current {
            self.are_current = true;
            let font = FontId::default();
            let can_draw = |letter: &char| ctx.fonts_mut(|fonts| fonts.has_glyph(&font, *letter));
            self.letters = LetterKey::ALL.map(|key| {
                let printed = self.layout.printed(key).map(upper_case);
                printed.filter(|it| !it.is_whitespace()).filter(can_draw).unwrap_or(AMERICAN[key as usize])
            });
        }
    }

    fn note_printed(&mut self, place: Key, printed: &str) {
        let mut letters = printed.chars();
        if let (Some(key), Some(letter), None) = (letter_key(place), letters.next(), letters.next())
            && self.layout.note_printed(key, letter)
        {
            self.are_current = false;
        }
    }

    /// The name of the key at this place. A letter is that of an American keyboard where this one's is not known, is none, or is
    /// in no font.
    pub(super) fn name(&self, place: Key) -> String {
        match (place, letter_key(place)) {
            (_, Some(key)) => self.letters[key as usize].to_string(),
            (Key::ArrowUp, _) => "Up".to_owned(),
            (Key::ArrowDown, _) => "Down".to_owned(),
            _ => place.name().to_owned(),
        }
    }
}

fn letter_key(place: Key) -> Option<LetterKey> {
    Some(match place {
        Key::W => LetterKey::W,
        Key::S => LetterKey::S,
        Key::I => LetterKey::I,
        Key::K => LetterKey::K,
        Key::P => LetterKey::P,
        _ => return None,
    })
}

/// As it is engraved; as it is, where that would be several characters.
fn upper_case(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => letter,
    }
}
