//! The values of arguments: text in, or what is wrong with it.

use std::time::Duration;

use super::arguments::{Restarts, Role, Stall};
use crate::bench;
use crate::court::{MAX_PANES, PaneId};
use crate::protocol::Zoom;
use crate::spawn::{NOTICE, Screen};

pub(super) fn parse_role(text: &str) -> Result<Role, String> {
    let screens = [Screen::Window, Screen::Terminal, Screen::Json];
    if let Some(screen) = screens.into_iter().find(|screen| screen.role() == text) {
        return Ok(Role::Inspector(screen));
    }
    if text == NOTICE {
        return Ok(Role::Notice);
    }
    if text == "probe" {
        return Ok(Role::Probe);
    }
    if let Some(number) = text.strip_prefix("bench:") {
        let process = number.parse().ok().filter(|process| *process < bench::MAX_PROCESSES);
        return process.map(Role::Bench).ok_or_else(|| "the processes are 0 to 15".to_owned());
    }
    let number = text.strip_prefix("pane:").ok_or("the roles are pane:0 to pane:15")?;
    match number.parse() {
        Ok(number @ 0..MAX_PANES) => Ok(Role::Pane(PaneId(number))),
        _ => Err("the panes are 0 to 15".to_owned()),
    }
}

pub(super) fn parse_panes(text: &str) -> Result<u8, String> {
    let panes = text.parse().ok().filter(|panes| (2..=MAX_PANES).contains(panes));
    panes.ok_or(format!("it must be a whole number from 2 to {MAX_PANES}"))
}

pub(super) fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("it must be a whole number from 0 to {}", u64::MAX))
}

pub(super) fn parse_count(text: &str) -> Result<u64, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or("it must be a whole number from 1 up".to_owned())
}

pub(super) fn parse_zoom(text: &str) -> Result<Zoom, String> {
    let zoom = text.parse().ok().and_then(Zoom::of_factor);
    zoom.ok_or_else(|| "it must be a number from 0.5 to 4".to_owned())
}

pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "it must be a time such as 500ms, 5s or 2min".to_owned())
}

pub(super) fn parse_stall(text: &str) -> Result<Stall, String> {
    match text {
        "off" => Ok(Stall(None)),
        time => match parse_duration(time)? {
            Duration::ZERO => Err("it must be longer than nothing".to_owned()),
            time => Ok(Stall(Some(time))),
        },
    }
}

pub(super) fn parse_restarts(text: &str) -> Result<Restarts, String> {
    let wrong = || "it must be a number and a time, such as 3/5s, or unlimited".to_owned();
    if text == "unlimited" {
        return Ok(Restarts(None));
    }
    let (count, time) = text.split_once('/').ok_or_else(wrong)?;
    let count = count.parse().map_err(|_| wrong())?;
    Ok(Restarts(Some((count, parse_duration(time).map_err(|_| wrong())?))))
}
