//! Where the play head goes, and how it gets there.

use super::cursor::{Cursor, Keyframe, Stopped};
use super::head::{NEAR, Playback, show};
use super::index::Keyframes;
use super::mark::{Mark, MarkKind};

/// So many ticks are simulated to go to a place: some seconds at most.
const MOST_TICKS: u64 = 400_000_000;

/// Where to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// So many ticks on, or back. At a recall or a recovery there are two states of one tick, before and after: a step each.
    Ticks(i64),
    /// So many epochs on, or back: to the moment at which one has begun. From within an epoch the first step back goes to its
    /// beginning.
    Hops(i64),
    /// The next mark, or the one before; of this kind, or of any. Nowhere if there is none.
    Mark {
        /// Forward, or back.
        forward: bool,
        /// None: of any kind.
        kind: Option<MarkKind>,
    },
    /// To this place on the axis, in nanoseconds.
    Shown(u64),
    /// To this part of the axis, from 0 to 1.
    Fraction(f64),
    /// To the first time that the ball has this tick.
    Tick(u64),
    /// To the first time that the ball has had so many hops.
    Hop(u64),
    /// To this time since the recording began, in nanoseconds.
    Recorded(u64),
    /// To the beginning.
    Start,
    /// To the end of what is known of the file by now.
    End,
}

impl Playback {
    /// Moves the play head. False if there is no such place. It stops playing, but for places on the axis.
    pub fn go(&mut self, goal: Goal) -> bool {
        self.learn();
        let is_on_the_axis = matches!(goal, Goal::Shown(_) | Goal::Fraction(_) | Goal::Start | Goal::End);
        self.is_playing &= is_on_the_axis;
        match goal {
            Goal::Ticks(steps) => self.step(steps, Self::next_stop, Self::stop_before),
            Goal::Hops(steps) => self.step(steps, Self::next_epoch, Self::epoch_before),
            Goal::Mark { forward, kind } => {
                let place = self.mark(forward, kind).map(|mark| mark.shown_ns);
                place.is_some_and(|place| self.seek(place))
            }
            Goal::Shown(shown_ns) => self.seek(shown_ns),
            Goal::Fraction(part) => self.seek(part_of(self.known.length_ns, part)),
            Goal::Start => self.seek(0),
            Goal::End => self.seek(u64::MAX),
            Goal::Tick(tick) => self.search(
                |keyframe| keyframe.knot.tick >= tick,
                |cursor| cursor.segment.as_ref().and_then(|segment| segment.stretch.shown_of_tick(tick)),
            ),
            Goal::Hop(hop) => self.search(
                |keyframe| keyframe.replayed.ball().is_some_and(|ball| ball.hop >= hop),
                |cursor| cursor.first_place_of_hop(hop),
            ),
            Goal::Recorded(at_ns) => self.search(
                |keyframe| keyframe.knot.at_ns >= at_ns,
                |cursor| {
                    let stretch = cursor.segment.as_ref().map(|segment| &segment.stretch)?;
                    let is_here = stretch.to().at_ns >= at_ns || cursor.ending.is_some();
                    is_here.then(|| stretch.shown_of_at(at_ns))
                },
            ),
        }
    }

    /// The next mark, or the one before.
    fn mark(&self, forward: bool, kind: Option<MarkKind>) -> Option<&Mark> {
        let here = self.head.shown_ns;
        let is_wanted = |mark: &&Mark| kind.is_none_or(|kind| kind == mark.kind);
        if forward {
            self.marks.iter().filter(is_wanted).find(|mark| mark.shown_ns > here)
        } else {
            self.marks.iter().rev().filter(is_wanted).find(|mark| mark.shown_ns < here)
        }
    }

    /// The last place that can be shown.
    pub(super) fn limit(&self) -> u64 {
        // What begins there is not read yet.
        let open = u64::from(self.known.ending.is_none());
        self.known.length_ns.saturating_sub(open)
    }

    fn step(
        &mut self,
        steps: i64,
        forward: fn(&mut Self) -> Option<u64>,
        back: fn(&mut Self) -> Option<u64>,
    ) -> bool {
        let step = if steps > 0 { forward } else { back };
        let mut has_moved = false;
        for _ in 0..steps.unsigned_abs() {
            let place = step(self).filter(|place| *place <= self.limit() && *place != self.head.shown_ns);
            let Some(place) = place else { break };
            if !self.reach(place) {
                break;
            }
            self.head.shown_ns = place;
            has_moved = true;
        }
        has_moved && self.present()
    }

    fn next_stop(&mut self) -> Option<u64> {
        let here = self.head.shown_ns;
        self.reach(here).then_some(())?;
        self.cursor.segment.as_ref().map(|segment| segment.next_stop(here))
    }

    fn stop_before(&mut self) -> Option<u64> {
        let before = self.head.shown_ns.checked_sub(1)?;
        self.reach(before).then_some(())?;
        self.cursor.segment.as_ref().map(|segment| segment.stop_at(before))
    }

    fn next_epoch(&mut self) -> Option<u64> {
        let here = self.head.shown_ns;
        self.reach(here).then_some(())?;
        self.cursor.segment.as_ref().map(|segment| segment.stretch.to().shown_ns)
    }

    fn epoch_before(&mut self) -> Option<u64> {
        let before = self.head.shown_ns.checked_sub(1)?;
        self.reach(before).then_some(())?;
        self.cursor.segment.as_ref().map(|segment| segment.stretch.from().shown_ns)
    }

    /// Searches segment by segment, from the last keyframe on at which it `is_before`.
    fn search(
        &mut self,
        is_beyond: impl Fn(&Keyframe) -> bool,
        found: impl Fn(&Cursor) -> Option<u64>,
    ) -> bool {
        let Some(keyframe) = self.index.last_before(is_beyond) else { return false };
        let mut left = MOST_TICKS;
        if !self.cursor.go_to(&keyframe) {
            return self.is_lost();
        }
        while self.cursor.knot.shown_ns <= self.limit() {
            match self.cursor.advance(&mut |ticks| spend(&mut left, ticks)) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(Stopped) => return self.is_lost(),
            }
            if let Some(place) = found(&self.cursor) {
                return self.seek(place);
            }
        }
        false
    }

    /// Goes to a place of the axis, or to the nearest one that is there.
    pub(super) fn seek(&mut self, shown_ns: u64) -> bool {
        let place = shown_ns.min(self.limit());
        if !self.reach(place) {
            return false;
        }
        self.head.shown_ns = place;
        self.present()
    }

    /// Brings the cursor to the segment in which a place is.
    fn reach(&mut self, place: u64) -> bool {
        if self.cursor.contains(place) {
            return true;
        }
        let far = self.index.before(place);
        let near = self.near.before(place).cloned();
        let nearest = far.iter().chain(&near).max_by_key(|keyframe| keyframe.knot.shown_ns).cloned();
        let goes_on = self.cursor.begins().is_some_and(|from| {
            from <= place && nearest.as_ref().is_none_or(|keyframe| keyframe.knot.shown_ns <= from)
        });
        if !goes_on {
            let Some(keyframe) = nearest else { return false };
            if let Some(far) =
                far.filter(|far| self.near.first().is_none_or(|first| first != far.knot.shown_ns))
            {
                self.near = Keyframes::new(NEAR);
                self.near.insert(far);
            }
            if !self.cursor.go_to(&keyframe) {
                return self.is_lost();
            }
        }
        let mut left = MOST_TICKS;
        loop {
            match self.cursor.advance(&mut |ticks| spend(&mut left, ticks)) {
                Ok(true) if self.cursor.contains(place) => return true,
                Ok(true) => {
                    self.cursor.pass();
                    self.near.offer(&self.cursor);
                }
                Ok(false) | Err(Stopped) => return self.is_lost(),
            }
        }
    }

    /// The file is not as it was, or what was wanted took too long: back to where the play head is.
    fn is_lost(&mut self) -> bool {
        if let Some(keyframe) = self.index.before(self.head.shown_ns) {
            let _went_back = self.cursor.go_to(&keyframe);
        }
        false
    }

    /// Lays out what is at the play head.
    fn present(&mut self) -> bool {
        let place = self.head.shown_ns;
        let Some(segment) = &self.cursor.segment else { return false };
        let (game, line) = segment.game_at(place);
        let mut logs = self.cursor.logs.clone();
        segment.lines_at(place).for_each(|numbered| logs.note(&numbered.line));
        let knot = segment.stretch.knot_at(place);
        let mut ends = segment.rally_ends.iter().filter(|end| end.tick <= knot.tick);
        logs.rally_end = ends.next_back().map(|end| logs.word_of(end)).or(logs.rally_end);
        match show(&mut self.stage, &game, &logs, line, place, knot.at_ns) {
            Ok((head, now_ns)) => {
                (self.head, self.now_ns, self.logs) = (head, now_ns, logs);
                true
            }
            // No memory for another Region: what was there stays.
            Err(_) => false,
        }
    }
}

fn spend(left: &mut u64, ticks: u64) -> bool {
    *left = left.saturating_sub(ticks);
    *left > 0
}

/// A part of the axis. Not-a-number is its beginning.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part from 0 to 1 of a length, and the cast saturates"
)]
fn part_of(length_ns: u64, part: f64) -> u64 {
    ((length_ns as f64 * part.clamp(0.0, 1.0)) as u64).min(length_ns)
}
