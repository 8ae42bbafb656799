//! The inspector's view of the invariants.

#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

use egui::accesskit::Role;
use egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tripong::game::{Court, PaneId};
use tripong::inspector::invariants::{Held, Holds, Invariants};
use tripong::protocol::{Counts, Ownership, Serve, Setup};
use tripong::shm::Mapping;
use tripong::ui::inspector::invariants_ui;

const COURT: Court = Court { panes: 3, seed: 1 };
const NAMES: [&str; 5] = ["One ball", "Epochs add up", "Trajectory hash", "Serves", "Whole records"];

fn window(invariants: Invariants) -> Harness<'static, Invariants> {
    let mut harness = Harness::builder()
        .with_size(vec2(900.0, 900.0))
        .build_ui_state(|ui, invariants: &mut Invariants| invariants_ui(ui, invariants), invariants);
    harness.run_steps(2);
    harness
}

/// After the first serve.
fn served() -> Invariants {
    let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
    let region = mapping.region();
    let pane = COURT.middle();
    let ball = COURT.serve(pane, None);
    let record = tripong::protocol::Record::served(ball, 1, 0);
    region.slot(Ownership::REST.holder).write(0, &record);
    region.baton.reclaim(Ownership::REST, pane).unwrap();
    region.event_log.serves.push(Serve { epoch: 1, pane, ball }.words());
    region.event_log.set_counts(&Counts { serves: 1, ..Counts::default() });
    let mut invariants = Invariants::new(COURT);
    invariants.look(region, 0, u64::MAX);
    invariants
}

#[test]
fn every_invariant_that_holds_says_so_with_its_numbers() {
    let invariants = served();
    let hash = format!("{0} = {0}", invariants.hash.hash.clone().unwrap());
    let harness = window(invariants);
    for name in NAMES {
        harness.get_by_label(&format!("{name}: holds"));
    }
    for formula in ["1 = 1 (in the middle pane) + 0 (elsewhere)", "0 = 0 + 0 + 0", &hash] {
        harness.get_by_label(formula);
    }
    assert!(harness.query_by_label_contains("VIOLATED").is_none());
}

#[test]
fn what_cannot_be_reported_says_why() {
    let harness = window(Invariants::new(COURT));
    harness.get_by_label("Trajectory hash: not known");
    assert_eq!(harness.query_all_by_label_contains("press Start").count(), 2);
}

#[test]
fn a_violated_invariant_is_said_in_words() {
    let mut invariants = served();
    invariants.balls.holds = Holds::No("the right pane has a ball of epoch 56 as well".to_owned());
    invariants.balls.balls = 2;
    invariants.balls.doubled = vec![Held { pane: PaneId(2), epoch: 56 }];
    invariants.epochs.holds = Holds::No("55 is not 56".to_owned());
    (invariants.epochs.epoch, invariants.epochs.hops, invariants.epochs.recoveries) = (56, 52, 4);
    invariants.hash.holds =
        Holds::No("at tick 7, hop 2 the ball is not that of one process alone".to_owned());
    invariants.hash.hash = Some("00000000000000aa".to_owned());
    invariants.hash.expected_hash = Some("00000000000000ab".to_owned());
    let harness = window(invariants);
    assert_eq!(harness.query_all_by_label_contains("VIOLATED").count(), 3);
    for words in [
        "2 = 1 (in the middle pane) + 1 (elsewhere)",
        "the right pane has a ball of epoch 56 as well",
        "55 ≠ 52 + 4 + 0",
        "00000000000000aa ≠ 00000000000000ab",
        "at tick 7, hop 2 the ball is not that of one process alone",
    ] {
        harness.get_by_label(words);
    }
}

#[test]
fn a_late_process_is_reported_and_is_no_violation() {
    let mut invariants = served();
    invariants.balls.late = vec![Held { pane: PaneId(1), epoch: 12 }];
    let harness = window(invariants);
    harness.get_by_label("One ball: holds");
    harness.get_by_label("late: the middle pane still has the ball of epoch 12");
}

#[test]
fn in_a_small_window_nothing_is_wider_than_it_and_the_rest_can_be_scrolled_to() {
    let mut harness = window(served());
    harness.set_size(vec2(320.0, 240.0));
    harness.run_steps(3);
    let top = |harness: &Harness<'_, Invariants>| harness.get_by_label("One ball: holds").rect().top();
    let before = top(&harness);
    let labels = harness.get_all_by_role(Role::Label).map(|node| node.rect());
    assert_eq!(labels.filter(|rect| rect.right() > 320.5).count(), 0);
    harness.key_press(Key::PageDown);
    harness.run_steps(60);
    assert!(top(&harness) < before - 50.0);
}

#[test]
fn a_view_of_invariants_asks_for_no_repaints() {
    let mut harness = window(served());
    harness.run();
    let viewport = &harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert_eq!(viewport.repaint_delay, std::time::Duration::MAX);
}

#[test]
fn no_text_is_cut_in_small_windows_and_at_twice_the_size() {
    let mut harness = window(served());
    crate::fits::assert_fits_everywhere(&mut harness, |_| None);
}
