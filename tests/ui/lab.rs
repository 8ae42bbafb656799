//! The window of a lab: questions of every kind by keys and by mouse, what happens, why, and the end.

use egui::accesskit::{Live, Role, Toggled};
use egui::{Event, Key, Modifiers, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::lab::exercise::{Answer, Fact, Judgement, Question, Slot, Value};
use tripong::lab::front::{
    Asked, Cell, Done, FromWindow, Look, Picture, ProcessPicture, Scene, Step, ToWindow, View,
};
use tripong::protocol::{Colors, GameSettings};
use tripong::ui::lab::LabUi;

use crate::fits::{SIZES, assert_fits_everywhere, assert_tooltips_fit, texts};

const WIDE: Vec2 = vec2(1180.0, 760.0);

struct Window {
    ui: LabUi,
    view: View,
    said: Vec<FromWindow>,
}

fn look(colors: Colors) -> Look {
    let settings = GameSettings { colors, ..GameSettings::default() };
    Look { settings, presents: false, is_zoomed: false, leaves_room: false }
}

fn window_of(size: Vec2, look: Look) -> Harness<'static, Window> {
    let window = Window { ui: LabUi::new(look), view: View::default(), said: Vec::new() };
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        |ui, window: &mut Window| {
            let said = window.ui.ui(ui, &window.view);
            window.said.extend(said);
        },
        window,
    );
    harness.run_steps(2);
    harness
}

fn scene(step: Step) -> Scene {
    let story = "Two processes share a word, `flag`, and a struct of fifteen words; each of them is stopped at every step.\n\
                 Nothing keeps one from running while the other is between two of its steps.";
    Scene {
        lab: "races".to_owned(),
        title: "Races: a flag and a plain struct".to_owned(),
        aim: "You can say in which order of steps a ball is lost.".to_owned(),
        minutes: 8,
        task: 1,
        tasks: 3,
        step,
        story: story.to_owned(),
        done: Vec::new(),
        observation: Vec::new(),
        judgement: None,
        explanation: String::new(),
        read_on: String::new(),
        points: 1,
        of: 5,
        receipt: "/home/anna/labs/races-anna.receipt.json".to_owned(),
    }
}

fn choice() -> Question {
    let both =
        "both: each has copied the ball before the other one has written the flag, so the ball is doubled";
    Question::choice("Which of them has the ball after these steps?", &["A alone", "B alone", both])
}

fn number() -> Question {
    Question::number("How many bytes does it read?", "bytes", 0, 100)
}

fn order() -> Question {
    let items = [
        "a thread that polls",
        "a futex (FUTEX_WAIT), with an eventfd beside it for those that poll",
        "a pipe",
    ];
    Question::order("In which order of cost?", &items)
}

fn steps() -> Question {
    let steps = &["read the flag", "copy the ball out of the struct, word by word", "write 0 to the flag"];
    Question::steps("In which order is the ball lost?", &[("A", steps), ("B", steps)])
}

/// Asks this as the only thing.
fn ask(harness: &mut Harness<'_, Window>, step: Step, number: u32, question: Option<(Slot, Question)>) {
    let view = &mut harness.state_mut().view;
    view.take(ToWindow::Scene(Box::new(scene(step))));
    view.take(ToWindow::Asked(Asked { number, question }));
    harness.run_steps(4);
}

fn asking(question: Question) -> Harness<'static, Window> {
    let mut harness = window_of(WIDE, look(Colors::Dark));
    ask(&mut harness, Step::Predict, 1, Some((Slot::Prediction, question)));
    harness
}

/// What was said since the last time.
fn said(harness: &mut Harness<'_, Window>) -> Vec<FromWindow> {
    harness.run_steps(3);
    std::mem::take(&mut harness.state_mut().said)
}

fn press(harness: &mut Harness<'_, Window>, keys: &[Key]) {
    for key in keys {
        harness.key_press(*key);
        harness.run_steps(2);
    }
}

fn predicted(answer: Answer) -> [FromWindow; 1] {
    [FromWindow::Answer(1, answer)]
}

#[test]
fn questions_of_every_kind_are_answered_by_keys_alone() {
    let up = (Modifiers::SHIFT, Key::ArrowUp);
    let none = |key| (Modifiers::NONE, key);
    let cases = [
        (choice(), vec![none(Key::Num2)], Answer::Choice(1)),
        (choice(), vec![none(Key::ArrowDown), none(Key::ArrowDown)], Answer::Choice(1)),
        (choice(), vec![none(Key::ArrowUp)], Answer::Choice(2)),
        (number(), vec![none(Key::ArrowUp), none(Key::ArrowUp)], Answer::Number(1)),
        (order(), vec![none(Key::Num3), up, up], Answer::Order(vec![2, 0, 1])),
        (
            order(),
            vec![none(Key::ArrowDown), (Modifiers::SHIFT, Key::ArrowDown)],
            Answer::Order(vec![0, 2, 1]),
        ),
        (
            steps(),
            vec![none(Key::Num1), none(Key::Num2), none(Key::Num2), none(Key::Backspace), none(Key::Num1)],
            Answer::Order(vec![0, 1, 0]),
        ),
    ];
    for (question, keys, answer) in cases {
        let mut harness = asking(question);
        for (modifiers, key) in keys {
            harness.key_press_modifiers(modifiers, key);
            harness.run_steps(2);
        }
        assert_eq!(said(&mut harness), [], "nothing before Enter");
        press(&mut harness, &[Key::Enter]);
        assert_eq!(said(&mut harness), predicted(answer));
        press(&mut harness, &[Key::Enter]);
        assert_eq!(said(&mut harness), [], "an answer is given once");
    }
}

#[test]
fn numbers_and_letters_are_typed() {
    let mut harness = asking(number());
    for text in ["4", "x", "2"] {
        harness.event(Event::Text(text.to_owned()));
        harness.run_steps(2);
    }
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), predicted(Answer::Number(42)));
    let mut harness = asking(number());
    harness.event(Event::Text("101".to_owned()));
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), [], "it is beyond the bounds");
    let mut harness = asking(steps());
    for text in ["a", "B", "b", "x", "a"] {
        harness.event(Event::Text(text.to_owned()));
        harness.run_steps(2);
    }
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), predicted(Answer::Order(vec![0, 1, 1, 0])));
}

#[test]
fn questions_of_every_kind_are_answered_by_mouse_alone() {
    let mut harness = asking(choice());
    harness.get_by_label("2  B alone").click();
    harness.run_steps(2);
    assert_eq!(harness.get_by_label("2  B alone").accesskit_node().toggled(), Some(Toggled::True));
    harness.get_by_label("Predict").click();
    assert_eq!(said(&mut harness), predicted(Answer::Choice(1)));

    let mut harness = asking(number());
    let slider = harness.get_by_label("Slider, bytes").rect();
    harness.drag_at(slider.left_center() + vec2(6.0, 0.0));
    harness.run_steps(1);
    harness.hover_at(slider.right_center());
    harness.run_steps(1);
    harness.drop_at(slider.right_center());
    harness.run_steps(2);
    harness.get_by_label("Predict").click();
    assert_eq!(said(&mut harness), predicted(Answer::Number(100)));

    let mut harness = asking(order());
    harness.get_by_label("Up: a pipe").click();
    harness.run_steps(2);
    let (from, to) = (
        harness.get_by_label("3: a futex (FUTEX_WAIT), with an eventfd beside it for those that poll").rect(),
        harness.get_by_label("1: a thread that polls").rect(),
    );
    harness.drag_at(from.center());
    harness.run_steps(1);
    harness.hover_at(to.center());
    harness.run_steps(2);
    harness.drop_at(to.center());
    harness.run_steps(2);
    harness.get_by_label("Predict").click();
    assert_eq!(said(&mut harness), predicted(Answer::Order(vec![1, 0, 2])));

    let mut harness = asking(steps());
    for name in ["A: next step: read the flag", "B: next step: read the flag", "Undo"] {
        harness.get_by_label(name).click();
        harness.run_steps(2);
    }
    harness.get_by_label_contains("A: next step: copy the ball").click();
    harness.run_steps(2);
    harness.get_by_label("Predict").click();
    assert_eq!(said(&mut harness), predicted(Answer::Order(vec![0, 0])));
}

#[test]
fn without_an_answer_enter_says_nothing_and_one_that_was_meant_for_what_came_before_is_none() {
    let mut harness = asking(choice());
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), []);
    assert!(harness.get_by_label("Predict").accesskit_node().is_disabled());
    let mut harness = asking(steps());
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), []);
    // An order is an answer from the beginning: not in the frame in which it appears.
    let mut harness = window_of(WIDE, look(Colors::Dark));
    let view = &mut harness.state_mut().view;
    view.take(ToWindow::Scene(Box::new(scene(Step::Predict))));
    view.take(ToWindow::Asked(Asked { number: 1, question: Some((Slot::Prediction, order())) }));
    harness.key_press(Key::Enter);
    harness.step();
    assert_eq!(said(&mut harness), []);
    harness.run_steps(4);
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), predicted(Answer::Order(vec![0, 1, 2])));
}

#[test]
fn enter_presses_the_control_that_has_the_focus_where_that_is_a_button() {
    let mut harness = asking(order());
    harness.get_by_label("Down: a thread that polls").focus();
    harness.run_steps(2);
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), []);
    harness.get_by_label("2: a thread that polls").focus();
    harness.run_steps(2);
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), predicted(Answer::Order(vec![1, 0, 2])));
}

#[test]
fn esc_asks_before_the_end() {
    for (keys, ends) in [
        (vec![Key::Escape, Key::Escape], false),
        (vec![Key::Escape, Key::Enter], false),
        (vec![Key::Escape, Key::Tab, Key::Enter], true),
    ] {
        let mut harness = asking(choice());
        press(&mut harness, &[Key::Num1]);
        press(&mut harness, &keys);
        assert_eq!(said(&mut harness) == [FromWindow::End], ends, "{keys:?}");
        assert!(harness.query_by_label("End the lab?").is_none());
    }
    let mut harness = asking(choice());
    harness.get_by_label("End the lab").click();
    harness.run_steps(3);
    harness.get_by_label("End it").click();
    assert_eq!(said(&mut harness), [FromWindow::End]);
}

fn picture(state: &str, has_ball: bool) -> Picture {
    let process = |name: &str, pid, has_ball| ProcessPicture {
        name: name.to_owned(),
        pid,
        state: state.to_owned(),
        has_ball,
    };
    let cell = |name: &str, value: &str| Cell { name: name.to_owned(), value: value.to_owned() };
    let processes = vec![process("writer", 4711, has_ball), process("reader", 4712, !has_ball)];
    Picture { processes, cells: vec![cell("flag", "1"), cell("the record", "17 17 17 17 18")] }
}

/// Three moments, which have come at once.
fn act(harness: &mut Harness<'_, Window>) {
    let view = &mut harness.state_mut().view;
    view.take(ToWindow::Scene(Box::new(scene(Step::Act))));
    for (text, state) in
        [("it began", "running"), ("it was stopped", "stopped"), ("it died", "dead (signal 9)")]
    {
        view.take(ToWindow::Event(text.to_owned()));
        view.take(ToWindow::Picture(picture(state, state == "running")));
    }
}

fn explained() -> Scene {
    let fact = |name: &str, value, unit: &str| Fact { name: name.to_owned(), value, unit: unit.to_owned() };
    let long =
        Value::Text("T (stopped), as /proc/4711/stat says it, and so it stays until SIGCONT".to_owned());
    Scene {
        done: vec![
            Done {
                slot: Slot::Prediction,
                question: choice(),
                answer: Answer::Choice(2),
                right: Some(Answer::Choice(0)),
            },
            Done {
                slot: Slot::Choice,
                question: steps(),
                answer: Answer::Order(vec![0, 1, 1, 0]),
                right: None,
            },
        ],
        observation: vec![
            fact("torn copies among all that were read", Value::Number(17), "copies"),
            fact("state of the writer", long, ""),
            fact("both have the ball", Value::Flag(true), ""),
        ],
        judgement: Some(Judgement { right: vec![Slot::Choice], truth: "The ball was doubled.".to_owned() }),
        explanation:
            "Each process reads the flag, and acts on it later.\nThe game changes the owner in one step."
                .to_owned(),
        read_on: "man 2 futex; OSTEP, chapter 28; src/protocol/baton.rs".to_owned(),
        ..scene(Step::Explain)
    }
}

fn explain(harness: &mut Harness<'_, Window>) {
    let view = &mut harness.state_mut().view;
    view.take(ToWindow::Scene(Box::new(explained())));
    view.take(ToWindow::Asked(Asked { number: 2, question: None }));
}

#[test]
fn what_happened_at_once_is_shown_moment_by_moment_and_can_be_looked_at_again() {
    let mut harness = window_of(WIDE, look(Colors::Dark));
    act(&mut harness);
    explain(&mut harness);
    harness.step();
    harness.get_by_label("> it began");
    harness.get_by_label("has the ball");
    assert!(harness.query_by_label("The ball was doubled.").is_none(), "not before all was shown");
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), [], "Enter shows the rest");
    harness.get_by_label("The ball was doubled.");
    harness.get_by_label("> it died");
    assert_eq!(harness.query_all_by_label("dead (signal 9)").count(), 2);
    press(&mut harness, &[Key::ArrowLeft]);
    harness.get_by_label("Moment 2 of 3");
    assert_eq!(harness.query_all_by_label("stopped").count(), 2);
    harness.get_by_label("Next moment").click();
    harness.run_steps(2);
    assert_eq!(harness.query_all_by_label("dead (signal 9)").count(), 2);
    harness.get_by_label("- it began").click();
    harness.run_steps(2);
    assert_eq!(harness.query_all_by_label("running").count(), 2);
    press(&mut harness, &[Key::Space]);
    assert_eq!(said(&mut harness), [FromWindow::Proceed(2)]);
}

#[test]
fn a_choice_that_is_made_again_stands_beside_what_came_of_the_one_before() {
    let mut harness = window_of(WIDE, look(Colors::Dark));
    act(&mut harness);
    let again = Scene { observation: explained().observation, ..scene(Step::Choose) };
    let view = &mut harness.state_mut().view;
    view.take(ToWindow::Scene(Box::new(again)));
    view.take(ToWindow::Asked(Asked { number: 7, question: Some((Slot::Choice, steps())) }));
    harness.run_steps(12);
    let words = harness.query_all_by_label_contains("That did not reach the goal.");
    assert_eq!(words.count(), 2, "it is shown, and announced");
    harness.get_by_label("> it died");
    press(&mut harness, &[Key::Num2, Key::Enter]);
    assert_eq!(said(&mut harness), [FromWindow::Answer(7, Answer::Order(vec![1]))]);
    harness.state_mut().view.take(ToWindow::Scene(Box::new(scene(Step::Act))));
    harness.run_steps(2);
    assert!(harness.query_by_label("> it died").is_none(), "another action begins");
}

#[test]
fn right_and_wrong_are_words_and_a_screen_reader_is_told_every_step() {
    let mut harness = window_of(WIDE, look(Colors::Dark));
    let status = |harness: &Harness<'_, Window>| {
        let node = harness.get_by_role(Role::Status);
        assert_eq!(node.accesskit_node().live(), Live::Polite);
        node.accesskit_node().label().unwrap_or_default()
    };
    ask(&mut harness, Step::Predict, 1, Some((Slot::Prediction, number())));
    assert!(status(&harness).starts_with("Task 1 of 3. Two processes share a word"), "{}", status(&harness));
    let field = harness.get_by_role(Role::TextInput).accesskit_node().label().unwrap_or_default();
    assert_eq!(field, "How many bytes does it read? 0 to 100 bytes");
    act(&mut harness);
    harness.step();
    assert_eq!(status(&harness), "it began.");
    explain(&mut harness);
    harness.run_steps(12);
    assert_eq!(status(&harness), "The ball was doubled. Your prediction was wrong. Your choice was right.");
    harness.get_by_label("Right: your choice was \"ABBA\".");
    harness.get_by_label_contains("Wrong: your prediction was \"both");
    for role in [Role::Button, Role::RadioButton, Role::CheckBox, Role::Slider] {
        for node in harness.query_all_by_role(role) {
            assert!(
                !node.accesskit_node().label().unwrap_or_default().is_empty(),
                "a {role:?} without a name"
            );
        }
    }
}

#[test]
fn at_the_end_the_receipt_can_be_copied() {
    let mut harness = window_of(WIDE, look(Colors::Light));
    ask(&mut harness, Step::End, 9, None);
    assert_eq!(harness.query_all_by_label("1 of 5 points").count(), 2);
    harness.get_by_label("/home/anna/labs/races-anna.receipt.json");
    harness.get_by_label("Copy its path").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    let path = "/home/anna/labs/races-anna.receipt.json".to_owned();
    assert!(commands.contains(&egui::OutputCommand::CopyText(path)), "{commands:?}");
    press(&mut harness, &[Key::Enter]);
    assert_eq!(said(&mut harness), [FromWindow::Proceed(9)]);
}

#[test]
fn nothing_is_cut_in_any_step_and_window() {
    let questions = [choice(), number(), order(), steps()];
    for question in questions {
        let mut harness = window_of(WIDE, look(Colors::Dark));
        ask(&mut harness, Step::Choose, 1, Some((Slot::Choice, question)));
        assert_fits_everywhere(&mut harness, |_| None);
    }
    let mut harness = window_of(WIDE, look(Colors::Contrast));
    act(&mut harness);
    explain(&mut harness);
    harness.run_steps(12);
    assert_fits_everywhere(&mut harness, |_| None);
    assert_tooltips_fit(&mut harness, SIZES[3]);
    ask(&mut harness, Step::End, 3, None);
    assert_fits_everywhere(&mut harness, |_| None);
    let mut harness = asking(choice());
    press(&mut harness, &[Key::F1]);
    harness.run_steps(3);
    harness.get_by_label("Shift Up/Down");
    press(&mut harness, &[Key::Escape]);
    harness.run_steps(3);
    assert!(
        harness.query_by_label("Shift Up/Down").is_none() && harness.query_by_label("End the lab?").is_none()
    );
}

#[test]
fn on_a_projector_everything_is_as_large_as_the_whole_task_has_room_for() {
    let zoom = |size: Vec2, is_zoomed| {
        let mut harness = window_of(size, Look { presents: true, is_zoomed, ..look(Colors::Light) });
        ask(&mut harness, Step::Predict, 1, Some((Slot::Prediction, steps())));
        harness.run_steps(20);
        harness.ctx.zoom_factor()
    };
    assert_eq!(zoom(vec2(1920.0, 1050.0), false), 2.0);
    assert_eq!(zoom(vec2(1920.0, 1050.0), true), 1.0, "as it was chosen");
    let small = zoom(vec2(1024.0, 500.0), false);
    assert!((1.0..2.0).contains(&small), "{small}");
}

#[test]
fn a_window_in_which_nothing_happens_does_not_paint() {
    let mut harness = asking(choice());
    harness.run_steps(10);
    let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(delay > std::time::Duration::from_secs(60), "{delay:?}");
    act(&mut harness);
    explain(&mut harness);
    harness.run_steps(20);
    let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(delay > std::time::Duration::from_secs(60), "{delay:?}");
}

/// Four cells with long values and a long log line, as a fence has them.
fn fenced() -> Picture {
    let cell = |name: &str, value: &str| Cell { name: name.to_owned(), value: value.to_owned() };
    let ball = "owner left, epoch 21, generation 2, in state held by its process; written by pid 14781";
    let cells = vec![
        cell("the word of the baton", ball),
        cell("what the late process has copied before", ball),
        cell("result of its compare-and-swap", "fails: the epoch is another one"),
        cell(
            "path",
            "/proc/14781/task/14781/children_of_a_process_with_a_very_long_name_that_has_no_space_at_all",
        ),
    ];
    let process = |name: &str| ProcessPicture {
        name: name.to_owned(),
        pid: 14_781,
        state: "stopped before its compare-and-swap".to_owned(),
        has_ball: false,
    };
    Picture { processes: ["giver", "taker", "replacement"].map(process).into(), cells }
}

#[test]
fn long_cells_and_lines_are_wrapped_within_their_column() {
    let line = "process replacement (pid 14999) was started with generation 2, and has swapped the word from what it was";
    for size in [vec2(800.0, 600.0), vec2(984.0, 615.0), vec2(1280.0, 800.0), vec2(1920.0, 1080.0)] {
        for processes in [3, 2] {
            let mut harness = window_of(size, look(Colors::Dark));
            let view = &mut harness.state_mut().view;
            view.take(ToWindow::Scene(Box::new(scene(Step::Act))));
            view.take(ToWindow::Event(line.to_owned()));
            let mut picture = fenced();
            picture.processes.truncate(processes);
            view.take(ToWindow::Picture(picture));
            explain(&mut harness);
            harness.run_steps(12);
            harness.get_by_label(&format!("> {line}"));
            let mut seen = 0;
            for (clip, text) in texts(&harness.output().shapes) {
                let shown = text.visual_bounding_rect();
                assert!(
                    shown.right() <= clip.right().min(size.x) + 1.5,
                    "{:?} in {size}",
                    text.galley.text()
                );
                seen += usize::from(text.galley.text().contains("generation 2"));
            }
            assert!(seen >= 1, "{seen} at {size}");
            assert_fits_everywhere(&mut harness, |_| None);
        }
    }
}

#[test]
fn what_is_asked_about_many_facts_is_in_sight() {
    for size in [vec2(984.0, 615.0), vec2(800.0, 600.0), vec2(1280.0, 800.0)] {
        let mut harness = window_of(size, look(Colors::Dark));
        act(&mut harness);
        let fact = |number: u64| Fact {
            name: format!("fact {number}"),
            value: Value::Text("a line of the recording, with its epoch and hash".to_owned()),
            unit: String::new(),
        };
        let observation = (1..=20).map(fact).collect();
        let view = &mut harness.state_mut().view;
        view.take(ToWindow::Scene(Box::new(Scene { observation, ..scene(Step::Conclude) })));
        view.take(ToWindow::Asked(Asked { number: 5, question: Some((Slot::Conclusion, choice())) }));
        harness.run_steps(12);
        press(&mut harness, &[Key::Enter]);
        harness.run_steps(6);
        let button = harness.get_by_label("Conclude").rect();
        for control in harness.query_all_by_role(Role::RadioButton) {
            assert!(control.rect().bottom() < button.top(), "{:?} at {size}", control.rect());
        }
        assert!(harness.get_by_label("Which of them has the ball after these steps?").rect().top() > 0.0);
    }
}

#[test]
fn on_a_projector_what_has_no_room_is_scrolled_and_not_made_small() {
    for size in [vec2(1280.0, 800.0), vec2(800.0, 600.0)] {
        let mut harness = window_of(size, Look { presents: true, ..look(Colors::Light) });
        act(&mut harness);
        let long = Scene { explanation: "Each process reads the flag. ".repeat(60), ..explained() };
        let view = &mut harness.state_mut().view;
        view.take(ToWindow::Scene(Box::new(long)));
        view.take(ToWindow::Asked(Asked { number: 2, question: None }));
        harness.run_steps(40);
        press(&mut harness, &[Key::Enter]);
        harness.run_steps(40);
        let zoom = harness.ctx.zoom_factor();
        assert!((zoom - 1.3).abs() < 0.01, "{zoom} at {size}: no smaller, and no larger than it has to be");
        let projector = harness.get_by_label("Projector size").accesskit_node().toggled();
        assert_eq!(projector, Some(Toggled::True));
        harness.get_by_label("Projector size").click();
        harness.run_steps(6);
        assert!((harness.ctx.zoom_factor() - 1.0).abs() < 0.01);
    }
}

#[test]
fn code_and_units_are_shown_as_such() {
    let mut harness = window_of(WIDE, look(Colors::Dark));
    let epoch = Question::number("Which epoch has `tripong replay` named?", "(epoch)", 0, 99);
    ask(&mut harness, Step::Predict, 1, Some((Slot::Prediction, epoch)));
    harness.get_by_label("Which epoch has tripong replay named?");
    let field = harness.get_by_role(Role::TextInput).accesskit_node().label().unwrap_or_default();
    assert_eq!(field, "Which epoch has tripong replay named? 0 to 99 epoch");
    for (_, text) in texts(&harness.output().shapes) {
        assert!(
            !text.galley.text().contains('`') && !text.galley.text().contains("(epoch"),
            "{:?}",
            text.galley.text()
        );
    }
}
