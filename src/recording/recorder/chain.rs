//! The epochs in their order: what is known of them, until their lines are written. Knows neither the Region nor the supervisor.

use std::collections::BTreeMap;

use crate::game::PaneId;
use crate::recording::line::{Control, Hop, Line, Reinitialized, Start, Unseen};

/// The lines that are to be written, in their order, and what comes next.
#[derive(Debug)]
pub(super) struct Chain {
    /// A game in which people may play cannot be played again over epochs that were not seen.
    is_playable: bool,
    /// The last epoch that was begun. While the recording waits for a start, the last one before.
    last: Option<Begun>,
    /// The state from which on all is recorded; None while the recording waits for one.
    since: Option<(u64, u64)>,
    hops: BTreeMap<u64, Known>,
    controls: BTreeMap<u64, Controls>,
    /// What is to be written.
    lines: Vec<Line>,
    /// Epochs that were not seen.
    pub(super) unseen: u64,
    /// Entries of logs that no process can have written.
    pub(super) corrupt: u64,
}

/// An epoch that a line has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) epoch: u64,
    pub(super) holder: Option<PaneId>,
    pub(super) hop: u64,
}

/// A hand-off that has no line yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) hop: Hop,
    /// When its taker had it (`CLOCK_MONOTONIC`, ns); None if the taker has not noted it yet.
    pub(super) arrived_ns: Option<u64>,
}

/// What has moved the paddle of an epoch's holder.
#[derive(Debug, Default)]
struct Controls {
    /// What is not yet written.
    lines: Vec<Control>,
    newest: u64,
}

impl Chain {
    pub(super) fn new(is_playable: bool) -> Self {
        let (hops, controls) = Default::default();
        Self {
            is_playable,
            last: None,
            since: None,
            hops,
            controls,
            lines: Vec::new(),
            unseen: 0,
            corrupt: 0,
        }
    }

    /// The lines so far.
    pub(super) fn take(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.lines)
    }

    /// A line that begins no epoch.
    pub(super) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    pub(super) fn last(&self) -> Option<Begun> {
        self.last
    }

    /// Whether there is no state yet from which what follows can be played.
    pub(super) fn waits_for_a_start(&self) -> bool {
        self.since.is_none()
    }

    /// Something is lost without which what follows cannot be played: a start is needed.
    pub(super) fn lose_the_thread(&mut self) {
        self.since = None;
        self.controls.clear();
    }

    /// Whether this epoch may still get a line.
    pub(super) fn is_to_come(&self, epoch: u64) -> bool {
        self.last.is_none_or(|last| epoch > last.epoch)
    }

    /// Whether the hand-off that begins it is known.
    pub(super) fn knows(&self, epoch: u64) -> bool {
        self.hops.contains_key(&epoch)
    }

    /// A hand-off. The first word about it counts, but for what its taker notes later.
    pub(super) fn learn(&mut self, known: Known) {
        if !self.is_to_come(known.hop.epoch) {
            // A late process has noted an epoch that is over.
            return;
        }
        let entry = self.hops.entry(known.hop.epoch).or_insert(known);
        if entry.arrived_ns.is_none() && known.arrived_ns.is_some() {
            let hop = Hop { tick: entry.hop.tick, state: entry.hop.state, ..known.hop };
            *entry = Known { hop, ..known };
        }
    }

    /// The hand-offs that are known, for what else is found out about them.
    pub(super) fn hops(&mut self) -> impl DoubleEndedIterator<Item = &mut Hop> {
        self.hops.values_mut().map(|known| &mut known.hop)
    }

    /// What has moved a paddle.
    pub(super) fn learn_control(&mut self, control: Control) {
        if self.last.is_some_and(|last| control.epoch < last.epoch) {
            // Logged late, for an epoch that is over: nobody has that tick.
            return;
        }
        let controls = self.controls.entry(control.epoch).or_default();
        if controls.newest >= control.tick {
            self.corrupt += 1;
            return;
        }
        controls.newest = control.tick;
        controls.lines.push(control);
    }

    /// The lines of all hand-offs up to this epoch, as long as `is_complete`.
    pub(super) fn write_hops(&mut self, until: u64, is_complete: impl Fn(&Known) -> bool) {
        while let Some(entry) = self.hops.first_entry()
            && *entry.key() <= until
            && is_complete(entry.get())
        {
            let Known { hop, .. } = entry.remove();
            self.write_hop(hop);
        }
        self.write_controls();
    }

    /// The same, as far as no epoch is missing.
    pub(super) fn write_next_hops(&mut self, is_complete: impl Fn(&Known) -> bool) {
        while let Some(next) = self.last.map(|last| last.epoch + 1)
            && self.hops.get(&next).is_some_and(&is_complete)
            && !self.waits_for_a_start()
        {
            let before = self.last;
            self.write_hops(next, |_| true);
            if self.last == before {
                // It was corrupt.
                return;
            }
        }
    }

    /// There is no room for the lines of hand-offs: they count as not seen.
    pub(super) fn leave_out_hops(&mut self) {
        if !self.is_playable {
            self.hops.clear();
        }
    }

    fn write_hop(&mut self, hop: Hop) {
        let Some(last) = self.last.filter(|_| !self.waits_for_a_start()) else { return };
        if hop.epoch <= last.epoch {
            return;
        }
        let comes_next = hop.epoch == last.epoch + 1;
        let number = last.hop + (hop.epoch - last.epoch);
        if hop.hop != number || comes_next && last.holder != Some(hop.from) {
            self.corrupt += 1;
            return;
        }
        if self.pass_over(hop.epoch) {
            self.begin(Line::Hop(hop), Begun { epoch: hop.epoch, holder: Some(hop.to), hop: hop.hop });
        }
    }

    /// Epochs before this one that have no line were not seen. False if the recording needs a start now.
    fn pass_over(&mut self, epoch: u64) -> bool {
        let Some(last) = self.last.filter(|last| last.epoch + 1 < epoch) else { return true };
        if self.is_playable {
            self.lose_the_thread();
            return false;
        }
        self.write_controls();
        self.skip(last.epoch + 1, epoch - 1);
        let hop = last.hop + (epoch - 1 - last.epoch);
        self.last = Some(Begun { epoch: epoch - 1, holder: None, hop });
        true
    }

    fn skip(&mut self, first: u64, last: u64) {
        self.unseen += last - first + 1;
        self.lines.push(Line::Unseen(Unseen { first, last }));
    }

    /// The supervisor has begun this epoch. True if its line can follow; else the recording needs a start.
    pub(super) fn comes_to(&mut self, epoch: u64) -> bool {
        self.write_hops(epoch.saturating_sub(1), |_| true);
        !self.waits_for_a_start() && self.pass_over(epoch)
    }

    /// This is the last epoch of the recording.
    pub(super) fn come_to_the_end(&mut self, epoch: u64) {
        self.write_hops(epoch, |_| true);
        if !self.waits_for_a_start() && self.last.is_some_and(|last| last.epoch < epoch) {
            // The last one included: nobody has noted how it began.
            let _goes_on = self.pass_over(epoch + 1);
        }
    }

    /// The line that begins an epoch.
    pub(super) fn begin(&mut self, line: Line, begun: Begun) {
        self.write_controls();
        self.lines.push(line);
        self.last = Some(begun);
        self.write_controls();
    }

    /// The lines of the controls of the last epoch.
    fn write_controls(&mut self) {
        let Some(last) = self.last.filter(|_| !self.waits_for_a_start()) else { return };
        self.controls = self.controls.split_off(&last.epoch);
        let Some(controls) = self.controls.get_mut(&last.epoch) else { return };
        let (held, others): (Vec<_>, Vec<_>) =
            controls.lines.drain(..).partition(|control| last.holder == Some(control.pane));
        // A pane that does not have the ball cannot have played with it.
        self.corrupt += others.len() as u64;
        self.lines.extend(held.into_iter().map(Line::Control));
    }

    /// Whether a start may be at this epoch. Where something was lost, a line of epochs that were not seen has to say so.
    pub(super) fn may_start_at(&self, epoch: u64) -> bool {
        self.last.is_none_or(|last| epoch > last.epoch + 1)
    }

    /// The state from which on all is recorded.
    pub(super) fn start(&mut self, start: Start) {
        let (epoch, tick, hop) = (start.epoch, start.ball.tick, start.ball.hop);
        if let Some(last) = self.last.filter(|last| last.epoch + 1 < epoch) {
            self.skip(last.epoch + 1, epoch - 1);
        }
        // Those before are of what cannot be played again.
        self.controls = self.controls.split_off(&epoch);
        self.since = Some((epoch, tick));
        let begun = Begun { epoch, holder: start.pane, hop };
        self.begin(Line::Start(Box::new(start)), begun);
    }

    /// The game went back. True if the state is in the recording; else it needs a start.
    pub(super) fn go_back(&mut self, back: Reinitialized) -> bool {
        self.write_controls();
        if let Some(last) = self.last.filter(|last| last.epoch < back.back_to) {
            self.skip(last.epoch + 1, back.back_to);
            if self.is_playable {
                self.lose_the_thread();
            }
        }
        let moment = (back.back_to, back.ball.tick);
        let is_recorded = self.since.is_some_and(|since| since <= moment);
        let begun = Begun { epoch: back.epoch, holder: back.pane, hop: back.ball.hop };
        self.hops.clear();
        self.controls.clear();
        self.lines.push(Line::Reinitialized(Box::new(back)));
        self.last = Some(begun);
        if !is_recorded {
            self.lose_the_thread();
        }
        is_recorded
    }
}
