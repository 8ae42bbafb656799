//! The file of a receipt.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::lab::exercise::{
    Answer, Answers, Draw, Identity, Judgement, Lab, Observation, Question, Slot, Task,
};
use crate::lab::stage::{Event, Trajectory};
use crate::protocol::Region;
use crate::recording::line::{Hex, Machine};

/// The format of receipts. Another one is not judged.
pub const FORMAT: u32 = 1;

/// At most so many bytes are read of a file that is said to be a receipt.
pub const MOST_BYTES: u64 = 1_000_000;

/// What a student hands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// [`FORMAT`].
    pub schema: u32,
    /// `receipt`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version of the program.
    pub program: String,
    /// The layout of its Region.
    pub layout: u64,
    /// Which lab.
    pub lab: String,
    /// Whose.
    pub identity: Identity,
    /// It follows from the identity.
    pub seed: Hex,
    /// Where it was done.
    pub machine: Machine,
    /// When it was begun, in seconds since 1970 by the machine's clock.
    pub unix_s: u64,
    /// The tasks, as far as they were done.
    pub tasks: Vec<TaskReceipt>,
    /// What happened.
    pub events: Vec<Event>,
    /// The ball that was played, if one was.
    pub trajectory: Option<Trajectory>,
    /// SHA-256 of the receipt with an empty one, as hexadecimal digits. It finds damage and edits by hand; it is no signature.
    pub digest: String,
}

/// A task that was begun. All times are nanoseconds since the lab began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskReceipt {
    /// Which.
    pub id: String,
    /// What was asked, and answered, and when.
    pub asked: Vec<Asked>,
    /// When the action began, and when it had ended.
    pub acted: Option<Acted>,
    /// What was observed.
    pub observation: Observation,
    /// The choices before the last one, of a task whose choice may be made again; the last one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Try>,
    /// What the program made of it; a grader judges again.
    pub judgement: Option<Judgement>,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// When in the task.
    pub slot: Slot,
    /// It.
    pub question: Question,
    /// What was answered.
    pub answer: Answer,
    /// When.
    pub at_ns: u64,
}

/// A choice that did not reach the goal, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Try {
    /// What was chosen, and when.
    pub asked: Asked,
    /// When it was done.
    pub acted: Option<Acted>,
    /// What was observed.
    pub observation: Observation,
}

/// When something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acted {
    /// When it began.
    pub from_ns: u64,
    /// When it had ended.
    pub to_ns: u64,
}

impl TaskReceipt {
    /// One that was just begun.
    pub fn new(id: &str) -> Self {
        let (asked, observation) = (Vec::new(), Observation::default());
        Self { id: id.to_owned(), asked, acted: None, observation, earlier: Vec::new(), judgement: None }
    }

    /// When something was done, the earlier tries included.
    pub fn actions(&self) -> impl Iterator<Item = Acted> {
        self.earlier.iter().filter_map(|tried| tried.acted).chain(self.acted)
    }

    /// Keeps the last choice as one of the earlier ones, and begins again with this one.
    pub fn choose_again(&mut self, asked: Asked) {
        if let Some(last) = self.asked.iter_mut().find(|last| last.slot == asked.slot) {
            let before = std::mem::replace(last, asked);
            let observation = std::mem::take(&mut self.observation);
            self.earlier.push(Try { asked: before, acted: self.acted.take(), observation });
        }
    }

    /// The answers.
    pub fn answers(&self) -> Answers {
        let mut answers = Answers::default();
        self.asked.iter().for_each(|asked| answers.set(asked.slot, asked.answer.clone()));
        answers
    }
}

impl Receipt {
    /// An empty one, of a lab that begins now.
    pub fn new(lab: &Lab, identity: Identity) -> Self {
        Self {
            schema: FORMAT,
            kind: "receipt".to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            layout: Region::LAYOUT,
            lab: lab.name.to_owned(),
            seed: Hex(identity.seed()),
            identity,
            machine: Machine::here(),
            unix_s: unix_s(),
            tasks: Vec::new(),
            events: Vec::new(),
            trajectory: None,
            digest: String::new(),
        }
    }

    /// What its digest should be.
    ///
    /// # Errors
    /// Those of serde.
    pub fn digest_of(&self) -> io::Result<String> {
        let without = Self { digest: String::new(), ..self.clone() };
        let bytes = serde_json::to_vec(&without)?;
        Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Writes it in place of what is there: a reader sees the old receipt or the new one, a process killed meanwhile leaves
    /// one of the two.
    ///
    /// # Errors
    /// [`Error::Failed`] names the file.
    pub fn write(&mut self, path: &Path) -> Result<()> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = Path::new(&beside);
        let written = self.digest_of().and_then(|digest| {
            self.digest = digest;
            let mut file = File::create(beside)?;
            let mut text = serde_json::to_string_pretty(self)?;
            text.push('\n');
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            fs::rename(beside, path)
        });
        if written.is_err() {
            // Half a receipt is of no use. It may not even be there.
            let _gone = fs::remove_file(beside);
        }
        written.map_err(Error::failed(format_args!("write the receipt {}", path.display())))
    }
}

/// The tasks of a student in this lab.
pub fn tasks_of(lab: &Lab, seed: u64) -> Vec<Task> {
    (lab.tasks)(&mut Draw::new(seed, lab.name))
}

fn unix_s() -> u64 {
    // A clock before 1970 is wrong, and so is what it says.
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
