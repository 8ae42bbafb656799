//! The values of arguments: text in, or what is wrong with it.

use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::bench;
use crate::game::{MAX_PANES, PaneId};
use crate::platform::units::{parse_duration, parse_nonzero_duration, parse_within};
use crate::protocol::Zoom;
use crate::recording::writer::Target;
use crate::supervisor::spawn::{ERROR_DIALOG, InspectorOutput, LAB_WINDOW, VERDICT};

/// Which child this process is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChildRole {
    Pane(PaneId),
    Bench(usize),
    /// A process of a lab: the lab, its part, and how many links it has.
    Lab(String, String, u8),
    LabWindow,
    Inspector(InspectorOutput),
    ErrorDialog,
    Verdict,
    Probe,
}

/// `N/T`, or `unlimited`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Restarts(pub(super) Option<(usize, Duration)>);

/// A duration, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stall(pub(super) Option<Duration>);

pub(super) fn parse_role(text: &str) -> Result<ChildRole, String> {
    if let Ok(screen) = text.parse() {
        return Ok(ChildRole::Inspector(screen));
    }
    if text == ERROR_DIALOG {
        return Ok(ChildRole::ErrorDialog);
    }
    if text == VERDICT {
        return Ok(ChildRole::Verdict);
    }
    if text == "probe" {
        return Ok(ChildRole::Probe);
    }
    if let Some(number) = text.strip_prefix("bench:") {
        let process = number.parse().ok().and_then(|number: usize| number.checked_sub(1));
        let process = process.filter(|process| *process < bench::MAX_PROCESSES);
        return process.map(ChildRole::Bench).ok_or_else(|| "the processes are 1 to 16".to_owned());
    }
    if text == LAB_WINDOW {
        return Ok(ChildRole::LabWindow);
    }
    if let Some(lab) = text.strip_prefix("lab:") {
        let parts: Vec<_> = lab.split(':').collect();
        return match parts.as_slice() {
            [lab, part, links] if links.parse::<u8>().is_ok() => {
                Ok(ChildRole::Lab((*lab).to_owned(), (*part).to_owned(), links.parse().unwrap_or(0)))
            }
            _ => Err("a process of a lab is lab:LAB:PART:LINKS".to_owned()),
        };
    }
    let number = text.strip_prefix("pane:").ok_or("the roles are pane:1 to pane:16")?;
    // As people count, and as `ps` shows it: from 1.
    match number.parse() {
        Ok(number @ 1..=MAX_PANES) => Ok(ChildRole::Pane(PaneId(number - 1))),
        _ => Err("the panes are 1 to 16".to_owned()),
    }
}

pub(super) fn parse_panes(text: &str) -> Result<u8, String> {
    parse_within(text, 2..=MAX_PANES)
}

pub(super) fn parse_zoom(text: &str) -> Result<Zoom, String> {
    let zoom = text.parse().ok().and_then(Zoom::of_factor);
    zoom.ok_or_else(|| "it must be a number from 0.5 to 4".to_owned())
}

pub(super) fn parse_stall(text: &str) -> Result<Stall, String> {
    match text {
        "off" => Ok(Stall(None)),
        time => parse_duration(time).map(|time| Stall(Some(time))),
    }
}

pub(super) fn parse_restarts(text: &str) -> Result<Restarts, String> {
    let wrong = || "it must be a number and a time, such as 3/5s, or unlimited".to_owned();
    if text == "unlimited" {
        return Ok(Restarts(None));
    }
    let (count, time) = text.split_once('/').ok_or_else(wrong)?;
    let count = count.parse().map_err(|_| wrong())?;
    let time = parse_nonzero_duration(time).map_err(|_| wrong())?;
    Ok(Restarts(Some((count, time))))
}

/// Where to record: `-`, or the name of a file.
pub(super) fn targets() -> impl TypedValueParser<Value = Target> {
    OsStringValueParser::new().try_map(|name| match name.is_empty() {
        true => Err("a file needs a name".to_owned()),
        false => Ok(Target::named(&name)),
    })
}
