//! The request page: the one page on which the inspector may write, to ask the supervisor for something, and to report of its
//! window. Its fd of the Region is open for reading only.
//!
//! A ring of requests, counted from 1; request n is in cell n modulo [`REQUESTS`]. The inspector may write request n when the supervisor has
//! answered n - [`REQUESTS`] and all before. The supervisor answers n after n - 1, and only a word that has the number n: a corrupt word asks for
//! nothing. What a killed inspector has asked for is done all the same.

use std::ffi::CStr;

use super::action::Action;
use super::kind::TransportKind;
use super::pace::Speed;
use super::window_status::WindowStatus;
use crate::game::PaneId;
use crate::platform::display::Place;
use crate::platform::sync::{Ordering, ReadWrite, Word};
use crate::shm::{Mapped, shared};

/// So many requests may wait for an answer.
const REQUESTS: usize = 32;

shared! {
    /// The shared page.
    #[derive(Debug)]
    #[repr(C, align(4096))]
    pub struct RequestPage {
        /// `number:48 | kind:8 | argument:8`.
        requests: [Word; REQUESTS],
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

/// What the inspector may ask for. All but the first two and the last only where people may play on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Something done to the process of a pane.
    Act(PaneId, Action),
    /// The end of the game.
    Quit,
    /// The ball at the start of this pane, wherever it is now. The time goes on.
    Serve(PaneId),
    /// The paddle of this pane a step up.
    Up(PaneId),
    /// The same, down.
    Down(PaneId),
    /// The paddle of this pane for the autopilot.
    Autopilot(PaneId),
    /// The time stands still, or goes on.
    Pause(bool),
    /// How fast the time goes by.
    Pace(Speed),
    /// By what the next hand-off goes.
    Transport(TransportKind),
    /// A recording begun, or the one that goes on ended. In every game.
    Record,
}

/// The kinds of the demands that are no actions. The numbers of the actions are below.
const QUIT: u8 = 32;
const SERVE: u8 = 33;
const UP: u8 = 34;
const DOWN: u8 = 35;
const AUTOPILOT: u8 = 36;
const PAUSE: u8 = 37;
const PACE: u8 = 38;
const TRANSPORT: u8 = 39;
const RECORD: u8 = 40;

impl Demand {
    fn encode(self) -> [u8; 2] {
        // The numbers of speeds and transports are small.
        let byte = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
        match self {
            Self::Act(PaneId(pane), action) => [action.number(), pane],
            Self::Quit => [QUIT, 0],
            Self::Serve(PaneId(pane)) => [SERVE, pane],
            Self::Up(PaneId(pane)) => [UP, pane],
            Self::Down(PaneId(pane)) => [DOWN, pane],
            Self::Autopilot(PaneId(pane)) => [AUTOPILOT, pane],
            Self::Pause(paused) => [PAUSE, paused.into()],
            Self::Pace(speed) => [PACE, byte(speed.number())],
            Self::Transport(kind) => [TRANSPORT, byte(kind.number())],
            Self::Record => [RECORD, 0],
        }
    }

    fn decode([kind, argument]: [u8; 2]) -> Option<Self> {
        let pane = PaneId(argument);
        Some(match kind {
            QUIT => Self::Quit,
            SERVE => Self::Serve(pane),
            UP => Self::Up(pane),
            DOWN => Self::Down(pane),
            AUTOPILOT => Self::Autopilot(pane),
            PAUSE => Self::Pause(argument == 1),
            PACE => Self::Pace(Speed::from_number(argument.into())?),
            TRANSPORT => Self::Transport(TransportKind::from_number(argument.into())?),
            RECORD => Self::Record,
            action => Self::Act(pane, Action::from_number(action)?),
        })
    }

    /// The pane that it is for, if it is for one.
    pub fn pane(self) -> Option<PaneId> {
        match self {
            Self::Act(pane, _)
            | Self::Serve(pane)
            | Self::Up(pane)
            | Self::Down(pane)
            | Self::Autopilot(pane) => Some(pane),
            Self::Quit | Self::Pause(_) | Self::Pace(_) | Self::Transport(_) | Self::Record => None,
        }
    }
}

impl RequestPage {
    fn cell(&self, number: u64) -> &Word {
        &self.requests[(number % REQUESTS as u64) as usize]
    }

    /// Whether request `number` was written, and what it asks for; None inside if the word names nothing.
    pub fn request(&self, number: u64) -> Option<Option<Demand>> {
        // Acquire: it is answered after it was written.
        let word = self.cell(number).load(Ordering::Acquire);
        let [argument, kind, ..] = word.to_le_bytes();
        (word >> 16 == number).then(|| Demand::decode([kind, argument]))
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

    /// Asks for something, and returns the number of the request; None if too many wait. `answered` is the last request that the
    /// supervisor has answered. The supervisor must be notified as well.
    pub fn ask(&self, demand: Demand, answered: u64) -> Option<u64> {
        let waiting = (1..=REQUESTS as u64).map(|after| answered.wrapping_add(after));
        let number = waiting.into_iter().find(|number| self.request(*number).is_none())?;
        let [kind, argument] = demand.encode();
        let word = number << 16 | u64::from(kind) << 8 | u64::from(argument);
        self.cell(number).store(word, Ordering::Release);
        Some(number)
    }
}

// Miri has no memfd.
#[cfg(test)]
#[cfg(not(any(feature = "model", miri)))]
mod tests {
    use super::*;
    use crate::shm::Mapping;

    const LEFT: PaneId = PaneId(0);

    #[test]
    fn every_demand_is_read_as_it_was_written() {
        let (_memfd, mapping) = Mapping::<RequestPage>::create_zeroed().unwrap();
        let page = mapping.shared();
        let of_panes = [Demand::Serve, Demand::Up, Demand::Down, Demand::Autopilot].map(|of| of(PaneId(15)));
        let all = Action::ALL.map(|action| Demand::Act(PaneId(3), action)).into_iter().chain(of_panes);
        let all = all.chain([Demand::Quit, Demand::Record, Demand::Pause(true), Demand::Pause(false)]);
        let all = all.chain(Speed::ALL.map(Demand::Pace)).chain(TransportKind::ALL.map(Demand::Transport));
        for (answered, demand) in (0..).zip(all) {
            let number = page.ask(demand, answered).unwrap();
            assert_eq!((number, page.request(number)), (answered + 1, Some(Some(demand))));
        }
    }

    #[test]
    fn requests_wait_in_their_order_and_none_is_written_over() {
        let (_memfd, mapping) = Mapping::<RequestPage>::create_zeroed().unwrap();
        let page = mapping.shared();
        for number in 1..=REQUESTS as u64 {
            assert_eq!(page.ask(Demand::Up(LEFT), 0), Some(number));
        }
        assert_eq!(page.ask(Demand::Down(LEFT), 0), None, "all wait");
        assert_eq!(page.ask(Demand::Down(LEFT), 1), Some(REQUESTS as u64 + 1), "one was answered");
        assert_eq!(page.request(1), None);
        assert_eq!(page.request(2), Some(Some(Demand::Up(LEFT))));
    }

    #[test]
    fn a_corrupt_word_asks_for_nothing() {
        let (_memfd, mapping) = Mapping::<RequestPage>::create_zeroed().unwrap();
        let page = mapping.shared();
        assert_eq!(page.request(1), None);
        page.cell(1).store(u64::MAX, Ordering::Relaxed);
        assert_eq!(page.request(1), None, "another number");
        page.cell(1).store(1 << 16 | 0xff << 8, Ordering::Relaxed);
        assert_eq!(page.request(1), Some(None), "its number, and no kind");
    }
}
