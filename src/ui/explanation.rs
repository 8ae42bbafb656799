//! The panel that explains the last hand-off: what it was, its steps in their order, and what they cost.
//!
//! ```text
//! Hop 123: process 1 to process 2 by pipe in 7.3 µs (median 6.1 µs)              [×]
//! 1. giver   writes the record into its slot: shared memory, no system call
//! …
//! 3 system calls, 2 copies through the kernel, 1 wake-up
//! Medians: shared memory 5.2 µs, pipe 6.1 µs, socket –
//! ```

use egui::style::ScrollStyle;
use egui::text::LayoutJob;
use egui::{Button, Label, Rect, Role, ScrollArea, TextFormat, TextStyle, Ui, UiBuilder, vec2};

use super::intent::Intent;
use super::theme::{CLOSE_SIZE, faint};
use super::widgets::{column_ui, named, scroll_by_keys};
use crate::platform::units::{fmt_ns, fmt_outlier};
use crate::protocol::TransportKind;
use crate::protocol::snapshot::{HandOff, Snapshot};
use crate::transport::facts::{self, HandOffStep};

/// Width of the column with the number of the step and the process that takes it, in points.
const ACTOR_WIDTH: f32 = 52.0;
/// From this width on the first line has room for the processes' full names and the median, in points.
const LONG_HEADLINE_FROM: f32 = 400.0;

pub(super) fn explanation_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let whole = ui.available_rect_before_wrap();
    let corner = Rect::from_min_size(whole.right_top() - vec2(CLOSE_SIZE, 2.0), vec2(CLOSE_SIZE, CLOSE_SIZE));
    let text = Rect::from_min_max(whole.min, whole.right_bottom() - vec2(CLOSE_SIZE + 4.0, 0.0));
    ui.scope_builder(UiBuilder::new().max_rect(text), |ui| {
        // Thin, but always there where something is left to scroll to.
        ui.spacing_mut().scroll = ScrollStyle::thin();
        let fade = &mut ui.spacing_mut().scroll.fade.size;
        *fade = fade.min(text.height() / 8.0);
        ScrollArea::vertical().auto_shrink(false).min_scrolled_height(0.0).show(ui, |ui| {
            scroll_by_keys(ui, text.height());
            ui.spacing_mut().item_spacing.y = 2.0;
            text_ui(ui, snapshot);
        });
    });
    let close = named(ui.put(corner, Button::new("×").small()), Role::Button, "Close the explanation");
    if close.on_hover_text("Close. The checkbox \"Explain\" opens it again.").clicked() {
        intents.push(Intent::change(snapshot, |to| to.explains = false));
    }
}

fn text_ui(ui: &mut Ui, snapshot: &Snapshot) {
    let via = snapshot.hand_off.map_or(snapshot.transport, |hand_off| hand_off.via);
    let is_short = ui.available_width() < LONG_HEADLINE_FROM;
    ui.add(Label::new(headline(ui, snapshot, is_short)).wrap());
    for (index, step) in facts::steps(via).iter().enumerate() {
        step_ui(ui, index + 1, step);
    }
    ui.add(Label::new(format!("{}.", facts::cost(via))).wrap());
    ui.add(Label::new(medians(snapshot)).wrap());
}

/// Number and part in a column of their own, so that a long step is wrapped beside them.
fn step_ui(ui: &mut Ui, number: usize, step: &HandOffStep) {
    ui.horizontal_top(|ui| {
        column_ui(ui, ACTOR_WIDTH, 0.0, format!("{number}. {}", step.part));
        ui.add(Label::new(step.what).wrap());
    });
}

/// What has happened last. A single hop may be out of the ordinary: the median is what stands out.
fn headline(ui: &Ui, snapshot: &Snapshot, is_short: bool) -> LayoutJob {
    let font = TextStyle::Body.resolve(ui.style());
    let mut job = LayoutJob::default();
    let mut add = |text: &str, color| job.append(text, 0.0, TextFormat::simple(font.clone(), color));
    let (text, faint) = (ui.visuals().text_color(), faint(ui.visuals()));
    let Some(HandOff { hop, from, to, via, took_ns }) = snapshot.hand_off else {
        let next = snapshot.transport.in_words();
        add(&format!("No hop since the last Start. The next one goes by {next}:"), text);
        return job;
    };
    let (from, to, by) = (from.number(), to.number(), via.in_words());
    if is_short {
        add(&format!("Hop {hop}: {from} to {to} by {by}"), text);
    } else {
        add(&format!("Hop {hop}: process {from} to process {to} by {by}"), text);
    }
    if let Some(ns) = took_ns {
        add(&format!(" in {}", fmt_ns(ns)), faint);
    }
    if let Some(median_ns) = snapshot.medians_ns[via.index()].filter(|_| !is_short) {
        add(&format!(" (median {}", fmt_ns(median_ns)), ui.visuals().strong_text_color());
        if let Some(outlier) = took_ns.and_then(|ns| fmt_outlier(ns, median_ns)) {
            add(&format!("; this one took {outlier}"), faint);
        }
        add(")", ui.visuals().strong_text_color());
    }
    job
}

fn medians(snapshot: &Snapshot) -> String {
    let medians = TransportKind::ALL.map(|kind| {
        let median = snapshot.medians_ns[kind.index()].map_or_else(|| "–".to_owned(), fmt_ns);
        format!("{} {median}", kind.in_words())
    });
    format!("Medians: {}.", medians.join(", "))
}
