//! The report as text.

use std::fmt;

use super::{Report, Score};
use crate::platform::units::fmt_ns;
use crate::protocol::Percentiles;

/// A number, or that it is not known.
pub(crate) fn known(number: Option<u64>) -> String {
    number.map_or("-".to_owned(), |number| number.to_string())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.conserved {
            Some(true) => "conserved",
            Some(false) => "VIOLATED",
            None => "not checked to the end",
        };
        let same = match self.hash_is_expected() {
            Some(true) => "the same as one process alone",
            Some(false) => "NOT that of one process alone",
            None => "not compared with one process alone",
        };
        writeln!(f, "ball       {verdict}: {} ball, {} hops, {} ticks", self.balls, self.hops, self.ticks)?;
        writeln!(f, "hash       {}, {same} (seed {})", self.hash, self.seed)?;
        write!(f, "panes      {}, carrier {}", self.panes, self.carrier)?;
        if self.swaps != Some(0) {
            write!(f, " after {} swaps", known(self.swaps))?;
        }
        if (self.frames, self.rejected) != (Some(0), Some(0)) {
            write!(f, ", {} frames, {} rejected", known(self.frames), known(self.rejected))?;
        }
        writeln!(f)?;
        if let Some(Score { left, right, winner }) = &self.score {
            let won = winner.map_or("nobody has won".to_owned(), |side| format!("{side} wins"));
            writeln!(f, "score      left {left}, right {right}: {won}")?;
        }
        if self.restarts + self.recalls > 0 {
            let Self { restarts, recoveries, recalls, .. } = self;
            let fenced = known(self.fenced);
            writeln!(
                f,
                "trouble    {restarts} restarts, {recoveries} recoveries, {recalls} recalls, {fenced} fenced"
            )?;
        }
        if !self.corrupt.is_empty() {
            writeln!(f, "corrupt    {}: written over, and not used", self.corrupt.join(", "))?;
        }
        let several = self.carriers.iter().filter(|_| self.carriers.len() > 1);
        let each = several.map(|report| (report.carrier.name(), Some(report.handoff_ns)));
        for (by, handoff_ns) in std::iter::once(("hand-off", self.handoff_ns)).chain(each) {
            let Some(Percentiles { p50, p99, p999, max, .. }) = handoff_ns else {
                writeln!(f, "{by:<11}-")?;
                continue;
            };
            let [p50, p99, p999, max] = [p50, p99, p999, max].map(fmt_ns);
            writeln!(f, "{by:<11}p50 {p50}, p99 {p99}, p99.9 {p999}, max {max}")?;
        }
        let cpu = self.cpu_ns_per_hop.map_or("-".to_owned(), |ns| format!("{} per hop", fmt_ns(ns)));
        write!(f, "cpu        {cpu}, all panes together")
    }
}
