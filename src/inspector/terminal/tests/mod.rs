//! Every page of a game whose state is known, as text; and what the keys do.

mod court;
mod keys;
mod pages;

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::view::{Page, View, ViewInput};
use crate::game::{Court, PaneId};
use crate::inspector::{Inspector, ShownParts, Watcher};
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::{
    Action, Arrival, Event, Owner, Ownership, Record, Region, Setup, Supervision, TransportKind, What,
};
use crate::shm::Mapping;

const COURT: Court = Court { panes: 3, seed: 1 };
const SIZES: [(u16, u16); 4] = [(80, 24), (60, 20), (160, 50), (30, 8)];

/// A game, and an inspector of it.
struct Stage {
    mapping: Mapping<Region>,
    inspector: Inspector,
    watcher: Watcher,
    view: View,
}

impl Stage {
    /// The ball was served to the middle pane and handed to the right one a tenth of a second later.
    fn set() -> Self {
        Self::with(|_| {})
    }

    /// The same in another game.
    fn with(change: impl FnOnce(&mut Setup)) -> Self {
        let supervision = Supervision { stall: Some(Duration::from_millis(300)), restarts: None };
        let mut setup = Setup { supervision, ..Setup::headless(COURT, std::process::id()) };
        change(&mut setup);
        let (memfd, mapping) = Mapping::create(&setup).unwrap();
        play(mapping.region());
        let inspector = Inspector::over(memfd).unwrap();
        let watcher = Watcher::new(&inspector).unwrap();
        let view = View::new(&inspector.setup);
        let mut stage = Self { mapping, inspector, watcher, view };
        stage.watcher.look(&stage.inspector, ShownParts::ALL);
        stage
    }

    fn look(&mut self) {
        self.watcher.look(&self.inspector, self.view.shown());
    }

    fn press(&mut self, code: KeyCode) -> Option<ViewInput> {
        self.view.press(KeyEvent::from(code), &mut self.watcher)
    }

    fn type_in(&mut self, text: &str) -> Option<ViewInput> {
        text.chars().map(|letter| self.press(KeyCode::Char(letter))).last().flatten()
    }

    /// What is on a terminal of this size, line by line.
    fn screen_of(&mut self, (width, height): (u16, u16)) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.view.draw(frame, &self.watcher)).unwrap();
        let buffer = terminal.backend().buffer();
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..height).map(row).collect()
    }

    /// Something that the supervisor logs.
    fn log(&self, at_ns: u64, what: What) {
        self.mapping.region().event_log.events.push(Event { at_ns, what }.words());
    }

    /// What an ordinary terminal shows, which has all of these texts.
    fn assert_screen_has(&mut self, texts: &[&str]) {
        let screen = self.screen();
        texts.iter().for_each(|text| assert!(screen.contains(text), "{text}: {screen}"));
    }

    fn screen(&mut self) -> String {
        self.screen_of((80, 24)).join("\n")
    }
}

fn play(region: &Region) {
    let now_ns = clock::now_ns();
    let (middle, right) = (PaneId(1), PaneId(2));
    for pane in COURT.all_panes() {
        let status = &region.pane(pane).status;
        status.expect(1);
        status.pid.store(4_000_000 + u64::from(pane.0), Ordering::Relaxed);
        status.ready.store(1, Ordering::Release);
    }
    let served = Record::served(COURT.serve(middle, None), 1, now_ns);
    region.slot(Owner::Supervisor).write(0, &served);
    let ownership = region.baton.reclaim(Ownership::REST, middle).unwrap();
    let events = &region.event_log.events;
    let what = What::Started { pane: PaneId(0), pid: 77 };
    events.push(Event { at_ns: now_ns - 300_000_000, what }.words());
    let what = What::Served { pane: middle, epoch: 1, from: Owner::Supervisor };
    events.push(Event { at_ns: now_ns - 200_000_000, what }.words());
    let arrival = Arrival::of(ownership, TransportKind::Shared, 0, 0, now_ns - 199_000_000);
    region.arrival_log(middle).push(arrival.words());
    region.pane(middle).write(1, &Record::served(COURT.serve(right, None), 1, now_ns));
    let next = region.baton.hand_off(ownership, right).unwrap();
    let handed_ns = now_ns - 100_000_000;
    let arrival = Arrival::of(next, TransportKind::Pipe, 1, handed_ns, handed_ns + 5_000);
    region.arrival_log(right).push(arrival.words());
    region.latency(right, TransportKind::Pipe).record(5_000);
}
