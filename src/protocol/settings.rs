//! What users choose: in the file of the settings, and as words among the controls, which anyone may write at any time, and
//! whose reader checks them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::appearance::{Colors, Zoom};
use super::pace::{Pace, Speed, Tempo};
use super::region::{Controls, Region};
use crate::game::{GameRules, Score};
use crate::platform::sync::{Ordering, Rights, Word};

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
    /// Whether a rally gets faster.
    pub tempo: Tempo,
    /// In each window keys move the paddle of that window only.
    pub own_keys: bool,
    /// The windows do without effects.
    pub reduced_motion: bool,
    /// The colours of the windows.
    pub colors: Colors,
    /// How large everything in the windows is.
    pub zoom: Zoom,
    /// The window that has the keyboard announces every hop to screen readers.
    pub announces_hops: bool,
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
            tempo: Tempo::Steady,
            own_keys: false,
            reduced_motion: false,
            colors: Colors::System,
            zoom: Zoom::NORMAL,
            announces_hops: false,
            best: 0,
            paused: false,
        }
    }
}

impl GameSettings {
    /// How fast time goes by when the game stands so.
    pub fn pace(&self, score: &Score) -> Pace {
        Pace::at(self.speed, self.tempo, score)
    }

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

/// In the file, what a serve begins is three words.
mod rules_in_file {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::game::{BallSize, GameMode, GameRules, Skill};

    #[derive(Serialize, Deserialize)]
    struct Words {
        mode: GameMode,
        ball: BallSize,
        autopilot: Skill,
    }

    pub(super) fn serialize<S: Serializer>(rules: &Option<GameRules>, to: S) -> Result<S::Ok, S::Error> {
        let GameRules { mode, size: ball, autopilot } = rules.unwrap_or_default();
        Words { mode, ball, autopilot }.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<GameRules>, D::Error> {
        let Words { mode, ball: size, autopilot } = Words::deserialize(from)?;
        Ok(Some(GameRules { mode, size, autopilot }))
    }
}

/// The words of the controls that are settings. Relaxed, all of them: each word stands for itself.
impl<M: Rights> Region<M> {
    fn setting_words(&self) -> [&Word<M>; 11] {
        let Controls { explains, rules, speed, tempo, own_keys, .. } = &self.controls;
        let Controls { reduced_motion, colors, zoom, announces_hops, best, paused, .. } = &self.controls;
        [explains, rules, speed, tempo, own_keys, reduced_motion, colors, zoom, announces_hops, best, paused]
    }

    /// What users want. A corrupt word means what zero means.
    pub fn settings(&self) -> GameSettings {
        let [
            explains,
            rules,
            speed,
            tempo,
            own_keys,
            reduced_motion,
            colors,
            zoom,
            announces_hops,
            best,
            paused,
        ] = self.setting_words().map(|word| word.load(Ordering::Relaxed));
        GameSettings {
            explains: explains == 1,
            rules: rules.checked_sub(1).and_then(GameRules::from_number),
            speed: Speed::from_number(speed).unwrap_or_default(),
            tempo: Tempo::from(tempo == 1),
            own_keys: own_keys == 1,
            reduced_motion: reduced_motion == 1,
            colors: Colors::from_number(colors),
            zoom: Zoom::from_number(zoom),
            announces_hops: announces_hops == 1,
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
    fn region_words(&self) -> [u64; 11] {
        let Self { explains, rules, speed, tempo, own_keys, .. } = *self;
        let Self { reduced_motion, colors, zoom, announces_hops, best, paused, .. } = *self;
        let flag = u64::from;
        let rules = rules.map_or(0, |rules| rules.number() + 1);
        let (speed, colors, zoom, best) = (speed.number(), colors.number(), zoom.number(), best.into());
        let (tempo, own_keys) = (flag(tempo.rises()), flag(own_keys));
        let (explains, reduced_motion, paused) = (flag(explains), flag(reduced_motion), flag(paused));
        let announces_hops = flag(announces_hops);
        [explains, rules, speed, tempo, own_keys, reduced_motion, colors, zoom, announces_hops, best, paused]
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::game::{BallSize, Court, GameMode, Skill};
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
            rules: Some(GameRules { mode: GameMode::Match, size: BallSize::Large, autopilot: Skill::Hard }),
            speed: Speed::Fast,
            tempo: Tempo::Rising,
            own_keys: true,
            reduced_motion: true,
            colors: Colors::Contrast,
            zoom: Zoom::PROJECTOR,
            announces_hops: true,
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
