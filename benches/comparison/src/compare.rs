//! Ours against theirs: ratios within a repetition, and their medians.

use serde::Serialize;

use crate::row::{Row, median_f64};

/// What is set against what: placement, our way to wait, the mechanism's name.
const PAIRS: [(&str, &str, &str); 9] = [
    ("same-cpu", "block", "ringfire-nospin"),
    ("same-cpu", "block", "pipe"),
    ("same-cpu", "block", "iceoryx2-event"),
    ("same-cpu", "adaptive", "ringfire-nospin"),
    ("same-cpu", "adaptive", "pipe"),
    ("same-cpu", "adaptive", "iceoryx2-event"),
    ("distinct-cores", "adaptive", "ringfire"),
    ("distinct-cores", "spin", "ringfire-spin"),
    ("distinct-cores", "spin", "iceoryx2-pubsub"),
];

/// Ours over theirs: below 1, ours needs less. The median over the repetitions, with the least and the greatest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Ratio {
    /// Where both ran.
    pub(crate) placement: &'static str,
    /// Ours: transport and wait.
    pub(crate) ours: String,
    /// Theirs.
    pub(crate) theirs: &'static str,
    /// Repetitions in which both ran.
    pub(crate) repeats: usize,
    /// Of the median latency.
    pub(crate) p50: f64,
    /// The least of a repetition.
    pub(crate) p50_min: f64,
    /// The greatest.
    pub(crate) p50_max: f64,
    /// Of the 99th percentile; `None` where a repetition had too few hops to tell.
    pub(crate) p99: Option<f64>,
    /// Of the CPU time of a hand-off.
    pub(crate) cpu: f64,
}

/// The ratios of all pairs that ran, from the rows of each repetition.
pub(crate) fn ratios(repetitions: &[Vec<Row>]) -> Vec<Ratio> {
    PAIRS
        .into_iter()
        .filter_map(|(placement, wait, theirs)| ratio(repetitions, placement, wait, theirs))
        .collect()
}

fn ratio(
    repetitions: &[Vec<Row>],
    placement: &'static str,
    wait: &str,
    theirs: &'static str,
) -> Option<Ratio> {
    let pairs: Vec<_> = repetitions
        .iter()
        .filter_map(|rows| {
            let here = || rows.iter().filter(|row| row.placement == placement);
            let ours = here().find(|row| row.transport == "shared" && row.wait == wait)?;
            Some((ours, here().find(|row| row.transport == theirs)?))
        })
        .collect();
    let of = |figure: fn(&Row) -> f64| {
        pairs.iter().map(move |(ours, theirs)| figure(ours) / figure(theirs).max(f64::MIN_POSITIVE))
    };
    let is_known = pairs.iter().all(|(ours, theirs)| ours.p99_ns.is_some() && theirs.p99_ns.is_some());
    let p50 = of(|row| ns(row.p50_ns));
    Some(Ratio {
        placement,
        ours: format!("shared/{wait}"),
        theirs,
        repeats: pairs.len(),
        p50: median_f64(p50.clone())?,
        p50_min: p50.clone().min_by(f64::total_cmp)?,
        p50_max: p50.max_by(f64::total_cmp)?,
        p99: if is_known { median_f64(of(|row| row.p99_ns.map_or(f64::NAN, ns))) } else { None },
        cpu: median_f64(of(|row| row.cpu_ns_per_message))?,
    })
}

#[expect(clippy::cast_precision_loss, reason = "at most a minute, far below 2^53 ns")]
fn ns(whole: u64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(transport: &str, p50_ns: u64) -> Row {
        Row {
            transport: transport.to_owned(),
            wait: "block".to_owned(),
            placement: "same-cpu".to_owned(),
            processes: 2,
            bytes: 64,
            hops: 10,
            repeats: 1,
            p50_ns,
            p90_ns: Some(p50_ns),
            p99_ns: (p50_ns < 300).then_some(p50_ns),
            p999_ns: None,
            max_ns: p50_ns,
            messages_per_s: 1.0,
            cpu_ns_per_message: 1.0,
            ctx_switches_per_message: 1.0,
        }
    }

    #[test]
    fn a_ratio_is_taken_within_its_repetition() {
        // The second repetition was slow for both, the third had no row of ours.
        let repetitions = [
            vec![row("shared", 10), row("pipe", 20)],
            vec![row("shared", 300), row("pipe", 400)],
            vec![row("pipe", 20)],
        ];
        let ratios = ratios(&repetitions);
        assert_eq!(ratios.len(), 1);
        assert_eq!((ratios[0].theirs, ratios[0].repeats), ("pipe", 2));
        // One repetition cannot tell it.
        assert_eq!(ratios[0].p99, None);
        assert!((ratios[0].p50 - 0.625).abs() < 1e-9);
        assert!((ratios[0].p50_min - 0.5).abs() < 1e-9);
    }
}
