//! Real windows of real processes, on an X server without a screen: pressed, dragged, watched, closed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod accessibility;
mod appearance;
#[path = "../common/mod.rs"]
mod common;
mod desktop;
mod endings;
mod error_dialog;
mod first;
mod game;
mod goals;
mod inspector;
mod keyboard;
mod lab;
mod manage;
mod one_ball;
mod picture;
mod place;
mod record;
mod record_button;
mod replay;
mod smooth;
mod snapshots;
mod standing;
mod transports;
mod wayland;

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use nix::sys::signal::Signal;

use common::process::wait_until_gone;
use common::{Ended, is_installed, wait_for, wait_until};
use desktop::{BALL, Desktop, LEFT_PADDLE, SCREEN, Window};

const RETURN: u32 = 0xff0d;
const ESCAPE: u32 = 0xff1b;
const S: u32 = 0x73;
/// A ball has some hundred pixels at this size; fewer are an edge of something else.
const ENOUGH: usize = 100;
/// The tests that need another display.
const ON_WAYLAND: &str = "three_windows_play_on_wayland";
const WITHOUT_A_BUS: &str = "on_wayland_without_a_session_bus_none_is_started";
/// How the names of those end that compare with stored pictures.
const AS_IN_A_PICTURE: &str = "as_in_the_picture";

#[expect(clippy::too_many_lines, reason = "a table: each line is read alone")]
fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test has an X server that draws with software rendering.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let tests: &[(&str, fn())] = &[
        ("each_child_has_one_window_in_order_over_the_same_memory", each_child_has_one_window),
        ("start_and_ok_serve_the_ball_and_it_arrives_in_the_next_window", the_ball_crosses),
        ("escape_closes_the_message_box_and_the_ball_still_rests", escape_does_not_serve),
        ("a_later_start_brings_the_ball_back_from_another_process", a_later_start_recalls),
        ("the_paddle_follows_the_mouse_and_the_keys", the_paddle_follows),
        ("closing_any_window_ends_the_game_with_exit_code_0", closing_ends_the_game),
        ("ctrl_c_closes_all_windows", ctrl_c_closes_all),
        ("a_killed_launcher_takes_its_windows_along", a_killed_launcher),
        ("a_killed_pane_comes_back_in_its_place_and_the_ball_goes_on", a_killed_pane_comes_back),
        ("panes_that_die_while_they_are_drawn_come_back", panes_that_die_while_they_are_drawn_come_back),
        ("windows_at_rest_sleep", windows_at_rest_sleep),
        (
            "a_click_swaps_the_transport_in_all_windows_and_the_ball_goes_on",
            transports::a_click_swaps_the_transport,
        ),
        (
            "a_closed_explanation_is_closed_everywhere_and_remembered",
            transports::a_closed_explanation_is_remembered,
        ),
        (
            "the_inspector_freezes_and_kills_a_pane_by_clicks_and_the_ball_goes_on",
            inspector::a_pane_is_frozen_and_killed_by_clicks,
        ),
        (
            "an_inspector_that_is_closed_can_be_opened_again",
            inspector::an_inspector_that_is_closed_can_be_opened_again,
        ),
        ("keys_in_one_window_move_the_paddles_of_the_others", game::keys_reach_every_paddle),
        ("p_stops_the_ball_in_all_windows_and_lets_it_fly_on", game::p_pauses_all_windows),
        (
            "projector_size_is_for_all_windows_and_remembered",
            appearance::projector_size_is_for_all_windows_and_remembered,
        ),
        ("colours_are_as_they_were_remembered", appearance::colours_are_as_they_were_remembered),
        (
            "a_replay_shows_what_the_windows_of_the_game_have_shown_and_goes_back_to_the_death",
            replay::it_shows_what_the_game_has_shown,
        ),
        ("a_replay_that_stands_still_sleeps", replay::while_it_stands_still_it_sleeps),
        (
            "a_replay_of_what_is_no_recording_is_a_line_and_no_window",
            replay::what_is_no_recording_is_a_line_and_no_window,
        ),
        ("a_lab_is_done_by_keys_in_its_window", lab::it_is_done_by_keys),
        ("a_lab_ends_with_its_window_and_leaves_its_receipt", lab::its_end_is_that_of_the_lab),
        (
            "a_game_beside_a_lab_takes_no_keyboard_and_covers_nothing_of_it",
            lab::a_game_beside_it_takes_no_keyboard_and_covers_nothing,
        ),
        ("space_alone_opens_the_message_box_and_serves", first::space_alone_serves),
        ("enter_serves_and_space_pauses", first::enter_serves_and_space_pauses),
        (
            "a_death_is_shown_in_all_windows_for_a_while_and_costs_no_frames_meanwhile",
            first::a_death_is_shown_everywhere_for_a_while,
        ),
        ("no_window_manager_is_needed", no_manager_is_needed),
        (
            "a_recorded_game_of_a_person_with_faults_is_played_again_to_the_same_hash",
            record::a_game_of_a_person_with_faults_is_played_again,
        ),
        (
            "record_begins_and_ends_a_recording_that_fits_and_shows_its_time",
            record_button::a_press_records_and_the_file_fits,
        ),
        (
            "without_a_folder_for_recordings_record_is_a_line_and_the_game_goes_on",
            record_button::a_folder_that_cannot_be_made_is_a_line,
        ),
        (
            "windows_that_are_icons_or_covered_neither_slow_the_ball_nor_paint",
            smooth::hidden_windows_neither_slow_the_ball_nor_paint,
        ),
        ("windows_that_are_icons_end_with_the_game", smooth::icons_end_with_the_game),
        ("a_window_comes_back_where_its_user_has_put_it", place::a_window_comes_back_where_it_was_put),
        ("f3_brings_all_windows_to_the_front", place::one_key_brings_all_to_the_front),
        ("windows_lie_side_by_side_at_another_scale", place::side_by_side_at_another_scale),
        ("windows_stay_on_the_first_of_two_monitors", place::on_the_first_of_two_monitors),
        (
            "on_a_projector_panes_are_above_and_the_inspector_below",
            place::on_a_projector_all_windows_have_their_part,
        ),
        (
            "on_a_projector_with_a_second_monitor_the_inspector_is_alone_there",
            place::on_a_second_monitor_the_inspector_is_alone,
        ),
        (
            "the_inspector_never_opens_over_all_panes_and_keeps_its_place",
            place::the_inspector_never_covers_all_panes,
        ),
        (
            "on_a_large_screen_texts_are_larger_unless_a_scale_is_stated",
            place::on_a_large_screen_texts_are_larger_unless_a_scale_is_stated,
        ),
        ("goals_and_the_end_of_a_match_are_seen_in_all_windows", goals::all_windows_show_goals_and_the_end),
        ("only_a_rally_that_people_play_in_can_be_the_best", game::only_a_rally_of_people_is_the_best),
        ("a_busy_machine_never_shows_two_balls_at_once", one_ball::never_two_balls_on_a_busy_machine),
        ("light_panes_look_as_in_the_picture", snapshots::light_pane),
        ("dark_panes_look_as_in_the_picture", snapshots::dark_pane),
        ("high_contrast_panes_look_as_in_the_picture", snapshots::high_contrast_pane),
        ("the_game_menu_looks_as_in_the_picture", snapshots::game_menu),
        ("the_invariants_look_as_in_the_picture", snapshots::invariants),
        (accessibility::SPOKEN, accessibility::one_window_speaks),
        (ON_WAYLAND, wayland::three_windows_play),
        (WITHOUT_A_BUS, wayland::no_bus_is_started),
        (wayland::TILED, wayland::panes_stand_in_order),
        (wayland::REPLAYED, wayland::a_replay_opens_in_order),
    ];
    run(&arguments, &[tests, keyboard::TESTS, standing::TESTS, error_dialog::TESTS, endings::TESTS].concat())
}

fn run(arguments: &Arguments, tests: &[(&str, fn())]) -> ExitCode {
    // On a machine that must have it, a missing one is a failure, not an excuse.
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let is_missing = !Desktop::is_available() && !is_ci;
    let trial = |(name, test): &(&str, fn())| {
        let test = *test;
        let trial = Trial::test(*name, move || {
            test();
            Ok(())
        });
        if *name == ON_WAYLAND && !wayland::is_available() && !is_ci {
            trial.with_kind("ignored: weston is missing").with_ignored_flag(true)
        } else if *name == WITHOUT_A_BUS && !wayland::can_start_a_bus() && !is_ci {
            trial.with_kind("ignored: weston or dbus-send is missing").with_ignored_flag(true)
        } else if *name == accessibility::SPOKEN && !accessibility::is_available() && !is_ci {
            trial.with_kind("ignored: dbus-daemon or at-spi-bus-launcher is missing").with_ignored_flag(true)
        } else if *name == error_dialog::NOTIFIED && !error_dialog::is_available() && !is_ci {
            trial.with_kind("ignored: dbus-daemon is missing").with_ignored_flag(true)
        } else if [standing::TILED, standing::TABBED].contains(name)
            && !standing::is_tiling_available()
            && !is_ci
        {
            trial.with_kind("ignored: i3 is missing").with_ignored_flag(true)
        } else if [wayland::TILED, wayland::REPLAYED].contains(name)
            && !wayland::is_tiling_available()
            && !is_ci
        {
            trial.with_kind("ignored: sway is missing").with_ignored_flag(true)
        } else if *name == keyboard::KEYMAPS && !is_installed("xkbcomp") && !is_ci {
            trial.with_kind("ignored: xkbcomp is missing").with_ignored_flag(true)
        } else if *name == keyboard::LABELS && !keyboard::can_change_layouts() && !is_ci {
            trial.with_kind("ignored: setxkbmap or xkbcomp is missing").with_ignored_flag(true)
        } else if is_missing {
            trial.with_kind("ignored: Xvfb or openbox is missing").with_ignored_flag(true)
        } else if name.ends_with(AS_IN_A_PICTURE) && !snapshots::are_there() && !is_ci {
            trial.with_kind("ignored: tests/snapshots is missing").with_ignored_flag(true)
        } else {
            trial
        }
    };
    libtest_mimic::run(arguments, tests.iter().map(trial).collect()).exit_code()
}

fn each_child_has_one_window() {
    let desktop = Desktop::start();
    let game = desktop.tripong("");
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    for (index, (window, name)) in windows.iter().zip(["left", "middle", "right"]).enumerate() {
        let (number, pid) = (index + 1, panes[index].pid);
        assert_eq!(window.title, format!("{number} of 3: tripong, {name} pane, pid {pid}"));
        let third = f64::from(SCREEN.0) / 3.0;
        let is_a_third = (f64::from(window.width) - third).abs() < 10.0;
        assert!(is_a_third && (f64::from(window.x) - third * index as f64).abs() < 10.0, "{window:?}");
    }
    let one_height = windows.iter().map(|window| (window.y, window.height)).collect::<BTreeSet<_>>();
    assert_eq!(one_height.len(), 1, "the floors meet: {windows:?}");
    let memory = panes.iter().map(|pane| pane.mappings_of("/memfd:tripong"));
    let memory: BTreeSet<_> =
        memory.map(|mappings| mappings.first().cloned().expect("a mapping").1).collect();
    assert_eq!(memory.len(), 1, "one memfd for all: {memory:?}");
}

/// Presses Start in the left window and answers its message box with OK. When the box has closed, the window has seen the
/// key: before that a test must not hide it, as a window that nobody can see runs no frame.
fn serve(desktop: &Desktop, windows: &[Window]) {
    wait_until("the ball to be seen, at rest in the middle pane", || {
        desktop.middle(&windows[1], BALL).is_some()
    });
    desktop.press_start(&windows[0]);
    wait_for_message_box(desktop, &windows[0]);
    desktop.key(RETURN);
    wait_until("the box to close", || desktop.count(&windows[0], LEFT_PADDLE) > ENOUGH);
}

/// The box dims the window behind it: the paddle loses its colour.
fn wait_for_message_box(desktop: &Desktop, window: &Window) {
    wait_until("the message box", || desktop.count(window, LEFT_PADDLE) == 0);
}

fn wait_for_ball(desktop: &Desktop, window: &Window) {
    wait_until(&format!("the ball in {:?}", window.title), || desktop.count(window, BALL) > ENOUGH);
}

fn the_ball_crosses() {
    let desktop = Desktop::start();
    let _game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    serve(&desktop, &windows);
    wait_for_ball(&desktop, &windows[0]);
    let first = wait_for("the ball in the left pane", || desktop.middle(&windows[0], BALL));
    wait_until("the ball to move", || desktop.middle(&windows[0], BALL).is_some_and(|at| at != first));
    for window in [&windows[1], &windows[2]] {
        wait_for_ball(&desktop, window);
    }
    wait_until("the ball to be in one window only", || {
        windows.iter().filter(|window| desktop.count(window, BALL) > 0).count() == 1
    });
}

fn escape_does_not_serve() {
    let desktop = Desktop::start();
    let _game = desktop.tripong("");
    let windows = desktop.windows(3);
    let ball = desktop.middle(&windows[1], BALL);
    desktop.press_start(&windows[0]);
    wait_for_message_box(&desktop, &windows[0]);
    desktop.key(ESCAPE);
    wait_until("the box to close", || desktop.count(&windows[0], LEFT_PADDLE) > ENOUGH);
    assert!(ball.is_some());
    assert_eq!(desktop.middle(&windows[1], BALL), ball, "the ball still rests");
}

fn a_later_start_recalls() {
    let desktop = Desktop::start();
    let _game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    serve(&desktop, &windows);
    // It has rested in the middle pane; it is served in the left one.
    wait_for_ball(&desktop, &windows[0]);
    for _ in 0..3 {
        wait_for_ball(&desktop, &windows[1]);
        desktop.press_start(&windows[0]);
        wait_for_ball(&desktop, &windows[0]);
    }
}

fn the_paddle_follows() {
    let desktop = Desktop::start();
    let _game = desktop.tripong("");
    let windows = desktop.windows(3);
    let window = &windows[0];
    let paddle = || wait_for("the paddle", || desktop.middle(window, LEFT_PADDLE));
    let (x, y) = paddle();
    desktop.point(window, x as i32, y as i32);
    desktop.press_button();
    desktop.point(window, x as i32, y as i32 - 30);
    desktop.point(window, x as i32, y as i32 - 60);
    wait_until("the paddle to follow the mouse", || (paddle().1 - (y - 60.0)).abs() < 6.0);
    desktop.release_button();
    let dragged = paddle().1;
    desktop.hold_key(S);
    wait_until("the paddle to follow the key", || paddle().1 > dragged + 40.0);
    desktop.let_go_of_key(S);
}

fn closing_ends_the_game() {
    for index in 0..3 {
        let desktop = Desktop::start();
        let game = desktop.tripong("");
        let windows = desktop.windows(3);
        let panes = game.panes(3);
        desktop.close(&windows[index]);
        let output = game.finish();
        assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""), "closed window {index}");
        wait_until_gone(&panes);
        desktop.wait_until_empty();
    }
}

fn ctrl_c_closes_all() {
    let desktop = Desktop::start();
    let game = desktop.tripong("");
    desktop.windows(3);
    let panes = game.panes(3);
    game.launcher().signal(Signal::SIGINT);
    let output = game.finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(130), ""));
    wait_until_gone(&panes);
    desktop.wait_until_empty();
}

fn a_killed_launcher() {
    let desktop = Desktop::start();
    let game = desktop.tripong("");
    desktop.windows(3);
    let panes = game.panes(3);
    game.launcher().signal(Signal::SIGKILL);
    wait_until("all panes to end", || panes.iter().all(common::TestProcess::has_ended));
    desktop.wait_until_empty();
}

fn windows_at_rest_sleep() {
    let desktop = Desktop::start();
    let game = desktop.tripong("");
    desktop.windows(3);
    let panes = game.panes(3);
    let naps = || panes.iter().map(common::TestProcess::naps).collect::<Vec<_>>();
    // A worker looks up once a second; three looks are long enough for a window that paints to give itself away.
    wait_until("the windows to be still for some looks of their workers", || {
        let before = naps();
        common::sleep_for_looks(3);
        naps().iter().zip(before).all(|(after, before)| after - before < 15)
    });
}

fn no_manager_is_needed() {
    let desktop = Desktop::bare();
    let game = desktop.tripong("--panes 2 --seed 3");
    let windows = desktop.windows(2);
    assert!(windows[0].x + windows[0].width.cast_signed() <= windows[1].x, "side by side: {windows:?}");
    desktop.press_start(&windows[0]);
    wait_for_message_box(&desktop, &windows[0]);
    // Nobody has the keyboard here, so the box is answered by a click beside it, and Start serves at the second.
    desktop.click(&windows[0], 10, windows[0].height.cast_signed() - 10);
    wait_until("the box to close", || desktop.count(&windows[0], LEFT_PADDLE) > ENOUGH);
    desktop.press_start(&windows[0]);
    wait_for_ball(&desktop, &windows[0]);
    wait_for_ball(&desktop, &windows[1]);
    drop(game);
}

fn a_killed_pane_comes_back() {
    let desktop = Desktop::start();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    serve(&desktop, &windows);
    // It has rested in the middle pane; it is served in the left one.
    wait_for_ball(&desktop, &windows[0]);
    wait_for_ball(&desktop, &windows[1]);
    panes[1].signal(Signal::SIGKILL);
    wait_until("the pane to be reaped", || panes[1].is_gone());
    let after = desktop.windows(3);
    let pid = game.panes(3)[1].pid;
    assert_eq!(after[1].title, format!("2 of 3: tripong, middle pane, pid {pid}"));
    let place = |window: &Window| (window.x, window.y, window.width, window.height);
    assert_eq!(place(&after[1]), place(&windows[1]), "in its old place");
    for window in &after {
        wait_for_ball(&desktop, window);
    }
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    let news =
        format!("tripong: pane 2 (pid {}) died (killed by SIGKILL) and was started again\n", panes[1].pid);
    assert_eq!(output.news(), news);
}

fn panes_that_die_while_they_are_drawn_come_back() {
    let desktop = Desktop::start();
    // A window is drawn some dozen times when it opens and when the pointer moves over it; that is enough to die of.
    let game = desktop.tripong("--restarts unlimited --fail draw:kill:40");
    let first = game.panes(3);
    wait_until("all panes to have died at least once", || {
        (0..SCREEN.0).step_by(25).for_each(|x| desktop.point_at(x, SCREEN.1 / 2));
        first.iter().all(common::TestProcess::is_gone)
    });
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    assert!(output.stderr.lines().count() >= 3, "{output:?}");
    assert!(output.news().lines().all(|line| line.ends_with("and was started again")), "{output:?}");
}
