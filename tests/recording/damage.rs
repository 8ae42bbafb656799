//! Recordings that are not as they were written: bytes and lines that are changed, missing, doubled, elsewhere or cut off.

use std::io::Cursor;

use tripong::game::{GameRules, PaneId};
use tripong::recording::reader::{Fault, Reader};
use tripong::recording::verify::{Failure, Verdict, check};

use super::generator::{author, eventful, written};
use super::verify::checked;

#[test]
fn no_line_may_be_missing_doubled_or_in_another_place() {
    for playable in [false, true] {
        let game = eventful(3, 4, playable);
        let good = written(&game.lines, usize::MAX);
        let lines: Vec<&[u8]> = good.split_inclusive(|byte| *byte == b'\n').collect();
        let is_found = |changed: &[&[u8]], what: &str| {
            let bytes = changed.concat();
            let Ok(mut reader) = Reader::new(Cursor::new(bytes)) else { return };
            let found = check(&mut reader, &mut |_| true);
            assert!(found.failure.is_some() || !found.is_complete, "{what}");
        };
        for place in 0..lines.len() {
            let mut changed = lines.clone();
            changed.remove(place);
            is_found(&changed, &format!("without line {}", place + 1));
            let mut changed = lines.clone();
            changed.insert(place, lines[place]);
            is_found(&changed, &format!("line {} twice", place + 1));
            if place + 1 < lines.len() {
                let mut changed = lines.clone();
                changed.swap(place, place + 1);
                is_found(&changed, &format!("lines {} and {} swapped", place + 1, place + 2));
            }
        }
        let twice = [good.clone(), good.clone()].concat();
        let found = checked(&twice).failure.unwrap().to_string();
        assert!(found.contains("has ended before it"), "{found}");
    }
}

/// A game of a few lines, and its file.
pub(crate) fn small() -> Vec<u8> {
    let mut game = author(2, 5, true);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(1);
    game.play(3);
    game.kill(false);
    game.play(2);
    game.end();
    let good = written(&game.lines, 10);
    assert!(checked(&good).is_complete && good.len() < 4000, "{}", good.len());
    good
}

/// Tries every byte of a small file as each of these, taken away, and with each of those before it.
fn try_every_byte(others: impl Fn(u8) -> Vec<u8>, more: impl Fn(u8) -> Vec<u8>) {
    let good = small();
    let is_found = |bytes: &[u8], what: &str| {
        let Ok(mut reader) = Reader::new(Cursor::new(bytes.to_vec())) else { return };
        let found = check(&mut reader, &mut |_| true);
        assert!(found.failure.is_some() || !found.is_complete, "{what}");
    };
    for (place, byte) in good.iter().copied().enumerate() {
        let (before, after) = (&good[..place], &good[place + 1..]);
        for other in others(byte).into_iter().filter(|other| *other != byte) {
            is_found(&[before, &[other], after].concat(), &format!("byte {place}: {byte} is {other}"));
        }
        is_found(&[before, after].concat(), &format!("without byte {place}"));
        for more in more(byte) {
            is_found(&[before, &[more, byte], after].concat(), &format!("{more} before byte {place}"));
        }
    }
}

#[test]
fn no_byte_may_be_changed_taken_away_or_added() {
    try_every_byte(|byte| vec![b'\n', byte ^ 1, b'0'], |byte| vec![byte]);
}

#[test]
#[ignore = "half a minute: every byte as each other one that means something in JSON, and as one that does not"]
fn no_byte_may_be_anything_else() {
    let others = |byte: u8| vec![0, b' ', b'1', b'9', b'"', b'a', b'}', b',', byte ^ 0x20, byte ^ 0x80];
    try_every_byte(others, |_| vec![b'0', b' ', b'\n', b'-']);
}

#[test]
fn wherever_it_is_cut_off_what_is_there_is_checked_and_it_is_not_complete() {
    let mut game = author(3, 5, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(4);
    game.end();
    let good = written(&game.lines, 5);
    let first = 1 + good.iter().position(|byte| *byte == b'\n').unwrap();
    for length in 0..good.len() {
        let bytes = good[..length].to_vec();
        let whole = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        let found =
            Reader::new(Cursor::new(bytes)).map(|mut reader| check(&mut reader, &mut |_| true)).unwrap();
        if length < first {
            assert!(matches!(found.failure, Some(Failure::Fault(Fault::Foreign(_)))), "{length}: {found:?}");
            continue;
        }
        assert!(found.failure.is_none() && !found.is_complete, "{length}: {found:?}");
        let is_torn = good[length - 1] != b'\n';
        assert_eq!(found.cut.map(|cut| cut.after), is_torn.then_some(whole));
        assert_eq!(found.lines, whole);
        let text = Verdict::of("x".to_owned(), &found, 1).to_string();
        let expected =
            if is_torn { format!("cut off after line {whole}") } else { "was not ended in order".to_owned() };
        assert!(text.contains(&expected), "{text}");
    }
}
