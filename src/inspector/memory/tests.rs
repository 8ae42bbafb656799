use std::os::fd::{AsFd, OwnedFd};

use super::*;
use crate::game::{
    Ball, BallSize, Control, Direction, GameMode, GameRules, HeldKey, MAX_PANES, Paddle, PaneId, Score, Skill,
};
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::{Bed, Sleeper};
use crate::protocol::{
    Action, Arrival, ControlChange, Counts, Event, GameSettings, Owner, Ownership, Record, Region, Serve,
    Setup, Speed, TransportKind, Unit, What,
};
use crate::shm::Mapping;

const COURT: Court = Court { panes: 3, seed: 7 };
const ME: PaneId = PaneId(1);
/// Any moment.
const NOW_NS: u64 = 5_000_000_000;

struct Game {
    memfd: OwnedFd,
    mapping: Mapping<Region>,
    memory: Memory,
    now_ns: u64,
}

impl Game {
    fn new() -> Self {
        let (memfd, mapping) = Mapping::create(&Setup::headless(COURT, 4711)).unwrap();
        let mut game = Self { memfd, mapping, memory: Memory::new(COURT), now_ns: NOW_NS };
        assert!(game.look());
        game
    }

    /// A tenth of a second later.
    fn look(&mut self) -> bool {
        self.now_ns += 100_000_000;
        self.memory.observe(read_bytes(self.memfd.as_fd()).unwrap(), self.now_ns)
    }

    fn index(&self, path: &str) -> usize {
        self.memory.layout().position(path).unwrap_or_else(|| panic!("there is no {path}"))
    }

    fn text(&self, path: &str) -> String {
        self.memory.view(self.index(path)).unwrap().text
    }

    /// Every field, by its path, is shown with this text.
    fn assert_shown(&self, expected: &[(&str, &str)]) {
        for (path, text) in expected {
            assert_eq!(self.text(path), *text, "{path}");
        }
    }

    fn changed(&self) -> Vec<String> {
        let fields = self.memory.layout().fields().iter().enumerate();
        fields.filter(|(index, _)| self.memory.has_changed(*index)).map(|(_, field)| field.path()).collect()
    }
}

#[test]
fn the_baton_is_shown_as_the_memfd_has_it() {
    let mut game = Game::new();
    let baton = game.memory.baton().unwrap();
    assert_eq!(baton.headline, "The ball rests: nobody has served yet");
    let served = game.mapping.region().baton.reclaim(Ownership::REST, ME).unwrap();
    let handed = game.mapping.region().baton.hand_off(served, PaneId(2)).unwrap();
    game.look();
    let baton = game.memory.baton().unwrap();
    assert_eq!(Ownership::decode(baton.word), Some(handed));
    assert_eq!(baton.headline, "The ball is with the right pane");
    assert_eq!(baton.text, "epoch 2, from the middle pane to the right pane");
    assert_eq!(baton.parts_hex, ["000000000002", "01", "02"]);
    let view = game.memory.view(game.memory.baton_position()).unwrap();
    assert_eq!((view.path.as_str(), view.offset, view.hex.as_str()), ("baton", 256, "0000000000020102"));
    assert_eq!((view.writer.as_str(), view.unit), ("holder", "epoch:48 giver:8 holder:8"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: each line is read alone")]
fn every_kind_of_word_is_shown_as_what_was_written() {
    let mut game = Game::new();
    let region = game.mapping.region();
    region.set_control(ME, Control::Manual(Paddle::at(1.25)));
    region.swap_transport(TransportKind::Socket);
    region.set_command(ME, 3, Action::Tear);
    let rules = GameRules { mode: GameMode::Match, size: BallSize::Large, autopilot: Skill::Hard };
    region.set_settings(&GameSettings { rules: Some(rules), speed: Speed::Fast, ..region.settings() });
    let score = Score { left: 3, right: 11, by_hand: true, hits: 1, passes: 2, ..Score::new(rules) };
    let ball = Ball { score, ..COURT.serve_by(rules, COURT.middle(), None) };
    region.slot(Owner::Supervisor).write(0, &Record::served(ball, 0, 0));
    assert!(region.bell(ME).arm(Sleeper { bed: Bed::Pipe, incarnation: 7 }));
    let status = &region.pane(ME).status;
    status.pid.store(77, Ordering::Relaxed);
    status.in_hand.store(6, Ordering::Relaxed);
    status.took_ns.store(7_312, Ordering::Relaxed);
    status.ready.store(1, Ordering::Relaxed);
    region.latency(ME, TransportKind::Pipe).record(1_500);
    region.latency(ME, TransportKind::Pipe).record(2_500);
    region.event_log.set_counts(&Counts { serves: 3, ..Counts::default() });
    game.look();
    let expected = [
        ("header.magic", "\"tripong\", as it must be"),
        ("header.panes", "3"),
        ("header.launcher_pid", "4711"),
        ("header.goal_hops", "no end"),
        ("header.flags", "real time"),
        ("header.phase", "the game goes on"),
        ("header.transport", "shared memory"),
        ("header.wait", "block: asleep at once"),
        ("header.places[0]", "not known"),
        ("header.has_spoken", "0x0000000000000000"),
        ("controls.paddles[0]", "autopilot"),
        ("controls.paddles[1]", "by hand, at 1.2500"),
        ("controls.transport", "socket, after 1 swap"),
        ("controls.speed", "fast"),
        ("controls.tempo", "no"),
        ("controls.rules", "match, large ball, hard autopilot"),
        ("slot[S].even.copy[0].score", "match, large ball, hard autopilot, 3:11, 1 hit, by hand, 2 hops"),
        ("commands[0]", "none"),
        ("commands[1]", "tear a record, for incarnation 3"),
        ("bells[0].word", "awake"),
        ("bells[1].word", "asleep on its pipes, incarnation 7"),
        ("slot[0].status.pid", "none yet"),
        ("slot[1].status.pid", "77"),
        ("slot[1].status.in_hand", "epoch 5"),
        ("slot[1].status.took_ns", "7.31 µs"),
        ("slot[1].status.ready", "yes"),
        ("latencies.pipe[1]", "2 hand-offs, the longest 2.50 µs"),
        ("latencies.shared[1]", "no hand-off yet"),
        ("event_log.serves", "3"),
        ("slot[S].status", "all zero"),
    ];
    game.assert_shown(&expected);
    // Its name has its offset, which every new word before it changes.
    let fields = game.memory.layout().fields();
    let unused = fields.iter().map(Field::path).find(|path| path.starts_with("slot[unused].unused@"));
    game.assert_shown(&[(&unused.unwrap(), "all zero")]);
}

#[test]
fn a_record_is_reported_with_its_number_and_a_torn_one_does_not_fit() {
    let mut game = Game::new();
    let ball = COURT.serve(ME, None);
    let record = Record { handed_ns: 0, ..Record::served(ball, 5, NOW_NS) };
    let slot = game.mapping.region().pane(ME);
    slot.write(5, &record);
    slot.tear(5, &Record { ball: Ball { tick: 9, ..ball }, ..record });
    game.look();
    let at = |name: &str| game.text(&format!("slot[1].odd.{name}"));
    assert_eq!(at("copy[0].number"), "write 1 here");
    assert_eq!(at("copy[1].number"), "never written");
    assert_eq!(at("copy[0].head"), "record of epoch 5");
    assert_eq!(at("copy[0].x"), format!("{:.4}", ball.x));
    assert_eq!(at("copy[0].vy"), format!("{:+.4} a second", ball.vy));
    assert_eq!(at("copy[0].hash"), format!("{:#018x}", ball.hash));
    assert_eq!(at("copy[0].rally"), "epoch 5");
    assert_eq!(at("copy[0].due_ns"), "5.000000 s, 200 ms ago");
    assert_eq!(at("copy[0].handed_ns"), "never");
    assert_eq!(at("copy[0].via"), "shared memory");
    assert_eq!(at("copy[0].checksum"), "fits");
    assert_eq!(at("copy[1].tick"), "9");
    assert_eq!(at("copy[1].checksum"), "does not fit: the record is torn");
    assert_eq!(game.text("slot[1].even.copy[1].checksum"), "no record yet");
}

#[test]
fn the_logs_are_reported() {
    let mut game = Game::new();
    let region = game.mapping.region();
    region.event_log.events.push(Event { at_ns: NOW_NS, what: What::Stalled { pane: ME } }.words());
    let recovered = What::Recovered { pane: ME, epoch: 12 };
    region.event_log.events.push(Event { at_ns: NOW_NS, what: recovered }.words());
    region.event_log.serves.push(Serve { epoch: 3, pane: ME, ball: COURT.serve(ME, None) }.words());
    let ownership = Ownership { epoch: 9, giver: Owner::Pane(PaneId(0)), holder: Owner::Pane(ME) };
    region.arrival_log(ME).push(Arrival::of(ownership, TransportKind::Pipe, 2, 1_000, 8_300).words());
    let key = HeldKey::pressed(Paddle::at(1.0), Direction::Down, 40, ME);
    for (tick, control) in [(41, Control::Held(key)), (50, Control::Autopilot)] {
        region.control_log(ME).push(ControlChange { epoch: 9, tick, control }.words());
    }
    game.look();
    let expected = [
        ("event_log.events.count", "2; the newest is [1]"),
        ("event_log.events[0].what", "the middle pane makes no progress with the ball"),
        ("event_log.events[0].at_ns", "5.000000 s, 200 ms ago"),
        ("event_log.events[1].number", "epoch 12"),
        ("event_log.events[2].what", "nothing yet"),
        ("event_log.serves[0].pane", "the middle pane"),
        ("arrival_log[1].count", "1; the newest is [0]"),
        ("arrival_log[1][0].head", "epoch 9, from the left pane by pipe in 7.30 µs"),
        ("arrival_log[1][1].head", "nothing yet"),
        ("arrival_log[0].count", "none yet"),
        ("control_log[1].count", "2; the newest is [1]"),
        ("control_log[1][0].epoch", "epoch 9"),
        ("control_log[1][0].tick", "41"),
        ("control_log[1][0].word", "down from 1.0000 since tick 40, by a key of the middle pane"),
        ("control_log[1][1].word", "autopilot"),
        ("control_log[1][2].epoch", "nothing yet"),
    ];
    game.assert_shown(&expected);
}

#[test]
fn bytes_that_nobody_writes_are_reported_if_they_are_not_zero() {
    let game = Game::new();
    let mut bytes = read_bytes(game.memfd.as_fd()).unwrap();
    let padding = game.index("baton") + 1;
    let field = &game.memory.layout().fields()[padding];
    assert_eq!(field.unit, Unit::PADDING);
    bytes[field.offset + 8] = 1;
    let mut memory = Memory::new(COURT);
    memory.observe(bytes, NOW_NS);
    assert_eq!(memory.view(padding).unwrap().text, "1 word not zero, as all should be");
}

#[test]
fn what_changes_is_marked_for_a_moment() {
    let mut game = Game::new();
    assert_eq!(game.changed(), [""; 0], "there is nothing to compare the first still with");
    game.mapping.region().pane(ME).status.heartbeats.store(1, Ordering::Relaxed);
    assert!(game.mapping.region().bell(ME).arm(Sleeper { bed: Bed::Futex, incarnation: 0 }));
    game.look();
    assert_eq!(game.changed(), ["bells[1].word", "slot[1].status.heartbeats"]);
    for _ in 0..4 {
        game.look();
    }
    assert_eq!(game.changed().len(), 2, "as long as the flash lasts");
    game.look();
    assert_eq!(game.changed(), [""; 0]);
}

#[test]
fn a_still_stays_until_the_next_step_and_the_step_marks_what_changed_since() {
    let mut game = Game::new();
    game.memory.set_live(false);
    let heartbeats = |game: &Game| game.text("slot[1].status.heartbeats");
    for count in 1..4 {
        game.mapping.region().pane(ME).status.heartbeats.store(count, Ordering::Relaxed);
        assert!(!game.look(), "nobody has asked for it");
        assert!(!game.memory.wants_still(true) && game.memory.is_held());
    }
    assert_eq!((heartbeats(&game).as_str(), game.memory.count), ("0", 1));
    game.memory.step();
    assert!(game.memory.wants_still(false) && !game.memory.is_held() && game.look());
    assert_eq!((heartbeats(&game).as_str(), game.memory.count), ("3", 2));
    assert_eq!(game.changed(), ["slot[1].status.heartbeats"]);
    assert!(!game.look());
    assert_eq!(game.changed(), ["slot[1].status.heartbeats"], "for as long as the still is looked at");
    game.memory.step();
    assert!(game.look());
    assert_eq!(game.changed(), [""; 0]);
    game.memory.set_live(true);
    assert!(game.look() && game.look());
}

#[test]
fn the_rows_are_all_fields_but_those_of_folded_sections_and_those_that_have_not_changed() {
    let mut game = Game::new();
    let (sections, fields) = (game.memory.sections.len(), game.memory.layout().fields().len());
    assert_eq!(game.memory.rows(&[], false).len(), sections + fields);
    assert_eq!(game.memory.rows(&vec![true; sections], false).len(), sections);
    assert_eq!(game.memory.rows(&[], true), []);
    game.mapping.region().pane(ME).status.heartbeats.store(1, Ordering::Relaxed);
    game.look();
    let heartbeats = game.index("slot[1].status.heartbeats");
    let part = RegionPart::Slot(Owner::Pane(ME));
    let section = game.memory.sections.iter().position(|section| section.part == part).unwrap();
    assert_eq!(game.memory.rows(&[], true), [Row::Section(section), Row::Field(heartbeats)]);
    assert_eq!(game.memory.changed_in(&game.memory.sections[section]), 1);
    let mut is_folded = vec![false; sections];
    is_folded[section] = true;
    assert_eq!(game.memory.rows(&is_folded, true), [Row::Section(section)]);
}

#[test]
fn sections_follow_each_other_and_have_titles_of_their_own() {
    for panes in [2, 3, MAX_PANES] {
        let memory = Memory::new(Court { panes, seed: 1 });
        let mut next = 0;
        let mut titles = Vec::new();
        for section in &memory.sections {
            assert_eq!(section.fields.start, next);
            next = section.fields.end;
            assert!(!titles.contains(&&section.title), "{}", section.title);
            titles.push(&section.title);
        }
        assert_eq!(next, memory.layout().fields().len());
    }
}

#[test]
fn bytes_of_another_length_are_no_still_and_a_short_file_is_an_error() {
    let mut memory = Memory::new(COURT);
    assert!(!memory.observe(vec![0; 7], NOW_NS) && memory.count == 0 && memory.baton().is_none());
    let short = nix::sys::memfd::memfd_create("short", nix::sys::memfd::MFdFlags::MFD_CLOEXEC).unwrap();
    let error = read_bytes(short.as_fd()).unwrap_err().to_string();
    assert!(error.contains("it ends after 0"), "{error}");
}

#[test]
fn the_moment_of_a_still_is_read_out_of_that_still() {
    let mut game = Game::new();
    game.look();
    assert_eq!(game.memory.moment().in_words(&COURT), "The ball rests: nobody has pressed Start.");
    let region = game.mapping.region();
    region.pane(ME).status.pid.store(77, Ordering::Relaxed);
    region.swap_transport(TransportKind::Socket);
    let served = region.baton.reclaim(Ownership::REST, ME).unwrap();
    let ball = Ball { hop: 41, ..COURT.serve(ME, None) };
    region.pane(ME).write(served.epoch, &Record::served(ball, 1, 0));
    game.look();
    game.memory.set_live(false);
    let words = "The ball: middle pane, pid 77. Epoch 1, hop 41, by socket.";
    assert_eq!(game.memory.moment().in_words(&COURT), words);
    // The next owner has written nothing yet: the giver's record is one hop behind.
    game.mapping.region().baton.hand_off(served, PaneId(2)).unwrap();
    game.look();
    assert_eq!(game.memory.moment().in_words(&COURT), words, "the picture is held, and its headline with it");
    game.memory.step();
    game.look();
    let moment = game.memory.moment();
    assert_eq!((moment.holder, moment.epoch, moment.hop, moment.pid), (Some(PaneId(2)), 2, Some(42), 0));
}
