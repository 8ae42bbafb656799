//! The request page: the one page on which the inspector may write, to ask the supervisor for an action, and to report of its
//! window. Its fd of the Region is open for reading only.

use std::ffi::CStr;

use super::action::Action;
use super::window_status::WindowStatus;
use crate::game::PaneId;
use crate::platform::display::Place;
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
        /// Where the inspector's user has put its window, as a [`Place`]; 0 while it is where it was put at first.
        place: Word,
        /// What the inspector reports of its window.
        pub window: WindowStatus,
        /// 1 if nobody has asked for this inspector: it was started again, or with the game. The supervisor's word.
        unasked: Word,
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

    /// Where the inspector's user has put its window. A corrupt word is no place.
    pub fn place(&self) -> Option<Place> {
        Place::of_word(self.place.load(Ordering::Relaxed))
    }

    /// Stores where the inspector's user has put its window.
    pub fn set_place(&self, place: Place) {
        self.place.store(place.encode(), Ordering::Relaxed);
    }

    /// Whether nobody has asked for this inspector.
    pub fn is_unasked(&self) -> bool {
        self.unasked.load(Ordering::Relaxed) == 1
    }

    /// Makes the page ready for the next inspector, for which somebody has asked or not. Only while there is none.
    pub fn expect(&self, is_unasked: bool) {
        self.window.expect();
        self.unasked.store(is_unasked.into(), Ordering::Relaxed);
    }

    /// Asks for an action, and returns the number of the request. The supervisor must be notified as well.
    pub fn ask(&self, action: Action, pane: PaneId) -> u64 {
        let number = self.request().number + 1;
        let word = number << 16 | u64::from(action.number()) << 8 | u64::from(pane.0);
        self.request.store(word, Ordering::Release);
        number
    }
}
