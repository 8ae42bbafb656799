//! What programs read: one JSON object a line, each with the same beginning. docs/json/ has a schema for every type.

use std::fmt::Display;
use std::io;

use serde::Serialize;

use crate::error::{Error, Result};

/// Rises with every change that removes or renames a key, or changes what one means.
const SCHEMA: u32 = 1;
/// The types of which that has happened, each with its own number.
const LATER: [(&str, u32); 1] = [("bench", 2)];

/// An object with what all of them begin with.
#[derive(Debug, Serialize)]
pub(crate) struct Typed<'a, T> {
    schema: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    content: &'a T,
}

/// The number of the schema of this type.
pub(crate) fn schema_of(kind: &str) -> u32 {
    LATER.iter().find(|(later, _)| *later == kind).map_or(SCHEMA, |(_, schema)| *schema)
}

/// The object of this type, as one line.
///
/// # Errors
/// Those of [`serde_json::to_string`].
pub(crate) fn line(kind: &'static str, content: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(&Typed { schema: schema_of(kind), kind, content })? + "\n")
}

/// A report as it is asked for: as a JSON object of this type, or for people.
///
/// # Errors
/// [`Error::Failed`]
pub(crate) fn report(
    kind: &'static str,
    report: &(impl Serialize + Display),
    as_json: bool,
) -> Result<String> {
    let text = if as_json { line(kind, report) } else { Ok(format!("{report}\n")) };
    text.map_err(Error::failed("make the report"))
}
