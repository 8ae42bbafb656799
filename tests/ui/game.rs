//! The game itself in the window: keys of all paddles, the pause, score and rally, and the menu.

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{
    Ball, BallSize, Control, Court, GameMode, GameRules, HEIGHT, PaneId, Score, Side, Skill,
};
use tripong::protocol::snapshot::Snapshot;
use tripong::protocol::{GameSettings, Speed, Tempo};
use tripong::ui::{Intent, PaneUi};

use crate::{COURT, ME, Window, change, held_by, last_paddle, press_start, resting, taken, window};

const MENU: &str = "Game settings";

/// A game in play that stands like this.
fn score(score: Score) -> Snapshot {
    let ball = resting().ball.map(|ball| Ball { score, ..ball });
    let live_settings = GameSettings { rules: Some(score.rules), ..GameSettings::default() };
    Snapshot { ownership: held_by(ME), ball, live_settings, ..resting() }
}

pub(crate) fn playing() -> Snapshot {
    score(Score::default())
}

fn points(left: u8, right: u8) -> Score {
    let rules = GameRules { mode: GameMode::Match, size: BallSize::Normal, autopilot: Skill::Fair };
    Score { left, right, ..Score::new(rules) }
}

/// Which paddle a held key moves from the window of `me`, and whether down.
fn moved_by(court: Court, me: PaneId, key: Key) -> Option<(PaneId, bool)> {
    let view = resting().panes[0];
    let panes = vec![view; usize::from(court.panes)];
    let mut harness = window(Snapshot { panes, ..resting() });
    harness.state_mut().view = PaneUi::new(court, me, 101, true);
    harness.run();
    harness.key_down(key);
    harness.run_steps(5);
    harness.key_up(key);
    harness.run();
    match taken(&mut harness).last() {
        Some(Intent::Control(pane, Control::Manual(paddle))) => Some((*pane, paddle.y > HEIGHT / 2.0)),
        other => {
            assert_eq!(other, None);
            None
        }
    }
}

#[test]
fn every_paddle_is_moved_by_its_keys_from_every_window() {
    let keys = [(Key::W, Key::S, 0), (Key::I, Key::K, 1), (Key::ArrowUp, Key::ArrowDown, 2)];
    for me in COURT.all_panes() {
        for (up, down, pane) in keys {
            assert_eq!(moved_by(COURT, me, up), Some((PaneId(pane), false)), "{up:?} from {me}");
            assert_eq!(moved_by(COURT, me, down), Some((PaneId(pane), true)), "{down:?} from {me}");
        }
    }
}

#[test]
fn with_more_panes_i_and_k_move_the_inner_paddle_of_their_window_or_the_first() {
    let five = Court { panes: 5, seed: 1 };
    for (me, moved) in [(0, 1), (1, 1), (2, 2), (3, 3), (4, 1)] {
        assert_eq!(moved_by(five, PaneId(me), Key::K), Some((PaneId(moved), true)), "from pane {me}");
    }
    assert_eq!(moved_by(Court { panes: 2, seed: 1 }, ME, Key::K), None, "there is no inner paddle");
}

#[test]
fn a_key_with_ctrl_or_alt_is_somebody_elses() {
    for modifiers in [Modifiers::CTRL, Modifiers::ALT] {
        let mut harness = window(playing());
        for key in [Key::W, Key::P] {
            harness.key_press_modifiers(modifiers, key);
            harness.run();
        }
        assert_eq!(taken(&mut harness), [], "{modifiers:?}");
    }
}

#[test]
fn dragging_anywhere_on_the_court_moves_the_paddle_to_the_pointer() {
    let mut harness = window(resting());
    let court = harness.get_by_role(Role::Image).rect();
    harness.drag_at(court.center());
    harness.run();
    let target = Pos2::new(court.center().x + 60.0, court.top() + court.height() * 0.7);
    harness.hover_at(target);
    harness.run();
    harness.drop_at(target);
    harness.run();
    let y = last_paddle(&mut harness).expect("the paddle is moved by hand");
    assert!((y - HEIGHT * 0.7).abs() < 0.05, "{y}");
}

#[test]
fn p_and_space_pause_and_go_on() {
    for key in [Key::P, Key::Space] {
        let mut harness = window(playing());
        for paused in [true, false] {
            let wanted = change(&harness, |to| to.paused = paused);
            harness.key_press(key);
            harness.run();
            assert_eq!(taken(&mut harness), [wanted], "{key:?}");
        }
    }
}

#[test]
fn space_presses_what_has_the_focus_and_pauses_nothing_then() {
    let mut harness = window(playing());
    harness.get_by_label("Autopilot").focus();
    harness.run();
    harness.key_press(Key::Space);
    harness.run();
    assert!(matches!(taken(&mut harness)[..], [Intent::Control(ME, Control::Manual(_))]));
}

#[test]
fn space_pauses_after_a_button_was_clicked_by_mouse() {
    let mut harness = window(playing());
    press_start(&mut harness);
    harness.get_by_label("OK").click();
    harness.run();
    taken(&mut harness);
    let paused = change(&harness, |to| to.paused = true);
    harness.key_press(Key::Space);
    harness.run();
    assert_eq!(taken(&mut harness), [paused]);
}

#[test]
fn a_ball_that_rests_cannot_be_paused() {
    for snapshot in [resting(), score(points(11, 3))] {
        let mut harness = window(snapshot);
        harness.key_press(Key::P);
        harness.run();
        assert_eq!(taken(&mut harness), []);
    }
}

fn court_label(harness: &Harness<'_, Window>) -> String {
    harness.get_by_role(Role::Image).accesskit_node().label().unwrap_or_default()
}

#[test]
fn the_court_says_how_the_game_stands() {
    let mut paused = playing();
    paused.live_settings.paused = true;
    let live_settings = GameSettings { best: 34, ..playing().live_settings };
    let rally = Snapshot { live_settings, ..score(Score { hits: 12, passes: 7, ..Score::default() }) };
    let cases = [
        (rally, "Rally: 12 hits, 7 passes, best 34 hits."),
        (score(points(3, 2)), "Match: left 3, right 2."),
        (score(points(7, 11)), "Right wins, 7 : 11. Space starts the next match."),
        (paused, "Paused. P or Space goes on."),
    ];
    for (snapshot, words) in cases {
        let label = court_label(&window(snapshot));
        assert!(label.contains(words), "{label}");
    }
    assert_eq!(points(7, 11).winner(), Some(Side::Right));
}

#[test]
fn the_court_says_which_keys_move_its_paddle() {
    for (me, keys) in [(0, "W / S"), (1, "I / K"), (2, "Up / Down")] {
        let mut harness = window(resting());
        harness.state_mut().view = PaneUi::new(COURT, PaneId(me), 101, false);
        harness.run();
        assert!(court_label(&harness).ends_with(&format!("{keys} move this paddle.")));
        let font = egui::FontId::default();
        assert!(harness.ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, keys)), "{keys} can be drawn");
    }
}

fn open_menu(harness: &mut Harness<'_, Window>) {
    harness.get_by_label(MENU).click();
    harness.run();
}

fn is_chosen(harness: &Harness<'_, Window>, name: &str) -> bool {
    let node = harness.get_by_role_and_label(Role::RadioButton, name);
    node.accesskit_node().toggled() == Some(Toggled::True)
}

/// A control by its name, and what it changes.
type Case = (&'static str, fn(&mut GameSettings));

fn set_rules(to: &mut GameSettings, mode: GameMode, size: BallSize) {
    to.rules = Some(GameRules { mode, size, ..GameRules::default() });
}

fn set_skill(to: &mut GameSettings, autopilot: Skill) {
    to.rules = Some(GameRules { autopilot, ..GameRules::default() });
}

#[test]
fn every_choice_of_the_menu_is_wanted_by_a_click_and_shown_as_chosen() {
    let cases: [Case; 12] = [
        ("Mode: match", |to| set_rules(to, GameMode::Match, BallSize::Normal)),
        ("Mode: rally", |to| set_rules(to, GameMode::Rally, BallSize::Normal)),
        ("Ball: small", |to| set_rules(to, GameMode::Rally, BallSize::Small)),
        ("Ball: large", |to| set_rules(to, GameMode::Rally, BallSize::Large)),
        ("Ball: normal", |to| set_rules(to, GameMode::Rally, BallSize::Normal)),
        ("Skill: easy", |to| set_skill(to, Skill::Easy)),
        ("Skill: hard", |to| set_skill(to, Skill::Hard)),
        ("Skill: fair", |to| set_skill(to, Skill::Fair)),
        ("Speed: slow", |to| to.speed = Speed::Slow),
        ("Speed: fast", |to| to.speed = Speed::Fast),
        ("Speed: fastest", |to| to.speed = Speed::Fastest),
        ("Speed: normal", |to| to.speed = Speed::Normal),
    ];
    let mut harness = window(playing());
    open_menu(&mut harness);
    for (name, changes) in cases {
        assert!(!is_chosen(&harness, name), "{name}");
        let wanted = change(&harness, changes);
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(taken(&mut harness), [wanted], "{name}: and the menu stays open");
        assert!(is_chosen(&harness, name), "{name}");
    }
    harness.get_by_label("(next Start)");
}

#[test]
fn tempo_keys_pause_motion_and_reset_are_in_the_menu() {
    let mut harness = window(playing());
    open_menu(&mut harness);
    let cases: [Case; 7] = [
        ("Gets faster", |to| to.tempo = Tempo::Rising),
        ("Gets faster", |to| to.tempo = Tempo::Steady),
        ("Only this window's keys", |to| to.own_keys = true),
        ("Pause (P)", |to| to.paused = true),
        ("Pause (P)", |to| to.paused = false),
        ("Reduced motion", |to| to.reduced_motion = true),
        ("Reset settings", |to| *to = GameSettings::default()),
    ];
    for (name, changes) in cases {
        let wanted = change(&harness, changes);
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(taken(&mut harness), [wanted], "{name}");
    }
}

#[test]
fn the_menu_is_reached_opened_used_and_left_by_keyboard() {
    let mut harness = window(playing());
    harness.get_by_label(MENU).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let names = ["Mode: rally", "Mode: match", "Ball: small"];
    for name in names {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        assert!(harness.get_by_label(name).is_focused(), "{name}");
    }
    let small = change(&harness, |to| set_rules(to, GameMode::Rally, BallSize::Small));
    harness.key_press(Key::Space);
    harness.run();
    assert_eq!(taken(&mut harness), [small], "chosen, and not paused");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("Mode: rally").is_none(), "closed");
}

#[test]
fn the_menu_fits_into_the_smallest_window() {
    let mut harness = window(playing());
    harness.set_size(vec2(320.0, 240.0));
    harness.run();
    open_menu(&mut harness);
    let names = [
        "Mode: rally",
        "Mode: match",
        "Ball: large",
        "Skill: hard",
        "Speed: fastest",
        "Gets faster",
        "Reduced motion",
        "Reset settings",
    ];
    for name in names {
        let rect = harness.get_by_label(name).rect();
        let fits = rect.left() >= 0.0 && rect.right() <= 320.0 && rect.top() >= 0.0 && rect.bottom() <= 240.0;
        assert!(fits, "{name}: {rect:?}");
    }
}

#[test]
fn a_game_that_stands_still_asks_for_no_repaints() {
    let mut paused = playing();
    paused.live_settings.paused = true;
    for snapshot in [paused, score(points(11, 3)), score(points(3, 3))] {
        let mut harness = window(snapshot);
        harness.run();
        let viewport = &harness.output().viewport_output[&egui::ViewportId::ROOT];
        assert_eq!(viewport.repaint_delay, std::time::Duration::MAX);
    }
}
