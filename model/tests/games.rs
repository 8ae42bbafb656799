//! The hand-off protocol, in every state of small games; and that the checker would notice if it were another invariant.
//! `docs/MODELS.md` says what is modelled, `docs/MUTANTS.md` has the table of the defects.

#![allow(clippy::print_stdout, reason = "how many states there were, and the ways to break the mutants")]

use tripong_model::links::Via;
use tripong_model::{Bounds, Mutant, Protocol, Verdict, invariants};

/// One hop with a death and a pause anywhere, and a recall of the paused owner.
const SMALL: Protocol = Protocol {
    bounds: Bounds { hops: 1, kills: 1, stops: 1, starts: 0 },
    crossing: 2,
    timeouts: false,
    transports: &[Via::Shared],
    room: 1,
    panes: 3,
    mutant: Mutant::None,
};

/// The first hop goes out, the second one may come back: the halves of a slot are used again.
const OUT_AND_BACK: Protocol = Protocol { bounds: Bounds { hops: 2, ..SMALL.bounds }, ..SMALL };

/// The same by pipe, with one tick per pane. A socket is the same to the model.
const BY_PIPE: Protocol = Protocol { transports: &[Via::Pipe], crossing: 1, ..SMALL };

/// Two panes: so few states that hands, links and halves are used again and again.
const TWO_PANES: Protocol = Protocol { panes: 2, bounds: OUT_AND_BACK.bounds, ..BY_PIPE };

/// Each hand-off and each sleeper chooses its transport anew.
const SWAPPED: &[Via] = &[Via::Shared, Via::Pipe];

const ALL_SWAPPED: &[Via] = &[Via::Shared, Via::Pipe, Via::Socket];

/// Nobody dies, and nobody is stopped.
const IN_PEACE: Bounds = Bounds { hops: 1, kills: 0, stops: 0, starts: 0 };

const A_DEATH: Bounds = Bounds { kills: 1, ..IN_PEACE };

/// Somebody is stopped, or presses Start, between two hops.
const A_PAUSE: Bounds = Bounds { hops: 2, stops: 1, ..IN_PEACE };
const A_START: Bounds = Bounds { hops: 2, starts: 1, ..IN_PEACE };
const A_DEATH_AND_A_START: Bounds = Bounds { kills: 1, ..A_START };

fn assert_holds(protocol: Protocol) -> Verdict {
    let verdict = protocol.check();
    println!("{protocol:?}: {} states, depth {}, {:.1?}", verdict.states, verdict.depth, verdict.took);
    assert!(verdict.broken.is_empty(), "{:#?}", verdict.broken);
    verdict
}

/// Also that there was enough trouble for the invariants to mean something.
fn assert_holds_in_trouble(protocol: Protocol) {
    let unseen = assert_holds(protocol).unseen;
    assert!(unseen.is_empty(), "never seen: {unseen:?}");
}

#[track_caller]
fn assert_noticed(protocol: Protocol, mutant: Mutant, by: &'static str) {
    let way = Protocol { mutant, ..protocol }.counterexample(by);
    println!("{mutant:?} breaks \"{by}\": {way:?}");
    assert!(way.is_some(), "nobody notices {mutant:?}");
}

#[test]
fn the_protocol_holds_by_notifications_alone() {
    assert_holds_in_trouble(SMALL);
}

#[test]
fn the_protocol_holds_if_a_stopped_process_never_comes_back() {
    assert_holds_in_trouble(Protocol { timeouts: true, ..SMALL });
}

#[test]
fn the_protocol_holds_with_deaths_on_top_of_each_other() {
    for (hops, kills) in [(2, 3), (4, 2)] {
        assert_holds(Protocol { bounds: Bounds { hops, kills, stops: 0, starts: 0 }, ..SMALL });
    }
}

#[test]
fn the_protocol_holds_by_frames_and_notifications_alone() {
    assert_holds_in_trouble(TWO_PANES);
    assert_holds_in_trouble(Protocol { bounds: A_DEATH_AND_A_START, ..TWO_PANES });
    assert_holds_in_trouble(Protocol { bounds: A_DEATH, crossing: 2, ..BY_PIPE });
}

#[test]
fn the_protocol_holds_with_links_if_a_stopped_process_never_comes_back() {
    assert_holds_in_trouble(Protocol { timeouts: true, panes: 2, ..BY_PIPE });
}

#[test]
fn the_protocol_holds_with_links_that_are_replaced_again_and_again() {
    assert_holds(Protocol { bounds: Bounds { hops: 2, kills: 3, ..IN_PEACE }, ..TWO_PANES });
}

#[test]
fn the_protocol_holds_with_room_for_two_frames() {
    assert_holds(Protocol { bounds: A_START, transports: SWAPPED, room: 2, ..TWO_PANES });
}

#[test]
fn the_protocol_holds_across_swaps_of_the_transport() {
    assert_holds_in_trouble(Protocol { bounds: A_DEATH, transports: ALL_SWAPPED, ..BY_PIPE });
    assert_holds_in_trouble(Protocol { bounds: A_PAUSE, transports: SWAPPED, ..TWO_PANES });
}

#[test]
fn every_game_ends() {
    assert!(Protocol { crossing: 1, ..SMALL }.every_path_ends());
    assert!(Protocol { panes: 2, transports: SWAPPED, ..BY_PIPE }.every_path_ends());
    assert!(Protocol { bounds: A_START, ..TWO_PANES }.every_path_ends());
}

#[test]
#[ignore = "millions of states: cargo test -p tripong-model -- --ignored --nocapture --test-threads 1"]
fn the_protocol_holds_out_and_back_with_a_death_and_a_pause() {
    assert_holds_in_trouble(Protocol { crossing: 1, ..OUT_AND_BACK });
}

#[test]
#[ignore = "millions of states: cargo test -p tripong-model -- --ignored --nocapture --test-threads 1"]
fn the_protocol_holds_out_and_back_with_a_death_and_a_press_of_start() {
    let bounds = Bounds { stops: 0, starts: 1, ..OUT_AND_BACK.bounds };
    assert_holds_in_trouble(Protocol { bounds, ..OUT_AND_BACK });
}

#[test]
#[ignore = "millions of states: cargo test -p tripong-model -- --ignored --nocapture --test-threads 1"]
fn the_protocol_holds_by_pipe_with_a_death_and_a_pause() {
    assert_holds(BY_PIPE);
}

#[test]
#[ignore = "millions of states: cargo test -p tripong-model -- --ignored --nocapture --test-threads 1"]
fn the_protocol_holds_by_pipe_with_a_death_and_a_press_of_start() {
    assert_holds(Protocol { bounds: Bounds { hops: 1, ..A_DEATH_AND_A_START }, ..BY_PIPE });
}

#[test]
#[ignore = "millions of states: cargo test -p tripong-model -- --ignored --nocapture --test-threads 1"]
fn the_protocol_holds_across_swaps_with_a_death_and_more() {
    assert_holds_in_trouble(Protocol { transports: SWAPPED, ..TWO_PANES });
    assert_holds_in_trouble(Protocol { transports: SWAPPED, bounds: A_DEATH_AND_A_START, ..TWO_PANES });
}

#[test]
fn a_record_after_the_swap_is_noticed() {
    assert_noticed(SMALL, Mutant::RecordAfterTheSwap, invariants::NOTHING_LOST);
}

#[test]
fn a_reclaim_before_its_record_is_noticed() {
    assert_noticed(SMALL, Mutant::ReclaimBeforeTheRecord, invariants::NOTHING_LOST);
}

#[test]
fn a_notify_before_the_swap_is_noticed() {
    assert_noticed(SMALL, Mutant::NotifyBeforeTheSwap, invariants::NO_HANG);
}

#[test]
fn a_bell_disarmed_after_the_baton_is_noticed() {
    assert_noticed(SMALL, Mutant::BellDisarmedAfterTheBaton, invariants::NO_HANG);
    assert_noticed(BY_PIPE, Mutant::BellDisarmedAfterTheBaton, invariants::NO_HANG);
}

#[test]
fn no_notify_at_a_death_is_noticed() {
    assert_noticed(SMALL, Mutant::NoNotifyAtADeath, invariants::NO_HANG);
}

#[test]
fn a_lost_notification_costs_a_timeout_and_no_more() {
    assert_holds(Protocol { timeouts: true, mutant: Mutant::NoNotifyAtADeath, crossing: 1, ..SMALL });
}

#[test]
fn a_reclaim_by_plain_store_is_noticed() {
    assert_noticed(OUT_AND_BACK, Mutant::ReclaimByStore, invariants::ONE_HOLDER);
}

#[test]
fn a_slot_with_one_half_is_noticed() {
    assert_noticed(OUT_AND_BACK, Mutant::OneHalf, invariants::NOTHING_LOST);
}

#[test]
fn a_slot_cleared_at_respawn_is_noticed() {
    assert_noticed(OUT_AND_BACK, Mutant::SlotClearedAtRespawn, invariants::NOTHING_LOST);
}

#[test]
fn a_respawn_before_the_reap_is_noticed() {
    assert_noticed(OUT_AND_BACK, Mutant::RespawnBeforeTheReap, invariants::NO_WAY_BACK);
}

#[test]
fn a_hop_counted_by_the_giver_is_noticed() {
    assert_noticed(SMALL, Mutant::HopCountedByTheGiver, invariants::CONSERVATION);
}

#[test]
fn a_recovery_from_the_giver_is_noticed() {
    assert_noticed(SMALL, Mutant::RecoveryFromTheGiver, invariants::NO_WAY_BACK);
}

#[test]
fn a_late_owner_that_is_not_fenced_is_noticed() {
    assert_noticed(SMALL, Mutant::LateOwnerNotFenced, invariants::LATE_IS_FENCED);
}

#[test]
fn a_reclaim_need_not_notify_everybody_for_safety() {
    assert_holds(Protocol { mutant: Mutant::ReclaimNotifiesOnlyTheReceiver, crossing: 1, ..SMALL });
    assert_holds(Protocol { mutant: Mutant::ReclaimNotifiesOnlyTheReceiver, ..TWO_PANES });
}

#[test]
fn a_bell_armed_by_plain_store_is_noticed() {
    assert_noticed(SMALL, Mutant::ArmByStore, invariants::NO_HANG);
}

#[test]
fn a_supervisor_that_believes_the_bells_is_noticed() {
    assert_noticed(Protocol { bounds: A_DEATH, ..SMALL }, Mutant::TimidSupervisor, invariants::NO_HANG);
}

#[test]
fn a_frame_after_the_swap_is_noticed() {
    assert_noticed(
        Protocol { bounds: IN_PEACE, ..BY_PIPE },
        Mutant::SendAfterTheSwap,
        invariants::FRAME_ARRIVES,
    );
}

#[test]
fn an_early_sleeper_that_is_not_woken_is_noticed() {
    assert_noticed(
        Protocol { bounds: IN_PEACE, ..BY_PIPE },
        Mutant::EarlySleeperNotWoken,
        invariants::NO_HANG,
    );
}

#[test]
fn a_sleeper_on_a_later_link_that_is_not_woken_is_noticed() {
    assert_noticed(Protocol { bounds: A_DEATH, ..BY_PIPE }, Mutant::KindOfLinkTrusted, invariants::NO_HANG);
}

#[test]
fn a_notify_that_leaves_a_sleeper_notified_is_noticed() {
    let protocol = Protocol { bounds: A_PAUSE, transports: SWAPPED, ..TWO_PANES };
    assert_noticed(protocol, Mutant::FrameWakesNotified, invariants::NO_HANG);
}

#[test]
fn a_giver_that_wakes_by_its_own_transport_is_noticed() {
    let protocol = Protocol { bounds: IN_PEACE, transports: SWAPPED, ..BY_PIPE };
    assert_noticed(protocol, Mutant::WakesByItsOwnTransport, invariants::NO_HANG);
}

#[test]
fn a_frame_that_is_believed_is_noticed() {
    assert_noticed(Protocol { bounds: A_DEATH, ..BY_PIPE }, Mutant::FrameBelieved, invariants::ONE_HOLDER);
}

#[test]
fn a_frame_judged_by_an_older_look_is_noticed() {
    let protocol = Protocol { bounds: Bounds { hops: 3, ..IN_PEACE }, ..BY_PIPE };
    assert_noticed(protocol, Mutant::FrameJudgedByAnOlderLook, invariants::NO_HANG);
}

#[test]
fn a_frame_ahead_thrown_away_is_noticed() {
    let protocol = Protocol { bounds: A_START, room: 2, ..TWO_PANES };
    assert_noticed(protocol, Mutant::FrameAheadThrownAway, invariants::NO_HANG);
}

#[test]
fn a_link_that_is_not_replaced_is_noticed() {
    assert_noticed(Protocol { bounds: A_DEATH, ..BY_PIPE }, Mutant::LinksNotReplaced, invariants::NO_HANG);
}

#[test]
fn a_refused_giver_that_does_not_notify_is_noticed() {
    let protocol = Protocol { bounds: A_PAUSE, transports: SWAPPED, ..TWO_PANES };
    assert_noticed(protocol, Mutant::RefusedGiverDoesNotNotify, invariants::NO_HANG);
}

#[test]
fn a_frame_may_be_sent_before_its_record_is_written() {
    assert_holds(Protocol { mutant: Mutant::FrameBeforeTheRecord, ..TWO_PANES });
}

#[test]
fn a_refused_giver_need_not_look_before_it_tries_again() {
    assert_holds(Protocol {
        mutant: Mutant::RefusedGiverDoesNotLook,
        bounds: A_DEATH_AND_A_START,
        ..TWO_PANES
    });
}

#[test]
fn every_mutant_has_its_row_and_every_row_its_test() {
    let names = |text: &str, before: &str| -> Vec<String> {
        let rest = text.split(before).skip(1);
        let words = rest.filter_map(|rest| rest.split(|c: char| c != '_' && !c.is_alphanumeric()).next());
        words.filter(|word| word.ends_with("_is_noticed")).map(str::to_owned).collect()
    };
    let sources = [include_str!("games.rs"), include_str!("../../src/protocol/model.rs")].concat();
    let mut tests = names(&sources, "fn ");
    let mut rows = names(include_str!("../../docs/MUTANTS.md"), "`");
    tests.sort();
    rows.sort();
    assert_eq!(tests, rows);
}
