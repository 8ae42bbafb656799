//! The check itself: line by line, to the end or to the first line that does not fit.

use crate::game::Ball;
use crate::recording::line::{Header, Line};
use crate::recording::reader::{Cut, Fault, Reader};
use crate::recording::replayed::{Misfit, Replayed, Tally};

/// So many lines are read between two questions whether to go on.
const LINES: u64 = 1024;

/// What a check has come to.
#[derive(Debug)]
pub struct Checked {
    /// What game it is; None if not even that can be read.
    pub header: Option<Header>,
    /// The lines that fit.
    pub lines: u64,
    /// The last line that a checksum covers.
    pub summed: u64,
    /// What was counted.
    pub tally: Tally,
    /// The ball at the end.
    pub ball: Option<Ball>,
    /// The last epoch.
    pub epoch: u64,
    /// From when to when it was recorded, in ns.
    pub times: (u64, u64),
    /// Whether the recording was ended in order, and a checksum covers all of it.
    pub is_complete: bool,
    /// Where the file ends within a line.
    pub cut: Option<Cut>,
    /// What does not fit; None if all does.
    pub failure: Option<Failure>,
}

/// Why a check went no further.
#[derive(Debug)]
pub enum Failure {
    /// The file cannot be read on.
    Fault(Fault),
    /// A line does not follow from those before it.
    Misfit {
        /// Which.
        line: u64,
        /// What of it.
        misfit: Misfit,
    },
    /// The caller did not want to go on.
    Stopped,
}

/// Checks a recording, as long as `goes_on` returns true: it is asked every some milliseconds.
pub fn check(reader: &mut Reader, goes_on: &mut dyn FnMut(&Reader) -> bool) -> Checked {
    let (mut replayed, mut began) = (None, 0);
    let mut lines = 0;
    let failure = loop {
        if lines % LINES == 0 && !goes_on(reader) {
            break Some(Failure::Stopped);
        }
        match apply_next(reader, &mut replayed, goes_on) {
            Ok(true) => lines += 1,
            Ok(false) => break None,
            Err(failure) => break Some(failure),
        }
        if let Some(replayed) =
            replayed.as_ref().filter(|replayed| replayed.tally().starts == 1 && began == 0)
        {
            began = replayed.at();
        }
    };
    let known = replayed.as_ref();
    let is_whole = failure.is_none() && reader.cut().is_none() && reader.checked() == reader.number();
    Checked {
        header: known.map(|replayed| replayed.header().clone()),
        lines,
        summed: reader.checked(),
        tally: known.map(Replayed::tally).unwrap_or_default(),
        ball: known.and_then(Replayed::ball),
        epoch: known.map_or(0, Replayed::epoch),
        times: (began, known.map_or(0, Replayed::at)),
        is_complete: is_whole && known.is_some_and(Replayed::has_ended),
        cut: reader.cut(),
        failure,
    }
}

/// Checks the next line. False if there is none.
fn apply_next(
    reader: &mut Reader,
    replayed: &mut Option<Replayed>,
    goes_on: &mut dyn FnMut(&Reader) -> bool,
) -> Result<bool, Failure> {
    let Some(numbered) = reader.next().map_err(Failure::Fault)? else { return Ok(false) };
    let line = numbered.number;
    let applied = match (numbered.line, &mut *replayed) {
        (Line::Recording(header), None) => Replayed::begin(*header).map(|begun| *replayed = Some(begun)),
        (line, Some(replayed)) => replayed.apply(&line, &mut |_ticks| goes_on(reader)),
        // A reader refuses that.
        (_, None) => Err(Misfit::Impossible("it is no line to begin with".to_owned())),
    };
    applied.map(|()| true).map_err(|misfit| match misfit {
        Misfit::Stopped => Failure::Stopped,
        misfit => Failure::Misfit { line, misfit },
    })
}
