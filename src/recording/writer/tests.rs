use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::zst::Decoder;
use super::*;
use crate::recording::line::Unseen;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of this test alone, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tripong-writer-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn line(number: u64) -> Line {
    Line::Unseen(Unseen { first: number, last: number })
}

fn create(path: &std::path::Path) -> Result<RecordingFile> {
    RecordingFile::create(&Target::File(path.into()))
}

/// Waits until it holds.
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

/// All lines, after each `check` line has been found to be right.
fn checked(text: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = 0;
    for text_of_line in text.split_inclusive(|byte| *byte == b'\n') {
        assert_eq!(text_of_line.last(), Some(&b'\n'), "a part of a line");
        let line: Line = serde_json::from_slice(text_of_line).unwrap();
        if let Line::Check(check) = &line {
            assert_eq!(check.lines, lines.len() as u64);
            assert_eq!(check.crc32, crc32fast::hash(&text[..at]));
        }
        at += text_of_line.len();
        lines.push(line);
    }
    lines
}

/// All but the `check` lines.
fn without_checks(lines: &[Line]) -> Vec<Line> {
    lines.iter().filter(|line| !matches!(line, Line::Check(_))).cloned().collect()
}

#[test]
fn all_lines_are_in_the_file_in_their_order_with_checksums_between_them_and_one_at_the_end() {
    let folder = Folder::new("order");
    let path = folder.file("game.jsonl");
    let mut file = create(&path).unwrap();
    let given: Vec<_> = (0..20_000).map(line).collect();
    given.iter().for_each(|line| file.write(line));
    let (state, failure) = file.finish(PATIENCE);
    assert_eq!(failure, None);
    let text = fs::read(&path).unwrap();
    assert_eq!(state, FileState { bytes: text.len() as u64, backlog: 0, failed: None });
    let lines = checked(&text);
    assert_eq!(without_checks(&lines), given);
    assert!(lines.len() > given.len() + 5, "a checksum each 64 KiB of {}", text.len());
    assert!(matches!(lines.last(), Some(Line::Check(_))));
}

#[test]
fn a_line_is_in_the_file_before_the_recording_ends() {
    let folder = Folder::new("flush");
    let path = folder.file("game.jsonl");
    let mut file = create(&path).unwrap();
    file.write(&line(7));
    wait_until("a line within a minute", || fs::metadata(&path).unwrap().len() > 0);
    assert_eq!(checked(&fs::read(&path).unwrap()), [line(7)]);
    // Dropped without a word, it ends in order all the same.
    drop(file);
    wait_until("the last checksum", || checked(&fs::read(&path).unwrap()).len() == 2);
}

#[test]
fn an_empty_recording_is_an_empty_file() {
    let folder = Folder::new("empty");
    let path = folder.file("game.jsonl.zst");
    let (state, failure) = create(&path).unwrap().finish(PATIENCE);
    assert_eq!((state.bytes, failure), (0, None));
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn a_file_that_cannot_be_made_is_one_line_that_says_what_to_do() {
    let folder = Folder::new("errors");
    let cases = [
        (folder.file("no/folder.jsonl"), "make its folder first"),
        (folder.file("full.jsonl"), "there is a file with something in it; name another one, or remove it"),
        (folder.file("full.jsonl/game.jsonl"), "what is named as its folder is a file"),
        (folder.file("nowhere.jsonl"), "it is a link that leads nowhere"),
        (folder.0.clone(), "name a file in it"),
        (folder.file("pipe"), "nobody reads this pipe; start its reader first"),
    ];
    fs::write(folder.file("full.jsonl"), "somebody's").unwrap();
    symlink(folder.file("not-there"), folder.file("nowhere.jsonl")).unwrap();
    nix::unistd::mkfifo(&folder.file("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for (path, expected) in cases {
        let error = create(&path).unwrap_err().to_string();
        let beginning = format!("failed to record in {}: ", path.display());
        assert!(error.starts_with(&beginning) && error.contains(expected), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
    assert_eq!(fs::read(folder.file("full.jsonl")).unwrap(), b"somebody's");
    assert!(!folder.file("not-there").exists());
}

#[test]
fn a_new_file_has_the_rights_that_the_user_wants_and_an_empty_one_keeps_its_own() {
    let folder = Folder::new("rights");
    let empty = folder.file("empty.jsonl");
    fs::write(&empty, "").unwrap();
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o600)).unwrap();
    let reference = File::create(folder.file("reference")).unwrap().metadata().unwrap();
    for (name, mode) in [("new.jsonl", reference.mode()), ("empty.jsonl", 0o100_600)] {
        let mut file = create(&folder.file(name)).unwrap();
        file.write(&line(1));
        assert_eq!(file.finish(PATIENCE).1, None);
        assert_eq!(fs::metadata(folder.file(name)).unwrap().mode(), mode, "{name}");
    }
}

#[test]
fn a_full_disk_stops_the_recording_with_one_line() {
    let mut file = create("/dev/full".as_ref()).unwrap();
    file.write(&line(1));
    wait_until("the failure", || file.state().failed.is_some());
    let failure = file.failure().unwrap();
    assert_eq!(
        failure,
        "the recording in /dev/full has stopped after 0 B: No space left on device (os error 28); the game goes on"
    );
    assert_eq!(file.failure(), None, "once");
    file.write(&line(2));
    let (state, again) = file.finish(PATIENCE);
    assert_eq!((state.bytes, again), (0, None));
}

#[test]
fn a_reader_that_goes_away_stops_it() {
    let folder = Folder::new("reader");
    let path = folder.file("pipe");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    // Opened for both, a pipe waits for nobody.
    let mut reader = File::options().read(true).write(true).open(&path).unwrap();
    let mut file = create(&path).unwrap();
    file.write(&line(1));
    let mut first = [0; 8];
    reader.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"{\"unseen");
    drop(reader);
    file.write(&line(2));
    wait_until("the failure", || file.state().failed.is_some());
    assert!(file.failure().unwrap().contains("its reader has gone away"));
}

#[test]
fn a_reader_that_does_not_read_stops_it_when_the_backlog_is_full_and_hops_go_first() {
    let folder = Folder::new("slow");
    let path = folder.file("pipe");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut reader = File::options().read(true).write(true).open(&path).unwrap();
    let mut file = create(&path).unwrap();
    let mut given = 0;
    while file.has_room_for_hops() {
        file.write(&line(given));
        given += 1;
    }
    assert_eq!(file.state().failed, None, "inputs have room still");
    while file.state().failed.is_none() {
        file.write(&line(given));
        given += 1;
    }
    assert!(file.state().backlog <= LIMIT + 100, "{:?}", file.state());
    let failure = file.failure().unwrap();
    assert!(failure.contains("4.2 MB wait to be written"), "{failure}");
    // Nor does its end wait for long.
    let (state, _) = file.finish(PATIENCE);
    assert!(state.failed.is_some());
    let mut text = vec![0; usize::try_from(state.bytes).unwrap()];
    reader.read_exact(&mut text).unwrap();
    assert!(text.starts_with(b"{\"unseen\":{\"first\":0,"));
}

#[test]
fn the_end_waits_no_longer_than_that_for_a_reader() {
    let folder = Folder::new("patience");
    let path = folder.file("pipe");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let _reader = File::options().read(true).write(true).open(&path).unwrap();
    let mut file = create(&path).unwrap();
    (0..5_000).for_each(|number| file.write(&line(number)));
    let (state, failure) = file.finish(Duration::from_millis(1));
    assert!(failure.unwrap().contains("are not written within 1ms"), "{state:?}");
}

#[test]
fn a_compressed_recording_is_read_again_up_to_any_place_where_it_was_cut_off() {
    let folder = Folder::new("zst");
    let path = folder.file("game.jsonl.zst");
    let mut file = create(&path).unwrap();
    let given: Vec<_> = (0..9_000).map(line).collect();
    given.iter().for_each(|line| file.write(line));
    assert_eq!(file.finish(PATIENCE).1, None);
    let packed = fs::read(&path).unwrap();
    let mut text = Vec::new();
    Decoder::new(packed.as_slice()).read_to_end(&mut text).unwrap();
    assert_eq!(without_checks(&checked(&text)), given);
    assert!(packed.len() * 3 < text.len(), "{} of {}", packed.len(), text.len());
    for end in (0..packed.len()).step_by(97) {
        let mut found = Vec::new();
        let read = Decoder::new(&packed[..end]).read_to_end(&mut found);
        assert!(text.starts_with(&found), "cut at {end}");
        if let Err(error) = read {
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{error}");
        }
    }
}

/// What the program `zstd` does with the bytes; None if it is not installed.
fn zstd(arguments: &[&str], input: Vec<u8>) -> Option<Vec<u8>> {
    #[expect(clippy::disallowed_methods, reason = "a test")]
    let mut child = std::process::Command::new("zstd")
        .args(arguments)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take().unwrap();
    let writing = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}

#[test]
fn the_program_zstd_reads_what_is_written_and_writes_what_is_read() {
    let text: Vec<u8> =
        (0..400_000_u32).flat_map(|number| (number.wrapping_mul(number) >> 9).to_le_bytes()).collect();
    let mut encoder = zst::Encoder::new();
    let packed: Vec<u8> = text.chunks(50_000).flat_map(|chunk| encoder.frame(chunk)).collect();
    let Some(unpacked) = zstd(&["-d", "-c"], packed) else {
        eprintln!("there is no program zstd: not tried");
        return;
    };
    assert!(unpacked == text);
    for level in ["-1", "-3", "-19"] {
        let packed = zstd(&[level, "-c"], text.clone()).unwrap();
        let mut found = Vec::new();
        Decoder::new(packed.as_slice()).read_to_end(&mut found).unwrap();
        assert!(found == text, "{level}");
        let mut part = Vec::new();
        let cut = Decoder::new(&packed[..packed.len() / 2]).read_to_end(&mut part);
        assert_eq!(cut.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(!part.is_empty() && text.starts_with(&part), "{level}");
    }
    let long = zstd(&["--long=27", "-c"], text.clone()).unwrap();
    let refused = Decoder::new(long.as_slice()).read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    assert!(refused.to_string().contains("needs 128 MiB of memory, and at most 8 are allowed"), "{refused}");
}

#[test]
fn frames_without_data_are_skipped_and_what_is_no_frame_is_refused() {
    let mut encoder = zst::Encoder::new();
    let skippable =
        |length: u32, rest: &[u8]| [&[0x5E, 0x2A, 0x4D, 0x18], &length.to_le_bytes(), rest].concat();
    let [one, two] = [b"one\n", b"two\n"].map(|text| encoder.frame(text));
    let whole = [skippable(0, b""), one.clone(), skippable(5, b"12345"), two].concat();
    let mut text = String::new();
    Decoder::new(whole.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, "one\ntwo\n");
    for (after, kind) in [
        (skippable(6, b"12345"), io::ErrorKind::UnexpectedEof),
        (b"{\"h".to_vec(), io::ErrorKind::UnexpectedEof),
        (b"{\"hop\"".to_vec(), io::ErrorKind::InvalidData),
    ] {
        let mut text = String::new();
        let bytes = [one.clone(), after].concat();
        let mut decoder = Decoder::new(bytes.as_slice());
        assert_eq!(decoder.read_to_string(&mut text).unwrap_err().kind(), kind);
        assert_eq!(decoder.read(&mut [0]).unwrap_err().kind(), kind, "it stays so");
    }
}

/// Whatever the bytes are: an answer, in bounded time and memory, and no panic.
#[test]
fn changed_bytes_of_a_frame_are_an_error_or_other_data() {
    let text: Vec<u8> =
        (0..2_000).flat_map(|number| format!("{{\"hop\":[{number}]}}\n").into_bytes()).collect();
    let packed = zst::Encoder::new().frame(&text);
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    for _ in 0..3_000 {
        let mut bytes = packed.clone();
        for _ in 0..=next() % 3 {
            let at = next() % bytes.len();
            bytes[at] = next() as u8;
        }
        let read = io::copy(&mut Decoder::new(bytes.as_slice()).take(1 << 24), &mut io::sink());
        if let Err(error) = read {
            assert!(
                matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof),
                "{error:?}"
            );
        }
    }
}
