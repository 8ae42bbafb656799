//! Our throughput over theirs, and over the marks.

use serde::Serialize;

use crate::flow::row::FlowRow;
use crate::ours;
use crate::row::median_f64;

/// Ours over theirs: above 1, ours carries more. The median over the repetitions, with the least and the greatest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FlowRatio {
    /// Where both ran.
    pub(crate) placement: String,
    /// Of the payload.
    pub(crate) bytes: usize,
    /// Ours: transport and wait.
    pub(crate) ours: String,
    /// Theirs.
    pub(crate) theirs: String,
    /// Whether theirs is the fastest mechanism between processes, or a mark.
    pub(crate) is_mark: bool,
    /// What ours is to reach, if it is to reach anything.
    pub(crate) aim: Option<f64>,
    /// Repetitions in which both ran.
    pub(crate) repeats: usize,
    /// Of the messages per second.
    pub(crate) ratio: f64,
    /// The least of a repetition.
    pub(crate) ratio_min: f64,
    /// The greatest.
    pub(crate) ratio_max: f64,
}

/// For each row of ours: over the fastest peer of the same size and placement, over the fastest that waits in the same way, and
/// over the marks: over copies where messages are copied.
pub(crate) fn ratios(rows: &[FlowRow]) -> Vec<FlowRatio> {
    let ours = rows.iter().filter(|row| row.key.transport == ours::TRANSPORT);
    ours.flat_map(|ours| {
        let is_theirs = |row: &&FlowRow| {
            row.key.transport != ours::TRANSPORT
                && (row.key.placement == ours.key.placement && row.key.bytes == ours.key.bytes)
        };
        let theirs = rows.iter().filter(is_theirs);
        let peers = theirs.clone().filter(|row| !row.is_mark);
        let faster = |one: &&FlowRow, other: &&FlowRow| one.messages_per_s.total_cmp(&other.messages_per_s);
        let best = peers.clone().max_by(faster);
        let alike = peers.filter(|row| row.key.wait == ours.key.wait).max_by(faster);
        let alike = alike.filter(|alike| best.is_some_and(|best| best.key != alike.key));
        let is_shown = |row: &&FlowRow| row.is_mark && (row.key.wait == "spin" || ours.key.copy == "both");
        let marks = theirs.filter(is_shown);
        best.into_iter()
            .chain(alike)
            .chain(marks)
            .filter_map(|theirs| ratio(ours, theirs))
            .collect::<Vec<_>>()
    })
    .collect()
}

/// What a ratio is to reach: as much as the fastest peer; where large messages are copied, nine tenths of what copying takes:
/// one copy where each end has a CPU, two where both share one.
fn aim(ours: &FlowRow, theirs: &FlowRow) -> Option<f64> {
    let copied = ours.key.copy == "both";
    let copies = if ours.key.placement == "same-cpu" { "memcpy-in-out" } else { "memcpy" };
    match theirs.key.transport.as_str() {
        mark if theirs.is_mark => (copied && mark == copies).then_some(0.9),
        _ => (!copied).then_some(1.0),
    }
}

fn ratio(ours: &FlowRow, theirs: &FlowRow) -> Option<FlowRatio> {
    let pairs = ours.repeat_messages_per_s.iter().zip(&theirs.repeat_messages_per_s);
    let ratios: Vec<_> = pairs.map(|(ours, theirs)| ours / theirs.max(f64::MIN_POSITIVE)).collect();
    Some(FlowRatio {
        placement: ours.key.placement.clone(),
        bytes: ours.key.bytes,
        ours: format!("{}/{}", ours.key.transport, ours.key.wait),
        theirs: theirs.key.transport.clone(),
        is_mark: theirs.is_mark,
        aim: aim(ours, theirs),
        repeats: ratios.len(),
        ratio: median_f64(ratios.iter().copied())?,
        ratio_min: ratios.iter().copied().min_by(f64::total_cmp)?,
        ratio_max: ratios.iter().copied().max_by(f64::total_cmp)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::row::{FlowKey, Repetition};

    fn row(transport: &str, placement: &str, copy: &str, is_mark: bool, rates: &[f64]) -> FlowRow {
        let key = FlowKey {
            transport: transport.to_owned(),
            wait: "spin".to_owned(),
            placement: placement.to_owned(),
            bytes: 64,
            copy: copy.to_owned(),
        };
        let rates = rates.iter().map(|rate| Repetition {
            messages_per_s: *rate,
            messages: None,
            cpu_ns_per_message: None,
        });
        FlowRow::new(key, is_mark, &rates.collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn ours_is_set_against_the_fastest_peer_within_each_repetition() {
        let here = "distinct-cores";
        let mut rows = vec![
            row("shared", here, "in-place", false, &[10.0, 300.0]),
            row("pipe", here, "in-place", false, &[1.0, 2.0]),
            row("ringfire", here, "in-place", false, &[20.0, 400.0]),
            row("ringfire", "same-cpu", "in-place", false, &[1e6, 1e6]),
        ];
        assert_eq!(ratios(&rows).len(), 1);
        // Then also over the fastest that waits as ours does, if that is another one.
        rows[2].key.wait = "adaptive".to_owned();
        let ratios = ratios(&rows);
        assert_eq!(
            ratios.iter().map(|ratio| ratio.theirs.as_str()).collect::<Vec<_>>(),
            ["ringfire", "pipe"]
        );
        assert_eq!((ratios[0].theirs.as_str(), ratios[0].repeats, ratios[0].aim), ("ringfire", 2, Some(1.0)));
        assert!((ratios[0].ratio - 0.625).abs() < 1e-9);
        assert!((ratios[0].ratio_min - 0.5).abs() < 1e-9 && (ratios[0].ratio_max - 0.75).abs() < 1e-9);
    }

    #[test]
    fn a_copy_is_held_against_one_copy_on_two_cpus_and_against_two_on_one() {
        for (placement, aims) in [("distinct-cores", [Some(0.9), None]), ("same-cpu", [None, Some(0.9)])] {
            let rows = [
                row("shared", placement, "both", false, &[9.0]),
                row("memcpy", placement, "both", true, &[10.0]),
                row("memcpy-in-out", placement, "both", true, &[5.0]),
            ];
            let ratios = ratios(&rows);
            assert_eq!(ratios.iter().map(|ratio| ratio.aim).collect::<Vec<_>>(), aims);
            assert!(ratios.iter().all(|ratio| ratio.is_mark));
        }
    }
}
