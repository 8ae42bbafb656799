//! What the inspector sees of a recording: the same, of the game at its play head, but for the processes, which are not in it.

use super::aftermath::Aftermath;
use super::flow::Flow;
use super::invariants::{Invariants, TICKS_PER_LOOK};
use super::watcher::{ShownParts, Watcher};
use crate::error::Result;
use crate::protocol::snapshot::{Medians, Snapshot};
use crate::recording::playback::Playback;

impl Watcher {
    /// Looks for the first time at what a recording has at its play head.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn over(playback: &Playback) -> Result<Self> {
        let mut medians = Medians::default();
        let (region, court) = (playback.region(), playback.court());
        let snapshot = Snapshot::take_at(region, &court, &mut medians, playback.now_ns());
        let mut watcher = Self::with(snapshot, medians, playback.setup());
        watcher.generation = playback.generation();
        watcher.flow = Flow::since(playback.origin_ns());
        let bytes = watcher.read(playback.memfd(), true)?;
        watcher.observe(bytes, playback.now_ns());
        Ok(watcher)
    }

    /// Looks again at what a recording has at its play head. The processes are not in it: they are not looked for.
    pub fn follow(&mut self, playback: &Playback, shown: ShownParts) {
        let (region, court, now_ns) = (playback.region(), &playback.court(), playback.now_ns());
        if self.generation != playback.generation() {
            // What was seen is yet to come, or was seen of another Region.
            self.generation = playback.generation();
            (self.flow, self.aftermath) = (Flow::since(playback.origin_ns()), Aftermath::default());
            self.invariants = Invariants::new(*court);
        }
        self.look_at_the_court(playback);
        let still = self.read(playback.memfd(), shown.memory);
        self.observe_if_read(still, now_ns);
        self.flow.follow_at(region, court, now_ns);
        self.invariants.look(region, now_ns, TICKS_PER_LOOK);
        self.aftermath.follow(region, court, now_ns);
    }

    /// Looks at the ball and the paddles alone of a recording.
    pub fn look_at_the_court(&mut self, playback: &Playback) {
        let (region, court, now_ns) = (playback.region(), &playback.court(), playback.now_ns());
        self.snapshot = Snapshot::take_at(region, court, &mut self.medians, now_ns);
    }
}
