//! What flows have shown, for people and for programs.

use serde::Serialize;

use crate::cli::Arguments;
use crate::error::Result;
use crate::flow::ratios::FlowRatio;
use crate::flow::row::FlowRow;
use crate::ours;
use crate::report::{Machine, put};

/// Everything.
#[derive(Debug, Serialize)]
pub(crate) struct FlowsReport {
    /// What it was made on and with.
    pub(crate) manifest: FlowManifest,
    /// Each mechanism and each of our rows, over all repetitions.
    pub(crate) rows: Vec<FlowRow>,
    /// Ours over theirs.
    pub(crate) ratios: Vec<FlowRatio>,
}

/// What must be known to judge the figures.
#[derive(Debug, Serialize)]
pub(crate) struct FlowManifest {
    #[serde(flatten)]
    machine: Machine,
    /// Bytes of the payloads; a message has 16 more.
    bytes: Vec<usize>,
    /// Messages that could be on their way at once.
    in_flight: usize,
    /// Counted messages of a repetition, where they were given.
    messages: Option<u64>,
    /// Counted time of a repetition otherwise, in milliseconds.
    time_ms: Option<u64>,
    /// Repetitions.
    repeats: u64,
}

impl FlowManifest {
    /// Of this machine, and what was asked for.
    ///
    /// # Errors
    /// [`crate::error::Error::Usage`]
    pub(crate) fn new(machine: Machine, arguments: &Arguments) -> Result<Self> {
        let flow = arguments.flow(8, false)?;
        Ok(Self {
            machine,
            bytes: arguments.sizes()?,
            in_flight: flow.in_flight,
            messages: flow.messages,
            time_ms: flow.messages.is_none().then_some(flow.time_ns / 1_000_000),
            repeats: arguments.repeats,
        })
    }
}

impl FlowsReport {
    /// A table for each size and placement, then the ratios.
    pub(crate) fn to_text(&self) -> String {
        let mut text = self.manifest.machine.to_text();
        let FlowManifest { in_flight, messages, time_ms, repeats, .. } = &self.manifest;
        let length = match (messages, time_ms) {
            (Some(messages), _) => format!("{messages} messages"),
            (None, time_ms) => format!("{} ms", time_ms.unwrap_or_default()),
        };
        put(
            &mut text,
            format_args!(
                "{in_flight} messages in flight, one way, {repeats} repetitions of {length}: their median (least..greatest)"
            ),
        );
        let mut places: Vec<_> = self.rows.iter().map(|row| (row.key.bytes, &row.key.placement)).collect();
        places.dedup();
        for (bytes, placement) in places {
            let here =
                self.rows.iter().filter(|row| row.key.bytes == bytes && row.key.placement == *placement);
            table(&mut text, here.collect());
        }
        self.ratios_to_text(&mut text);
        text
    }

    fn ratios_to_text(&self, text: &mut String) {
        if self.ratios.is_empty() {
            return;
        }
        put(
            text,
            format_args!(
                "\nours / theirs: above 1, ours carries more; the fastest of the others, and the marks (*)"
            ),
        );
        for ratio in &self.ratios {
            let star = if ratio.is_mark { "*" } else { "" };
            let pair = format!("{} / {}{star}", ratio.ours, ratio.theirs);
            let spread = format!("({:.2}..{:.2})", ratio.ratio_min, ratio.ratio_max);
            let aim = ratio.aim.map_or_else(String::new, |aim| {
                let met = if ratio.ratio >= aim { "met" } else { "not met" };
                format!("  aim {aim:.1}: {met}")
            });
            put(
                text,
                format_args!(
                    "{:>8} bytes  {:<15} {pair:<38} {:>5.2} {spread:<15}{aim}",
                    ratio.bytes, ratio.placement, ratio.ratio
                ),
            );
        }
    }
}

/// Rows of one size and placement, the fastest first.
fn table(text: &mut String, mut rows: Vec<&FlowRow>) {
    rows.sort_by(|one, other| other.messages_per_s.total_cmp(&one.messages_per_s));
    let Some(key) = rows.first().map(|row| &row.key) else { return };
    let how = if key.copy == "both" { "copied in and out" } else { "written and read in place" };
    put(text, format_args!("\n{} bytes, {}, {how}; * by one process alone", key.bytes, key.placement));
    put(
        text,
        format_args!(
            "{:<23}{:<9}{:>13}  {:<27}{:>8}{:>9}",
            "", "wait", "messages/s", "(least..greatest)", "GB/s", "cpu ns"
        ),
    );
    for row in rows {
        let star = if row.is_mark { "*" } else { "" };
        let is_ours = row.key.transport == ours::TRANSPORT;
        let name = if is_ours { "tripong shared" } else { &row.key.transport };
        let (least, greatest) = row.spread();
        let spread = format!("({least:.0}..{greatest:.0})");
        let cpu = row.cpu_ns_per_message.map_or_else(|| "-".to_owned(), |cpu| format!("{cpu:.1}"));
        put(
            text,
            format_args!(
                "{:<23}{:<9}{:>13.0}  {spread:<27}{:>8.2}{cpu:>9}",
                format!("{name}{star}"),
                row.key.wait,
                row.messages_per_s,
                row.bytes_per_s / 1e9
            ),
        );
    }
}
