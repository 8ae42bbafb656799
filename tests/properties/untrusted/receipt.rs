//! Receipts of labs: files of students.

use serde_json::Value;
use tripong::lab::catalogue::{LABS, named};
use tripong::lab::exercise::Identity;
use tripong::lab::grade::Grades;
use tripong::lab::receipt::verify::{Expected, Fault, Graded, Played, judge};
use tripong::lab::receipt::{MOST_BYTES, Receipt, tasks_of};
use tripong::recording::line::Hex;

/// No more hand-offs than these are simulated for any bytes.
const BUDGET: u64 = 200;

/// A file. If its first byte is odd, it is made what a student with this program can make of it: with the right version, seed,
/// questions and digest, of whatever lab it names or else of the first one.
pub(crate) fn receipt(bytes: &[u8]) {
    let Some((first, file)) = bytes.split_first() else { return };
    let file = if first & 1 == 1 { repaired(file).unwrap_or_default() } else { file.to_vec() };
    let hops = serde_json::from_slice::<Value>(&file).ok();
    let hops = hops.and_then(|receipt| receipt["trajectory"]["hops"].as_u64());
    if hops.is_some_and(|hops| hops > BUDGET) {
        return;
    }
    let judged = judge(&file, &Expected::default(), &mut Played::default());
    match &judged {
        Ok(graded) => assert_is_graded(graded),
        Err(Fault { text, .. }) => assert_is_a_line(text),
    }
    let (is_gradable, fault) = (judged.is_ok(), judged.as_ref().err().cloned());
    let grades = Grades::of(vec![("a file".to_owned(), judged)], &[&LABS[0]], &Expected::default());
    assert_eq!(grades.gradable, is_gradable);
    assert!(grades.points <= grades.of && grades.of > 0, "{grades:?}");
    assert_eq!(grades.faults().next().map(|(_, fault)| fault), fault.as_ref());
    assert!(grades.to_string().lines().all(|line| line.len() < 4_000), "{grades}");
}

fn assert_is_graded(graded: &Graded) {
    assert!(graded.points <= graded.of, "{graded:?}");
    let Graded { student, course, term, .. } = graded;
    let identity = Identity { student: student.clone(), course: course.clone(), term: term.clone() };
    let tasks = tasks_of(named(graded.lab).unwrap(), identity.seed());
    assert_eq!(graded.tasks.len(), tasks.len());
    for (graded, task) in graded.tasks.iter().zip(tasks) {
        assert_eq!((graded.id, graded.of), (task.id, task.questions().count()));
        assert_eq!(graded.points, graded.questions.iter().filter(|question| question.right).count());
        assert!(graded.done || graded.points == 0, "{graded:?}");
        assert_eq!(graded.truth.is_some(), graded.done);
        graded.truth.iter().for_each(|truth| assert_is_a_line(truth));
    }
    [student, course, term].into_iter().for_each(|text| assert_is_a_line(text));
}

fn assert_is_a_line(text: &str) {
    assert!(!text.contains(char::is_control) && text.chars().count() <= 401, "{text}");
}

fn repaired(file: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(file).ok()?;
    let model =
        Receipt::new(&LABS[0], Identity { student: "anna".into(), course: "".into(), term: "".into() });
    for (key, right) in serde_json::to_value(model).ok()?.as_object()? {
        // What is there and of the right type stays as it is.
        let object = value.as_object_mut()?;
        let is_ours = ["schema", "type", "program", "layout"].contains(&key.as_str());
        if is_ours || !object.contains_key(key) {
            object.insert(key.clone(), right.clone());
        }
    }
    let mut receipt: Receipt = serde_json::from_value(value).ok()?;
    if named(&receipt.lab).is_err() {
        receipt.lab = LABS[0].name.to_owned();
    }
    let seed = receipt.identity.seed();
    receipt.seed = Hex(seed);
    for (done, task) in receipt.tasks.iter_mut().zip(tasks_of(named(&receipt.lab).ok()?, seed)) {
        task.id.clone_into(&mut done.id);
        done.judgement = None;
        for (given, (slot, question)) in done.asked.iter_mut().zip(task.questions()) {
            (given.slot, given.question) = (slot, question.clone());
        }
    }
    receipt.digest = receipt.digest_of().ok()?;
    serde_json::to_vec(&receipt).ok().filter(|bytes| bytes.len() as u64 <= MOST_BYTES)
}
