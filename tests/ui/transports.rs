//! The bar below the court and the explanation.

use std::collections::BTreeSet;

use egui::accesskit::{Role, Toggled};
use egui::{FontId, Key, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::PaneId;
use tripong::protocol::snapshot::{HandOff, Snapshot};
use tripong::protocol::{GameSettings, Owner, Ownership, TransportKind};
use tripong::transport::facts;
use tripong::ui::Intent;

use crate::{Window, change, press_start, resting, taken, window};

const CLOSE: &str = "Close the explanation";
const SEGMENTS: [&str; 3] = ["Transport: shared memory", "Transport: pipe", "Transport: socket"];

/// The ball was handed from process 1 to process 2 by this transport.
pub(crate) fn handed_over(via: TransportKind) -> Snapshot {
    let (giver, holder) = (Owner::Pane(PaneId(0)), Owner::Pane(PaneId(1)));
    let hand_off = HandOff { hop: 123, from: PaneId(0), to: PaneId(1), via, took_ns: Some(7_312) };
    Snapshot {
        ownership: Ownership { epoch: 124, giver, holder },
        transport: via,
        hand_off: Some(hand_off),
        medians_ns: [Some(5_190), Some(6_120), None],
        ..resting()
    }
}

fn segment_state(harness: &Harness<'_, Window>) -> [Option<Toggled>; 3] {
    SEGMENTS.map(|name| {
        let node = harness.get_by_label(name);
        assert_eq!(node.accesskit_node().role(), Role::RadioButton);
        node.accesskit_node().toggled()
    })
}

fn only(index: usize) -> [Option<Toggled>; 3] {
    [0, 1, 2].map(|i| Some(if i == index { Toggled::True } else { Toggled::False }))
}

#[test]
fn the_transport_in_force_is_selected_and_a_click_wants_another() {
    let mut harness = window(resting());
    for (kind, name) in TransportKind::ALL.into_iter().zip(SEGMENTS).skip(1) {
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::Transport(kind)]);
        assert_eq!(segment_state(&harness), only(kind.index()));
    }
    harness.get_by_label(SEGMENTS[2]).click();
    harness.run();
    assert_eq!(taken(&mut harness), [], "it is in force already");
}

#[test]
fn a_swap_from_elsewhere_is_shown() {
    let mut harness = window(resting());
    assert_eq!(segment_state(&harness), only(0));
    harness.state_mut().snapshot.transport = TransportKind::Pipe;
    harness.run();
    assert_eq!(segment_state(&harness), only(1));
}

#[test]
fn space_and_enter_choose_the_transport_that_has_the_focus() {
    for key in [Key::Space, Key::Enter] {
        let mut harness = window(resting());
        harness.get_by_label(SEGMENTS[2]).focus();
        harness.run();
        harness.key_press(key);
        harness.run();
        assert_eq!(taken(&mut harness), [Intent::Transport(TransportKind::Socket)]);
    }
}

#[test]
fn the_last_hop_is_reported_by_what_it_went_and_how_long_it_took() {
    let lines = [
        "Hop 123: process 1 to process 2 by shared memory in 7.31 µs (median 5.19 µs)",
        "Hop 123: process 1 to process 2 by pipe in 7.31 µs (median 6.12 µs)",
        "Hop 123: process 1 to process 2 by socket in 7.31 µs",
    ];
    for (kind, line) in TransportKind::ALL.into_iter().zip(lines) {
        let harness = window(handed_over(kind));
        harness.get_by_label(line);
        harness.get_by_label("Medians: shared memory 5.19 µs, pipe 6.12 µs, socket –.");
    }
}

#[test]
fn every_step_of_the_transport_of_the_last_hop_is_reported_in_order_with_its_cost() {
    for kind in TransportKind::ALL {
        // The next hop goes by another: what is explained is the last one.
        let mut harness = window(Snapshot { transport: kind.after(1), ..handed_over(kind) });
        harness.set_size(vec2(480.0, 900.0));
        harness.run();
        let steps = facts::steps(kind).iter().enumerate();
        let tops: Vec<_> = steps
            .map(|(index, step)| {
                let top = harness.get_by_label(step.what).rect().top();
                let who = format!("{}. {}", index + 1, step.part);
                assert!((harness.get_by_label(&who).rect().top() - top).abs() < 3.0, "{who} beside its step");
                top
            })
            .collect();
        assert!(tops.is_sorted(), "{tops:?}");
        harness.get_by_label(&format!("{}.", facts::cost(kind)));
    }
}

#[test]
fn before_the_first_hop_the_next_one_is_explained() {
    let harness = window(Snapshot { transport: TransportKind::Pipe, ..resting() });
    harness.get_by_label("No hop since the last Start. The next one goes by pipe:");
    harness.get_by_label(facts::steps(TransportKind::Pipe)[1].what);
}

#[test]
fn a_hop_that_is_not_measured_yet_is_reported_without_its_time() {
    let mut snapshot = handed_over(TransportKind::Pipe);
    snapshot.hand_off = snapshot.hand_off.map(|hand_off| HandOff { took_ns: None, ..hand_off });
    let harness = window(snapshot);
    harness.get_by_label("Hop 123: process 1 to process 2 by pipe (median 6.12 µs)");
}

#[test]
fn the_explanation_is_closed_by_its_button_and_opened_by_the_checkbox() {
    let mut harness = window(handed_over(TransportKind::Pipe));
    let toggled = |harness: &Harness<'_, Window>| harness.get_by_label("Explain").accesskit_node().toggled();
    assert_eq!(toggled(&harness), Some(Toggled::True));
    let closed = change(&harness, |to| to.explains = false);
    harness.get_by_role_and_label(Role::Button, CLOSE).click();
    harness.run();
    assert_eq!(taken(&mut harness), [closed]);
    assert!(harness.query_by_label(CLOSE).is_none());
    assert!(harness.query_by_label_contains("Hop 123").is_none());
    assert_eq!(toggled(&harness), Some(Toggled::False));
    for explains in [true, false] {
        let wanted = change(&harness, |to| to.explains = explains);
        harness.get_by_label("Explain").click();
        harness.run();
        assert_eq!(taken(&mut harness), [wanted]);
        assert_eq!(harness.query_by_label(CLOSE).is_some(), explains);
    }
}

#[test]
fn neither_court_nor_bar_moves_when_there_is_room_for_the_explanation() {
    let mut harness = window(handed_over(TransportKind::Pipe));
    harness.set_size(vec2(480.0, 700.0));
    harness.run();
    let places = |harness: &Harness<'_, Window>| {
        [harness.get_by_role(Role::Image).rect(), harness.get_by_label("Explain").rect()]
    };
    let open = places(&harness);
    let aspect = open[0].height() / open[0].width();
    assert!((aspect - 0.75).abs() < 0.01 && open[0].width() > 460.0, "all the room it wants: {open:?}");
    harness.get_by_label(CLOSE).click();
    harness.run();
    assert_eq!(places(&harness), open);
}

#[test]
fn nothing_covers_the_court_in_whatever_window() {
    for size in [vec2(320.0, 266.0), vec2(320.0, 600.0), vec2(480.0, 640.0), vec2(900.0, 300.0)] {
        for explains in [true, false] {
            let live_settings = GameSettings { explains, ..GameSettings::default() };
            let mut harness = window(Snapshot { live_settings, ..handed_over(TransportKind::Socket) });
            harness.set_size(size);
            harness.run();
            let court = harness.get_by_role(Role::Image).rect();
            // The harness leaves a margin of 8 points on each side.
            assert!(court.height() >= 100.0, "{size:?}: {court:?}");
            let controls = SEGMENTS.into_iter().chain(["Start", "Autopilot", "Explain"]);
            let controls =
                controls.chain(explains.then_some(CLOSE)).map(|name| harness.get_by_label(name).rect());
            let window = Rect::from_min_size(Default::default(), size);
            let seen: Vec<_> = controls.collect();
            for (index, rect) in seen.iter().enumerate() {
                assert!(window.contains_rect(*rect), "{rect:?} is cut off at {size:?}");
                assert!(!rect.intersects(court.shrink(1.0)), "{rect:?} covers {court:?} at {size:?}");
                let covered =
                    seen[..index].iter().find(|other| other.shrink(1.0).intersects(rect.shrink(1.0)));
                assert_eq!(covered, None, "{rect:?} at {size:?}");
            }
        }
    }
}

#[test]
fn in_the_smallest_window_that_has_room_the_last_hop_is_reported_in_one_line_and_the_rest_can_be_scrolled_to()
{
    let mut harness = window(handed_over(TransportKind::Shared));
    harness.set_size(vec2(320.0, 266.0));
    harness.run();
    let top = |harness: &Harness<'_, Window>| {
        harness.get_by_label("Hop 123: 1 to 2 by shared memory in 7.31 µs").rect().top()
    };
    let first = harness.get_by_label("Hop 123: 1 to 2 by shared memory in 7.31 µs").rect();
    assert!(first.height() < 20.0 && first.bottom() <= 266.0, "{first:?}");
    harness.key_press(Key::PageDown);
    harness.run_steps(60);
    assert!(top(&harness) < first.top() - 10.0, "page down");
    harness.key_press(Key::PageUp);
    harness.run_steps(60);
    assert!((top(&harness) - first.top()).abs() < 1.0, "page up");
}

#[test]
fn the_message_box_is_in_front_of_the_transports() {
    let mut harness = window(resting());
    press_start(&mut harness);
    harness.get_by_label_contains("by shared memory, a pipe or a socket");
    harness.get_by_label(SEGMENTS[1]).click();
    harness.run();
    assert_eq!(taken(&mut harness), []);
}

#[test]
fn every_sign_of_every_text_is_in_the_font() {
    let mut texts = BTreeSet::new();
    for kind in TransportKind::ALL {
        for size in [vec2(320.0, 600.0), vec2(480.0, 640.0)] {
            let mut harness = window(handed_over(kind));
            harness.set_size(size);
            harness.run();
            let labels = harness.get_all_by(|_| true).filter_map(|node| {
                let node = node.accesskit_node();
                node.label().or_else(|| node.value())
            });
            texts.extend(labels);
        }
    }
    assert!(texts.len() > 20, "{texts:?}");
    let harness = window(resting());
    let font = FontId::default();
    let missing = texts.iter().find(|text| !harness.ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, text)));
    assert_eq!(missing, None);
}
