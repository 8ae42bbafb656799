//! How a game is to be played, made of the arguments.

use std::time::Duration;

use super::arguments::{Arguments, ChaosArgs, Common, Stall};
use crate::game::{BallSize, Court, GameMode};
use crate::platform::clock;
use crate::protocol::doorbell::Wait;
use crate::protocol::failpoint::{Action, Failpoint};
use crate::protocol::{CarrierKind, Speed, Zoom};
use crate::supervisor::Rules;
use crate::supervisor::chaos::Plan;

/// The least `--stall`. In real time an owner writes once a tick, and three ticks at the slowest speed take so long; any speed
/// may be chosen while the game is played. Unpaced, a tick takes no time, but on a busy machine a process waits about as
/// long for its CPU, however healthy it is; and who seems to hang is killed, which not every budget of restarts can bear.
const LEAST_STALL: Duration = Duration::from_millis(25);
/// The least one of unpaced chaos, where restarts have no limit, and a false alarm is only one more recall.
const LEAST_STALL_OF_CHAOS: Duration = Duration::from_millis(5);

/// How the game is to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Game {
    /// Panes and seed.
    pub court: Court,
    /// Windows, or none.
    pub windows: bool,
    /// In real time, or as fast as it goes.
    pub paced: bool,
    /// By what the ball crosses at first.
    pub carrier: CarrierKind,
    /// After so many hops the next carrier is put in force.
    pub swap_every: Option<u64>,
    /// How a pane waits in shared memory, if nothing is paced.
    pub wait: Wait,
    /// Stop after this many hops.
    pub hops: Option<u64>,
    /// Report as JSON.
    pub json: bool,
    /// What the outer walls are; None: as remembered.
    pub mode: Option<GameMode>,
    /// How large the ball is; None: as remembered.
    pub ball: Option<BallSize>,
    /// How fast time goes; None: as remembered.
    pub speed: Option<Speed>,
    /// How large everything in the windows is; None: as remembered.
    pub zoom: Option<Zoom>,
    /// Forget what was remembered.
    pub reset_settings: bool,
    /// Open the inspector at the start.
    pub inspect: bool,
    /// Show on the terminal what the inspector sees.
    pub watch: bool,
    /// How the panes are to be tormented.
    pub chaos: Option<Plan>,
    /// How the game is supervised.
    pub rules: Rules,
}

impl Game {
    /// What arguments that are sound one by one make impossible together.
    pub(super) fn fault(&self) -> Option<String> {
        let (least, why) = match (self.paced, self.chaos) {
            (true, _) => (LEAST_STALL, "three ticks at speed slow"),
            (false, None) => (LEAST_STALL, "unpaced, a healthy process may wait about as long for its CPU"),
            (false, Some(_)) => {
                (LEAST_STALL_OF_CHAOS, "a healthy process may wait about as long for its CPU")
            }
        };
        if let Some(stall) = self.rules.stall.filter(|stall| *stall < least) {
            let [stall, least] = [stall, least].map(humantime::format_duration);
            return Some(format!(
                "invalid value '{stall}' for '--stall <T>': it must be at least {least} ({why})"
            ));
        }
        let Plan { kills, stops, .. } = self.chaos?;
        if kills.checked_add(stops).is_none() {
            let most = u64::MAX;
            return Some(format!("'--kills {kills}' and '--stops {stops}' are more than {most} together"));
        }
        let is_endless = stops > 0 && self.rules.stall.is_none();
        is_endless.then(|| {
            let off = "'--stall off'";
            format!("{off} cannot be used with '--stops {stops}': a stopped pane would keep its ball; add '--stops 0'")
        })
    }
}

impl Arguments {
    pub(super) fn game(self) -> Game {
        let default_duration = (self.headless && self.hops.is_none()).then_some(Duration::from_secs(5));
        let rules = Rules {
            duration: self.duration.or(default_duration),
            stall: self.common.stall.unwrap_or(Stall(Some(Duration::from_secs(2)))).0,
            restarts: self.restarts.0,
            tell: true,
            failpoint: self.common.failpoint(),
        };
        Game {
            court: self.common.court(),
            windows: !self.headless,
            paced: !self.unpaced,
            carrier: self.common.carrier,
            swap_every: self.common.swap_every,
            wait: self.wait,
            hops: self.hops,
            json: self.common.json,
            mode: self.mode,
            ball: self.ball,
            speed: self.speed,
            zoom: self.zoom,
            reset_settings: self.reset_settings,
            inspect: self.inspect,
            watch: self.watch,
            chaos: None,
            rules,
        }
    }
}

impl ChaosArgs {
    pub(super) fn game(self) -> Game {
        // Without windows the game is unpaced, and a millisecond is long. With windows somebody wants to see it.
        let (stall, longest_wait) = if self.windows { (500, 4_000) } else { (5, 2) };
        let stall = self.common.stall.unwrap_or(Stall(Some(Duration::from_millis(stall)))).0;
        let failpoint = self.common.failpoint();
        let rules = Rules { duration: None, stall, restarts: None, tell: self.windows, failpoint };
        let is_fatal = failpoint.is_some_and(|failpoint| failpoint.action == Action::Kill);
        Game {
            court: self.common.court(),
            windows: self.windows,
            paced: self.windows,
            carrier: self.common.carrier,
            swap_every: self.common.swap_every,
            wait: Wait::Block,
            hops: None,
            json: self.common.json,
            // A torment is to be the same every time.
            mode: Some(GameMode::Rally),
            ball: Some(BallSize::Normal),
            speed: Some(Speed::Normal),
            zoom: None,
            reset_settings: false,
            inspect: false,
            watch: false,
            chaos: Some(Plan {
                kills: self.kills,
                stops: self.stops,
                longest_wait: Duration::from_millis(longest_wait),
                stop_patience: stall.unwrap_or_default().saturating_mul(10),
                by_failpoint: is_fatal,
            }),
            rules,
        }
    }
}

impl Common {
    fn court(&self) -> Court {
        Court { panes: self.panes, seed: self.seed.unwrap_or_else(fresh_seed) }
    }

    #[cfg(debug_assertions)]
    pub(super) fn failpoint(&self) -> Option<Failpoint> {
        self.fail
    }

    #[cfg(not(debug_assertions))]
    pub(super) fn failpoint(&self) -> Option<Failpoint> {
        None
    }
}

/// A seed of few digits, so that a person can type it again.
fn fresh_seed() -> u64 {
    crate::game::mix(clock::now_ns(), std::process::id().into()) % 1_000_000
}
