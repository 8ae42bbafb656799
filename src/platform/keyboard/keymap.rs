//! The text of an xkb keymap, as libxkbcommon and xkbcomp write it, as far as the keys of the game need it:
//!
//! ```text
//! xkb_keycodes "..." { <AD02> = 25; };
//! xkb_symbols "..." { key <AD02> { type= "ALPHABETIC", symbols[Group1]= [ z, Z ] }; key <AD03> { [ e, E ] }; };
//! ```
//!
//! What is not as expected is left out: it costs a label.

use std::ops::RangeInclusive;

use xkeysym::Keysym;

use super::layout::{KeyboardLayout, LetterKey, Printed, by_group};

/// No layout has more groups.
const MOST_GROUPS: usize = 4;
/// A key has no more lists of symbols: a hostile keymap could have any number, and each costs a search.
const MOST_LISTS: usize = 4 * MOST_GROUPS;
/// Where the keysyms with names are that print something: numbered as before Unicode, and by Unicode.
const NAMED: [RangeInclusive<u32>; 2] = [0x20..=0x20ff, 0x0100_0100..=0x0100_20ff];

impl KeyboardLayout {
    /// Of an xkb keymap, in the text format that Wayland compositors send. Which of its groups is in force is not in it: the first.
    /// Without groups if the text is none.
    pub fn of_keymap(text: &str) -> Self {
        Self::new(printed(text), 0)
    }
}

/// What the keys print, group by group. Nothing if the text is no keymap.
pub(super) fn printed(text: &str) -> Vec<Printed> {
    by_group(&LetterKey::ALL.map(|key| groups_of(text, key).unwrap_or_default()))
}

/// What a key prints in each of its groups.
fn groups_of(text: &str, key: LetterKey) -> Option<Vec<Option<char>>> {
    let (_, codes) = text.split_once("xkb_keycodes")?;
    let name = name_of(braced(codes)?, key.code())?;
    let (_, symbols) = text.split_once("xkb_symbols")?;
    let symbols = braced(symbols)?;
    let after_name = symbols.match_indices(name).map(|(at, _)| symbols[at + name.len()..].trim_start());
    // Elsewhere its name is one of a list.
    let body = after_name.into_iter().find(|after| after.starts_with('{')).and_then(braced)?;
    Some(lists(&body.split_whitespace().collect::<String>()))
}

/// What is between the first brace and the one that closes it. Names in quotes may have braces.
fn braced(text: &str) -> Option<&str> {
    let (mut depth, mut is_quoted, mut begin) = (0_u32, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'{' if !is_quoted => {
                depth += 1;
                begin = if depth == 1 { at + 1 } else { begin };
            }
            b'}' if !is_quoted && depth > 0 => depth -= 1,
            _ => continue,
        }
        if byte == b'}' && depth == 0 && !is_quoted {
            return text.get(begin..at);
        }
    }
    None
}

/// The name of the key with this code, in its angle brackets.
fn name_of(codes: &str, code: u8) -> Option<&str> {
    codes.split(';').find_map(|statement| {
        let (name, number) = statement.split_once('=')?;
        let name = name.trim();
        (name.starts_with('<') && number.trim().parse() == Ok(code)).then_some(name)
    })
}

/// The first symbol of each group, in a description without spaces: `symbols[Group2]=[a,A]` or `[a,A],[b,B]`.
fn lists(body: &str) -> Vec<Option<char>> {
    let mut groups = Vec::new();
    let mut numbered = body.split("symbols[").skip(1).peekable();
    if numbered.peek().is_some() {
        for (number, list) in numbered.take(MOST_LISTS).filter_map(|part| part.split_once("]=[")) {
            let number = number.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let Some(index @ 0..MOST_GROUPS) = number.parse::<usize>().ok().and_then(|it| it.checked_sub(1))
            else {
                continue;
            };
            groups.resize(groups.len().max(index + 1), None);
            groups[index] = first_of(list);
        }
        return groups;
    }
    let begins = |at: usize| matches!(body[..at].chars().next_back(), None | Some(','));
    let unnumbered = body.match_indices('[').filter(|(at, _)| begins(*at));
    unnumbered.map(|(at, _)| first_of(&body[at + 1..])).take(MOST_GROUPS).collect()
}

/// The character of the first symbol in a list.
fn first_of(list: &str) -> Option<char> {
    character(list.split([',', ']']).next()?)
}

/// The character that a symbol stands for, by its name, its number, or its number in Unicode.
fn character(name: &str) -> Option<char> {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_alphanumeric() => return Some(letter),
        _ => {}
    }
    let hexadecimal = |digits: &str| u32::from_str_radix(digits, 16).ok();
    let of_number = |number| Keysym::new(number).key_char().filter(|it| !it.is_control());
    if let Some(number) = name.strip_prefix("0x").and_then(hexadecimal) {
        return of_number(number);
    }
    let by_name =
        |number: &u32| Keysym::new(*number).name().is_some_and(|it| it.strip_prefix("XK_") == Some(name));
    if let Some(number) = NAMED.into_iter().flatten().find(by_name) {
        return of_number(number);
    }
    let unicode = name.strip_prefix('U').and_then(hexadecimal).and_then(char::from_u32);
    unicode.filter(|it| !it.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Vec<String> {
        let shown = |printed: &Printed| printed.iter().map(|letter| letter.unwrap_or('-')).collect();
        printed(text).iter().map(shown).collect()
    }

    const CODES: &str =
        "xkb_keymap { xkb_keycodes \"(un{named)\" { minimum = 8; <AD02> = 25; <AC02>=39; <AD08> = 31;
        <AC08> = 45; <AD10> = 33; alias <ALT> = <AD02>; indicator 1 = \"Caps\"; };\n";

    #[test]
    fn a_keymap_in_both_notations_is_read() {
        let text = format!(
            "{CODES} xkb_symbols \"pc(x)\" {{ name[Group1]=\"a{{b\"; key <AD02> {{ [ z, Z, {{ a, b }} ] }};
             key <AC02> {{ type= \"ALPHABETIC\", symbols[Group1]= [ s, S ], symbols[Group2]= [ Cyrillic_yeru, X ] }};
             key <AD08> {{ repeat= No, type[1]=\"T\", symbols[1]= [ U0448, I ] }};
             key <AC08> {{ [ comma, less ], [ 0x10006cc, k ] }};
             key <AD10> {{ [ dead_acute, P ], [ Escape ] }};
             modifier_map Shift {{ <AD02>, <AC02> }}; }}; }};"
        );
        assert_eq!(letters(&text), ["zsш,-", "zыш\u{6cc}-"]);
    }

    #[test]
    fn a_keymap_that_is_cut_off_or_has_another_byte_is_read_to_its_end() {
        let sound = format!(
            "{CODES} xkb_symbols \"x\" {{ key <AD02> {{ symbols[Group1]= [ z, Z ] }}; key <AC02> {{ [ eacute ] }}; }};"
        );
        let letters_of = |bytes: &[u8]| letters(&String::from_utf8_lossy(bytes));
        assert_eq!(letters_of(sound.as_bytes()), ["zé---"]);
        for end in 0..sound.len() {
            let _any = letters_of(&sound.as_bytes()[..end]);
            for byte in [0, b'"', b'{', b'}', b'[', b']', b',', b'<', 0xff] {
                let mut changed = sound.clone().into_bytes();
                changed[end] = byte;
                let _any = letters_of(&changed);
            }
        }
    }

    #[test]
    fn what_is_no_keymap_has_no_groups_or_no_letters() {
        let broken =
            ["", "xkb_keymap {", "xkb_keycodes { <AD02> = 25; } xkb_symbols { key <AD02> {", "\0{{{]]["];
        for text in broken {
            assert_eq!(letters(text), [""; 0], "{text:?}");
        }
        let odd =
            format!("{CODES} xkb_symbols {{ key <AD02> {{ symbols[Group9]=[ a ], symbols[]=[b] }}; }};");
        assert_eq!(letters(&odd), [""; 0]);
        let odd = format!("{CODES} xkb_symbols {{ key <AD02> {{ [ U110000, é, UFFFFFFFFF ], [ }}; }};");
        assert_eq!(letters(&odd), ["-----", "-----"]);
    }
}
