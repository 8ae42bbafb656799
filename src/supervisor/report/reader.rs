//! What the words of the Region say in numbers, as far as they can be true.

use super::fields::TransportReport;
use crate::game::{Court, PaneId};
use crate::platform::sync::{Ordering, Word};
use crate::protocol::{
    Histogram, Owner, Ownership, Percentiles, ProcessStatus, Record, Region, TransportKind,
};

/// What is read from words that anybody can have written over.
pub(super) struct Reader<'a> {
    pub(super) region: &'a Region,
    pub(super) court: &'a Court,
    pub(super) epoch: u64,
    pub(super) hops: u64,
    /// Nanoseconds since the game began.
    pub(super) age_ns: u64,
    pub(super) corrupt: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A number, if it can be one: at most `most`.
    pub(super) fn bounded(&mut self, path: String, number: u64, most: u64) -> Option<u64> {
        if number > most {
            self.corrupt.push(path);
            return None;
        }
        Some(number)
    }

    /// A count on a pane's process status.
    fn count(
        &mut self,
        pane: PaneId,
        name: &str,
        cell: fn(&ProcessStatus) -> &Word,
        most: u64,
    ) -> Option<u64> {
        let number = load(cell(&self.region.pane(pane).status));
        self.bounded(format!("slot[{}].status.{name}", pane.0), number, most)
    }

    /// The counts on all process statuses, of which each and all together are at most `most`; and their sum.
    pub(super) fn counts(
        &mut self,
        name: &str,
        cell: fn(&ProcessStatus) -> &Word,
        most: u64,
    ) -> (Vec<Option<u64>>, Option<u64>) {
        let counts: Vec<_> = self.court.all_panes().map(|pane| self.count(pane, name, cell, most)).collect();
        let sum = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add((*count)?));
        match sum.map(|sum| self.bounded(format!("slot[all].status.{name}"), sum, most)) {
            // One of them lies, and nobody knows which.
            Some(None) => (vec![None; counts.len()], None),
            sum => (counts, sum.flatten()),
        }
    }

    /// Whether a person has ever moved a paddle while its pane had the ball.
    pub(super) fn is_played_by_hand(&self) -> bool {
        let word = |pane| load(&self.region.pane(pane).status.by_hand);
        self.court.all_panes().any(|pane| word(pane) > 0)
    }

    /// The ball that the baton names, and any that a process had in its hands in another epoch: there must be none.
    pub(super) fn balls(&mut self, ownership: Option<Ownership>, last: Option<&Record>) -> u64 {
        let mut balls = u64::from(last.is_some());
        for pane in self.court.all_panes() {
            let is_named = ownership.is_some_and(|ownership| ownership.holder == Owner::Pane(pane));
            match self.region.in_hand(pane) {
                Ok(Some(epoch)) if epoch > self.epoch || epoch == self.epoch && !is_named => balls += 1,
                // A process that has left by itself has put down what was taken from it.
                Ok(Some(epoch)) if epoch == self.epoch => {}
                Ok(None) => {}
                Ok(Some(_)) | Err(_) => self.corrupt.push(format!("slot[{}].status.in_hand", pane.0)),
            }
        }
        balls
    }

    /// The latencies by a transport, of the panes whose counts can be.
    fn latencies(&mut self, kind: TransportKind) -> Vec<&'a Histogram> {
        let mut sound = Vec::new();
        for pane in self.court.all_panes() {
            let histogram = self.region.latency(pane, kind);
            let all = Histogram::percentiles([histogram]);
            // The longest is counted before it is the longest; what is beyond the last bucket is in it.
            let longest = Histogram::buckets([histogram]).last().map_or(0, |bucket| bucket.last_ns);
            if all.count <= self.hops && all.max <= self.age_ns && all.max <= longest {
                sound.push(histogram);
            } else {
                self.corrupt.push(format!("latencies.{kind}[{}]", pane.0));
            }
        }
        sound
    }

    /// How long the hand-offs took: by each transport that was used, and all of them.
    pub(super) fn handoffs(&mut self) -> (Vec<TransportReport>, Option<Percentiles>) {
        let mut sound = TransportKind::ALL.map(|transport| (transport, self.latencies(transport)));
        let all = Histogram::percentiles(sound.iter().flat_map(|(_, histograms)| histograms).copied());
        if self.bounded("latencies".to_owned(), all.count, self.hops).is_none() {
            sound.iter_mut().for_each(|(_, histograms)| histograms.clear());
        }
        let percentiles = |of: &mut dyn Iterator<Item = &'a Histogram>| {
            Some(Histogram::percentiles(of)).filter(|handoff_ns| handoff_ns.count > 0)
        };
        let by_transport = sound.iter().filter_map(|(transport, histograms)| {
            let handoff_ns = percentiles(&mut histograms.iter().copied())?;
            Some(TransportReport { transport: *transport, hops: handoff_ns.count, handoff_ns })
        });
        (
            by_transport.collect(),
            percentiles(&mut sound.iter().flat_map(|(_, histograms)| histograms).copied()),
        )
    }
}

pub(super) fn load(cell: &Word) -> u64 {
    cell.load(Ordering::Acquire)
}
