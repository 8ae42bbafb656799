//! Every lab in the catalogue, by the real executable: answers that are all right get all points, answers that are all wrong get
//! none, the receipts are graded, and no process is left. A lab is tested by being in the catalogue.
//!
//! `TRIPONG_LAB_RUNS=100` does it 100 times, each with the questions of another student.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

#[path = "../common/mod.rs"]
mod common;
mod detective;
mod references;
mod scratch;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tripong::lab::catalogue::LABS;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for lab in LABS {
        for which in ["passing", "failing"] {
            trials.push(Trial::test(format!("{}::{which}", lab.name), move || {
                references::check(lab.name, which);
                Ok(())
            }));
        }
    }
    trials.extend(detective::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
