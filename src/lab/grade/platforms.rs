//! Grades as the autograders of platforms read them.

use std::io;

use serde_json::{Map, Value, json};

use super::grades::{Grades, Missing};
use crate::lab::receipt::verify::GradedTask;

/// Gradescope's `results.json`.
///
/// # Errors
/// Those of serde.
pub(super) fn gradescope(grades: &Grades) -> io::Result<String> {
    let mut tests = Vec::new();
    let mut number = 0;
    for graded in grades.counting() {
        number += 1;
        tests.extend(graded.tasks.iter().zip(1..).map(|(task, place)| {
            test(
                &format!("{}: {}", graded.lab, task.id),
                &format!("{number}.{place}"),
                (task.points, task.of),
                &words(task),
            )
        }));
    }
    for Missing { lab, of, .. } in &grades.missing {
        number += 1;
        tests.push(test(lab, &number.to_string(), (0, *of), "There is no receipt of this lab."));
    }
    for (file, fault) in grades.faults() {
        number += 1;
        tests.push(test(file, &number.to_string(), (0, 0), &format!("This file cannot be graded: {fault}.")));
    }
    let results = json!({
        "score": grades.points,
        "output": summary(grades),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    });
    lines(&results)
}

fn test(name: &str, number: &str, (points, of): (usize, usize), output: &str) -> Value {
    // Of a file that cannot be graded nothing is passed.
    let status = if points == of && of > 0 { "passed" } else { "failed" };
    json!({
        "name": name,
        "number": number,
        "score": points,
        "max_score": of,
        "status": status,
        "output": output,
        "output_format": "text",
        "visibility": "visible",
    })
}

/// PrairieLearn's `results.json`. What cannot be graded costs the student no attempt.
///
/// # Errors
/// Those of serde.
pub(super) fn prairielearn(grades: &Grades) -> io::Result<String> {
    if !grades.gradable || grades.of == 0 {
        let mut errors: Vec<_> = grades.faults().map(|(file, fault)| format!("{file}: {fault}")).collect();
        if errors.is_empty() {
            errors.push("there is no receipt".to_owned());
        }
        return lines(&json!({ "gradable": false, "format_errors": errors, "message": summary(grades) }));
    }
    let mut tests = Vec::new();
    for graded in grades.counting() {
        tests.extend(graded.tasks.iter().map(|task| {
            json!({
                "name": format!("{}: {}", graded.lab, task.id),
                "points": task.points,
                "max_points": task.of,
                "output": words(task),
            })
        }));
    }
    tests.extend(grades.missing.iter().map(|Missing { lab, of, .. }| {
        json!({ "name": lab, "points": 0, "max_points": of, "output": "There is no receipt of this lab." })
    }));
    // Counts of points are small: exact as floating-point numbers.
    let score = grades.points as f64 / grades.of as f64;
    lines(&json!({ "gradable": true, "score": score, "message": summary(grades), "tests": tests }))
}

/// What people read, and as the last line what Autolab reads: a problem for each lab.
///
/// # Errors
/// Those of serde.
pub(super) fn autolab(grades: &Grades) -> io::Result<String> {
    let mut scores: Map<String, Value> =
        grades.counting().map(|graded| (graded.lab.to_owned(), json!(graded.points))).collect();
    scores.extend(grades.missing.iter().map(|missing| (missing.lab.to_owned(), json!(0))));
    Ok(format!("{grades}\n{}\n", serde_json::to_string(&json!({ "scores": scores }))?))
}

fn lines(value: &Value) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn summary(grades: &Grades) -> String {
    let (points, of, faults) = (grades.points, grades.of, grades.faults().count());
    let mut summary = format!("{points} of {of} points.");
    match faults {
        0 if grades.receipts.is_empty() => summary.push_str(" There is no receipt."),
        0 => {}
        1 => summary.push_str(" One file cannot be graded."),
        faults => summary.push_str(&format!(" {faults} files cannot be graded.")),
    }
    summary
}

fn words(task: &GradedTask) -> String {
    let mut words = String::new();
    for question in &task.questions {
        words.push_str(&format!("{}\nYour {question}.\n", question.question));
    }
    words.push_str(task.truth.as_deref().unwrap_or("This task was not done to its end."));
    words
}
