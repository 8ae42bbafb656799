//! The lines in the order in which things happened.
//!
//! The launcher writes what befalls processes as soon as it sees it, and hand-offs when it reads the arrival logs. So the line of a
//! death may come before the last hand-offs of that process. Here lines without an epoch wait for the next one that has a
//! later time.

use std::collections::VecDeque;
use std::io;

use crate::recording::Line;

/// So many lines wait for an epoch; then the first one goes on without it. A ball that rests has no epochs.
const MAX_WAITING: usize = 1024;

/// Lines that wait for an epoch.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    waiting: VecDeque<(u64, Line)>,
}

impl Ordered {
    /// Passes on what can be passed on now that this line is known.
    pub(super) fn line(
        &mut self,
        line: &Line,
        next: &mut dyn FnMut(&Line) -> io::Result<()>,
    ) -> io::Result<()> {
        match line {
            Line::Hop(hop) => {
                if let Some(offered) = hop.offered {
                    self.pass_on(next, |at| at < offered)?;
                }
                next(line)
            }
            // The launcher wrote what is before them as it wrote them.
            Line::Serve(_) | Line::Recovered(_) | Line::Reinitialized(_) | Line::End(_) => {
                self.end(next)?;
                next(line)
            }
            Line::Recording(_) | Line::Start(_) | Line::Unseen(_) => next(line),
            Line::Control(_) | Line::Check(_) => Ok(()),
            Line::Started(_)
            | Line::Died(_)
            | Line::Frozen(_)
            | Line::Continued(_)
            | Line::Stalled(_)
            | Line::Hung(_)
            | Line::Fenced(_)
            | Line::Action(_)
            | Line::Settings(_)
            | Line::Transport(_) => {
                self.waiting.push_back((at(line), line.clone()));
                let too_many = self.waiting.len() > MAX_WAITING;
                let first = if too_many { self.waiting.pop_front() } else { None };
                first.map_or(Ok(()), |(_, line)| next(&line))
            }
        }
    }

    /// Passes on all that waits.
    pub(super) fn end(&mut self, next: &mut dyn FnMut(&Line) -> io::Result<()>) -> io::Result<()> {
        self.pass_on(next, |_| true)
    }

    fn pass_on(
        &mut self,
        next: &mut dyn FnMut(&Line) -> io::Result<()>,
        is_over: impl Fn(u64) -> bool,
    ) -> io::Result<()> {
        while self.waiting.front().is_some_and(|(at, _)| is_over(*at)) {
            let Some((_, line)) = self.waiting.pop_front() else { break };
            next(&line)?;
        }
        Ok(())
    }
}

/// When a line was written; of a hand-off, when it was over. 0 where nothing says so.
pub(super) fn at(line: &Line) -> u64 {
    let at = if let Line::Hop(hop) = line { hop.accepted() } else { line.at() };
    at.unwrap_or(0)
}
