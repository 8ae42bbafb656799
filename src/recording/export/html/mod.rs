//! A page: the space-time diagram of a recording with its marks and its slowest hand-offs, in one file without scripts.
//!
//! It is for readers who have neither this program nor Linux, and for print. Everything that a recording says is a stranger's text
//! and is escaped.

mod axis;
mod diagram;
mod gathered;
mod labels;
mod page;
mod shapes;
mod text;

use std::io::{self, Write};

use super::goals::Goals;
use super::story::Story;
use super::window::Window;
use crate::recording::Line;
use crate::recording::line::Header;
use gathered::Gathered;

pub use gathered::{DEFAULT_HOPS, MAX_HOPS};

/// What is known so far. The page is written at the end.
#[derive(Debug)]
pub struct HtmlExport {
    header: Header,
    story: Story,
    goals: Goals,
    gathered: Gathered,
}

impl HtmlExport {
    /// The page of this game. Without a last epoch the diagram shows the first [`DEFAULT_HOPS`] hand-offs.
    pub fn begin(header: &Header, window: Window) -> Self {
        let most = if window.to.is_some() { MAX_HOPS } else { DEFAULT_HOPS };
        Self {
            header: header.clone(),
            story: Story::new(window),
            goals: Goals::of(header),
            gathered: Gathered::new(most),
        }
    }

    /// The next line of the recording.
    pub fn line(&mut self, line: &Line) {
        let Self { story, goals, gathered, .. } = self;
        gathered.line(line);
        // It writes nothing yet, so nothing can fail.
        let _written = story.line_after(&goals.before(line), line, &mut |happening| {
            gathered.happening(happening);
            Ok(())
        });
    }

    /// Writes the page; `cut` says why the recording has no end, in words.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(mut self, cut: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
        let Self { story, gathered, .. } = &mut self;
        gathered.time = story.end(&mut |happening| {
            gathered.happening(happening);
            Ok(())
        })?;
        gathered.number_the_marks();
        out.write_all(page::page(&self.header, &self.gathered, cut).as_bytes())
    }

    /// Hand-offs that the diagram shows.
    pub fn shown(&self) -> usize {
        self.gathered.hand_offs.len()
    }

    /// Hand-offs that the diagram has no place for.
    pub fn left_out(&self) -> u64 {
        self.gathered.hops - self.gathered.hand_offs.len() as u64
    }
}
