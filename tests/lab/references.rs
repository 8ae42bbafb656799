//! The two references of every lab.

use std::fs;
use std::panic::catch_unwind;

use serde_json::Value;

use crate::forged;
use crate::scratch::Scratch;

/// How many students do each lab.
fn runs() -> u32 {
    std::env::var("TRIPONG_LAB_RUNS").ok().map_or(1, |runs| runs.parse().unwrap())
}

/// Does the lab with this reference, as often as was asked for. One that fails does not keep the others from being done.
pub(crate) fn check(lab: &str, which: &str) {
    let runs = runs();
    let failed: Vec<_> =
        (1..=runs).filter_map(|number| Some((number, failure(lab, which, number)?))).collect();
    if runs > 1 {
        say(&format!("{lab}::{which}: {} of {runs} went well", runs as usize - failed.len()));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

fn failure(lab: &str, which: &str, number: u32) -> Option<String> {
    let cause = catch_unwind(|| once(lab, which, number)).err()?;
    let text = cause.downcast_ref::<String>().cloned();
    text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .or(Some("a panic".to_owned()))
}

/// Does it once, and grades the receipt: all points, or none.
fn once(lab: &str, which: &str, number: u32) {
    let scratch = Scratch::new(&format!("{lab}-{which}-{number}"));
    let student = format!("{which}-{number}");
    let file = format!("{number}.json");
    scratch.receipt(lab, &student, which, &file);
    let verify = ["lab", "verify", &file, "--student", &student, "--labs", lab, "--format", "json"];
    let output = scratch.run(&verify);
    let grades: Value = serde_json::from_str(&output.stdout).unwrap();
    let receipt = || fs::read_to_string(scratch.path(&file)).unwrap();
    assert_eq!(grades["gradable"], true, "{grades:#}\n{}", receipt());
    let (points, of) = (&grades["points"], &grades["of"]);
    assert!(of.as_u64().unwrap() >= 1, "{grades:#}");
    let expected = if which == "passing" { of } else { &Value::from(0) };
    assert_eq!(points, expected, "{grades:#}\n{}", receipt());
    assert_eq!(grades["receipts"][0]["graded"]["complete"], true, "{grades:#}");
    forged::check(lab, &receipt());
    forged::check_copy(&receipt());
}

#[expect(clippy::print_stderr, reason = "a long test that counts")]
fn say(line: &str) {
    eprintln!("{line}");
}
