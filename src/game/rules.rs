//! What is played, and how it stands: the part of the ball that is not flight.
//!
//! It travels with the ball, so that it survives every death, and so that a serve can begin another game.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::geometry::TICKS_PER_SECOND;

/// What the outer walls are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum GameMode {
    /// They bounce the ball, without an end.
    #[default]
    Rally,
    /// They are goals: first to [`POINTS_TO_WIN`], by two.
    Match,
}

impl GameMode {
    /// Every mode, in the order in which people are offered them.
    pub const ALL: [Self; 2] = [Self::Rally, Self::Match];

    /// Its name on the command line, in the settings and in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How large the ball is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum BallSize {
    /// Two thirds of the normal one.
    Small,
    /// The one of the trajectory hashes.
    #[default]
    Normal,
    /// Twice the normal one.
    Large,
}

impl BallSize {
    /// Every size, from small to large.
    pub const ALL: [Self; 3] = [Self::Small, Self::Normal, Self::Large];

    /// Its name on the command line, in the settings and in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Radius of the ball, in court units.
    pub const fn radius(self) -> f64 {
        match self {
            Self::Small => 0.06,
            Self::Normal => 0.09,
            Self::Large => 0.18,
        }
    }
}

/// How well the autopilots play.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Skill {
    /// They let one ball in three go by, move slowly and strike flat.
    Easy,
    /// They let one ball in eight go by: those of the trajectory hashes.
    #[default]
    Fair,
    /// They let one ball in 32 go by, move fast and strike steeply.
    Hard,
}

impl Skill {
    /// Every skill, from easy to hard.
    pub const ALL: [Self; 3] = [Self::Easy, Self::Fair, Self::Hard];

    /// Its name on the command line, in the settings and in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// As two bits. The default is 0.
    fn number(self) -> u64 {
        match self {
            Self::Fair => 0,
            Self::Easy => 1,
            Self::Hard => 2,
        }
    }

    /// An outer autopilot lets one ball in so many go by: never none, so that every rally ends.
    pub(super) fn lets_one_go_in(self) -> u64 {
        match self {
            Self::Easy => 3,
            Self::Fair => 8,
            Self::Hard => 32,
        }
    }

    /// How fast an autopilot goes to a ball that it wants to strike, beside the fair one.
    pub(super) fn reach(self) -> f64 {
        match self {
            Self::Easy => 0.5,
            Self::Fair => 1.0,
            Self::Hard => 1.5,
        }
    }

    /// Where on its paddle an autopilot strikes the ball, -1 to 1 from end to end, by a draw from 0 to 1. The farther from
    /// the middle, the steeper it flies.
    pub(super) fn aim(self, draw: f64) -> f64 {
        match self {
            Self::Easy => draw * 0.9 - 0.45,
            Self::Fair => draw * 1.8 - 0.9,
            Self::Hard if draw < 0.5 => -0.9 + draw * 0.9,
            Self::Hard => draw * 0.9,
        }
    }
}

/// What is played. A serve decides it; until the next one it stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GameRules {
    /// What the outer walls are.
    pub mode: GameMode,
    /// How large the ball is.
    #[serde(rename = "ball_size")]
    pub size: BallSize,
    /// How well the autopilots play.
    pub autopilot: Skill,
}

impl GameRules {
    /// As five bits: `autopilot:2 | size:2 | mode:1`.
    pub fn number(self) -> u64 {
        u64::from(self.mode == GameMode::Match) | (self.size as u64) << 1 | self.autopilot.number() << 3
    }

    /// The rules of this number.
    pub fn from_number(number: u64) -> Option<Self> {
        let mode = GameMode::ALL[usize::from(number & 1 == 1)];
        let size = BallSize::ALL.into_iter().find(|size| *size as u64 == number >> 1 & 0b11)?;
        let autopilot = Skill::ALL.into_iter().find(|skill| skill.number() == number >> 3)?;
        Some(Self { mode, size, autopilot })
    }
}

/// A side of a match: the player of the first pane, or of the last. The paddles between them are the net.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Side {
    /// The player of the first pane.
    Left,
    /// The player of the last pane.
    Right,
}

/// Points that win a match, if they are two more than the other side's.
pub const POINTS_TO_WIN: u8 = 11;
/// So many points win whatever the other side has: a score has two digits.
const MOST_POINTS: u8 = 99;
/// How long the ball lies still after a goal before it is served again, in ticks.
const SERVE_PAUSE: u8 = TICKS_PER_SECOND as u8;
/// Hits and passes are counted up to here.
pub const MOST_HITS: u32 = (1 << 19) - 1;
const MOST_PASSES: u32 = (1 << 17) - 1;

/// How a game stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// What is played.
    #[serde(flatten)]
    pub rules: GameRules,
    /// Points of the left side; 0 in a rally, as all that belongs to a match.
    pub left: u8,
    /// Points of the right side.
    pub right: u8,
    /// How often a paddle has struck the ball since it was served, or last got past an outer paddle to the wall.
    pub hits: u32,
    /// How often the ball was handed over since then.
    pub passes: u32,
    /// Whether a paddle that a person moves has struck the ball since then.
    pub by_hand: bool,
    /// Ticks until the serve after a goal; 0 while the ball flies.
    #[serde(rename = "pause_ticks")]
    pub pause: u8,
}

impl Score {
    /// Before the first point.
    pub fn new(rules: GameRules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// After a serve by these rules: the score goes on if it belongs to a match that is not over.
    pub fn served(self, rules: GameRules) -> Self {
        let goes_on = rules.mode == GameMode::Match && self.is_match() && !self.is_over();
        let (left, right) = if goes_on { (self.left, self.right) } else { (0, 0) };
        Self { left, right, ..Self::new(rules) }
    }

    /// Whether the outer walls are goals.
    pub fn is_match(&self) -> bool {
        self.rules.mode == GameMode::Match
    }

    /// The side that has won.
    pub fn winner(&self) -> Option<Side> {
        let (most, least) = (self.left.max(self.right), self.left.min(self.right));
        let is_won = most >= POINTS_TO_WIN && most - least >= 2 || most >= MOST_POINTS;
        is_won.then_some(if self.left > self.right { Side::Left } else { Side::Right })
    }

    /// Whether the match is over: the ball rests until a user presses Start.
    pub fn is_over(&self) -> bool {
        self.winner().is_some()
    }

    /// A point for this side. Unless that was the last one, the next serve follows after a pause.
    pub(super) fn add_point(&mut self, side: Side) {
        match side {
            Side::Left => self.left += 1,
            Side::Right => self.right += 1,
        }
        self.end_rally();
        self.pause = if self.is_over() { 0 } else { SERVE_PAUSE };
    }

    pub(super) fn hit(&mut self, by_hand: bool) {
        self.hits = (self.hits + 1).min(MOST_HITS);
        self.by_hand |= by_hand;
    }

    pub(super) fn pass(&mut self) {
        self.passes = (self.passes + 1).min(MOST_PASSES);
    }

    /// The ball got past an outer paddle.
    pub(super) fn end_rally(&mut self) {
        (self.hits, self.passes, self.by_hand) = (0, 0, false);
    }

    /// Whether the rally that stood like `before` a tick ago is over now: the ball has met an outer wall.
    pub fn has_ended(&self, before: &Self) -> bool {
        let begins_anew = (self.hits, self.passes) == (0, 0) && (before.hits, before.passes) != (0, 0);
        begins_anew || (self.left, self.right) != (before.left, before.right)
    }

    /// As a word: `rules:5 | by_hand:1 | left:7 | right:7 | pause:8 | hits:19 | passes:17`.
    pub fn word(&self) -> u64 {
        let parts: [(u32, u64); 6] = [
            (1, self.by_hand.into()),
            (7, self.left.into()),
            (7, self.right.into()),
            (8, self.pause.into()),
            (19, self.hits.into()),
            (17, self.passes.into()),
        ];
        parts.into_iter().fold(self.rules.number(), |word, (bits, part)| word << bits | part)
    }

    /// What a goal adds to the trajectory hash: `mode and size:3 | left:7 | right:7 | pause:8 | autopilot:39`. After a
    /// goal nothing is left of the rally that was, and so nothing of who played it.
    pub(super) fn goal_word(&self) -> u64 {
        let rules = self.rules.number();
        let parts: [(u32, u64); 4] =
            [(7, self.left.into()), (7, self.right.into()), (8, self.pause.into()), (39, rules >> 3)];
        parts.into_iter().fold(rules & 0b111, |word, (bits, part)| word << bits | part)
    }

    /// The score of a word; None if no game can have it.
    pub fn from_word(word: u64) -> Option<Self> {
        let part = |from: u32, bits: u32| (word >> from & ((1 << bits) - 1)) as u32;
        let score = Self {
            rules: GameRules::from_number(word >> 59)?,
            by_hand: part(58, 1) == 1,
            left: part(51, 7) as u8,
            right: part(44, 7) as u8,
            pause: part(36, 8) as u8,
            hits: part(17, 19),
            passes: part(0, 17),
        };
        score.is_possible().then_some(score)
    }

    fn is_possible(&self) -> bool {
        let (most, least) = (self.left.max(self.right), self.left.min(self.right));
        // One point more than was needed is never made.
        let is_reached = most <= POINTS_TO_WIN || most <= MOST_POINTS && most - least <= 2;
        let is_pause = self.pause <= SERVE_PAUSE && (self.pause == 0 || !self.is_over());
        // Who has struck a ball has made a hit.
        let is_played = self.hits > 0 || !self.by_hand;
        is_reached && is_pause && is_played && (self.is_match() || (most, self.pause) == (0, 0))
    }
}

impl fmt::Display for Score {
    /// The points: 10:8.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.left, self.right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(points: &[Side]) -> Score {
        let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
        let mut score = Score::new(rules);
        points.iter().for_each(|side| score.add_point(*side));
        score
    }

    #[test]
    fn a_match_is_won_with_eleven_points_and_two_more_than_the_other() {
        let (left, right) = (Side::Left, Side::Right);
        assert_eq!(after(&[left; 10]).winner(), None);
        assert_eq!(after(&[left; 11]).winner(), Some(left));
        let mut even = [left, right].repeat(10);
        assert_eq!(after(&even).winner(), None, "10:10");
        even.push(right);
        assert_eq!(after(&even).winner(), None, "10:11");
        even.push(right);
        assert_eq!((after(&even).winner(), after(&even).to_string()), (Some(right), "10:12".to_owned()));
    }

    #[test]
    fn a_score_never_needs_three_digits() {
        let mut endless = [Side::Left, Side::Right].repeat(98);
        assert_eq!(after(&endless).winner(), None, "98:98");
        endless.push(Side::Left);
        assert_eq!(after(&endless).winner(), Some(Side::Left), "99:98");
    }

    #[test]
    fn a_serve_keeps_the_score_of_a_match_that_goes_on_and_of_no_other() {
        let going_on = after(&[Side::Left; 3]);
        assert_eq!(going_on.served(going_on.rules).left, 3);
        assert_eq!(going_on.served(GameRules::default()), Score::default());
        assert_eq!(after(&[Side::Left; 11]).served(going_on.rules), Score::new(going_on.rules));
    }

    #[test]
    fn every_score_is_read_as_it_was_written() {
        let all: Vec<_> = (0..u64::from(u16::MAX)).filter_map(GameRules::from_number).collect();
        assert_eq!(all.len(), 18, "two modes, three sizes, three skills");
        for rules in all {
            for by_hand in [false, true] {
                let most = Score { rules, by_hand, hits: MOST_HITS, passes: MOST_PASSES, ..Score::default() };
                assert_eq!(Score::from_word(most.word()), Some(most));
            }
        }
        let mut points = vec![Side::Right; 9];
        points.push(Side::Left);
        let score = Score { hits: 4, passes: 5, ..after(&points) };
        assert_eq!(Score::from_word(score.word()), Some(score));
        assert_eq!(GameRules::from_number(6), None);
    }

    #[test]
    fn a_score_that_no_game_can_have_is_none() {
        let good = after(&[Side::Left; 3]);
        let impossible = [
            Score { left: 100, ..good },
            Score { left: 13, right: 5, ..good },
            Score { pause: SERVE_PAUSE + 1, ..good },
            Score { left: 11, right: 0, pause: 1, ..good },
            Score { rules: GameRules::default(), ..good },
            Score { by_hand: true, ..good },
        ];
        for score in impossible {
            assert_eq!(Score::from_word(score.word()), None, "{score:?}");
        }
        assert_eq!(Score::from_word(u64::MAX), None);
    }
}
