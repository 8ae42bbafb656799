//! The Region: all that the processes share, word by word.

use super::baton::{Baton, Owner, Tenure};
use super::latency::Histogram;
use super::slot::{Garbage, Record, Slot};
use crate::court::{Control, Court, MAX_PANES, Paddle, PaneId};
use crate::doorbell::Doorbell;
use crate::error::Refusal;
use crate::sync::{AtomicU64, Ordering};

/// First word of every Region: "tripong" and a line end.
const MAGIC: u64 = u64::from_be_bytes(*b"tripong\n");
/// Grows with every change of the layout or of a word's meaning.
const LAYOUT: u64 = 1;
/// Slots: one a pane, and the supervisor's.
const SLOTS: usize = MAX_PANES as usize + 1;

/// The shared bytes. Every field is an atomic, so a `&Region` may be shared with processes that write at any time.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Region {
    /// What the game is; written before the children start.
    pub header: Header,
    /// Who owns the ball.
    pub baton: Baton,
    bells: [Doorbell; MAX_PANES as usize],
    controls: Controls,
    slots: [Slot; SLOTS],
    latencies: [Histogram; MAX_PANES as usize],
}

/// What the game is. The supervisor writes it before there are children, and later only the phase.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Header {
    magic: AtomicU64,
    layout: AtomicU64,
    panes: AtomicU64,
    seed: AtomicU64,
    launcher_pid: AtomicU64,
    goal_hops: AtomicU64,
    /// Bit 0: the game has windows. Bit 1: it is paced to real time.
    flags: AtomicU64,
    phase: AtomicU64,
    places: [AtomicU64; MAX_PANES as usize],
    /// Set by the first child that reports a failure to start, so that one line is printed instead of three.
    has_spoken: AtomicU64,
}

#[derive(Debug)]
#[repr(C, align(128))]
struct Controls([AtomicU64; MAX_PANES as usize]);

// The model's atomics have another size.
#[cfg(not(all(test, feature = "model")))]
const _: () = {
    use std::mem::{offset_of, size_of};
    assert!(offset_of!(Region, header) == 0);
    assert!(offset_of!(Region, baton) == 256);
    assert!(offset_of!(Region, bells) == 384);
    assert!(offset_of!(Region, controls) == 2432);
    assert!(offset_of!(Region, slots) == 2560);
    assert!(size_of::<Slot>() == 896);
    assert!(offset_of!(Region, latencies) == 2560 + 17 * 896);
    assert!(size_of::<Histogram>() == 4224);
    assert!(size_of::<Region>() == Region::SIZE);
};

/// What the launcher decides before the game begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Panes and seed.
    pub court: Court,
    /// Whose children may attach.
    pub launcher_pid: u32,
    /// The pane that takes over the ball with this hop keeps it there, and the game is over.
    pub goal_hops: Option<u64>,
    /// Whether the children have windows.
    pub windows: bool,
    /// Whether a tick waits for its time.
    pub paced: bool,
    /// Where each window belongs on the screen, if that is known.
    pub places: Vec<Place>,
}

/// Where a window belongs on the screen, in physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Left edge.
    pub x: u16,
    /// Top edge.
    pub y: u16,
    /// Width with the frame; 0 where no place is known.
    pub width: u16,
    /// Height with the frame.
    pub height: u16,
}

impl Place {
    fn encode(self) -> u64 {
        [self.x, self.y, self.width, self.height]
            .into_iter()
            .fold(0, |word, part| word << 16 | u64::from(part))
    }

    fn decode(word: u64) -> Self {
        let [x, y, width, height] = [48, 32, 16, 0].map(|shift| (word >> shift) as u16);
        Self { x, y, width, height }
    }
}

/// Whether the game goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It goes on.
    Running,
    /// Every child shall leave, and the ball stays at its last checkpoint.
    Stopping,
}

impl Header {
    /// The phase. Whatever is not clearly "running" means that the child shall leave.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.phase.load(Ordering::Acquire) == 1 { Phase::Running } else { Phase::Stopping }
    }

    /// True for the first caller of all processes: it may say on stderr why it could not start.
    #[must_use]
    pub fn may_speak(&self) -> bool {
        self.has_spoken.swap(1, Ordering::AcqRel) == 0
    }

    fn write(&self, setup: &Setup) {
        let store = |cell: &AtomicU64, value: u64| cell.store(value, Ordering::Relaxed);
        store(&self.layout, LAYOUT);
        store(&self.panes, setup.court.panes.into());
        store(&self.seed, setup.court.seed);
        store(&self.launcher_pid, setup.launcher_pid.into());
        store(&self.goal_hops, setup.goal_hops.unwrap_or(u64::MAX));
        store(&self.flags, u64::from(setup.windows) | u64::from(setup.paced) << 1);
        store(&self.phase, 1);
        for (cell, place) in self.places.iter().zip(&setup.places) {
            store(cell, place.encode());
        }
        // The magic comes last: a Region that has it is complete.
        self.magic.store(MAGIC, Ordering::Release);
    }

    /// Reads what [`Region::initialize`] has written, and checks it.
    ///
    /// # Errors
    /// [`Refusal`] names the first word that is not as it must be.
    pub fn setup(&self) -> Result<Setup, Refusal> {
        let load = |cell: &AtomicU64| cell.load(Ordering::Acquire);
        let (magic, layout, panes) = (load(&self.magic), load(&self.layout), load(&self.panes));
        if magic != MAGIC {
            return Err(Refusal::Magic(magic));
        }
        if layout != LAYOUT {
            return Err(Refusal::Layout { found: layout, expected: LAYOUT });
        }
        let panes = match u8::try_from(panes) {
            Ok(count @ 2..=MAX_PANES) => count,
            _ => return Err(Refusal::Panes(panes)),
        };
        let places = self.places[..usize::from(panes)].iter().map(|cell| Place::decode(load(cell)));
        Ok(Setup {
            court: Court { panes, seed: load(&self.seed) },
            launcher_pid: u32::try_from(load(&self.launcher_pid)).unwrap_or(0),
            goal_hops: Some(load(&self.goal_hops)).filter(|goal| *goal != u64::MAX),
            windows: load(&self.flags) & 1 != 0,
            paced: load(&self.flags) & 2 != 0,
            places: places.filter(|place| place.width > 0).collect(),
        })
    }
}

impl Region {
    /// Bytes of the Region, of the memfd and of every mapping.
    pub const SIZE: usize = 85_376;

    /// Makes a Region out of zeroed bytes: the ball rests at the start of the middle pane.
    pub fn initialize(&self, setup: &Setup) {
        let court = &setup.court;
        let ball = court.serve(court.middle(), None);
        let record = Record { ball, paddle: Paddle::MIDDLE, rally: 0, due_ns: 0, handed_ns: 0 };
        self.slot(Owner::Supervisor).write(0, &record);
        self.baton.lay_down(Tenure::REST);
        court.all_panes().for_each(|pane| self.set_control(pane, Control::Autopilot));
        self.header.write(setup);
    }

    /// One owner's slot.
    #[must_use]
    pub fn slot(&self, owner: Owner) -> &Slot {
        &self.slots[owner.index()]
    }

    /// The slot of a pane.
    #[must_use]
    pub fn pane(&self, pane: PaneId) -> &Slot {
        self.slot(Owner::Pane(pane))
    }

    /// The doorbell of a pane.
    #[must_use]
    pub fn bell(&self, pane: PaneId) -> &Doorbell {
        &self.bells[pane.index()]
    }

    /// Rings everybody: after a take, at the stop.
    pub fn ring_all(&self) {
        self.bells.iter().for_each(Doorbell::ring);
    }

    /// How long it took until this pane had the balls that were handed to it.
    #[must_use]
    pub fn latency(&self, pane: PaneId) -> &Histogram {
        &self.latencies[pane.index()]
    }

    /// How long all hand-offs took.
    #[must_use]
    pub fn latencies(&self) -> &[Histogram] {
        &self.latencies
    }

    /// The ball as the holder of `tenure` has it: from the holder's own record of this epoch, or, where it has
    /// not written one yet, as it came from the giver.
    ///
    /// # Errors
    /// [`Garbage`] if it cannot be read; also if the tenure is over meanwhile and the records were written anew.
    pub fn ball(&self, tenure: Tenure, court: &Court) -> Result<Record, Garbage> {
        match self.slot(tenure.holder).read(tenure.epoch, court) {
            Err(Garbage::OtherEpoch | Garbage::Tag) if tenure.epoch > 0 => self.ball_as_given(tenure, court),
            own => own,
        }
    }

    /// The ball as the holder of `tenure` took it over: the giver's record of the epoch before, and one hop more if
    /// the giver is a pane.
    ///
    /// # Errors
    /// [`Garbage`], as for [`Self::ball`].
    pub fn ball_as_given(&self, tenure: Tenure, court: &Court) -> Result<Record, Garbage> {
        let epoch = tenure.epoch.checked_sub(1).ok_or(Garbage::OtherEpoch)?;
        let mut record = self.slot(tenure.giver).read(epoch, court)?;
        if let Owner::Pane(_) = tenure.giver {
            record.ball = record.ball.handed_over();
        }
        Ok(record)
    }

    /// Who moves a pane's paddle. A garbage word is the autopilot's.
    #[must_use]
    pub fn control(&self, pane: PaneId) -> Control {
        let word = self.controls.0[pane.index()].load(Ordering::Relaxed);
        if word == 0 { Control::Autopilot } else { Control::Manual(Paddle::at(f64::from_bits(word))) }
    }

    /// Says who moves a pane's paddle. Anyone may, at any time: the last word counts.
    pub fn set_control(&self, pane: PaneId, control: Control) {
        let word = match control {
            Control::Autopilot => 0,
            Control::Manual(paddle) => paddle.y.to_bits(),
        };
        self.controls.0[pane.index()].store(word, Ordering::Relaxed);
    }

    /// Tells every child to leave.
    pub fn stop(&self) {
        self.header.phase.store(2, Ordering::Release);
        self.ring_all();
    }
}
