//! The axis of the scrubber: a stretch of it lies between two lines that say where the ball was.
//!
//! Three things grow along it: the tick of the ball, the time that was recorded, and the time that is shown. In a game in real
//! time the shown time goes by as the recorded one did, but for moments in which the ball stands still: of these at most
//! [`LONGEST_STAND_NS`] are shown. A game that was not paced is shown at 240 ticks a second.

use crate::game::TICKS_PER_SECOND;

/// The ball is shown standing still for no longer.
pub const LONGEST_STAND_NS: u64 = 2_000_000_000;
/// A tick of a game that was not paced.
const TICK_NS: u64 = 1_000_000_000 / TICKS_PER_SECOND as u64;
/// A stretch has no more knots: what changes more often than this within a hop is not worth it.
const MOST_KNOTS: usize = 64;

/// A point of the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Knot {
    /// The tick of the ball.
    pub(super) tick: u64,
    /// Nanoseconds since the recording began.
    pub(super) at_ns: u64,
    /// Nanoseconds on the axis.
    pub(super) shown_ns: u64,
}

/// A time in which the ball goes at one pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    length_ns: u64,
    /// How long a tick takes; None while the ball stands still.
    tick_ns: Option<u64>,
}

/// What happens between two lines that say where the ball was: put together while lines are read.
#[derive(Debug, Clone)]
pub(super) struct Course {
    from: Knot,
    is_paced: bool,
    pieces: Vec<Piece>,
    at_ns: u64,
}

/// How a stretch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CourseEnd {
    /// The tick that the ball has reached by then.
    pub(super) tick: u64,
    /// When.
    pub(super) at_ns: u64,
    /// Whether it has flown up to then: it was handed over.
    pub(super) flies: bool,
    /// How long a tick takes by now; None if the ball stands still.
    pub(super) tick_ns: Option<u64>,
}

impl Course {
    pub(super) fn new(from: Knot, is_paced: bool) -> Self {
        Self { from, is_paced, pieces: Vec::new(), at_ns: from.at_ns }
    }

    /// Up to this time a tick took so long; None while the ball stood still.
    pub(super) fn until(&mut self, at_ns: u64, tick_ns: Option<u64>) {
        if self.pieces.len() < MOST_KNOTS - 2 {
            self.push(at_ns, tick_ns);
        }
    }

    fn push(&mut self, at_ns: u64, tick_ns: Option<u64>) {
        let length_ns = at_ns.saturating_sub(self.at_ns);
        self.at_ns = self.at_ns.max(at_ns);
        match self.pieces.last_mut() {
            Some(last) if last.tick_ns == tick_ns => last.length_ns += length_ns,
            _ if length_ns == 0 => {}
            _ => self.pieces.push(Piece { length_ns, tick_ns: tick_ns.map(|ns| ns.max(1)) }),
        }
    }

    /// The stretch from line to line.
    pub(super) fn finish(mut self, end: CourseEnd) -> Stretch {
        self.push(end.at_ns, end.tick_ns);
        let ticks = end.tick.saturating_sub(self.from.tick);
        let nominal: u128 = self.pieces.iter().map(nominal).sum();
        let mut knots = vec![self.from];
        let mut stand_ns = 0;
        let mut flown = 0;
        let last = self.pieces.len().saturating_sub(1);
        for (index, piece) in std::mem::take(&mut self.pieces).into_iter().enumerate() {
            let reached = self.reached(ticks, nominal, flown + self::nominal(&piece), &end);
            flown += self::nominal(&piece);
            // What rounding has left belongs to the last one.
            let reached = if index == last { ticks } else { reached };
            let played = reached - (knots_tick(&knots) - self.from.tick);
            self.add(&mut knots, piece, played, end.flies, &mut stand_ns);
        }
        if knots.len() == 1 {
            let piece = Piece { length_ns: 0, tick_ns: end.tick_ns };
            self.add(&mut knots, piece, ticks, true, &mut stand_ns);
        }
        Stretch { knots }
    }

    /// So many of the ticks are over after so many nominal ones.
    fn reached(&self, ticks: u64, nominal: u128, flown: u128, end: &CourseEnd) -> u64 {
        let ticks = u128::from(ticks);
        let reached = if nominal == 0 {
            0
        } else if end.flies || ticks * NOMINAL > nominal {
            // In numbers small enough to be multiplied.
            let shift = (u128::BITS - nominal.leading_zeros()).saturating_sub(63);
            ticks * (flown >> shift) / (nominal >> shift)
        } else {
            (flown / NOMINAL).min(ticks)
        };
        u64::try_from(reached.min(ticks)).unwrap_or(u64::MAX)
    }

    /// Adds a piece in which so many ticks are played: to its end, or at their pace and then the ball stands still.
    fn add(&self, knots: &mut Vec<Knot>, piece: Piece, played: u64, flies: bool, stand_ns: &mut u64) {
        let needed_ns = played.saturating_mul(piece.tick_ns.unwrap_or(TICK_NS));
        let flight_ns = if played == 0 {
            0
        } else if flies || piece.tick_ns.is_none() {
            piece.length_ns
        } else {
            needed_ns.min(piece.length_ns)
        };
        if played > 0 {
            *stand_ns = 0;
            let shown_ns = if self.is_paced {
                // Nobody had a CPU, or the machine was asleep.
                flight_ns.min(needed_ns.saturating_add(LONGEST_STAND_NS))
            } else {
                played.saturating_mul(TICK_NS)
            };
            append(knots, played, flight_ns, shown_ns.max(played));
        }
        let rest_ns = piece.length_ns - flight_ns;
        if rest_ns > 0 || played == 0 {
            let shown_ns = rest_ns.min(LONGEST_STAND_NS - (*stand_ns).min(LONGEST_STAND_NS));
            *stand_ns = stand_ns.saturating_add(shown_ns);
            append(knots, 0, rest_ns, shown_ns.max(1));
        }
    }
}

/// Nominal ticks are counted in these parts.
const NOMINAL: u128 = 1 << 20;

/// How many ticks, in parts, a piece has room for.
fn nominal(piece: &Piece) -> u128 {
    piece.tick_ns.map_or(0, |tick_ns| u128::from(piece.length_ns) * NOMINAL / u128::from(tick_ns.max(1)))
}

fn knots_tick(knots: &[Knot]) -> u64 {
    knots.last().map_or(0, |knot| knot.tick)
}

fn append(knots: &mut Vec<Knot>, ticks: u64, length_ns: u64, shown_ns: u64) {
    let last = knots.last().copied().unwrap_or_default();
    knots.push(Knot {
        tick: last.tick.saturating_add(ticks),
        at_ns: last.at_ns.saturating_add(length_ns),
        shown_ns: last.shown_ns.saturating_add(shown_ns),
    });
}

/// A part of the axis between two lines that say where the ball was. From knot to knot all three grow evenly; the shown time always
/// does, by at least one nanosecond a tick.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stretch {
    knots: Vec<Knot>,
}

impl Stretch {
    /// Where it begins.
    pub(super) fn from(&self) -> Knot {
        self.knots.first().copied().unwrap_or_default()
    }

    /// Where it ends, and the next one begins.
    pub(super) fn to(&self) -> Knot {
        self.knots.last().copied().unwrap_or_default()
    }

    /// The tick and the recorded time at this place.
    pub(super) fn knot_at(&self, shown_ns: u64) -> Knot {
        let shown_ns = shown_ns.clamp(self.from().shown_ns, self.to().shown_ns);
        let next = self.knots.partition_point(|knot| knot.shown_ns <= shown_ns);
        let Some([from, to]) = self.pair(next) else { return self.to() };
        let part = |from_value: u64, to_value: u64| {
            let done = u128::from(to_value - from_value) * u128::from(shown_ns - from.shown_ns)
                / u128::from(to.shown_ns - from.shown_ns);
            from_value + u64::try_from(done).unwrap_or(0)
        };
        Knot { tick: part(from.tick, to.tick), at_ns: part(from.at_ns, to.at_ns), shown_ns }
    }

    /// The first place at which the ball has this tick; None if it never has.
    pub(super) fn shown_of_tick(&self, tick: u64) -> Option<u64> {
        let next = self.knots.iter().position(|knot| knot.tick >= tick)?;
        let Some([from, to]) = self.pair(next) else {
            return (next == 0 && self.from().tick == tick).then_some(self.from().shown_ns);
        };
        Some(between(from.shown_ns, to.shown_ns, tick - from.tick, to.tick - from.tick))
    }

    /// The first place that is as late as this, or the end.
    pub(super) fn shown_of_at(&self, at_ns: u64) -> u64 {
        let Some(next) = self.knots.iter().position(|knot| knot.at_ns >= at_ns) else {
            return self.to().shown_ns;
        };
        let Some([from, to]) = self.pair(next) else { return self.from().shown_ns };
        between(from.shown_ns, to.shown_ns, at_ns - from.at_ns, to.at_ns - from.at_ns)
    }

    fn pair(&self, next: usize) -> Option<[Knot; 2]> {
        let from = next.checked_sub(1)?;
        Some([*self.knots.get(from)?, *self.knots.get(next)?])
    }
}

/// The first place from `from` to `to` at which `part` of `whole` is over.
fn between(from: u64, to: u64, part: u64, whole: u64) -> u64 {
    let done = u128::from(to - from) * u128::from(part);
    from + u64::try_from(done.div_ceil(u128::from(whole.max(1)))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const TICK: u64 = 4_166_666;

    fn start() -> Knot {
        Knot { tick: 100, at_ns: 5 * SECOND, shown_ns: 3 * SECOND }
    }

    fn end(tick: u64, at_ns: u64, flies: bool) -> CourseEnd {
        CourseEnd { tick, at_ns, flies, tick_ns: Some(TICK) }
    }

    /// What must hold of every stretch.
    fn check(stretch: &Stretch) {
        let (from, to) = (stretch.from(), stretch.to());
        assert!(from.shown_ns < to.shown_ns, "{stretch:?}");
        for tick in from.tick..=to.tick {
            let shown_ns = stretch.shown_of_tick(tick).unwrap();
            assert_eq!(stretch.knot_at(shown_ns).tick, tick, "{stretch:?}");
            if tick > from.tick {
                assert!(stretch.knot_at(shown_ns - 1).tick < tick, "{tick} of {stretch:?}");
            }
        }
        assert_eq!(stretch.shown_of_tick(to.tick + 1), None);
        for part in 0..=10 {
            let at_ns = from.at_ns + (to.at_ns - from.at_ns) / 10 * part;
            let shown_ns = stretch.shown_of_at(at_ns);
            let found_ns = stretch.knot_at(shown_ns).at_ns;
            assert!(found_ns >= at_ns || shown_ns == to.shown_ns, "{at_ns} of {stretch:?}");
        }
    }

    #[test]
    fn a_ball_that_is_handed_over_flies_evenly_up_to_then() {
        let stretch = Course::new(start(), true).finish(end(340, 6 * SECOND, true));
        check(&stretch);
        assert_eq!(stretch.to(), Knot { tick: 340, at_ns: 6 * SECOND, shown_ns: 4 * SECOND });
        assert_eq!(stretch.knot_at(3 * SECOND + SECOND / 2).tick, 220);
        assert_eq!(stretch.shown_of_tick(340), Some(4 * SECOND), "at the very end");
    }

    #[test]
    fn a_ball_that_stops_flies_at_its_pace_and_is_shown_standing_for_two_seconds_at_most() {
        let stretch = Course::new(start(), true).finish(end(220, 15 * SECOND, false));
        check(&stretch);
        assert_eq!(stretch.shown_of_tick(220), Some(3 * SECOND + 120 * TICK));
        assert_eq!(stretch.to().shown_ns, 5 * SECOND + 120 * TICK);
    }

    #[test]
    fn a_pause_in_the_middle_is_shortened_and_no_tick_falls_into_it() {
        let mut course = Course::new(start(), true);
        course.until(5 * SECOND + SECOND / 2, Some(TICK));
        course.until(65 * SECOND, None);
        let stretch = course.finish(end(340, 65 * SECOND + SECOND / 2, true));
        check(&stretch);
        assert_eq!(stretch.to().shown_ns, 6 * SECOND);
        let [before, after] =
            [3 * SECOND + SECOND / 2, 5 * SECOND + SECOND / 2].map(|at| stretch.knot_at(at));
        assert_eq!((before.tick, after.tick), (220, 220));
        assert_eq!((before.at_ns, after.at_ns), (5 * SECOND + SECOND / 2, 65 * SECOND));
    }

    #[test]
    fn a_game_that_was_not_paced_is_shown_at_240_ticks_a_second() {
        let stretch = Course::new(start(), false).finish(end(340, 5 * SECOND + 3_000, true));
        check(&stretch);
        assert_eq!(stretch.to().shown_ns - start().shown_ns, 240 * TICK);
        assert_eq!(stretch.to().at_ns, 5 * SECOND + 3_000);
    }

    #[test]
    fn whatever_the_lines_say_the_axis_goes_on_and_on() {
        let times = [0, 5 * SECOND, 5 * SECOND + 1, 6 * SECOND, u64::MAX];
        for (at_ns, middle_ns) in times.into_iter().flat_map(|at| times.map(|middle| (at, middle))) {
            for tick in [0, 100, 101, 900] {
                for (flies, is_paced) in [(true, true), (true, false), (false, true), (false, false)] {
                    for tick_ns in [None, Some(0), Some(TICK), Some(u64::MAX)] {
                        let mut course = Course::new(start(), is_paced);
                        course.until(middle_ns, tick_ns);
                        (0..200).for_each(|at| course.until(5 * SECOND + at, Some(at)));
                        check(&course.finish(CourseEnd { tick_ns, ..end(tick, at_ns, flies) }));
                    }
                }
            }
        }
    }
}
