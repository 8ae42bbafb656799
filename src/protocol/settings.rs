//! What users choose: in the file of the settings, and as words among the controls, which anyone may write at any time, and
//! whose reader checks them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strum::IntoStaticStr;

use super::appearance::{Colors, Zoom};
use super::region::{Controls, Region};
use crate::game::{GameRules, TICKS_PER_SECOND};
use crate::platform::sync::{Ordering, Rights, Word};

/// One tick of a game at normal speed, in nanoseconds.
const TICK_NS: u64 = 1_000_000_000 / TICKS_PER_SECOND as u64;

/// How fast the time of a game goes by. The trajectory stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Speed {
    /// Half as fast.
    Slow,
    /// A pane takes about a second to cross.
    #[default]
    Normal,
    /// Half as fast again.
    Fast,
    /// Twice as fast.
    Fastest,
}

impl Speed {
    /// Every speed, from slow to fast.
    pub const ALL: [Self; 4] = [Self::Slow, Self::Normal, Self::Fast, Self::Fastest];

    /// Its name on the command line and in the settings.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// How many half seconds of the game go by in a second.
    pub fn halves(self) -> u64 {
        self as u64 + 1
    }

    /// How long a tick takes, in nanoseconds.
    pub fn tick_ns(self) -> u64 {
        TICK_NS * 2 / self.halves()
    }

    /// The speed of this number, as the Region has it.
    #[doc(hidden)]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|speed| speed.number() == number)
    }

    /// As a word. The normal speed is 0, so that zeroed bytes mean it.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Normal => 0,
            Self::Slow => 1,
            Self::Fast => 2,
            Self::Fastest => 3,
        }
    }
}

/// What users choose: how the game goes and how its windows look. The same in the file that remembers it, on the command line,
/// in the Region, where anyone may change it at any time, and in the windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GameSettings {
    /// Whether the windows explain the last hand-off.
    pub explains: bool,
    /// What the next serve begins; None: the same as before.
    #[serde(flatten, with = "rules_in_file")]
    pub rules: Option<GameRules>,
    /// How fast the ball flies.
    pub speed: Speed,
    /// The windows do without effects.
    pub reduced_motion: bool,
    /// The colours of the windows.
    pub colors: Colors,
    /// How large everything in the windows is.
    pub zoom: Zoom,
    /// The most hits of any rally so far.
    pub best: u32,
    /// A ball in real time stands still. Never remembered.
    #[serde(skip)]
    pub paused: bool,
}

/// The settings of a user who has never changed any.
impl Default for GameSettings {
    fn default() -> Self {
        Self {
            explains: true,
            rules: Some(GameRules::default()),
            speed: Speed::Normal,
            reduced_motion: false,
            colors: Colors::System,
            zoom: Zoom::NORMAL,
            best: 0,
            paused: false,
        }
    }
}

impl GameSettings {
    /// Its words in the file.
    pub fn words(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(words)) => words,
            _ => Map::new(),
        }
    }

    /// The settings of a file's words. A word that is missing, or that no setting has, means the default.
    pub fn from_words(words: &Map<String, Value>) -> Self {
        let mut settings = Self::default();
        for name in settings.words().keys() {
            let mut given = settings.words();
            given.extend(words.get(name).map(|value| (name.clone(), value.clone())));
            settings = serde_json::from_value(given.into()).unwrap_or(settings);
        }
        settings
    }
}

/// In the file, what a serve begins is two words.
mod rules_in_file {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::game::{BallSize, GameMode, GameRules};

    #[derive(Serialize, Deserialize)]
    struct Words {
        mode: GameMode,
        ball: BallSize,
    }

    pub(super) fn serialize<S: Serializer>(rules: &Option<GameRules>, to: S) -> Result<S::Ok, S::Error> {
        let GameRules { mode, size: ball } = rules.unwrap_or_default();
        Words { mode, ball }.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<GameRules>, D::Error> {
        Words::deserialize(from).map(|Words { mode, ball: size }| Some(GameRules { mode, size }))
    }
}

/// The words of the controls that are settings. Relaxed, all of them: each word stands for itself.
impl<M: Rights> Region<M> {
    fn setting_words(&self) -> [&Word<M>; 8] {
        let Controls { explains, rules, speed, reduced_motion, colors, zoom, best, paused, .. } =
            &self.controls;
        [explains, rules, speed, reduced_motion, colors, zoom, best, paused]
    }

    /// What users want. A corrupt word means what zero means.
    pub fn settings(&self) -> GameSettings {
        let [explains, rules, speed, reduced_motion, colors, zoom, best, paused] =
            self.setting_words().map(|word| word.load(Ordering::Relaxed));
        GameSettings {
            explains: explains == 1,
            rules: rules.checked_sub(1).and_then(GameRules::from_number),
            speed: Speed::from_number(speed).unwrap_or_default(),
            reduced_motion: reduced_motion == 1,
            colors: Colors::from_number(colors),
            zoom: Zoom::from_number(zoom),
            best: u32::try_from(best).unwrap_or(0),
            paused: paused == 1,
        }
    }

    /// Whether a ball in real time stands still.
    pub fn is_paused(&self) -> bool {
        self.controls.paused.load(Ordering::Relaxed) == 1
    }

    /// The most hits of any rally so far. A corrupt word is none.
    pub fn best(&self) -> u32 {
        u32::try_from(self.controls.best.load(Ordering::Relaxed)).unwrap_or(0)
    }
}

impl Region {
    /// Writes all settings. Anyone may, at any time: the last word counts.
    pub fn set_settings(&self, settings: &GameSettings) {
        let cells = self.setting_words().into_iter().zip(settings.region_words());
        cells.for_each(|(cell, word)| cell.store(word, Ordering::Relaxed));
    }

    /// Writes what differs between the settings that a user saw and those that the user wants, and leaves alone what others
    /// have changed meanwhile.
    pub fn change_settings(&self, seen: &GameSettings, wanted: &GameSettings) {
        let words = seen.region_words().into_iter().zip(wanted.region_words());
        let changed =
            self.setting_words().into_iter().zip(words).filter(|(_, (seen, wanted))| seen != wanted);
        changed.for_each(|(cell, (_, wanted))| cell.store(wanted, Ordering::Relaxed));
    }

    /// Stops the time, or lets it go on.
    pub fn set_paused(&self, paused: bool) {
        self.controls.paused.store(paused.into(), Ordering::Relaxed);
    }

    /// Writes how many hits the best rally has. The ball's owner does.
    pub fn set_best(&self, hits: u32) {
        self.controls.best.store(hits.into(), Ordering::Relaxed);
    }
}

impl GameSettings {
    /// As words of the controls, in the order of their cells.
    fn region_words(&self) -> [u64; 8] {
        let Self { explains, rules, speed, reduced_motion, colors, zoom, best, paused } = *self;
        let rules = rules.map_or(0, |rules| rules.number() + 1);
        let (explains, reduced_motion, paused) = (explains.into(), reduced_motion.into(), paused.into());
        [explains, rules, speed.number(), reduced_motion, colors.number(), zoom.number(), best.into(), paused]
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::game::{BallSize, Court, GameMode};
    use crate::protocol::Setup;
    use crate::shm::Mapping;

    fn region() -> Mapping<Region> {
        Mapping::create(&Setup::headless(Court { panes: 3, seed: 1 }, 1)).unwrap().1
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri knows no memfd")]
    fn every_setting_is_read_as_it_was_written() {
        let mapping = region();
        let all = GameSettings {
            explains: true,
            rules: Some(GameRules { mode: GameMode::Match, size: BallSize::Large }),
            speed: Speed::Fast,
            reduced_motion: true,
            colors: Colors::Contrast,
            zoom: Zoom::PROJECTOR,
            best: 9,
            paused: true,
        };
        mapping.region().set_settings(&all);
        assert_eq!(mapping.region().settings(), all);
        assert_eq!(GameSettings::from_words(&all.words()), GameSettings { paused: false, ..all });
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri knows no memfd")]
    fn a_change_leaves_alone_what_others_have_changed_meanwhile() {
        let mapping = region();
        let seen = mapping.region().settings();
        mapping.region().set_best(7);
        mapping.region().change_settings(&seen, &GameSettings { zoom: Zoom::PROJECTOR, ..seen });
        let expected = GameSettings { zoom: Zoom::PROJECTOR, best: 7, ..seen };
        assert_eq!(mapping.region().settings(), expected);
    }
}
