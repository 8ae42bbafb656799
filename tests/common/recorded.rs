//! A recording of a real game, read and played again.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tripong::recording::line::{Hop, RecordingEnd, Start};
use tripong::recording::reader::Reader;
use tripong::recording::{Line, Replayed};

/// A file of this test alone, which goes with it.
pub(crate) struct TestFile(PathBuf);

impl TestFile {
    /// With this extension. There is no such file yet.
    pub(crate) fn new(extension: &str) -> Self {
        static NUMBER: Mutex<u32> = Mutex::new(0);
        let mut number = NUMBER.lock().unwrap_or_else(PoisonError::into_inner);
        *number += 1;
        let name = format!("tripong-recording-{}-{number}.{extension}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _stale = std::fs::remove_file(&path);
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// As an argument.
    pub(crate) fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

/// The lines of a recording, and the game as it was played again by them.
pub(crate) struct Recorded {
    pub(crate) lines: Vec<Line>,
    pub(crate) game: Replayed,
    /// Whether the file ends with a torn line.
    pub(crate) is_cut: bool,
}

impl Recorded {
    /// Every line fits.
    pub(crate) fn of(path: &Path) -> Self {
        let mut reader = Reader::open(path).unwrap();
        let mut lines = Vec::new();
        let mut game = None;
        while let Some(numbered) = reader.next().unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
        {
            match (&mut game, &numbered.line) {
                (none @ None, Line::Recording(header)) => {
                    *none = Some(Replayed::begin((**header).clone()).unwrap());
                }
                (Some(game), line) => {
                    let applied = game.apply(line, &mut |_| true);
                    let what = || {
                        keep_for_a_look(path);
                        format!("{}, line {}: {line:?}", path.display(), numbered.number)
                    };
                    applied.unwrap_or_else(|misfit| panic!("{misfit}\n{}", what()));
                }
                (None, line) => panic!("the first line is {line:?}"),
            }
            lines.push(numbered.line);
        }
        Self { lines, game: game.unwrap(), is_cut: reader.cut().is_some() }
    }

    pub(crate) fn count(&self, is_one: impl Fn(&Line) -> bool) -> u64 {
        self.lines.iter().filter(|line| is_one(line)).count() as u64
    }

    pub(crate) fn hops(&self) -> Vec<Hop> {
        let hop = |line: &Line| if let Line::Hop(hop) = line { Some(*hop) } else { None };
        self.lines.iter().filter_map(hop).collect()
    }

    pub(crate) fn starts(&self) -> Vec<Start> {
        let start = |line: &Line| if let Line::Start(start) = line { Some((**start).clone()) } else { None };
        self.lines.iter().filter_map(start).collect()
    }

    pub(crate) fn end(&self) -> &RecordingEnd {
        let end = |line: &Line| if let Line::End(_) = line { Some(()) } else { None };
        let place = self.lines.iter().rposition(|line| end(line).is_some()).expect("an end line");
        let Line::End(end) = &self.lines[place] else { panic!() };
        end
    }

    /// It has all of the game of this report, to its end.
    pub(crate) fn assert_is_of(&self, report: &Value) {
        let end = self.end();
        assert!(end.game_over && self.game.has_ended() && !self.is_cut);
        assert_eq!(end.corrupt, 0);
        let ball = self.game.ball().unwrap();
        assert_eq!(format!("{:016x}", ball.hash), report["hash"], "{report}");
        assert_eq!((ball.hop, ball.tick), (number(report, "hops"), number(report, "ticks")), "{report}");
        assert_eq!(self.game.epoch(), number(report, "epoch"), "{report}");
        let tally = self.game.tally();
        assert_eq!(tally.unseen, end.unseen);
        if number(report, "reinitializations") == 0 {
            let serves = tally.serves.saturating_sub(1);
            assert_eq!(serves, number(report, "recalls"), "{report}");
            assert_eq!(tally.recoveries, number(report, "recoveries"), "{report}");
            assert_eq!(tally.hops + tally.unseen, number(report, "hops"), "{report}");
        }
    }
}

fn number(report: &Value, field: &str) -> u64 {
    super::report::number(report, field)
}

/// What does not fit is worth more than a message.
fn keep_for_a_look(path: &Path) {
    if let Some(folder) = std::env::var_os("TRIPONG_KEEP") {
        let name = path.file_name().unwrap();
        std::fs::copy(path, Path::new(&folder).join(name)).unwrap();
    }
}
