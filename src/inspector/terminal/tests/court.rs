//! The page of the court, and how it is played.

use super::*;
use crate::game::{Control, Paddle};
use crate::protocol::{Demand, GameSettings, RecordingName, RecordingStatus, Speed};

fn playable() -> Stage {
    let mut stage = Stage::with(|setup| setup.is_playable = true);
    stage.type_in("1");
    stage
}

fn asked(demand: Demand) -> Option<ViewInput> {
    Some(ViewInput::Ask(demand))
}

#[test]
fn a_game_that_waits_for_start_begins_with_the_court() {
    let stage = Stage::with(|setup| setup.waits_for_start = true);
    assert_eq!(stage.view.page, Page::Court);
    assert_eq!(Stage::set().view.page, Page::Overview);
}

#[test]
fn on_every_size_there_are_all_pids_the_paddles_one_ball_the_score_and_the_keys() {
    let mut stage = playable();
    for size in [(80, 24), (60, 15), (40, 10), (160, 50)] {
        let screen = stage.screen_of(size);
        let all = screen.join("\n");
        for text in ["4000000", "4000001", "4000002", "left", "autopilot", "Rally: 0 hits", "Space"] {
            assert!(all.contains(text), "{text} {size:?} {screen:#?}");
        }
        let ball = stage.watcher.snapshot.ball.unwrap();
        assert!(ball.x > 8.0, "it is in the right pane");
        // Beside the paddles, all of which are in their columns, there is the ball.
        let inside: Vec<_> = screen.iter().filter(|line| line.starts_with('│')).cloned().collect();
        assert!(inside.len() >= 3, "{size:?} {screen:#?}");
        let signs = |row: &String| row.chars().filter(|sign| matches!(sign, '█' | '▀' | '▄')).count();
        assert!(inside.iter().any(|row| signs(row) > 3), "{size:?} {screen:#?}");
    }
    stage.screen_of((1, 1));
    stage.screen_of((10, 4));
}

#[test]
fn r_and_f4_record_on_every_page_of_every_game_and_a_recording_is_seen_on_all_of_them() {
    for mut stage in [playable(), Stage::set()] {
        for page in Page::ALL {
            stage.view.page = page;
            assert_eq!(stage.type_in("r"), asked(Demand::Record));
            assert_eq!(stage.press(KeyCode::F(4)), asked(Demand::Record));
            assert!(!stage.screen().contains('●'));
        }
        let since_ns = clock::now_ns() - 83_500_000_000;
        let status = RecordingStatus { since_ns, bytes: 200_000, file: RecordingName::GIVEN };
        stage.mapping.region().event_log.set_recording(Some(status));
        stage.look();
        for page in Page::ALL {
            stage.view.page = page;
            for size in SIZES {
                let first = stage.screen_of(size).swap_remove(0);
                assert!(first.contains("●"), "{size:?} {first}");
                assert!(size.0 == 30 || first.contains("● 1:2"), "{size:?} {first}");
                assert_eq!(first.contains("0.2 MB"), size.0 > 40, "{size:?} {first}");
                assert!(first.contains(page.name()), "{size:?} {first}");
            }
        }
        stage.mapping.region().event_log.set_recording(None);
        stage.look();
    }
}

#[test]
fn sixteen_panes_fit() {
    let mut stage = Stage::with(|setup| setup.court.panes = 16);
    stage.type_in("1");
    let screen = stage.screen_of((80, 24));
    let row = screen.iter().find(|line| line.starts_with('│')).unwrap();
    assert_eq!(row.chars().filter(|sign| *sign == '│').count(), 17, "{screen:#?}");
}

#[test]
fn in_ascii_there_is_one_ball_and_nothing_else_than_ascii_in_the_court() {
    let mut stage = playable();
    stage.view.is_ascii = true;
    let screen = stage.screen_of((80, 24));
    let inside = screen.iter().filter(|line| line.starts_with('│'));
    let balls: usize = inside.map(|row| row.matches('o').count()).sum();
    assert_eq!(balls, 1, "{screen:#?}");
    assert!(!screen.join("").contains(['█', '▀', '▄']), "{screen:#?}");
}

#[test]
fn a_paddle_is_drawn_where_it_is() {
    let mut stage = playable();
    let row_of = |stage: &mut Stage| {
        let screen = stage.screen_of((80, 24));
        screen.iter().position(|line| line.chars().nth(3).is_some_and(|sign| "█▀▄".contains(sign))).unwrap()
    };
    let before = row_of(&mut stage);
    stage.mapping.region().set_control(PaneId(0), Control::Manual(Paddle::at(0.5)));
    stage.look();
    assert!(row_of(&mut stage) < before);
    stage.assert_screen_has(&["by hand"]);
}

#[test]
fn keys_play_the_game() {
    let mut stage = playable();
    let [left, middle, right] = [0, 1, 2].map(PaneId);
    assert_eq!(stage.press(KeyCode::Up), asked(Demand::Up(right)), "the right one, if none is chosen");
    assert_eq!(stage.press(KeyCode::Down), asked(Demand::Down(right)));
    assert_eq!(
        [stage.type_in("w"), stage.type_in("S")],
        [asked(Demand::Up(left)), asked(Demand::Down(left))]
    );
    assert_eq!(stage.press(KeyCode::Enter), asked(Demand::Serve(middle)));
    stage.press(KeyCode::Right);
    assert_eq!(stage.press(KeyCode::Up), asked(Demand::Up(left)), "the chosen one");
    assert_eq!(stage.press(KeyCode::Backspace), asked(Demand::Autopilot(left)));
    assert_eq!(stage.press(KeyCode::Enter), asked(Demand::Serve(left)));
    assert_eq!(stage.type_in(" "), asked(Demand::Pause(true)), "while the ball flies");
    assert_eq!(stage.type_in("p"), asked(Demand::Pause(true)));
    assert_eq!(stage.type_in("+"), asked(Demand::Pace(Speed::Fast)));
    assert_eq!(stage.press(KeyCode::PageDown), asked(Demand::Pace(Speed::Slow)));
    assert_eq!(stage.press(KeyCode::End), asked(Demand::Transport(TransportKind::Pipe)));
}

#[test]
fn space_ends_a_pause_and_serves_a_ball_that_rests() {
    let mut stage = playable();
    let seen = stage.mapping.region().settings();
    stage.mapping.region().change_settings(&seen, &GameSettings { paused: true, ..seen });
    stage.look();
    assert!(!stage.view.moves(&stage.watcher));
    stage.assert_screen_has(&["Paused"]);
    assert_eq!(stage.type_in(" "), asked(Demand::Pause(false)));
    let (memfd, _mapping) = Mapping::create(&Setup {
        is_playable: true,
        waits_for_start: true,
        ..Setup::headless(COURT, std::process::id())
    })
    .unwrap();
    let inspector = Inspector::over(memfd).unwrap();
    let mut watcher = Watcher::new(&inspector).unwrap();
    let mut view = View::new(&inspector.setup);
    let space = KeyEvent::from(KeyCode::Char(' '));
    assert_eq!(view.press(space, &mut watcher), asked(Demand::Serve(PaneId(1))));
    assert!(!view.moves(&watcher), "and nothing is drawn again and again");
}

#[test]
fn where_nobody_may_play_no_key_asks_for_anything() {
    let mut stage = Stage::set();
    stage.type_in("1");
    for code in [KeyCode::Up, KeyCode::Enter, KeyCode::Char(' '), KeyCode::Char('w'), KeyCode::End] {
        assert_eq!(stage.press(code), None, "{code:?}");
    }
    assert_eq!(stage.screen_of((160, 24)).join("\n").matches("nobody can").count(), 1);
}
