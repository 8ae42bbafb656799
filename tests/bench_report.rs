//! What `tripong bench` does with reports that were stored: whatever a file is, it is one line or it is read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Ended, Output, Program, tripong};
use serde_json::{Value, json};
use tripong::error::exit;

/// A folder of one test, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn bench(arguments: &[&str], folder: &Folder) -> Output {
    let mut command = tripong();
    command.arg("bench").args(arguments).env("XDG_DATA_HOME", &folder.0);
    Program::spawn(command).finish()
}

const ROWS: [&str; 13] = [
    "--transports",
    "pipe,socket",
    "--placement",
    "unpinned",
    "--processes",
    "2",
    "--bytes",
    "8",
    "--hops",
    "40",
    "--repeats",
    "6",
    "--json",
];

/// A report of a real run.
fn report(folder: &Folder) -> Value {
    let output = bench(&ROWS, folder);
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    serde_json::from_str(&output.stdout).unwrap()
}

/// One line that says why, and nothing else.
fn assert_refused(output: &Output, why: &str) {
    assert_eq!(output.ended, Ended::Code(exit::SYSTEM.into()), "{output:?}");
    assert!(output.stdout.is_empty() && output.stderr.lines().count() == 1, "{output:?}");
    assert!(output.stderr.contains(why), "{why}: {}", output.stderr);
}

#[test]
fn a_file_that_is_no_report_is_one_line() {
    let folder = Folder::new("hostile");
    let good = report(&folder);
    let text = good.to_string();
    let with = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed.to_string()
    };
    let mut twice = good.clone();
    let first = twice["rows"][0].clone();
    twice["rows"].as_array_mut().unwrap().push(first);
    let texts = [
        (with("/type", json!("lab\u{1b}[2J\n")), "it is of type"),
        (with("/schema", json!(1)), "it has schema 1"),
        (with("/schema", json!("2")), "it is no report"),
        (with("/rows/0/p50_ns", json!(-1)), "it is no report"),
        (with("/rows/0/mean_ns", Value::Null), "it is no report"),
        (with("/rows/0/mean_ns", json!(-0.5)), "a number that is none"),
        (with("/rows/0/repeat_p50_ns", json!([])), "repetitions"),
        (text.replace("\"mean_ns\":", "\"mean_ns\":NaN,\"x\":"), "it is no report"),
        (text.replace("\"mean_ns\":", "\"mean_ns\":1e999,\"x\":"), "it is no report"),
        (text[..text.len() / 2].to_owned(), "it is cut off"),
        (twice.to_string(), "twice"),
        (String::new(), "there is no report"),
        ("[[[[".repeat(100_000), "it is no report"),
        (format!("{text}\n{text}"), "it has 2 reports"),
        ("{}".to_owned(), "it has no type"),
    ];
    let good = folder.write("good.json", &text);
    for (index, (text, why)) in texts.iter().enumerate() {
        let file = folder.write(&format!("{index}.json"), text);
        assert_refused(&bench(&["compare", &file, &good], &folder), why);
        assert!(!bench(&["report", &file], &folder).stderr.contains('\u{1b}'));
    }
}

#[test]
fn what_is_no_file_and_what_never_ends_is_one_line() {
    let folder = Folder::new("endless");
    let good = folder.write("good.json", &report(&folder).to_string());
    let huge = folder.path("huge.json");
    fs::File::create(&huge).unwrap().set_len(2 << 30).unwrap();
    let in_good = folder.path("good.json/x");
    for (file, why) in [
        (huge.as_str(), "more than 8 MiB"),
        ("/dev/zero", "more than 8 MiB"),
        ("/dev/null", "there is no report"),
        (folder.0.to_str().unwrap(), "is a directory"),
        ("/nowhere.json", "No such file"),
        (&in_good, "Not a directory"),
    ] {
        assert_refused(&bench(&["compare", &good, file], &folder), why);
        assert_refused(&bench(&["merge", &good, file], &folder), why);
    }
}

#[test]
fn a_report_that_was_kept_is_compared_with_and_a_slower_run_is_worse() {
    let folder = Folder::new("kept");
    let none = bench(&[&ROWS[..], &["--baseline", "main"]].concat(), &folder);
    assert_refused(&none, "find the baseline \"main\": no report was kept");
    let saved = bench(&[&ROWS[..], &["--save", "main"]].concat(), &folder);
    assert_eq!(saved.ended, Ended::Code(0), "{saved:?}");
    let kept = fs::read_to_string(folder.path("tripong/bench/main.json")).unwrap();
    assert_eq!(kept, saved.stdout);
    assert_eq!(fs::read_dir(folder.path("tripong/bench")).unwrap().count(), 1, "no temporary file is left");
    // Each hop takes ten times as long, at the least: 1 ms in all of them.
    let slow = ["--delay", "1ms/100%", "--baseline", "main", "--fail-on-regression"];
    let slow = bench(&[&ROWS[..], &slow].concat(), &folder);
    assert_eq!(slow.ended, Ended::Code(exit::WORSE.into()), "{slow:?}");
    let lines: Vec<Value> = slow.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["type"], &lines[1]["type"]), (&json!("bench"), &json!("bench-compare")));
    assert_eq!(lines[1]["verdict"], "worse", "{}", lines[1]);
    for name in ["../x", "a/b", "", ".x"] {
        let refused = bench(&["--save", name], &folder);
        assert_eq!(refused.ended, Ended::Code(exit::USAGE.into()), "{name}: {refused:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_found_out_before_anything_is_measured() {
    let folder = Folder::new("full");
    folder.write("tripong", "a file");
    assert_refused(&bench(&["--save", "main", "--time", "10min"], &folder), "make the folder");
}

#[test]
fn a_stored_report_becomes_the_files_of_its_run_and_many_become_one() {
    let folder = Folder::new("files");
    let report = report(&folder);
    let one = folder.write("one.json", &report.to_string());
    let [html, svg, markdown, csv] = ["a.html", "a.svg", "a.md", "a.csv"].map(|name| folder.path(name));
    let files = ["report", &one, "--html", &html, "--plot", &svg, "--markdown", &markdown, "--csv", &csv];
    let output = bench(&files, &folder);
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let read = |path: &str| fs::read_to_string(path).unwrap();
    assert!(read(&html).starts_with("<!doctype html>") && read(&svg).starts_with("<svg"));
    assert!(read(&markdown).starts_with("### tripong bench") && read(&csv).starts_with("mode,transport,"));
    let mut other = report;
    other["manifest"]["cpu"] = json!("<b>Other</b>");
    let two = folder.write("two.json", &other.to_string());
    let merged = bench(&["merge", &one, &two, &one, "--plot", &svg, "--html", &html, "--json"], &folder);
    assert_eq!(merged.ended, Ended::Code(0), "{merged:?}");
    let merged = merged.report();
    assert_eq!(merged["machines"].as_array().unwrap().len(), 2, "the same report twice is one machine");
    assert!(!read(&svg).contains("<b>") && !read(&html).contains("<b>Other"));
}
