//! How a game is to be played, made of the arguments.

use std::time::Duration;

use clap::Parser;

use super::arguments::{Arguments, ChaosArgs, Chosen, Common};
use super::parse::Stall;
use crate::game::{BallSize, Court, GameMode, GameRules, Skill};
use crate::platform::clock;
use crate::protocol::doorbell::Wait;
use crate::protocol::failpoint::{Failpoint, FailpointAction};
use crate::protocol::{GameSettings, Speed, Tempo, TransportKind};
use crate::recording::writer::Target;
use crate::supervisor::SupervisionPolicy;
use crate::supervisor::chaos::Plan;

/// The least `--stall`. In real time an owner writes once a tick, and three ticks at the slowest speed take so long; any speed
/// may be chosen while the game is played. Unpaced, a tick takes no time, but on a busy machine a process waits about as
/// long for its CPU, however healthy it is; and a process that seems to hang is killed, which not every budget of restarts can bear.
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
    pub transport: TransportKind,
    /// After so many hops the next transport is put in force.
    pub swap_every: Option<u64>,
    /// How a pane waits in shared memory, if nothing is paced.
    pub wait: Wait,
    /// Stop after this many hops.
    pub hops: Option<u64>,
    /// Record it there.
    pub record: Option<Target>,
    /// Report as JSON.
    pub json: bool,
    /// What differs from what was remembered.
    pub chosen: Chosen,
    /// Forget what was remembered.
    pub reset_settings: bool,
    /// Open the inspector at the start.
    pub inspect: bool,
    /// Arrange the windows for a projector.
    pub present: bool,
    /// Show on the terminal what the inspector sees.
    pub watch: bool,
    /// There is no display for its windows: it is played on the terminal.
    pub on_terminal: bool,
    /// Nobody has asked for a time or for hops: its end is the default one.
    pub ends_by_default: bool,
    /// How the panes are to be injected with faults.
    pub chaos: Option<Plan>,
    /// How the game is supervised.
    pub policy: SupervisionPolicy,
}

impl Game {
    /// What the game begins with: as the command line sets it, else as it was `remembered`. Without windows nothing is, and
    /// nobody wants an explanation.
    pub fn settings(&self, remembered: Option<GameSettings>) -> GameSettings {
        let remembered =
            remembered.unwrap_or_else(|| GameSettings { explains: false, ..GameSettings::default() });
        let Chosen { mode, ball, autopilot, speed, tempo, zoom } = self.chosen;
        let rules = remembered.rules.unwrap_or_default();
        let rules = GameRules {
            mode: mode.unwrap_or(rules.mode),
            size: ball.unwrap_or(rules.size),
            autopilot: autopilot.unwrap_or(rules.autopilot),
        };
        GameSettings {
            rules: Some(rules),
            speed: speed.unwrap_or(remembered.speed),
            tempo: tempo.unwrap_or(remembered.tempo),
            zoom: zoom.unwrap_or(remembered.zoom),
            ..remembered
        }
    }

    /// The way out where there is no display but a terminal, if an option means something in windows only.
    pub fn instead_of_windows(&self) -> Option<&'static str> {
        let [present, inspect, zoom] = [
            "`--present` is for windows: leave it out to play on this terminal",
            "`--inspect` is for windows: leave it out to play on this terminal, which shows the inspector too",
            "`--zoom` is for windows: leave it out to play on this terminal",
        ];
        // On a projector there is an inspector as well.
        let present = self.present.then_some(present);
        present.or(self.inspect.then_some(inspect)).or(self.chosen.zoom.map(|_| zoom))
    }

    /// Plays on the terminal what was to be played in windows.
    pub fn play_on_terminal(&mut self) {
        (self.windows, self.on_terminal, self.watch) = (false, true, true);
    }

    /// The game of a command line without any argument, but for its seed.
    pub(super) fn unnamed() -> Self {
        Arguments::parse_from(["tripong"]).game()
    }

    /// What arguments that are sound one by one make impossible together.
    pub(super) fn fault(&self) -> Option<String> {
        let (least, why) = match (self.paced, self.chaos) {
            (true, _) => (LEAST_STALL, "three ticks at speed slow"),
            (false, None) => (LEAST_STALL, "unpaced, a healthy process may wait about as long for its CPU"),
            (false, Some(_)) => {
                (LEAST_STALL_OF_CHAOS, "a healthy process may wait about as long for its CPU")
            }
        };
        if let Some(stall) = self.policy.stall.filter(|stall| *stall < least) {
            let [stall, least] = [stall, least].map(humantime::format_duration);
            return Some(format!(
                "invalid value '{stall}' for '--stall <T>': it must be at least {least} ({why})"
            ));
        }
        // The lab that plays with a flaw reads both: its report is on stderr.
        let reads_stderr = self.policy.flaw.is_some() && !self.watch;
        if self.record == Some(Target::Stdout) && (self.json || self.watch) && !reads_stderr {
            let other = if self.json { "--json" } else { "--watch" };
            return Some(format!(
                "'--record -' cannot be used with '{other}': both print on stdout; record in a file"
            ));
        }
        let Plan { kills, stops, .. } = self.chaos?;
        if kills.checked_add(stops).is_none() {
            let most = u64::MAX;
            return Some(format!("'--kills {kills}' and '--stops {stops}' are more than {most} together"));
        }
        let is_endless = stops > 0 && self.policy.stall.is_none();
        is_endless.then(|| {
            let off = "'--stall off'";
            format!("{off} cannot be used with '--stops {stops}': a stopped pane would keep its ball; add '--stops 0'")
        })
    }
}

impl Arguments {
    /// The options that are for games without windows, if this is none.
    pub(super) fn needing_headless(&self) -> Vec<&'static str> {
        let all = [
            ("--for", self.duration.is_some()),
            ("--hops", self.hops.is_some()),
            ("--unpaced", self.unpaced),
            ("--watch", self.watch),
            ("--wait", self.wait.is_some()),
        ];
        let given = all.into_iter().filter(|(_, is_given)| *is_given && !self.headless);
        given.map(|(option, _)| option).collect()
    }

    pub(super) fn game(self) -> Game {
        let default_duration = (self.headless && self.hops.is_none()).then_some(Duration::from_secs(5));
        let policy = SupervisionPolicy {
            duration: self.duration.or(default_duration),
            stall: self.common.stall.unwrap_or(Stall(Some(Duration::from_secs(2)))).0,
            restarts: self.restarts.0,
            reports: true,
            failpoint: self.common.failpoint(),
            flaw: self.common.flaw,
        };
        Game {
            paced: !self.unpaced,
            wait: self.wait.unwrap_or(Wait::Adaptive),
            hops: self.hops,
            chosen: self.chosen,
            reset_settings: self.reset_settings,
            inspect: self.inspect || self.present,
            present: self.present,
            watch: self.watch,
            ends_by_default: default_duration.is_some() && self.duration.is_none(),
            ..self.common.game(!self.headless, policy)
        }
    }
}

impl ChaosArgs {
    pub(super) fn game(self) -> Game {
        // Without windows the game is unpaced, and a millisecond is long. With windows somebody wants to see it.
        let (stall, longest_wait) = if self.windows { (500, 4_000) } else { (5, 2) };
        let stall = self.common.stall.unwrap_or(Stall(Some(Duration::from_millis(stall)))).0;
        let failpoint = self.common.failpoint();
        let reports = self.windows;
        let flaw = self.common.flaw;
        let policy = SupervisionPolicy { duration: None, stall, restarts: None, reports, failpoint, flaw };
        // Faults are injected into the same game every time.
        let chosen = Chosen {
            mode: Some(GameMode::Rally),
            ball: Some(BallSize::Normal),
            autopilot: Some(Skill::Fair),
            speed: Some(Speed::Normal),
            tempo: Some(Tempo::Steady),
            zoom: None,
        };
        Game {
            chosen,
            inspect: self.present,
            present: self.present,
            chaos: Some(Plan {
                kills: self.kills,
                stops: self.stops,
                longest_wait: Duration::from_millis(longest_wait),
                stop_patience: stall.unwrap_or_default().saturating_mul(10),
                by_failpoint: failpoint.is_some_and(|failpoint| failpoint.action == FailpointAction::Kill),
            }),
            ..self.common.game(self.windows, policy)
        }
    }
}

impl Common {
    /// A game with all that every game has, and with windows in real time.
    fn game(&self, windows: bool, policy: SupervisionPolicy) -> Game {
        Game {
            court: Court { panes: self.panes, seed: self.seed.unwrap_or_else(fresh_seed) },
            windows,
            paced: windows,
            transport: self.transport,
            swap_every: self.swap_every,
            wait: Wait::Block,
            hops: None,
            record: self.record.clone(),
            json: self.json,
            chosen: Chosen::default(),
            reset_settings: false,
            inspect: false,
            present: false,
            watch: false,
            on_terminal: false,
            ends_by_default: false,
            chaos: None,
            policy,
        }
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
