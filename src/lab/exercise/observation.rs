//! What was observed of an action: facts with names.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::unit::counted;

/// What a fact is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Whether.
    Flag(bool),
    /// How many.
    Number(u64),
    /// Anything else.
    Text(String),
}

/// One thing that was observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Its name, unique within the observation: `torn copies`.
    pub name: String,
    /// It.
    pub value: Value,
    /// Of a number: `bytes`, `ns`; empty for what needs none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
}

/// All that was observed of one action, in the order in which it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Observation(pub Vec<Fact>);

impl Observation {
    fn add(&mut self, name: &str, value: Value, unit: &str) -> &mut Self {
        self.0.push(Fact { name: name.to_owned(), value, unit: unit.to_owned() });
        self
    }

    /// Adds a number.
    pub fn count(&mut self, name: &str, number: u64, unit: &str) -> &mut Self {
        self.add(name, Value::Number(number), unit)
    }

    /// Adds whether something is so.
    pub fn flag(&mut self, name: &str, is_so: bool) -> &mut Self {
        self.add(name, Value::Flag(is_so), "")
    }

    /// Adds a text.
    pub fn text(&mut self, name: &str, text: impl Into<String>) -> &mut Self {
        self.add(name, Value::Text(text.into()), "")
    }

    fn get(&self, name: &str) -> Result<&Value, String> {
        let found = self.0.iter().find(|fact| fact.name == name);
        found.map(|fact| &fact.value).ok_or_else(|| format!("the observation has no {name:?}"))
    }

    /// The number of this name.
    ///
    /// # Errors
    /// What is missing.
    pub fn number_of(&self, name: &str) -> Result<u64, String> {
        match self.get(name)? {
            Value::Number(number) => Ok(*number),
            _ => Err(format!("{name:?} is not a number")),
        }
    }

    /// Whether what has this name is so.
    ///
    /// # Errors
    /// What is missing.
    pub fn is(&self, name: &str) -> Result<bool, String> {
        match self.get(name)? {
            Value::Flag(is_so) => Ok(*is_so),
            _ => Err(format!("{name:?} is neither true nor false")),
        }
    }

    /// The text of this name.
    ///
    /// # Errors
    /// What is missing.
    pub fn text_of(&self, name: &str) -> Result<&str, String> {
        match self.get(name)? {
            Value::Text(text) => Ok(text),
            _ => Err(format!("{name:?} is not a text")),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match &self.value {
            Value::Flag(true) => f.write_str("yes"),
            Value::Flag(false) => f.write_str("no"),
            Value::Number(number) => f.write_str(&counted(*number, &self.unit)),
            Value::Text(text) => f.write_str(text),
        }
    }
}
