//! Displays that go while the windows are there, and windows that another program takes away.

use nix::sys::signal::Signal;
use tripong::error::exit;
use tripong::game::PaneId;
use tripong::platform::sync::Ordering;

use crate::common::memory::Memory;
use crate::common::process::wait_until_gone;
use crate::common::{Ended, Program, tripong, tripong_without_terminal, wait_until};
use crate::server::Server;
use crate::wayland::Compositor;

/// Presses Start where a window would note it, and waits until each window was opened and drawn: a worker plays only then.
fn serve(memory: &Memory) {
    memory.region().pane(PaneId(0)).status.serves_asked.fetch_add(1, Ordering::Release);
    wait_until("the ball to cross all panes", || memory.ball().is_some_and(|ball| ball.hop >= 4));
}

/// The ball is where the baton says, and in no other hands.
fn assert_one_ball(memory: &Memory) {
    assert!(memory.ball().is_some(), "the ball can be read");
    let epoch = memory.ownership().unwrap().epoch;
    let in_hand = |pane: u8| memory.region().pane(PaneId(pane)).status.in_hand.load(Ordering::Acquire);
    for pane in 0..3 {
        let marker = in_hand(pane);
        assert!(marker == 0 || marker == epoch + 1, "pane {pane} holds the ball of {marker} in {epoch}");
    }
    assert!((0..3).filter(|pane| in_hand(*pane) != 0).count() <= 1);
}

/// Ends what shows the windows of a game in play: the game ends with one line, exit code 3, and nothing is started again.
fn assert_ends_well(game: Program, name: &str, end_display: impl FnOnce()) {
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    serve(&memory);
    end_display();
    let output = game.finish();
    let expected = format!(
        "tripong: the display is gone: {name} does not answer any more; the game was stopped; start it again in a \
         graphical session"
    );
    // On Wayland a start says first how windows are placed.
    let is_of_places = |line: &&str| line.starts_with("tripong: this display places windows itself: ");
    let said: Vec<_> = output.stderr.lines().filter(|line| !is_of_places(line)).collect();
    assert_eq!((output.ended, said), (Ended::Code(exit::NO_DISPLAY.into()), vec![expected.as_str()]));
    wait_until_gone(&panes);
    assert!((0..3).all(|pane| memory.incarnation(pane) == 1), "nothing was started again");
    assert_one_ball(&memory);
}

pub(crate) fn an_x_server_that_goes() {
    for signal in [Signal::SIGKILL, Signal::SIGTERM] {
        let server = Server::local(&[]);
        let game = server.show(tripong(), "");
        let name = format!("DISPLAY={}", server.name());
        assert_ends_well(game, &name, || server.helper.process.signal(signal));
    }
}

pub(crate) fn a_compositor_that_goes() {
    for signal in [Signal::SIGKILL, Signal::SIGTERM] {
        let compositor = Compositor::start();
        let game = compositor.tripong("");
        assert_ends_well(game, "WAYLAND_DISPLAY=display", || compositor.server.process.signal(signal));
    }
}

pub(crate) fn an_inspector_whose_display_goes() {
    let server = Server::local(&[]);
    let mut command = tripong();
    command.args(["--headless", "--inspect", "--for", "5min", "--seed", "7", "--json"]);
    let game = server.show(command, "");
    wait_until("the inspector's window", || server.window("inspector").is_some());
    let memory = Memory::of(&game.panes(3)[0]);
    server.helper.process.signal(Signal::SIGKILL);
    let hops = || memory.ball().map_or(0, |ball| ball.hop);
    let before = hops();
    wait_until("the game to go on", || hops() > before + 3);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    let line = format!(
        "tripong: the inspector's display is gone: DISPLAY={} does not answer any more; the game continues\n",
        server.name()
    );
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(143), line.as_str()));
    assert_eq!(output.report()["conserved"], true, "{output:?}");
}

/// It shows a text, so its end is no error of its own.
pub(crate) fn a_dialog_whose_display_goes() {
    let server = Server::local(&[]);
    let mut command = tripong_without_terminal();
    command.args(["--panes", "99"]).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let game = server.show(command, "");
    wait_until("the dialog", || server.window("tripong could not go on").is_some());
    server.helper.process.signal(Signal::SIGKILL);
    assert_eq!(game.finish().ended, Ended::Code(exit::USAGE.into()));
}

/// Windows that another program destroys, one whose program it disconnects, and the inspector's.
pub(crate) fn windows_that_are_taken_away() {
    let server = Server::local(&[]);
    let mut command = tripong();
    command.arg("--inspect");
    let game = server.show(command, "");
    let first = game.panes(3);
    let memory = Memory::of(&first[0]);
    serve(&memory);
    wait_until("the inspector's window", || server.window("inspector").is_some());
    server.destroy(server.window("inspector").unwrap());
    server.destroy(server.window("1 of 3").unwrap());
    server.disconnect(server.window("3 of 3").unwrap());
    wait_until("both panes to be started again", || [0, 2].iter().all(|pane| memory.incarnation(*pane) == 2));
    let hop = memory.ball().unwrap().hop;
    let panes = game.panes(3);
    wait_until("the ball to go on through all panes", || {
        memory.ball().is_some_and(|ball| ball.hop >= hop + 6)
    });
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    let (ended, news) = (output.ended, output.news());
    let mut lines: Vec<_> = news.lines().collect();
    lines.sort_unstable();
    let expected = [
        "tripong: the inspector lost its window (another program has destroyed it); the game continues"
            .to_owned(),
        format!(
            "tripong: pane 1 (pid {}) lost its window (another program has destroyed it) and was started again",
            first[0].pid
        ),
        format!(
            "tripong: pane 3 (pid {}) was disconnected from the display and was started again",
            first[2].pid
        ),
    ];
    let mut expected: Vec<_> = expected.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!((ended, lines), (Ended::Code(143), expected));
    wait_until_gone(&panes);
    assert_one_ball(&memory);
}
