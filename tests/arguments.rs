//! Every number and every time that the command line takes: nothing that is written there is a panic, and what is accepted can
//! be run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::ffi::OsString;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use proptest::prelude::*;
use proptest::sample::select;
use tripong::cli::{Game, Mode};
use tripong::error::exit;
use tripong::protocol::{Setup, Supervision};
use tripong::shm::Mapping;

use common::memory::Memory;
use common::{Ended, Output, Program, tripong};

/// Values at the edges of every kind of argument, and some that are of none.
const EDGES: [&str; 40] = [
    "",
    "-",
    "-1",
    "0",
    "1",
    "2",
    "3",
    "7",
    "8",
    "16",
    "17",
    "64",
    "65536",
    "65537",
    "4294967296",
    "9223372036854775808",
    "18446744073709551614",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "0.5",
    "1e308",
    "nan",
    "0s",
    "1ns",
    "4999us",
    "5ms",
    "24ms",
    "25ms",
    "1s",
    "9223372036854775808s",
    "10000000000000000000s",
    "18446744073709551615s",
    "18446744073709551616s",
    "500000000000years",
    "off",
    "unlimited",
    "0/1s",
    "18446744073709551615/18446744073709551615s",
    "3/0s",
];
/// The options with a number or a time, by command.
const OF_A_GAME: [&str; 8] =
    ["--panes", "--seed", "--for", "--hops", "--swap-every", "--stall", "--restarts", "--zoom"];
const OF_CHAOS: [&str; 6] = ["--panes", "--seed", "--swap-every", "--stall", "--kills", "--stops"];
const OF_THE_BENCH: [&str; 5] = ["--processes", "--bytes", "--hops", "--time", "--repeats"];
/// Whether it is paced changes what is accepted.
const FLAGS: [&[&str]; 3] = [&["--headless"], &["--headless", "--unpaced"], &[]];

fn parse(arguments: &[String]) -> Result<Mode, clap::Error> {
    Mode::from_args(
        std::iter::once("tripong".to_owned()).chain(arguments.iter().cloned()).map(OsString::from),
    )
}

/// A command line with any values for any of its options.
fn command_line() -> impl Strategy<Value = Vec<String>> {
    let value = prop_oneof![
        6 => select(EDGES.as_slice()).prop_map(str::to_owned),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => any::<u64>().prop_map(|number| format!("{number}ms")),
        1 => (any::<u64>(), any::<u64>()).prop_map(|(count, ns)| format!("{count}/{ns}ns")),
        1 => "\\PC{0,12}",
    ];
    let options = |options: &'static [&'static str]| {
        proptest::sample::subsequence(options, 0..=options.len())
            .prop_flat_map(move |options| {
                let count = options.len();
                (Just(options), proptest::collection::vec(value.clone(), count))
            })
            .prop_map(|(options, values)| {
                options
                    .into_iter()
                    .zip(values)
                    .map(|(option, value)| format!("{option}={value}"))
                    .collect::<Vec<_>>()
            })
    };
    let with = |before: &[&str], options: Vec<String>| {
        before.iter().map(|word| (*word).to_owned()).chain(options).collect::<Vec<_>>()
    };
    prop_oneof![
        (select(FLAGS.as_slice()), options.clone()(&OF_A_GAME))
            .prop_map(move |(flags, more)| with(flags, more)),
        options.clone()(&OF_CHAOS).prop_map(move |more| with(&["chaos"], more)),
        options(&OF_THE_BENCH).prop_map(move |more| with(&["bench"], more)),
    ]
}

/// All that is reckoned with it can be reckoned.
fn assert_can_be_run(mode: &Mode) {
    match mode {
        Mode::Launcher(game) => assert_game_can_be_run(game),
        Mode::Bench(plan) => {
            let (hops, time) = plan.limits();
            assert!(hops > 0 && time > Duration::ZERO && plan.repeats > 0);
            assert_can_be_reckoned(2 * time);
        }
        other => panic!("{other:?}"),
    }
}

fn assert_can_be_reckoned(time: Duration) {
    assert!(Instant::now().checked_add(time).is_some() && u64::try_from(time.as_nanos()).is_ok(), "{time:?}");
}

fn assert_game_can_be_run(game: &Game) {
    let (stall, restarts) = (game.policy.stall, game.policy.restarts);
    let times = [game.policy.duration, stall, restarts.map(|(_, within)| within)];
    times.into_iter().flatten().for_each(assert_can_be_reckoned);
    let slowest_tick = Duration::from_secs(1) / 120;
    let takes_false_alarms = game.chaos.is_some() && !game.paced;
    assert!(
        takes_false_alarms || stall.is_none_or(|stall| stall >= 3 * slowest_tick),
        "a healthy owner would lose its ball"
    );
    // Children refuse, or the launcher replaces, a Region that does not say what it was laid out with.
    let supervision = Supervision { stall, restarts };
    let (goal_hops, swap_every) = (game.hops, game.swap_every);
    let setup = Setup { goal_hops, swap_every, supervision, ..Setup::headless(game.court, 1) };
    let (_memfd, mapping) = Mapping::create(&setup).unwrap();
    assert_eq!(mapping.region().header.setup(), Ok(setup));
    if let Some(plan) = game.chaos {
        assert!(plan.kills.checked_add(plan.stops).is_some(), "it would be over too early");
        assert!(plan.stops == 0 || stall.is_some(), "it would never be over");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_refused_in_one_line_or_can_be_run(arguments in command_line()) {
        match parse(&arguments) {
            Ok(mode) => assert_can_be_run(&mode),
            Err(error) => {
                prop_assert_eq!(error.exit_code(), i32::from(exit::USAGE));
                let line = tripong::cli::one_line(&error).unwrap();
                prop_assert!(line.starts_with("tripong: ") && !line.contains('\n'), "{}", line);
            }
        }
    }
}

#[test]
fn every_edge_of_every_argument_is_refused_or_can_be_run() {
    let mut accepted = 0;
    let with = |before: &[&str], option: &str, value: &str| -> Vec<String> {
        before.iter().map(|word| (*word).to_owned()).chain([format!("{option}={value}")]).collect()
    };
    let games = FLAGS.into_iter().flat_map(|flags| OF_A_GAME.map(|option| (flags, option)));
    let chaos = OF_CHAOS.map(|option| (["chaos"].as_slice(), option));
    let bench = OF_THE_BENCH.map(|option| (["bench"].as_slice(), option));
    for (before, option) in games.chain(chaos).chain(bench) {
        let modes = EDGES.into_iter().filter_map(|value| parse(&with(before, option, value)).ok());
        let modes: Vec<_> = modes.inspect(assert_can_be_run).collect();
        // What is for games without windows only is refused with them, and the other way round.
        let is_elsewhere = ["--for", "--hops", "--zoom"].contains(&option);
        assert!(!modes.is_empty() || is_elsewhere, "{before:?} {option} takes nothing");
        accepted += modes.len();
    }
    assert!(accepted > 100, "{accepted}");
}

const MAX: u64 = u64::MAX;

/// Real processes with values at the edges. They end by themselves or, once they play, by a signal; in order in both cases.
#[test]
fn games_at_the_edges_of_their_arguments_play_and_end_in_order() {
    let games = [
        "--headless --seed 0".to_owned(),
        format!("--headless --seed {MAX} --panes 16"),
        "--headless --for 0s".to_owned(),
        "--headless --for 1ns".to_owned(),
        "--headless --for 500000000000years".to_owned(),
        "--headless --unpaced --hops 1 --swap-every 1".to_owned(),
        format!("--headless --unpaced --hops {MAX} --swap-every {MAX}"),
        format!("--headless --stall {MAX}s --restarts 0/1ns"),
        format!("--headless --unpaced --stall 25ms --restarts {MAX}/{MAX}s"),
        "chaos --kills 0 --stops 0".to_owned(),
        "chaos --kills 0 --stops 1".to_owned(),
        "chaos --kills 1 --stops 0 --stall off".to_owned(),
        format!("chaos --kills {MAX} --stops 0"),
        format!("chaos --kills 1 --stops {}", MAX - 1),
        format!("chaos --kills 1 --stops 0 --stall {MAX}s"),
    ];
    for arguments in games {
        let output = end_in_order(&format!("{arguments} --json"));
        assert_eq!(output.report()["conserved"], true, "{arguments}: {output:?}");
    }
}

#[test]
fn a_bench_at_the_edges_of_its_arguments_measures_and_ends_in_order() {
    let one_row = "bench --json --transports pipe --placement unpinned --processes";
    for arguments in [
        format!("{one_row} 2 --repeats 1 --time 1ns"),
        format!("{one_row} 2 --repeats 1 --hops 1"),
        format!("{one_row} 16 --repeats 1 --hops 1 --bytes 8"),
        format!("{one_row} 2 --repeats 1 --time 10000000000000000000s"),
        format!("{one_row} 2 --repeats 1 --time {MAX}s --hops {MAX}"),
        format!("{one_row} 2 --repeats {MAX}"),
    ] {
        end_in_order(&arguments);
    }
}

/// The inspector explains the game, and knows only the Region.
#[test]
fn the_header_says_how_the_game_is_supervised() {
    let ms = Duration::from_millis;
    for (arguments, stall, restarts) in [
        ("--headless --for 1min", Some(ms(2000)), Some((3, ms(5000)))),
        ("--headless --for 1min --stall 300ms --restarts 7/1min", Some(ms(300)), Some((7, ms(60_000)))),
        ("--headless --for 1min --stall off --restarts unlimited", None, None),
        ("--headless --for 1min --restarts 0/1s", Some(ms(2000)), Some((0, ms(1000)))),
    ] {
        let game = Program::start(arguments);
        let memory = Memory::of(&game.panes(3)[0]);
        let found = memory.region().header.setup().unwrap().supervision;
        assert_eq!(found, Supervision { stall, restarts }, "{arguments}");
        game.launcher().signal(Signal::SIGTERM);
        assert_eq!(game.finish().ended, Ended::Code(143), "{arguments}");
    }
}

fn end_in_order(arguments: &str) -> Output {
    let mut command = tripong();
    command.args(arguments.split_whitespace());
    let program = Program::spawn(command);
    let has_children = || !common::TestProcess::children_of(program.launcher().pid).is_empty();
    common::wait_until("a child, or the end", || has_children() || program.launcher().has_ended());
    if has_children() {
        common::sleep_for_looks(1);
    }
    if !program.launcher().has_ended() {
        program.launcher().signal(Signal::SIGTERM);
    }
    let output = program.finish();
    // A signal after the report, when nobody listens any more, does what it does by default.
    let is_reported = output.ended == Ended::By(Signal::SIGTERM) && output.stdout.ends_with('\n');
    let is_in_order = is_reported || matches!(output.ended, Ended::Code(0 | 143));
    let is_in_order = is_in_order && !output.stderr.contains("panicked");
    assert!(is_in_order, "{arguments}: {output:?}");
    output
}
