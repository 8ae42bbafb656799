//! The index of a recording: places from which it can be played on, and marks. A thread makes it, which reads the file once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::cursor::{Cursor, Keyframe};
use super::known::Known;
use super::mark::{Mark, Marks};
use crate::error::{Error, Result};

/// So many keyframes are kept, of so many bytes together. Beyond that every second one is left out.
const MOST: usize = 1024;
const MOST_BYTES: usize = 32 << 20;
/// So many segments, and so long, are read before what is known is published.
const SEGMENTS: u32 = 32;
const PATIENCE: Duration = Duration::from_millis(20);

/// Keyframes in the order of the axis, about as many segments apart from each other. Bounded.
#[derive(Debug)]
pub(super) struct Keyframes {
    all: Vec<Arc<Keyframe>>,
    spacing: u64,
    since: u64,
    bytes: usize,
    most: usize,
}

impl Keyframes {
    pub(super) fn new(most: usize) -> Self {
        Self { all: Vec::new(), spacing: 1, since: 0, bytes: 0, most }
    }

    /// The cursor stands between two segments, one farther than before.
    pub(super) fn offer(&mut self, cursor: &Cursor) {
        self.since += 1;
        if self.since >= self.spacing {
            self.since = 0;
            self.insert(Arc::new(cursor.keyframe()));
        }
    }

    pub(super) fn insert(&mut self, keyframe: Arc<Keyframe>) {
        let shown_ns = keyframe.knot.shown_ns;
        let place = self.all.partition_point(|other| other.knot.shown_ns < shown_ns);
        if self.all.get(place).is_some_and(|other| other.knot.shown_ns == shown_ns) {
            return;
        }
        self.bytes += keyframe.bytes();
        self.all.insert(place, keyframe);
        while self.all.len() > self.most || self.bytes > MOST_BYTES && self.all.len() > 1 {
            self.thin();
        }
    }

    fn thin(&mut self) {
        let mut is_odd = true;
        self.all.retain(|_| {
            is_odd = !is_odd;
            !is_odd
        });
        self.bytes = self.all.iter().map(|keyframe| keyframe.bytes()).sum();
        self.spacing = self.spacing.saturating_mul(2);
    }

    /// The last one that is no later than this place.
    pub(super) fn before(&self, shown_ns: u64) -> Option<&Arc<Keyframe>> {
        let next = self.all.partition_point(|keyframe| keyframe.knot.shown_ns <= shown_ns);
        self.all.get(next.checked_sub(1)?)
    }

    /// Where the first one is.
    pub(super) fn first(&self) -> Option<u64> {
        self.all.first().map(|keyframe| keyframe.knot.shown_ns)
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Arc<Keyframe>] {
        &self.all
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What the thread has found so far.
#[derive(Debug)]
struct Found {
    keyframes: Keyframes,
    marks: Marks,
    known: Known,
    /// Nobody wants to know any more.
    is_over: bool,
}

/// The index, while it is made and after that.
#[derive(Debug)]
pub(super) struct Index {
    found: Arc<Mutex<Found>>,
    thread: Option<JoinHandle<()>>,
}

impl Index {
    /// Begins to make it, out of a cursor at the beginning.
    ///
    /// # Errors
    /// If there is no other thread.
    pub(super) fn begin(cursor: Cursor) -> Result<Self> {
        let mut keyframes = Keyframes::new(MOST);
        keyframes.insert(Arc::new(cursor.keyframe()));
        let known = known_of(&cursor);
        let found = Found { keyframes, marks: Marks::default(), known, is_over: false };
        let found = Arc::new(Mutex::new(found));
        let build = {
            let found = Arc::clone(&found);
            move || build(cursor, &found)
        };
        let builder = std::thread::Builder::new().name("tripong:index".to_owned());
        let thread =
            builder.spawn(build).map_err(Error::system("start a thread that reads the recording"))?;
        Ok(Self { found, thread: Some(thread) })
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        lock(&self.found)
    }

    /// What is known of the file, if more is than `before`.
    pub(super) fn news(&self, before: &Known) -> Option<Known> {
        let found = self.found();
        (found.known != *before).then(|| found.known.clone())
    }

    /// The marks so far.
    pub(super) fn marks(&self) -> Arc<[Mark]> {
        self.found().marks.all().into()
    }

    /// The last place that is no later than this one, from which the recording can be played on.
    pub(super) fn before(&self, shown_ns: u64) -> Option<Arc<Keyframe>> {
        self.found().keyframes.before(shown_ns).cloned()
    }

    /// The last place before which this was not so yet, if it once is so for ever; else the last one before it is so.
    pub(super) fn last_before(&self, is_so: impl Fn(&Keyframe) -> bool) -> Option<Arc<Keyframe>> {
        let found = self.found();
        let all = found.keyframes.all();
        let first = all.iter().position(|keyframe| is_so(keyframe)).unwrap_or(all.len());
        all.get(first.saturating_sub(1)).cloned()
    }

    /// How many keyframes there are, and their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        let found = self.found();
        (found.keyframes.all().len(), found.keyframes.bytes())
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.found().is_over = true;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn lock(found: &Mutex<Found>) -> MutexGuard<'_, Found> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}

fn known_of(cursor: &Cursor) -> Known {
    let (bytes, of_bytes) = cursor.progress();
    Known {
        length_ns: cursor.knot.shown_ns,
        at_ns: cursor.knot.at_ns,
        lines: cursor.line(),
        bytes,
        of_bytes: of_bytes.unwrap_or(bytes),
        ending: cursor.ending.clone(),
        marks: 0,
        marks_left_out: 0,
    }
}

/// Reads to the end, unless it is over before.
fn build(mut cursor: Cursor, found: &Mutex<Found>) {
    let court = cursor.after().court();
    let mut marks = Vec::new();
    let (mut segments, mut published) = (0, Instant::now());
    loop {
        let is_read = cursor.advance(&mut |_| !lock(found).is_over);
        if is_read.is_err() {
            return;
        }
        if let Some(segment) = &cursor.segment {
            marks.extend(segment.marks(&court));
        }
        segments += 1;
        cursor.pass();
        let has_ended = cursor.ending.is_some();
        let mut found = lock(found);
        found.keyframes.offer(&cursor);
        if !has_ended && segments < SEGMENTS && published.elapsed() < PATIENCE {
            continue;
        }
        (segments, published) = (0, Instant::now());
        marks.drain(..).for_each(|mark| found.marks.push(mark));
        found.known = Known {
            marks: found.marks.all().len() as u64 + found.marks.left_out,
            marks_left_out: found.marks.left_out,
            ..known_of(&cursor)
        };
        if has_ended || found.is_over {
            return;
        }
    }
}
