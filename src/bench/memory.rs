//! What the processes of a row share: the Arena and, where they are large, the payloads.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::key::RowKey;
use super::mapped_file::Place;
use super::mechanism::Mechanism;
use super::transport::{Arena, buffer_words};
use crate::error::Result;
use crate::shm::{Backing, Mapping, WordsMapping};

/// In what a mechanism's memory lies.
pub(super) fn backing(mechanism: Mechanism) -> Backing {
    if mechanism == Mechanism::File { Backing::File } else { Backing::Memfd }
}

/// The launcher's handle on it.
pub(super) struct Memory {
    arena: (OwnedFd, Mapping<Arena>),
    /// The payloads that are too large for the Arena, and how many words they may have. From row to row it only grows.
    buffers: Option<(OwnedFd, usize)>,
    /// Where the files lie, if they are on a disk.
    place: Option<Place>,
}

impl Memory {
    /// Creates the Arena.
    ///
    /// # Errors
    /// [`crate::error::Error::System`] where there is no room for it.
    pub(super) fn new(backing: Backing) -> Result<Self> {
        let place = if backing == Backing::File { Some(Place::find()?) } else { None };
        let arena = match &place {
            Some(place) => Mapping::create_in(place.create()?)?,
            None => Mapping::create_zeroed()?,
        };
        Ok(Self { arena, buffers: None, place })
    }

    /// Makes room for the payloads of a row.
    ///
    /// # Errors
    /// [`crate::error::Error::System`] where there is none.
    pub(super) fn make_room(&mut self, key: &RowKey) -> Result<()> {
        let words = buffer_words(key);
        if words > self.buffers.as_ref().map_or(0, |(_, words)| *words) {
            // What was there goes first: together they may be too much.
            self.buffers = None;
            let file = match &self.place {
                Some(place) => WordsMapping::create_in(place.create()?, "the payloads", words),
                None => WordsMapping::create("the payloads", words),
            };
            self.buffers = Some((file?, words));
        }
        Ok(())
    }

    pub(super) fn arena(&self) -> &Arena {
        self.arena.1.shared()
    }

    pub(super) fn arena_fd(&self) -> BorrowedFd<'_> {
        self.arena.0.as_fd()
    }

    /// The fd of the payloads of a row, and how many words there are, if the row has any there.
    pub(super) fn buffers(&self, key: &RowKey) -> Option<(BorrowedFd<'_>, usize)> {
        let (fd, words) = self.buffers.as_ref().filter(|_| buffer_words(key) > 0)?;
        Some((fd.as_fd(), *words))
    }
}
