//! What a process with a window reports of it: that it is shown, and how the window manager keeps it. The pane's next process
//! opens its window as the last one was.

use super::picture::Picture;
use crate::game::Court;
use crate::platform::display::WindowState;
use crate::platform::sync::{Ordering, ReadWrite, Rights, Word};
use crate::shm::shared;

/// The window of this process has been shown.
const IS_SHOWN: u64 = 1 << 32;

shared! {
    /// What a process reports of its window. Only its own process writes it, and, before it starts, the supervisor.
    #[derive(Debug, Default)]
    pub struct WindowStatus<M: Rights = ReadWrite> {
        /// Bit 32: the window of this process has been painted and shown. Below it, its number on an X11 server.
        pub shown: Word<M>,
        /// How the window manager keeps it, as a [`WindowState`]; 0 if it never was shown.
        pub state: Word<M>,
        /// Where it has the ball, as a [`Picture`].
        pub picture: Word<M>,
        /// The window right above it on an X11 server in the lower half, the highest of all in the upper one; 0 for none.
        pub above: Word<M>,
    }
}

/// Relaxed, all of them but the picture: each word stands for itself, and a window is there or not whatever a word says.
impl<M: Rights> WindowStatus<M> {
    /// Whether the window of this process has been painted and shown. A corrupt word says so: nobody waits for it.
    pub fn is_shown(&self) -> bool {
        self.shown.load(Ordering::Relaxed) != 0
    }

    /// Its number on an X11 server. It may be that of a window that is gone, or of none.
    pub fn id(&self) -> Option<u32> {
        let word = self.shown.load(Ordering::Relaxed);
        (word >> 32 == 1).then_some(word as u32).filter(|id| *id != 0)
    }

    /// How the window manager keeps the window, or kept the last one. A corrupt word is none.
    pub fn state(&self) -> Option<WindowState> {
        WindowState::decode(self.state.load(Ordering::Relaxed))
    }

    /// Where it has the ball. A corrupt word is nowhere.
    pub fn picture(&self, court: &Court) -> Picture {
        // SeqCst: after a window has written its own word.
        Picture::from_word(self.picture.load(Ordering::SeqCst), court)
    }

    /// The window right above it, and the highest of all. They may be gone, or none at all.
    pub fn above(&self) -> [u32; 2] {
        let word = self.above.load(Ordering::Relaxed);
        [word as u32, (word >> 32) as u32]
    }
}

impl WindowStatus {
    /// The window of this process has been painted and shown; 0 where windows have no numbers.
    pub fn set_shown(&self, id: u32) {
        self.shown.store(IS_SHOWN | u64::from(id), Ordering::Relaxed);
    }

    /// Makes it ready for the pane's next process. Only while there is none.
    pub(super) fn expect(&self) {
        self.shown.store(0, Ordering::Relaxed);
        self.picture.store(0, Ordering::Relaxed);
    }

    /// Where it has the ball.
    pub fn set_picture(&self, picture: Picture) {
        // SeqCst: before the words of the others are read.
        self.picture.store(picture.word(), Ordering::SeqCst);
    }

    /// The window manager keeps the window so.
    pub fn set_state(&self, state: WindowState) {
        self.state.store(state.encode(), Ordering::Relaxed);
    }

    /// This window is right above it, and this one is the highest of all.
    pub fn set_above(&self, [next, highest]: [u32; 2]) {
        self.above.store(u64::from(highest) << 32 | u64::from(next), Ordering::Relaxed);
    }
}
