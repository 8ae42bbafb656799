//! Whose receipts are wanted.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::fault::{Fault, FaultKind};
use crate::error::{Error, Result};
use crate::lab::exercise::Identity;

/// At most so many bytes are read of a platform's description of a submission.
const MOST_METADATA: u64 = 10_000_000;

/// Whose receipts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Any of these; None: anybody's.
    pub students: Option<Vec<String>>,
    /// Of this course; None: of any.
    pub course: Option<String>,
    /// Of this term; None: of any.
    pub term: Option<String>,
}

impl Expected {
    /// Only this one's from now on.
    pub fn only(identity: &Identity) -> Self {
        Self {
            students: Some(vec![identity.student.clone()]),
            course: Some(identity.course.clone()),
            term: Some(identity.term.clone()),
        }
    }

    /// Those who have submitted, as Gradescope describes them: each user's address, the part of it before the `@`, student number
    /// and name.
    ///
    /// # Errors
    /// [`Error::Failed`] names the file.
    pub fn students_of(path: &Path) -> Result<Vec<String>> {
        let failed = || Error::failed(format!("find users in {}", path.display()));
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(MOST_METADATA).read_to_string(&mut text));
        read.map_err(failed())?;
        let metadata: Value = serde_json::from_str(&text).map_err(|error| failed()(error.into()))?;
        let users = metadata.get("users").and_then(Value::as_array).into_iter().flatten();
        let students: Vec<_> = users.flat_map(names_of).collect();
        if students.is_empty() {
            return Err(failed()(std::io::Error::other("it names none")));
        }
        Ok(students)
    }

    /// What of a receipt does not belong here.
    pub(super) fn fault(&self, identity: &Identity) -> Option<Fault> {
        let wrong = |what: &str, found: &str, wanted: &str| {
            let name = |text: &str| if text.is_empty() { "(none)".to_owned() } else { text.to_owned() };
            let text = format!("it is of {what} {}, and {what} {} was expected", name(found), name(wanted));
            Some(Fault::new(FaultKind::Identity, text))
        };
        if let Some(students) = &self.students
            && !students.iter().any(|student| is_same(student, &identity.student))
        {
            return wrong("student", &identity.student, &students.join(" or "));
        }
        for (what, found, wanted) in
            [("course", &identity.course, &self.course), ("term", &identity.term, &self.term)]
        {
            if let Some(wanted) = wanted
                && wanted != found
            {
                return wrong(what, found, wanted);
            }
        }
        None
    }
}

/// Addresses mean the same in small letters and in large ones.
fn is_same(one: &str, other: &str) -> bool {
    one == other || one.contains('@') && one.eq_ignore_ascii_case(other)
}

fn names_of(user: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for key in ["email", "sid", "name"] {
        let name = match user.get(key) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        if let Some((login, _)) = name.split_once('@').filter(|_| key == "email") {
            names.push(login.to_owned());
        }
        names.push(name);
    }
    names.retain(|name| !name.is_empty());
    names
}
