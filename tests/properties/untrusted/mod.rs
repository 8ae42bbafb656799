//! What must hold whatever bytes come from outside: command lines, the settings file, records, frames, the header, every
//! other word of the Region, recordings, and receipts of labs. Each property takes any bytes, and panics where it does not hold.
//!
//! `cargo test` tries them on the bytes of `tests/corpus/` and on changes of these; the fuzzer of `fuzz/` on bytes that lead it
//! to code which it has not run yet.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a property fails")]

mod receipt;
mod recording;
mod region;

use std::ffi::{OsStr, OsString};
use std::iter::once;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use serde_json::{Map, Value};

use tripong::bench::{self, Plan};
use tripong::cli::lab::IdentityArgs;
use tripong::cli::{self, Game, Mode};
use tripong::game::{Court, GameRules, MAX_PANES, Paddle, PaneId, Score};
use tripong::protocol::doorbell::{DoorbellPlace, DoorbellState};
use tripong::protocol::{
    Arrival, Event, GameSettings, Owner, Ownership, RECORD_WORDS, Record, Serve, Speed, TAG, Zoom, checksum,
};
use tripong::transport::FRAME_BYTES;
use tripong::transport::frame::{Decoder, Frame, HEAD};

pub(crate) use receipt::receipt;
pub(crate) use recording::recording;
pub(crate) use region::{header, region};

/// Panics where it does not hold for these bytes.
pub(crate) type Property = fn(&[u8]);

/// All of them, by the names that they have in `fuzz/` and in `tests/corpus/`.
pub(crate) const PROPERTIES: [(&str, Property); 9] = [
    ("arguments", arguments),
    ("settings", settings),
    ("record", record),
    ("frames", frames),
    ("words", words),
    ("header", header),
    ("region", region),
    ("recording", recording),
    ("receipt", receipt),
];

const COURT: Court = Court { panes: 3, seed: 7 };

/// A command line, its arguments separated by line ends: a mode within its bounds, or one line that says what is wrong.
pub(crate) fn arguments(bytes: &[u8]) {
    match parse(bytes.split(|byte| *byte == b'\n').map(OsStr::from_bytes)) {
        Ok(Mode::Launcher(game)) => assert_can_be_played(&game),
        Ok(Mode::Bench(plan)) => assert_can_be_measured(&plan),
        Ok(Mode::BenchProcess(process)) => assert!(process < bench::MAX_PROCESSES),
        Ok(Mode::Pane(pane, failpoint, flaw)) => {
            let fail = failpoint.map(|failpoint| ["--fail".to_owned(), failpoint.to_string()]);
            let role = ["--role".to_owned(), format!("pane:{}", pane.number())];
            let flawed = flaw.map(|flaw| ["--flaw".to_owned(), flaw.to_string()]);
            let more = fail.iter().chain(&flawed).flatten();
            let again = parse(role.iter().chain(more).map(OsStr::new));
            assert!(pane.0 < MAX_PANES && again.unwrap() == Mode::Pane(pane, failpoint, flaw));
        }
        Ok(Mode::Inspector(screen)) => {
            let again = parse(["--role", screen.into()].map(OsStr::new));
            assert_eq!(again.unwrap(), Mode::Inspector(screen));
        }
        Ok(Mode::ErrorDialog | Mode::Verdict | Mode::Probe) => {}
        Ok(Mode::Doctor(_) | Mode::Ps | Mode::Licenses | Mode::Completions(_)) => {}
        Ok(Mode::Verify(_) | Mode::Replay(_)) => {}
        Ok(Mode::Lab(lab)) => assert_is_somebody(&lab.identity),
        Ok(Mode::LabProcess(..) | Mode::LabWindow) => {}
        Ok(Mode::Export(plan)) => assert_eq!(plan.fault(), None),
        Ok(Mode::Manual(command)) => {
            let command = command.as_deref();
            assert!(!cli::manual::text_of(command).unwrap().is_empty(), "{command:?}");
        }
        Err(error) => match cli::one_line(&error) {
            Some(line) => {
                assert_eq!((line.lines().count(), error.exit_code()), (1, 2), "{line}");
                // A byte that is no UTF-8 is shown as three.
                assert!(line.len() <= 500 + 6 * bytes.len(), "{line}");
            }
            None => assert_eq!(error.exit_code(), 0, "help or version"),
        },
    }
}

fn assert_is_somebody(identity: &IdentityArgs) {
    let parts = identity.student.iter().chain([&identity.course, &identity.term]);
    parts.for_each(|part| assert!(part.len() <= 120 && !part.contains(char::is_control), "{identity:?}"));
    assert_ne!(identity.student.as_deref(), Some(""));
}

fn parse<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) -> Result<Mode, clap::Error> {
    Mode::from_args(once(OsString::from("tripong")).chain(arguments.into_iter().map(OsString::from)))
}

fn assert_can_be_played(game: &Game) {
    assert!((2..=MAX_PANES).contains(&game.court.panes), "{game:?}");
    assert!(game.hops != Some(0) && game.swap_every != Some(0), "{game:?}");
    assert!(game.policy.stall != Some(Duration::ZERO), "{game:?}");
    assert_is_a_zoom(game.settings(None).zoom);
    let has_an_end = game.hops.is_some() || game.policy.duration.is_some() || !game.paced;
    assert!(!(game.windows && (game.watch || has_an_end)), "{game:?}");
    assert!(!game.reset_settings || game.windows, "{game:?}");
}

fn assert_can_be_measured(plan: &Plan) {
    assert!(!plan.transports.is_empty() && !plan.wait.is_empty() && !plan.placement.is_empty(), "{plan:?}");
    assert!(plan.processes.iter().all(|count| (2..=bench::MAX_PROCESSES).contains(count)), "{plan:?}");
    let is_size = |bytes: &usize| (8..=bench::MAX_BYTES).contains(bytes) && bytes.is_multiple_of(8);
    assert!(plan.bytes.iter().all(is_size), "{plan:?}");
    let (hops, time) = plan.limits();
    assert!(hops > 0 && !time.is_zero() && plan.repeats > 0, "{plan:?}");
}

fn assert_is_a_zoom(zoom: Zoom) {
    assert!((50..=400).contains(&zoom.percent()), "{zoom:?}");
}

/// The settings file: what it says is read again as it was written, beside whatever else it holds.
pub(crate) fn settings(bytes: &[u8]) {
    let words: Map<String, Value> = serde_json::from_slice(bytes).unwrap_or_default();
    let settings = GameSettings::from_words(&words);
    assert_is_a_zoom(settings.zoom);
    let mut written = words.clone();
    written.extend(settings.words());
    let again: Map<String, Value> = serde_json::from_slice(&serde_json::to_vec(&written).unwrap()).unwrap();
    assert_eq!(GameSettings::from_words(&again), settings);
    assert!(words.keys().all(|name| again.contains_key(name)), "{words:?}");
}

/// The words of a record. The first byte says how many panes the court has, the second whether the tag is put right.
pub(crate) fn record(bytes: &[u8]) {
    let Some((&[panes, tagged], rest)) = bytes.split_first_chunk() else { return };
    let court = Court { panes: 2 + panes % (MAX_PANES - 1), seed: 7 };
    let mut words: [u64; RECORD_WORDS] = words_of(rest);
    if tagged & 1 == 1 {
        words[0] = words[0] & !0xffff | TAG;
    }
    let Ok((epoch, record)) = Record::from_words(&words, &court) else { return };
    assert_is_within_its_bounds(&record, &court);
    assert_eq!(record.words(epoch), words);
    let sum = checksum(&words);
    for place in 0..RECORD_WORDS {
        let mut bad = words;
        bad[place] ^= 1 << ((usize::from(tagged) + place) % 64);
        assert_ne!(checksum(&bad), sum, "one bit of word {place}");
    }
    region::assert_is_kept(epoch, &record, &court);
}

fn assert_is_within_its_bounds(record: &Record, court: &Court) {
    assert!(court.is_sound(&record.ball) && Paddle::RANGE.contains(&record.paddle.y), "{record:?}");
    assert!(court.all_panes().any(|pane| court.can_have(pane, &record.ball)), "{record:?}");
    assert_eq!(Score::from_word(record.ball.score.word()), Some(record.ball.score));
}

/// A stream of frames. The first byte says in pieces of how many bytes it comes, the second which of the next eight times
/// [`FRAME_BYTES`] get the head and the checksum of a frame. Two sound frames follow: they are found behind anything.
pub(crate) fn frames(bytes: &[u8]) {
    let Some((&[piece, repaired], rest)) = bytes.split_first_chunk() else { return };
    let mut stream = rest.to_vec();
    let chunks = stream.as_chunks_mut::<FRAME_BYTES>().0.iter_mut().enumerate();
    chunks.filter(|(index, _)| *index < 8 && repaired >> index & 1 == 1).for_each(|(_, chunk)| repair(chunk));
    let last = [1, 2].map(sound_frame);
    last.iter().for_each(|frame| stream.extend(frame.encode()));
    let (mut decoder, mut found) = (Decoder::default(), Vec::new());
    for piece in stream.chunks(usize::from(piece).max(1)) {
        decoder.feed(piece);
        while let Some(next) = decoder.next(&COURT) {
            if let Ok(frame) = next {
                assert_eq!(Frame::decode(&frame.encode(), &COURT), next);
                assert_is_within_its_bounds(&frame.record, &COURT);
            }
            found.push(next);
            assert!(found.len() <= stream.len(), "each takes a byte at least");
        }
        assert!(decoder.waiting() < FRAME_BYTES, "what waits is less than a frame");
    }
    assert!(found.ends_with(&last.map(Ok)), "{found:?}");
}

/// Gives the bytes of a frame its head and its checksum.
fn repair(bytes: &mut [u8; FRAME_BYTES]) {
    bytes[..8].copy_from_slice(&HEAD.to_ne_bytes());
    let (words, _) = bytes.as_chunks::<8>();
    let words: Vec<_> = words.iter().map(|word| u64::from_ne_bytes(*word)).collect();
    let sum = checksum(&words[..words.len() - 1]);
    bytes[FRAME_BYTES - 8..].copy_from_slice(&sum.to_ne_bytes());
}

fn sound_frame(epoch: u64) -> Frame {
    let ownership = Ownership { epoch, giver: Owner::Pane(PaneId(0)), holder: Owner::Pane(PaneId(1)) };
    Frame { ownership, record: Record::served(COURT.serve(COURT.middle(), None), 1, epoch) }
}

/// Single words and entries of rings: what is read out of them is written as it was read.
pub(crate) fn words(bytes: &[u8]) {
    let words: [u64; 10] = words_of(bytes);
    let [first, second, third, fourth, ..] = words;
    if let Some(ownership) = Ownership::decode(first) {
        assert_eq!(ownership.encode(), first);
    }
    if let Some(score) = Score::from_word(first) {
        assert_eq!(score.word(), first);
    }
    if let Some(rules) = GameRules::from_number(first) {
        assert_eq!(rules.number(), first);
    }
    assert!(Speed::from_number(first).is_none_or(|speed| speed.tick_ns() > 0));
    let _any = (DoorbellState::from(first as u32), DoorbellPlace::from(first as u32));
    if let Some(event) = Event::from_words([first, second, third, fourth]) {
        assert_eq!(Event::from_words(event.words()), Some(event));
        assert!(!event.what.in_words(&COURT).is_empty());
    }
    if let Some(arrival) = Arrival::from_words([first, second, third, fourth]) {
        assert_eq!(Arrival::from_words(arrival.words()), Some(arrival));
    }
    if let Some(serve) = Serve::from_words(words, &COURT) {
        assert_eq!(serve.words(), words);
        assert!(serve.pane <= COURT.last() && COURT.is_sound(&serve.ball), "{serve:?}");
    }
}

/// As many words as there are, then zeros.
fn words_of<const N: usize>(bytes: &[u8]) -> [u64; N] {
    std::array::from_fn(|index| {
        let mut word = [0; 8];
        let bytes = bytes.get(index * 8..).unwrap_or_default();
        word.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(word)
    })
}
