use std::os::fd::OwnedFd;
use std::time::Duration;

use super::*;
use crate::game::{Control, Court, MAX_PANES, Paddle, PaneId};
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::{Bed, Sleeper};
use crate::protocol::{
    Action, Arrival, ControlChange, Counts, Event, GameSettings, Ownership, Record, Region, Serve, Setup,
    Supervision, TransportKind, What,
};
use crate::shm::Mapping;

const COURT: Court = Court { panes: 3, seed: 0x5eed };
const ME: PaneId = PaneId(1);

/// The bytes of a field, read from the memfd and not by the mapping.
fn bytes(memfd: &OwnedFd, path: &str) -> Vec<u8> {
    let layout = Layout::of(COURT);
    let field = &layout.fields()[layout.position(path).unwrap_or_else(|| panic!("there is no {path}"))];
    let mut bytes = vec![0; field.size];
    let read = rustix::io::pread(memfd, &mut bytes, field.offset as u64).unwrap();
    assert_eq!(read, field.size);
    bytes
}

fn word(memfd: &OwnedFd, path: &str) -> u64 {
    u64::from_ne_bytes(bytes(memfd, path).try_into().unwrap())
}

fn region() -> (OwnedFd, Mapping<Region>) {
    let supervision =
        Supervision { stall: Some(Duration::from_micros(7)), restarts: Some((2, Duration::from_micros(9))) };
    let (transport, goal_hops) = (TransportKind::Pipe, Some(99));
    let setup = Setup { transport, goal_hops, supervision, ..Setup::headless(COURT, 4711) };
    Mapping::create(&setup).unwrap()
}

#[test]
fn the_fields_tile_the_region_for_every_court() {
    for panes in 2..=MAX_PANES {
        let mut next = 0;
        for field in Layout::of(Court { panes, seed: 1 }).fields() {
            assert_eq!(field.offset, next, "{} of {panes} panes", field.path());
            assert!(field.size > 0 && field.offset % field.size.min(8) == 0, "{}", field.path());
            next += field.size;
            if field.unit == Unit::PADDING {
                assert!(field.size < 128 && next % 128 == 0, "{} of {} bytes", field.path(), field.size);
            }
            if field.unit.is_in_use() && field.unit != Unit::HISTOGRAM {
                assert!([4, 8].contains(&field.size), "{}", field.path());
            }
        }
        assert_eq!(next, Layout::SIZE, "{panes} panes");
    }
}

#[test]
fn every_field_has_a_path_of_its_own_and_a_meaning() {
    for panes in [2, 3, MAX_PANES] {
        let layout = Layout::of(Court { panes, seed: 1 });
        let mut paths: Vec<_> = layout.fields().iter().map(Field::path).collect();
        paths.sort();
        let count = paths.len();
        paths.dedup();
        assert_eq!(paths.len(), count, "{panes} panes");
        assert!(layout.fields().iter().all(|field| field.meaning.ends_with('.')));
    }
}

#[test]
fn panes_that_the_court_does_not_have_are_folded() {
    let sixteen = Layout::of(Court { panes: MAX_PANES, seed: 1 });
    assert!(sixteen.fields().iter().filter(|field| field.unit == Unit::UNUSED).all(|field| {
        // The supervisor has no process status, and an event has a word to spare.
        field.name == "status" || field.name.ends_with("].spare")
    }));
    let three = Layout::of(COURT);
    assert!(three.position("slot[2].status.pid").is_some() && three.position("slot[3].status.pid").is_none());
    let unused: usize = three
        .fields()
        .iter()
        .filter(|field| {
            matches!(
                field.part,
                RegionPart::UnusedSlots | RegionPart::UnusedArrivalLogs | RegionPart::UnusedControlLogs
            )
        })
        .map(|field| field.size)
        .sum();
    assert_eq!(unused, 13 * (768 + 2176 + 3200), "in three fields");
}

#[test]
fn what_the_game_is_shows_up_in_the_header() {
    let (memfd, _mapping) = region();
    assert_eq!(word(&memfd, "header.magic"), u64::from_be_bytes(*b"tripong\n"));
    assert_eq!(word(&memfd, "header.panes"), 3);
    assert_eq!(word(&memfd, "header.seed"), 0x5eed);
    assert_eq!(word(&memfd, "header.launcher_pid"), 4711);
    assert_eq!(word(&memfd, "header.goal_hops"), 99);
    assert_eq!(word(&memfd, "header.transport"), 1);
    assert_eq!(word(&memfd, "header.phase"), 1);
    assert_eq!(word(&memfd, "header.flags"), 2, "paced");
    assert_eq!(word(&memfd, "header.stall_ns"), 7_000);
    assert_eq!(word(&memfd, "header.restarts"), 2);
    assert_eq!(word(&memfd, "header.restarts_within_ns"), 9_000);
}

#[test]
fn what_the_supervisor_and_users_write_shows_up_under_its_name() {
    let (memfd, mapping) = region();
    let region = mapping.region();
    region.stop();
    assert_eq!(word(&memfd, "header.phase"), 2);
    assert!(region.header.may_speak());
    assert_eq!(word(&memfd, "header.has_spoken"), u64::from_be_bytes(*b"I spoke\n"));
    assert!(!region.header.may_speak());
    region.set_control(ME, Control::Manual(Paddle::at(1.25)));
    assert_eq!(f64::from_bits(word(&memfd, "controls.paddles[1]")), 1.25);
    region.swap_transport(TransportKind::Socket);
    assert_eq!(word(&memfd, "controls.transport"), 1 << 8 | 2);
    let seen = region.settings();
    region.change_settings(&seen, &GameSettings { explains: true, ..seen });
    assert_eq!(word(&memfd, "controls.explains"), 1);
    region.set_links_sent(ME, 5);
    assert_eq!(word(&memfd, "links_sent[1]"), 5);
    region.set_command(ME, 3, Action::Tear);
    assert_eq!(word(&memfd, "commands[1]"), 3 << 8 | 5);
    let sleeper = Sleeper { bed: Bed::Socket, incarnation: 7 };
    assert!(region.bell(ME).arm(sleeper));
    assert_eq!(bytes(&memfd, "bells[1].word"), (7_u32 << 8 | 4).to_ne_bytes());
    region.bell(ME).place.store(9, Ordering::Relaxed);
    assert_eq!(bytes(&memfd, "bells[1].place"), 9_u32.to_ne_bytes());
}

#[test]
fn a_record_shows_up_in_the_copies_in_turn() {
    let (memfd, mapping) = region();
    let served = mapping.region().baton.reclaim(Ownership::REST, ME).unwrap();
    assert_eq!(word(&memfd, "baton"), 1 << 16 | 16 << 8 | 1);
    let ball = COURT.serve(ME, None);
    let record = Record { paddle: Paddle::at(1.5), handed_ns: 44, ..Record::served(ball, served.epoch, 33) };
    for (number, copy) in [(1, 0), (2, 1), (3, 0)] {
        mapping.region().pane(ME).write(served.epoch, &record);
        let at = |name: &str| word(&memfd, &format!("slot[1].odd.copy[{copy}].{name}"));
        assert_eq!(at("head"), 1 << 16 | 0xba11);
        assert_eq!([at("tick"), at("hop"), at("hash")], [ball.tick, ball.hop, ball.hash]);
        let floats = ["x", "y", "vx", "vy", "paddle"].map(|name| f64::from_bits(at(name)));
        assert_eq!(floats, [ball.x, ball.y, ball.vx, ball.vy, 1.5]);
        assert_eq!([at("rally"), at("due_ns"), at("handed_ns"), at("via")], [1, 33, 44, 0]);
        assert_eq!(at("number"), number);
        assert_ne!(at("checksum"), 0);
    }
    assert_eq!(word(&memfd, "slot[1].even.copy[0].number"), 0);
    assert_eq!(word(&memfd, "slot[S].even.copy[0].head"), 0xba11, "the ball that rests");
}

#[test]
fn every_word_of_a_status_shows_up_under_its_name() {
    let (memfd, mapping) = region();
    let status = &mapping.region().pane(ME).status;
    let words = [
        (&status.pid, "pid"),
        (&status.incarnation, "incarnation"),
        (&status.ready, "ready"),
        (&status.in_hand, "in_hand"),
        (&status.heartbeats, "heartbeats"),
        (&status.hops, "hops"),
        (&status.fenced, "fenced"),
        (&status.frames, "frames"),
        (&status.rejected, "rejected"),
        (&status.took_ns, "took_ns"),
        (&status.serves_asked, "serves_asked"),
        (&status.inspects_asked, "inspects_asked"),
        (&status.by_hand, "by_hand"),
        (&status.place, "place"),
        (&status.leaving, "leaving"),
        (&status.confined, "confined"),
        (&status.window.shown, "window.shown"),
        (&status.window.state, "window.state"),
        (&status.window.picture, "window.picture"),
        (&status.window.above, "window.above"),
    ];
    for (value, (cell, name)) in (100..).zip(words) {
        cell.store(value, Ordering::Relaxed);
        assert_eq!(word(&memfd, &format!("slot[1].status.{name}")), value);
    }
}

#[test]
fn rings_counts_and_latencies_show_up_under_their_names() {
    let (memfd, mapping) = region();
    let (region, event_log) = (mapping.region(), &mapping.region().event_log);
    let counts =
        Counts { serves: 1, recoveries: 2, restarts: 3, died_as_owner: 4, stalls: 5, reinitializations: 6 };
    event_log.set_counts(&counts);
    let names = ["serves", "recoveries", "restarts", "died_as_owner", "stalls", "reinitializations"];
    assert_eq!(names.map(|name| word(&memfd, &format!("event_log.{name}"))), [1, 2, 3, 4, 5, 6]);
    event_log.answered.store(8, Ordering::Relaxed);
    assert_eq!(word(&memfd, "event_log.answered"), 8);
    let event = Event { at_ns: 70, what: What::Recovered { pane: ME, epoch: 12 } };
    let serve = Serve { epoch: 3, pane: ME, ball: COURT.serve(ME, None) };
    let arrival = Arrival::of(Ownership { epoch: 9, ..Ownership::REST }, TransportKind::Pipe, 2, 50, 60);
    let change = ControlChange { epoch: 9, tick: 77, control: Control::Manual(Paddle::at(1.25)) };
    for _ in 0..2 {
        event_log.events.push(event.words());
        event_log.serves.push(serve.words());
        region.arrival_log(ME).push(arrival.words());
        region.control_log(ME).push(change.words());
        region.latency(ME, TransportKind::Pipe).record(1000);
    }
    let counts =
        ["event_log.events.count", "event_log.serves.count", "arrival_log[1].count", "control_log[1].count"];
    assert_eq!(counts.map(|path| word(&memfd, path)), [2; 4]);
    let entry = |prefix: &str, names: &[&str]| -> Vec<u64> {
        names.iter().map(|name| word(&memfd, &format!("{prefix}[1].{name}"))).collect()
    };
    assert_eq!(entry("event_log.events", &["at_ns", "what", "number", "spare"]), event.words());
    let ball = ["epoch", "pane", "tick", "hop", "x", "y", "vx", "vy", "hash", "score"];
    assert_eq!(entry("event_log.serves", &ball), serve.words());
    assert_eq!(entry("arrival_log[1]", &["head", "hop", "handed_ns", "at_ns"]), arrival.words());
    assert_eq!(entry("control_log[1]", &["epoch", "tick", "word"]), change.words());
    let histogram = bytes(&memfd, "latencies.pipe[1]");
    let (counts, longest) = histogram.split_at(4096);
    assert_eq!(longest, 1000_u64.to_ne_bytes());
    assert_eq!(counts.iter().map(|byte| u32::from(*byte)).sum::<u32>(), 2, "two in one bucket");
}

#[test]
fn every_unit_puts_its_words_into_words() {
    let still = Still::new(vec![0; Layout::SIZE], 1_502_000_000).unwrap();
    let context = still::Context { still: &still, court: &COURT, offset: 0, size: 8 };
    let cases = [
        (Unit::BATON, 57 << 16 | 1, "epoch 57, from the left pane to the middle pane"),
        (Unit::BATON, 58 << 16 | 16 << 8 | 2, "epoch 58, from the supervisor to the right pane"),
        (Unit::BATON, 0x1010, "epoch 0, the supervisor keeps the ball"),
        (Unit::BATON, 0, "corrupt: no hand-off can have written it"),
        (Unit::DURATION_NS, 7_349, "7.35 µs"),
        (Unit::TIME_NS, 0, "never"),
        (Unit::TIME_NS, 1_500_000_000, "1.500000 s, 2.00 ms ago"),
        (Unit::TIME_NS, 1_502_004_000, "1.502004 s, in 4.00 µs"),
        (Unit::DOORBELL, 0, "awake"),
        (Unit::DOORBELL, 1, "notified"),
        (Unit::DOORBELL, 2, "asleep on the futex"),
        (Unit::DOORBELL, 3 | 4 << 8, "asleep on its pipes, incarnation 4"),
        (Unit::DOORBELL, 4 | 5 << 8, "asleep on its sockets, incarnation 5"),
        (Unit::DOORBELL, 5 | 6 << 8, "asleep on its fds, incarnation 6"),
        (Unit::PICTURE, 0, "no ball"),
        (Unit::PICTURE, (1 << 31 | 1024 << 15 | 2 << 13) << 32, "ball at 1.00, 2.00"),
        (Unit::PICTURE, 1 << 31 | 1024 << 15 | 2 << 13, "no ball; paints ball at 1.00, 2.00"),
        (Unit::DOORBELL, 9, "corrupt"),
        (Unit::DOORBELL_PLACE, 3, "CPU 3"),
        (Unit::DOORBELL_PLACE, 3 << 30 | 2, "CPU 2, waits, was notified while it spun last time"),
    ];
    for (unit, word, text) in cases {
        assert_eq!(unit.text(word, &context), text, "{unit:?}");
    }
}
