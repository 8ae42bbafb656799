//! The graders in `labs/`, each in the layout that its platform documents, with a passing, a failing and a hostile submission.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tripong::lab::catalogue::LABS;

use crate::common::{Ended, Output, Program, clean, is_installed, program};
use crate::scratch::Scratch;

const STUDENT: &str = "anna@example.org";

fn first() -> &'static str {
    LABS[0].name
}

fn labs() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/labs"))
}

/// A folder with the two references, and what a hostile student hands in.
fn submissions(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    for which in ["passing", "failing"] {
        scratch.receipt(first(), STUDENT, which, &format!("{which}.json"));
    }
    scratch.receipt(first(), "bob@example.org", "passing", "bob.json");
    for submission in ["passing", "failing", "hostile"] {
        fs::create_dir(scratch.path(&format!("of-{submission}"))).unwrap();
    }
    for which in ["passing", "failing"] {
        let to = scratch.path(&format!("of-{which}/messages (1).receipt.json"));
        fs::copy(scratch.path(&format!("{which}.json")), to).unwrap();
    }
    let hostile = scratch.path("of-hostile");
    scratch.write("of-hostile/huge.json", vec![b' '; 3_000_000]);
    scratch.write("of-hostile/binary.json", (0..=255).collect::<Vec<u8>>());
    scratch.write("of-hostile/two\nlines \u{1b}[31m.json", "{}");
    scratch.write("of-hostile/-x.json", "{}");
    scratch.write("of-hostile/--format", "{}");
    scratch.write("of-hostile/folder.json/deep/deeper/nested.json", "[".repeat(900_000));
    scratch.write("of-hostile/README.md", "no receipt");
    fs::copy(scratch.path("bob.json"), hostile.join("bob.json")).unwrap();
    symlink("/etc/passwd", hostile.join("link.json")).unwrap();
    symlink("/", hostile.join("root")).unwrap();
    nix::unistd::mkfifo(&hostile.join("pipe.json"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    scratch
}

/// So many files of the hostile one can be no receipt of this student.
const HOSTILE: usize = 8;

/// A script of a grader, with the executable in its PATH, as root in a container: without a home, a terminal, a display.
fn script(interpreter: &str, variables: &[(&str, &str)]) -> Command {
    let executable = Path::new(env!("CARGO_BIN_EXE_tripong")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = clean(program(interpreter));
    command.env_clear().env("PATH", format!("{}:{path}", executable.display()));
    command.env("LAB_COURSE", "OS-101").env("LAB_TERM", "2026-autumn").env("LAB_LABS", first());
    command.envs(variables.iter().copied());
    command
}

fn finish(command: Command) -> Output {
    let output = Program::spawn(command).finish();
    assert!(!output.stdout.contains("root:") && !output.stderr.contains("root:"), "{output:?}");
    output
}

/// The results of this file, in which nothing is of /etc/passwd.
fn results(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    assert!(!text.contains("root:") && !text.contains('\u{1b}') && text.len() < 1_000_000, "{text}");
    serde_json::from_str(&text).unwrap()
}

fn copy_into(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let mut cp = clean(program("cp"));
    cp.arg("-a").arg(from.join(".")).arg(to);
    assert_eq!(Program::spawn(cp).finish().ended, Ended::Code(0));
}

pub(crate) fn gradescope_grades_a_submission() {
    let scratch = submissions("gradescope");
    let root = scratch.path("autograder");
    fs::create_dir_all(root.join("source")).unwrap();
    symlink(env!("CARGO_BIN_EXE_tripong"), root.join("source/tripong")).unwrap();
    for name in ["setup.sh", "run_autograder"] {
        fs::copy(labs().join("gradescope").join(name), root.join("source").join(name)).unwrap();
    }
    fs::copy(root.join("source/run_autograder"), root.join("run_autograder")).unwrap();
    let variables = [("AUTOGRADER", root.to_str().unwrap())];
    let bash = |name: &str| {
        let mut command = script("bash", &variables);
        command.arg(root.join(name));
        finish(command)
    };
    assert_eq!(bash("source/setup.sh").ended, Ended::Code(0));
    let users = json!([{ "email": "Anna@Example.org", "id": 7, "name": "Anna" }]);
    scratch.write("autograder/submission_metadata.json", json!({ "id": 1, "users": users }).to_string());
    for (submission, points) in [("passing", 1.0), ("failing", 0.0), ("hostile", 0.0)] {
        let _none = fs::remove_dir_all(root.join("submission"));
        copy_into(&scratch.path(&format!("of-{submission}")), &root.join("submission"));
        let output = bash("run_autograder");
        assert_eq!((output.ended, output.stdout.as_str()), (Ended::Code(0), ""), "{submission}: {output:?}");
        let results = results(&root.join("results/results.json"));
        let tests = results["tests"].as_array().unwrap();
        let of: f64 = tests.iter().map(|test| test["max_score"].as_f64().unwrap()).sum();
        let score: f64 = tests.iter().map(|test| test["score"].as_f64().unwrap()).sum();
        assert!(of >= 1.0 && score == points * of && results["score"].as_f64() == Some(score), "{results:#}");
        for test in tests {
            assert!(test["output"].as_str().unwrap().len() > 10 && test["number"].is_string(), "{test}");
            let is_passed = test["score"] == test["max_score"] && test["max_score"] != 0;
            assert_eq!(test["status"], if is_passed { "passed" } else { "failed" }, "{test}");
        }
        let ungradable = tests.iter().filter(|test| test["max_score"] == 0).count();
        assert_eq!(ungradable, if submission == "hostile" { HOSTILE } else { 0 }, "{results:#}");
    }
    // Without the file that says who it was, nobody gets a grade.
    fs::remove_file(root.join("submission_metadata.json")).unwrap();
    assert_eq!(bash("run_autograder").ended, Ended::Code(1));
    assert!(!root.join("results/results.json").exists());
}

pub(crate) fn prairielearn_grades_a_submission() {
    let scratch = submissions("prairielearn");
    let root = scratch.path("grade");
    copy_into(&labs().join("prairielearn/serverFilesCourse"), &root.join("serverFilesCourse"));
    let info = fs::read(labs().join("prairielearn/questions/tripongLab/info.json")).unwrap();
    let info: Value = serde_json::from_slice(&info).unwrap();
    let options = &info["externalGradingOptions"];
    assert!(LABS.iter().any(|lab| options["environment"]["LAB_LABS"] == lab.name), "{info:#}");
    let entrypoint = options["entrypoint"].as_str().unwrap().strip_prefix("/grade/").unwrap();
    scratch.write("grade/data/data.json", "{}");
    for (submission, points) in [("passing", Some(1.0)), ("failing", Some(0.0)), ("hostile", None)] {
        let _none = fs::remove_dir_all(root.join("student"));
        copy_into(&scratch.path(&format!("of-{submission}")), &root.join("student"));
        let mut command = script("bash", &[("GRADE", root.to_str().unwrap())]);
        command.arg(root.join(entrypoint));
        let output = finish(command);
        assert_eq!(output.ended, Ended::Code(0), "{submission}: {output:?}");
        let results = results(&root.join("results/results.json"));
        match points {
            Some(points) => {
                assert_eq!(
                    (&results["score"], &results["gradable"]),
                    (&json!(points), &json!(true)),
                    "{results:#}"
                );
                let tests = results["tests"].as_array().unwrap();
                assert!(tests.iter().all(|test| test["max_points"].as_u64() > Some(0)), "{results:#}");
            }
            None => {
                assert!(results["score"].is_null() && results["gradable"] == json!(false), "{results:#}");
                // Bob's is the only one that could be graded: nothing here says who has submitted.
                assert_eq!(results["format_errors"].as_array().unwrap().len(), HOSTILE - 1, "{results:#}");
            }
        }
    }
}

pub(crate) fn autolab_grades_a_handin() {
    let scratch = submissions("autolab");
    copy_into(&labs().join("autolab"), &scratch.path("lab"));
    // A small stand-in beside which the executable is found in PATH: the tar has whatever TRIPONG names.
    let tripong = scratch.write("tripong", "#!/bin/sh\nexec \"$REAL\" \"$@\"\n");
    let mut chmod = clean(program("chmod"));
    chmod.arg("+x").arg(&tripong);
    assert_eq!(Program::spawn(chmod).finish().ended, Ended::Code(0));
    let make = |folder: &str, arguments: &[&str]| {
        let mut command = script("make", &[("REAL", env!("CARGO_BIN_EXE_tripong"))]);
        command.args(arguments).current_dir(scratch.path(folder));
        finish(command)
    };
    let argument = format!("TRIPONG={}", tripong.display());
    let made = make("lab", &[&argument]);
    assert_eq!(made.ended, Ended::Code(0), "{made:?}");
    for (handin, points) in [
        ("of-passing/messages (1).receipt.json", Some(true)),
        ("of-failing/messages (1).receipt.json", Some(false)),
        ("of-hostile/huge.json", None),
        ("of-hostile/binary.json", None),
        ("of-hostile/link.json", None),
        ("of-hostile/folder.json", None),
        ("of-hostile/pipe.json", None),
    ] {
        let _none = fs::remove_dir_all(scratch.path("instance"));
        fs::create_dir(scratch.path("instance")).unwrap();
        let here = |name: &str| scratch.path(&format!("instance/{name}"));
        fs::rename(scratch.path(handin), here("handin.json")).unwrap();
        fs::copy(scratch.path("lab/autograde-Makefile"), here("Makefile")).unwrap();
        fs::copy(scratch.path("lab/autograde.tar"), here("autograde.tar")).unwrap();
        let output = make("instance", &[]);
        assert_eq!(output.ended, Ended::Code(0), "{handin}: {output:?}");
        let last: Value = serde_json::from_str(output.stdout.lines().last().unwrap()).unwrap();
        let score = &last["scores"][first()];
        match points {
            Some(true) => assert!(score.as_u64() > Some(0), "{output:?}"),
            Some(false) | None => assert_eq!(*score, json!(0), "{handin}: {output:?}"),
        }
        assert_eq!(points.is_none(), output.stdout.contains("graded"), "{handin}: {output:?}");
    }
}

pub(crate) fn github_grades_a_push() {
    let scratch = submissions("github");
    let workflow = fs::read_to_string(labs().join("github/labs.yml")).unwrap();
    assert!(workflow.contains("run: bash .github/grade.sh receipts"), "{workflow}");
    fs::create_dir(scratch.path(".github")).unwrap();
    fs::copy(labs().join("github/grade.sh"), scratch.path(".github/grade.sh")).unwrap();
    symlink(env!("CARGO_BIN_EXE_tripong"), scratch.path(".github/tripong")).unwrap();
    for (submission, code, points) in [("passing", 0, true), ("failing", 0, false), ("hostile", 2, false)] {
        let _none = fs::remove_dir_all(scratch.path("receipts"));
        copy_into(&scratch.path(&format!("of-{submission}")), &scratch.path("receipts"));
        let summary = scratch.path(&format!("{submission}.md"));
        let mut command =
            script("bash", &[("LAB_STUDENT", STUDENT), ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())]);
        command.args([".github/grade.sh", "receipts"]).current_dir(scratch.path(""));
        let output = finish(command);
        assert_eq!(output.ended, Ended::Code(code), "{submission}: {output:?}");
        assert_eq!(fs::read_to_string(summary).unwrap(), output.stdout);
        let last = output.stdout.lines().last().unwrap();
        assert_eq!(!last.starts_with("0 of"), points, "{output:?}");
    }
}

/// Whether there is a Python to run it.
pub(crate) fn has_python() -> bool {
    is_installed("python3")
}

pub(crate) fn classroom_50_grades_a_push() {
    let scratch = submissions("classroom50");
    fs::create_dir(scratch.path("bundle")).unwrap();
    fs::copy(labs().join("github/autograder.py"), scratch.path("bundle/autograder.py")).unwrap();
    for (submission, points) in [("passing", true), ("failing", false), ("hostile", false)] {
        let _none = fs::remove_dir_all(scratch.path("checkout"));
        copy_into(&scratch.path(&format!("of-{submission}")), &scratch.path("checkout/receipts"));
        let urls = [
            ("COMMIT_URL", "https://c.example"),
            ("RELEASE_URL", "https://r.example"),
            ("SUBMISSION_TAG", "submit/1"),
        ];
        let names = [("CLASSROOM", "os"), ("ASSIGNMENT", "labs"), ("OWNER", STUDENT)];
        let mut command = script("python3", &[urls, names].concat());
        command.arg(scratch.path("bundle/autograder.py")).current_dir(scratch.path("checkout"));
        let output = finish(command);
        assert_eq!(output.ended, Ended::Code(0), "{submission}: {output:?}");
        let results = results(&scratch.path("checkout/result.json"));
        assert_eq!(results["schema"], "classroom50/result/v1");
        let (score, of) = (results["score"].as_u64().unwrap(), results["max-score"].as_u64().unwrap());
        assert!(of > 0 && score == if points { of } else { 0 }, "{results:#}");
    }
}
