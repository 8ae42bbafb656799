//! The request page: the one page on which the inspector may write, to ask the supervisor for an action. Its fd of the Region is
//! open for reading only.

use std::ffi::CStr;

use super::action::Action;
use crate::game::PaneId;
use crate::platform::sync::{Ordering, ReadWrite, Word};
use crate::shm::{Mapped, shared};

shared! {
    /// The shared page. One request at a time: the next one is written when the [event log](super::EventLog) says that the last
    /// one was answered.
    #[derive(Debug)]
    #[repr(C, align(4096))]
    pub struct RequestPage {
        /// `number:48 | action:8 | pane:8`.
        request: Word,
    }
}

impl Mapped for RequestPage {
    type Rights = ReadWrite;
    const NAME: &'static str = "the request page";
    const MEMFD: &'static CStr = c"tripong-request-page";
}

/// A request for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Which one, counted from 1.
    pub number: u64,
    /// The action; None if the word names none.
    pub action: Option<Action>,
    /// To which pane.
    pub pane: PaneId,
}

impl RequestPage {
    /// The last request; number 0 if there has been none.
    pub fn request(&self) -> Request {
        let word = self.request.load(Ordering::Acquire);
        let [pane, action, ..] = word.to_le_bytes();
        Request { number: word >> 16, action: Action::from_number(action), pane: PaneId(pane) }
    }

    /// Asks for an action, and returns the number of the request. The supervisor must be notified as well.
    pub fn ask(&self, action: Action, pane: PaneId) -> u64 {
        let number = self.request().number + 1;
        let word = number << 16 | u64::from(action.number()) << 8 | u64::from(pane.0);
        self.request.store(word, Ordering::Release);
        number
    }
}
