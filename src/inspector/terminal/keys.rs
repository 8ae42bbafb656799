//! The bytes of a terminal as keys.
//!
//! crossterm reads keys as well, but with a read that blocks in the middle of a sequence, and in a loop without end once the terminal is
//! gone. Here the caller reads when there is something, and these are only the bytes that terminals send for the keys that the
//! view knows.

use std::collections::VecDeque;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

const ESCAPE: u8 = 0x1b;
/// No sequence of a key is as long.
const LONGEST: usize = 32;

/// The bytes that make no key yet, and the keys that nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct Keys {
    bytes: Vec<u8>,
    keys: VecDeque<KeyEvent>,
}

/// What the first bytes are: so many, and a key unless they mean nothing here.
type Found = Option<(usize, Option<KeyEvent>)>;

impl Keys {
    /// Bytes as they come.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        while let Some((used, key)) = first(&self.bytes) {
            self.bytes.drain(..used.min(self.bytes.len()));
            self.keys.extend(key);
        }
    }

    /// The next key.
    pub(super) fn next(&mut self) -> Option<KeyEvent> {
        self.keys.pop_front()
    }

    /// Whether an escape has come that is a key of its own if nothing follows soon.
    pub(super) fn may_be_escape(&self) -> bool {
        self.bytes == [ESCAPE]
    }

    /// Nothing has followed.
    pub(super) fn is_escape(&mut self) {
        self.bytes.clear();
        self.keys.push_back(KeyCode::Esc.into());
    }
}

/// None if more bytes are needed.
fn first(bytes: &[u8]) -> Found {
    match *bytes.first()? {
        ESCAPE => sequence(bytes),
        b'\r' | b'\n' => Some((1, Some(KeyCode::Enter.into()))),
        b'\t' => Some((1, Some(KeyCode::Tab.into()))),
        0x7f | 0x08 => Some((1, Some(KeyCode::Backspace.into()))),
        byte @ 1..=26 => {
            let letter = KeyCode::Char(char::from(byte - 1 + b'a'));
            Some((1, Some(KeyEvent::new(letter, KeyModifiers::CONTROL))))
        }
        byte @ b' '..=b'~' => Some((1, Some(KeyCode::Char(char::from(byte)).into()))),
        0x80.. => unicode(bytes),
        _ => Some((1, None)),
    }
}

/// After an escape.
fn sequence(bytes: &[u8]) -> Found {
    match *bytes.get(1)? {
        // The function keys of the kernel's console have a second bracket.
        b'[' if bytes.get(2) == Some(&b'[') => {
            bytes.get(3).map(|last| (4, (*last == b'D').then(|| KeyCode::F(4).into())))
        }
        b'[' => {
            let is_final = |byte: &u8| (0x40..=0x7e).contains(byte);
            let Some(length) = bytes[2..].iter().position(is_final).map(|at| at + 3) else {
                return (bytes.len() > LONGEST).then_some((bytes.len(), None));
            };
            Some((length, named(&bytes[2..length - 1], bytes[length - 1])))
        }
        b'O' if bytes.get(2) == Some(&b'S') => Some((3, Some(KeyCode::F(4).into()))),
        b'O' => bytes.get(2).map(|last| (3, named(&[], *last))),
        ESCAPE => Some((1, Some(KeyCode::Esc.into()))),
        // A key with Alt.
        _ => Some((2, None)),
    }
}

/// The key of a sequence with these parameters. What was held with it makes no difference.
fn named(parameters: &[u8], last: u8) -> Option<KeyEvent> {
    let number = parameters.split(|byte| *byte == b';').next();
    let code = match (last, number) {
        (b'A', _) => KeyCode::Up,
        (b'B', _) => KeyCode::Down,
        (b'C', _) => KeyCode::Right,
        (b'D', _) => KeyCode::Left,
        (b'H', _) | (b'~', Some(b"1" | b"7")) => KeyCode::Home,
        (b'F', _) | (b'~', Some(b"4" | b"8")) => KeyCode::End,
        (b'Z', _) => KeyCode::BackTab,
        (b'M', _) => KeyCode::Enter,
        (b'~', Some(b"3")) => KeyCode::Delete,
        (b'~', Some(b"14")) => KeyCode::F(4),
        (b'~', Some(b"5")) => KeyCode::PageUp,
        (b'~', Some(b"6")) => KeyCode::PageDown,
        _ => return None,
    };
    Some(code.into())
}

/// A sign beyond ASCII. Where the terminal sends something else than UTF-8 each byte means nothing.
fn unicode(bytes: &[u8]) -> Found {
    let length = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((1, None)),
    };
    let so_far = &bytes[..length.min(bytes.len())];
    if so_far[1..].iter().any(|byte| !(0x80..=0xbf).contains(byte)) {
        return Some((1, None));
    }
    if so_far.len() < length {
        return None;
    }
    let sign = std::str::from_utf8(so_far).ok().and_then(|text| text.chars().next());
    Some((length, sign.map(|sign| KeyCode::Char(sign).into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(bytes: &[u8]) -> Vec<KeyCode> {
        let mut keys = Keys::default();
        keys.feed(bytes);
        std::iter::from_fn(|| keys.next()).map(|key| key.code).collect()
    }

    #[test]
    fn what_terminals_send_for_a_key_is_that_key() {
        use KeyCode::{
            BackTab, Backspace, Delete, Down, End, Enter, Home, Left, PageDown, PageUp, Right, Tab, Up,
        };
        let cases: [(&[u8], KeyCode); 23] = [
            (b"\x1b[A", Up),
            (b"\x1bOA", Up),
            (b"\x1b[1;5B", Down),
            (b"\x1b[C", Right),
            (b"\x1bOD", Left),
            (b"\x1b[H", Home),
            (b"\x1b[1~", Home),
            (b"\x1b[7~", Home),
            (b"\x1bOF", End),
            (b"\x1b[4~", End),
            (b"\x1b[5~", PageUp),
            (b"\x1b[6;2~", PageDown),
            (b"\x1b[3~", Delete),
            (b"\x1b[Z", BackTab),
            (b"\x1bOS", KeyCode::F(4)),
            (b"\x1b[14;2~", KeyCode::F(4)),
            (b"\x1b[[D", KeyCode::F(4)),
            (b"\t", Tab),
            (b"\r", Enter),
            (b"\n", Enter),
            (b"\x1bOM", Enter),
            (b"\x7f", Backspace),
            ("ф".as_bytes(), KeyCode::Char('ф')),
        ];
        for (bytes, code) in cases {
            assert_eq!(keys_of(bytes), [code], "{bytes:?}");
            // However it is cut.
            let mut keys = Keys::default();
            bytes.iter().for_each(|byte| keys.feed(&[*byte]));
            assert_eq!(keys.next().map(|key| key.code), Some(code), "{bytes:?}");
        }
    }

    #[test]
    fn a_control_key_is_its_letter_with_control() {
        let mut keys = Keys::default();
        keys.feed(&[3, 26]);
        for letter in ['c', 'z'] {
            assert_eq!(keys.next(), Some(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)));
        }
    }

    #[test]
    fn what_means_nothing_swallows_no_key_after_it() {
        let nothings: [&[u8]; 8] =
            [b"\x1b[15~", b"\x1b[[A", b"\x1bx", b"\x00", b"\xe9", b"\xff", b"\xc3", b"\x1b[200;3;7u"];
        for nothing in nothings {
            assert_eq!(keys_of(&[nothing, b"q"].concat()), [KeyCode::Char('q')], "{nothing:?}");
        }
        let endless = [b"\x1b[".as_slice(), &[b'1'; 100]].concat();
        assert_eq!(keys_of(&endless), [], "and is not kept for ever");
    }

    #[test]
    fn an_escape_alone_is_a_key_if_nothing_follows() {
        let mut keys = Keys::default();
        keys.feed(b"\x1b");
        assert!(keys.next().is_none() && keys.may_be_escape());
        keys.is_escape();
        assert_eq!(keys.next().map(|key| key.code), Some(KeyCode::Esc));
        assert_eq!(keys_of(b"\x1b\x1b[A"), [KeyCode::Esc, KeyCode::Up]);
    }
}
