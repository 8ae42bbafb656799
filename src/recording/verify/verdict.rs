//! The verdict on a recording, for programs and for people.

use std::fmt;

use serde::Serialize;

use super::check::{Checked, Failure};
use crate::game::TICKS_PER_SECOND;
use crate::platform::units::{count, fmt_ns};
use crate::recording::line::Hex;
use crate::recording::reader::Fault;
use crate::recording::replayed::{Misfit, Tally};

/// What a check has found.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// The file, as it was named.
    pub file: String,
    /// Whether all that is there fits.
    pub fits: bool,
    /// Whether the recording was ended in order, and a checksum covers all of it.
    pub complete: bool,
    /// What does not fit, with its line; None if all does.
    pub error: Option<String>,
    /// The first line that does not fit.
    pub line: Option<u64>,
    /// What of it does not.
    pub what: Option<String>,
    /// What it says.
    pub found: Option<String>,
    /// What it should say.
    pub expected: Option<String>,
    /// The lines that fit.
    pub lines: u64,
    /// The last line that is covered by a right checksum.
    pub checksummed_lines: u64,
    /// The last whole line of a file that ends within one.
    pub cut_after_line: Option<u64>,
    /// The version of the program that wrote it.
    pub program: Option<String>,
    /// Panes of the court.
    pub panes: Option<u8>,
    /// Seed of the court.
    pub seed: Option<u64>,
    /// What was counted.
    #[serde(flatten)]
    pub tally: Tally,
    /// The last epoch.
    pub epoch: u64,
    /// The ball's ticks at the end.
    pub tick: Option<u64>,
    /// The ball's hops at the end.
    pub hop: Option<u64>,
    /// The trajectory hash at the end.
    pub hash: Option<Hex>,
    /// How long the game was recorded, in ns.
    pub recorded_ns: u64,
    /// How long the check took, in ns.
    pub elapsed_ns: u64,
    /// How many times as fast as a game in real time (240 ticks a second) its ticks were simulated.
    pub times_real_time: Option<f64>,
}

impl Verdict {
    /// The verdict on this file, which was checked in so many nanoseconds.
    pub fn of(file: String, checked: &Checked, elapsed_ns: u64) -> Self {
        let Checked { lines, summed, tally, ball, epoch, times, is_complete, .. } = *checked;
        let header = checked.header.as_ref();
        let differs = match &checked.failure {
            Some(Failure::Misfit { misfit: Misfit::Differs { what, found, expected }, .. }) => {
                [what, found, expected].map(|text| Some(text.clone()))
            }
            _ => [const { None }; 3],
        };
        let [what, found, expected] = differs;
        let played_s = tally.ticks as f64 / f64::from(TICKS_PER_SECOND);
        let times_real_time = (elapsed_ns > 0).then(|| played_s / (elapsed_ns as f64 / 1e9));
        Self {
            file,
            fits: checked.failure.is_none(),
            complete: is_complete,
            error: checked.failure.as_ref().map(ToString::to_string),
            line: checked.failure.as_ref().and_then(Failure::line),
            what,
            found,
            expected,
            lines,
            checksummed_lines: summed,
            cut_after_line: checked.cut.map(|cut| cut.after),
            program: header.map(|header| header.program.clone()),
            panes: header.map(|header| header.panes),
            seed: header.map(|header| header.seed),
            tally,
            epoch,
            tick: ball.map(|ball| ball.tick),
            hop: ball.map(|ball| ball.hop),
            hash: ball.map(|ball| Hex(ball.hash)),
            recorded_ns: times.1.saturating_sub(times.0),
            elapsed_ns,
            times_real_time,
        }
    }
}

impl Failure {
    /// The line that does not fit, if it is one.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Fault(fault) => fault.line(),
            Self::Misfit { line, .. } => Some(*line),
            Self::Stopped => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(Fault::System(error)) => write!(f, "it cannot be read on: {error}"),
            Self::Fault(fault) => fault.fmt(f),
            Self::Misfit { line, misfit } => write!(f, "line {line}: {misfit}"),
            Self::Stopped => write!(f, "it was stopped"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.fits { "fits" } else { "DOES NOT FIT" };
        writeln!(f, "recording  {verdict}: {}", count(self.lines, "line"))?;
        self.fmt_ending(f)?;
        let Tally { hops, compared, unseen, ticks, .. } = self.tally;
        let unseen = if unseen > 0 { format!(", {unseen} more not seen") } else { String::new() };
        let hops = count(hops, "hop");
        writeln!(f, "game       {hops}, {compared} of them bit by bit{unseen}, {}", count(ticks, "tick"))?;
        self.fmt_events(f)?;
        if let (Some(hash), Some(hop), Some(seed)) = (self.hash, self.hop, self.seed) {
            writeln!(f, "hash       {hash} at hop {hop} (seed {seed})")?;
        }
        let speed =
            self.times_real_time.map_or(String::new(), |times| format!(", {times:.0} times real time"));
        let (recorded, elapsed) = (fmt_ns(self.recorded_ns), fmt_ns(self.elapsed_ns));
        write!(f, "time       {recorded} recorded, checked in {elapsed}{speed}")
    }
}

impl Verdict {
    fn fmt_ending(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unsummed = self.lines.saturating_sub(self.checksummed_lines);
        if !self.fits || self.complete {
            return Ok(());
        }
        match self.cut_after_line {
            Some(line) => write!(f, "ending     cut off after line {line}")?,
            None => write!(f, "ending     none: the recording was not ended in order")?,
        }
        if unsummed > 0 {
            write!(
                f,
                "; its last {} no checksum",
                if unsummed == 1 { "line has".to_owned() } else { format!("{unsummed} lines have") }
            )?;
        }
        writeln!(f)
    }

    fn fmt_events(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { serves, recoveries, reinitializations, deaths, controls, starts, .. } = self.tally;
        let recoveries = match recoveries {
            1 => "1 recovery".to_owned(),
            number => format!("{number} recoveries"),
        };
        let mut events = vec![count(serves, "serve"), count(deaths, "death"), recoveries];
        if reinitializations > 0 {
            events.push(count(reinitializations, "reinitialization"));
        }
        if controls > 0 {
            events.push(format!("{} of what moves a paddle", count(controls, "change")));
        }
        writeln!(f, "events     {}", events.join(", "))?;
        match starts.saturating_sub(1) {
            0 => Ok(()),
            gaps => writeln!(f, "gaps       {gaps}: what was played in them is not known, and not checked"),
        }
    }
}
