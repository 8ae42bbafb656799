//! A recording on a terminal: played, stepped back to a death, and left; stopped and continued; and its terminal goes away.

use nix::sys::signal::Signal;
use tripong::game::{GameRules, PaneId};

use crate::common::process::wait_until_gone;
use crate::common::recorded::TestFile;
use crate::common::{Ended, TestProcess, wait_for, wait_until};
use crate::generator::{author, written};
use crate::pty::Terminal;

/// A game with a death in the middle, in a file.
fn recording() -> TestFile {
    let mut game = author(3, 7, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(2);
    game.play(60);
    game.kill(false);
    game.play_to_hop(6);
    game.end();
    let file = TestFile::new("jsonl");
    std::fs::write(file.path(), written(&game.lines, 10)).unwrap();
    file
}

fn replay(file: &TestFile, size: (u16, u16), locale: &str) -> Terminal {
    let terminal = Terminal::game_with(&format!("replay --watch {}", file.name()), size, |command| {
        command.env("LC_ALL", locale);
    });
    terminal.wait_for_picture("Tick 0, hop 0");
    terminal
}

/// The tick at the play head.
fn tick(terminal: &Terminal) -> u64 {
    wait_for("a tick", || {
        let screen = terminal.screen();
        let (_, rest) = screen.split_once("Tick ")?;
        rest.split_once(',')?.0.parse().ok()
    })
}

/// Presses a key, and waits until the play head is at another tick.
fn press_and_move(terminal: &mut Terminal, key: &str) -> u64 {
    let before = tick(terminal);
    terminal.press(key);
    wait_for("the play head to move", || Some(tick(terminal)).filter(|now| *now != before))
}

pub(crate) fn a_recording_stepped_through() {
    let file = recording();
    for (size, locale) in [((24, 80), "C.UTF-8"), ((15, 60), "C.UTF-8"), ((24, 80), "C"), ((9, 34), "C")] {
        let mut terminal = replay(&file, size, locale);
        // Played from the beginning.
        terminal.press("+++ ");
        wait_until("time to go by", || tick(&terminal) > 50);
        terminal.press(" ");
        terminal.press("\x1b[H");
        terminal.wait_for_picture("Tick 0, hop 0");
        // To the death, and a step on from it: the ball flies on in the next process.
        let death = press_and_move(&mut terminal, "D");
        if size.0 > 10 {
            terminal.wait_for_picture("killed by SIGKILL");
        }
        // To the recovery, which is at the same tick, and to the next hop.
        let later = press_and_move(&mut terminal, "..");
        assert!(later > death, "the next hop: {later} after {death}");
        let before = press_and_move(&mut terminal, "\x1b[D");
        assert_eq!(before, later - 1, "a tick back");
        // Back over the recovery, which is at the same tick.
        terminal.press("pp");
        wait_until("the death again", || tick(&terminal) == death);
        assert_eq!(press_and_move(&mut terminal, "\x1b[D"), death - 1);
        for page in ["Memory", "Flow", "Invariants", "Court"] {
            terminal.press("\t");
            terminal.wait_for_picture(&format!("[{page}]"));
        }
        terminal.press("?");
        terminal.wait_for_picture("space: play");
        terminal.press("q");
        let (ended, all) = terminal.finish();
        assert_eq!(ended, Ended::Code(0), "{all}");
        assert_eq!(all.is_ascii(), locale == "C", "{all}");
    }
}

pub(crate) fn a_recording_stopped_under_a_shell() {
    let file = recording();
    let mut terminal = Terminal::shell("bash");
    terminal.line("before=$(stty -g)");
    terminal.line(&format!("{} replay --watch {}", env!("CARGO_BIN_EXE_tripong"), file.name()));
    terminal.wait_for_picture("Tick 0, hop 0");
    let is_replay = |process: &TestProcess| process.status("Name").is_some_and(|name| name == "tripong");
    let viewer =
        wait_for("the job", || TestProcess::children_of(terminal.leader().pid).into_iter().find(is_replay));
    terminal.press("\x1a");
    terminal.wait_until_given_back();
    wait_until("it to be stopped", || viewer.status("State").is_some_and(|state| state.starts_with('T')));
    terminal.line("clear; [ \"$before\" = \"$(stty -g)\" ] && echo coo''ked");
    terminal.wait_for("cooked");
    terminal.line("fg");
    terminal.wait_for_picture("Tick 0, hop 0");
    assert!(press_and_move(&mut terminal, "n") > 0);
    viewer.signal(Signal::SIGTERM);
    terminal.wait_until_given_back();
    terminal.line("clear; echo co''de $?; [ \"$before\" = \"$(stty -g)\" ] && echo coo''ked");
    terminal.wait_for("cooked");
    wait_until_gone(&[viewer]);
}

pub(crate) fn a_recording_whose_terminal_goes_away() {
    let file = recording();
    let mut terminal = replay(&file, (24, 80), "C.UTF-8");
    let viewer = TestProcess::open(terminal.leader().pid).unwrap();
    terminal.press(" ");
    terminal.hang_up();
    wait_until("the viewer to end", || viewer.has_ended());
}

pub(crate) fn a_recording_without_keys_or_without_a_file() {
    let file = recording();
    let refused = |arguments: &str, term: &str| {
        let terminal = Terminal::game_with(arguments, (24, 80), |command| {
            command.env("TERM", term);
        });
        let (ended, all) = terminal.finish();
        assert!(all.starts_with("tripong: ") && all.matches('\n').count() == 1, "{all:?}");
        (ended, all)
    };
    let (ended, all) = refused(&format!("replay --watch {}", file.name()), "dumb");
    assert_eq!(ended, Ended::Code(5), "{all}");
    assert!(all.contains("--verify"), "{all}");
    let (ended, all) = refused("replay --watch /proc/version", "xterm");
    assert_eq!(ended, Ended::Code(2), "{all}");
    assert!(all.contains("not a recording"), "{all}");
}
