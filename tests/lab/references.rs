//! The two references of every lab.

use std::fs;

use serde_json::Value;

use crate::forged;
use crate::scratch::Scratch;

/// How many students do each lab.
fn runs() -> u32 {
    std::env::var("TRIPONG_LAB_RUNS").ok().map_or(1, |runs| runs.parse().unwrap())
}

/// Does the lab with this reference, and grades the receipt: all points, or none.
pub(crate) fn check(lab: &str, which: &str) {
    let scratch = Scratch::new(&format!("{lab}-{which}"));
    for number in 1..=runs() {
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
}
