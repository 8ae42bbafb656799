//! The flow in words.

use super::history::Flow;
use super::ownership_interval::{By, Entry, Gap, OwnershipInterval};
use crate::game::Court;
use crate::platform::units::{fmt_ns, fmt_outlier};

impl Flow {
    /// When something happened, on the time that is shown: seconds since [`Self::origin_ns`].
    pub fn seconds(&self, at_ns: u64) -> f64 {
        at_ns.wrapping_sub(self.origin_ns()).cast_signed() as f64 / 1e9
    }

    /// An entry in words: when it was, and what.
    pub fn format(&self, at_ns: u64, entry: Entry, court: &Court) -> String {
        let what = match entry {
            Entry::OwnershipInterval(epoch) => {
                self.interval_of(epoch).map(|interval| self.fmt_interval(interval, court))
            }
            Entry::Gap(first) => self.gaps().find(|gap| gap.first == first).map(fmt_gap),
            Entry::Mark(number) => {
                self.marks().find(|mark| mark.number == number).map(|mark| mark.event.what.in_words(court))
            }
        };
        let what = what.unwrap_or_else(|| "no longer kept".to_owned());
        format!("{:.3} s  {what}", self.seconds(at_ns))
    }

    /// That a hand-off took far longer than most by its transport, if it did.
    pub fn outlier(&self, entry: Entry) -> Option<String> {
        let Entry::OwnershipInterval(epoch) = entry else { return None };
        let Some(By::HandOff { via, took_ns, .. }) = self.interval_of(epoch)?.by else { return None };
        let median_ns = self.latencies.iter().find(|of| of.transport == via)?.percentiles.p50;
        fmt_outlier(took_ns?, median_ns)
    }

    fn fmt_interval(&self, interval: &OwnershipInterval, court: &Court) -> String {
        let pane = court.name(interval.pane);
        let hop = interval.hop.map_or(String::new(), |hop| format!(", hop {hop}"));
        let came = match interval.by {
            Some(By::HandOff { from, via, took_ns, .. }) => {
                let took = took_ns.map_or(String::new(), |took_ns| format!(", {}", fmt_ns(took_ns)));
                format!("{} to {pane} by {via}{took}", court.name(from))
            }
            Some(By::Served { .. }) => format!("served to {pane}"),
            Some(By::Recalled { from, .. }) => format!("recalled from {} to {pane}", court.name(from)),
            Some(By::Recovered { .. }) => format!("recovered for the next process of {pane}"),
            Some(By::Supervisor) => format!("given to {pane} by the supervisor"),
            None => format!("{pane} had it, how it came was not seen"),
        };
        format!("epoch {}{hop}: {came}{}", interval.epoch, self.fmt_length(interval))
    }

    /// How long it stayed, or why that is not known.
    fn fmt_length(&self, interval: &OwnershipInterval) -> String {
        let waited = match (interval.by, interval.from_ns) {
            // A process that has to be started first takes its time; that of one that runs is not worth a word.
            (Some(by @ By::Recovered { .. }), Some(from)) => {
                let waited = from.saturating_sub(by.given_ns().unwrap_or(from));
                format!(", which had it after {}", fmt_ns(waited))
            }
            _ => String::new(),
        };
        let is_here = interval.until_ns.is_none() && self.end_ns(interval).is_some();
        let stayed = match (interval.from_ns, self.end_ns(interval)) {
            (Some(from), Some(end)) => {
                let length = fmt_ns(end.saturating_sub(from));
                if is_here { format!(", here for {length}") } else { format!(", stayed {length}") }
            }
            (None, _) if is_here => ", its process has not taken it yet".to_owned(),
            (None, Some(_)) => ", its process never took it".to_owned(),
            (_, None) => ", its end was not seen".to_owned(),
        };
        waited + &stayed
    }
}

fn fmt_gap(gap: Gap) -> String {
    match gap.last - gap.first + 1 {
        1 => format!("epoch {}: 1 change of holder not seen", gap.first),
        count => format!("epochs {} to {}: {count} changes of holder not seen", gap.first, gap.last),
    }
}
