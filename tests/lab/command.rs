//! The commands: what they print, where they write, and how they end.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::lab::catalogue::LABS;
use tripong::lab::receipt::Receipt;

use crate::common::{Ended, Output, Program, clean, is_installed, program, tripong_by_shell, wait_for};
use crate::scratch::Scratch;

fn first() -> &'static str {
    LABS[0].name
}

/// It ends with this code and one line, which has this in it.
fn assert_line(output: &Output, code: i32, part: &str) {
    assert_eq!(output.ended, Ended::Code(code), "{output:?}");
    assert!(output.stderr.lines().count() == 1 && output.stderr.contains(part), "{part}: {output:?}");
}

pub(crate) fn the_labs_are_listed_for_people_and_for_programs() {
    let scratch = Scratch::new("list");
    let list = scratch.expect(&["lab"], 0).stdout;
    let labs: Value = serde_json::from_str(&scratch.expect(&["lab", "--json"], 0).stdout).unwrap();
    assert_eq!(labs["labs"].as_array().unwrap().len(), LABS.len());
    for lab in LABS {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let list = words(&list);
        assert!(
            list.contains(lab.name) && list.contains(lab.title) && list.contains(&words(lab.aim)),
            "{list}"
        );
    }
    assert!(list.lines().all(|line| line.len() <= 100), "{list}");
    assert_line(&scratch.run(&["lab", "nothing", "--student", "anna"]), 2, first());
    assert_line(&scratch.run(&["lab", "--json", first()]), 2, "cannot be used");
}

pub(crate) fn every_lab_has_a_row_in_the_guide() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/LABS.md")).unwrap();
    for lab in LABS {
        let begins = format!("| `{}` | ", lab.name);
        let row =
            page.lines().find(|line| line.starts_with(&begins)).unwrap_or_else(|| panic!("{}", lab.name));
        assert!(row.contains(&format!(" | {} | ", lab.minutes)), "{} minutes: {row}", lab.minutes);
    }
}

pub(crate) fn a_receipt_overwrites_nothing() {
    let scratch = Scratch::new("overwrites");
    scratch.receipt(first(), "anna", "passing", "a.json");
    let lab = |receipt: &str| {
        scratch.run(&[
            "lab",
            first(),
            "--student",
            "anna",
            "--answers",
            "a.json.answers",
            "--receipt",
            receipt,
        ])
    };
    scratch.write("full", "mine");
    scratch.write("empty", "");
    fs::create_dir(scratch.path("folder")).unwrap();
    symlink("/etc/passwd", scratch.path("link")).unwrap();
    for (receipt, why) in [
        ("full", "is not overwritten"),
        ("folder", "it is no file"),
        ("link", "it is no file"),
        ("/dev/full", "it is no file"),
        ("-", "written anew after each step"),
        ("nowhere/a.json", "No such file"),
        ("full/a.json", "Not a directory"),
        (&"x".repeat(300), "File name too long"),
    ] {
        assert_line(&lab(receipt), 5, why);
    }
    assert_eq!(fs::read_to_string(scratch.path("full")).unwrap(), "mine");
}

pub(crate) fn a_receipt_without_a_name_gets_one_that_is_free() {
    let scratch = Scratch::new("names");
    scratch.receipt(first(), "anna", "passing", "a.json");
    scratch.write("empty", "");
    // The answers are those of this course and term.
    let who = ["--student", "anna", "--course", "OS-101", "--term", "2026-autumn"];
    let run = [&["lab", first(), "--answers", "a.json.answers"][..], &who].concat();
    scratch.expect(&[&run[..], &["--receipt", "empty"]].concat(), 0);
    scratch.expect(&run, 0);
    scratch.expect(&run, 0);
    let names =
        ["".to_owned(), "-2".to_owned()].map(|number| format!("{}-anna{number}.receipt.json", first()));
    let all = [&["lab", "verify", "empty"][..], &names.each_ref().map(String::as_str)].concat();
    scratch.expect(&all, 0);
}

pub(crate) fn a_disk_that_takes_no_more_ends_the_lab_with_a_line_and_without_half_a_receipt() {
    let scratch = Scratch::new("disk");
    scratch.receipt(first(), "anna", "passing", "a.json");
    // Where a receipt is written before it takes its place.
    symlink("/dev/full", scratch.path("b.json.part")).unwrap();
    let lab = ["lab", first(), "--student", "anna", "--answers", "a.json.answers", "--receipt", "b.json"];
    let line =
        format!("failed to write the receipt {}: No space left on device", scratch.path("b.json").display());
    assert_line(&scratch.run(&lab), 5, &line);
    assert!(!scratch.path("b.json").exists() && fs::symlink_metadata(scratch.path("b.json.part")).is_err());
}

pub(crate) fn a_student_is_a_line_of_visible_characters() {
    let scratch = Scratch::new("student");
    for (student, why) in [
        ("", "must not be empty"),
        ("  ", "must not be empty"),
        ("anna\nbob", "one line of visible characters"),
        ("anna\u{202e}bob", "one line of visible characters"),
        ("anna\u{1b}[2J", "one line of visible characters"),
        (&"a".repeat(121), "120 bytes at most"),
    ] {
        for arguments in [&["lab", first()][..], &["lab", "key"], &["lab", "verify", "a.json"]] {
            let output = scratch.run(&[arguments, &["--student", student]].concat());
            assert_eq!(output.ended, Ended::Code(2), "{student:?}: {output:?}");
            assert!(
                output.stderr.contains(why) && output.stderr.lines().count() == 1,
                "{student:?}: {output:?}"
            );
        }
    }
    for student in ["-x", "../../anna", "안나", "anna@example.org", &"ä".repeat(60)] {
        scratch.receipt(first(), student, "passing", "odd.json");
        scratch.expect(&["lab", "verify", "odd.json", "--student", student], 0);
        fs::remove_file(scratch.path("odd.json")).unwrap();
    }
    let mut nobody = scratch.command(&["lab", first()]);
    nobody.env_remove("USER").env_remove("LOGNAME");
    assert_line(&Program::spawn(nobody).finish(), 2, "add `--student ID`");
    let mut login = scratch.command(&["lab", first(), "--answers", "nothing.json"]);
    login.env("USER", "anna").env_remove("LOGNAME");
    assert_line(&Program::spawn(login).finish(), 5, "nothing.json");
    assert_eq!(
        fs::read_dir(scratch.path("")).unwrap().count(),
        1,
        "the answers alone: no empty receipt is left"
    );
}

/// Killed at its prompt, a lab has left a receipt of what was done; no process of it is left.
pub(crate) fn a_lab_that_was_killed_leaves_a_receipt_that_can_be_graded() {
    let scratch = Scratch::new("killed");
    let mut command =
        scratch.command(&["lab", first(), "--headless", "--student", "anna", "--receipt", "a.json"]);
    // Nothing comes, and no end either.
    let (reader, writer) = std::io::pipe().unwrap();
    command.stdin(Stdio::from(reader));
    let program = Program::spawn(command);
    let text = || fs::read_to_string(scratch.path("a.json")).ok().filter(|text| !text.is_empty());
    wait_for("a receipt", text);
    program.launcher().signal(Signal::SIGKILL);
    assert_eq!(program.finish().ended, Ended::By(Signal::SIGKILL));
    drop(writer);
    let graded = scratch.expect(&["lab", "verify", "a.json", "--format", "json"], 0).stdout;
    let graded: Value = serde_json::from_str(&graded).unwrap();
    assert_eq!((&graded["points"], &graded["gradable"]), (&0.into(), &true.into()), "{graded:#}");
}

/// Killed at any moment, the receipt is one that was written whole.
pub(crate) fn a_kill_at_any_moment_leaves_a_whole_receipt() {
    let scratch = Scratch::new("any-moment");
    let whole = fs::read(scratch.receipt(first(), "anna", "passing", "whole.json")).unwrap();
    assert!(serde_json::from_slice::<Receipt>(&whole).is_ok());
    for number in 0..12_u32 {
        let file = format!("{number}.json");
        let answers = ["--course", "OS-101", "--term", "2026-autumn", "--answers", "whole.json.answers"];
        let lab = ["lab", first(), "--student", "anna", "--receipt", &file];
        let program = scratch.start(&[&lab[..], &answers].concat());
        let text = || fs::read_to_string(scratch.path(&file)).ok().filter(|text| !text.is_empty());
        wait_for("a receipt", text);
        (0..number % 6).for_each(|_| crate::common::nap());
        program.launcher().try_signal(Signal::SIGKILL);
        program.finish();
        scratch.expect(&["lab", "verify", &file], 0);
    }
}

pub(crate) fn the_best_receipt_of_a_lab_counts_and_what_is_not_asked_for_does_not() {
    let scratch = Scratch::new("best");
    scratch.receipt(first(), "anna", "failing", "a.json");
    scratch.receipt(first(), "anna", "passing", "b.json");
    scratch.receipt(first(), "bob", "passing", "c.json");
    let verify = |more: &[&str]| -> Value {
        let output = scratch.run(&[&["lab", "verify", "--format", "json"][..], more].concat());
        serde_json::from_str(&output.stdout).unwrap()
    };
    let grades = verify(&["a.json", "b.json", "c.json"]);
    let counts: Vec<_> =
        grades["receipts"].as_array().unwrap().iter().map(|row| row["counts"].clone()).collect();
    assert_eq!(counts, [false, true, true]);
    assert_eq!(grades["points"], grades["of"]);
    let grades = verify(&["a.json", "c.json", "--student", "anna"]);
    assert_eq!((&grades["gradable"], &grades["points"]), (&false.into(), &0.into()), "{grades:#}");
    assert_eq!(grades["receipts"][1]["fault"]["kind"], "identity");
    assert_line(&scratch.run(&["lab", "verify", "a.json", "--labs", "nothing"]), 2, "there is no lab");
    assert_line(&scratch.run(&["lab", "verify", "nothing.json"]), 5, "failed to read nothing.json");
    assert_line(
        &scratch.run(&["lab", "verify", "a.json", "c.json", "--format", "gradescope"]),
        2,
        "student bob",
    );
    if let Some(other) = LABS.get(1) {
        let grades = verify(&["b.json", "--labs", other.name]);
        assert_eq!(
            (&grades["points"], &grades["missing"][0]["lab"]),
            (&0.into(), &other.name.into()),
            "{grades:#}"
        );
        assert!(grades["of"].as_u64().unwrap() > 0);
    }
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = scratch.command(&["lab", "verify", "a.json"]);
    command.stdout(Stdio::from(full));
    assert_line(&Program::spawn(command).finish(), 5, "failed to write the grades to stdout");
}

/// As in a container: as little as there can be around a process.
pub(crate) fn grading_needs_no_home_no_terminal_and_no_environment() {
    let scratch = Scratch::new("bare");
    scratch.receipt(first(), "anna", "passing", "a.json");
    let verify = ["lab", "verify", "a.json", "--student", "anna", "--format", "gradescope"];
    let usual = scratch.expect(&verify, 0).stdout;
    let mut command = tripong_by_shell("exec \"$0\" \"$@\" <&-");
    command.env_clear().args(verify).current_dir(scratch.path(""));
    let output = Program::spawn(command).finish();
    assert_eq!((output.ended, output.stdout), (Ended::Code(0), usual.clone()));
}

/// A namespace in which /proc and /dev are empty, no network is up, and nothing can be written.
fn in_a_bare_namespace(arguments: &[&str]) -> Command {
    let script =
        "mount -t tmpfs none /proc && mount -t tmpfs none /dev && mount -o remount,ro,bind / && exec \"$@\"";
    let mut command = clean(program("unshare"));
    command.args(["-r", "-m", "-n", "sh", "-c", script, "sh"]).args(arguments);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

/// Whether this machine lets a process make such a namespace.
pub(crate) fn has_namespaces() -> bool {
    is_installed("unshare") && Program::spawn(in_a_bare_namespace(&["true"])).finish().ended == Ended::Code(0)
}

pub(crate) fn grading_needs_no_proc_no_network_and_nothing_to_write_to() {
    let scratch = Scratch::new("namespace");
    scratch.receipt(first(), "anna", "passing", "a.json");
    let verify = ["lab", "verify", "a.json", "--student", "anna", "--format", "gradescope"];
    let usual = scratch.expect(&verify, 0).stdout;
    let mut command = in_a_bare_namespace(&[&[env!("CARGO_BIN_EXE_tripong")][..], &verify].concat());
    command.current_dir(scratch.path(""));
    let output = Program::spawn(command).finish();
    assert_eq!((output.ended, output.stdout), (Ended::Code(0), usual), "{}", output.stderr);
}

pub(crate) fn a_key_is_printed_for_a_whole_course() {
    let scratch = Scratch::new("key");
    let students: String = (0..300).map(|number| format!("student-{number}\r\n\n")).collect();
    scratch.write("students.txt", format!("\u{feff}{students}"));
    let key = ["lab", "key", "--course", "OS-101", "--term", "2026-autumn"];
    let text = scratch.expect(&[&key[..], &["--students", "students.txt"]].concat(), 0).stdout;
    assert_eq!(text.lines().filter(|line| line.starts_with("student ")).count(), 300);
    let lines = scratch.expect(&[&key[..], &["--students", "students.txt", "--json"]].concat(), 0).stdout;
    let keys: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(keys.len(), 300);
    assert_eq!(keys[7]["student"], "student-7");
    assert_eq!(keys[7]["labs"].as_array().unwrap().len(), LABS.len());
    assert_ne!(
        keys[7]["labs"][0]["tasks"], keys[8]["labs"][0]["tasks"],
        "each student has questions of their own"
    );
    scratch.write("bad.txt", b"anna\n\xff\n");
    assert_line(&scratch.run(&[&key[..], &["--students", "bad.txt"]].concat()), 2, "line 2 of bad.txt");
    scratch.write("long.txt", "x".repeat(3_000_000));
    assert_line(&scratch.run(&[&key[..], &["--students", "long.txt"]].concat()), 2, "line 1 of long.txt");
    assert_line(&scratch.run(&[&key[..], &["--students", "none.txt"]].concat()), 5, "none.txt");
    assert_line(&scratch.run(&key), 2, "--students");
}
