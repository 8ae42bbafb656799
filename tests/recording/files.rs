//! What may lie in the place of a recording.

use std::io::{Cursor, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use tripong::recording::MAX_LINE;
use tripong::recording::reader::{Fault, Numbered, Reader};
use tripong::recording::verify::{Failure, check};

use super::generator::{author, eventful, written};
use super::verify::checked;

fn fault(bytes: &[u8]) -> String {
    match Reader::new(Cursor::new(bytes.to_vec())) {
        Err(fault) => fault.to_string(),
        Ok(mut reader) => match check(&mut reader, &mut |_| true).failure {
            Some(Failure::Fault(fault)) => fault.to_string(),
            other => panic!("{other:?}"),
        },
    }
}

fn good() -> Vec<u8> {
    written(&eventful(3, 1, false).lines, 10)
}

#[test]
fn what_is_no_recording_is_named_by_what_it_is() {
    let text = good();
    let text = String::from_utf8(text).unwrap();
    let newer = text.replacen("\"format\":1", "\"format\":2", 1).replacen("\"seed\"", "\"sown\"", 1);
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&[u8], &str); 14] = [
        (b"", "it is empty"),
        (b"\n", "its first line is empty"),
        (b"hello", "its first line is cut off: `hello`"),
        (b"hello \x1b[31mred\n", "it begins with `hello \\u{1b}[31mred`"),
        (&[0; 100_000], "its first line is longer than 16384 bytes"),
        (b"\x7fELF\x02\x01\n", "it begins with `\\u{7f}ELF"),
        (&[b"\xef\xbb\xbf", text.as_bytes()].concat(), "it begins with a byte order mark"),
        (&utf16, "it is UTF-16"),
        (b"\x1f\x8b\x08\x00", "it is compressed by gzip"),
        (b"{\"schema\":1,\"type\":\"report\"}\n", "its first line is JSON, but none that begins a recording"),
        (b"[1,2]\n", "its first line is JSON, but none that begins a recording"),
        (
            b"{\"check\":{\"lines\":0,\"crc32\":0}}\n",
            "its first line is JSON, but none that begins a recording",
        ),
        (newer.as_bytes(), "written by a newer program (format 2; this one reads 1): update tripong"),
        (&[b"{\"recording\":".as_slice(), &vec![b' '; MAX_LINE]].concat(), "its first line is longer than"),
    ];
    for (bytes, expected) in cases {
        let found = fault(bytes);
        assert!(found.contains(expected), "{found:?} instead of {expected:?}");
        assert!(found.len() < 400 && !found.contains(char::is_control), "{found:?}");
    }
}

#[test]
fn a_line_that_is_none_is_named_by_its_number() {
    let text = good();
    let third = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
    let long = [b"{\"serve\":\"".as_slice(), &vec![b'x'; 2 * MAX_LINE], b"\"}\n"].concat();
    let deep = [vec![b'['; 10_000], b"\n".to_vec()].concat();
    let cases: [(&[u8], &str); 9] = [
        (b"\n", "line 3: it is empty"),
        (b"{}\n", "line 3: expected value"),
        (b"\0\0\0\0\n", "line 3: it has NUL bytes in it"),
        (b"{\"teleported\":{\"at\":1}}\n", "line 3: `teleported` is no kind of line that this program knows"),
        (b"{\"hop\":[1,2]}\n", "line 3: invalid length 2"),
        (b"{\"hung\":{\"at\":1,\"pane\":0,\"why\":1}}\n", "line 3: unknown field `why`"),
        (b"{\"hung\":{\"at\":-1,\"pane\":0}}\n", "line 3: invalid value"),
        (&long, "line 3: it is longer than 16384 bytes"),
        (&deep, "line 3: "),
    ];
    for (bytes, expected) in cases {
        let found = fault(&[&text[..third], bytes, &text[third..]].concat());
        assert!(found.starts_with(expected), "{found:?} instead of {expected:?}");
        assert!(found.len() < 500 && !found.contains(char::is_control), "{found:?}");
    }
}

#[test]
fn lines_that_end_as_elsewhere_are_a_change() {
    let text = String::from_utf8(good()).unwrap().replace('\n', "\r\n");
    let found = fault(text.as_bytes());
    assert!(found.contains("were changed: their checksum, in line 11, does not fit"), "{found}");
}

#[test]
fn a_change_that_no_physics_depends_on_is_found_by_its_checksum() {
    let text = String::from_utf8(good()).unwrap();
    let forged = text.replacen("A CPU", "B CPU", 1);
    assert_eq!(
        fault(forged.as_bytes()),
        "lines 1 to 10 were changed: their checksum, in line 11, does not fit"
    );
    let place = text.rfind("\"pid\"").unwrap();
    let later = text[..place].lines().count() as u64;
    let forged = format!("{}{}", &text[..place], text[place..].replacen("\"pid\":", "\"pid\":9", 1));
    let found = fault(forged.as_bytes());
    let first = (later - 1) / 11 * 11 + 1;
    assert!(found.starts_with(&format!("lines {first} to {} were changed", first + 9)), "{found}");
}

#[test]
fn a_checksum_that_is_there_twice_is_named_itself() {
    let text = String::from_utf8(good()).unwrap();
    let check = text.lines().find(|line| line.starts_with("{\"check\"")).unwrap();
    let found = fault(text.replacen(check, &format!("{check}\n{check}"), 1).as_bytes());
    assert_eq!(found, "line 12 was changed: its checksum does not fit");
}

/// A file of its own, gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn with(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("tripong-files-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

fn all(reader: &mut Reader) -> Vec<Numbered> {
    std::iter::from_fn(|| reader.next().unwrap()).collect()
}

/// As `zstd` compresses: frames of so many bytes, without regard to lines.
fn frames(bytes: &[u8], of: usize) -> Vec<u8> {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    bytes.chunks(of).flat_map(|part| compress_to_vec(part, CompressionLevel::Fastest)).collect()
}

#[test]
fn a_reader_goes_on_from_any_line_of_a_file_compressed_or_not() {
    let text = good();
    for (name, bytes) in
        [("plain", text.clone()), ("one", frames(&text, usize::MAX)), ("many", frames(&text, 777))]
    {
        let file = Scratch::with(name, &bytes);
        let mut reader = Reader::open(&file.0).unwrap();
        let lines = all(&mut reader);
        assert!(lines.len() > 30 && reader.cut().is_none());
        assert_eq!(reader.progress(), (bytes.len() as u64, Some(bytes.len() as u64)));
        for from in [lines.len() - 1, 0, 17, 5, 1] {
            reader.seek(lines[from].position).unwrap();
            assert_eq!(all(&mut reader), lines[from..], "{name} from line {}", from + 1);
        }
    }
    let mut stream = Reader::new(Cursor::new(text)).unwrap();
    let second = stream.next().unwrap().unwrap().position;
    assert!(matches!(stream.seek(second), Err(Fault::System(_))));
}

#[test]
fn a_compressed_file_fits_and_is_cut_off_anywhere_as_one_that_is_not() {
    let bytes = frames(&good(), 777);
    let found = checked(&bytes);
    assert!(found.failure.is_none() && found.is_complete, "{found:?}");
    for length in (4..bytes.len()).step_by(13) {
        let mut reader = Reader::new(Cursor::new(bytes[..length].to_vec())).unwrap();
        let found = check(&mut reader, &mut |_| true);
        let is_short = matches!(found.failure, Some(Failure::Fault(Fault::Foreign(_))));
        assert!(!found.is_complete && (found.failure.is_none() || is_short), "{length}: {found:?}");
    }
}

#[test]
fn a_file_that_grows_is_read_as_far_as_it_goes() {
    let text = good();
    let file = Scratch::with("grows", &text[..1000]);
    let mut reader = Reader::open(&file.0).unwrap();
    let before = all(&mut reader).len();
    let writer = std::fs::OpenOptions::new().write(true).open(&file.0).unwrap();
    writer.write_all_at(&text[1000..], 1000).unwrap();
    let cut = reader.cut().unwrap();
    assert_eq!((cut.after, before as u64), (before as u64, reader.number()));
    let whole = all(&mut Reader::open(&file.0).unwrap());
    assert!(whole.len() > before);
}

#[test]
fn a_folder_and_a_file_that_is_not_there_are_named() {
    assert_eq!(
        Reader::open(&std::env::temp_dir()).unwrap_err().to_string(),
        "not a recording of tripong: it is a folder"
    );
    assert!(matches!(Reader::open("/nowhere/game.jsonl".as_ref()), Err(Fault::System(_))));
}

/// Bytes that become a thousand times as many.
#[test]
fn a_file_that_grows_when_it_is_decompressed_takes_no_more_memory_than_any_other() {
    let zeros = frames(&vec![b' '; 50 << 20], usize::MAX);
    assert!(zeros.len() < 100_000, "{}", zeros.len());
    let found = fault(&zeros);
    assert!(found.contains("its first line is longer than 16384 bytes"), "{found}");
    // A window of 2 GiB.
    let mut huge = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8];
    huge.write_all(&[0; 100]).unwrap();
    let found = fault(&huge);
    assert!(found.contains("MiB of memory"), "{found}");
}

#[test]
fn a_recording_without_an_end_is_not_complete() {
    let mut game = author(3, 1, false);
    game.serve(tripong::game::PaneId(1), tripong::game::GameRules::default(), &[]);
    game.play_to_hop(3);
    let found = checked(&written(&game.lines, 10));
    assert!(found.failure.is_none() && !found.is_complete && found.cut.is_none(), "{found:?}");
}
