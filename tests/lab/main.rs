//! Every lab in the catalogue, by the real executable: answers that are all right get all points, answers that are all wrong get
//! none, the receipts are graded, and no process is left. A lab is tested by being in the catalogue.
//!
//! `TRIPONG_LAB_RUNS=100` does it 100 times, each with the questions of another student; how often it went well is on stderr.
//! `TRIPONG_LAB_LOAD=8` has eight busy threads beside them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod command;
#[path = "../common/mod.rs"]
mod common;
mod detective;
mod faults;
mod forged;
mod graders;
mod kernel;
mod load;
mod memory;
mod references;
mod scratch;
mod tries;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tripong::lab::catalogue::LABS;

type Test = (&'static str, fn());

/// The names of functions are those of their tests.
macro_rules! tests {
    ($($module:ident: $($name:ident),+;)+) => {
        [$($((stringify!($name), $module::$name as fn())),+),+]
    };
}

const TESTS: &[Test] = &tests![
    faults:
        every_change_is_found_by_the_check_that_it_is_for,
        whatever_is_no_receipt_is_a_fault_without_a_word_of_it,
        the_ball_of_the_seed_is_simulated_again,
        what_was_not_done_is_worth_nothing_and_is_no_fault,
        what_is_drawn_never_fails_to_be_judged;
    command:
        the_labs_are_listed_for_people_and_for_programs,
        every_lab_has_a_row_in_the_guide,
        a_receipt_overwrites_nothing,
        a_receipt_without_a_name_gets_one_that_is_free,
        a_disk_that_takes_no_more_ends_the_lab_with_a_line_and_without_half_a_receipt,
        a_student_is_a_line_of_visible_characters,
        a_lab_that_was_killed_leaves_a_receipt_that_can_be_graded,
        a_kill_at_any_moment_leaves_a_whole_receipt,
        the_best_receipt_of_a_lab_counts_and_what_is_not_asked_for_does_not,
        grading_needs_no_home_no_terminal_and_no_environment,
        a_key_is_printed_for_a_whole_course;
    kernel:
        one_way_breaks_a_deadlock_without_loss_and_two_rules_avoid_it,
        one_protocol_keeps_messages_apart_on_a_stream,
        what_no_kernel_answers_is_refused,
        a_missing_fact_is_never_worth_a_point;
    graders:
        gradescope_grades_a_submission,
        prairielearn_grades_a_submission,
        autolab_grades_a_handin,
        github_grades_a_push;
    tries:
        an_order_of_steps_is_tried_until_it_reaches_its_goal_and_each_try_is_graded,
        a_process_of_a_lab_that_others_continue_stands_still_again;
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<_> = TESTS.iter().map(trial).collect();
    trials.extend(needing_more());
    for lab in LABS {
        for which in ["passing", "failing"] {
            trials.push(Trial::test(format!("{}::{which}", lab.name), move || {
                references::check(lab.name, which);
                Ok(())
            }));
        }
    }
    load::start();
    trials.extend(memory::trials());
    trials.extend(detective::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial((name, test): &Test) -> Trial {
    let test = *test;
    Trial::test(*name, move || {
        test();
        Ok(())
    })
}

/// Those that need more than this machine may have.
fn needing_more() -> [Trial; 3] {
    let needing = |test, is_there: bool, missing: &'static str| {
        let trial = trial(test);
        if is_there { trial } else { trial.with_kind(missing).with_ignored_flag(true) }
    };
    [
        needing(
            &(
                "grading_needs_no_proc_no_network_and_nothing_to_write_to",
                command::grading_needs_no_proc_no_network_and_nothing_to_write_to,
            ),
            command::has_namespaces(),
            "ignored: no namespaces for this user",
        ),
        needing(
            &("classroom_50_grades_a_push", graders::classroom_50_grades_a_push),
            graders::has_python(),
            "ignored: python3 is missing",
        ),
        needing(
            &(
                "a_hidden_proc_is_a_fact_and_costs_no_point",
                kernel::a_hidden_proc_is_a_fact_and_costs_no_point,
            ),
            kernel::can_refuse(),
            "ignored: strace is missing, or may not trace",
        ),
    ]
}
