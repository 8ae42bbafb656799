//! The report as text.

use std::fmt;

use super::fields::{GameReport, HandOffs, MatchScore, Repairs};
use crate::platform::units::{count, fmt_ns};
use crate::protocol::{Counts, Percentiles};

/// A number, or that it is not known.
fn known(number: Option<u64>) -> String {
    number.map_or("-".to_owned(), |number| number.to_string())
}

impl fmt::Display for GameReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_verdict(f)?;
        self.fmt_panes(f)?;
        if let Some(MatchScore { left, right, winner }) = &self.flight.score {
            let won = winner.map_or("nobody has won".to_owned(), |side| format!("{side} wins"));
            writeln!(f, "score      left {left}, right {right}: {won}")?;
        }
        let Repairs { restarts, recoveries, recalls, fenced, .. } = self.repairs;
        if restarts + recalls > 0 {
            let fenced = known(fenced);
            let recoveries =
                if recoveries == 1 { "1 recovery".to_owned() } else { format!("{recoveries} recoveries") };
            let (restarts, recalls) = (count(restarts, "restart"), count(recalls, "recall"));
            let line = format!("{restarts}, {recoveries}, {recalls}, {fenced} fenced");
            writeln!(f, "trouble    {line}")?;
        }
        if !self.corrupt.is_empty() {
            writeln!(f, "corrupt    {}: written over, and not used", self.corrupt.join(", "))?;
        }
        self.hand_offs.fmt_latencies(f)?;
        let cpu = self.cpu_ns_per_hop.map_or("-".to_owned(), |ns| format!("{} per hop", fmt_ns(ns)));
        write!(f, "cpu        {cpu}, all panes together")
    }
}

impl GameReport {
    /// The game in one line, for its players; `best` is their best rally, and `counts` what the supervisor did.
    pub fn summary(&self, counts: &Counts, best: u32) -> String {
        let Counts { restarts, stalls, reinitializations, .. } = *counts;
        let replaced = reinitializations.saturating_mul(self.panes.into());
        let faults = [
            (restarts.saturating_sub(replaced), "death"),
            (stalls, "stall"),
            (reinitializations, "reinitialization"),
        ];
        let faults = faults.into_iter().filter(|(number, _)| *number > 0);
        let faults: Vec<_> = faults.map(|(number, thing)| count(number, thing)).collect();
        let survived = if self.is_conserved() == Some(true) { " (the ball survived)" } else { "" };
        let faults =
            if faults.is_empty() { String::new() } else { format!(", {}{survived}", faults.join(", ")) };
        let score = match &self.flight.score {
            Some(MatchScore { left, right, winner }) => {
                let won = winner.map(|side| format!(", {side} wins")).unwrap_or_default();
                format!(", left {left} : right {right}{won}")
            }
            None if best > 0 => format!(", best rally {}", count(best.into(), "hit")),
            None => String::new(),
        };
        format!("seed {}, {}{faults}{score}", self.seed, count(self.flight.hops, "hop"))
    }

    fn fmt_verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict.conserved {
            Some(true) => "conserved",
            Some(false) => "VIOLATED",
            None => "not checked to the end",
        };
        let same = match self.hash_is_expected() {
            Some(true) => "the same as one process alone",
            Some(false) => "NOT that of one process alone",
            None if self.verdict.played_by_hand => "not compared: a person moved a paddle",
            None => "not compared with one process alone",
        };
        let (flight, hash) = (&self.flight, &self.verdict.hash);
        writeln!(
            f,
            "ball       {verdict}: {}, {}, {}",
            count(flight.balls, "ball"),
            count(flight.hops, "hop"),
            count(flight.ticks, "tick")
        )?;
        writeln!(f, "hash       {hash}, {same} (seed {})", self.seed)
    }

    fn fmt_panes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panes      {}, transport {}", self.panes, self.transport)?;
        if self.swaps != Some(0) {
            write!(f, " after {} swaps", known(self.swaps))?;
        }
        let HandOffs { frames, rejected, .. } = self.hand_offs;
        if (frames, rejected) != (Some(0), Some(0)) {
            write!(f, ", {} frames, {} rejected", known(frames), known(rejected))?;
        }
        writeln!(f)
    }
}

impl HandOffs {
    fn fmt_latencies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = self.transports.iter().filter(|_| self.transports.len() > 1);
        let each = several.map(|report| (report.transport.name(), Some(report.handoff_ns)));
        for (by, handoff_ns) in std::iter::once(("hand-off", self.handoff_ns)).chain(each) {
            let Some(Percentiles { p50, p99, p999, max, .. }) = handoff_ns else {
                writeln!(f, "{by:<11}-")?;
                continue;
            };
            let [p50, p99, p999, max] = [p50, p99, p999, max].map(fmt_ns);
            writeln!(f, "{by:<11}p50 {p50}, p99 {p99}, p99.9 {p999}, max {max}")?;
        }
        Ok(())
    }
}
