//! The grades of all that was handed in.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::lab::catalogue::LABS;
use crate::lab::exercise::{Identity, Lab};
use crate::lab::receipt::tasks_of;
use crate::lab::receipt::verify::{Expected, Fault, Graded};

/// The grades of all that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grades {
    /// Whether every receipt could be graded, and there is one.
    pub gradable: bool,
    /// Right answers in all receipts that count.
    pub points: usize,
    /// Questions in them, and in the labs that are missing.
    pub of: usize,
    /// Each file, in the order in which they were named.
    pub receipts: Vec<Row>,
    /// Labs that were asked for and are not there.
    pub missing: Vec<Missing>,
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name.
    pub file: String,
    /// Whether its points are counted: of several receipts of one lab of one student, those of the one with the most points, and of
    /// equals those of the first; of a lab that was not asked for, none.
    pub counts: bool,
    /// Its grade; None if it cannot be graded.
    pub graded: Option<Graded>,
    /// Why it cannot be graded; None if it can.
    pub fault: Option<Fault>,
}

/// A lab that was asked for and is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Which.
    pub lab: &'static str,
    /// Whose.
    pub student: String,
    /// So many questions have no answer.
    pub of: usize,
}

impl Grades {
    /// Of these files. `labs` must be there; if there are none, whatever is there counts.
    pub fn of(
        files: Vec<(String, Result<Graded, Fault>)>,
        labs: &[&'static Lab],
        expected: &Expected,
    ) -> Self {
        let mut receipts: Vec<_> = files.into_iter().map(|(file, judged)| row(file, judged)).collect();
        choose(&mut receipts, labs);
        let missing = missing(&receipts, labs, expected);
        let counting = || receipts.iter().filter(|row| row.counts).filter_map(|row| row.graded.as_ref());
        Self {
            gradable: !receipts.is_empty() && receipts.iter().all(|row| row.fault.is_none()),
            points: counting().map(|graded| graded.points).sum(),
            of: counting().map(|graded| graded.of).chain(missing.iter().map(|missing| missing.of)).sum(),
            missing,
            receipts,
        }
    }

    /// The receipts that count.
    pub fn counting(&self) -> impl Iterator<Item = &Graded> {
        self.receipts.iter().filter(|row| row.counts).filter_map(|row| row.graded.as_ref())
    }

    /// The files that cannot be graded, and why.
    pub fn faults(&self) -> impl Iterator<Item = (&str, &Fault)> {
        self.receipts.iter().filter_map(|row| Some((row.file.as_str(), row.fault.as_ref()?)))
    }
}

fn row(file: String, judged: Result<Graded, Fault>) -> Row {
    match judged {
        Ok(graded) => Row { file, counts: false, graded: Some(graded), fault: None },
        Err(fault) => Row { file, counts: false, graded: None, fault: Some(fault) },
    }
}

fn identity_of(graded: &Graded) -> Identity {
    Identity { student: graded.student.clone(), course: graded.course.clone(), term: graded.term.clone() }
}

fn choose(rows: &mut [Row], labs: &[&'static Lab]) {
    let key = |graded: &Graded| (graded.lab, identity_of(graded));
    let is_wanted = |graded: &Graded| labs.is_empty() || labs.iter().any(|lab| lab.name == graded.lab);
    let mut best: std::collections::BTreeMap<_, (usize, usize)> = std::collections::BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let Some(graded) = row.graded.as_ref().filter(|graded| is_wanted(graded)) else { continue };
        let so_far = best.entry(key(graded)).or_insert((index, graded.points));
        if graded.points > so_far.1 {
            *so_far = (index, graded.points);
        }
    }
    for (index, _) in best.into_values() {
        rows[index].counts = true;
    }
}

fn missing(rows: &[Row], labs: &[&'static Lab], expected: &Expected) -> Vec<Missing> {
    let graded = || rows.iter().filter_map(|row| row.graded.as_ref());
    let mut identities: BTreeSet<_> = graded().map(identity_of).collect();
    if identities.is_empty() {
        let student = expected.students.as_ref().and_then(|students| students.first());
        identities.insert(Identity {
            student: student.cloned().unwrap_or_default(),
            course: expected.course.clone().unwrap_or_default(),
            term: expected.term.clone().unwrap_or_default(),
        });
    }
    let has = |identity: &Identity, lab: &Lab| {
        graded().any(|graded| graded.lab == lab.name && identity_of(graded) == *identity)
    };
    let pairs = identities.iter().flat_map(|identity| labs.iter().map(move |lab| (identity, *lab)));
    let missing = pairs.filter(|(identity, lab)| !has(identity, lab));
    missing
        .map(|(identity, lab)| Missing {
            lab: lab.name,
            student: identity.student.clone(),
            of: tasks_of(lab, identity.seed()).iter().map(|task| task.questions().count()).sum(),
        })
        .collect()
}

/// The labs of these names, in the order of the catalogue.
///
/// # Errors
/// A line that names all labs.
pub(super) fn labs_of(names: &[String]) -> Result<Vec<&'static Lab>, String> {
    for name in names {
        crate::lab::catalogue::named(name)?;
    }
    Ok(LABS.iter().filter(|lab| names.iter().any(|name| name == lab.name)).collect())
}
