//! The three designs, as eight marked steps of a hand-off.

use strum::{Display, EnumString};

use crate::lab::exercise::Draw;

/// Steps of each of the two processes.
pub(super) const EACH: usize = 4;
/// Steps of a hand-off.
pub(super) const STEPS: usize = 2 * EACH;

/// How a ball is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Design {
    /// The ball is bytes in a pipe.
    Pipe,
    /// A plain struct and a flag in shared memory.
    Shared,
    /// Records, a baton with an epoch, and a supervisor.
    Baton,
}

impl Design {
    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pipe => "pipe",
            Self::Shared => "struct and flag",
            Self::Baton => "baton",
        }
    }

    /// What there is.
    pub(super) fn story(self) -> &'static str {
        match self {
            Self::Pipe => {
                "Design: pipe only. The ball is in the memory of the process that has it. Process A sends it as 112 bytes through a \
                 pipe to process B, and B sends it on through a second pipe. Both pipes stay open. A process that takes the dead \
                 one's place knows only what is in the pipes."
            }
            Self::Shared => {
                "Design: plain shared memory. The owner plays with a ball in its own memory. Process A hands it over in a struct of \
                 14 words and a flag beside it; process B reads the flag and the struct, and hands on in a second struct with a \
                 flag. In the structs are older balls; the flags are clear. There is no record of who has the ball, and no \
                 supervisor. A process that takes the dead one's place knows only the flags and the structs: a flag that is set \
                 means that the struct beside it is the ball."
            }
            Self::Baton => {
                "Design: baton. Each process has two copies of a record in shared memory, which it writes in turn, each with a \
                 number and a checksum. A word, the baton, says who has the ball in which epoch; A hands over by compare-and-swap. \
                 A supervisor notices a death, reads the baton and takes the newest sound record: that of the holder, or, if the \
                 holder has written none in this epoch, the last one of the process that gave it the ball."
            }
        }
    }
}

/// A marked step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString)]
pub(super) enum Step {
    Play,
    Pack,
    WriteAll,
    WriteFirst,
    WriteRest,
    Forget,
    Wait,
    ReadAll,
    ReadFirst,
    ReadRest,
    WriteOn,
    StoreFirst,
    StoreRest,
    SetFlag,
    Copy,
    Clear,
    HandOn,
    RecordFirst,
    RecordRest,
    Swap,
    ReadBaton,
}

impl Step {
    /// What it does, for people.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Play => "plays a tick, in its own memory",
            Self::Pack => "packs the ball into a buffer of its own",
            Self::WriteAll => "writes all 112 bytes into the pipe",
            Self::WriteFirst => "writes the first 56 bytes into the pipe",
            Self::WriteRest => "writes the other 56 bytes into the pipe",
            Self::Forget => "forgets its own ball",
            Self::Wait => "waits",
            Self::ReadAll => "reads 112 bytes from the pipe",
            Self::ReadFirst => "reads 56 bytes from the pipe",
            Self::ReadRest => "reads 56 bytes more from the pipe",
            Self::WriteOn => "writes all 112 bytes into the second pipe",
            Self::StoreFirst => "stores the first 7 words of the struct",
            Self::StoreRest => "stores the other 7 words of the struct",
            Self::SetFlag => "sets the flag",
            Self::Copy => "sees the flag and copies the struct into its own memory",
            Self::Clear => "sees the flag and clears it",
            Self::HandOn => "stores the second struct and then sets the second flag",
            Self::RecordFirst => "writes half of its older copy of the record anew",
            Self::RecordRest => "writes the other half, the number and the checksum",
            Self::Swap => "swaps the baton to B, epoch + 1",
            Self::ReadBaton => "reads the baton, and the ball from A's record",
        }
    }
}

/// The eight steps of a student: four of A, then four of B.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) design: Design,
    pub(super) steps: [Step; STEPS],
}

impl Program {
    /// One of its design.
    pub(super) fn drawn(design: Design, draw: &mut Draw) -> Self {
        let (gives, takes) = match design {
            Design::Pipe => (draw.below(3), draw.below(3)),
            Design::Shared => (draw.below(6), draw.below(3)),
            Design::Baton => (0, 0),
        };
        Self::new(design, gives, takes)
    }

    /// The one with these numbers of A's and of B's program.
    fn new(design: Design, gives: usize, takes: usize) -> Self {
        use Step::*;
        let gives = match (design, gives) {
            (Design::Pipe, 0) => [Play, WriteAll, Forget, Wait],
            (Design::Pipe, 1) => [Play, WriteFirst, WriteRest, Forget],
            (Design::Pipe, _) => [Play, Pack, WriteAll, Forget],
            (Design::Shared, 0) => [Play, StoreFirst, StoreRest, SetFlag],
            (Design::Shared, 1) => [Play, StoreRest, StoreFirst, SetFlag],
            (Design::Shared, 2) => [Play, SetFlag, StoreFirst, StoreRest],
            (Design::Shared, 3) => [Play, SetFlag, StoreRest, StoreFirst],
            (Design::Shared, 4) => [Play, StoreFirst, SetFlag, StoreRest],
            (Design::Shared, _) => [Play, StoreRest, SetFlag, StoreFirst],
            (Design::Baton, _) => [Play, RecordFirst, RecordRest, Swap],
        };
        let takes = match (design, takes) {
            (Design::Pipe, 0) => [ReadAll, Wait, Play, WriteOn],
            (Design::Pipe, 1) => [ReadFirst, ReadRest, Play, WriteOn],
            (Design::Pipe, _) => [ReadAll, Play, WriteOn, Forget],
            (Design::Shared, 0) => [Copy, Clear, Play, HandOn],
            (Design::Shared, 1) => [Clear, Copy, Play, HandOn],
            (Design::Shared, _) => [Copy, Play, Clear, HandOn],
            (Design::Baton, _) => [ReadBaton, Play, RecordFirst, RecordRest],
        };
        let [a, b, c, d] = gives;
        let [e, f, g, h] = takes;
        Self { design, steps: [a, b, c, d, e, f, g, h] }
    }

    /// All of its design.
    #[cfg(test)]
    pub(super) fn all(design: Design) -> impl Iterator<Item = Self> {
        (0..18).map(move |number| Self::new(design, number % 6, number / 6))
    }

    /// The steps of A (0) or of B (1).
    pub(super) fn of(&self, who: usize) -> &[Step] {
        &self.steps[who * EACH..(who + 1) * EACH]
    }

    /// The steps, numbered.
    pub(super) fn listed(&self) -> String {
        let each = |who: usize| {
            let steps = self.of(who).iter().enumerate();
            let steps: Vec<_> =
                steps.map(|(at, step)| format!("{}) {}", who * EACH + at + 1, step.text())).collect();
            steps.join("; ")
        };
        format!("A {}.\nB {}.", each(0), each(1))
    }
}
