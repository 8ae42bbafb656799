//! The command line that plays a game once more: the reverse of the parser.

use super::game::Game;
use crate::protocol::{GameSettings, TransportKind};

/// The command line of the same game, as it stood at its end with these `settings` and this transport. Whatever the settings
/// file remembers by then: what is remembered is always named. Left out is what only changes the view, and what is as it
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
        option("tempo", <&str>::from(settings.tempo).to_owned(), true),
        option("transport", transport.name().to_owned(), transport != unnamed.transport),
        option("swap-every", swap_every, game.swap_every.is_some()),
        option("stall", stall, game.policy.stall != unnamed.policy.stall),
        option("restarts", restarts, game.policy.restarts != unnamed.policy.restarts),
    ];
    let options: String = options.into_iter().flatten().collect();
    format!("tripong{options}")
}

#[cfg(test)]
mod tests {
    use super::super::mode::Mode;
    use super::*;
    use crate::game::GameMode;
    use crate::protocol::{Speed, Tempo};

    fn game(line: &str) -> Game {
        match Mode::from_args(line.split(' ').map(Into::into)).unwrap() {
            Mode::Launcher(game) => *game,
            other => panic!("{other:?}"),
        }
    }

    /// A game of this command line that began with what was remembered, and its settings.
    fn played(line: &str, remembered: GameSettings) -> (Game, GameSettings) {
        let game = game(line);
        let settings = game.settings(Some(remembered));
        (game, settings)
    }

    #[test]
    fn the_command_line_is_read_as_the_game_it_was_made_of_whatever_is_remembered_by_then() {
        let slow = GameSettings { speed: Speed::Slow, tempo: Tempo::Rising, ..GameSettings::default() };
        for line in [
            "tripong --seed 0",
            "tripong --seed 18446744073709551615 --panes 16 --mode match --ball small --autopilot hard --speed fastest --tempo rising",
            "tripong --seed 1 --stall off --restarts unlimited",
            "tripong --seed 1 --stall 2s500ms --restarts 0/1min30s --transport socket",
            "tripong --seed 1 --transport pipe --swap-every 9 --zoom 2 --inspect --json --reset-settings",
        ] {
            let (played, settings) = played(line, slow);
            let again = again(&played, &settings, played.transport);
            let same = game(&again);
            assert_eq!(same.court, played.court, "{again}");
            assert_eq!((same.transport, same.swap_every), (played.transport, played.swap_every), "{again}");
            assert_eq!(same.policy, played.policy, "{again}");
            let then = same.settings(Some(GameSettings::default()));
            assert_eq!(
                (then.rules, then.speed, then.tempo),
                (settings.rules, settings.speed, settings.tempo),
                "{again}"
            );
        }
    }

    #[test]
    fn what_was_changed_in_the_game_is_named_and_what_only_changes_the_view_is_not() {
        let (played, mut settings) = played("tripong --seed 5 --zoom 2 --json", GameSettings::default());
        let rules = settings.rules.unwrap_or_default();
        settings.rules = Some(crate::game::GameRules { mode: GameMode::Match, ..rules });
        let again = again(&played, &settings, TransportKind::Pipe);
        assert!(again.starts_with("tripong --seed 5 --mode match --ball normal ") && again.contains(" pipe"));
        assert!(!again.contains("zoom") && !again.contains("json"), "{again}");
    }
}
