//! Words that are compared bit by bit: as hexadecimal digits, since a decimal number may lose some.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::game::{Ball, Score};

/// A word as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hex(pub u64);

/// Where the ball is, how it flies, and its trajectory hash: x, y, vx, vy (the bits of each `f64`), hash. 80 digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bits(pub [u64; 5]);

/// A whole ball.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallLine {
    /// Ticks since the first serve.
    pub tick: u64,
    /// Hand-offs since the first serve.
    pub hop: u64,
    /// Where it is, and its hash.
    pub state: Bits,
    /// What is played, and how it stands: [`Score::word`].
    pub score: Hex,
}

impl Bits {
    /// Those of a ball.
    pub fn of(ball: &Ball) -> Self {
        let Ball { x, y, vx, vy, hash, .. } = ball;
        Self([x.to_bits(), y.to_bits(), vx.to_bits(), vy.to_bits(), *hash])
    }

    /// x, y, vx and vy.
    pub fn flight(&self) -> [f64; 4] {
        let [x, y, vx, vy, _] = self.0;
        [x, y, vx, vy].map(f64::from_bits)
    }

    /// The trajectory hash.
    pub fn hash(&self) -> u64 {
        self.0[4]
    }
}

impl BallLine {
    /// A ball as it is written.
    pub fn of(ball: &Ball) -> Self {
        let Ball { tick, hop, score, .. } = *ball;
        Self { tick, hop, state: Bits::of(ball), score: Hex(score.word()) }
    }

    /// The ball, whose numbers are still to be checked (`Court::is_sound`); None if no game can stand so.
    pub fn ball(&self) -> Option<Ball> {
        let [x, y, vx, vy] = self.state.flight();
        let score = Score::from_word(self.score.0)?;
        Some(Ball { tick: self.tick, hop: self.hop, x, y, vx, vy, hash: self.state.hash(), score })
    }
}

/// Words of 16 digits each, out of exactly so many lower-case digits.
fn words<const N: usize>(text: &str) -> Option<[u64; N]> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 16 * N || !text.bytes().all(is_digit) {
        return None;
    }
    let mut words = [0; N];
    for (index, word) in words.iter_mut().enumerate() {
        *word = u64::from_str_radix(text.get(16 * index..16 * index + 16)?, 16).ok()?;
    }
    Some(words)
}

struct Digits<const N: usize>;

impl<const N: usize> Visitor<'_> for Digits<N> {
    type Value = [u64; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hexadecimal digits", 16 * N)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        words(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, vx, vy] = self.flight();
        write!(f, "({x}, {y}) {vx}, {vy} {:016x}", self.hash())
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits::<1>).map(|[word]| Self(word))
    }
}

impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits).map(Self)
    }
}
