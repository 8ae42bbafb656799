//! A lab in its real window: done by keys to its end, closed in the middle, and killed.

use nix::sys::signal::Signal;
use tripong::lab::detective::codes;
use tripong::lab::exercise::Kind;

use crate::RETURN;
use crate::common::lab::{ReceiptFile, questions};
use crate::common::process::TestProcess;
use crate::common::{Ended, Program, sleep_for_looks, tripong, wait_for, wait_until};
use crate::desktop::{Desktop, Window};

const LAB: &str = "messages";
const ONE: u32 = 0x31;
const UP: u32 = 0xff52;

/// Begun, with its window.
fn begun(desktop: &Desktop, file: &ReceiptFile) -> (Program, Window) {
    let lab = desktop.tripong(&file.begin(LAB));
    let window = desktop.window_titled("tripong lab: ");
    desktop.click(&window, window.width.cast_signed() / 2, window.height.cast_signed() / 2);
    (lab, window)
}

/// The process that has the window.
fn process(lab: &Program) -> TestProcess {
    let has_window = |process: &TestProcess| process.status("Name").is_some_and(|name| name == "tripong:lab");
    wait_for("the process with the window", || {
        TestProcess::children_of(lab.launcher().pid).into_iter().find(has_window)
    })
}

/// Answers with the first key that chooses something, until the receipt has so many answers.
fn answer(desktop: &Desktop, file: &ReceiptFile, kind: &Kind, count: usize) {
    wait_until("an answer in the receipt", || {
        match kind {
            Kind::Choice(_) | Kind::Steps(_) => desktop.key(ONE),
            Kind::Number { .. } => desktop.key(UP),
            Kind::Order(_) => {}
        }
        desktop.key(RETURN);
        sleep_for_looks(1);
        file.progress().0 >= count
    });
}

pub(crate) fn it_is_done_by_keys() {
    let desktop = Desktop::start();
    let file = ReceiptFile::new("window");
    let (lab, _window) = begun(&desktop, &file);
    let process = process(&lab);
    wait_until("the window to sleep", || {
        let before = (process.naps(), process.cpu_ticks());
        sleep_for_looks(3);
        (process.naps(), process.cpu_ticks()) == before
    });
    let (tasks, mut count) = (questions(LAB), 0);
    for task in &tasks {
        for (_, question, _) in task {
            count += 1;
            answer(&desktop, &file, &question.kind, count);
        }
    }
    wait_until("the lab to end", || {
        desktop.key(RETURN);
        sleep_for_looks(1);
        lab.launcher().has_ended()
    });
    let output = lab.finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let said = output.stderr.lines().collect::<Vec<_>>();
    assert!(
        matches!(said[..], [line] if line.contains(" points; ") && line.ends_with(&file.name())),
        "{said:?}"
    );
    desktop.wait_until_empty();
    assert_eq!(file.progress(), (count, tasks.len()));
    let mut verify = tripong();
    verify.args(["lab", "verify", &file.name(), "--student", "anna"]);
    let verified = Program::spawn(verify).finish();
    assert_eq!(verified.ended, Ended::Code(0), "{verified:?}");
}

pub(crate) fn its_end_is_that_of_the_lab() {
    let desktop = Desktop::start();
    let first = questions(LAB)[0][0].1.kind.clone();
    let file = ReceiptFile::new("closed");
    let (lab, window) = begun(&desktop, &file);
    answer(&desktop, &file, &first, 1);
    desktop.close(&window);
    let output = lab.finish();
    assert_eq!(output.ended, Ended::Code(1), "{output:?}");
    assert!(output.stderr.contains("was ended") && output.stderr.lines().count() == 1, "{output:?}");
    assert!(file.progress().0 >= 1);
    desktop.wait_until_empty();

    // Without a terminal there is nowhere to go on.
    for signal in [Signal::SIGKILL, Signal::SIGTERM] {
        let file = ReceiptFile::new("killed");
        let (lab, _window) = begun(&desktop, &file);
        let process = process(&lab);
        let is_killed = signal == Signal::SIGKILL;
        if is_killed {
            process.signal(signal);
        } else {
            lab.launcher().signal(signal);
        }
        let output = lab.finish();
        let code = if is_killed { 137 } else { 143 };
        assert_eq!(output.ended, Ended::Code(code), "{output:?}");
        assert!(output.stderr.contains("what was done") && output.stderr.lines().count() == 1, "{output:?}");
        wait_until("the window's process to be gone", || process.has_ended());
        assert!(file.read().is_some());
        desktop.wait_until_empty();
    }
}

pub(crate) fn a_game_beside_it_takes_no_keyboard_and_covers_nothing() {
    for screen in [(1280, 800), (1024, 768)] {
        let desktop = Desktop::of_size(screen);
        let file = ReceiptFile::new("beside");
        let lab = desktop.tripong(&file.begin("detective"));
        let window = desktop.window_titled("tripong lab: ");
        wait_until("the lab to have the keyboard", || desktop.has_keyboard(&window));
        let (_, code) = codes(1).into_iter().next().unwrap();
        let game = desktop.tripong(&format!("--seed 1 --flaw {code} --stall 500ms --inspect"));
        let titles = ["left pane", "middle pane", "right pane", "inspector"];
        let others = titles.map(|title| desktop.window_titled(title));
        let window = desktop.window_titled("tripong lab: ");
        assert!(desktop.has_keyboard(&window), "{others:?}");
        for other in &others {
            let right = other.x + other.width.cast_signed();
            assert!(right <= window.x, "{other:?} ends where the lab begins, at {}", window.x);
        }
        game.launcher().signal(Signal::SIGTERM);
        assert_eq!(game.finish().ended, Ended::Code(143));
        lab.launcher().signal(Signal::SIGTERM);
        assert_eq!(lab.finish().ended, Ended::Code(143));
    }
}
