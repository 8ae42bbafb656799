//! What users want of the game as a whole: words among the controls, which anyone may write at any time, and whose
//! reader checks them.

use super::looks::{Colors, Zoom};
use super::region::Region;
use crate::game::{GameRules, TICKS_PER_SECOND};
use crate::platform::sync::{AtomicU64, Ordering};

/// One tick of a game at normal speed, in nanoseconds.
const TICK_NS: u64 = 1_000_000_000 / TICKS_PER_SECOND as u64;

/// How fast the time of a game goes by. The trajectory stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
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
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Normal => "normal",
            Self::Fast => "fast",
            Self::Fastest => "fastest",
        }
    }

    /// How many half seconds of the game go by in a second.
    #[must_use]
    pub fn halves(self) -> u64 {
        match self {
            Self::Slow => 1,
            Self::Normal => 2,
            Self::Fast => 3,
            Self::Fastest => 4,
        }
    }

    /// How long a tick takes, in nanoseconds.
    #[must_use]
    pub fn tick_ns(self) -> u64 {
        TICK_NS * 2 / self.halves()
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|speed| speed.number() == number)
    }

    /// As a word. The normal speed is 0, so that zeroed bytes mean it.
    fn number(self) -> u64 {
        match self {
            Self::Normal => 0,
            Self::Slow => 1,
            Self::Fast => 2,
            Self::Fastest => 3,
        }
    }
}

/// All of it at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Wishes {
    /// A ball in real time stands still.
    pub paused: bool,
    /// How fast it flies.
    pub speed: Speed,
    /// What the next serve begins; None: the same as before.
    pub rules: Option<GameRules>,
    /// The windows do without effects.
    pub reduced_motion: bool,
    /// The colours of the windows.
    pub colors: Colors,
    /// How large everything in the windows is.
    pub zoom: Zoom,
}

impl Region {
    /// What users want. A garbage word means the default.
    #[must_use]
    pub fn wishes(&self) -> Wishes {
        // Relaxed, here and below: each word stands for itself.
        let load = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        let controls = &self.controls;
        let speed = Speed::from_number(load(&controls.speed));
        let colors = Colors::ALL.into_iter().find(|colors| colors.number() == load(&controls.colors));
        Wishes {
            paused: self.is_paused(),
            speed: speed.unwrap_or_default(),
            rules: load(&controls.rules).checked_sub(1).and_then(GameRules::from_number),
            reduced_motion: load(&controls.reduced_motion) == 1,
            colors: colors.unwrap_or_default(),
            zoom: Zoom::from_number(load(&controls.zoom)),
        }
    }

    /// Whether a ball in real time stands still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.controls.paused.load(Ordering::Relaxed) == 1
    }

    /// Says what users want, all of it. Anyone may, at any time: the last word counts.
    pub fn set_wishes(&self, wishes: Wishes) {
        let Wishes { paused, speed, rules, reduced_motion, colors, zoom } = wishes;
        self.set_paused(paused);
        self.set_speed(speed);
        self.set_rules(rules);
        self.set_reduced_motion(reduced_motion);
        self.set_colors(colors);
        self.set_zoom(zoom);
    }

    /// Stops the time, or lets it go on.
    pub fn set_paused(&self, paused: bool) {
        self.controls.paused.store(paused.into(), Ordering::Relaxed);
    }

    /// Says how fast time goes.
    pub fn set_speed(&self, speed: Speed) {
        self.controls.speed.store(speed.number(), Ordering::Relaxed);
    }

    /// Says what the next serve begins.
    pub fn set_rules(&self, rules: Option<GameRules>) {
        self.controls.rules.store(rules.map_or(0, |rules| rules.number() + 1), Ordering::Relaxed);
    }

    /// Says whether the windows do without effects.
    pub fn set_reduced_motion(&self, reduced_motion: bool) {
        self.controls.reduced_motion.store(reduced_motion.into(), Ordering::Relaxed);
    }

    /// Says which colours the windows have.
    pub fn set_colors(&self, colors: Colors) {
        self.controls.colors.store(colors.number(), Ordering::Relaxed);
    }

    /// Says how large everything in the windows is.
    pub fn set_zoom(&self, zoom: Zoom) {
        self.controls.zoom.store(zoom.number(), Ordering::Relaxed);
    }

    /// The most hits of any rally so far. Garbage is none.
    #[must_use]
    pub fn best(&self) -> u32 {
        u32::try_from(self.controls.best.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Says how many hits the best rally has. The ball's owner does.
    pub fn set_best(&self, hits: u32) {
        self.controls.best.store(hits.into(), Ordering::Relaxed);
    }
}
