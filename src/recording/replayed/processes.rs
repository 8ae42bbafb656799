//! What the lines say of the processes.

use super::misfit::{Misfit, compare, differs};
use super::state::pane_of;
use crate::game::Court;
use crate::protocol::End;
use crate::recording::line::{Died, Fenced, Line, OfPane, Started};

/// A pane's process, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaneProcess {
    /// Its pid; None if no line has named it.
    pub pid: Option<u32>,
    /// Which process of the pane it is, counted from 1; 0 if no line has named it.
    pub incarnation: u64,
    /// Whether it lives.
    pub is_alive: bool,
    /// Whether it is stopped (SIGSTOP).
    pub is_frozen: bool,
    /// How its last process has ended.
    pub end: Option<End>,
    /// How many late writes of the pane were fenced.
    pub fenced: u64,
}

/// Takes over what a line says of a process. False if it says nothing of any.
pub(super) fn note(panes: &mut [PaneProcess], court: &Court, line: &Line) -> Result<bool, Misfit> {
    let pane = match line {
        Line::Started(Started { pane, .. })
        | Line::Died(Died { pane, .. })
        | Line::Frozen(OfPane { pane, .. })
        | Line::Continued(OfPane { pane, .. })
        | Line::Fenced(Fenced { pane, .. }) => pane_of(court, *pane)?,
        Line::Stalled(of) | Line::Hung(of) => return pane_of(court, of.pane).map(|_| true),
        Line::Action(action) => return pane_of(court, action.pane).map(|_| true),
        _ => return Ok(false),
    };
    let Some(process) = panes.get_mut(pane.index()) else { return Ok(true) };
    match *line {
        Line::Started(Started { incarnation, pid, .. }) => start(process, incarnation, pid)?,
        Line::Died(Died { incarnation, pid, how, .. }) => {
            if let Some(known) = process.pid.filter(|_| process.is_alive) {
                compare("the pid", pid, known)?;
                compare("the incarnation", incarnation, process.incarnation)?;
            }
            let fenced = process.fenced;
            *process =
                PaneProcess { pid: Some(pid), incarnation, end: Some(how), fenced, ..PaneProcess::default() };
        }
        Line::Frozen(_) => process.is_frozen = true,
        Line::Continued(_) => process.is_frozen = false,
        Line::Fenced(Fenced { count, .. }) => process.fenced = count,
        _ => {}
    }
    Ok(true)
}

fn start(process: &mut PaneProcess, incarnation: u64, pid: u32) -> Result<(), Misfit> {
    if pid == 0 || incarnation == 0 {
        return Err(differs("the pid or the incarnation", 0, "from 1 on"));
    }
    *process = PaneProcess { pid: Some(pid), incarnation, is_alive: true, is_frozen: false, ..*process };
    Ok(())
}
