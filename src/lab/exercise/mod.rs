//! What a lab is made of: tasks, questions, answers, facts. All of it is pure.

mod draw;
mod judgement;
mod observation;
mod question;
mod task;
mod unit;

pub use draw::{Draw, Identity};
pub use judgement::Judgement;
pub use observation::{Fact, Observation, Value};
pub use question::{Answer, Answers, Kind, MOST_STEPS, Process, Question, Slot};
pub use task::{Action, Judge, Lab, MOST_TRIES, Task};
pub use unit::{bare, counted};
