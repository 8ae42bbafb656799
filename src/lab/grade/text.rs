//! Grades for people.

use std::fmt;

use super::grades::{Grades, Missing, Row};
use crate::lab::receipt::verify::{Graded, GradedQuestion, GradedTask};

impl fmt::Display for Grades {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Row { file, counts, graded, fault } in &self.receipts {
            if let Some(fault) = fault {
                writeln!(f, "{file}: cannot be graded: {fault}")?;
            }
            if let Some(graded) = graded {
                let note = if *counts { "" } else { " (does not count)" };
                writeln!(f, "{file}: {graded}{note}")?;
                graded.tasks.iter().try_for_each(|task| write!(f, "{task}"))?;
            }
        }
        for Missing { lab, student, of } in &self.missing {
            writeln!(f, "lab {lab}{} is missing: 0 of {of} points", of_student(student))?;
        }
        write!(f, "{} of {} points", self.points, self.of)
    }
}

fn of_student(student: &str) -> String {
    if student.is_empty() { String::new() } else { format!(" of student {student}") }
}

impl fmt::Display for Graded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lab, student, points, of, .. } = self;
        write!(f, "lab {lab}, student {student}: {points} of {of} points")?;
        if self.complete { Ok(()) } else { f.write_str(", not done to its end") }
    }
}

impl fmt::Display for GradedTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, points, of, .. } = self;
        writeln!(f, "  {id}: {points} of {of}")?;
        for question in &self.questions {
            writeln!(f, "    {question}")?;
        }
        if !self.done {
            return writeln!(f, "    not done to its end");
        }
        self.truth.iter().try_for_each(|truth| writeln!(f, "    {truth}"))
    }
}

impl fmt::Display for GradedQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Some(answer) => {
                let verdict = if self.right { "right" } else { "not right" };
                write!(f, "{} {answer}: {verdict}", self.slot)
            }
            None => write!(f, "{}: none", self.slot),
        }
    }
}
