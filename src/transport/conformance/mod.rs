//! What every transport must do, whichever it is: one suite for all three. Two panes of one court, here in one process;
//! `tests/transports.rs` and `tests/kill.rs` do the same to real ones.

mod table;

use std::os::fd::AsFd;
use std::thread;
use std::time::Instant;

use super::control_socket::{self, ControlSocket, NeighbourSide, Wanted};
use super::frame::Frame;
use super::{FRAME_BYTES, Unsent};
use crate::game::PaneId;
use crate::platform::sync::{AtomicBool, Ordering};
use crate::protocol::{Owner, Ownership, TransportKind};

use table::*;

#[test]
fn every_record_arrives_once_and_in_order() {
    for (via, table, mut ownership) in Table::laid_for(TransportKind::ALL) {
        let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
        for _ in 0..50 {
            ownership = hand_over(&mut giver, via, ownership, TAKER);
            let (found, ball) = wait_and_accept(&mut taker, via);
            assert_eq!((found, ball.ball.tick), (ownership, ownership.epoch - 1), "{via}");
            ownership = hand_over(&mut taker, via, ownership, GIVER);
            assert_eq!(wait_and_accept(&mut giver, via).0, ownership);
        }
        let frames = if via == TransportKind::Shared { 0 } else { 50 };
        assert_eq!([GIVER, TAKER].map(|pane| table.counts(pane)), [(frames, 0); 2], "{via}");
    }
}

#[test]
fn a_sleeper_is_woken_whatever_it_sleeps_on_and_however_the_ball_comes() {
    for (asleep, via) in TransportKind::ALL.into_iter().flat_map(|a| TransportKind::ALL.map(|v| (a, v))) {
        let (table, ownership) = Table::laid();
        thread::scope(|scope| {
            let taker = scope.spawn(|| wait_and_accept(&mut table.transports(TAKER), asleep).0);
            thread::yield_now();
            let next = hand_over(&mut table.transports(GIVER), via, ownership, TAKER);
            assert_eq!(taker.join().unwrap(), next, "asleep on {asleep}, handed over by {via}");
        });
        assert_eq!(table.counts(TAKER), (u64::from(via != TransportKind::Shared), 0), "{asleep}, {via}");
    }
}

#[test]
fn a_reclaim_wakes_a_sleeper_whatever_it_sleeps_on() {
    for (asleep, table, ownership) in Table::laid_for(TransportKind::ALL) {
        thread::scope(|scope| {
            let taker = scope.spawn(|| wait_and_accept(&mut table.transports(TAKER), asleep).0);
            let taken = table.reclaim(ownership, TAKER);
            assert_eq!(taker.join().unwrap(), taken, "{asleep}");
        });
    }
}

#[test]
fn who_waits_for_nothing_sleeps_until_its_time() {
    for (asleep, table, _) in Table::laid_for(TransportKind::ALL) {
        let mut taker = table.transports(TAKER);
        forget_notifications(&taker);
        let begin = Instant::now();
        taker.by(asleep).sleep(MOMENT);
        assert!(begin.elapsed() >= MOMENT, "{asleep}");
    }
}

#[test]
fn a_frame_that_is_read_before_the_swap_is_kept_and_its_reader_is_woken_at_the_swap() {
    for (via, table, ownership) in Table::laid_for(STREAMS) {
        let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
        send(&mut giver, via, ownership, TAKER).unwrap();
        forget_notifications(&taker);
        taker.by(via).sleep(PATIENCE);
        thread::scope(|scope| {
            let taker = scope.spawn(|| wait_and_accept(&mut taker, via).0);
            thread::yield_now();
            let next = swap_and_notify(&mut giver, via, ownership, TAKER);
            assert_eq!(taker.join().unwrap(), next, "{via}");
        });
        assert_eq!(table.counts(TAKER), (1, 0), "{via}");
    }
}

#[test]
fn the_frame_of_a_giver_that_lost_its_swap_is_rejected() {
    for (via, table, ownership) in Table::laid_for(STREAMS) {
        let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
        send(&mut giver, via, ownership, TAKER).unwrap();
        let taken = table.reclaim(ownership, TAKER);
        assert_eq!(giver.endpoint.region.baton.hand_off(ownership, TAKER), Err(crate::protocol::Fenced));
        assert_eq!(wait_and_accept(&mut taker, via).0, taken);
        forget_notifications(&taker);
        taker.by(via).sleep(PATIENCE);
        assert_eq!(table.counts(TAKER), (0, 1), "{via}");
    }
}

#[test]
fn a_doubled_frame_is_rejected() {
    for (via, table, ownership) in Table::laid_for(STREAMS) {
        let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
        send(&mut giver, via, ownership, TAKER).unwrap();
        hand_over(&mut giver, via, ownership, TAKER);
        wait_and_accept(&mut taker, via);
        forget_notifications(&taker);
        taker.by(via).sleep(MOMENT);
        assert_eq!(table.counts(TAKER), (1, 1), "{via}");
    }
}

#[test]
fn frames_that_belong_elsewhere_are_rejected() {
    for (via, table, ownership) in Table::laid_for(STREAMS) {
        let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
        let good = ownership.handed_to(TAKER);
        let foreign = [
            Ownership { giver: Owner::Pane(PaneId(2)), ..good },
            Ownership { holder: Owner::Pane(PaneId(2)), ..good },
            Ownership { epoch: good.epoch + 1, ..good },
            Ownership { epoch: 1 << 47, ..good },
        ];
        for ownership in foreign {
            let record = record(ownership.epoch - 1, via);
            send_bytes(&mut giver, via, &Frame { ownership, record }.encode());
        }
        hand_over(&mut giver, via, ownership, TAKER);
        wait_and_accept(&mut taker, via);
        assert_eq!(table.counts(TAKER), (1, foreign.len() as u64), "{via}");
    }
}

#[test]
fn bytes_that_are_no_frame_are_rejected_and_the_next_frame_is_found() {
    for via in STREAMS {
        for length in [0, 1, 8, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3000] {
            // A pipe shows nothing of an empty write.
            if (via, length) == (TransportKind::Pipe, 0) {
                continue;
            }
            let (table, ownership) = Table::laid();
            let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
            // Half of a frame at first, as a process leaves it that dies while writing.
            let frame = Frame { ownership: ownership.handed_to(TAKER), record: record(5, via) }.encode();
            let noise = frame.into_iter().skip(usize::from(length >= FRAME_BYTES)).cycle().take(length);
            send_bytes(&mut giver, via, &noise.collect::<Vec<_>>());
            hand_over(&mut giver, via, ownership, TAKER);
            wait_and_accept(&mut taker, via);
            let (frames, rejected) = table.counts(TAKER);
            assert!(
                frames == 1 && rejected > 0,
                "{via}, {length} bytes: {frames} frames, {rejected} rejected"
            );
        }
    }
}

#[test]
fn a_frame_that_the_ledger_contradicts_is_rejected() {
    for (via, table, ownership) in Table::laid_for(STREAMS) {
        let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
        let next = ownership.handed_to(TAKER);
        send_bytes(&mut giver, via, &Frame { ownership: next, record: record(99, via) }.encode());
        giver.endpoint.region.pane(GIVER).write(ownership.epoch, &record(ownership.epoch, via));
        swap_and_notify(&mut giver, via, ownership, TAKER);
        let (_, ball) = wait_and_accept(&mut taker, via);
        assert_eq!(
            (ball.ball.tick, table.counts(TAKER)),
            (ownership.epoch, (0, 1)),
            "the ledger's ball, {via}"
        );
    }
}

#[test]
fn a_full_link_refuses_and_takes_again_when_it_was_read() {
    for (via, table, ownership) in Table::laid_for(STREAMS) {
        let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
        let refused = (0..10_000).find_map(|_| send(&mut giver, via, ownership, TAKER).err());
        assert_eq!(refused, Some(Unsent::Full), "{via}");
        forget_notifications(&giver);
        giver.by(via).wait_to_send(TAKER, MOMENT);
        thread::scope(|scope| {
            // Its reader sleeps on something else, and would never make room: the refused send wakes it.
            forget_notifications(&taker);
            let reader = scope.spawn(|| {
                let begin = Instant::now();
                taker.by(TransportKind::Shared).sleep(PATIENCE);
                assert!(begin.elapsed() < PATIENCE, "nobody woke the reader, {via}");
            });
            assert_eq!(send(&mut giver, via, ownership, TAKER), Err(Unsent::Full), "nobody has read, {via}");
            reader.join().unwrap();
        });
        let is_sent = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_sent.load(Ordering::Relaxed) {
                    forget_notifications(&taker);
                    taker.by(via).sleep(MOMENT);
                }
            });
            let begin = Instant::now();
            while send(&mut giver, via, ownership, TAKER) == Err(Unsent::Full) {
                forget_notifications(&giver);
                giver.by(via).wait_to_send(TAKER, PATIENCE);
            }
            is_sent.store(true, Ordering::Relaxed);
            assert!(begin.elapsed() < PATIENCE, "nobody woke the giver, {via}");
        });
    }
}

#[test]
fn a_link_to_the_dead_is_broken_until_its_successor_has_one() {
    for (via, mut table, ownership) in Table::laid_for(STREAMS) {
        table.transports(TAKER).rewire();
        table.respawn_the_taker();
        let mut giver = table.transports(GIVER);
        assert_eq!(send(&mut giver, via, ownership, TAKER), Err(Unsent::Broken), "{via}");
        forget_notifications(&giver);
        let begin = Instant::now();
        giver.by(via).wait_to_send(TAKER, MOMENT);
        assert!(begin.elapsed() >= MOMENT, "a broken link is not waited for, {via}");
        table.connect();
        let mut taker = table.transports(TAKER);
        hand_over(&mut giver, via, ownership, TAKER);
        wait_and_accept(&mut taker, via);
        assert_eq!(table.counts(TAKER), (1, 0), "{via}");
    }
}

#[test]
fn a_link_from_the_dead_ends_and_is_slept_on_no_more() {
    for (via, table, _) in Table::laid_for(STREAMS) {
        let mut taker = table.transports(TAKER);
        let mut giver = table.transports(GIVER);
        giver.rewire();
        drop(giver);
        forget_notifications(&taker);
        taker.by(via).sleep(PATIENCE);
        forget_notifications(&taker);
        let begin = Instant::now();
        taker.by(via).sleep(MOMENT);
        assert!(begin.elapsed() >= MOMENT, "the end of file was taken for news, {via}");
    }
}

#[test]
fn a_frame_that_dies_with_its_reader_takes_nothing_along() {
    for (via, mut table, ownership) in Table::laid_for(STREAMS) {
        let next = {
            let (mut giver, mut taker) = (table.transports(GIVER), table.transports(TAKER));
            send(&mut giver, via, ownership, TAKER).unwrap();
            forget_notifications(&taker);
            taker.by(via).sleep(PATIENCE);
            swap_and_notify(&mut giver, via, ownership, TAKER)
        };
        table.respawn_the_taker();
        table.connect();
        let (found, ball) = wait_and_accept(&mut table.transports(TAKER), via);
        assert_eq!((found, ball.ball.tick, table.counts(TAKER)), (next, ownership.epoch, (0, 0)), "{via}");
    }
}

#[test]
fn a_link_that_breaks_without_a_death_is_asked_for_and_the_new_one_works() {
    for (via, table, ownership) in Table::laid_for(STREAMS) {
        let mut giver = table.transports(GIVER);
        // A process that has lost its ends, and lives.
        table.transports(TAKER).by(via);
        assert_eq!(send(&mut giver, via, ownership, TAKER), Err(Unsent::Broken), "{via}");
        assert_eq!(
            table.wanted(GIVER),
            None,
            "{via}: it may be a death, of which the supervisor hears by itself"
        );
        let begin = Instant::now();
        let wanted = loop {
            giver.by(via).wait_to_send(TAKER, MOMENT);
            if let Some(wanted) = table.wanted(GIVER) {
                break wanted;
            }
            assert!(begin.elapsed() < PATIENCE, "{via}: nobody asks");
        };
        assert_eq!(wanted, Wanted { side: NeighbourSide::Right, incarnation: 0 }, "{via}");
        table.connect();
        let mut taker = table.transports(TAKER);
        let next = hand_over(&mut giver, via, ownership, TAKER);
        assert_eq!(wait_and_accept(&mut taker, via).0, next, "{via}");
        assert_eq!(table.counts(TAKER), (1, 0), "{via}");
        assert!(table.wanted(GIVER).is_none() && table.wanted(TAKER).is_none(), "{via}");
    }
}

#[test]
fn bytes_that_are_no_request_ask_for_no_link() {
    let (launchers, childs) = ControlSocket::pair().unwrap();
    for bytes in [&[][..], &[0; 8], &[2, 0, 0, 0, 0, 0, 0, 0, 0], &[0; 10]] {
        rustix::io::write(&childs, bytes).unwrap();
        assert_eq!(control_socket::wanted(launchers.as_fd()), None, "{bytes:?}");
    }
    let wanted = Wanted { side: NeighbourSide::Left, incarnation: u64::MAX };
    ControlSocket(childs).ask(wanted);
    assert_eq!(control_socket::wanted(launchers.as_fd()), Some(wanted));
}
