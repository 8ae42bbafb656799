//! The command line that plays a game once more: the reverse of the parser.

use super::game::Game;
use crate::protocol::{GameSettings, TransportKind};

/// The command line of the same game, as it stood at its end with these `settings` and this transport. Whatever the settings
/// file remembers by then: mode, ball and speed are always named. Left out is what only changes the view, and what is as it
/// is without being named.
pub fn again(game: &Game, settings: &GameSettings, transport: TransportKind) -> String {
    let rules = settings.rules.unwrap_or_default();
    let transport = if game.swap_every.is_some() { game.transport } else { transport };
    let unnamed = Game::unnamed();
    let option = |name: &str, value: String, is_named: bool| is_named.then(|| format!(" --{name} {value}"));
    let time = |time| humantime::format_duration(time).to_string().replace(' ', "");
    let stall = game.policy.stall.map_or("off".to_owned(), time);
    let restarts =
        game.policy.restarts.map_or("unlimited".to_owned(), |(n, within)| format!("{n}/{}", time(within)));
    let swap_every = game.swap_every.map(|hops| hops.to_string()).unwrap_or_default();
    let options = [
        option("seed", game.court.seed.to_string(), true),
        option("panes", game.court.panes.to_string(), game.court.panes != unnamed.court.panes),
        option("mode", rules.mode.name().to_owned(), true),
        option("ball", rules.size.name().to_owned(), true),
        option("autopilot", rules.autopilot.name().to_owned(), true),
        option("speed", settings.speed.name().to_owned(), true),
        option("tempo", settings.tempo.name().to_owned(), true),
        option("transport", transport.name().to_owned(), transport != unnamed.transport),
        option("swap-every", swap_every, game.swap_every.is_some()),
        option("stall", stall, game.policy.stall != unnamed.policy.stall),
        option("restarts", restarts, game.policy.restarts != unnamed.policy.restarts),
    ];
    let options: String = options.into_iter().flatten().collect();
    format!("tripong{options}")
}
