//! Every order in which threads can meet in the real baton, slots and bells, by loom: with all that the memory model
//! allows, not only what this machine does. Each ordering has a test that weakens it and expects a failure.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;

use super::baton::{Baton, Fenced, Owner, Ownership};
use super::record::{Corrupt, Record};
use super::slot::{Half, Slot};
use crate::game::{Court, PaneId};
use crate::platform::sync::Ordering;
use crate::platform::sync::model::{Weaker, failure};
use crate::protocol::doorbell::{Bed, Doorbell, FdBell, Sleeper};

const COURT: Court = Court { panes: 3, seed: 7 };
const GIVER: PaneId = PaneId(0);
const TAKER: PaneId = PaneId(1);

/// What the scenarios need of a Region. A whole one is too much for loom.
#[derive(Debug)]
struct Table {
    baton: Baton,
    bell: Doorbell,
    giver: Slot,
    supervisor: Slot,
}

impl Table {
    /// Served to the giver, which has written one checkpoint.
    fn served() -> (Arc<Self>, Ownership) {
        let (giver, supervisor) = (Slot::zeroed(), Slot::zeroed());
        let table = Self { baton: Baton::at_rest(), bell: Doorbell::default(), giver, supervisor };
        let ownership = table.baton.reclaim(Ownership::REST, GIVER).unwrap();
        table.giver.write(ownership.epoch, &record(5));
        (Arc::new(table), ownership)
    }

    /// The tick of the record that came with the baton.
    fn given_tick(&self, ownership: Ownership) -> u64 {
        let slot = if ownership.giver == Owner::Supervisor { &self.supervisor } else { &self.giver };
        let given = slot.read(ownership.epoch - 1, &COURT);
        given.unwrap_or_else(|corrupt| panic!("the ball is lost: {corrupt}")).ball.tick
    }
}

fn record(tick: u64) -> Record {
    let mut ball = COURT.serve(COURT.middle(), None);
    ball.tick = tick;
    Record { handed_ns: 3, ..Record::served(ball, 1, 2) }
}

/// All of it: no bound on preemptions, unless `LOOM_MAX_PREEMPTIONS` sets one.
fn explore(scenario: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    builder.check(scenario);
}

fn hand_off() {
    explore(|| {
        let (table, ownership) = Table::served();
        let giver = thread::spawn({
            let table = Arc::clone(&table);
            move || {
                table.giver.write(ownership.epoch, &record(6));
                table.baton.hand_off(ownership, TAKER).unwrap();
            }
        });
        let seen = table.baton.look().unwrap();
        if seen != ownership {
            assert_eq!(table.given_tick(seen), 6, "the ball is another one");
        }
        giver.join().unwrap();
    });
}

fn recall() {
    explore(|| {
        let (table, ownership) = Table::served();
        let giver = thread::spawn({
            let table = Arc::clone(&table);
            move || {
                table.giver.write(ownership.epoch, &record(6));
                table.baton.hand_off(ownership, TAKER)
            }
        });
        let supervisor = thread::spawn({
            let table = Arc::clone(&table);
            move || {
                let tick = table.giver.read(ownership.epoch, &COURT).unwrap().ball.tick;
                assert!((5..=6).contains(&tick));
                table.supervisor.write(ownership.epoch, &record(tick + 100));
                table.baton.reclaim(ownership, TAKER)
            }
        });
        let check = |seen: Ownership| match (seen.giver, table.given_tick(seen)) {
            (Owner::Supervisor, 105 | 106) | (Owner::Pane(GIVER), 6) => {}
            other => panic!("the ball is another one: {other:?}"),
        };
        let seen = table.baton.look().unwrap();
        if seen != ownership {
            check(seen);
        }
        let (given, taken) = (giver.join().unwrap(), supervisor.join().unwrap());
        let winner = match (given, taken) {
            (Ok(ownership), Err(Fenced)) | (Err(Fenced), Ok(ownership)) => ownership,
            both => panic!("not one winner: {both:?}"),
        };
        assert_eq!(table.baton.look(), Some(winner));
        check(winner);
    });
}

/// One word of a record shows all that fourteen would: what is torn is torn between it, its number and its checksum.
fn one_half() {
    explore(|| {
        let half = Arc::new(Half::<3>::zeroed());
        let read = |half: &Half<3>| half.read(|[word, number, _]| Ok((*word, *number)));
        half.write(&[1]);
        let writer = thread::spawn({
            let half = Arc::clone(&half);
            move || (2..=3).for_each(|word| half.write(&[word]))
        });
        match read(&half) {
            Ok((word, number)) => assert_eq!(word, number, "the record is torn"),
            // A caller that gets this looks again.
            Err(Corrupt::Unstable) => {}
            Err(corrupt) => panic!("the record is gone: {corrupt}"),
        }
        writer.join().unwrap();
        assert_eq!(read(&half), Ok((3, 3)));
    });
}

fn both_halves() {
    explore(|| {
        let slot = Arc::new(Slot::zeroed());
        slot.write(2, &record(1));
        let writer = thread::spawn({
            let slot = Arc::clone(&slot);
            move || [2, 3].map(|tick| slot.write(3, &record(tick)))
        });
        assert_eq!(slot.read(2, &COURT), Ok(record(1)));
        writer.join().unwrap();
    });
}

fn bell() {
    explore(|| {
        let (table, ownership) = Table::served();
        let giver = thread::spawn({
            let table = Arc::clone(&table);
            move || {
                table.baton.hand_off(ownership, TAKER).unwrap();
                table.bell.notify(&FdBell::new().unwrap());
            }
        });
        loop {
            table.bell.disarm();
            if table.baton.look().unwrap().holder == Owner::Pane(TAKER) {
                break;
            }
            table.bell.sleep(Duration::MAX);
        }
        giver.join().unwrap();
    });
}

/// A taker that slept on a link has been woken by the frame, which comes before the swap. It must not sleep on unless
/// its bell is notified.
fn early() {
    explore(|| {
        let (table, ownership) = Table::served();
        let fd = Arc::new(FdBell::new().unwrap());
        let asleep_on = |bed| Sleeper { bed, incarnation: 1 };
        assert!(table.bell.arm(asleep_on(Bed::Pipe)));
        let giver = thread::spawn({
            let (table, fd) = (Arc::clone(&table), Arc::clone(&fd));
            move || {
                table.baton.hand_off(ownership, TAKER).unwrap();
                table.bell.notify_after_frame(&fd, asleep_on(Bed::Pipe));
            }
        });
        table.bell.disarm();
        let is_mine = table.baton.look().unwrap().holder == Owner::Pane(TAKER);
        let sleeps = !is_mine && table.bell.arm(asleep_on(Bed::Fds));
        giver.join().unwrap();
        assert!(!sleeps || fd.drain(), "nobody wakes the taker");
    });
}

#[test]
fn who_sees_the_baton_reads_the_record_that_came_with_it() {
    hand_off();
}

#[test]
fn of_a_hand_off_and_a_recall_one_wins_and_its_record_is_whole() {
    recall();
}

#[test]
fn a_record_is_whole_while_its_owner_writes_the_next_ones() {
    one_half();
}

#[test]
fn the_record_of_the_epoch_before_stays_whole_while_this_epochs_is_written() {
    both_halves();
}

#[test]
fn a_notification_is_never_slept_through() {
    bell();
}

#[test]
fn who_has_read_a_frame_too_early_is_woken_at_the_swap() {
    early();
}

const BATON: (&str, &str) = ("protocol/baton.rs", include_str!("baton.rs"));
const SLOT: (&str, &str) = ("protocol/slot.rs", include_str!("slot.rs"));
const DOORBELL: (&str, &str) = ("protocol/doorbell/mod.rs", include_str!("doorbell/mod.rs"));
const RELAXED: Weaker = Weaker::Order(Ordering::Relaxed);

#[track_caller]
fn assert_noticed(source: (&'static str, &str), code: &str, weaker: Weaker, scenario: fn(), by: &str) {
    let failed = failure(source, code, weaker, scenario);
    assert!(failed.as_ref().is_some_and(|words| words.contains(by)), "`{code}` weakened: {failed:?}");
}

#[test]
fn a_relaxed_swap_is_noticed() {
    assert_noticed(BATON, "compare_exchange(", RELAXED, hand_off, "the ball is another one");
}

#[test]
fn a_swap_without_release_is_noticed() {
    let acquire = Weaker::Order(Ordering::Acquire);
    assert_noticed(BATON, "compare_exchange(", acquire, hand_off, "the ball is another one");
}

#[test]
fn a_relaxed_look_is_noticed() {
    assert_noticed(BATON, "Ownership::decode(self.0.load", RELAXED, hand_off, "the ball is another one");
}

#[test]
fn a_write_without_its_fence_is_noticed() {
    assert_noticed(SLOT, "fence(Ordering::Release)", Weaker::NoFence, one_half, "the record is gone");
}

#[test]
fn a_read_without_its_fence_is_noticed() {
    assert_noticed(SLOT, "fence(Ordering::Acquire)", Weaker::NoFence, one_half, "the record is gone");
}

#[test]
fn a_relaxed_notify_is_noticed() {
    assert_noticed(DOORBELL, "self.word.swap(NOTIFIED", RELAXED, bell, "deadlock");
}

#[test]
fn a_bell_disarmed_relaxed_is_noticed() {
    assert_noticed(DOORBELL, "self.word.swap(AWAKE", RELAXED, bell, "deadlock");
}

#[test]
fn a_relaxed_announcement_is_noticed() {
    assert_noticed(DOORBELL, "compare_exchange(word, word", RELAXED, early, "nobody wakes the taker");
}

/// Belt and braces: no scenario rests on these. Should one some day, then this test says that the protocol has changed.
#[test]
fn three_orderings_are_stronger_than_the_scenarios_need() {
    // A hint only: a holder that relies on a stale one is fenced at its swap.
    let is_still = ("self.0.load(Ordering::Acquire) == ownership.encode()", RELAXED);
    // A process that has swapped, or failed to, reads nothing by that; it looks again.
    let after_swap = ("compare_exchange(", Weaker::Order(Ordering::Release));
    let after_failure = ("compare_exchange(", Weaker::RelaxedFailure);
    for (code, weaker) in [is_still, after_swap, after_failure] {
        for scenario in [hand_off, recall, bell] {
            assert_eq!(failure(BATON, code, weaker, scenario), None, "{code}");
        }
    }
}
