//! The Region: all that the processes share, word by word.

use super::action::Action;
use super::arrival_log::{Arrival, ArrivalLog};
use super::baton::{Baton, Owner, Ownership};
use super::control_log::ControlLog;
use super::event_log::EventLog;
use super::header::{Header, LAYOUT, Setup};
use super::kind::TransportKind;
use super::latency::Histogram;
use super::record::{Corrupt, Record};
use super::slot::Slot;
use crate::game::{Control, Court, MAX_PANES, PaneId};
use crate::platform::sync::{Ordering, ReadWrite, Rights, Word};
use crate::protocol::doorbell::{Doorbell, FdBell};
use crate::shm::shared;

/// Slots: one a pane, and the supervisor's.
const SLOTS: usize = MAX_PANES as usize + 1;

shared! {
    /// The shared bytes. Every field is an atomic, so a `&Region` may be shared with processes that write at any time.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct Region<M: Rights = ReadWrite> {
        /// What the game is; written before the children start.
        pub header: Header<M>,
        /// Who owns the ball.
        pub baton: Baton<M>,
        pub(super) bells: [Doorbell<(), M>; MAX_PANES as usize],
        pub(super) controls: Controls<M>,
        pub(super) links_sent: LinksSent<M>,
        pub(super) slots: [Slot<M>; SLOTS],
        pub(super) latencies: [[Histogram<M>; MAX_PANES as usize]; TransportKind::ALL.len()],
        pub(super) commands: Commands<M>,
        /// What the supervisor reports of itself.
        pub event_log: EventLog<M>,
        pub(super) arrival_logs: [ArrivalLog<M>; MAX_PANES as usize],
        pub(super) control_logs: [ControlLog<M>; MAX_PANES as usize],
    }
}

shared! {
    /// What users want. Anyone may write here at any time; readers check what they find.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub(super) struct Controls<M: Rights = ReadWrite> {
        pub(super) paddles: [Word<M>; MAX_PANES as usize],
        /// The transport in force in the lowest 8 bits, and above them how often it was swapped.
        pub(super) transport: Word<M>,
        /// How often a user asked for all windows in front.
        pub(super) raises: Word<M>,
        /// How often a user has pressed Record.
        pub(super) records: Word<M>,
        /// Whether the windows explain the last hand-off: 1 or 0.
        pub(super) explains: Word<M>,
        /// The settings.
        pub(super) paused: Word<M>,
        pub(super) speed: Word<M>,
        pub(super) tempo: Word<M>,
        pub(super) own_keys: Word<M>,
        pub(super) rules: Word<M>,
        pub(super) reduced_motion: Word<M>,
        pub(super) colors: Word<M>,
        pub(super) zoom: Word<M>,
        pub(super) announces_hops: Word<M>,
        /// The most hits of any rally so far.
        pub(super) best: Word<M>,
        /// How the last rally ended, and when.
        pub(super) rally_end: Word<M>,
    }
}

shared! {
    /// How many new links each pane's process has been sent. The supervisor's words.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub(super) struct LinksSent<M: Rights = ReadWrite>(pub(super) [Word<M>; MAX_PANES as usize]);
}

shared! {
    /// What a pane's process is to do to itself: `incarnation:56 | action:8`. The supervisor's words.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub(super) struct Commands<M: Rights = ReadWrite>(pub(super) [Word<M>; MAX_PANES as usize]);
}

// The model's atomics have another size.
#[cfg(not(all(test, feature = "model")))]
const _: () = {
    use std::mem::{offset_of, size_of};
    assert!(offset_of!(Region, header) == 0);
    assert!(offset_of!(Region, baton) == 256);
    assert!(offset_of!(Region, bells) == 384);
    assert!(offset_of!(Region, controls) == 2432);
    assert!(offset_of!(Region, links_sent) == 2688);
    assert!(offset_of!(Region, slots) == 2816);
    assert!(size_of::<Slot>() == 768);
    assert!(offset_of!(Region, latencies) == 2816 + 17 * 768);
    assert!(size_of::<Histogram>() == 4224);
    assert!(offset_of!(Region, commands) == 218_624);
    assert!(offset_of!(Region, event_log) == 218_752);
    assert!(offset_of!(Region, arrival_logs) == 232_448);
    assert!(offset_of!(Region, control_logs) == 267_264);
    assert!(size_of::<Region>() == Region::SIZE);
};

impl<M: Rights> Region<M> {
    /// One owner's slot.
    pub fn slot(&self, owner: Owner) -> &Slot<M> {
        &self.slots[owner.index()]
    }

    /// The slot of a pane.
    pub fn pane(&self, pane: PaneId) -> &Slot<M> {
        self.slot(Owner::Pane(pane))
    }

    /// The doorbell of a pane.
    pub fn bell(&self, pane: PaneId) -> &Doorbell<(), M> {
        &self.bells[pane.index()]
    }

    /// How long it took until this pane had the balls that were handed to it by this transport.
    pub fn latency(&self, pane: PaneId, by: TransportKind) -> &Histogram<M> {
        &self.latencies[by.index()][pane.index()]
    }

    /// How long all hand-offs by this transport took.
    pub fn latencies(&self, by: TransportKind) -> &[Histogram<M>] {
        &self.latencies[by.index()]
    }

    /// How long all hand-offs took.
    pub fn all_latencies(&self) -> impl Iterator<Item = &Histogram<M>> + Clone {
        self.latencies.iter().flatten()
    }

    /// The ball as the holder of `ownership` has it: from the holder's own record of this epoch, or, where it has
    /// not written one yet or that one is corrupt, as it came from the giver. The physics is the same every time, so it
    /// comes the same way again.
    ///
    /// # Errors
    /// [`Corrupt`] if it cannot be read; also if the ownership is over meanwhile and the records were written anew.
    pub fn ball(&self, ownership: Ownership, court: &Court) -> Result<Record, Corrupt> {
        match self.ball_as_played(ownership, court) {
            Ok(Some(record)) => Ok(record),
            Err(Corrupt::Unstable) => Err(Corrupt::Unstable),
            Ok(None) | Err(_) => self.ball_as_taken(ownership, court),
        }
    }

    /// The ball as the holder of `ownership` took it over, with the holder's own paddle.
    ///
    /// # Errors
    /// [`Corrupt`], as for [`Self::ball`].
    pub fn ball_as_taken(&self, ownership: Ownership, court: &Court) -> Result<Record, Corrupt> {
        let record = self.ball_as_given(ownership, court)?;
        let paddle = match (ownership.giver, ownership.holder) {
            (Owner::Pane(_), Owner::Pane(holder)) => self.pane(holder).paddle_for(&record, court),
            // The supervisor's record has the paddle of the pane that the ball is for.
            _ => record.paddle,
        };
        Ok(Record { paddle, ..record })
    }

    /// The ball as the holder of `ownership` has played it so far; None if it has not begun.
    ///
    /// # Errors
    /// [`Corrupt`], as for [`Self::ball`].
    pub fn ball_as_played(&self, ownership: Ownership, court: &Court) -> Result<Option<Record>, Corrupt> {
        match self.slot(ownership.holder).read(ownership.epoch, court) {
            Err(Corrupt::OtherEpoch | Corrupt::Tag) if ownership.epoch > 0 => Ok(None),
            own => own.map(Some),
        }
    }

    /// The ball as the holder of `ownership` took it over, with the paddle of its giver: the giver's record of the epoch
    /// before, and if the giver is a pane, the ball has left it, and counts one hop more.
    ///
    /// # Errors
    /// [`Corrupt`], as for [`Self::ball`].
    pub fn ball_as_given(&self, ownership: Ownership, court: &Court) -> Result<Record, Corrupt> {
        let epoch = ownership.epoch.checked_sub(1).ok_or(Corrupt::OtherEpoch)?;
        let record = self.slot(ownership.giver).read(epoch, court)?;
        match (ownership.giver, ownership.holder) {
            (Owner::Pane(giver), Owner::Pane(holder)) => record.handed(court, giver, holder),
            _ => Ok(record),
        }
    }

    /// The epoch of a ball that a pane's process has in its hands. Its process status and its last arrival must agree.
    ///
    /// # Errors
    /// The word of the process status, if the process cannot have held that.
    pub fn in_hand(&self, pane: PaneId) -> Result<Option<u64>, u64> {
        // Acquire: the arrival was written before.
        let Some(epoch) = self.pane(pane).status.in_hand.load(Ordering::Acquire).checked_sub(1) else {
            return Ok(None);
        };
        let arrival = self.arrival_log(pane).newest().and_then(Arrival::from_words);
        if arrival.is_some_and(|arrival| arrival.epoch == epoch) { Ok(Some(epoch)) } else { Err(epoch + 1) }
    }

    /// Whether the holder of `ownership` has the ball in its hands, and so has said how long the hand-off took.
    pub fn has_received(&self, ownership: Ownership) -> bool {
        let Owner::Pane(holder) = ownership.holder else { return false };
        // Acquire: what the holder has written on its process status before is seen.
        self.pane(holder).status.in_hand.load(Ordering::Acquire) == ownership.epoch + 1
    }

    /// Who moves a pane's paddle. A corrupt word is the autopilot's.
    pub fn control(&self, pane: PaneId) -> Control {
        // Relaxed: the word is all there is to read.
        Control::from_word(self.controls.paddles[pane.index()].load(Ordering::Relaxed))
    }

    /// The transport in force. A corrupt word is that of the shared transport.
    pub fn transport(&self) -> TransportKind {
        // Relaxed: whichever a giver finds, it records which one it has used.
        let word = self.controls.transport.load(Ordering::Relaxed);
        TransportKind::from_number(word & 0xff).unwrap_or_default()
    }

    /// How often the transport was swapped.
    pub fn swaps(&self) -> u64 {
        self.transport_word() >> 8
    }

    /// The transport with its count, as it is kept over a fresh Region.
    pub(super) fn transport_word(&self) -> u64 {
        self.controls.transport.load(Ordering::Relaxed)
    }

    /// How often a user asked for all windows in front.
    pub fn raises(&self) -> u64 {
        self.controls.raises.load(Ordering::Relaxed)
    }

    /// How often a user has pressed Record: to begin a recording, or to end it.
    pub fn record_presses(&self) -> u64 {
        self.controls.records.load(Ordering::Relaxed)
    }

    /// How many new links the pane's process has been sent.
    pub fn links_sent(&self, pane: PaneId) -> u64 {
        // Acquire: a process that sees the count finds the links in its control socket.
        self.links_sent.0[pane.index()].load(Ordering::Acquire)
    }

    /// What this process of the pane is to do to itself.
    pub fn command(&self, pane: PaneId, incarnation: u64) -> Option<Action> {
        // Relaxed: nothing else is read by it.
        let word = self.commands.0[pane.index()].load(Ordering::Relaxed);
        if word >> 8 == incarnation << 8 >> 8 { Action::from_number(word as u8) } else { None }
    }

    /// The last arrivals of the ball in a pane.
    pub fn arrival_log(&self, pane: PaneId) -> &ArrivalLog<M> {
        &self.arrival_logs[pane.index()]
    }

    /// With which controls a pane has played lately.
    pub fn control_log(&self, pane: PaneId) -> &ControlLog<M> {
        &self.control_logs[pane.index()]
    }
}

impl Region {
    /// The version of its layout.
    pub const LAYOUT: u64 = LAYOUT;
    /// Bytes of the Region, of the memfd and of every mapping.
    pub const SIZE: usize = 318_464;

    /// Makes a Region out of zeroed bytes: the ball rests at the start of the middle pane.
    pub fn initialize(&self, setup: &Setup) {
        let court = &setup.court;
        let ball = court.serve(court.middle(), None);
        let record = Record::served(ball, 0, 0);
        self.slot(Owner::Supervisor).write_both(0, &record);
        self.baton.lay_down(Ownership::REST);
        court.all_panes().for_each(|pane| self.set_control(pane, Control::Autopilot));
        self.set_transport_word(setup.transport.number());
        self.controls.explains.store(setup.explains.into(), Ordering::Relaxed);
        self.header.write(setup);
    }

    /// Wakes all panes, whatever the doorbells hold: the supervisor does, after a reclaim, after a death, at the stop.
    pub fn wake_all(&self, fds: &[FdBell]) {
        self.bells.iter().zip(fds).for_each(|(bell, fd)| bell.wake(fd));
    }

    /// Sets who moves a pane's paddle. Any process may, at any time: the last word counts.
    pub fn set_control(&self, pane: PaneId, control: Control) {
        self.controls.paddles[pane.index()].store(control.word(), Ordering::Relaxed);
    }

    /// Releases the key of the window of `by` that moves the paddle of `pane`: from now on it is where the key has brought it by
    /// this tick. Not, if meanwhile somebody else moves it. True if it was released.
    pub fn release_key(&self, pane: PaneId, by: PaneId, tick: u64) -> bool {
        let cell = &self.controls.paddles[pane.index()];
        let seen = cell.load(Ordering::Relaxed);
        let Some(key) = Control::from_word(seen).key_of(by) else { return false };
        let released = Control::Manual(key.paddle(tick)).word();
        cell.compare_exchange(seen, released, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Puts another transport in force. Any process may, at any time. Of two at once one wins, and the other was never there.
    pub fn swap_transport(&self, to: TransportKind) {
        let word = self.controls.transport.load(Ordering::Relaxed);
        if word & 0xff != to.number() {
            let swapped = (word & !0xff | to.number()).wrapping_add(1 << 8);
            let cell = &self.controls.transport;
            let _lost = cell.compare_exchange(word, swapped, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    pub(super) fn set_transport_word(&self, word: u64) {
        self.controls.transport.store(word, Ordering::Relaxed);
    }

    /// Asks for all windows in front. Any process may, at any time; the caller must then wake all.
    pub fn raise_all(&self) {
        self.controls.raises.fetch_add(1, Ordering::Relaxed);
    }

    /// Presses Record. Any process may, at any time; the caller must then notify the supervisor.
    pub fn press_record(&self) {
        self.controls.records.fetch_add(1, Ordering::Relaxed);
    }

    /// Stores how many new links the pane's process has been sent. The supervisor does, after it has sent them.
    pub fn set_links_sent(&self, pane: PaneId, count: u64) {
        self.links_sent.0[pane.index()].store(count, Ordering::Release);
    }

    /// Commands this process of the pane to do something to itself. The supervisor does, and wakes it.
    pub fn set_command(&self, pane: PaneId, incarnation: u64, action: Action) {
        let word = incarnation << 8 | u64::from(action.number());
        self.commands.0[pane.index()].store(word, Ordering::Relaxed);
    }

    /// Asks every child to leave. The caller must wake them as well.
    pub fn stop(&self) {
        self.header.phase.store(2, Ordering::Release);
    }
}
