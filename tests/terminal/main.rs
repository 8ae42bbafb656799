//! Games on a pseudo terminal of their own: job control under real shells, views that are killed, terminals that go away, and games that
//! people play there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../recording/generator.rs"]
mod generator;
mod lab;
mod pty;
mod replay;

use std::process::ExitCode;

use common::memory::Memory;
use common::process::wait_until_gone;
use common::recorded::{Recorded, TestFile};
use common::{Ended, TestProcess, is_installed, program, sleep_for_looks, wait_for, wait_until};
use libtest_mimic::{Arguments, Trial};
use nix::sys::signal::Signal;
use pty::Terminal;
use tripong::game::{Control, Paddle, PaneId};
use tripong::platform::sync::Ordering;
use tripong::recording::Line;

type Test = (&'static str, &'static [&'static str], fn());

const TESTS: [Test; 23] = [
    ("ctrl_z_and_sigtstp_give_the_terminal_back_and_fg_takes_it_under_bash", &["bash"], stop_under_bash),
    ("ctrl_z_and_sigtstp_give_the_terminal_back_and_fg_takes_it_under_zsh", &["zsh"], stop_under_zsh),
    (
        "a_game_in_the_background_touches_nothing_and_ends_with_its_report_under_bash",
        &["bash"],
        background_under_bash,
    ),
    (
        "a_game_in_the_background_touches_nothing_and_ends_with_its_report_under_zsh",
        &["zsh"],
        background_under_zsh,
    ),
    ("a_view_that_is_killed_leaves_the_terminal_in_order_and_a_line", &[], a_killed_view),
    ("a_launcher_that_is_killed_leaves_the_terminal_in_order", &["bash"], a_killed_launcher),
    ("a_terminal_that_goes_away_ends_the_game_at_once", &[], a_terminal_that_goes_away),
    (
        "where_hangups_are_ignored_a_terminal_that_goes_away_ends_the_game_all_the_same",
        &[],
        an_ignored_hangup,
    ),
    ("without_a_display_the_game_is_played_on_the_terminal", &[], the_game_without_a_display),
    ("a_pane_that_is_killed_while_people_play_loses_no_ball", &[], a_kill_while_people_play),
    ("a_recorded_game_of_people_is_played_again", &[], a_recorded_game),
    ("a_launcher_that_stood_still_for_long_begins_its_recording_anew", &[], a_recording_that_lost_controls),
    ("an_option_for_windows_is_refused_in_one_line", &[], options_for_windows),
    ("without_keys_there_is_no_game_without_a_display", &[], no_keys),
    ("a_locale_without_utf_8_gets_ascii_and_nothing_else", &[], ascii),
    ("a_watch_lasts_until_it_is_ended", &[], no_end),
    ("a_recording_is_played_stepped_back_to_a_death_and_left", &[], replay::a_recording_stepped_through),
    (
        "a_replay_that_is_stopped_or_ended_leaves_the_terminal_in_order",
        &["bash"],
        replay::a_recording_stopped_under_a_shell,
    ),
    ("a_replay_ends_with_its_terminal", &[], replay::a_recording_whose_terminal_goes_away),
    (
        "a_replay_without_keys_or_without_a_recording_is_refused_in_one_line",
        &[],
        replay::a_recording_without_keys_or_without_a_file,
    ),
    ("a_lab_is_done_on_a_narrow_terminal_without_a_display", &[], lab::done_to_its_end),
    ("a_lab_that_is_ended_leaves_its_receipt", &[], lab::ended_in_every_way),
    ("a_lab_is_stopped_and_goes_on_under_bash", &["bash"], lab::stopped_under_a_shell),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(4));
    // On a machine that must have it, a missing one is a failure, not an excuse.
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let trials = TESTS.map(|(name, programs, test)| {
        let trial = Trial::test(name, move || {
            test();
            Ok(())
        });
        let is_run = is_ci || is_installed("setsid") && programs.iter().all(|program| is_installed(program));
        if is_run {
            trial
        } else {
            trial.with_kind("ignored: its shell, or setsid, is missing").with_ignored_flag(true)
        }
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

const WATCH: &str = "--headless --watch --seed 1";

/// The line of a shell that starts a watched game.
fn watch() -> String {
    format!("{} {WATCH}", env!("CARGO_BIN_EXE_tripong"))
}

/// The processes of a game: the launcher, the panes from the left, the view.
struct Game {
    launcher: TestProcess,
    panes: Vec<TestProcess>,
    view: TestProcess,
    memory: Memory,
}

impl Game {
    fn of(launcher: TestProcess) -> Self {
        let panes = wait_for("all panes", || {
            let mut panes = TestProcess::children_of(launcher.pid);
            panes.retain(TestProcess::has_attached);
            panes.sort_by_key(TestProcess::pane);
            (panes.len() == 3).then_some(panes)
        });
        let is_view = |process: &TestProcess| process.pane().is_none();
        let view = wait_for("the view", || TestProcess::children_of(launcher.pid).into_iter().find(is_view));
        let memory = Memory::of(&panes[0]);
        Self { launcher, panes, view, memory }
    }

    /// The one that a shell has started.
    fn of_shell(shell: &TestProcess) -> Self {
        let is_game = |process: &TestProcess| process.status("Name").is_some_and(|name| name == "tripong");
        Self::of(wait_for("the job", || TestProcess::children_of(shell.pid).into_iter().find(is_game)))
    }

    fn of_leader(terminal: &Terminal) -> Self {
        Self::of(TestProcess::open(terminal.leader().pid).unwrap())
    }

    fn all(&self) -> impl Iterator<Item = &TestProcess> {
        [&self.launcher, &self.view].into_iter().chain(&self.panes)
    }

    fn wait_until_stopped(&self) {
        wait_until("all to be stopped", || self.all().all(is_stopped));
    }

    fn wait_until_running(&self) {
        wait_until("all to go on", || !self.all().any(is_stopped));
        self.memory.wait_for_ticks(20);
    }
}

fn is_stopped(process: &TestProcess) -> bool {
    process.status("State").is_some_and(|state| state.starts_with('T'))
}

fn stop_under_bash() {
    stop_and_go_on("bash");
}

fn stop_under_zsh() {
    stop_and_go_on("zsh");
}

fn background_under_bash() {
    background("bash");
}

fn background_under_zsh() {
    background("zsh");
}

fn stop_and_go_on(shell: &str) {
    let mut terminal = Terminal::shell(shell);
    terminal.line("before=$(stty -g)");
    terminal.line(&watch());
    let game = Game::of_shell(terminal.leader());
    terminal.wait_for_picture("2 Overview");
    game.memory.wait_for_ticks(20);
    for from_outside in [false, true] {
        if from_outside {
            game.launcher.signal(Signal::SIGTSTP);
        } else {
            terminal.press("\x1a");
        }
        terminal.wait_until_given_back();
        game.wait_until_stopped();
        // In two parts: the line itself is on the screen too.
        terminal.line("clear; [ \"$before\" = \"$(stty -g)\" ] && echo coo''ked");
        terminal.wait_for("cooked");
        let stopped_at = game.memory.ticks();
        // Longer than a ball without progress stays with its owner.
        sleep_for_looks(3);
        assert_eq!(game.memory.ticks(), stopped_at, "the game stands still");
        terminal.line("fg");
        terminal.wait_for_picture("2 Overview");
        game.wait_until_running();
    }
    // Keys come again, and the whole picture is there.
    terminal.press("1");
    terminal.wait_for_picture("autopilot");
    terminal.press("q");
    terminal.wait_for("conserved: 1 ball");
    terminal.line("echo co''de $?");
    terminal.wait_for("code 0");
    let screen = terminal.screen();
    assert!(!screen.contains("trouble"), "nothing was recalled or restarted:\n{screen}");
    wait_until_gone(&game.panes);
}

fn background(shell: &str) {
    let mut terminal = Terminal::shell(shell);
    // Then a write from the background stops whoever does not expect it.
    terminal.line("stty tostop");
    terminal.line(&format!("{} &", watch()));
    let game = Game::of_shell(terminal.leader());
    sleep_for_looks(1);
    game.wait_until_running();
    assert_eq!(terminal.pictures(), 0, "{}", terminal.all());
    terminal.line("echo sti''ll mine");
    terminal.wait_for("still mine");
    terminal.line("fg");
    terminal.wait_for_picture("2 Overview");
    terminal.press("\x1a");
    game.wait_until_stopped();
    terminal.line("bg");
    game.wait_until_running();
    let pictures = terminal.pictures();
    terminal.line("clear; echo mi''ne again");
    terminal.wait_for("mine again");
    sleep_for_looks(1);
    assert_eq!((terminal.pictures(), terminal.is_taken()), (pictures, false), "{}", terminal.screen());
    game.launcher.signal(Signal::SIGTERM);
    terminal.wait_for("conserved: 1 ball");
    wait_until("the launcher to end", || game.launcher.has_ended());
    wait_until_gone(&game.panes);
}

fn a_killed_view() {
    let mut terminal = Terminal::game(WATCH);
    terminal.wait_for_picture("2 Overview");
    let game = Game::of_leader(&terminal);
    game.view.signal(Signal::SIGKILL);
    terminal.wait_until_given_back();
    terminal.wait_for(&format!("the terminal view (pid {}) died (killed by SIGKILL)", game.view.pid));
    game.memory.wait_for_ticks(20);
    // The terminal makes a signal of it again.
    terminal.press("\x03");
    let (ended, all) = terminal.finish();
    assert_eq!(ended, Ended::Code(130), "{all}");
    assert!(all.contains("conserved: 1 ball"), "{all}");
}

fn a_killed_launcher() {
    let mut terminal = Terminal::shell("bash");
    terminal.line("before=$(stty -g)");
    terminal.line(&watch());
    let game = Game::of_shell(terminal.leader());
    terminal.wait_for_picture("2 Overview");
    game.launcher.signal(Signal::SIGKILL);
    terminal.wait_until_given_back();
    wait_until_gone(&game.panes);
    wait_until("the view to end", || game.view.is_gone());
    terminal.line("clear; [ \"$before\" = \"$(stty -g)\" ] && echo coo''ked");
    terminal.wait_for("cooked");
}

fn a_terminal_that_goes_away() {
    let mut terminal = Terminal::game(WATCH);
    terminal.wait_for_picture("2 Overview");
    assert_ends_with_its_terminal(&mut terminal);
}

fn an_ignored_hangup() {
    let mut command = program("setsid");
    let script = "trap '' HUP; exec \"$0\" \"$@\"";
    command.args(["-c", "/bin/sh", "-c", script, env!("CARGO_BIN_EXE_tripong")]).args(WATCH.split(' '));
    let mut terminal = Terminal::with(command, (24, 80));
    terminal.wait_for_picture("2 Overview");
    assert!(terminal.leader().ignores(Signal::SIGHUP));
    assert_ends_with_its_terminal(&mut terminal);
}

fn assert_ends_with_its_terminal(terminal: &mut Terminal) {
    let game = Game::of_leader(terminal);
    terminal.hang_up();
    wait_until("the launcher to end", || game.launcher.has_ended());
    wait_until_gone(&game.panes);
    wait_until("the view to end", || game.view.is_gone());
}

fn the_game_without_a_display() {
    let mut terminal = Terminal::game("--seed 1");
    terminal.wait_for_picture("Space: serve");
    let game = Game::of_leader(&terminal);
    assert_eq!(game.memory.owner(), None, "it waits for Start");
    for pid in game.panes.iter().map(|pane| pane.pid) {
        terminal.wait_for_picture(&pid.to_string());
    }
    terminal.press(" ");
    terminal.wait_for_picture("Rally");
    let control = |pane| game.memory.region().control(PaneId(pane));
    assert_eq!([0, 1, 2].map(control), [Control::Autopilot; 3]);
    terminal.press("\x1b[A");
    wait_until("the right paddle to be moved", || control(2) != Control::Autopilot);
    terminal.press("s");
    wait_until("the left paddle to be moved", || control(0) != Control::Autopilot);
    // The middle one by keys that every keyboard has.
    terminal.press("\x1b[C\x1b[C\x1b[B");
    wait_until("the middle paddle to be moved", || control(1) != Control::Autopilot);
    terminal.press("\x7f");
    wait_until("the autopilot to have it back", || control(1) == Control::Autopilot);
    terminal.press(" ");
    wait_until("a pause", || game.memory.region().is_paused());
    terminal.wait_for_picture("Paused");
    terminal.press(" ");
    wait_until("its end", || !game.memory.region().is_paused());
    let before = game.memory.region().transport();
    terminal.press("b+");
    wait_until("another transport", || game.memory.region().transport() != before);
    wait_until("another speed", || game.memory.region().settings().speed == tripong::protocol::Speed::Fast);
    terminal.press("q");
    let (ended, all) = terminal.finish();
    assert_eq!(ended, Ended::Code(0), "{all}");
    let line = "tripong: no display: neither DISPLAY nor WAYLAND_DISPLAY is set; the game is played on this terminal";
    let without = "tripong: no display: this executable was built without windows; the game is played";
    assert!(all.starts_with(line) || all.starts_with(without), "{all}");
}

fn a_kill_while_people_play() {
    let mut terminal = Terminal::game("--headless --watch --seed 1 --transport pipe");
    terminal.wait_for_picture("2 Overview");
    let game = Game::of_leader(&terminal);
    game.memory.wait_for_ticks(20);
    // The middle one, which has the ball at first.
    terminal.press("1\x1b[C\x1b[C\x1b[A");
    let by_hand = |pane: PaneId| game.memory.region().pane(pane).status.by_hand.load(Ordering::Relaxed);
    wait_until("a paddle to be moved", || (0..3).any(|pane| by_hand(PaneId(pane)) > 0));
    for pane in &game.panes {
        pane.signal(Signal::SIGKILL);
        wait_until("it to be reaped", || pane.is_gone());
    }
    wait_until("new processes", || {
        game.memory.region().pane(PaneId(2)).status.ready.load(Ordering::Acquire) == 1
    });
    game.memory.wait_for_ticks(20);
    terminal.press("q");
    let (ended, all) = terminal.finish();
    assert_eq!(ended, Ended::Code(0), "{all}");
    assert!(all.contains("conserved: 1 ball") && all.contains("a person moved a paddle"), "{all}");
    assert!(all.contains("3 restarts"), "{all}");
}

fn a_recorded_game() {
    let file = TestFile::new("jsonl");
    let mut terminal = Terminal::game(&format!("--seed 1 --record {}", file.name()));
    terminal.wait_for_picture("Space: serve");
    let game = Game::of_leader(&terminal);
    terminal.press(" ");
    wait_until("the ball to fly", || game.memory.ticks().is_some_and(|ticks| ticks > 20));
    // Up and down, for every pane in turn; and back to the autopilot.
    for keys in
        ["\x1b[A", "\x1b[A", "s", "\x1b[C\x1b[C\x1b[B", "\x1b[B", "+", "\x1b[C\x1b[A", "b", "\x7f", "w"]
    {
        terminal.press(keys);
        game.memory.wait_for_ticks(60);
    }
    game.panes[1].signal(Signal::SIGKILL);
    wait_until("it to be reaped", || game.panes[1].is_gone());
    game.memory.wait_for_ticks(100);
    // A job that is stopped is frozen, and goes on.
    game.panes[0].freeze();
    terminal.press(" ");
    wait_until("a pause", || game.memory.region().is_paused());
    sleep_for_looks(2);
    game.panes[0].signal(Signal::SIGCONT);
    terminal.press(" ");
    game.memory.wait_for_ticks(100);
    terminal.press("q");
    let (ended, all) = terminal.finish();
    assert_eq!(ended, Ended::Code(0), "{all}");
    assert!(all.contains(&format!("tripong: recorded in {}: ", file.name())), "{all}");
    let recorded = Recorded::of(file.path());
    assert!(recorded.end().game_over && recorded.game.has_ended());
    let controls = recorded.count(|line| matches!(line, Line::Control(_)));
    assert!(controls > 1, "{controls}");
    let pauses = recorded.count(|line| matches!(line, Line::Settings(it) if it.paused));
    assert_eq!(pauses, 1);
    assert!(recorded.count(|line| matches!(line, Line::Transport(_))) > 0);
    let pids: Vec<_> = game.panes.iter().map(|pane| pane.pid).collect();
    let started = |line: &Line| matches!(line, Line::Started(it) if pids.contains(&it.pid));
    assert_eq!(recorded.count(started), 3);
}

fn a_recording_that_lost_controls() {
    let file = TestFile::new("jsonl");
    let mut terminal = Terminal::game(&format!("--seed 1 --record {}", file.name()));
    terminal.wait_for_picture("Space: serve");
    let game = Game::of_leader(&terminal);
    terminal.press(" ++");
    wait_until("the ball to fly", || game.memory.ticks().is_some_and(|ticks| ticks > 20));
    terminal.leader().freeze();
    // Another place at every look: more of them than a control log keeps.
    let region = game.memory.region();
    let logged = || (0..3).map(|pane| region.control_log(PaneId(pane)).count()).max().unwrap_or(0);
    let before = logged();
    let mut place = 0;
    while logged() < before + 200 {
        place += 1;
        let control = Control::Manual(Paddle::at(1.0 + f64::from(place % 1000) / 1000.0));
        (0..3).for_each(|pane| region.set_control(PaneId(pane), control));
        tripong::platform::clock::sleep_until(tripong::platform::clock::now_ns() + 1_000_000).unwrap();
    }
    (0..3).for_each(|pane| region.set_control(PaneId(pane), Control::Autopilot));
    terminal.leader().signal(Signal::SIGCONT);
    let hop = || game.memory.ball().map(|ball| ball.hop);
    let hops = wait_for("the ball", hop);
    wait_until("some hops", || hop().is_some_and(|now| now > hops + 4));
    terminal.press("q");
    let (ended, all) = terminal.finish();
    assert_eq!(ended, Ended::Code(0), "{all}");
    let recorded = Recorded::of(file.path());
    assert!(recorded.end().unseen > 0 && recorded.game.has_ended(), "{:?}", recorded.end());
    assert_eq!(recorded.starts().len(), 2);
    assert!(!recorded.hops().is_empty());
}

fn options_for_windows() {
    for option in ["--inspect", "--zoom 2", "--present"] {
        let (ended, all) = Terminal::game(option).finish();
        assert_eq!(ended, Ended::Code(3), "{all}");
        let name = option.split(' ').next().unwrap();
        assert!(all.starts_with("tripong: no display: ") && all.matches('\n').count() == 1, "{all:?}");
        assert!(all.contains(&format!("`{name}` is for windows")), "{all}");
    }
}

fn no_keys() {
    let terminal = Terminal::game_with("", (24, 80), |command| {
        command.env("TERM", "dumb");
    });
    let (ended, all) = terminal.finish();
    assert_eq!(ended, Ended::Code(3), "{all}");
    assert!(all.starts_with("tripong: no ") && all.matches('\n').count() == 1, "{all}");
}

fn ascii() {
    let play = |locale: &str, border: &str| {
        let mut terminal = Terminal::game_with(&format!("{WATCH} --for 10min"), (24, 80), |command| {
            command.env("LC_ALL", locale);
        });
        terminal.wait_for_picture("2 Overview");
        for page in ["5", "4", "3", "?", "?", "2", "1"] {
            terminal.press(page);
        }
        terminal.wait_for_picture(border);
        terminal.press("q");
        terminal.finish().1
    };
    for locale in ["C", "fr_FR.ISO-8859-1"] {
        let all = play(locale, "+left");
        assert!(all.is_ascii() && all.contains("p50 "), "{all}");
    }
    let all = play("C.UTF-8", "┌left");
    assert!(all.contains("│") && !all.is_ascii(), "{all}");
}

fn no_end() {
    let mut terminal = Terminal::game(WATCH);
    terminal.wait_for_picture("2 Overview");
    // Longer than JSON lines last.
    sleep_for_looks(6);
    assert!(!terminal.leader().has_ended() && terminal.is_taken());
    terminal.press("q");
    let (ended, all) = terminal.finish();
    assert_eq!(ended, Ended::Code(0), "{all}");
    assert!(all.contains("the same as one process alone"), "nobody has played: {all}");
}
