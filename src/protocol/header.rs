//! The header of the Region: what the game is. The supervisor writes it before there are children, and later only the
//! phase.

use std::time::Duration;

use super::kind::TransportKind;
use crate::error::Refusal;
use crate::game::{Court, MAX_PANES};
use crate::platform::clock;
use crate::platform::display::Place;
use crate::platform::sync::{Ordering, ReadWrite, Rights, Word};
use crate::protocol::doorbell::Wait;
use crate::shm::shared;

/// First word of every Region: "tripong" and a line end.
pub(crate) const MAGIC: u64 = u64::from_be_bytes(*b"tripong\n");
/// The first child that reports a failure to start marks the header with this.
const SPOKEN: u64 = u64::from_be_bytes(*b"I spoke\n");
/// No window is wider or higher than this, in pixels.
const LARGEST_SCREEN: u16 = 16_384;
/// Grows with every change of the layout or of a word's meaning.
pub(super) const LAYOUT: u64 = 8;

shared! {
    /// What the game is. The supervisor writes it before there are children, and later only the phase.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct Header<M: Rights = ReadWrite> {
        pub(super) magic: Word<M>,
        pub(super) layout: Word<M>,
        pub(super) panes: Word<M>,
        pub(super) seed: Word<M>,
        pub(super) launcher_pid: Word<M>,
        pub(super) goal_hops: Word<M>,
        /// Bit 0: the game has windows. Bit 1: it is paced to real time. Bit 2: at first its windows explain hand-offs.
        /// Bit 3: they are for a projector. Bit 4: people may play. Bit 5: the ball rests until one of them presses Start.
        pub(super) flags: Word<M>,
        pub(super) phase: Word<M>,
        pub(super) transport: Word<M>,
        pub(super) swap_every: Word<M>,
        pub(super) wait: Word<M>,
        /// See [`Supervision`]; 0 for never.
        pub(super) stall_ns: Word<M>,
        pub(super) restarts: Word<M>,
        /// 0 if restarts are not limited.
        pub(super) restarts_within_ns: Word<M>,
        pub(super) places: [Word<M>; MAX_PANES as usize],
        /// Set by the first child that reports a failure to start, so that one line is printed instead of three.
        pub(super) has_spoken: Word<M>,
    }
}

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
    /// Whether people may move the paddles, in windows or on a terminal. Where they may not, the game is a function of its seed,
    /// whatever the words of the paddles are.
    pub is_playable: bool,
    /// Whether the ball rests until one of them presses Start.
    pub waits_for_start: bool,
    /// Where each window belongs on the screen; empty if no place is known.
    pub places: Vec<Place>,
    /// The transport with which the game begins.
    pub transport: TransportKind,
    /// The transport is swapped for the next one after every so many hops.
    pub swap_every: Option<u64>,
    /// Whether the windows explain the last hand-off at first.
    pub explains: bool,
    /// Whether the windows are arranged for a projector.
    pub presents: bool,
    /// How a pane waits for the ball in shared memory, if the game is not paced.
    pub wait: Wait,
    /// What becomes of a pane that fails.
    pub supervision: Supervision,
}

/// What becomes of a pane that fails, as far as it can be chosen. The supervisor acts on its own copy; in the header it is for
/// the windows that explain the game. Durations are above zero and fit into 64 bits of nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Supervision {
    /// The ball is taken from an owner that makes no progress for this long; None: never.
    pub stall: Option<Duration>,
    /// So many restarts within that time are tried; None: as many as it takes.
    pub restarts: Option<(usize, Duration)>,
}

impl Setup {
    /// A game without windows, in real time, through shared memory, without an end.
    pub fn headless(court: Court, launcher_pid: u32) -> Self {
        Self {
            court,
            launcher_pid,
            goal_hops: None,
            windows: false,
            paced: true,
            is_playable: false,
            waits_for_start: false,
            places: Vec::new(),
            transport: TransportKind::Shared,
            swap_every: None,
            explains: false,
            presents: false,
            wait: Wait::Block,
            supervision: Supervision::default(),
        }
    }
}

/// As a word.
impl Place {
    pub(super) fn encode(self) -> u64 {
        [self.x, self.y, self.width, self.height]
            .into_iter()
            .fold(0, |word, part| word << 16 | u64::from(part))
    }

    /// The place of a word that a process has written; None where no window can be so.
    pub(super) fn of_word(word: u64) -> Option<Self> {
        let place = Self::decode(word);
        let is_possible = |length: u16| (1..=LARGEST_SCREEN).contains(&length);
        (is_possible(place.width) && is_possible(place.height)).then_some(place)
    }

    pub(crate) fn decode(word: u64) -> Self {
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

impl<M: Rights> Header<M> {
    /// The phase. Any word but that of "running" means that the child shall leave.
    pub fn phase(&self) -> Phase {
        if self.phase.load(Ordering::Acquire) == 1 { Phase::Running } else { Phase::Stopping }
    }

    fn supervision(&self) -> Supervision {
        let duration = |cell: &Word<M>| Some(cell.load(Ordering::Acquire)).filter(|ns| *ns > 0);
        let duration = |cell| duration(cell).map(Duration::from_nanos);
        let count = usize::try_from(self.restarts.load(Ordering::Acquire)).unwrap_or(usize::MAX);
        Supervision {
            stall: duration(&self.stall_ns),
            restarts: duration(&self.restarts_within_ns).map(|within| (count, within)),
        }
    }

    /// Reads what [`Region::initialize`](super::Region::initialize) has written, and checks it.
    ///
    /// # Errors
    /// [`Refusal`] names the first word that is not as it must be.
    pub fn setup(&self) -> Result<Setup, Refusal> {
        let load = |cell: &Word<M>| cell.load(Ordering::Acquire);
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
        let places: Vec<_> =
            self.places[..usize::from(panes)].iter().map(|cell| Place::decode(load(cell))).collect();
        let is_known = places.iter().any(|place| place.width > 0);
        Ok(Setup {
            court: Court { panes, seed: load(&self.seed) },
            launcher_pid: u32::try_from(load(&self.launcher_pid)).unwrap_or(0),
            goal_hops: Some(load(&self.goal_hops)).filter(|goal| *goal > 0),
            windows: load(&self.flags) & 1 != 0,
            paced: load(&self.flags) & 2 != 0,
            is_playable: load(&self.flags) & 16 != 0,
            waits_for_start: load(&self.flags) & 32 != 0,
            places: if is_known { places } else { Vec::new() },
            transport: TransportKind::from_number(load(&self.transport)).unwrap_or_default(),
            swap_every: Some(load(&self.swap_every)).filter(|hops| *hops > 0),
            explains: load(&self.flags) & 4 != 0,
            presents: load(&self.flags) & 8 != 0,
            wait: Wait::from_number(load(&self.wait)).unwrap_or(Wait::Block),
            supervision: self.supervision(),
        })
    }
}

impl Header {
    /// True for the first caller of all processes: it may report on stderr why it could not start.
    pub fn may_speak(&self) -> bool {
        // Any other word was not written by a child that has reported.
        self.has_spoken.swap(SPOKEN, Ordering::AcqRel) != SPOKEN
    }

    pub(super) fn write(&self, setup: &Setup) {
        let store = |cell: &Word, value: u64| cell.store(value, Ordering::Relaxed);
        store(&self.layout, LAYOUT);
        store(&self.panes, setup.court.panes.into());
        store(&self.seed, setup.court.seed);
        store(&self.launcher_pid, setup.launcher_pid.into());
        store(&self.goal_hops, setup.goal_hops.unwrap_or(0));
        let flags = [
            setup.windows,
            setup.paced,
            setup.explains,
            setup.presents,
            setup.is_playable,
            setup.waits_for_start,
        ];
        store(&self.flags, flags.into_iter().rev().fold(0, |word, flag| word << 1 | u64::from(flag)));
        store(&self.transport, setup.transport.number());
        store(&self.swap_every, setup.swap_every.unwrap_or(0));
        store(&self.wait, setup.wait as u64);
        let Supervision { stall, restarts } = setup.supervision;
        store(&self.stall_ns, stall.map_or(0, clock::ns));
        let (count, within) = restarts.unwrap_or_default();
        store(&self.restarts, count as u64);
        store(&self.restarts_within_ns, clock::ns(within));
        store(&self.phase, 1);
        for (cell, place) in self.places.iter().zip(&setup.places) {
            store(cell, place.encode());
        }
        // The magic comes last: a Region that has it is complete.
        self.magic.store(MAGIC, Ordering::Release);
    }
}
