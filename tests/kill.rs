//! The kill suite: real processes that are killed and stopped at random and at every step of the protocol, and a ball
//! that is counted each time.
//!
//! `cargo test --test kill` is the short version. The long one, of which a table is printed:
//!
//! ```sh
//! TRIPONG_SUITE=long cargo test --test kill -- --nocapture --test-threads 1
//! ```
//!
//! `TRIPONG_SUITE=10` does 10 % of it, with other seeds each time. `TRIPONG_SEED=N` repeats the seeds of a run; each is in the
//! message of the test that fails with it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]
#![allow(clippy::print_stdout, reason = "the table of the long version")]

mod common;

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use common::report::{assert_conserved, number};
use common::{Ended, Output, Program, by_transport, transport, tripong};
use serde_json::Value;

/// A game is not longer than this many actions, so that none takes longer than the patience for its end.
const ACTIONS_PER_GAME: u64 = 500;

/// How often something is done, in the short version and in the long one.
struct Times(u64, u64);

impl Times {
    fn wanted(&self) -> u64 {
        match std::env::var("TRIPONG_SUITE") {
            Err(_) => self.0,
            Ok(suite) if suite == "long" => self.1,
            Ok(percent) => self.1 * percent.parse::<u64>().unwrap() / 100,
        }
    }
}

/// A seed that nobody has chosen, or the one of `TRIPONG_SEED`.
fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| match std::env::var("TRIPONG_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64 % 1_000_000,
    })
}

/// What several games have in common, added up.
#[derive(Default)]
struct Row {
    games: u64,
    kills: u64,
    died_as_owner: u64,
    recoveries: u64,
    stops: u64,
    recalls: u64,
    fenced: u64,
    /// Median, 99th percentile and maximum of each game's recovery times, in nanoseconds.
    recovery_ns: [Vec<u64>; 3],
}

impl Row {
    /// Plays one more game, and holds its report against every invariant.
    fn play(&mut self, arguments: &str) -> Value {
        let Output { ended, stdout, stderr } = play_without_leaving_anything(arguments);
        assert_eq!(ended, Ended::Code(0), "tripong {arguments}: {stdout}{stderr}");
        let report: Value = serde_json::from_str(&stdout).unwrap();
        assert_conserved(&report);
        self.games += 1;
        self.kills += number(&report, "restarts");
        for (sum, field) in [
            (&mut self.recoveries, "recoveries"),
            (&mut self.recalls, "recalls"),
            (&mut self.fenced, "fenced"),
        ] {
            *sum += number(&report, field);
        }
        report
    }

    /// Plays one more game with chaos.
    fn inject_faults(&mut self, arguments: &str) {
        let arguments = format!("chaos --json {arguments}");
        let report = self.play(&arguments);
        assert_eq!((number(&report, "lost"), number(&report, "duplicated")), (0, 0), "{arguments}: {report}");
        assert_eq!(report["hash_equal"], true, "{arguments}: {report}");
        assert_eq!(number(&report, "reinitializations"), 0, "nothing was corrupt: {arguments}: {report}");
        self.died_as_owner += number(&report, "died_as_owner");
        self.stops += number(&report, "stops");
        // Null where nobody died with the ball.
        if report["recovery_ns"].is_object() {
            for (times, field) in self.recovery_ns.iter_mut().zip(["p50", "p99", "max"]) {
                times.push(number(&report["recovery_ns"], field));
            }
        }
    }

    /// One line for people.
    fn print(&mut self, what: &str) {
        let Self { games, kills, died_as_owner, recoveries, stops, recalls, fenced, recovery_ns } = self;
        recovery_ns.iter_mut().for_each(|times| times.sort_unstable());
        let [p50, p99, max] = [
            recovery_ns[0].get(recovery_ns[0].len() / 2),
            recovery_ns[1].get(recovery_ns[1].len() / 2),
            recovery_ns[2].last(),
        ]
        .map(|ns| ns.map_or(0, |ns| ns / 1000));
        println!(
            "{what:<24} {:<6} seed {:>6}  games {games:>3}  kills {kills:>5} ({died_as_owner:>5} owners)  \
             recoveries {recoveries:>5}  stops {stops:>5}  recalls {recalls:>5}  fenced {fenced:>5}  \
             recovery p50 {p50} p99 {p99} max {max} us",
            transport(),
            seed()
        );
    }
}

/// Folders of its own for a game, which must be empty after it.
struct Folders(PathBuf);

impl Folders {
    fn new() -> Self {
        static COUNT: std::sync::Mutex<u64> = std::sync::Mutex::new(0);
        let mut count = COUNT.lock().unwrap();
        *count += 1;
        let folder = std::env::temp_dir().join(format!("tripong-kill-{}-{count}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn is_empty(&self) -> bool {
        fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        // Not empty only where a test has failed, which has said so.
        let _removed = fs::remove_dir_all(&self.0);
    }
}

/// The names in a folder for shared memory or temporary files that are ours.
fn ours_in(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let names = entries.map(|entry| entry.path());
    names.filter(|path| path.to_string_lossy().contains("tripong")).collect()
}

/// A game from its start to its end: after it there is no process, no zombie and no file more than before.
fn play_without_leaving_anything(arguments: &str) -> Output {
    let folders = Folders::new();
    let shared_memory = ours_in("/dev/shm");
    let mut command = tripong();
    command.args(by_transport(arguments)).current_dir(&folders.0).env("TMPDIR", &folders.0).process_group(0);
    let game = Program::spawn(command);
    let left = game.survivors();
    assert!(left.is_empty(), "{arguments}: {left:?}");
    let output = game.finish();
    assert!(folders.is_empty(), "{arguments}: {:?}", folders.0);
    assert_eq!(ours_in("/dev/shm"), shared_memory, "{arguments}");
    output
}

/// Games of 2, 3 and 16 panes in turn, until so much was done.
fn inject_faults(what: &str, wanted: u64, plan: impl Fn(u64) -> String, done: impl Fn(&Row) -> u64) -> Row {
    let mut row = Row::default();
    while done(&row) < wanted {
        let panes = [3, 2, 16][row.games as usize % 3];
        let seed = seed() + row.games;
        // A short game of each kind rather than one long one.
        let count = (wanted - done(&row)).min(wanted.div_ceil(3)).min(ACTIONS_PER_GAME);
        row.inject_faults(&format!("--panes {panes} --seed {seed} {}", plan(count)));
    }
    row.print(what);
    row
}

#[test]
fn random_kills_never_lose_the_ball() {
    let wanted = Times(120, 10_000).wanted();
    let row =
        inject_faults("random kills", wanted, |kills| format!("--kills {kills} --stops 0"), |row| row.kills);
    assert!(row.died_as_owner > wanted / 10, "the owner was hit as well");
}

#[test]
fn random_kills_and_stops_together_never_lose_the_ball() {
    let wanted = Times(90, 3_000).wanted();
    let plan = |count| format!("--kills {count} --stops {count}");
    inject_faults("kills and stops", wanted, plan, |row| row.stops);
}

#[test]
fn a_stopped_owner_is_recalled_from_and_fenced_when_it_goes_on() {
    let wanted = Times(200, 20_000).wanted();
    let row = inject_faults(
        "stop, recall, continue",
        wanted,
        |stops| format!("--kills 0 --stops {stops}"),
        |row| row.stops,
    );
    assert!(row.recalls >= row.stops && row.fenced > 0, "{} recalls, {} fenced", row.recalls, row.fenced);
}

/// The panes die by themselves, each when it has reached the step for the n-th time, n drawn from 1 to `count`.
fn die_at(step: &str, count: u64) {
    let wanted = Times(30, 1_000).wanted();
    let plan = |kills| format!("--kills {kills} --stops 0 --fail {step}:kill:{count}");
    inject_faults(&format!("killed at {step}"), wanted, plan, |row| row.kills);
}

#[test]
fn a_death_before_the_sleep_never_loses_the_ball() {
    // Every death wakes all the others: with a small count, one would be the death of all.
    die_at("wait", 100);
}

#[test]
fn a_death_at_the_arrival_never_loses_the_ball() {
    die_at("accept", 3);
}

#[test]
fn a_death_before_a_record_never_loses_the_ball() {
    die_at("before-write", 300);
}

#[test]
fn a_death_inside_a_record_never_loses_the_ball() {
    die_at("inside-write", 300);
}

#[test]
fn a_death_before_the_frame_is_sent_never_loses_the_ball() {
    die_at("before-send", 3);
}

/// Where there are frames: a game by shared memory has none, and nobody would die.
#[test]
fn a_death_with_a_frame_in_hand_never_loses_the_ball() {
    let by = if transport() == "shared" { "--transport shared --swap-every 1 " } else { "" };
    let wanted = Times(30, 1_000).wanted();
    let plan = |kills| format!("{by}--kills {kills} --stops 0 --fail receive:kill:2");
    inject_faults("killed at receive", wanted, plan, |row| row.kills);
}

#[test]
fn a_death_before_the_swap_never_loses_the_ball() {
    die_at("before-swap", 3);
}

#[test]
fn a_death_after_the_swap_never_loses_the_ball() {
    die_at("after-swap", 3);
}

#[test]
fn a_death_after_the_notify_never_loses_the_ball() {
    die_at("after-notify", 3);
}

#[test]
fn a_death_inside_a_recall_never_loses_the_ball() {
    // Counted by stops, not by kills: a game may be over before the last death in it is reaped.
    let wanted = Times(30, 1_500).wanted();
    let plan = |stops| format!("--kills 0 --stops {stops} --fail inside-reclaim:kill:1");
    let row = inject_faults("killed inside a recall", wanted, plan, |row| row.stops);
    assert!(row.kills >= wanted * 2 / 3, "{} kills in {wanted} stops", row.kills);
}

/// A pane that dies there has not played yet, so chaos, which counts on players, is not what it takes: whole games,
/// whose processes die at their start with even odds.
#[test]
fn a_death_at_the_start_never_loses_the_ball() {
    let wanted = Times(30, 1_000).wanted();
    let mut row = Row::default();
    while row.kills < wanted {
        let seed = seed() + row.games;
        row.play(&format!(
            "--headless --unpaced --json --panes 16 --hops 20 --restarts unlimited --seed {seed} --fail attach:kill:2"
        ));
    }
    row.print("killed at attach");
}
