//! The inspector's view of the processes.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::PaneId;
use tripong::inspector::processes::{
    self, Access, Call, Fd, Kind, On, ProcessInfo, ProcessState, Processes, Usage,
};
use tripong::inspector::{Happening, Moment};
use tripong::protocol::{Action, Supervision};
use tripong::ui::inspector::ProcessesUi;

const NAMES: [&str; 3] = ["left pane", "middle pane", "right pane"];
const SUPERVISION: Supervision =
    Supervision { stall: Some(Duration::from_millis(300)), restarts: Some((7, Duration::from_secs(1))) };

struct View {
    ui: ProcessesUi,
    processes: Processes,
    aftermath: Vec<Happening>,
    wanted: Vec<(PaneId, Action)>,
}

fn usage() -> Usage {
    Usage {
        cpu_percent: Some(12.34),
        wakeups_per_s: Some(241.4),
        voluntary_switches: 930,
        involuntary_switches: 5,
        pss_bytes: Some(5 << 20),
        threads: 7,
    }
}

fn process(role: processes::ProcessRole, name: &str, pid: u32, state: ProcessState) -> ProcessInfo {
    let fd = |number: i32, kind, target: &str, meaning: &str| Fd {
        number,
        kind,
        access: Access::Write,
        target: target.to_owned(),
        meaning: meaning.to_owned(),
    };
    let fds = vec![
        fd(3, Kind::Memfd, "/memfd:tripong (deleted)", &format!("the Region of the {name}")),
        fd(11, Kind::Pipe, "pipe:[77]", &format!("a pipe of the {name}")),
    ];
    let incarnation = role.pane().map(|_| 4);
    ProcessInfo { role, name: name.to_owned(), pid, incarnation, state, usage: Some(usage()), fds }
}

fn held_by(pane: PaneId) -> Moment {
    Moment { epoch: 1, holder: Some(pane), ..Moment::default() }
}

fn processes() -> Processes {
    let launcher = ProcessState::Blocked { call: Some(Call::Ppoll), on: Some(On::Children) };
    let waits = ProcessState::Blocked { call: Some(Call::Futex), on: Some(On::Doorbell) };
    let pane = |number: u8, state| {
        let role = processes::ProcessRole::Pane(PaneId(number));
        process(role, NAMES[usize::from(number)], 100 + u32::from(number), state)
    };
    let all = vec![
        process(processes::ProcessRole::Launcher, "launcher", 99, launcher),
        pane(0, ProcessState::Pacing),
        pane(1, waits),
        pane(2, waits),
        process(processes::ProcessRole::Inspector, "inspector", 110, ProcessState::Running),
    ];
    Processes { at_ns: 0, moment: held_by(PaneId(0)), all }
}

fn view() -> Harness<'static, View> {
    let (ui, processes) = (ProcessesUi::new(SUPERVISION), processes());
    let state = View { ui, processes, aftermath: Vec::new(), wanted: Vec::new() };
    Harness::builder().with_size(vec2(1100.0, 700.0)).build_ui_state(
        |ui, view: &mut View| {
            let View { ui: shown, processes, aftermath, wanted } = view;
            wanted.extend(shown.ui(ui, processes, aftermath));
        },
        state,
    )
}

fn name(action: Action, pane: usize) -> String {
    let verb = if action == Action::Tear { "Tear a record of" } else { action.name() };
    format!("{verb} the process of the {}", NAMES[pane])
}

fn press(harness: &mut Harness<'_, View>, label: &str) {
    harness.get_by_label(label).click();
    harness.run();
}

fn taken(harness: &mut Harness<'_, View>) -> Vec<(PaneId, Action)> {
    std::mem::take(&mut harness.state_mut().wanted)
}

#[test]
fn every_harmless_button_acts_at_once_on_its_pane() {
    let mut harness = view();
    for (pane, action) in (0..3).flat_map(|pane| [(pane, Action::Freeze), (pane, Action::Continue)]) {
        press(&mut harness, &name(action, pane));
        assert_eq!(taken(&mut harness), [(PaneId(pane as u8), action)]);
    }
}

#[test]
fn a_dangerous_action_is_asked_about_once_and_then_acts_at_once() {
    for first in [Action::Kill, Action::Hang, Action::Tear] {
        let mut harness = view();
        press(&mut harness, &name(first, 1));
        assert_eq!(taken(&mut harness), [], "it only asks");
        harness.get_by_label(&format!("{}?", name(first, 1)));
        press(&mut harness, "OK");
        assert_eq!(taken(&mut harness), [(PaneId(1), first)]);
        assert!(harness.query_by_label("OK").is_none(), "the box is closed");
        for action in [Action::Kill, Action::Hang, Action::Tear] {
            press(&mut harness, &name(action, 2));
            assert_eq!(taken(&mut harness), [(PaneId(2), action)], "no second question");
        }
    }
}

#[test]
fn whoever_does_not_agree_is_asked_again() {
    let mut harness = view();
    for way in 0..2 {
        press(&mut harness, &name(Action::Kill, 0));
        if way == 0 {
            press(&mut harness, "Cancel");
        } else {
            harness.key_press(Key::Escape);
        }
        harness.run();
        assert!(harness.query_by_label("OK").is_none(), "the box is closed");
        assert_eq!(taken(&mut harness), []);
    }
    press(&mut harness, &name(Action::Kill, 0));
    harness.get_by_label("OK");
}

#[test]
fn the_box_says_what_will_happen() {
    let mut harness = view();
    press(&mut harness, &name(Action::Tear, 0));
    let dialog = Action::Tear.expectation(true, SUPERVISION);
    assert!(harness.query_all_by_label(&dialog).count() >= 1, "{dialog}");
    assert!(dialog.contains("more than 7 times within 1s"), "as this game is supervised: {dialog}");
    harness.get_by_label_contains("You are asked this once");
}

#[test]
fn the_box_keeps_its_text_and_its_size_while_the_ball_moves() {
    let mut harness = view();
    press(&mut harness, &name(Action::Kill, 0));
    let dialog = Action::Kill.expectation(true, SUPERVISION);
    let rect = |harness: &Harness<'_, View>| {
        let labels: Vec<_> = harness.query_all_by_label(&dialog).collect();
        (labels.last().unwrap().rect(), harness.get_by_label("OK").rect())
    };
    let before = rect(&harness);
    for holder in [1, 2, 0, 1] {
        harness.state_mut().processes.moment = held_by(PaneId(holder));
        harness.run();
        assert_eq!(rect(&harness), before, "the ball is in pane {holder}");
    }
    press(&mut harness, "OK");
    assert_eq!(taken(&mut harness), [(PaneId(0), Action::Kill)]);
}

#[test]
fn the_enter_that_presses_a_button_does_not_answer_the_box_and_the_next_one_does() {
    let mut harness = view();
    harness.get_by_label(&name(Action::Kill, 1)).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(taken(&mut harness), []);
    assert!(harness.get_by_label("OK").is_focused());
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(taken(&mut harness), [(PaneId(1), Action::Kill)]);
    assert!(harness.get_by_label(&name(Action::Kill, 1)).is_focused(), "back to where the user was");
}

#[test]
fn the_box_can_be_left_by_the_keyboard() {
    let mut harness = view();
    press(&mut harness, &name(Action::Hang, 1));
    harness.key_press(Key::Tab);
    harness.run();
    assert!(harness.get_by_label("Cancel").is_focused());
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(taken(&mut harness), []);
    assert!(harness.query_by_label("Cancel").is_none());
}

#[test]
fn a_button_with_the_focus_says_what_will_happen() {
    let mut harness = view();
    harness.get_by_label_contains("to read what will happen");
    for (action, pane) in Action::ALL.into_iter().flat_map(|action| [(action, 0), (action, 2)]) {
        harness.get_by_label(&name(action, pane)).focus();
        harness.run();
        harness.get_by_label(&format!("{}, {}:", action.name(), NAMES[pane]));
        // The left pane has the ball.
        harness.get_by_label(&action.expectation(pane == 0, SUPERVISION));
    }
}

#[test]
fn a_button_under_the_pointer_says_what_will_happen() {
    let mut harness = view();
    harness.get_by_label(&name(Action::Freeze, 1)).hover();
    harness.run();
    harness.get_by_label("Freeze, middle pane:");
    harness.get_by_label(&Action::Freeze.expectation(false, SUPERVISION));
}

#[test]
fn a_selected_pane_says_what_every_action_would_do() {
    let mut harness = view();
    press(&mut harness, "Select the left pane");
    // What the pointer is on comes first.
    harness.hover_at(egui::Pos2::new(1000.0, 690.0));
    harness.run();
    for action in Action::ALL {
        harness.get_by_label(&format!("{}, left pane:", action.name()));
        harness.get_by_label(&action.expectation(true, SUPERVISION));
    }
    press(&mut harness, "Select the left pane");
    harness.hover_at(egui::Pos2::new(1000.0, 690.0));
    harness.run();
    assert!(harness.query_by_label("Kill, left pane:").is_none());
}

#[test]
fn the_table_shows_every_value() {
    let harness = view();
    for text in ["99", "100", "101", "102", "110"] {
        harness.get_by_label(text);
    }
    harness.get_by_label_contains("blocked: ppoll on its children, its bell and signals");
    harness.get_by_label_contains("pacing: clock_nanosleep");
    harness.get_by_label_contains("running");
    assert_eq!(harness.query_all_by_label_contains("blocked: futex (its doorbell)").count(), 2);
    for (text, count) in
        [("12.3 %", 5), ("241", 5), ("930 / 5", 5), ("5.0 MiB", 5), ("7", 5), ("2", 5), ("4", 3)]
    {
        assert_eq!(harness.query_all_by_label(text).count(), count, "{text}");
    }
    harness.get_by_label("here");
}

#[test]
fn the_first_look_has_no_rates_and_a_dead_process_no_values() {
    let mut harness = view();
    for process in &mut harness.state_mut().processes.all {
        process.usage = Some(Usage { cpu_percent: None, wakeups_per_s: None, ..usage() });
    }
    harness.run();
    assert_eq!(harness.query_all_by_label("–").count(), 10);
    let dead = &mut harness.state_mut().processes.all[2];
    (dead.state, dead.usage) = (ProcessState::Gone, None);
    dead.fds.clear();
    harness.run();
    assert_eq!(harness.query_all_by_label("–").count(), 8 + 6);
    harness.get_by_label_contains("gone: dead and reaped");
}

#[test]
fn nothing_can_be_done_to_a_process_that_is_not_there() {
    for state in [ProcessState::Gone, ProcessState::Zombie, ProcessState::Starting] {
        let mut harness = view();
        harness.state_mut().processes.all[2].state = state;
        harness.run();
        for action in Action::ALL {
            let label = name(action, 1);
            let button = harness.get_by_label(&label);
            assert!(button.accesskit_node().is_disabled(), "{state}: {action:?}");
            button.click();
            harness.run();
        }
        assert_eq!(taken(&mut harness), []);
        assert!(harness.query_by_label("OK").is_none());
    }
}

#[test]
fn what_happened_after_is_reported_with_its_time() {
    let mut harness = view();
    assert!(harness.query_by_label("What happened").is_none());
    let happened = [(400_000, "died: SIGKILL"), (12_340_000, "a new process"), (2_010_000_000, "recalled")];
    let happenings = happened.map(|(after_ns, text)| Happening { after_ns, text: text.to_owned() });
    harness.state_mut().aftermath = happenings.to_vec();
    harness.run();
    harness.get_by_label("What happened");
    for line in ["+400 µs died: SIGKILL", "+12.3 ms a new process", "+2.01 s recalled"] {
        harness.get_by_label(line);
    }
}

#[test]
fn the_open_fds_unfold_by_click_and_by_key() {
    let mut harness = view();
    let header = "Open fds of the middle pane: 2";
    assert!(harness.query_by_label("a pipe of the middle pane").is_none());
    press(&mut harness, header);
    harness.run_steps(30);
    for text in ["11", "pipe", "write", "a pipe of the middle pane", "pipe:[77]", "memfd"] {
        assert!(harness.query_all_by_label(text).count() >= 1, "{text}");
    }
    // It stays open when there are more.
    let fds = &mut harness.state_mut().processes.all[2].fds;
    fds.push(Fd { number: 12, meaning: "one more".to_owned(), ..fds[1].clone() });
    harness.run();
    harness.get_by_label("one more");
    harness.get_by_label("Open fds of the middle pane: 3").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run_steps(30);
    assert!(harness.query_by_label("one more").is_none());
}

#[test]
fn tab_reaches_every_control_in_the_order_of_the_eye() {
    let mut harness = view();
    let selects = NAMES.map(|name| format!("Select the {name}"));
    let buttons = (0..3).flat_map(|pane| Action::ALL.map(|action| name(action, pane)));
    let folds = ["launcher", "left pane", "middle pane", "right pane", "inspector"];
    let folds = folds.map(|name| format!("Open fds of the {name}: 2"));
    let all = selects.into_iter().chain(buttons).chain(folds).chain(["What the columns mean".to_owned()]);
    for label in all {
        harness.key_press(Key::Tab);
        harness.run();
        assert!(harness.get_by_label(&label).is_focused(), "{label}");
    }
}

#[test]
fn every_control_has_a_name() {
    let harness = view();
    let roles = [Role::Button, Role::CheckBox, Role::RadioButton];
    let controls: Vec<_> = roles.into_iter().flat_map(|role| harness.query_all_by_role(role)).collect();
    assert!(controls.len() > 3, "{controls:?}");
    for control in controls {
        assert!(control.accesskit_node().label().is_some_and(|name| !name.is_empty()), "{control:?}");
    }
}

#[test]
fn in_a_small_window_the_focus_is_brought_into_sight() {
    let mut harness = view();
    let size = vec2(640.0, 480.0);
    harness.set_size(size);
    harness.ctx.set_zoom_factor(2.0);
    harness.run();
    let mut seen = 0;
    for _ in 0..40 {
        harness.key_press(Key::Tab);
        harness.run_steps(12);
        let inside = harness.ctx.content_rect();
        let focused = harness.query_all_by(|node| node.is_focused()).next();
        if let Some(focused) = focused {
            seen += 1;
            let rect = focused.rect();
            assert!(
                rect.top() >= -1.0 && rect.bottom() <= inside.bottom() + 1.0,
                "{focused:?}: {rect:?} in {inside:?}"
            );
        }
    }
    assert!(seen > 10, "the focus was seen {seen} times");
}

#[test]
fn nothing_moves_by_itself() {
    let mut harness = view();
    // run() fails if it is not still after a few frames.
    harness.run();
    let viewport = &harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert_eq!(viewport.repaint_delay, Duration::MAX);
}

#[test]
fn no_text_is_cut_in_small_windows_and_at_twice_the_size() {
    let mut harness = view();
    for process in &mut harness.state_mut().processes.all {
        process.pid = 4_194_303;
        process.usage = Some(Usage {
            voluntary_switches: 12_345_678,
            involuntary_switches: 1_234_567,
            wakeups_per_s: Some(10_240.0),
            cpu_percent: Some(199.9),
            ..usage()
        });
        let target =
            "/memfd:a name that is long enough to be broken into two lines of a narrow window (deleted)";
        process.fds[0].target = target.to_owned();
    }
    harness.state_mut().processes.all[3].state = ProcessState::Hangs { for_ns: 125_829_100 };
    harness.run();
    harness.get_by_label_contains("no tick for 126 ms");
    let long = Happening {
        after_ns: 1,
        text: "the process of the middle pane (pid 4194303) was killed by SIGKILL and was reaped".to_owned(),
    };
    harness.state_mut().aftermath = vec![long];
    press(&mut harness, "Select the left pane");
    for name in ["launcher", "left pane", "What the columns mean"] {
        let label =
            if name.contains("What") { name.to_owned() } else { format!("Open fds of the {name}: 2") };
        harness.get_by_label(&label).click();
        harness.run_steps(30);
    }
    crate::fits::assert_fits_everywhere(&mut harness, |_| None);
    press(&mut harness, &name(Action::Hang, 1));
    crate::fits::assert_fits_everywhere(&mut harness, |_| None);
}
