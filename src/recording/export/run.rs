//! `tripong export`.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::Arc;

use super::output::{self, Output};
use super::plan::{Format, Plan};
use super::source::{Source, Stopped};
use super::{CsvExport, HtmlExport, MANY, PerfettoExport, ShivizExport};
use crate::error::{Error, Result, exit};
use crate::platform::report_line;
use crate::platform::signals::Signals;
use crate::platform::units::count;
use crate::recording::line::Header;
use crate::recording::reader::Fault;
use crate::recording::{Line, Reader};

const ACTION: &str = "write the export";

/// Exports the recording. Returns the exit code: a recording that was cut off is exported as far as it goes, and that is no error.
///
/// # Errors
/// [`Error::NoRecording`]; [`Error::NewerRecording`]; [`Error::Misfit`] if a line is none, after what is before it was
/// exported; [`Error::Failed`] if a file cannot be opened, read or written; [`Error::Stopped`] by a signal.
pub fn run(plan: &Plan) -> Result<u8> {
    if let Some(line) = refusal(plan) {
        report_line(&line);
        return Ok(exit::USAGE);
    }
    let output = Output::closed();
    let opened = Input::open(plan, &output)?;
    let Input { reader, metadata, signals, stopped } = opened;
    let stop = |signal| Error::Stopped { signal, action: "export the whole recording".to_owned() };
    let begun = reader.and_then(|mut reader| Ok((begin(&mut reader)?, reader)));
    let (header, mut reader) = match begun {
        Ok(begun) => begun,
        Err(fault) => return Err(stopped.by().map_or_else(|| failed(plan, fault, ""), stop)),
    };
    output.open(plan.output.as_deref(), metadata.as_ref(), signals.clone())?;
    match export(plan, &header, &mut reader, output) {
        Ok(fault) => match (fault, stopped.by()) {
            (_, Some(signal)) => Err(stop(signal)),
            (Some(fault), None) => Err(failed(plan, fault, "; what is before that was exported")),
            (None, None) => Ok(0),
        },
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(0),
        Err(error) => match signals.and_then(|signals| signals.take()) {
            Some(signal) if error.kind() == ErrorKind::TimedOut => Err(stop(signal)),
            _ => Err(Error::failed(ACTION)(error)),
        },
    }
}

/// Why nothing can be exported so.
fn refusal(plan: &Plan) -> Option<String> {
    if plan.to == Format::Perfetto && plan.output.is_none() && output::is_terminal() {
        let way_out = "name a file by '--output FILE', or redirect stdout";
        return Some(format!("tripong: a Perfetto trace is nothing for a terminal: {way_out}"));
    }
    if plan.is_of_stdin() && io::stdin().is_terminal() {
        let way_out = "name a file, or run `tripong --headless --record - | tripong export - --to csv`";
        return Some(format!("tripong: stdin is a terminal, not a recording: {way_out}"));
    }
    None
}

/// What is read.
struct Input {
    reader: std::result::Result<Reader, Fault>,
    /// Of a file that has a length.
    metadata: Option<Metadata>,
    /// Of a stream, whose end a signal is.
    signals: Option<Arc<Signals>>,
    stopped: Stopped,
}

impl Input {
    fn open(plan: &Plan, output: &Output) -> Result<Self> {
        let failed = || Error::failed(format!("open {}", plan.name()));
        let file = if plan.is_of_stdin() {
            io::stdin().as_fd().try_clone_to_owned().map(File::from)
        } else {
            File::open(&plan.file)
        };
        let file = file.map_err(failed())?;
        let metadata = file.metadata().map_err(failed())?;
        let stopped = Stopped::default();
        if metadata.is_file() || metadata.is_dir() {
            let reader = Reader::of_file(file);
            return Ok(Self { reader, metadata: Some(metadata), signals: None, stopped });
        }
        let signals = Arc::new(Signals::listen()?);
        let source = Source::new(file, output.clone(), Arc::clone(&signals), stopped.clone());
        Ok(Self { reader: Reader::new(source), metadata: None, signals: Some(signals), stopped })
    }
}

/// The first line.
fn begin(reader: &mut Reader) -> std::result::Result<Box<Header>, Fault> {
    match reader.next()? {
        Some(numbered) => match numbered.line {
            Line::Recording(header) => Ok(header),
            _ => Err(Fault::Foreign("its first line begins no recording".to_owned())),
        },
        None => Err(Fault::Foreign("it is empty".to_owned())),
    }
}

/// Exports all lines, as far as they can be read. Returns why no more can be.
fn export(
    plan: &Plan,
    header: &Header,
    reader: &mut Reader,
    mut output: Output,
) -> io::Result<Option<Fault>> {
    let mut exporter = Exporter::begin(plan, header, &mut output)?;
    let mut has_ended = false;
    let fault = loop {
        let line = match reader.next() {
            Ok(Some(numbered)) => numbered.line,
            Ok(None) => break None,
            // What the source could not flush comes as an error of the input.
            Err(Fault::System(error)) if is_of_the_output(&error) => return Err(error),
            Err(fault) => break Some(fault),
        };
        has_ended |= matches!(line, Line::End(_));
        if epoch_of(&line).is_some_and(|epoch| plan.window().is_over(epoch)) {
            has_ended = true;
            break None;
        }
        exporter.line(&line, &mut output)?;
        if exporter.is_full() {
            has_ended = true;
            break None;
        }
    };
    let cut = match &fault {
        Some(fault) => Some(fault.to_string()),
        None if has_ended => None,
        None => Some(without_end(reader)),
    };
    let note = exporter.end(cut.as_deref(), &mut output)?;
    output.flush()?;
    note.into_iter().for_each(|note| report_line(&format!("tripong: {note}")));
    if let (None, Some(cut)) = (&fault, cut) {
        report_line(&format!("tripong: {}: {cut}; what is before that was exported", plan.name()));
    }
    Ok(fault)
}

fn is_of_the_output(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::TimedOut | ErrorKind::StorageFull)
}

/// What a file lacks that ends without its last line.
fn without_end(reader: &Reader) -> String {
    match reader.cut() {
        Some(cut) => format!("it is cut off within line {}", cut.after + 1),
        None => format!("it has no end line after line {}: its game was killed, or goes on", reader.number()),
    }
}

/// What is wrong with the recording, and what became of the rest.
fn failed(plan: &Plan, fault: Fault, rest: &str) -> Error {
    let name = plan.name();
    match fault {
        Fault::Line { .. } | Fault::Changed { .. } => Error::Misfit(format!("{name}: {fault}{rest}")),
        fault => fault.into_error(&name),
    }
}

/// The epoch that a line begins.
fn epoch_of(line: &Line) -> Option<u64> {
    match line {
        Line::Hop(line) => Some(line.epoch),
        Line::Serve(line) => Some(line.epoch),
        Line::Recovered(line) => Some(line.epoch),
        Line::Unseen(line) => Some(line.first),
        _ => None,
    }
}

/// The one that was asked for.
enum Exporter {
    Perfetto(Box<PerfettoExport>),
    Shiviz(Box<ShivizExport>, Limit),
    Csv(CsvExport),
    Html(Box<HtmlExport>),
}

/// Until when events are exported: to the last epoch that was asked for, or as many as the page bears.
struct Limit {
    from: u64,
    events: Option<u64>,
}

impl Exporter {
    fn begin(plan: &Plan, header: &Header, out: &mut dyn Write) -> io::Result<Self> {
        let window = plan.window();
        Ok(match plan.to {
            Format::Perfetto => Self::Perfetto(Box::new(PerfettoExport::begin(header, window, out)?)),
            Format::Shiviz => {
                let limit = Limit { from: window.from, events: window.to.is_none().then_some(MANY) };
                Self::Shiviz(Box::new(ShivizExport::begin(header, window, out)?), limit)
            }
            Format::Csv => Self::Csv(CsvExport::begin(window, out)?),
            Format::Html => Self::Html(Box::new(HtmlExport::begin(header, window))),
        })
    }

    fn line(&mut self, line: &Line, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Perfetto(export) => export.line(line, out),
            Self::Shiviz(export, _) => export.line(line, out),
            Self::Csv(export) => export.line(line, out),
            Self::Html(export) => {
                export.line(line);
                Ok(())
            }
        }
    }

    /// Whether there is no use in more lines.
    fn is_full(&self) -> bool {
        match self {
            Self::Shiviz(export, limit) => {
                export.is_full() || limit.events.is_some_and(|most| export.events() >= most)
            }
            Self::Perfetto(_) | Self::Csv(_) | Self::Html(_) => false,
        }
    }

    /// There is no other line. Returns what a user should know.
    fn end(self, cut: Option<&str>, out: &mut dyn Write) -> io::Result<Option<String>> {
        let choose = "choose others with '--from-epoch' and '--to-epoch'";
        let is_full = self.is_full();
        match self {
            Self::Perfetto(export) => export.end(out).map(|()| None),
            Self::Csv(_) => Ok(None),
            Self::Shiviz(mut export, limit) => {
                export.end(out)?;
                let note = || {
                    let (events, from, to) = (count(export.events(), "event"), limit.from, export.epoch());
                    format!(
                        "exported {events} of the epochs {from} to {to}, as many as ShiViz shows well; {choose}"
                    )
                };
                Ok(is_full.then(note))
            }
            Self::Html(export) => {
                let left_out = count(export.left_out(), "hand-off");
                let is_short = export.left_out() > 0;
                let shown = export.shown();
                export.end(cut, out)?;
                let note =
                    || format!("the diagram shows {shown} hand-offs and leaves out {left_out}; {choose}");
                Ok(is_short.then(note))
            }
        }
    }
}
