//! The desk: the one page on which the inspector may write, to ask the supervisor for a deed. Its fd of the Region is open for reading only.

use std::ffi::CStr;

use super::deed::Deed;
use crate::game::PaneId;
use crate::platform::sync::{Ordering, ReadWrite, Word};
use crate::shm::{Mapped, shared};

shared! {
    /// The shared page. One request at a time: the next one is written when the [journal](super::Journal) says that the last
    /// one was answered.
    #[derive(Debug)]
    #[repr(C, align(4096))]
    pub struct Desk {
        /// `number:48 | deed:8 | pane:8`.
        request: Word,
    }
}

impl Mapped for Desk {
    type Rights = ReadWrite;
    const NAME: &'static str = "the desk";
    const MEMFD: &'static CStr = c"tripong-desk";
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Which one, counted from 1.
    pub number: u64,
    /// What is to be done; None if the word says nothing that can be done.
    pub deed: Option<Deed>,
    /// To which pane.
    pub pane: PaneId,
}

impl Desk {
    /// The last request; number 0 if there has been none.
    #[must_use]
    pub fn request(&self) -> Request {
        let word = self.request.load(Ordering::Acquire);
        let [pane, deed, ..] = word.to_le_bytes();
        Request { number: word >> 16, deed: Deed::from_number(deed), pane: PaneId(pane) }
    }

    /// Asks for a deed, and tells the number of the request. The supervisor must be rung as well.
    pub fn ask(&self, deed: Deed, pane: PaneId) -> u64 {
        let number = self.request().number + 1;
        let word = number << 16 | u64::from(deed.number()) << 8 | u64::from(pane.0);
        self.request.store(word, Ordering::Release);
        number
    }
}
