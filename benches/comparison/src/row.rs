//! What a repetition has shown, and the rows that are made of it.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::usage::Usage;
use crate::worker::{WorkerReport, new_histogram};

/// One row of the result, of a mechanism or of tripong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// How the message travels; a mechanism's name.
    pub(crate) transport: String,
    /// `block`, `adaptive` or `spin`.
    pub(crate) wait: String,
    /// Where the processes ran.
    pub(crate) placement: String,
    /// How many.
    pub(crate) processes: usize,
    /// Of the payload.
    pub(crate) bytes: usize,
    /// Counted hops of one repetition.
    pub(crate) hops: u64,
    /// Repetitions.
    pub(crate) repeats: u64,
    /// One-way latency of a hop, in nanoseconds.
    pub(crate) p50_ns: u64,
    /// The same, of the slowest tenth; `None` here and below where tripong has too few hops to tell.
    pub(crate) p90_ns: Option<u64>,
    /// Of the slowest hundredth.
    pub(crate) p99_ns: Option<u64>,
    /// Of the slowest thousandth.
    pub(crate) p999_ns: Option<u64>,
    /// Of the slowest.
    pub(crate) max_ns: u64,
    /// Counted hops over the time they took.
    pub(crate) messages_per_s: f64,
    /// Of both processes, from start to end, over all hops.
    pub(crate) cpu_ns_per_message: f64,
    /// The same.
    pub(crate) ctx_switches_per_message: f64,
}

/// What names a row.
#[derive(Debug, Clone)]
pub(crate) struct RowKey<'a> {
    pub(crate) transport: &'a str,
    pub(crate) wait: &'a str,
    pub(crate) placement: &'a str,
    pub(crate) bytes: usize,
}

/// What one or more repetitions have shown.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    latencies: Histogram<u64>,
    repeats: u64,
    hops: u64,
    all_hops: u64,
    wall_ns: u64,
    cpu_ns: u64,
    switches: u64,
}

impl Sample {
    /// Of one repetition. `all_hops` includes the warm-up.
    ///
    /// # Errors
    /// None, in practice.
    pub(crate) fn new(reports: &[WorkerReport], hops: u64, all_hops: u64, usage: Usage) -> Result<Self> {
        let mut latencies = new_histogram()?;
        for (latency_ns, count) in reports.iter().flat_map(|report| &report.latencies) {
            latencies.saturating_record_n(*latency_ns, *count);
        }
        // Process 0 has the first hop and the end of the last.
        let wall_ns = reports.first().map_or(0, |report| report.wall_ns);
        let (cpu_ns, switches) = (usage.cpu_ns, usage.switches);
        Ok(Self { latencies, repeats: 1, hops, all_hops, wall_ns, cpu_ns, switches })
    }

    /// Takes another repetition in.
    pub(crate) fn add(&mut self, other: &Self) {
        // Both histograms are made the same way, so the counts fit.
        self.latencies += &other.latencies;
        self.repeats += other.repeats;
        self.hops += other.hops;
        self.all_hops += other.all_hops;
        self.wall_ns += other.wall_ns;
        self.cpu_ns += other.cpu_ns;
        self.switches += other.switches;
    }

    /// The row of it.
    pub(crate) fn row(&self, row_key: &RowKey<'_>) -> Row {
        let at = |quantile| self.latencies.value_at_quantile(quantile);
        Row {
            transport: row_key.transport.to_owned(),
            wait: row_key.wait.to_owned(),
            placement: row_key.placement.to_owned(),
            processes: 2,
            bytes: row_key.bytes,
            hops: self.hops / self.repeats.max(1),
            repeats: self.repeats,
            p50_ns: at(0.5),
            p90_ns: Some(at(0.9)),
            p99_ns: Some(at(0.99)),
            p999_ns: Some(at(0.999)),
            max_ns: self.latencies.max(),
            messages_per_s: over(self.hops, self.wall_ns) * 1e9,
            cpu_ns_per_message: over(self.cpu_ns, self.all_hops),
            ctx_switches_per_message: over(self.switches, self.all_hops),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn over(numerator: u64, denominator: u64) -> f64 {
    numerator as f64 / denominator.max(1) as f64
}

/// One row of many of the same title: tripong reports no histogram, so each figure is the median over the repetitions, and
/// `max` the greatest.
pub(crate) fn median_row(rows: &[Row]) -> Option<Row> {
    let first = rows.first()?;
    let whole = |figure: fn(&Row) -> u64| median(rows.iter().map(figure));
    // Known only if each repetition knows it.
    let tail = |figure: fn(&Row) -> Option<u64>| {
        let known: Option<Vec<_>> = rows.iter().map(figure).collect();
        known.and_then(|known| median(known.into_iter()))
    };
    let real = |figure: fn(&Row) -> f64| median_f64(rows.iter().map(figure));
    Some(Row {
        repeats: rows.iter().map(|row| row.repeats).sum(),
        p50_ns: whole(|row| row.p50_ns)?,
        p90_ns: tail(|row| row.p90_ns),
        p99_ns: tail(|row| row.p99_ns),
        p999_ns: tail(|row| row.p999_ns),
        max_ns: rows.iter().map(|row| row.max_ns).max()?,
        messages_per_s: real(|row| row.messages_per_s)?,
        cpu_ns_per_message: real(|row| row.cpu_ns_per_message)?,
        ctx_switches_per_message: real(|row| row.ctx_switches_per_message)?,
        ..first.clone()
    })
}

fn median(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    let (low, high) = middles(&values)?;
    Some(low.midpoint(high))
}

/// The middle value, or the mean of the two.
pub(crate) fn median_f64(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = middles(&values)?;
    Some(low.midpoint(high))
}

fn middles<T: Copy>(sorted: &[T]) -> Option<(T, T)> {
    let high = *sorted.get(sorted.len() / 2)?;
    let low = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_or_the_mean_of_the_two() {
        assert_eq!(median([3, 1, 2].into_iter()), Some(2));
        assert_eq!(median([4, 1, 2, 8].into_iter()), Some(3));
        assert_eq!(median([].into_iter()), None);
        assert_eq!(median_f64([1.0, 4.0].into_iter()), Some(2.5));
    }

    #[test]
    fn repetitions_add_up() {
        let report = |ns| WorkerReport { latencies: vec![(ns, 10)], wall_ns: 1000 };
        let usage = Usage { cpu_ns: 400, switches: 40 };
        let mut sample = Sample::new(&[report(100), report(100)], 20, 40, usage).unwrap();
        sample.add(&Sample::new(&[report(200), report(200)], 20, 40, usage).unwrap());
        let row = sample.row(&RowKey { transport: "pipe", wait: "block", placement: "same-cpu", bytes: 64 });
        assert_eq!(median_row(&[row.clone(), Row { p99_ns: None, ..row.clone() }]).unwrap().p99_ns, None);
        assert_eq!((row.repeats, row.hops, row.p50_ns, row.max_ns), (2, 20, 100, 200));
        assert!((row.cpu_ns_per_message - 10.0).abs() < 1e-9);
        assert!((row.ctx_switches_per_message - 1.0).abs() < 1e-9);
        assert!((row.messages_per_s - 2e7).abs() < 1.0);
    }
}
