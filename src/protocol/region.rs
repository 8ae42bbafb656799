//! The Region: all that the processes share, word by word.

use super::baton::{Baton, Owner, Tenure};
use super::kind::CarrierKind;
use super::latency::Histogram;
use super::slot::{Garbage, Record, Slot};
use crate::court::{Control, Court, MAX_PANES, Paddle, PaneId};
use crate::doorbell::{Doorbell, FdBell, Wait};
use crate::error::Refusal;
use crate::sync::{AtomicU64, Ordering};

/// First word of every Region: "tripong" and a line end.
const MAGIC: u64 = u64::from_be_bytes(*b"tripong\n");
/// Grows with every change of the layout or of a word's meaning.
const LAYOUT: u64 = 2;
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
    wiring: Wiring,
    slots: [Slot; SLOTS],
    latencies: [[Histogram; MAX_PANES as usize]; CarrierKind::ALL.len()],
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
    /// Bit 0: the game has windows. Bit 1: it is paced to real time. Bit 2: at first its windows explain hand-offs.
    flags: AtomicU64,
    phase: AtomicU64,
    carrier: AtomicU64,
    swap_every: AtomicU64,
    wait: AtomicU64,
    places: [AtomicU64; MAX_PANES as usize],
    /// Set by the first child that reports a failure to start, so that one line is printed instead of three.
    has_spoken: AtomicU64,
}

/// What users want. Anyone may write here at any time; readers check what they find.
#[derive(Debug)]
#[repr(C, align(128))]
struct Controls {
    paddles: [AtomicU64; MAX_PANES as usize],
    /// The carrier in force in the lowest 8 bits, and above them how often it was swapped.
    carrier: AtomicU64,
    /// Whether the windows explain the last hand-off: 1 or 0.
    explains: AtomicU64,
}

/// How many new links each pane's process has been sent. The supervisor's words.
#[derive(Debug)]
#[repr(C, align(128))]
struct Wiring([AtomicU64; MAX_PANES as usize]);

// The model's atomics have another size.
#[cfg(not(all(test, feature = "model")))]
const _: () = {
    use std::mem::{offset_of, size_of};
    assert!(offset_of!(Region, header) == 0);
    assert!(offset_of!(Region, baton) == 256);
    assert!(offset_of!(Region, bells) == 384);
    assert!(offset_of!(Region, controls) == 2432);
    assert!(offset_of!(Region, wiring) == 2688);
    assert!(offset_of!(Region, slots) == 2816);
    assert!(size_of::<Slot>() == 896);
    assert!(offset_of!(Region, latencies) == 2816 + 17 * 896);
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
    /// The carrier with which the game begins.
    pub carrier: CarrierKind,
    /// The carrier is swapped for the next one after every so many hops.
    pub swap_every: Option<u64>,
    /// Whether the windows explain the last hand-off at first.
    pub explains: bool,
    /// How a pane waits for the ball in shared memory, if the game is not paced.
    pub wait: Wait,
}

impl Setup {
    /// A game without windows, in real time, through shared memory, without an end.
    #[must_use]
    pub fn headless(court: Court, launcher_pid: u32) -> Self {
        Self {
            court,
            launcher_pid,
            goal_hops: None,
            windows: false,
            paced: true,
            places: Vec::new(),
            carrier: CarrierKind::Shared,
            swap_every: None,
            explains: false,
            wait: Wait::Block,
        }
    }
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
        let flags = [setup.windows, setup.paced, setup.explains];
        store(&self.flags, flags.into_iter().rev().fold(0, |word, flag| word << 1 | u64::from(flag)));
        store(&self.carrier, setup.carrier.number());
        store(&self.swap_every, setup.swap_every.unwrap_or(0));
        store(&self.wait, setup.wait as u64);
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
            carrier: CarrierKind::from_number(load(&self.carrier)).unwrap_or_default(),
            swap_every: Some(load(&self.swap_every)).filter(|hops| *hops > 0),
            explains: load(&self.flags) & 4 != 0,
            wait: [Wait::Block, Wait::Adaptive, Wait::Spin]
                .into_iter()
                .find(|wait| *wait as u64 == load(&self.wait))
                .unwrap_or(Wait::Block),
        })
    }
}

impl Region {
    /// Bytes of the Region, of the memfd and of every mapping.
    pub const SIZE: usize = 220_800;

    /// Makes a Region out of zeroed bytes: the ball rests at the start of the middle pane.
    pub fn initialize(&self, setup: &Setup) {
        let court = &setup.court;
        let ball = court.serve(court.middle(), None);
        let record = Record::served(ball, 0, 0);
        self.slot(Owner::Supervisor).write(0, &record);
        self.baton.lay_down(Tenure::REST);
        court.all_panes().for_each(|pane| self.set_control(pane, Control::Autopilot));
        self.set_carrier_word(setup.carrier.number());
        self.set_explains(setup.explains);
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

    /// Wakes everybody, whatever the doorbells say: the supervisor does, after a take, after a death, at the stop.
    pub fn alarm_all(&self, fds: &[FdBell]) {
        self.bells.iter().zip(fds).for_each(|(bell, fd)| bell.alarm(fd));
    }

    /// How long it took until this pane had the balls that were handed to it by this carrier.
    #[must_use]
    pub fn latency(&self, pane: PaneId, by: CarrierKind) -> &Histogram {
        &self.latencies[by.index()][pane.index()]
    }

    /// How long all hand-offs by this carrier took.
    #[must_use]
    pub fn latencies(&self, by: CarrierKind) -> &[Histogram] {
        &self.latencies[by.index()]
    }

    /// How long all hand-offs took.
    pub fn all_latencies(&self) -> impl Iterator<Item = &Histogram> + Clone {
        self.latencies.iter().flatten()
    }

    /// The ball as the holder of `tenure` has it: from the holder's own record of this epoch, or, where it has
    /// not written one yet or that one is garbage, as it came from the giver. The physics is the same every time, so it
    /// comes the same way again.
    ///
    /// # Errors
    /// [`Garbage`] if it cannot be read; also if the tenure is over meanwhile and the records were written anew.
    pub fn ball(&self, tenure: Tenure, court: &Court) -> Result<Record, Garbage> {
        match self.ball_as_played(tenure, court) {
            Ok(Some(record)) => Ok(record),
            Err(Garbage::Unstable) => Err(Garbage::Unstable),
            Ok(None) | Err(_) => self.ball_as_given(tenure, court),
        }
    }

    /// The ball as the holder of `tenure` has played it so far; None if it has not begun.
    ///
    /// # Errors
    /// [`Garbage`], as for [`Self::ball`].
    pub fn ball_as_played(&self, tenure: Tenure, court: &Court) -> Result<Option<Record>, Garbage> {
        match self.slot(tenure.holder).read(tenure.epoch, court) {
            Err(Garbage::OtherEpoch | Garbage::Tag) if tenure.epoch > 0 => Ok(None),
            own => own.map(Some),
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

    /// Whether the holder of `tenure` has the ball in its hands, and so has said how long the hand-off took.
    #[must_use]
    pub fn has_received(&self, tenure: Tenure) -> bool {
        let Owner::Pane(holder) = tenure.holder else { return false };
        // Acquire: what the holder has written on its card before is seen.
        self.pane(holder).card.holding.load(Ordering::Acquire) == tenure.epoch + 1
    }

    /// Who moves a pane's paddle. A garbage word is the autopilot's.
    #[must_use]
    pub fn control(&self, pane: PaneId) -> Control {
        let word = self.controls.paddles[pane.index()].load(Ordering::Relaxed);
        if word == 0 { Control::Autopilot } else { Control::Manual(Paddle::at(f64::from_bits(word))) }
    }

    /// Says who moves a pane's paddle. Anyone may, at any time: the last word counts.
    pub fn set_control(&self, pane: PaneId, control: Control) {
        let word = match control {
            Control::Autopilot => 0,
            Control::Manual(paddle) => paddle.y.to_bits(),
        };
        self.controls.paddles[pane.index()].store(word, Ordering::Relaxed);
    }

    /// The carrier in force. A garbage word is that of the shared carrier.
    #[must_use]
    pub fn carrier(&self) -> CarrierKind {
        // Relaxed: whichever a giver finds, it says in its record which one it has used.
        let word = self.controls.carrier.load(Ordering::Relaxed);
        CarrierKind::from_number(word & 0xff).unwrap_or_default()
    }

    /// How often the carrier was swapped.
    #[must_use]
    pub fn swaps(&self) -> u64 {
        self.controls.carrier.load(Ordering::Relaxed) >> 8
    }

    /// Puts another carrier in force. Anyone may, at any time. Of two at once one wins, and the other was never there.
    pub fn swap_carrier(&self, to: CarrierKind) {
        let word = self.controls.carrier.load(Ordering::Relaxed);
        if word & 0xff != to.number() {
            let swapped = (word & !0xff | to.number()).wrapping_add(1 << 8);
            let cell = &self.controls.carrier;
            let _lost = cell.compare_exchange(word, swapped, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// The carrier with its count, as it is kept over a fresh Region.
    pub(super) fn carrier_word(&self) -> u64 {
        self.controls.carrier.load(Ordering::Relaxed)
    }

    pub(super) fn set_carrier_word(&self, word: u64) {
        self.controls.carrier.store(word, Ordering::Relaxed);
    }

    /// Whether the windows explain the last hand-off.
    #[must_use]
    pub fn explains(&self) -> bool {
        self.controls.explains.load(Ordering::Relaxed) == 1
    }

    /// Says whether the windows explain hand-offs. Anyone may, at any time.
    pub fn set_explains(&self, explains: bool) {
        self.controls.explains.store(explains.into(), Ordering::Relaxed);
    }

    /// How many new links the pane's process has been sent.
    #[must_use]
    pub fn links_sent(&self, pane: PaneId) -> u64 {
        // Acquire: whoever sees the count finds the links in its wire.
        self.wiring.0[pane.index()].load(Ordering::Acquire)
    }

    /// Says how many new links the pane's process has been sent. The supervisor does, after it has sent them.
    pub fn set_links_sent(&self, pane: PaneId, count: u64) {
        self.wiring.0[pane.index()].store(count, Ordering::Release);
    }

    /// Tells every child to leave. They must be woken as well.
    pub fn stop(&self) {
        self.header.phase.store(2, Ordering::Release);
    }
}
