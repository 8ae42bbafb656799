//! What the repetitions of a flow have shown.

use serde::{Deserialize, Serialize};

use crate::error::{Result, failed};
use crate::flow::FlowReport;
use crate::row::median_f64;

/// What names a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FlowKey {
    /// How the messages travel; a mechanism's name.
    pub(crate) transport: String,
    /// `block`, `adaptive`, `spin`, or `nothing` where there is nothing to wait for.
    pub(crate) wait: String,
    /// Where the processes ran.
    pub(crate) placement: String,
    /// Of the payload.
    pub(crate) bytes: usize,
    /// `in-place`, or `both`: copied in and out.
    pub(crate) copy: String,
}

/// One repetition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Repetition {
    pub(crate) messages_per_s: f64,
    /// Counted messages, where they are known.
    pub(crate) messages: Option<u64>,
    /// CPU time of both ends, where it is known.
    pub(crate) cpu_ns_per_message: Option<f64>,
}

impl Repetition {
    /// From what the ends report: the sender first, the receiver last.
    ///
    /// # Errors
    /// When they do not agree about the number of messages.
    pub(crate) fn new(reports: &[FlowReport]) -> Result<Self> {
        let (Some(sender), Some(receiver)) = (reports.first(), reports.last()) else {
            return Err(failed("count the messages")("no process has reported"));
        };
        if sender.counted != receiver.counted {
            let why = format!("{} messages were sent, {} have come", sender.counted, receiver.counted);
            return Err(failed("count the messages")(why));
        }
        let wall_ns = receiver.end_ns.saturating_sub(sender.start_ns);
        let cpu_ns = reports.iter().map(|report| report.cpu_ns).sum();
        Ok(Self {
            messages_per_s: over(sender.counted, wall_ns) * 1e9,
            messages: Some(sender.counted),
            cpu_ns_per_message: Some(over(cpu_ns, sender.counted)),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn over(numerator: u64, denominator: u64) -> f64 {
    numerator as f64 / denominator.max(1) as f64
}

/// One row of the result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FlowRow {
    /// `throughput`.
    pub(crate) mode: &'static str,
    #[serde(flatten)]
    pub(crate) key: FlowKey,
    /// Whether one process does it alone, to hold the others against.
    pub(crate) is_mark: bool,
    /// Repetitions.
    pub(crate) repeats: usize,
    /// Counted messages of all of them, where they are known.
    pub(crate) messages: Option<u64>,
    /// From the sender's first counted message to the check of the last by the receiver: the median of the repetitions.
    pub(crate) messages_per_s: f64,
    /// Payload: the same times `bytes`.
    pub(crate) bytes_per_s: f64,
    /// The repetitions, in their order.
    pub(crate) repeat_messages_per_s: Vec<f64>,
    /// CPU time of both ends over the counted messages, in nanoseconds, the median of the repetitions, where it is known.
    pub(crate) cpu_ns_per_message: Option<f64>,
}

impl FlowRow {
    /// Of all repetitions, if there is one.
    pub(crate) fn new(key: FlowKey, is_mark: bool, repetitions: &[Repetition]) -> Option<Self> {
        let rates: Vec<_> = repetitions.iter().map(|repetition| repetition.messages_per_s).collect();
        let messages_per_s = median_f64(rates.iter().copied())?;
        let bytes = u32::try_from(key.bytes).ok()?;
        Some(Self {
            mode: "throughput",
            is_mark,
            repeats: repetitions.len(),
            messages: repetitions.iter().map(|repetition| repetition.messages).sum(),
            messages_per_s,
            bytes_per_s: messages_per_s * f64::from(bytes),
            cpu_ns_per_message: median_f64(
                repetitions.iter().filter_map(|repetition| repetition.cpu_ns_per_message),
            ),
            repeat_messages_per_s: rates,
            key,
        })
    }

    /// The least and the greatest of the repetitions.
    pub(crate) fn spread(&self) -> (f64, f64) {
        let rates = || self.repeat_messages_per_s.iter().copied();
        (rates().fold(f64::INFINITY, f64::min), rates().fold(0.0, f64::max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(counted: u64, start_ns: u64, end_ns: u64) -> FlowReport {
        FlowReport { counted, start_ns, end_ns, cpu_ns: 50 }
    }

    #[test]
    fn the_time_is_from_the_first_send_to_the_last_check() {
        // The sender's own end and the receiver's own start do not matter.
        let repetition = Repetition::new(&[report(10, 1000, 1500), report(10, 1300, 2000)]).unwrap();
        assert!((repetition.messages_per_s - 1e7).abs() < 1.0);
        assert_eq!(repetition.cpu_ns_per_message, Some(10.0));
    }

    #[test]
    fn messages_that_are_lost_fail_the_run() {
        assert!(Repetition::new(&[report(10, 0, 1), report(9, 0, 1)]).is_err());
        assert!(Repetition::new(&[]).is_err());
    }

    #[test]
    fn a_row_has_the_median_and_all_repetitions() {
        let repetition =
            |messages_per_s| Repetition { messages_per_s, messages: Some(5), cpu_ns_per_message: None };
        let key = FlowKey {
            transport: "pipe".to_owned(),
            wait: "block".to_owned(),
            placement: "same-cpu".to_owned(),
            bytes: 64,
            copy: "in-place".to_owned(),
        };
        let row = FlowRow::new(key.clone(), false, &[3.0, 1.0, 2.0].map(repetition)).unwrap();
        assert_eq!((row.messages_per_s, row.bytes_per_s, row.messages), (2.0, 128.0, Some(15)));
        assert_eq!((row.spread(), row.repeat_messages_per_s.as_slice()), ((1.0, 3.0), &[3.0, 1.0, 2.0][..]));
        assert_eq!(FlowRow::new(key, false, &[]), None);
    }
}
