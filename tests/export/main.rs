//! What `tripong export` makes of a recording, checked by the rules of those who read it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod command;
#[path = "../common/mod.rs"]
mod common;
mod csv;
mod game;
mod hostile;
mod html;
mod perfetto;
mod real;
mod shiviz;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

type Test = (&'static str, fn());

/// The names of functions are those of their tests.
macro_rules! tests {
    ($($module:ident: $($name:ident),+;)+) => {
        [$($((stringify!($name), $module::$name as fn())),+),+]
    };
}

const TESTS: &[Test] = &tests![
    perfetto:
        every_hand_off_is_one_arrow_and_all_slices_nest,
        a_slice_of_a_killed_process_ends_with_its_death,
        what_a_cut_leaves_of_a_trace_is_readable,
        a_window_has_its_epochs_only;
    shiviz:
        every_clock_follows_from_what_the_event_depends_on,
        a_recovery_knows_what_the_dead_process_has_done,
        a_taker_that_died_before_it_took_has_no_event_of_that,
        every_window_is_a_log_of_its_own,
        every_goal_of_a_match_is_an_event_of_the_process_that_had_the_ball;
    csv:
        every_hand_off_is_a_row,
        a_window_has_its_rows_only;
    html:
        the_page_shows_every_hand_off_and_every_mark_by_shape_and_word,
        a_strangers_text_stays_text,
        a_long_game_is_shown_in_part_and_the_page_says_so,
        a_game_without_hand_offs_is_a_page_too,
        the_text_names_the_epochs_that_the_bands_have,
        whoever_dies_with_the_ball_is_drawn_so,
        the_legend_has_every_shape_of_the_diagram_and_no_other;
    hostile:
        lines_in_any_order_with_any_numbers_are_exported_without_a_panic,
        panes_that_no_court_has_and_times_that_never_come_are_exported_without_a_panic;
    real:
        games_with_kills_and_freezes_are_exported_by_all_rules,
        a_fast_game_with_all_transports_is_exported_by_all_rules,
        a_match_is_exported_by_all_rules,
        whatever_is_in_a_file_is_exported_as_far_as_it_can_be_read;
    command:
        every_format_comes_from_the_command_as_from_the_library,
        a_cut_recording_is_exported_up_to_there,
        what_is_no_recording_is_refused_in_one_line_and_no_file_is_made,
        the_recording_is_not_overwritten_by_its_export,
        wrong_arguments_are_refused_in_one_line,
        a_running_game_is_exported_as_it_goes_on,
        a_signal_ends_the_export_of_a_game_that_goes_on_with_all_that_came,
        a_reader_that_goes_away_is_no_error;
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trial = |(name, test): Test| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    let all = TESTS.iter().copied().map(trial);
    let needing = |test, is_there: bool, missing: &'static str| {
        let trial = trial(test);
        if is_there { trial } else { trial.with_kind(missing).with_ignored_flag(true) }
    };
    let python = common::is_installed("python3");
    let more = [
        needing(
            ("python_reads_the_numbers", csv::python_reads_the_numbers),
            python,
            "ignored: python3 is missing",
        ),
        needing(
            ("the_official_schema_finds_the_same", perfetto::the_official_schema_finds_the_same),
            python && perfetto::has_schema(),
            "ignored: python3 has no package perfetto (pip install perfetto)",
        ),
    ];
    libtest_mimic::run(&arguments, all.chain(more).collect()).exit_code()
}
