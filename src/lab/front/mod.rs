//! Where a student reads and answers: on a terminal, in a window, or nowhere, by a file of answers.
//!
//! A front knows no lab. It is given a [`Scene`] whenever a step begins, events and [`Picture`]s while something happens, and is
//! asked questions.

mod answers;
mod input;
mod link;
mod paper;
mod scene;
mod terminal;
mod typed;
mod view;
mod window;

pub use answers::{AnswersFile, FromFile};
pub(super) use paper::wrapped;
pub use scene::{CHOOSE_AGAIN, Cell, Done, Picture, ProcessPicture, Scene, Step};
pub use terminal::Terminal;
pub use view::{Asked, FromWindow, Look, Moment, ToWindow, View};
pub use window::Window;

use super::exercise::{Answer, Question, Slot};
use crate::error::Result;

/// Where a student reads and answers.
pub trait Front {
    /// A step begins, and all that is to be seen of the lab is this. Does not wait.
    ///
    /// # Errors
    /// [`crate::error::Error::Failed`] if it cannot be shown.
    fn scene(&mut self, scene: &Scene) -> Result<()>;

    /// Something has happened: one sentence. Does not wait.
    fn event(&mut self, text: &str);

    /// How processes and memory are now. Does not wait.
    fn picture(&mut self, picture: &Picture);

    /// The answer to a question, which fits it; None if the student ends the lab.
    ///
    /// # Errors
    /// What keeps the student from answering.
    fn ask(&mut self, slot: Slot, question: &Question) -> Result<Option<Answer>>;

    /// Waits until the student goes on; false to end the lab.
    ///
    /// # Errors
    /// What keeps the student from going on.
    fn proceed(&mut self) -> Result<bool>;

    /// Whether it is a window now: then other windows may be opened beside it.
    fn is_window(&self) -> bool {
        false
    }
}
