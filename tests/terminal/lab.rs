//! A lab on a terminal: done to its end on a narrow one, ended in every way, stopped and continued.

use nix::sys::signal::Signal;
use tripong::lab::exercise::Answer;

use crate::common::lab::{ReceiptFile, questions};
use crate::common::process::wait_until_gone;
use crate::common::{Ended, TestProcess, wait_for, wait_until};
use crate::pty::Terminal;

const LAB: &str = "messages";
const PROMPT: &str = "Your prediction (? for help): ";

/// What is typed for an answer.
fn typed(answer: &Answer) -> String {
    match answer {
        Answer::Choice(index) => (index + 1).to_string(),
        Answer::Number(number) => number.to_string(),
        Answer::Order(order) => {
            order.iter().map(|index| (index + 1).to_string()).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Begun, with its first question on the screen.
fn begun(file: &ReceiptFile) -> Terminal {
    let terminal = Terminal::game(&format!("{} --headless", file.begin(LAB)));
    terminal.wait_for(PROMPT);
    terminal
}

/// Without a display nobody need ask for the terminal.
pub(crate) fn done_to_its_end() {
    for (locale, colors) in [("C", ""), ("C.UTF-8", "1")] {
        let file = ReceiptFile::new("narrow");
        let mut terminal = Terminal::game_with(&file.begin(LAB), (12, 40), |command| {
            command.env("LC_ALL", locale).env("NO_COLOR", colors);
        });
        terminal.wait_for(PROMPT);
        terminal.line("\u{7f}\u{1}é\u{1b}[2J what?");
        terminal.line("?");
        terminal.wait_for("this help");
        terminal.line("q");
        terminal.wait_for("End the lab?");
        terminal.line("");
        let tasks = questions(LAB);
        for task in &tasks {
            task.iter().for_each(|(_, _, answer)| terminal.line(&typed(answer)));
            terminal.line("");
        }
        let (ended, all) = terminal.finish();
        assert_eq!(ended, Ended::Code(0), "{all}");
        assert!(all.starts_with("tripong: no display: ") && all.contains("on this terminal"), "{all}");
        let receipt = file.read().unwrap();
        let right = |task: &tripong::lab::receipt::TaskReceipt| {
            task.judgement.as_ref().map_or(0, |judgement| judgement.right.len())
        };
        let points: usize = receipt.tasks.iter().map(right).sum();
        assert_eq!(points, tasks.iter().map(Vec::len).sum::<usize>(), "{all}");
        assert!(all.contains(&format!("Your receipt: {}", file.name())), "{all}");
        assert_eq!(all.contains("\x1b["), colors.is_empty(), "{all}");
        // What was typed is echoed by the terminal.
        let lines = all.lines().filter(|line| !line.contains("(? for help): ") && !line.contains("tripong"));
        let plain =
            lines.map(|line| line.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[1;32m", ""));
        for line in plain {
            assert!(line.chars().count() <= 40, "{line:?} of\n{all}");
            assert!(locale != "C" || line.is_ascii(), "{line:?} of\n{all}");
        }
    }
}

pub(crate) fn ended_in_every_way() {
    let (answer, file) = (typed(&questions(LAB)[0][0].2), ReceiptFile::new("ended"));
    for (keys, expected) in
        [("\x03", Ended::Code(130)), ("\x04y\r", Ended::Code(1)), ("q\ry\r", Ended::Code(1))]
    {
        let file = ReceiptFile::new(&format!("ended-{}", keys.len()));
        let mut terminal = begun(&file);
        terminal.line(&answer);
        wait_until("the prediction", || file.progress().0 == 1);
        terminal.wait_for("(? for help): ");
        // The keys may come while it acts.
        terminal.press(keys);
        let (ended, all) = terminal.finish();
        assert_eq!(ended, expected, "{keys:?}: {all}");
        assert_eq!(file.progress().0, 1, "{keys:?}: {all}");
        assert!(ended != Ended::Code(130) || all.contains("has what was done"), "{all}");
    }
    let mut terminal = begun(&file);
    let lab = TestProcess::open(terminal.leader().pid).unwrap();
    terminal.hang_up();
    wait_until("the lab to end with its terminal", || lab.has_ended());
    assert!(file.read().is_some());
}

pub(crate) fn stopped_under_a_shell() {
    let file = ReceiptFile::new("stopped");
    let mut terminal = Terminal::shell("bash");
    terminal.line(&format!("{} {} --headless", env!("CARGO_BIN_EXE_tripong"), file.begin(LAB)));
    terminal.wait_for(PROMPT);
    let is_lab = |process: &TestProcess| process.status("Name").is_some_and(|name| name == "tripong");
    let lab =
        wait_for("the job", || TestProcess::children_of(terminal.leader().pid).into_iter().find(is_lab));
    terminal.press("\x1a");
    terminal.wait_for("Stopped");
    // The prompt of before is not to be taken for the one after it.
    terminal.line("clear; echo cle''ared");
    terminal.wait_for("cleared");
    terminal.line("fg");
    terminal.wait_for(PROMPT);
    terminal.line(&typed(&questions(LAB)[0][0].2));
    wait_until("the prediction", || file.progress().0 == 1);
    lab.signal(Signal::SIGTERM);
    // Before that the lab would read the line.
    wait_until_gone(&[lab]);
    terminal.line("echo co''de $?");
    terminal.wait_for("code 143");
}
