//! Keys by their place: what a held key wants, when it is released, and what the keys are called on other keyboards.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{Ball, Control, Direction, GameMode, GameRules, Paddle, PaneId, Score};
use tripong::platform::keyboard::KeyboardLayout;
use tripong::protocol::snapshot::Snapshot;
use tripong::ui::Intent;

use crate::game::playing;
use crate::{ME, Window, resting, taken, window};

const UP: Intent = Intent::Hold(ME, Direction::Up);
const DOWN: Intent = Intent::Hold(ME, Direction::Down);
const RELEASE: Intent = Intent::Release(ME);

/// A key that prints `key` at the place where an American keyboard prints `place`.
fn press(harness: &mut Harness<'_, Window>, key: Key, place: Key, pressed: bool) {
    let modifiers = Modifiers::NONE;
    harness.event(Event::Key { key, physical_key: Some(place), pressed, repeat: false, modifiers });
    harness.run_steps(1);
}

#[test]
fn while_ticks_pass_a_held_key_is_wanted_once_and_released_once() {
    let mut harness = window(playing());
    press(&mut harness, Key::W, Key::W, true);
    harness.run_steps(20);
    assert_eq!(taken(&mut harness), [UP], "once, however many frames are drawn");
    press(&mut harness, Key::S, Key::S, true);
    harness.run_steps(3);
    assert_eq!(taken(&mut harness), [RELEASE], "both keys at once keep the paddle where it is");
    press(&mut harness, Key::W, Key::W, false);
    assert_eq!(taken(&mut harness), [DOWN]);
    press(&mut harness, Key::S, Key::S, false);
    harness.run_steps(3);
    assert_eq!(taken(&mut harness), [RELEASE]);
}

#[test]
fn a_key_moves_the_same_paddle_whatever_it_prints() {
    // Azerty has Z at the place of W, and W elsewhere; Dvorak has a comma there; Cyrillic letters have no name in egui.
    for printed in [Key::Z, Key::Comma, Key::W] {
        let mut harness = window(playing());
        press(&mut harness, printed, Key::W, true);
        assert_eq!(taken(&mut harness), [UP], "{printed:?}");
    }
    let mut harness = window(playing());
    press(&mut harness, Key::W, Key::Z, true);
    press(&mut harness, Key::P, Key::R, true);
    assert_eq!(taken(&mut harness), [], "the keys that print W and P are elsewhere");
    press(&mut harness, Key::L, Key::P, true);
    assert!(matches!(taken(&mut harness)[..], [Intent::Settings(settings)] if settings.paused));
}

#[test]
fn a_window_without_the_keyboard_releases_its_keys() {
    let mut harness = window(playing());
    press(&mut harness, Key::W, Key::W, true);
    harness.event(Event::WindowFocused(false));
    harness.run_steps(1);
    assert_eq!(taken(&mut harness), [UP, RELEASE]);
    harness.event(Event::WindowFocused(true));
    harness.run_steps(3);
    assert_eq!(taken(&mut harness), [], "the key may have been released elsewhere");
    press(&mut harness, Key::W, Key::W, true);
    harness.input_mut().focused = false;
    harness.run_steps(3);
    assert_eq!(taken(&mut harness), [UP, RELEASE]);
}

#[test]
fn a_box_and_a_modifier_release_the_keys() {
    let mut harness = window(playing());
    press(&mut harness, Key::W, Key::W, true);
    harness.key_press(Key::F1);
    harness.run();
    assert_eq!(taken(&mut harness), [UP, RELEASE], "the help is before the window");
    let mut harness = window(playing());
    press(&mut harness, Key::W, Key::W, true);
    harness.event(Event::ModifiersChanged(Modifiers::CTRL));
    harness.run_steps(2);
    assert_eq!(taken(&mut harness), [UP, RELEASE]);
}

#[test]
fn a_key_that_another_window_holds_is_not_released_here() {
    let mut snapshot = playing();
    let key = tripong::game::HeldKey::pressed(Paddle::MIDDLE, Direction::Up, 0, PaneId(2));
    snapshot.panes[0].control = Control::Held(key);
    let mut harness = window(snapshot);
    harness.run_steps(3);
    assert_eq!(taken(&mut harness), []);
}

#[test]
fn a_key_that_was_held_by_a_process_that_died_is_released_by_the_next() {
    let mut snapshot = playing();
    let key = tripong::game::HeldKey::pressed(Paddle::MIDDLE, Direction::Up, 0, ME);
    snapshot.panes[2].control = Control::Held(key);
    let mut harness = window(snapshot);
    harness.run_steps(3);
    assert_eq!(taken(&mut harness), [Intent::Release(PaneId(2))]);
}

#[test]
fn a_key_that_is_pressed_and_released_between_two_frames_moves_the_paddle_a_little() {
    for snapshot in [playing(), resting()] {
        let mut harness = window(snapshot);
        harness.run();
        taken(&mut harness);
        for pressed in [true, false] {
            let (key, physical_key, modifiers) = (Key::S, Some(Key::S), Modifiers::NONE);
            harness.input_mut().events.push(Event::Key {
                key,
                physical_key,
                pressed,
                repeat: false,
                modifiers,
            });
        }
        harness.run();
        let wanted = taken(&mut harness);
        let [Intent::Control(ME, Control::Manual(paddle))] = wanted[..] else { panic!("{wanted:?}") };
        assert!((paddle.y - Paddle::MIDDLE.y - 0.1).abs() < 1e-9, "{paddle:?}");
    }
}

#[test]
fn while_no_ticks_pass_the_window_moves_the_paddle_itself() {
    let paused = {
        let mut paused = playing();
        paused.live_settings.paused = true;
        paused
    };
    for snapshot in [resting(), paused] {
        let mut harness = window(snapshot);
        press(&mut harness, Key::S, Key::S, true);
        harness.run_steps(10);
        let wanted = taken(&mut harness);
        assert!(!wanted.is_empty());
        assert!(wanted.iter().all(|it| matches!(it, Intent::Control(ME, Control::Manual(_)))), "{wanted:?}");
        // And when ticks pass again, they do.
        harness.state_mut().snapshot = playing();
        harness.run_steps(3);
        assert_eq!(taken(&mut harness), [DOWN]);
    }
}

#[test]
fn with_keys_of_its_own_a_window_moves_its_own_paddle_and_says_so() {
    let mut snapshot = playing();
    snapshot.live_settings.own_keys = true;
    let mut rally = window(snapshot.clone());
    press(&mut rally, Key::ArrowUp, Key::ArrowUp, true);
    assert_eq!(taken(&mut rally), [Intent::Hold(PaneId(2), Direction::Up)], "that is for matches");
    let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
    snapshot.ball = snapshot.ball.map(|ball| Ball { score: Score::new(rules), ..ball });
    let mut harness = window(snapshot);
    for place in [Key::ArrowUp, Key::I] {
        press(&mut harness, place, place, true);
    }
    assert_eq!(taken(&mut harness), []);
    press(&mut harness, Key::W, Key::W, true);
    assert_eq!(taken(&mut harness), [UP]);
    assert!(court_label(&harness).ends_with("W / S move this paddle, in this window only."));
    harness.key_press(Key::F1);
    harness.run();
    assert!(has(&harness, "other windows have keys of their own"));
    assert!(!has(&harness, "Up / Down") && !has(&harness, "from any window"));
}

/// What setxkbmap and xkbcomp make of a layout, as far as its letter keys go.
fn keymap(keys: &str) -> KeyboardLayout {
    let names = ["<AD02>", "<AC02>", "<AD08>", "<AC08>", "<AD10>"];
    let codes = "<AD02> = 25; <AC02> = 39; <AD08> = 31; <AC08> = 45; <AD10> = 33;";
    let symbols = names.into_iter().zip(keys.split(' '));
    let symbols: String = symbols.map(|(name, it)| format!("key {name} {{ [ {it}, X ] }};")).collect();
    KeyboardLayout::of_keymap(&format!("xkb_keycodes {{ {codes} }}; xkb_symbols {{ {symbols} }};"))
}

fn has(harness: &Harness<'_, Window>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

fn court_label(harness: &Harness<'_, Window>) -> String {
    harness.get_by_role(Role::Image).accesskit_node().label().unwrap_or_default()
}

/// What the court and the help call the keys.
fn shown_with(layout: KeyboardLayout, snapshot: Snapshot) -> (Harness<'static, Window>, String) {
    let mut harness = window(snapshot);
    harness.state_mut().view.set_keyboard(layout);
    harness.run();
    let label = court_label(&harness);
    harness.key_press(Key::F1);
    harness.run();
    (harness, label)
}

#[test]
fn keys_are_called_as_the_keyboard_prints_them() {
    let cases = [
        ("w s i k p", "W / S", "I / K", "Space, P"),
        ("z s i k p", "Z / S", "I / K", "Space, P"),
        ("comma o c t l", ", / O", "C / T", "Space, L"),
        ("Cyrillic_tse Cyrillic_yeru Cyrillic_sha Cyrillic_el Cyrillic_ze", "Ц / Ы", "Ш / Л", "Space, З"),
        ("Greek_finalsmallsigma Greek_sigma Greek_iota Greek_kappa Greek_pi", "Σ / Σ", "Ι / Κ", "Space, Π"),
    ];
    for (keys, left, inner, pause) in cases {
        let (harness, court) = shown_with(keymap(keys), resting());
        assert!(court.ends_with(&format!("{left} move this paddle.")), "{court}");
        assert!(has(&harness, left) && has(&harness, inner) && has(&harness, pause), "{keys}");
        assert!(has(&harness, "Up / Down"));
    }
}

#[test]
fn where_a_key_prints_nothing_that_can_be_shown_it_is_called_by_its_latin_letter() {
    // Dead keys, no symbol, Georgian letters, which no font here has, and no keymap at all.
    for keys in ["dead_acute s NoSymbol k p", "U10EC s U10D8 k U10DE", "space s Escape k 0x1000020"] {
        let (harness, court) = shown_with(keymap(keys), resting());
        assert!(court.ends_with("W / S move this paddle."), "{court}");
        assert!(has(&harness, "I / K") && has(&harness, "Space, P"), "{keys}");
    }
    let (_, court) = shown_with(KeyboardLayout::of_keymap("no keymap"), resting());
    assert!(court.ends_with("W / S move this paddle."), "{court}");
}

#[test]
fn the_message_box_the_pause_and_the_menu_have_the_names_too() {
    let mut harness = window(resting());
    harness.state_mut().view.set_keyboard(keymap("comma o c t l"));
    harness.get_by_label("Start").click();
    harness.run();
    assert!(has(&harness, "the wheel, or , / O. L pauses."));
    let mut paused = playing();
    paused.live_settings.paused = true;
    let mut harness = window(paused);
    harness.state_mut().view.set_keyboard(keymap("comma o c t l"));
    harness.run();
    assert!(court_label(&harness).contains("L or Space goes on"));
    harness.get_by_label("Game settings").click();
    harness.run();
    assert!(has(&harness, "Pause (L)"));
}

#[test]
fn what_a_key_prints_shows_which_of_two_groups_is_in_force() {
    let codes = "<AD02> = 25; <AC02> = 39;";
    let keys = "key <AD02> { [ w, W ], [ Cyrillic_tse, X ] }; key <AC02> { [ s, S ], [ Cyrillic_yeru, X ] };";
    let text = format!("xkb_keycodes {{ {codes} }}; xkb_symbols {{ {keys} }};");
    let mut harness = window(resting());
    harness.state_mut().view.set_keyboard(KeyboardLayout::of_keymap(&text));
    harness.run();
    assert!(court_label(&harness).ends_with("W / S move this paddle."));
    let (key, physical_key, modifiers) = (Key::W, Some(Key::W), Modifiers::NONE);
    let events = &mut harness.input_mut().events;
    events.push(Event::Key { key, physical_key, pressed: true, repeat: false, modifiers });
    events.push(Event::Text("ц".to_owned()));
    harness.run_steps(2);
    assert!(court_label(&harness).ends_with("Ц / Ы move this paddle."), "{}", court_label(&harness));
}
