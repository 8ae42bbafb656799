//! What travels through the kernel: frames, and the links between neighbours.

use crate::ball::{Ball, Ownership, PANES};

/// How a hand-off travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// By the giver's record alone.
    Shared,
    /// Also as a frame, through a pipe.
    Pipe,
    /// Also as a frame, through a socket.
    Socket,
}

impl Via {
    /// Whether a frame is sent.
    pub fn is_link(self) -> bool {
        self != Self::Shared
    }
}

/// A hand-off on its way through a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame {
    pub giver: u8,
    pub to: u8,
    pub via: Via,
    /// It is in a link whose giver's end is closed: what is left of a dead process.
    pub is_orphan: bool,
    /// Of the ownership that it announces.
    pub epoch: u8,
    pub ball: Ball,
}

impl Frame {
    /// The ownership that it announces.
    pub fn ownership(&self) -> Ownership {
        Ownership { epoch: self.epoch, giver: self.giver, holder: self.to }
    }
}

/// What a process holds of the links to one neighbour, of every kind and in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// The same links as the neighbour.
    Sound,
    /// Links to a dead process: a send is refused, and what was left in them can be read.
    Broken,
    /// The same, and the supervisor has sent it the new ones.
    Offered,
}

/// All links of the court.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Links {
    /// What is in the kernel, each link's frames in their order. A giver's epochs grow, so that is a sorted list.
    frames: Vec<Frame>,
    /// By the pane that holds the end, and its neighbour.
    ends: [[End; PANES as usize]; PANES as usize],
}

pub(crate) fn neighbours(pane: u8) -> impl Iterator<Item = u8> {
    (0..PANES).filter(move |other| other.abs_diff(pane) == 1)
}

impl Links {
    /// Empty links, all sound.
    pub fn sound() -> Self {
        Self { frames: Vec::new(), ends: [[End::Sound; PANES as usize]; PANES as usize] }
    }

    pub(crate) fn end(&self, pane: u8, neighbour: u8) -> End {
        self.ends[usize::from(pane)][usize::from(neighbour)]
    }

    pub(crate) fn set_end(&mut self, pane: u8, neighbour: u8, end: End) {
        self.ends[usize::from(pane)][usize::from(neighbour)] = end;
    }

    /// Whether the links from `giver` to `to` are as the giver believes: else a send fails because the taker is dead.
    pub fn is_sound(&self, giver: u8, to: u8) -> bool {
        self.end(giver, to) == End::Sound
    }

    /// Whether this link, which holds `room` frames, takes one more.
    pub fn takes(&self, giver: u8, to: u8, via: Via, room: usize) -> bool {
        let is_in =
            |frame: &&Frame| (frame.giver, frame.to, frame.via, frame.is_orphan) == (giver, to, via, false);
        !via.is_link() || self.is_sound(giver, to) && self.frames.iter().filter(is_in).count() < room
    }

    /// Puts a frame into its link, or refuses it.
    #[must_use]
    pub fn send(&mut self, frame: Frame, room: usize) -> bool {
        let takes = self.takes(frame.giver, frame.to, frame.via, room);
        if takes {
            self.frames.push(frame);
            self.frames.sort_unstable();
        }
        takes
    }

    /// All frames in the kernel.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The frames that this pane's process can read.
    pub fn readable(&self, pane: u8) -> impl Iterator<Item = &Frame> {
        self.frames.iter().filter(move |frame| self.can_read(pane, frame))
    }

    fn can_read(&self, pane: u8, frame: &Frame) -> bool {
        frame.to == pane && (frame.is_orphan || self.end(pane, frame.giver) == End::Sound)
    }

    /// Takes over new links, with whatever is in the old ones.
    pub fn install(&mut self, pane: u8) {
        for neighbour in
            neighbours(pane).filter(|other| self.end(pane, *other) == End::Offered).collect::<Vec<_>>()
        {
            self.set_end(pane, neighbour, End::Sound);
            self.frames.retain(|frame| (frame.to, frame.giver, frame.is_orphan) != (pane, neighbour, true));
        }
    }

    /// Removes what can be read from the kernel. Of two frames only the one of the higher epoch can still matter: its
    /// giver held the ball after the other one was written, so the other ownership is over or never began.
    pub fn read(&mut self, pane: u8) -> Option<Frame> {
        let newest = self.readable(pane).copied().max_by_key(|frame| frame.epoch);
        let links = self.clone();
        self.frames.retain(|frame| !links.can_read(pane, frame));
        newest
    }

    /// Whether new links wait for this pane's process.
    pub fn has_news(&self, pane: u8) -> bool {
        neighbours(pane).any(|other| self.end(pane, other) == End::Offered)
    }

    /// A process dies: its ends close. What it has sent can still be read, what was sent to it is gone.
    pub fn close(&mut self, pane: u8) {
        self.frames.retain(|frame| frame.to != pane);
        self.frames.iter_mut().filter(|frame| frame.giver == pane).for_each(|frame| frame.is_orphan = true);
        self.frames.sort_unstable();
        for other in neighbours(pane) {
            self.set_end(other, pane, End::Broken);
            self.set_end(pane, other, End::Broken);
        }
    }
}
